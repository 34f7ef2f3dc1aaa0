"""What a bill or an act changes: as relations between documents, and as evidence of its topic.

A relation begins at the words that say so. Those of a bill stand in one of its texts, so its path names that text, too, as the
site does: ``text/sozd/second-reading/1#st-1.p-2``. Relations that later texts drop stay recorded: which text said what is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from db.store import Store
from diffs import amendments
from diffs.amended import AmendedUnit
from scrapers import acts
from tracker.errors import ConfigError
from tracker.models import Document, EventDraft, NewVersion, Observation, Part, Relation, Section

_REPEALS: Final = frozenset({"repeal"})
#: Titles of amending acts: many acts have the same one, and none is ever cited by it alone.
_SHARED_TITLES: Final = ("о внесении", "о признании", "о приостановлении")


def units_of(sections: Sequence[Section], known: Mapping[str, str] | None = None) -> tuple[AmendedUnit, ...]:
    """The units of other acts that a text changes, with the ids of those acts where the text names them whole.

    `known` (see `known_titles`) gives ids of acts that are cited by their titles only.
    """
    return amendments.amended(sections, identify=_identify, known=known)


def units_of_title(title: str, known: Mapping[str, str] | None = None) -> tuple[AmendedUnit, ...]:
    """The same, as far as a title tells it."""
    return amendments.amended_by_title(title, identify=_identify, known=known)


def known_titles(documents: Iterable[Document], *, before: str | None = None) -> dict[str, str]:
    """The followed acts by title. Of acts with one title the latest is meant, of those signed until `before` (``YYYY-MM-DD``)."""
    dated = sorted((row.date, row.id, row.title) for row in documents if row.date and row.id.startswith("act/"))
    return {
        amendments.title_key(title): name
        for day, name, title in dated
        if title and (before is None or day <= before) and not title.lower().startswith(_SHARED_TITLES)
    }


def relations(document_id: str, units: Sequence[AmendedUnit], *, text: str = "") -> tuple[Relation, ...]:
    """``amends`` and ``repeals``, from the clause that says so to the unit it speaks of, once however much it changes there.

    `text`: the version that says so, as ``text/sozd/introduced/1``, where a document has several that are no states of one law.
    """
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for unit in units:
        if unit.act and unit.act != document_id:
            kind = "repeals" if unit.kind in _REPEALS and not unit.path else "amends"
            words = found.setdefault((kind, unit.from_path, unit.act, unit.path), [])
            words += [unit.words] if unit.words not in words else []
    return tuple(
        Relation(
            kind=kind,
            from_document=document_id,
            from_path=f"{text}#{clause}" if text else clause,
            to_document=act,
            to_path=path,
            words="; ".join(words),
        )
        for (kind, clause, act, path), words in found.items()
    )


def published(act: str, *, number: str, words: str) -> Relation:
    """``publishes``: the official publication of that number, which is no document of its own, brought the act out."""
    return Relation(
        kind="publishes",
        from_document=f"publication/{number}",
        from_path="",
        to_document=act,
        to_path="",
        words=words,
    )


def related(store: Store, observation: Observation) -> Observation:
    """The observation with what its document and each of its new texts change in other acts, by their words.

    A bill is told by each of its texts, and by its title; an act by its text, whose later editions say the same of others.
    """
    document = observation.document
    if document is None or document.kind == "page":
        return observation
    texts = [version for version in observation.versions if version.key.part is Part.TEXT]
    before = store.document(document.id)
    is_named_anew = before is None or before.title != document.title
    if not texts and not is_named_anew:
        return observation
    known = known_titles(store.acts(), before=document.date)
    found, events = list(observation.relations), observation.events
    if is_named_anew:
        found += relations(document.id, units_of_title(document.title, known))
    numbers: dict[str, int] = {}
    for version in texts:
        place = _place(store, version, numbers) if document.id.startswith("bill/") else ""
        units = units_of(version.sections, known)
        found += relations(document.id, units, text=place)
        events = tuple(_telling(event, version, units) for event in events)
    return replace(observation, events=events, relations=tuple(dict.fromkeys(found)))


def _telling(event: EventDraft, version: NewVersion, units: Sequence[AmendedUnit]) -> EventDraft:
    """The event of a text with the acts that the text amends, article by article; any other event as it is.

    An article that amends more than one act is left out: a unit in it could be of any of them.
    """
    key = version.key
    if event.digests != (version.digest,) or not event.key.startswith(f"{key.part}/{key.source}/{key.edition}/"):
        return event
    acts_of: dict[str, dict[str, str]] = {}
    for unit in units:
        if unit.from_path:
            acts_of.setdefault(unit.from_path.partition(".")[0], {})[unit.act] = unit.act_number
    rows = [
        {"clause": clause, "act": act, "number": number}
        for clause, named in acts_of.items()
        for act, number in named.items()
        if act and len(named) == 1
    ]
    return replace(event, payload={**event.payload, "amends": rows}) if rows else event


def _place(store: Store, version: NewVersion, numbers: dict[str, int]) -> str:
    """The version as the site names it inside its document; `numbers` are those given to the editions so far."""
    key = version.key
    edition = f"{key.part}/{key.source}/{key.edition}"
    if edition not in numbers:
        stored = store.latest_version(key)
        numbers[edition] = stored.number if stored is not None else 0
    numbers[edition] += 1
    return f"{edition}/{numbers[edition]}"


def _identify(kind: str, day: str, number: str) -> str:
    word, authority = acts.split_kind(kind)
    try:
        return acts.act_id(word, authority, day, number)
    except ConfigError:  # an act whose kind we cannot name has no id, and is told by its words
        return ""
