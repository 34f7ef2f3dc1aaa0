"""From the bytes of a text to its units, and from its units to what people are told. Pure: no network, no store.

A text is *read* (bytes -> plain text -> units) always by today's code, also the text it is compared with: the archive keeps
the bytes, so an improvement of ours changes both sides alike and is never news.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog

from diffs import compare, normalise, structure
from scrapers import page as web_page
from scrapers.extract import files
from tracker import payloads
from tracker.errors import ExtractError, PageError
from tracker.models import (
    Diff,
    EditionKey,
    EventDraft,
    EventKind,
    Level,
    NewVersion,
    Notice,
    Part,
    Problem,
    Reading,
    Section,
    Snapshot,
    digest_of,
)
from tracker.payloads import Drafter
from tracker.workers import Workers, size_of

log = structlog.get_logger("tracker.texts")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadText:
    """A text made of units, or the reason why it could not be read (then `sections` is empty).

    `digest` is of the canonical units: typography does not change it. Of an unreadable file it is the digest of the bytes.
    `place` is the element of a web page that holds the text; `flags` say what its reader could not be sure of (see
    `scrapers.extract`).
    """

    digest: str
    extractor: str
    sections: tuple[Section, ...] = ()
    amending_acts: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
    unread_reason: str | None = None
    plain: str = ""
    place: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor:
    """The text that a new one is compared with: the one before it by position, whenever it arrived."""

    key: EditionKey
    number: int
    label: str
    sections: tuple[Section, ...]
    snapshot: Snapshot | None


#: The extractor of a text made of kept units, see `kept_text`.
KEPT: Final = "kept"


def read_file(body: bytes, *, name: str, content_type: str, body_digest: str, ocr: bool = False) -> ReadText:
    """A downloaded file as units. A scan or an unread format is told as such; an empty or error page raises `PageError`.

    `ocr`: let a machine recognise a scan; such a text is flagged.
    """
    try:
        extracted = files.extract(body, name=name, content_type=content_type, ocr=ocr)
    except ExtractError as error:
        if error.problem is Problem.EMPTY:
            raise PageError(error.problem, str(error)) from error
        return ReadText(digest=body_digest, extractor="none", unread_reason=str(error.problem))
    return replace(_structured(extracted.text, extractor=extracted.extractor), flags=extracted.flags)


def read_page(
    body: bytes,
    *,
    selector: str | None,
    content_type: str,
    url: str,
    place: str = "",
    remove: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> ReadText:
    """The part of a web page that holds a text, as units; `remove` and `ignore` name what is none (see `scrapers.page`).

    Without a selector the text stands at `place`, where an earlier look has found it, else where it is found now.
    """
    page = web_page.read(
        body, selector=selector, place=place, content_type=content_type, url=url, remove=remove, ignore=ignore
    )
    return replace(_structured(page.text, extractor=f"page/2 {page.way}"), place=page.place)


def read_act(reading: Reading) -> ReadText:
    """The text of an act that a source has read, as units. What its notes say of amending acts counts as said by the text."""
    read = _structured(reading.text, extractor=f"{reading.source}/1")
    noted = normalise.normalise("\n".join(remark.text for remark in reading.remarks)).amending_acts
    return replace(read, amending_acts=tuple(dict.fromkeys((*noted, *read.amending_acts))))


def read_plain(text: str) -> ReadText:
    """A text that is already plain, such as an explanatory note on a card."""
    return _structured(text, extractor="plain/1")


def kept_text(sections: tuple[Section, ...], *, digest: str, unread_reason: str | None) -> ReadText:
    """A text out of the units that were kept of it, where its bytes cannot be read again as they were then."""
    if unread_reason is not None:
        return ReadText(digest=digest, extractor=KEPT, unread_reason=unread_reason)
    normal = normalise.normalise("\n".join(section.text for section in sections))
    return ReadText(
        digest=_digest(sections),
        extractor=KEPT,
        sections=sections,
        amending_acts=normal.amending_acts,
        plain=normal.text,
    )


def _digest(sections: tuple[Section, ...]) -> str:
    return digest_of([[section.path, normalise.canonical(section.text)] for section in sections])


def _structured(text: str, *, extractor: str) -> ReadText:
    normal = normalise.normalise(text)
    sections = structure.structure(normal.text)
    return ReadText(
        digest=_digest(sections),
        extractor=extractor,
        sections=sections,
        amending_acts=normal.amending_acts,
        notices=structure.find_notices(sections),
        plain=normal.text,
    )


def version_of(
    key: EditionKey, read: ReadText, *, position: str, label: str, snapshot: Snapshot, url: str, cause: str | None
) -> NewVersion:
    """The version that this text makes."""
    return NewVersion(
        key=key,
        position=position,
        label=label,
        snapshot_id=snapshot.id,
        digest=read.digest,
        url=url,
        readable=read.unread_reason is None,
        unread_reason=read.unread_reason,
        cause=cause,
        extractor=read.extractor,
        sections=read.sections,
    )


#: How loudly a text speaks when there is nothing to compare it with.
_FIRST_TEXT: Final = Level.MAJOR
_UNREAD_TEXT: Final = Level.MAJOR  # filters fail open: nobody knows what it says
_UNEXPLAINED_AT_LEAST: Final = Level.MAJOR


def text_event(
    drafter: Drafter,
    kind: EventKind,
    version: NewVersion,
    number: int,
    read: ReadText,
    *,
    snapshot: Snapshot,
    before: Predecessor | None,
    file: Mapping[str, Any] | None = None,
    occurred_at: str | None = None,
    extra: Mapping[str, Any] | None = None,
    workers: Workers,
) -> EventDraft:
    """What people are told of a text: a new edition, new content inside an edition, an unexplained change.

    `extra`: what the kind of event has to say besides.
    """
    diff = _compared(before, read, workers) if before is not None else None
    key = version.key
    path = f"/{key.document_id}/{key.part}/{key.source}/{key.edition}/{number}"
    payload = {
        "part": str(key.part),
        "edition": key.edition,
        "label": version.label,
        "version": number,
        "readable": version.readable,
        "unread_reason": version.unread_reason,
        "flags": list(read.flags),
        "file": file,
        "compared_with": _named(before) if diff is not None else None,
        "change": payloads.of_change(diff) if diff is not None else None,
        "notices": payloads.of_notices(read.notices),
        "version_path": path,
        "url": version.url,
        "snapshot": payloads.of_snapshot(snapshot),
        "before_snapshot": payloads.of_snapshot(before.snapshot) if before is not None and diff is not None else None,
        **(extra or {}),
    }
    return drafter.draft(
        kind,
        key=f"{key.part}/{key.source}/{key.edition}/{number}",
        digests=(version.digest,),
        occurred_at=occurred_at,
        level=_level(kind, version, diff),
        payload=payload,
        diff=diff,
    )


def _compared(before: Predecessor, read: ReadText, workers: Workers) -> Diff | None:
    if read.unread_reason is not None:
        return None
    size = size_of(before.sections) + size_of(read.sections)
    try:
        return workers.call(size, compare.compare, before.sections, read.sections)
    except PageError as error:  # two texts that no process survives: that there is a new one is told all the same
        log.error("texts.not_compared", document=before.key.document_id, reason=str(error))  # noqa: TRY400 - see `workers`
        return None


def _named(before: Predecessor | None) -> dict[str, Any] | None:
    if before is None:
        return None
    return {
        "edition": before.key.edition,
        "label": before.label,
        "version": before.number,
        "part": str(before.key.part),
        "source": before.key.source,
    }


def _level(kind: EventKind, version: NewVersion, diff: Diff | None) -> Level:
    if not version.readable:
        level = _UNREAD_TEXT
    elif diff is None:
        level = _FIRST_TEXT if version.key.part is Part.TEXT else Level.TECHNICAL
    elif diff.same:
        level = Level.TECHNICAL
    else:
        level = diff.significance.level
    return min(level, _UNEXPLAINED_AT_LEAST) if kind is EventKind.TEXT_UNEXPLAINED else level
