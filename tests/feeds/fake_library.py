"""A library in memory with an invented history: every document is of convocation 99 and does not exist."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db import codec
from feeds import entries
from feeds.library import FeedFormat
from tracker.models import (
    Diff,
    DiffStats,
    Document,
    EditionKey,
    Event,
    EventKind,
    Force,
    Group,
    Json,
    Language,
    Level,
    Noise,
    Operation,
    Part,
    Reason,
    Relation,
    RenderedEntry,
    Rendition,
    Section,
    Significance,
    SiteInfo,
    Snapshot,
    SourceState,
    Span,
    Status,
    Version,
    Watch,
    event_id,
)
from tracker.payloads import of_document
from tracker.roots import Proof, Root

_TOLD_TO_ALL = {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED, EventKind.CORRECTION}

START = datetime(2026, 5, 12, 6, 10, tzinfo=UTC)
INFO = SiteInfo(
    title="Трекер Думы", base_url="https://tracker.example/watch", authority="tracker.example", year=2026, live=False
)


@dataclass
class FakeLibrary:
    """Satisfies `feeds.library.Library` with lists."""

    info: SiteInfo = INFO
    kept_documents: dict[str, Document] = field(default_factory=dict)
    kept_versions: list[Version] = field(default_factory=list)
    kept_sections: dict[int, tuple[Section, ...]] = field(default_factory=dict)
    kept_data: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    kept_diffs: dict[str, Diff] = field(default_factory=dict)
    kept_relations: list[Relation] = field(default_factory=list)
    kept_events: list[Event] = field(default_factory=list)
    event_scopes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    kept_sources: list[SourceState] = field(default_factory=list)
    kept_watches: list[Watch] = field(default_factory=list)
    rendered: dict[tuple[str, str], RenderedEntry] = field(default_factory=dict)
    kept_states: dict[str, Json] = field(default_factory=dict)
    kept_snapshots: list[Snapshot] = field(default_factory=list)
    kept_roots: list[Root] = field(default_factory=list)

    def document(self, document_id: str, /) -> Document | None:
        return self.kept_documents.get(document_id)

    def documents(self) -> tuple[Document, ...]:
        return tuple(self.kept_documents.values())

    def newest_documents(self, *, topic: str = "", limit: int, offset: int = 0) -> tuple[Document, ...]:
        found = [row for row in self.kept_documents.values() if not topic or topic in row.topics]
        ordered = sorted(found, key=lambda row: (row.date or "", row.id), reverse=True)
        return tuple(ordered[offset : offset + limit])

    def document_count(self, topic: str = "", /) -> int:
        return sum(not topic or topic in row.topics for row in self.kept_documents.values())

    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({topic for row in self.kept_documents.values() for topic in row.topics}))

    def document_page(
        self, *, topic: str, kind: str, force: Force | None, status: Status | None, after: str, limit: int
    ) -> tuple[Document, ...]:
        found = [
            row
            for row in sorted(self.kept_documents.values(), key=lambda row: row.id)
            if row.id > after
            and row.id.startswith(f"{kind}/" if kind else "")
            and (not topic or topic in row.topics)
            and force in {None, row.force}
            and status in {None, row.status}
        ]
        return tuple(found[:limit])

    def ledger_line(self, event_id: str, /) -> Mapping[str, Json] | None:
        event = self.event(event_id)
        return None if event is None else {"id": event.id, "seq": event.seq, "hash": event.hash, "salt": None}

    def versions(self, document_id: str, /, *, part: Part | None = None) -> tuple[Version, ...]:
        return tuple(
            row for row in self.kept_versions if row.key.document_id == document_id and part in {None, row.key.part}
        )

    def version(self, key: EditionKey, number: int, /) -> Version | None:
        return next((row for row in self.kept_versions if row.key == key and row.number == number), None)

    def version_by_id(self, version_id: int, /) -> Version | None:
        return next((row for row in self.kept_versions if row.id == version_id), None)

    def sections(self, version_id: int, /) -> tuple[Section, ...]:
        return self.kept_sections.get(version_id, ())

    def data(self, version_id: int, /) -> Mapping[str, Any] | None:
        return self.kept_data.get(version_id)

    def diff(self, diff_id: str, /) -> Diff | None:
        return self.kept_diffs.get(diff_id)

    def relations(self, document_id: str, /) -> tuple[Relation, ...]:
        return tuple(row for row in self.kept_relations if document_id in {row.from_document, row.to_document})

    def event(self, event_id: str, /) -> Event | None:
        return next((row for row in self.kept_events if row.id == event_id), None)

    def events(
        self,
        *,
        scope: str | None = None,
        kinds: tuple[EventKind, ...] = (),
        leads_only: bool = False,
        backfilled: bool | None = None,
        after_seq: int | None = None,
        before_seq: int | None = None,
        limit: int = 100,
        oldest_first: bool = False,
    ) -> tuple[Event, ...]:
        found = [
            row
            for row in self.kept_events
            if (scope is None or scope in self.event_scopes[row.id])
            and (not kinds or row.kind in kinds)
            and (not leads_only or row.lead)
            and backfilled in {None, row.backfilled}
            and (after_seq is None or row.seq > after_seq)
            and (before_seq is None or row.seq < before_seq)
        ]
        return tuple(sorted(found, key=lambda row: row.seq, reverse=not oldest_first)[:limit])

    def bundle(self, bundle_id: str, /) -> tuple[Event, ...]:
        return tuple(row for row in self.kept_events if row.bundle == bundle_id)

    def corrections_of(self, event_id: str, /) -> tuple[Event, ...]:
        return tuple(
            row for row in self.kept_events if row.kind is EventKind.CORRECTION and row.payload.get("event") == event_id
        )

    def scopes(self, prefix: str = "", /) -> tuple[str, ...]:
        every = {scope for scopes in self.event_scopes.values() for scope in scopes if scope != "significant"}
        return tuple(sorted(scope for scope in every if scope.startswith(prefix)))

    def seqs(self, scope: str | None, /, *, leads_only: bool, after_seq: int, before_seq: int) -> tuple[int, ...]:
        found = self.events(
            scope=scope,
            leads_only=leads_only,
            backfilled=False,
            after_seq=after_seq,
            before_seq=before_seq,
            limit=len(self.kept_events),
        )
        return tuple(event.seq for event in found)

    def months(self, after_seq: int = 0, /) -> Mapping[str, tuple[int, int]]:
        found: dict[str, tuple[int, int]] = {}
        for row in self.kept_events:
            if row.seq > after_seq:
                name = f"{row.observed_at.astimezone(ZoneInfo('Europe/Moscow')):%Y-%m}"
                found[name] = (found.get(name, (row.seq, 0))[0], row.seq)
        return found

    def entries(
        self,
        scope: str | None,
        fmt: FeedFormat,
        /,
        *,
        leads_only: bool,
        limit: int = 100,
        language: Language = "ru",
        after_seq: int | None = None,
        before_seq: int | None = None,
    ) -> tuple[tuple[Event, bytes], ...]:
        for event in self.kept_events:
            if (event.id, language) not in self.rendered:
                self.rendered[event.id, language] = entries.render(event, self, self.info, language)
        found = self.events(scope=scope, leads_only=leads_only, after_seq=after_seq, before_seq=before_seq, limit=limit)
        return tuple((event, getattr(self.rendered[event.id, language], fmt)) for event in found)

    def states(self, prefix: str, /) -> Mapping[str, Json]:
        return {key: value for key, value in self.kept_states.items() if key.startswith(prefix)}

    def source_states(self) -> tuple[SourceState, ...]:
        return tuple(self.kept_sources)

    def watches(self, *, include_muted: bool = False, target: str | None = None) -> tuple[Watch, ...]:
        return tuple(
            row for row in self.kept_watches if (include_muted or not row.muted) and target in {None, row.target}
        )

    def snapshot(self, snapshot_id: int, /) -> Snapshot | None:
        return next((row for row in self.kept_snapshots if row.id == snapshot_id), None)

    def renditions(self, version_id: int, /) -> tuple[Rendition, ...]:
        sections = self.kept_sections.get(version_id, ())
        first = Rendition(version_id=version_id, extractor="fake/1", sections=sections, pinned=True, made_at=START)
        return (first,) if sections else ()

    def diff_json(self, diff_id: str, /) -> bytes | None:
        diff = self.kept_diffs.get(diff_id)
        return None if diff is None else codec.diff_to_json(diff).encode()

    def proof(self, event_id: str, /) -> Proof | None:
        line = self.ledger_line(event_id)
        return None if line is None else Proof(line=dict(line), root=None)

    def roots(self) -> tuple[Root, ...]:
        return tuple(self.kept_roots)

    def latest_root(self) -> Root | None:
        return self.kept_roots[-1] if self.kept_roots else None

    def strike_count(self) -> int:
        return sum(event.struck for event in self.kept_events)

    # ------------------------------------------------------------ building

    def tell(
        self,
        kind: EventKind,
        document: Document | None,
        payload: Mapping[str, Any] | None = None,
        *,
        level: Level = Level.NOTABLE,
        at: datetime | None = None,
        bundle: str | None = None,
        lead: bool = True,
        source: str = "sozd",
        diff: Diff | None = None,
        occurred_at: str | None = None,
        backfilled: bool = False,
        struck: bool = False,
    ) -> Event:
        seq = len(self.kept_events) + 1
        identity = event_id(
            document_id=document.id if document else None,
            source=source,
            kind=kind,
            key=str(seq),
            digests=(),
            occurrence=0,
        )
        diff_id = f"diff-{seq}" if diff else None
        if diff and diff_id:
            self.kept_diffs[diff_id] = diff
        facts = {"document": of_document(document)} if document else {}
        event = Event(
            seq=seq,
            id=identity,
            kind=kind,
            document_id=document.id if document else None,
            source=source,
            bundle=bundle or f"bundle-{seq}",
            lead=lead,
            occurred_at=occurred_at,
            observed_at=at or START + timedelta(hours=seq),
            backfilled=backfilled,
            level=level,
            payload={} if struck else {**facts, **(payload or {})},
            diff_id=diff_id,
            struck=struck,
            hash=hashlib.sha256(identity.encode()).hexdigest(),
            previous_hash="0" * 64,
        )
        self.kept_events.append(event)
        topics = document.topics if document else ("citizenship", "conscription")
        scopes = [f"topic:{topic}" for topic in topics] + [f"source:{source}"]
        if level <= Level.MAJOR or kind in _TOLD_TO_ALL or event.payload.get("readable") is False:
            scopes.append("significant")
        self.event_scopes[event.id] = tuple(scopes + ([f"document:{document.id}"] if document else []))
        return event

    def keep_version(
        self,
        document: Document,
        edition: str,
        sections: Sequence[Section] = (),
        *,
        part: Part = Part.TEXT,
        source: str = "sozd",
        number: int = 1,
        position: str = "1",
        label: str = "",
        unread_reason: str | None = None,
        data: Mapping[str, Any] | None = None,
        at: datetime = START,
    ) -> Version:
        version = Version(
            id=len(self.kept_versions) + 1,
            key=EditionKey(document_id=document.id, part=part, source=source, edition=edition),
            number=number,
            position=position,
            label=label,
            observed_at=at,
            last_seen=at + timedelta(days=3),
            snapshot_id=None,
            snapshot_digest=hashlib.sha256(f"{edition}{number}".encode()).hexdigest(),
            digest="d",
            readable=unread_reason is None,
            unread_reason=unread_reason,
            url="https://sozd.example/download/1",
            cause=None,
        )
        self.kept_versions.append(version)
        self.kept_sections[version.id] = tuple(sections)
        if data is not None:
            self.kept_data[version.id] = data
        return version


def bill(
    status: Status | None = Status.FIRST_READING, *, number: str = "100001-99", invented: bool = True, title: str = ""
) -> Document:
    return Document(
        id=f"bill/{number}",
        kind="bill",
        number=number,
        date="2026-02-02",
        title=title or "О внесении изменений в статью 22 Федерального закона «О гражданстве Российской Федерации»",
        comment="(в части уточнения оснований прекращения гражданства)",
        status=status,
        force=Force.DRAFT if status in {Status.REGISTERED, Status.FIRST_READING} else Force.UNKNOWN,
        url=f"https://sozd.example/bill/{number}",
        topics=("citizenship",),
        invented=invented,
    )


def law() -> Document:
    return Document(
        id="act/fz/2099-04-28/938-fz",
        kind="fz",
        number="938-ФЗ",
        date="2099-04-28",
        title="О гражданстве (вымышленная редакция)",
        status=Status.PUBLISHED,
        force=Force.IN_FORCE,
        url="http://pravo.example/proxy/ips/?docbody=&nd=900000001",
        topics=("citizenship",),
        invented=True,
    )


def decree() -> Document:
    return Document(
        id="act/ukaz/2099-05-12/923",
        kind="ukaz",
        number="923",
        date="2099-05-12",
        title="О призыве граждан, пребывающих в запасе, на военные сборы",
        url="http://publication.example/document/9001209905120001",
        topics=("conscription",),
        invented=True,
    )


def operation(
    ops: Sequence[str],
    address: str,
    spans: Sequence[Span] = (),
    *,
    old_address: str | None = None,
    path: str = "",
    group: str | None = None,
) -> Operation:
    old = "".join(text for kind, text in spans if kind != "+")
    new = "".join(text for kind, text in spans if kind != "-")
    added, removed = "added" in ops, "removed" in ops
    return Operation(
        ops=tuple(ops),
        old_path=None if added else path or address,
        new_path=None if removed else path or address,
        old_address=None if added else old_address or address,
        new_address=None if removed else address,
        old_text=None if added else old,
        new_text=None if removed else new,
        spans=tuple(spans),
        group=group,
    )


def years() -> Operation:
    return operation(
        ["modified"],
        "ст. 22 ч. 1 п. 2",
        [
            ("=", "2) совершения в течение "),
            ("-", "десяти"),
            ("+", "пяти"),
            (
                "=",
                " лет со дня приобретения гражданства Российской Федерации преступления, предусмотренного настоящей статьёй;",
            ),
        ],
        path="st-22.ch-1.p-2",
    )


def ground() -> Operation:
    return operation(
        ["added"],
        "ст. 22 ч. 1 п. 2 пп. «в»",
        [("+", "в) неисполнения обязанности по первоначальной постановке на воинский учёт в установленный срок;")],
        path="st-22.ch-1.p-2.pp-v",
    )


def rich_diff() -> Diff:
    """A second reading: a ground, a number, a removed exception, persons, and a renumbering."""
    persons = operation(
        ["modified"],
        "ст. 22 ч. 3",
        [
            ("=", "3. Положения части 1 применяются к гражданам"),
            ("+", " и лицам без гражданства"),
            ("=", ", приобретшим гражданство в порядке приёма"),
            ("-", ", если иное не установлено международным договором"),
            ("=", "."),
        ],
        path="st-22.ch-3",
    )
    moved = operation(
        ["renumbered"], "ст. 22 ч. 5", [("=", "5. Решение направляется в суд.")], old_address="ст. 22 ч. 4", group="g1"
    )
    gone = operation(
        ["removed"],
        "ст. 22 ч. 4",
        [("-", "4. Решение может быть обжаловано в течение тридцати дней.")],
        path="st-22.ch-4",
    )
    return Diff(
        same=False,
        operations=(years(), ground(), persons, gone, moved),
        groups=(
            Group(
                id="g1", kind="renumbering", text="Часть 4 статьи 22 стала частью 5.", text_en="Part 4 became part 5."
            ),
        ),
        stats=DiffStats(words_added=16, words_removed=14, moved=0, renumbered=1),
        significance=Significance(
            level=Level.KEY,
            reasons=(
                Reason(
                    rule="ground",
                    text="Новое основание: ст. 22 ч. 1 п. 2 пп. «в».",
                    text_en="New ground: ст. 22 ч. 1 п. 2 пп. «в».",
                ),
                Reason(
                    rule="number",
                    text="В тексте изменено число: 10 → 5 лет.",
                    text_en="A number changed: 10 → 5 years.",
                ),
            ),
        ),
        noise=(Noise(rule="quote", count=3),),
        similarity=0.82,
    )


def text_payload(
    edition: str = "second-reading-amended", *, readable: bool = True, unread_reason: str | None = None, **more: Any
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "part": "text",
        "edition": edition,
        "label": "Текст ко второму чтению",
        "version": 1,
        "readable": readable,
        "unread_reason": unread_reason,
        "file": None,
        "compared_with": {"edition": "introduced", "label": "Текст внесённого законопроекта", "version": 1},
        "change": {
            "operations": 5,
            "added": 1,
            "removed": 1,
            "modified": 2,
            "renumbered": 1,
            "moved": 0,
            "words_added": 16,
            "words_removed": 14,
            "level": 1,
            "similarity": 0.82,
        },
        "notices": [],
        "version_path": f"/bill/100001-99/text/sozd/{edition}/1",
        "snapshot": {"digest": "ab" * 32, "first_seen": "2026-05-14T11:05:00+00:00", "via": "proxy+http"},
        "before_snapshot": {"digest": "cd" * 32, "first_seen": "2026-05-12T06:10:00+00:00", "via": "proxy+http"},
    }
    return {**payload, **more}


def step(number: str = "3.2", at: str | None = "2026-05-13T16:31:00+03:00", *decisions: str) -> dict[str, Any]:
    return {
        "id": f"guid-{number}",
        "step": number,
        "stage": "Рассмотрение в первом чтении",
        "at": at,
        "planned": at is None,
        "title": "Рассмотрение законопроекта",
        "decisions": list(decisions),
        "numbers": {},
        "publication": [],
    }


def sections() -> tuple[Section, ...]:
    return (
        Section(path="st-22", address="ст. 22", text="Статья 22. Основания прекращения гражданства"),
        Section(path="st-22.ch-1", address="ст. 22 ч. 1", text="1. Гражданство прекращается вследствие:"),
        Section(path="st-22.ch-1.p-1", address="ст. 22 ч. 1 п. 1", text="1) сообщения заведомо ложных сведений;"),
        Section(
            path="st-22.ch-1.p-2",
            address="ст. 22 ч. 1 п. 2",
            text="2) совершения в течение пяти лет со дня приобретения гражданства преступления, названного здесь;",
        ),
        Section(
            path="st-22.ch-1.p-2.pp-v",
            address="ст. 22 ч. 1 п. 2 пп. «в»",
            text="в) неисполнения обязанности по первоначальной постановке на воинский учёт в установленный срок;",
        ),
        Section(
            path="st-22.ch-3",
            address="ст. 22 ч. 3",
            text="3. Положения части 1 применяются к гражданам и лицам без гражданства.",
        ),
    )


def newsroom(info: SiteInfo = INFO) -> FakeLibrary:
    """A fortnight of an invented Duma: three documents, a dozen events, one mistake of ours and one outage."""
    library = FakeLibrary(info=info)
    first = bill()
    other = replace(
        bill(Status.WITHDRAWN, number="100002-99"),
        title="О внесении изменений в статью 24 Федерального закона «О воинской обязанности и военной службе»",
        comment="",
        topics=("conscription",),
    )
    acts = (law(), decree())
    for document in (first, other, *acts):
        library.kept_documents[document.id] = document
    day = timedelta(days=1)
    library.tell(
        EventKind.WATCH_STARTED,
        first,
        {"status": "registered", "steps": 4, "last_step": None, "texts": []},
        at=START,
        level=Level.TECHNICAL,
    )
    library.tell(
        EventKind.BILL_STEP,
        first,
        {"step": step("1.1", "2026-02-02T16:31:00+03:00", "зарегистрировать законопроект"), "status": "registered"},
        at=START,
        backfilled=True,
        occurred_at="2026-02-02T16:31:00+03:00",
    )
    library.tell(
        EventKind.DOCUMENT_DISCOVERED,
        replace(other, status=Status.REGISTERED),
        {
            "reasons": [{"topic": "conscription", "term": "c.service", "text": "воинской обязанности"}],
            "scan_only": True,
            "registered": "2026-05-12",
            "needs_body": False,
        },
        at=START + timedelta(hours=3),
        level=Level.MAJOR,
    )
    second = START + 2 * day + timedelta(hours=4, minutes=55)
    library.tell(
        EventKind.BILL_STAGE,
        first,
        {
            "before": "under_consideration",
            "after": "first_reading",
            "step": step("3.3", "2026-05-13", "принять законопроект"),
        },
        at=START + day,
        level=Level.KEY,
        occurred_at="2026-05-13",
        bundle="b-stage",
    )
    library.tell(
        EventKind.BILL_STEP,
        first,
        {
            "step": step(
                "3.3", "2026-05-13", "принять законопроект в первом чтении; представить поправки в 15-дневный срок"
            ),
            "status": "first_reading",
        },
        at=START + day,
        bundle="b-stage",
        lead=False,
        occurred_at="2026-05-13",
    )
    library.tell(
        EventKind.FILE_ADDED,
        first,
        {
            "file": {
                "id": "f-9",
                "event_id": None,
                "slot": None,
                "step": "3.3",
                "role": "decision",
                "edition": None,
                "label": "Постановление о принятии в первом чтении",
                "format": "pdf",
                "url": "https://sozd.example/download/9",
                "uploaded_at": "2026-05-13T17:20:00+03:00",
            },
            "before": None,
        },
        at=START + day,
        bundle="b-stage",
        lead=False,
        level=Level.TECHNICAL,
    )
    text = library.tell(
        EventKind.TEXT_ADDED,
        first,
        text_payload(notices=[{"kind": "gap", "address": "ст. 23", "text": "После ч. 2 идёт ч. 4."}]),
        at=second,
        level=Level.KEY,
        diff=rich_diff(),
    )
    library.tell(
        EventKind.BILL_WITHDRAWN,
        other,
        {
            "before": "registered",
            "after": "withdrawn",
            "step": step("1.2", "2026-05-14T16:31:00+03:00", "снять законопроект"),
            "status": "withdrawn",
        },
        at=second + timedelta(hours=3),
        level=Level.KEY,
        occurred_at="2026-05-14T16:31:00+03:00",
    )
    library.tell(
        EventKind.ACT_PUBLISHED,
        acts[1],
        {
            "publication": {
                "eo_number": "9001209905120001",
                "date": "2099-05-12",
                "url": acts[1].url,
                "pages": 2,
                "size": 81234,
            },
            "topics": ["conscription"],
            "notices": [
                {"kind": "closed_item", "address": "п. 7", "text": "«Для служебного пользования»"},
                {"kind": "gap", "address": "п. 6", "text": "на kremlin.ru после п. 6 идёт п. 8"},
            ],
        },
        at=second + day,
        source="publication",
        level=Level.KEY,
        occurred_at="2099-05-12",
    )
    library.tell(
        EventKind.TEXT_UNEXPLAINED,
        acts[0],
        text_payload(
            "current",
            version_path="/act/fz/2099-04-28/938-fz/text/ips/current/2",
            compared_with={"edition": "current", "label": "Действующая редакция", "version": 1},
        ),
        at=second + day + timedelta(hours=1),
        source="ips",
        diff=Diff(
            same=False,
            operations=(
                operation(
                    ["modified"],
                    "ст. 24 ч. 1",
                    [("=", "1. Решение принимает "), ("-", "Министерство"), ("+", "орган"), ("=", " внутренних дел.")],
                    path="st-24.ch-1",
                ),
            ),
            significance=Significance(
                level=Level.NOTABLE,
                reasons=(Reason(rule="who_decides", text="Изменено, кто решает.", text_en="Who decides changed."),),
            ),
        ),
    )
    library.tell(
        EventKind.FIELDS_CHANGED,
        first,
        {
            "fields": [
                {"name": "comment", "before": "(в части оснований)", "after": first.comment},
                {"name": "Ответственный комитет", "before": "", "after": "Комитет по вопросам вымысла"},
            ]
        },
        at=second + 2 * day,
        level=Level.TECHNICAL,
    )
    library.tell(
        EventKind.COVERAGE_GAP,
        None,
        {"source": "ips", "last_success": "2026-05-16T06:10:00+00:00"},
        at=second + 3 * day,
        source="ips",
        level=Level.MAJOR,
    )
    wrong = library.tell(
        EventKind.FILE_REMOVED,
        first,
        {
            "file": None,
            "before": {
                "id": "f-1",
                "role": "note",
                "label": "Пояснительная записка",
                "url": "https://sozd.example/download/1",
                "format": "rtf",
                "uploaded_at": None,
            },
        },
        at=second + 3 * day + timedelta(hours=2),
        level=Level.MAJOR,
    )
    library.tell(
        EventKind.CORRECTION,
        first,
        {
            "event": wrong.id,
            "reason": "страница была отдана без списка файлов; файл на месте",
            "said": "файла больше нет: «Пояснительная записка»",
        },
        at=second + 3 * day + timedelta(hours=5),
        level=Level.MAJOR,
    )
    library.keep_version(first, "introduced", sections()[:4], position="1.1", at=START)
    library.keep_version(first, "second-reading-amended", sections(), position="4.1", at=text.observed_at)
    library.keep_version(acts[0], "current", sections(), position="0", number=1, source="ips")
    library.keep_version(acts[0], "current", sections(), position="0", number=2, source="ips", at=second + day)
    library.keep_version(other, "introduced", (), position="1.1", unread_reason="scan")
    library.keep_version(first, "card", part=Part.CARD, data=card())
    library.kept_relations.append(
        Relation(
            kind="amends",
            from_document=first.id,
            from_path="st-1",
            to_document=acts[0].id,
            to_path="st-22",
            words="Внести в статью 22 Федерального закона № 938-ФЗ следующие изменения",
        )
    )
    checked = datetime(2026, 11, 22, 11, 5, tzinfo=UTC)
    library.kept_sources = [
        SourceState(
            name="sozd", last_attempt=checked, last_success=checked, failing_since=None, last_error=None, gap_since=None
        ),
        SourceState(
            name="publication",
            last_attempt=checked,
            last_success=checked,
            failing_since=None,
            last_error=None,
            gap_since=None,
        ),
        SourceState(
            name="ips",
            last_attempt=checked,
            last_success=datetime(2026, 5, 16, 6, 10, tzinfo=UTC),
            failing_since=datetime(2026, 5, 16, 7, 0, tzinfo=UTC),
            last_error="timeout",
            gap_since=datetime(2026, 5, 17, 7, 0, tzinfo=UTC),
        ),
    ]
    library.kept_watches = [
        Watch(
            target=document.id,
            source="sozd",
            url=document.url,
            selector=None,
            origin="config",
            added_at=START,
            silent_before=START,
            last_checked=checked,
            last_success=checked,
        )
        for document in (first, other, acts[1])
    ]
    return library


def card() -> dict[str, Any]:
    return {
        "document": {},
        "events": [
            step("1.1", "2026-02-02T16:31:00+03:00", "зарегистрировать законопроект"),
            step("2.2", "2026-03-11", "назначить ответственным комитетом Комитет по вопросам вымысла"),
            step("3.1", "2026-04-28", "предложить принять законопроект в первом чтении"),
            step("3.3", "2026-05-13", "принять законопроект в первом чтении", "представить поправки в 15-дневный срок"),
            step("4.3", None),
        ],
        "files": [
            {
                "id": "f-1",
                "role": "bill_text",
                "label": "Текст внесенного законопроекта",
                "format": "msword",
                "url": "https://sozd.example/download/1",
                "uploaded_at": "2026-02-04T11:26:00+03:00",
            },
            {
                "id": "f-2",
                "role": "note",
                "label": "Пояснительная записка к законопроекту",
                "format": "rtf",
                "url": "https://sozd.example/download/2",
                "uploaded_at": "2026-02-04T11:27:00+03:00",
            },
            {
                "id": "f-3",
                "role": "scan",
                "label": "javascript",
                "format": "pdf",
                "url": "javascript:alert(1)",
                "uploaded_at": None,
            },
        ],
        "note": "Законопроект разработан в целях вымысла.\nДругих целей у него нет.",
        "votes": [
            {
                "at": "2026-05-13T12:40:00+03:00",
                "subject": "первое чтение",
                "passed": True,
                "ayes": 321,
                "noes": 57,
                "abstained": 2,
            }
        ],
    }
