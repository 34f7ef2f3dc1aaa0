"""The page of one document: where it stands, what we noticed, its texts, files and relations, and when it was last checked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from feeds import addresses, channels, clausehistory, labels, relations, subject, times, views
from feeds.formats import epoch
from feeds.frame import Frame
from feeds.pages import Page
from feeds.pictures import lawmap, pulse, stages
from feeds.textual import outward
from tracker.models import Document, Event, Version

#: A picture of a law with fewer articles says less than the table of its texts.
_WORTH_A_MAP: Final = 4


def page(frame: Frame, document: Document) -> Page:
    """Everything that is known of a document."""
    library, say = frame.library, frame.say
    about = subject.of_document(document)
    events = library.events(scope=f"document:{document.id}", limit=views.DOCUMENT_EVENTS)
    watches = library.watches(include_muted=True, target=document.id)
    card = views.card_of(document.id, library)
    versions = library.versions(document.id)
    steps = (card or {}).get("events") or ()
    moments = [event.observed_at for event in events[:1]]
    moments += [watch.last_checked or watch.added_at for watch in watches]
    checks = [watch.last_success for watch in watches if watch.last_success is not None]
    feed = channels.document_channel(about, language=frame.language)
    invented = frame.is_invented(document)
    newest = clausehistory.newest_text(versions)
    line = views.stage_line(about.status, steps, say) if about.is_bill else []
    return frame.html(
        f"/{document.id}",
        "document.html",
        max(moments, default=epoch(frame.info)),
        demo=document.invented,
        heading=about.full_name if frame.language == "ru" else about.english_name,
        about=about,
        source=outward(document.url, invented=invented),
        stage=views.shown_status(about, say),
        stage_picture=stages.picture(line, say),
        law_map=_map(frame, document, newest, events) if newest and not about.is_bill else "",
        pulse=pulse.picture(
            "pulse", [event.observed_at for event in events if not event.backfilled], frame.newest(), say
        ),
        freshness=views.document_freshness(watches, events[0] if events else None, say),
        last_change=next((frame.both(event.observed_at) for event in events if not event.backfilled), ""),
        events=[frame.rows.row(event) for event in events if not event.backfilled],
        history=[frame.rows.row(event) for event in events if event.backfilled],
        steps=views.step_rows(card, say),
        votes=views.vote_rows(card, say),
        note=str((card or {}).get("note") or ""),
        texts=views.text_rows(versions, events, say, invented=invented),
        newest=addresses.version_path(newest) if newest else None,
        files=views.file_rows(card, say, invented=invented),
        relations=relations.worded(library.relations(document.id), document.id, library, frame.language),
        topics_of=[(topic, labels.topic_name(topic, frame.info.topic_names)) for topic in document.topics],
        feed=frame.feed_row(feed),
        as_of=frame.both(max(checks)) if checks else "",
        autodiscovery=frame.alternates(feed),
    )


def _map(frame: Frame, document: Document, newest: Version, events: Sequence[Event]) -> Markup:
    """The picture of a law whose cells are its articles; nothing where no comparison is known, or there is little to see."""
    path = addresses.version_path(newest)
    chain = clausehistory.chain(path, events, frame.library)
    text = frame.layout.link(f"/{document.id}", path)
    articles = lawmap.articles_of(frame.library.sections(newest.id), chain, text)
    if not chain.links or len(articles) < _WORTH_A_MAP:
        return Markup("")
    return lawmap.picture(articles, times.moscow_day(frame.newest()), frame.say)
