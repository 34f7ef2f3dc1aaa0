"""The same titles and summaries in English: `[state] document: what, where`, then the sentences of a message.

The words of the law are quoted in Russian, as the source has them. What `wording` says of payloads holds here too: an event that
cannot be told in full is told shorter, never dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol

from feeds import headline, labels, phrases, places, sides, subject, times
from feeds.languages import Speech
from feeds.subject import Subject, quoted
from feeds.told import TEXT_KINDS, TITLED, Title, Told, modest
from tracker.models import Diff, Event, EventKind, Force, Language

_SAY: Final = Speech("en")


def title(event: Event, diff: Diff | None = None, *, demo: bool = False) -> Title:
    """The title of an event in English."""
    event = modest(event)
    about = subject.of_event(event)
    told = Told(event, about, diff)
    invented = demo or (about is not None and about.invented)

    def made(state: str, name: str, what: str) -> Title:
        return Title(state=state, subject=name, what=what.rstrip(" :"), demo=invented, language="en")

    if event.struck:
        return made("Content erased", f"Update {event.id[:4]}", "")
    if event.kind in {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED}:
        return made(labels.EVENTS[event.kind].en.capitalize(), _eye(told), _coverage(told, times.short))
    if event.kind is EventKind.CORRECTION:
        name = about.name if about else labels.source_name(event.source, language="en")
        return made("Correction", name, places.shown(f"a message was wrong: {told.text('reason')}"))
    if about is None:
        return made("Update", labels.source_name(event.source, language="en"), labels.EVENTS[event.kind].en)
    return made(_state(told, about), _subject(told, about), _what(told, about))


def summary(event: Event, diff: Diff | None = None) -> str:
    """The event as English sentences, ending with when it was seen in Moscow time and UTC."""
    event = modest(event)
    about = subject.of_event(event)
    told = Told(event, about, diff)
    seen = f"Seen {times.both(event.observed_at, language='en')}."
    if event.struck:
        return f"The content of this message was erased by the operator; its line in the ledger stays. {seen}"
    if event.kind is EventKind.CORRECTION:
        return f"{_correction(told)} {seen}"
    if about is None or event.kind in {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED}:
        blind = f" {labels.BLIND.en}" if event.kind is EventKind.COVERAGE_GAP else ""
        what = _coverage(told, times.both) or labels.EVENTS[event.kind].en
        return f"{_eye(told)}: {phrases.stop(what)}{blind} {seen}"
    said = f"{_opening(told, about)}: {phrases.stop(_at_length(told, about))}"
    at = told.occurred(said, "en")
    parts = [said, *_details(told), about.force_sentence.en, f"Date in the source: {at}." if at else "", seen]
    if event.payload.get("confirmed"):
        parts.append("Confirmed by further checks.")
    return " ".join(part for part in parts if part)


def line(event: Event) -> str:
    """One English line beside the Russian text: what kind of event, about what, in what force."""
    event = modest(event)
    about = subject.of_event(event)
    kind = labels.EVENTS[event.kind].en
    if event.struck:
        return "The content of this message was erased by the operator."
    if about is None:
        blind = f" {labels.BLIND.en}" if event.kind is EventKind.COVERAGE_GAP else ""
        return f"{labels.source_name(event.source, language='en')}: {kind}.{blind}"
    known = labels.EDITIONS.get(str(event.payload.get("edition")))
    what = f"{kind} ({known[2]})" if known else kind
    if event.kind is EventKind.SOURCES_DISAGREE:  # what changed would say that one text came after the other
        return f"{about.english_name}: {what}. Neither text is the newer one. {about.force_sentence.en}"
    change = event.payload.get("change")
    figures = _figures(change) if isinstance(change, Mapping) else ""
    return f"{about.english_name}: {what}{figures}. {about.force_sentence.en}"


def _figures(change: Mapping[str, Any]) -> str:
    said = change.get("summary")
    if isinstance(said, Mapping) and said.get("en"):
        return f": {places.shown(str(said['en']))}"
    named = [(change.get(word), word) for word in ("added", "removed", "modified", "moved", "renumbered")]
    counted = ", ".join(f"{count} {word}" for count, word in named if count)
    return f"; units: {counted}" if counted else ""


# ---------------------------------------------------------------- state and subject


def _state(told: Told, about: Subject) -> str:
    noun = labels.kind_of("bill" if about.is_bill else about.kind)[2]
    if told.event.kind is EventKind.ACT_PUBLISHED and not about.is_bill:
        return f"{noun} published, in force" if about.force is Force.IN_FORCE else f"{noun} published"
    if told.event.kind in TEXT_KINDS and about.is_bill and about.force is Force.DRAFT:
        if told.payload.get("part") == "note":
            return "Draft bill, explanatory note"
        edition = labels.EDITIONS.get(told.text("edition"))
        if edition:
            return f"Draft bill, {edition[2]}"
    if about.is_bill:
        return labels.BILL_STATES[about.status].en if about.status is not None else noun
    return noun if about.kind == "page" else f"{noun}, {phrases.lower(about.force_name.en)}"


def _subject(told: Told, about: Subject) -> str:
    if told.event.kind in TITLED and about.quoted_title:
        return f"{about.name} {about.quoted_title}"
    if told.event.kind is EventKind.TEXT_UNEXPLAINED and told.diff and told.diff.operations:
        addresses = [row.new_address or row.old_address for row in told.diff.operations]
        first = next((address for address in addresses if address), None)
        if first:
            return f"{about.name}, {places.english(first)}" + (" and more" if len(set(addresses) - {None}) > 1 else "")
    return about.name


# ---------------------------------------------------------------- what happened


def _what(told: Told, about: Subject) -> str:
    teller = _WHAT.get(told.event.kind)
    return teller(told, about) if teller else labels.EVENTS[told.event.kind].en


def _what_watch(told: Told, _about: Subject) -> str:
    steps = told.payload.get("steps")
    if not isinstance(steps, int) or not steps:
        return "watch started"
    held = _SAY.count(steps, "запись|записи|записей")
    return f"watch started, {held} on the card"


def _what_discovered(told: Told, _about: Subject) -> str:
    if told.payload.get("scan_only"):
        return "only a scan so far, text not read"
    if by_text := told.mapping("by_text"):
        edition = phrases.lower(phrases.edition_label(by_text, language="en")) or "a new text"
        return f"the topic appeared in the text: {edition}"
    return "general title, the text will decide the topic" if told.payload.get("needs_body") else "new document"


def _what_step(told: Told, _about: Subject) -> str:
    step = told.mapping("step")
    decisions = phrases.without_brackets(phrases.decisions(step))
    name = phrases.step_name(step, language="en")
    return f"{quoted(decisions, phrases.LONG)} ({name})" if decisions else name


def _what_step_changed(told: Told, _about: Subject) -> str:
    names = [labels.STEP_FIELDS[name].en if name in labels.STEP_FIELDS else name for name in told.names("changed")]
    return f"step edited on the card ({phrases.step_name(told.mapping('after'), language='en')}): {', '.join(names)}"


def _what_step_removed(told: Told, _about: Subject) -> str:
    return f"step removed from the card ({phrases.step_name(told.mapping('step'), language='en')})"


def _what_stage(told: Told, _about: Subject) -> str:
    at = times.date_only(told.mapping("step").get("at"), language="en")
    after = phrases.lower(phrases.stage_name(told.payload.get("after"), language="en"))
    return " ".join(part for part in (after or "new stage", at) if part)


def _what_outcome(told: Told, _about: Subject) -> str:
    at = times.date_only(told.mapping("step").get("at") or told.event.occurred_at, language="en")
    return f"{labels.EVENTS[told.event.kind].en} {at}".strip()


def _unread(told: Told) -> str:
    return phrases.lower(phrases.unread(told.payload)[2].rstrip("."))


def _what_text(told: Told, about: Subject) -> str:
    if told.payload.get("readable") is False:
        return _unread(told)
    if told.diff is None:
        if notices := _notices(told):
            return notices
        return f"text read{_where_read(told, about)}" if told.event.kind is EventKind.TEXT_ADDED else "text changed"
    if told.event.kind is EventKind.TEXT_ADDED and told.mapping("amended_by"):
        return _what_edition(told, about)
    return _headline(told) or _unchanged(told)


def _headline(told: Told) -> str:
    return headline.headline(told.diff, language="en", acts=told.acts) if told.diff is not None else ""


def _where_read(told: Told, about: Subject) -> str:
    if not about.id.startswith("act/") or told.event.source == "page":
        return ""
    return f" on {labels.source_host(told.event.source)}"


def _unchanged(told: Told) -> str:
    if told.diff is not None and told.diff.noise:
        return "only the form changed, the words are the same"
    against = phrases.edition_label(told.mapping("compared_with"), language="en")
    return f"same words as before: {phrases.lower(against)}" if against else "the words are the same"


def _what_unexplained(told: Told, about: Subject) -> str:
    host = labels.source_host(told.event.source, told.text("url") or about.url)
    if about.kind == "page":
        return _headline(told) or f"the text on {host} changed"
    why = "with no step on the card" if about.is_bill else "no amending act was found"
    return f"the text on {host} changed, {why}"


def _what_file(told: Told, _about: Subject) -> str:
    file = told.mapping("file") or told.mapping("before")
    words = labels.EVENTS[told.event.kind].en
    if not file:
        return words
    if portal := _portal_file(told):
        return f"file replaced on the publication portal: {portal}"
    return f"{words}: {phrases.file_name(file, language='en')}"


def _what_fields(told: Told, _about: Subject) -> str:
    names = [labels.card_field(str(row.get("name"))).en for row in told.rows("fields")]
    rest = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f"card edited: {', '.join(names[:2])}{rest}"


def _what_published(told: Told, _about: Subject) -> str:
    publication = told.mapping("publication")
    at = times.date_only(publication.get("date"), language="en")
    number = f"publication number {publication['eo_number']}" if publication.get("eo_number") else ""
    return _notices(told) or ", ".join(part for part in (at, number) if part)


def _notices(told: Told) -> str:
    rows = (row for row in told.rows("notices") if row.get("text"))
    return "; ".join(phrases.notice_line(row, language="en").rstrip(".") for row in rows)


def _what_absent(told: Told, _about: Subject) -> str:
    seen, missed = times.parse(told.text("seen_at")), times.parse(told.text("missing_at"))
    if not seen or not missed:
        return "page not found"
    return f"seen {times.short(seen, language='en')}, not found {times.short(missed, language='en')}"


def _what_restored(told: Told, _about: Subject) -> str:
    at = times.parse(told.text("restored_at"))
    return f"the page is back since {times.short(at, language='en')}" if at else "the page is back"


def _what_edition(told: Told, _about: Subject) -> str:
    label = phrases.lower(phrases.edition_label(told.payload, language="en")) or "new edition"
    if told.payload.get("readable") is False:
        return f"{label} announced: {_unread(told)}"
    what = (_headline(told) or _unchanged(told)) if told.diff is not None else ""
    return f"{label}: {what}" if what else f"{label}: text read"


def _what_effective(told: Told, _about: Subject) -> str:
    days = [times.date_only(day, language="en") for day in told.names("dates")]
    scope = f"{places.english(told.text('scope'))} " if told.text("scope") else ""
    if len(days) > 1:
        return f"{scope}may take effect {' or '.join(days)}: the text allows both dates"
    return f"{scope}takes effect {days[0]}" if days else labels.EVENTS[told.event.kind].en


def _what_disagree(told: Told, _about: Subject) -> str:
    said = sides.between(told.rows("sources"), told.rows("notices"), told.diff, language="en")
    return said or _notices(told) or labels.EVENTS[told.event.kind].en


def _portal_file(told: Told) -> str:
    prints = told.mapping("fingerprint")
    before, after = prints.get("before"), prints.get("after")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return ""
    return "; ".join(
        f"{words.en}: {before.get(name) or '—'} before, {after.get(name) or '—'} now"
        for name, words in labels.FINGERPRINT.items()
        if before.get(name) != after.get(name)
    )


_WHAT: Final[dict[EventKind, Callable[[Told, Subject], str]]] = {
    EventKind.WATCH_STARTED: _what_watch,
    EventKind.DOCUMENT_DISCOVERED: _what_discovered,
    EventKind.BILL_STEP: _what_step,
    EventKind.BILL_STEP_CHANGED: _what_step_changed,
    EventKind.BILL_STEP_REMOVED: _what_step_removed,
    EventKind.BILL_STAGE: _what_stage,
    EventKind.BILL_REJECTED: _what_outcome,
    EventKind.BILL_WITHDRAWN: _what_outcome,
    EventKind.BILL_RETURNED: _what_outcome,
    EventKind.BILL_SF_REJECTED: _what_outcome,
    EventKind.BILL_VETOED: _what_outcome,
    EventKind.TEXT_ADDED: _what_text,
    EventKind.TEXT_CHANGED: _what_text,
    EventKind.TEXT_UNEXPLAINED: _what_unexplained,
    EventKind.EDITION_ADDED: _what_edition,
    EventKind.FILE_ADDED: _what_file,
    EventKind.FILE_REPLACED: _what_file,
    EventKind.FILE_REMOVED: _what_file,
    EventKind.FIELDS_CHANGED: _what_fields,
    EventKind.ACT_PUBLISHED: _what_published,
    EventKind.DOCUMENT_ABSENT: _what_absent,
    EventKind.DOCUMENT_RESTORED: _what_restored,
    EventKind.SOURCES_DISAGREE: _what_disagree,
    EventKind.EFFECTIVE_APPROACHING: _what_effective,
}

# ---------------------------------------------------------------- sentences of a summary


def _opening(told: Told, about: Subject) -> str:
    if about.kind == "page":
        return about.name
    if told.event.kind in TEXT_KINDS:
        if told.payload.get("part") == "note":
            return f"{about.english_name}, explanatory note"
        if label := phrases.edition_label(told.payload, language="en"):
            return f"{about.english_name}, {phrases.lower(label)}"
    return about.english_name


def _at_length(told: Told, about: Subject) -> str:
    kind = told.event.kind
    if kind in TEXT_KINDS and told.payload.get("readable") is False:
        return _unread(told)
    if kind in {EventKind.TEXT_ADDED, EventKind.TEXT_CHANGED}:
        if what := _headline(told):
            return f"proposes a {what}" if about.force is Force.DRAFT and what.startswith("new ") else what
        if told.diff is None and kind is EventKind.TEXT_ADDED:
            return f"text read{_where_read(told, about)}; there is nothing yet to compare it with"
    if kind is EventKind.TEXT_UNEXPLAINED and told.diff is not None:
        return _headline(told) or _unchanged(told)
    if kind is EventKind.BILL_STAGE and (before := phrases.stage_name(told.payload.get("before"), language="en")):
        return f"{_what(told, about)} (before: {phrases.lower(before)})"
    if kind is EventKind.BILL_STEP and (decisions := phrases.decisions(told.mapping("step"))):
        return f"{quoted(decisions, 600)} ({phrases.step_name(told.mapping('step'), language='en')})"
    if kind is EventKind.ACT_PUBLISHED:
        return phrases.stop(f"{quoted(about.title, 400)}. {_publication(told)}")
    if kind in {EventKind.WATCH_STARTED, EventKind.DOCUMENT_DISCOVERED} and about.title:
        return f"{quoted(about.title, 400)}. {phrases.stop(phrases.upper(_what(told, about)))}{_found_by(told, about)}"
    return _what(told, about)


def _found_by(told: Told, about: Subject) -> str:
    terms = [str(row.get("text") or row.get("term") or "") for row in told.rows("reasons")]
    return f" Found by the words {quoted(phrases.found_by(terms[0], about.title))}." if terms and terms[0] else ""


def _publication(told: Told) -> str:
    publication = told.mapping("publication")
    at = times.date_only(publication.get("date"), language="en")
    named = (
        ("publication number ", publication.get("eo_number")),
        ("date ", at),
        ("pages: ", publication.get("pages")),
    )
    return phrases.upper(", ".join(f"{name}{value}" for name, value in named if value)) or "Publication"


def _details(told: Told) -> list[str]:
    kind = told.event.kind
    found: list[str] = []
    against = told.mapping("compared_with")
    if kind in {*TEXT_KINDS, EventKind.EDITION_ADDED} and told.diff is not None and against:
        label = phrases.edition_label(against, language="en")
        same = not label or against.get("edition") == told.payload.get("edition")
        found.append(
            "Compared with the earlier state of the same text."
            if same
            else f"Compared with the earlier text: “{label}”."
        )
    found += [labels.FLAGS[flag].en for flag in told.names("flags") if flag in labels.FLAGS]
    for notice in told.rows("notices"):
        said = phrases.stop(phrases.notice_line(notice, language="en"))
        if notice.get("kind") == "closed_item":
            opening = "" if kind is EventKind.SOURCES_DISAGREE else f"In the text: {said} "
            found.append(f"{opening}{labels.CLOSED_ITEM.en}")
        elif notice.get("text") and kind is not EventKind.SOURCES_DISAGREE:
            found.append(phrases.upper(said))
    if kind is EventKind.EFFECTIVE_APPROACHING and told.text("clause"):
        found.append(f"In the text: {quoted(phrases.unstopped(told.text('clause')), 400)}.")
    if kind is EventKind.SOURCES_DISAGREE:
        found.append(f"{sides.states(told.rows('sources')).en} We do not know which text is right.")
    if kind is EventKind.DOCUMENT_DISCOVERED and told.payload.get("needs_body"):
        found.append(_UNDECIDED)
    found += [words for kinds, words in _CAUTIONS if kind in kinds]
    return found


_UNDECIDED: Final = "The title does not tell the topic; the document is shown until its text has been read."
_CAUTIONS: Final = (
    (
        {EventKind.TEXT_UNEXPLAINED},
        "We saw two different texts at one address. The reason is not known: it may be a misprint or late news of an act.",
    ),
    ({EventKind.FILE_REPLACED, EventKind.FILE_REMOVED}, "The earlier file is kept in the archive."),
)


def _correction(told: Told) -> str:
    at = times.date_only(told.text("said_at"), language="en")
    said, reason = told.text("said"), told.text("reason").strip()
    words = f"Correction: on {at} we said" if at else "Correction: we said"
    wrong = f"This is wrong, because (in Russian): {phrases.stop(reason)}" if reason else "This is wrong."
    return places.shown(f"{words}: {quoted(said, 300)}. {wrong}" if said else f"{words} something wrong. {wrong}")


def _eye(told: Told) -> str:
    """What could not be seen: a source, the search for new documents there, or one document of it."""
    source = labels.source_name(told.text("source") or told.event.source, language="en")
    if told.about is not None:
        return f"{source}, {told.about.name}"
    return f"{source}, {labels.search_name(told.text('search_name')).en}" if told.payload.get("search") else source


class _Clock(Protocol):
    """A moment in words: short for titles, in both zones for sentences."""

    def __call__(self, moment: datetime, *, language: Language) -> str: ...


def _coverage(told: Told, at: _Clock) -> str:
    if told.event.kind is EventKind.COVERAGE_GAP:
        last = times.parse(told.text("last_success"))
        return f"no successful check since {at(last, language='en')}" if last else "no successful check yet"
    if told.event.kind is not EventKind.COVERAGE_RESTORED:
        return ""
    since, until = times.parse(told.text("since")), times.parse(told.text("until"))
    pause = "the source answers again"
    if since and until:
        pause = f"interrupted from {at(since, language='en')} to {at(until, language='en')}"
    number = told.payload.get("events")
    if not isinstance(number, int):
        return f"{pause}; what was missed is being checked"
    if not number:
        return f"{pause}; no events were missed"
    caught = _SAY.count(number, "событие|события|событий")
    return f"{pause}; {caught} in that time"
