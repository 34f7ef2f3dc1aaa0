"""One event rendered once into the fragments that feeds join: an Atom entry, an RSS item, a JSON Feed item.

An entry is immutable: its id is a tag URI of the event, published = updated = when we saw it, and the source's own time stands
in the text. The same id, title and HTML go into all three. Everything is built as a tree and escaped by its serialiser.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final

from lxml import etree, html
from lxml.html import builder as tag

from feeds import diffview, labels, places, sides, subject, times, wording
from feeds.languages import Speech, prefix
from feeds.library import Library
from feeds.subject import Subject
from feeds.textual import bounded, clean, outward
from feeds.told import modest
from tracker.models import Diff, Event, Language, RenderedEntry, SiteInfo

ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_BUNDLE_SHOWN: Final = 30
_REASONS_SHOWN: Final = 12
_LONGEST_SUMMARY: Final = 4_000  # characters


def tag_uri(info: SiteInfo, name: str) -> str:
    """A permanent id (RFC 4151). Authority and year were frozen when the instance was made."""
    return f"tag:{info.authority},{info.year}:{name}"


def event_url(info: SiteInfo, event_id: str, language: Language = "ru") -> str:
    """The page of an event, absolute."""
    return f"{info.base_url}{prefix(language)}/event/{event_id}"


def render(event: Event, library: Library, info: SiteInfo, language: Language = "ru") -> RenderedEntry:
    """Render an event for every feed format, in one language. Bundle mates are listed inside the lead."""
    event = modest(event)
    diff = _diff(event, library)
    facts = _Facts(event, diff, _mates(event, library, language), info, Speech(language))
    return RenderedEntry(
        event_id=event.id,
        language=language,
        atom=etree.tostring(_atom(facts), encoding="utf-8"),
        rss=etree.tostring(_rss(facts), encoding="utf-8"),
        json=json.dumps(_json(facts), ensure_ascii=False).encode(),
    )


def _mates(event: Event, library: Library, language: Language) -> tuple[tuple[str, str], ...]:
    """(title, id) of the other events of the observation, strongest first."""
    if not event.lead:
        return ()
    others = sorted(
        (mate for mate in library.bundle(event.bundle) if mate.id != event.id and not mate.backfilled),
        key=lambda mate: (mate.level, mate.seq),
    )
    return tuple((str(wording.title(mate, _diff(mate, library), language=language)), mate.id) for mate in others)


def _diff(event: Event, library: Library) -> Diff | None:
    return library.diff(event.diff_id) if event.diff_id and not event.struck else None


class _Facts:
    """What the three formats share, computed once."""

    def __init__(
        self, event: Event, diff: Diff | None, mates: tuple[tuple[str, str], ...], info: SiteInfo, say: Speech
    ) -> None:
        self.event = event
        self.info = info
        self.say = say
        self.about: Subject | None = subject.of_event(event)
        self.id = tag_uri(info, f"event/{event.id}")
        self.url = event_url(info, event.id, say.language)
        heading = wording.title(event, diff, demo=info.invented, language=say.language)
        self.title = bounded(clean(str(heading)))
        self.summary = bounded(clean(wording.summary(event, diff, language=say.language)), _LONGEST_SUMMARY)
        if heading.demo:
            self.summary = f"{say.of(labels.DEMO)}. {self.summary}"
        content = _content(event, diff, mates, info, say, demo=heading.demo)
        self.content = "".join(html.tostring(element, encoding="unicode", with_tail=False) for element in content)

    @property
    def categories(self) -> list[tuple[str, str, str]]:
        """(scheme, term, label): kind of event, topics, force."""
        say = self.say
        rows = [("kind", str(self.event.kind), say.of(labels.EVENTS[self.event.kind]))]
        if self.about is not None:
            for topic in self.about.topics:
                name = labels.topic_name(topic, self.info.topic_names)
                rows.append(("topic", clean(topic), clean(say.of(name))))
            rows.append(("force", str(self.about.force), say.of(self.about.force_name)))
        return rows


# ---------------------------------------------------------------- the words of an entry


def _content(
    event: Event,
    diff: Diff | None,
    mates: tuple[tuple[str, str], ...],
    info: SiteInfo,
    say: Speech,
    *,
    demo: bool,
) -> list[html.HtmlElement]:
    """The HTML of an entry: what changed stands in it, a reader need not come to us."""
    elements: list[html.HtmlElement] = []
    if demo:
        elements.append(tag.P(tag.STRONG(f"{labels.DEMO.ru} / {labels.DEMO.en}")))
    summary = wording.summary(event, diff, language=say.language)
    elements.append(tag.P(bounded(clean(summary), _LONGEST_SUMMARY)))
    if diff is not None:
        called = sides.called(event, say)
        elements += diffview.feed_elements(diff, say, called)
        if diff.significance.reasons:
            elements.append(tag.P(say("Оценка: {level}.", level=say.of(labels.LEVELS[diff.significance.level]))))
            elements.append(_reasons(diff, say))
            if not called.are_times:
                elements.append(tag.P(say("Правила сравнили первый текст со вторым; порядок здесь условный.")))
    elements += _fields(event.payload, say)
    if mates:
        elements.append(tag.P(say("В том же обновлении:")))
        mark = f"{say.of(labels.DEMO)}. " if demo else ""  # the entry has said it once
        rows = [
            tag.LI(tag.A(bounded(clean(title.removeprefix(mark))), href=event_url(info, mate, say.language)))
            for title, mate in mates[:_BUNDLE_SHOWN]
        ]
        if len(mates) > _BUNDLE_SHOWN:
            rows.append(tag.LI(say("и ещё {count}", count=len(mates) - _BUNDLE_SHOWN)))
        elements.append(tag.UL(*rows))
    elements.append(_links(event, info, say, invented=demo))
    # The other language stands beside: one line of English, or the Russian sentences, whose words are those of the law.
    beside = wording.english(event) if say.language == "ru" else wording.summary(event, diff)
    note = tag.P(bounded(clean(beside), _LONGEST_SUMMARY))
    note.set("lang", say.other)
    elements.append(note)
    return elements


def _reasons(diff: Diff, say: Speech) -> html.HtmlElement:
    """The rules that fired, the best first; a long list is left to the page."""
    reasons = diff.significance.reasons
    rows = [
        tag.LI(bounded(clean(places.shown(said)), _LONGEST_SUMMARY))
        for said in (
            reason.text if say.language == "ru" else reason.text_en or reason.text
            for reason in reasons[:_REASONS_SHOWN]
        )
    ]
    if len(reasons) > _REASONS_SHOWN:
        rows.append(tag.LI(say("и ещё {count} — на странице события", count=len(reasons) - _REASONS_SHOWN)))
    return tag.UL(*rows)


def _fields(payload: Mapping[str, Any], say: Speech) -> list[html.HtmlElement]:
    """Passport entries that changed: before and after, as the card had them."""
    rows = payload.get("fields")
    if not isinstance(rows, list):
        return []
    items = []
    for row in rows:
        name = say.of(labels.card_field(str(row.get("name"))))
        before, after = (bounded(clean(str(row.get(key) or "—")), _LONGEST_SUMMARY) for key in ("before", "after"))
        items.append(tag.LI(bounded(clean(name)) + ": ", tag.DEL(f"[−{before}−]"), " ", tag.INS("{+" + after + "+}")))
    return [tag.UL(*items)] if items else []


def _links(event: Event, info: SiteInfo, say: Speech, *, invented: bool) -> html.HtmlElement:
    own = event_url(info, event.id, say.language)
    line = tag.P(tag.A(say("Страница события: было и стало, снимки, хеши"), href=own))
    about = subject.of_event(event)
    source = outward(event.payload.get("url") or (about.url if about else ""), invented=invented)
    if source is None:
        return line
    name = labels.source_name(event.source, language=say.language)
    if source.href is None:
        line[-1].tail = f" · {name}. {say.of(labels.NO_SITE)}"
        return line
    line[-1].tail = " · "
    line.append(tag.A(name, href=source.href, rel="noreferrer nofollow"))
    line[-1].tail = f". {say.of(labels.STATE_SITE)}"
    return line


# ---------------------------------------------------------------- three formats


def _atom(facts: _Facts) -> etree._Element:
    entry = etree.Element(f"{{{ATOM}}}entry", nsmap={None: ATOM})
    entry.set(_LANG, facts.say.language)
    _add(entry, "id", facts.id)
    _add(entry, "title", facts.title, type="text")
    _add(entry, "link", None, rel="alternate", type="text/html", href=facts.url)
    moment = times.iso(facts.event.observed_at)
    _add(entry, "published", moment)
    _add(entry, "updated", moment)
    for scheme, term, label in facts.categories:
        _add(entry, "category", None, scheme=tag_uri(facts.info, scheme), term=term, label=label)
    _add(entry, "summary", facts.summary, type="text")
    _add(entry, "content", facts.content, type="html")
    return entry


def _add(parent: etree._Element, name: str, text: str | None, **attributes: str) -> None:
    child = etree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text


def _rss(facts: _Facts) -> etree._Element:
    item = etree.Element("item")
    etree.SubElement(item, "title").text = facts.title
    etree.SubElement(item, "link").text = facts.url
    etree.SubElement(item, "guid", {"isPermaLink": "false"}).text = facts.id
    etree.SubElement(item, "pubDate").text = rfc822(facts.event.observed_at)
    for scheme, term, _ in facts.categories:
        etree.SubElement(item, "category", {"domain": tag_uri(facts.info, scheme)}).text = term
    etree.SubElement(item, "description").text = facts.content
    return item


def rfc822(moment: datetime) -> str:
    """``Thu, 14 May 2026 11:05:00 +0000``: a date that no reader mistakes for local time."""
    return format_datetime(moment.astimezone(UTC))


def _json(facts: _Facts) -> dict[str, Any]:
    event = facts.event
    moment = times.iso(event.observed_at)
    about = facts.about
    return {
        "id": facts.id,
        "url": facts.url,
        "title": facts.title,
        "content_html": facts.content,
        "summary": facts.summary,
        "date_published": moment,
        "date_modified": moment,
        "language": facts.say.language,
        "tags": [term for _, term, _ in facts.categories],
        "_duma_tracker": {
            "about": f"{facts.info.base_url}{prefix(facts.say.language)}/about",
            "event": event.id,
            "kind": str(event.kind),
            "level": int(event.level),
            "source": event.source,
            "document": event.document_id,
            "force": str(about.force) if about else None,
            "occurred_at": bounded(clean(event.occurred_at)) if event.occurred_at else None,
            "observed_at": moment,
            "invented": facts.info.invented or (about is not None and about.invented),
        },
    }
