"""How to cite what stands here: by the Russian standard for references, as a plain sentence in both languages, in Markdown.

GOST R 7.0.5-2008, 10 (references to electronic resources): title, what belongs to the title behind a spaced colon, the site
behind two slashes, date, ``URL:``, and the date of access in brackets. What binds anyone and what does not belongs to the
title here: a reference that leaves it out turns a draft into a law. The day of access is handed in, or left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from feeds import addresses, labels, places, subject, times, views, wording
from feeds.exports.comparison import absolute
from feeds.labels import Words
from feeds.languages import Speech
from feeds.phrases import lower, stop
from feeds.subject import Subject
from feeds.textual import clean
from tracker.models import Diff, Document, Event, Force, SiteInfo, Version

_RU: Final = Speech("ru")
_EN: Final = Speech("en")

#: Kind -> the words that name an act in a reference, with its issuer where the kind says who that is.
_ACTS: Final = {
    "fz": "федеральный закон",
    "fkz": "федеральный конституционный закон",
    "ukaz": "указ Президента Российской Федерации",
    "rasporyazhenie-prezidenta": "распоряжение Президента Российской Федерации",
    "postanovlenie-pravitelstva": "постановление Правительства Российской Федерации",
    "rasporyazhenie-pravitelstva": "распоряжение Правительства Российской Федерации",
}
_NOTHING_SAID: Final = Words("", "")
_LONGEST: Final = 600  # characters of a title: a reference is a line, not a page
_MARKDOWN: Final = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One thing to cite, ready to copy in four forms."""

    gost: str
    plain: str
    plain_en: str
    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cited:
    """What all forms say, in both languages where they differ."""

    about: Subject | None
    force: Words  # a sentence
    badge: str  # the same inside a reference: ``проект, не действует``
    what: Words  # the thing cited, beside its document
    seen: Words  # when we saw it
    year_day: str  # ``2026. 14 мая``
    url: Words
    invented: bool


def of_event(event: Event, diff: Diff | None, info: SiteInfo, accessed: date | None) -> Citation:
    """One event."""
    about = None if event.struck else subject.of_event(event)
    titles = [wording.title(event, diff, language=language) for language in ("ru", "en")]
    what = [f"[{title.state}] {title.subject}{f': {title.what}' if title.what else ''}" for title in titles]
    moscow = times.moscow_day(event.observed_at)
    seen = [times.both(event.observed_at, language=language) for language in ("ru", "en")]
    cited = _Cited(
        about=about,
        force=about.force_sentence if about else _NOTHING_SAID,
        badge=_badge(about, about.force) if about else "",
        what=Words(*what),
        seen=Words(f"замечено {seen[0]}", f"noticed {seen[1]}"),
        year_day=f"{moscow.year}. {_day_month(moscow)}",
        url=Words(*(absolute(info, language, f"/event/{event.id}") for language in ("ru", "en"))),
        invented=info.invented or titles[0].demo,
    )
    short = titles[0].what or labels.EVENTS[event.kind].ru
    return _cite(cited, short, info, accessed)


def of_version(document: Document, version: Version, info: SiteInfo, accessed: date | None) -> Citation:
    """One text as it stood at its source."""
    about = subject.of_document(document)
    names = [views.version_label(version, say) for say in (_RU, _EN)]
    sources = [labels.source_name(version.key.source, language=say.language) for say in (_RU, _EN)]
    moscow = times.moscow_day(version.observed_at)
    seen = [times.both(version.observed_at, language=say.language) for say in (_RU, _EN)]
    force = subject.force_of_text(about, version)
    path = addresses.version_path(version)
    what = [f"{name}: {title}" for name, title in zip(_names(about), names, strict=True)]
    cited = _Cited(
        about=about,
        force=_NOTHING_SAID if about.kind == "page" else labels.FORCE_SENTENCES[force],
        badge=_badge(about, force),
        what=Words(*what),
        seen=Words(f"{sources[0]}, снимок от {seen[0]}", f"{sources[1]}, captured {seen[1]}"),
        year_day=f"{moscow.year}. {_day_month(moscow)}",
        url=Words(*(absolute(info, language, path) for language in ("ru", "en"))),
        invented=info.invented or document.invented,
    )
    return _cite(cited, lower(names[0]), info, accessed)


# ---------------------------------------------------------------- the forms


