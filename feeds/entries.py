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

from feeds import diffview, labels, places, subject, times, wording
from feeds.library import Library
from feeds.subject import Subject
from feeds.textual import clean, outward
from tracker.models import Diff, Event, RenderedEntry, SiteInfo

ATOM: Final = "http://www.w3.org/2005/Atom"
_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_BUNDLE_SHOWN: Final = 30
_REASONS_SHOWN: Final = 12


def tag_uri(info: SiteInfo, name: str) -> str:
    """A permanent id (RFC 4151). Authority and year were frozen when the instance was made."""
    return f"tag:{info.authority},{info.year}:{name}"


def event_url(info: SiteInfo, event_id: str) -> str:
    """The page of an event, absolute."""
    return f"{info.base_url}/event/{event_id}"


def render(event: Event, library: Library, info: SiteInfo) -> RenderedEntry:
    """Render an event for every feed format. Bundle mates are listed inside the lead."""
    diff = library.diff(event.diff_id) if event.diff_id and not event.struck else None
    facts = _Facts(event, diff, _mates(event, library), info)
    return RenderedEntry(
        event_id=event.id,
        atom=etree.tostring(_atom(facts), encoding="utf-8"),
        rss=etree.tostring(_rss(facts), encoding="utf-8"),
        json=json.dumps(_json(facts), ensure_ascii=False).encode(),
    )


def _mates(event: Event, library: Library) -> tuple[tuple[str, str], ...]:
    """(title, id) of the other events of the observation, strongest first."""
    if not event.lead:
        return ()
    others = sorted(
        (mate for mate in library.bundle(event.bundle) if mate.id != event.id and not mate.backfilled),
        key=lambda mate: (mate.level, mate.seq),
    )
    return tuple(
        (str(wording.title(mate, library.diff(mate.diff_id) if mate.diff_id and not mate.struck else None)), mate.id)
        for mate in others
    )


class _Facts:
    """What the three formats share, computed once."""

    def __init__(self, event: Event, diff: Diff | None, mates: tuple[tuple[str, str], ...], info: SiteInfo) -> None:
        self.event = event
        self.info = info
        self.about: Subject | None = subject.of_event(event)
        self.id = tag_uri(info, f"event/{event.id}")
        self.url = event_url(info, event.id)
        heading = wording.title(event, diff, demo=info.invented)
        self.title = clean(str(heading))
        self.summary = clean(wording.summary(event, diff))
        if heading.demo:
            self.summary = f"{labels.DEMO.ru}. {self.summary}"
        content = _content(event, diff, mates, info, demo=heading.demo)
        self.content = "".join(html.tostring(element, encoding="unicode", with_tail=False) for element in content)

    @property
    def categories(self) -> list[tuple[str, str, str]]:
        """(scheme, term, label): kind of event, topics, force."""
        rows = [("kind", str(self.event.kind), labels.EVENTS[self.event.kind].ru)]
        if self.about is not None:
            rows += [("topic", clean(topic), clean(labels.topic_name(topic).ru)) for topic in self.about.topics]
            rows.append(("force", str(self.about.force), self.about.force_name.ru))
        return rows


# ---------------------------------------------------------------- the words of an entry


def _content(
    event: Event, diff: Diff | None, mates: tuple[tuple[str, str], ...], info: SiteInfo, *, demo: bool
) -> list[html.HtmlElement]:
    """The HTML of an entry: what changed stands in it, a reader need not come to us."""
    elements: list[html.HtmlElement] = []
    if demo:
        elements.append(tag.P(tag.STRONG(f"{labels.DEMO.ru} / {labels.DEMO.en}")))
    elements.append(tag.P(clean(wording.summary(event, diff))))
    if diff is not None:
        elements += diffview.feed_elements(diff)
        if diff.significance.reasons:
            elements.append(tag.P("Оценка: " + labels.LEVELS[diff.significance.level].ru + "."))
            elements.append(_reasons(diff))
    elements += _fields(event.payload)
    if mates:
        elements.append(tag.P("В том же обновлении:"))
        mark = f"{labels.DEMO.ru}. " if demo else ""  # the entry has said it once
        rows = [
            tag.LI(tag.A(clean(title.removeprefix(mark)), href=event_url(info, mate)))
            for title, mate in mates[:_BUNDLE_SHOWN]
        ]
        if len(mates) > _BUNDLE_SHOWN:
            rows.append(tag.LI(f"и ещё {len(mates) - _BUNDLE_SHOWN}"))
        elements.append(tag.UL(*rows))
    elements.append(_links(event, info, invented=demo))
    note = tag.P(clean(wording.english(event)))
    note.set("lang", "en")
    elements.append(note)
    return elements


def _reasons(diff: Diff) -> html.HtmlElement:
    """The rules that fired, the best first; a long list is left to the page."""
    reasons = diff.significance.reasons
    rows = [tag.LI(clean(places.shown(reason.text))) for reason in reasons[:_REASONS_SHOWN]]
    if len(reasons) > _REASONS_SHOWN:
        rows.append(tag.LI(f"и ещё {len(reasons) - _REASONS_SHOWN} — на странице события"))
    return tag.UL(*rows)


def _fields(payload: Mapping[str, Any]) -> list[html.HtmlElement]:
    """Passport entries that changed: before and after, as the card had them."""
    rows = payload.get("fields")
    if not isinstance(rows, list):
        return []
    items = []
    for row in rows:
        name = labels.CARD_FIELDS.get(str(row.get("name")), str(row.get("name")))
        before, after = clean(str(row.get("before") or "—")), clean(str(row.get("after") or "—"))
        items.append(tag.LI(clean(name) + ": ", tag.DEL(f"[−{before}−]"), " ", tag.INS("{+" + after + "+}")))
    return [tag.UL(*items)] if items else []


def _links(event: Event, info: SiteInfo, *, invented: bool) -> html.HtmlElement:
    line = tag.P(tag.A("Страница события: было и стало, снимки, хеши", href=event_url(info, event.id)))
    about = subject.of_event(event)
    source = outward(event.payload.get("url") or (about.url if about else ""), invented=invented)
    if source is None:
        return line
    name = labels.source_name(event.source)
    if source.href is None:
        line[-1].tail = f" · {name}. {labels.NO_SITE.ru}"
        return line
    line[-1].tail = " · "
    line.append(tag.A(name, href=source.href, rel="noreferrer nofollow"))
    line[-1].tail = f". {labels.STATE_SITE.ru}"
    return line


# ---------------------------------------------------------------- three formats


def _atom(facts: _Facts) -> etree._Element:
    entry = etree.Element(f"{{{ATOM}}}entry", nsmap={None: ATOM})
    entry.set(_LANG, "ru")
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
        "language": "ru",
        "tags": [term for _, term, _ in facts.categories],
        "_duma_tracker": {
            "about": f"{facts.info.base_url}/about",
            "event": event.id,
            "kind": str(event.kind),
            "level": int(event.level),
            "source": event.source,
            "document": event.document_id,
            "force": str(about.force) if about else None,
            "occurred_at": event.occurred_at,
            "observed_at": moment,
            "invented": facts.info.invented or (about is not None and about.invented),
        },
    }
