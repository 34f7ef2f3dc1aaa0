"""Everything that a comparison must carry when it leaves the site: which document, in what force, which two texts, seen when.

A file, a picture or a copied fragment travels without its page. Whoever finds it must still be able to tell draft from law,
invented from real, and to come back: so every export is made of this one record and of nothing beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from feeds import addresses, labels, languages, places, subject, times, views, wording
from feeds.diffview import Sides
from feeds.labels import Words
from feeds.languages import Speech
from feeds.subject import Subject
from feeds.textual import clean
from tracker.models import Diff, Document, Event, Force, Language, SiteInfo, Version

SHA_SHOWN: Final = 12  # hexadecimal digits of a digest where the whole of it would be noise; the page has all of it

_CAPTURED: Final = Words("получен {moment}", "captured {moment}")
_BEFORE: Final = Words("Было", "Before")
_AFTER: Final = Words("Стало", "After")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One of the two texts: how people call it, where it stood, when we got it, the SHA-256 of the bytes, its page here."""

    name: str
    source: str
    captured: datetime | None
    digest: str
    url: str

    def line(self, say: Speech) -> str:
        """``Внесённый текст; СОЗД; получен 14.05.2026 14:05 МСК (11:05 UTC)``."""
        when = times.both(self.captured, language=say.language) if self.captured else ""
        seen = say.of(_CAPTURED).format(moment=when) if when else ""
        return clean("; ".join(part for part in dict.fromkeys((self.name, self.source, seen)) if part))


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two texts of a document and how they differ. `state` and `title` are the two halves of a title by the house rules.

    `binds` is the force of the newer text; `force` the sentence that says it, empty for a page, which is no act. `link` is
    the permanent address of the comparison. `seen` is when we noticed. `are_times` is False for two sources: neither text
    is older then.
    """

    about: Subject | None
    binds: Force
    force: Words
    state: str
    title: str
    before: Text
    after: Text
    diff: Diff
    link: str
    site: SiteInfo
    seen: datetime
    invented: bool
    are_times: bool = True

    @property
    def full_title(self) -> str:
        """``[Законопроект, текст ко 2-му чтению] 100001-99: новое основание…``, without the mark of invention."""
        title = places.shown(self.title)
        return clean(f"[{self.state}] {title}" if self.state else title)

    @property
    def sides(self) -> Sides:
        """How the two texts are called."""
        return Sides(before=self.before.name, after=self.after.name, are_times=self.are_times)

    def names(self, say: Speech) -> tuple[str, str]:
        """What stands before each text: before and after; of two sources nothing, for neither is older."""
        return (say.of(_BEFORE), say.of(_AFTER)) if self.are_times else ("", "")

    def document(self, language: Language) -> str:
        """``Законопроект 100001-99 «О внесении изменений…»``."""
        if self.about is None:
            return ""
        name = self.about.full_name if language == "ru" else self.about.english_name
        return clean(f"{name} {self.about.quoted_title}".strip())


def of_event(event: Event, diff: Diff, info: SiteInfo, sides: Sides, language: Language) -> Comparison:
    """The comparison that an event tells of. `sides` are the names that its page gives the two texts."""
    about = subject.of_event(event)
    title = wording.title(event, diff, language=language)
    old_facts, new_facts = _two_sources(event) or (event.payload.get("compared_with"), event.payload)
    old, new = (
        _text_of(event, facts, key, info, language)
        for facts, key in ((old_facts, "before_snapshot"), (new_facts, "snapshot"))
    )
    return Comparison(
        about=about,
        binds=about.force if about else Force.UNKNOWN,
        force=about.force_sentence if about else Words("", ""),
        state=title.state,
        title=f"{title.subject}: {title.what}" if title.what else title.subject,
        before=_named(old, sides.before),
        after=_named(new, sides.after),
        diff=diff,
        link=absolute(info, language, f"/event/{event.id}"),
        site=info,
        seen=event.observed_at,
        invented=info.invented or title.demo,
        are_times=sides.are_times,
    )


def of_versions(
    old: tuple[Document, Version], new: tuple[Document, Version], diff: Diff, info: SiteInfo, language: Language
) -> Comparison:
    """Any two texts. Those of two documents are compared by nobody's word but the reader's: the title names both."""
    say = Speech(language)
    (old_document, before), (document, after) = old, new
    about, about_old = subject.of_document(document), subject.of_document(old_document)
    same = document.id == old_document.id
    names = [views.version_label(version, say) for version in (before, after)]
    if not same:
        names = [f"{who.full_name}: {name}" for who, name in zip((about_old, about), names, strict=True)]
    elif names[0] == names[1]:
        names = [f"{name}, {version.number}" for name, version in zip(names, (before, after), strict=True)]
    path = (
        addresses.pair_path(before, after)
        if same
        else f"/compare?a={addresses.version_path(before)}&b={addresses.version_path(after)}"
    )
    binds = subject.force_of_text(about, after)
    is_act = about.kind != "page"
    return Comparison(
        about=about,
        binds=binds,
        force=labels.FORCE_SENTENCES[binds] if is_act else Words("", ""),
        state=say.of(labels.FORCE_NAMES[binds]) if is_act else "",
        title=f"{about.name}: {names[0]} → {names[1]}" if same else f"{names[0]} → {names[1]}",
        before=_of_version(before, names[0], info, say),
        after=_of_version(after, names[1], info, say),
        diff=diff,
        link=absolute(info, language, path),
        site=info,
        seen=max(before.observed_at, after.observed_at),
        invented=info.invented or document.invented or old_document.invented,
        are_times=same and before.key.source == after.key.source,
    )


def absolute(info: SiteInfo, language: Language, path: str) -> str:
    """The whole address of a page of the site, for people to copy."""
    return f"{info.base_url}{quote(clean(languages.prefix(language) + path), safe='/#:?=&')}"


def _two_sources(event: Event) -> tuple[Any, Any] | None:
    rows = event.payload.get("sources")
    return (rows[0], rows[1]) if isinstance(rows, Sequence) and not isinstance(rows, str) and len(rows) == 2 else None


def _text_of(event: Event, facts: Any, snapshot: str, info: SiteInfo, language: Language) -> Text:
    """What a payload says of one text; whatever it does not say is empty."""
    named = facts if isinstance(facts, Mapping) else {}
    kept = event.payload.get(snapshot)
    body = kept if isinstance(kept, Mapping) else {}
    path = str(named.get("version_path") or "")
    if not path and event.document_id and all(named.get(key) for key in ("part", "source", "edition", "version")):
        path = f"/{event.document_id}/{named['part']}/{named['source']}/{named['edition']}/{named['version']}"
    return Text(
        name="",
        source=labels.source_name(str(named.get("source") or event.source), language=language),
        captured=times.parse(str(body.get("first_seen") or "")),
        digest=str(body.get("digest") or ""),
        url=absolute(info, language, path) if path.startswith("/") else "",
    )


def _named(text: Text, name: str) -> Text:
    return Text(name=name, source=text.source, captured=text.captured, digest=text.digest, url=text.url)


def _of_version(version: Version, name: str, info: SiteInfo, say: Speech) -> Text:
    return Text(
        name=name,
        source=labels.source_name(version.key.source, language=say.language),
        captured=version.observed_at,
        digest=version.snapshot_digest or "",
        url=absolute(info, say.language, addresses.version_path(version)),
    )