def _cite(cited: _Cited, short: str, info: SiteInfo, accessed: date | None) -> Citation:
    ru, en = _plain(cited, info, accessed, _RU), _plain(cited, info, accessed, _EN)
    return Citation(
        gost=_one_line(_gost(cited, short, info, accessed)),
        plain=_one_line(ru),
        plain_en=_one_line(en),
        markdown=_one_line(_markdown(cited, info, accessed)),
    )


def _gost(cited: _Cited, short: str, info: SiteInfo, accessed: date | None) -> str:
    about = cited.about
    parts = [_cut(places.shown(cited.what.ru))]
    if about is not None:
        parts = [_cut(about.title or about.full_name), _kind(about), _cut(places.shown(lower(short)))]
        parts += [f"[{cited.badge}]" if cited.badge else "", cited.seen.ru]
    title = " : ".join(part for part in parts if part)
    mark = f"[{labels.DEMO.ru}] " if cited.invented else ""
    return (
        f"{mark}{title} // {info.title} : [сайт]. {cited.year_day}. "
        f"URL: {cited.url.ru} (дата обращения: {_day(accessed, _RU)})."
    )


def _plain(cited: _Cited, info: SiteInfo, accessed: date | None, say: Speech) -> str:
    mark = f"{say.of(labels.DEMO)}. " if cited.invented else ""
    opened = say.of(Words("дата обращения", "accessed"))
    day = f"{':' if say.language == 'ru' else ''} {_day(accessed, say)}"
    seen = say.of(cited.seen)
    parts = (stop(_cut(places.shown(say.of(cited.what)))), say.of(cited.force), stop(seen[:1].upper() + seen[1:]))
    return f"{mark}{' '.join(part for part in parts if part)} {info.title}, {say.of(cited.url)} ({opened}{day})."


def _markdown(cited: _Cited, info: SiteInfo, accessed: date | None) -> str:
    mark = f"**{labels.DEMO.ru}.** " if cited.invented else ""
    words = _escaped(_cut(places.shown(cited.what.ru)))
    force = f" **{_escaped(cited.force.ru)}**" if cited.force.ru else ""
    url = cited.url.ru.replace("(", "%28").replace(")", "%29")
    seen = cited.seen.ru
    return (
        f"{mark}[{words}]({url}).{force} {_escaped(stop(seen[:1].upper() + seen[1:]))} "
        f"{_escaped(info.title)} (дата обращения: {_day(accessed, _RU)})."
    )


def _day(accessed: date | None, say: Speech) -> str:
    """The day of access; a page that is made once for everybody leaves it to the reader."""
    if accessed is None:
        return "дд.мм.гггг" if say.language == "ru" else "dd.mm.yyyy"
    return f"{accessed:%d.%m.%Y}" if say.language == "ru" else times.day(accessed, language="en")


def _kind(about: Subject) -> str:
    """``законопроект № 100001-99``, ``федеральный закон от 28 апреля 2023 г. № 138-ФЗ``."""
    if about.kind == "page":
        return ""
    if about.is_bill:
        return f"{lower(about.noun)} № {about.number}" if about.noun == "Законопроект" else lower(about.full_name)
    noun = _ACTS.get(about.kind) or lower(about.noun)
    signed = _dated(about.id)
    return " ".join(part for part in (noun, signed, f"№ {about.number}" if about.number else "") if part)


def _dated(document_id: str) -> str:
    """``от 28 апреля 2023 г.`` out of the id of an act, which holds the day of its signing."""
    parts = document_id.split("/")
    if len(parts) != 4:
        return ""
    try:
        signed = date.fromisoformat(parts[2])
    except ValueError:
        return ""
    return f"от {times.day(signed)} г."


def _badge(about: Subject, force: Force) -> str:
    """``проект, не действует``; a page is no act and binds nobody either way."""
    if about.kind == "page":
        return ""
    if about.force_sentence == labels.REJECTED_LAW and force is about.force:
        return lower(labels.REJECTED_LAW.ru.rstrip("."))
    return lower(labels.FORCE_NAMES[force].ru)


def _names(about: Subject) -> tuple[str, str]:
    title = f" {about.quoted_title}" if about.quoted_title else ""
    return f"{about.full_name}{title}", f"{about.english_name}{title}"


def _day_month(value: date) -> str:
    return times.day(value).rpartition(" ")[0]


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[:_LONGEST].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _escaped(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())
