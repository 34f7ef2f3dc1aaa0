"""A real store in a temporary directory, a clock that only tests move, and makers of invented records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.store import Store
from tracker.models import (
    Diff,
    Document,
    EditionKey,
    EventDraft,
    EventKind,
    Level,
    NewVersion,
    Part,
    Response,
    Section,
    digest_of,
)

START = datetime(2099, 3, 1, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, *, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Make:
    """Makers of records about one invented bill."""

    bill = "bill/100001-99"
    url = "https://bills.example/bill/100001-99"

    def at(self, minutes: int = 0) -> datetime:
        return START + timedelta(minutes=minutes)

    def response(
        self, body: bytes, *, minutes: int = 0, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Response:
        return Response(
            url=self.url,
            final_url=self.url,
            status=status,
            headers=tuple((headers or {}).items()),
            body=body,
            fetched_at=self.at(minutes),
            via="direct+https",
        )

    def document(self, title: str = "О внесении изменений", *, topics: tuple[str, ...] = ()) -> Document:
        return Document(
            id=self.bill, kind="bill", number="100001-99", date=None, title=title, topics=topics, invented=True
        )

    def key(self, edition: str = "introduced", *, part: Part = Part.TEXT) -> EditionKey:
        return EditionKey(document_id=self.bill, part=part, source="sozd", edition=edition)

    def text(self, *texts: str, edition: str = "introduced", position: str = "10") -> NewVersion:
        sections = tuple(
            Section(path=f"st-{number}", address=f"ст. {number}", text=text)
            for number, text in enumerate(texts, start=1)
        )
        return NewVersion(
            key=self.key(edition),
            position=position,
            label="Текст внесённого законопроекта",
            snapshot_id=None,
            digest=digest_of(texts),
            url=self.url,
            extractor="docx/1",
            sections=sections,
        )

    def draft(
        self,
        key: str = "step-1",
        *,
        kind: EventKind = EventKind.BILL_STEP,
        level: Level = Level.NOTABLE,
        payload: Mapping[str, Any] | None = None,
        scopes: tuple[str, ...] = ("document:bill/100001-99",),
        backfilled: bool = False,
        diff: Diff | None = None,
    ) -> EventDraft:
        return EventDraft(
            kind=kind,
            document_id=self.bill,
            source="sozd",
            key=key,
            digests=(digest_of(key),),
            occurred_at="2099-03-01",
            level=level,
            payload={"title": "Регистрация законопроекта"} if payload is None else payload,
            scopes=scopes,
            backfilled=backfilled,
            diff=diff,
        )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path, clock=clock) as opened:
        yield opened
