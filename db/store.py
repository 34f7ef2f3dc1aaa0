"""The store: what the rest of the project calls. Every method is one transaction; the work is done in the modules beside.

`Store` is thin on purpose: it owns the connections, the clock and the source of salt, and says which calls read and which
write. `transaction` joins several calls into one.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from sqlite_utils import Database

from db import alerts, backup, documents, events, evidence, operation, roots, schema, search, texts, verification
from db.backup import Manifest
from db.connection import Connections
from db.events import Format, Strike
from db.record import record
from db.vault import Vault
from db.verification import Advance, Begin
from tracker.alerts import Attempt, Delivery, DeliveryState, Gathered, NewDelivery, Secret, Subscription
from tracker.errors import BusyError, StoreError
from tracker.models import (
    Diff,
    Document,
    EditionKey,
    Event,
    EventKind,
    Force,
    Json,
    Language,
    Observation,
    OperatorEvent,
    OperatorKind,
    Part,
    Problem,
    Quarantined,
    Relation,
    RenderedEntry,
    Rendition,
    Response,
    Section,
    Snapshot,
    SourceState,
    Status,
    Validators,
    Version,
    Watch,
)
from tracker.queries import Places, Query, Term
from tracker.roots import Proof, Root

FILE_NAME: Final = "tracker.sqlite"


def random_salt() -> bytes:
    """16 bytes that nobody can guess."""
    return os.urandom(16)


class Store:
    """All facts and all evidence, in ``directory/tracker.sqlite``. Threads may share one.

    `clock` gives the present moment (aware); `salt` gives 16 random bytes for each payload digest; `busy_seconds` is how
    long to wait for another process that is writing; `key` seals the secrets of subscriptions. A directory that is made here
    is closed to other users of the machine.

    Every method raises `StoreError` when the database is locked, full, read-only or damaged.
    """

    def __init__(
        self,
        directory: Path,
        *,
        clock: Callable[[], datetime],
        salt: Callable[[], bytes] = random_salt,
        read_only: bool = False,
        busy_seconds: float = 30.0,
        key: Secret | None = None,
    ) -> None:
        self._clock = clock
        self._salt = salt
        self._fence: tuple[str, str] | None = None
        self._trees = roots.Trees()
        path = directory / FILE_NAME
        if read_only and not path.is_file():
            raise StoreError(
                f"there is no database at {path}; run `duma-tracker check` there first, or mend [storage] directory"
            )
        if not read_only:
            try:
                directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{directory}: cannot be made a directory for the database ({error.strerror})"
                ) from error
        self.vault = Vault(directory, key=key)
        self._connections = Connections(path, read_only=read_only, busy_seconds=busy_seconds, guard=self._require_lease)
        try:
            schema.prepare(self._connections)
        except BaseException:
            self._connections.close()
            raise
        self._read = self._connections.read
        self._write = self._connections.write

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        self._connections.close()

    def backup(self, target: Path, *, with_secrets: bool) -> Manifest:
        """Write a copy of the store as it now stands into one file, while others write on; see `db.backup`.

        `with_secrets`: with the addresses of channels and the signing secrets, as the vault holds them.
        """
        with self._connections.bare() as db:
            return backup.write(db, target, secrets=self.vault.path if with_secrets else None, created_at=self._clock())

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of this thread inside the block become one: on disk together, or, when it raises, not at all."""
        with self._write():
            yield

    # ---------------------------------------------------------------- evidence

    def keep(self, *, source: str, response: Response) -> tuple[Snapshot, bool]:
        """Keep an answer. True: it is not what the URL answered last, by its body or by its status."""
        if response.not_modified:
            raise StoreError(f"{response.url}: a 304 has no body to keep; call touch() for it")
        with self._read() as db:
            prepared = evidence.prepare(db, response)
        with self._write() as db:
            return evidence.keep(db, source=source, response=response, prepared=prepared)

    def touch(self, *, url: str, at: datetime) -> Snapshot | None:
        """Note a 304: the interval of the body that the validators came with is lengthened. None: no such body is kept."""
        with self._write() as db:
            return evidence.touch(db, url=url, at=at)

    def validators(self, url: str) -> Validators | None:
        """What makes the next request for a URL conditional; None when there is nothing."""
        with self._read() as db:
            return evidence.validators(db, url)

    def forget_validators(self, url: str) -> None:
        """Ask for the whole body next time. For a body that was kept and not believed."""
        with self._write() as db:
            evidence.forget_validators(db, url)

    def latest_snapshot(self, url: str) -> Snapshot | None:
        """The last answer of a URL."""
        with self._read() as db:
            return evidence.latest_snapshot(db, url)

    def snapshot(self, snapshot_id: int) -> Snapshot | None:
        """One snapshot by its number."""
        with self._read() as db:
            return evidence.snapshot(db, snapshot_id)

    def snapshots(self, url: str) -> tuple[Snapshot, ...]:
        """All answers of a URL, oldest first."""
        with self._read() as db:
            return evidence.snapshots(db, url)

    def body(self, digest: str) -> bytes:
        """The bytes with that SHA-256 (hex), checked; `StoreError` when they are missing or damaged."""
        with self._read() as db:
            return evidence.body(db, digest)

    def verify_evidence(self) -> tuple[str, ...]:
        """Read and check every body; problems in plain words, empty when all are whole."""
        with self._read() as db:
            return tuple(evidence.damaged(db))

    # ---------------------------------------------------------------- facts

    def document(self, document_id: str) -> Document | None:
        """One document by its id."""
        with self._read() as db:
            return documents.document(db, document_id)

    def documents(self) -> tuple[Document, ...]:
        """All documents, by id."""
        with self._read() as db:
            return documents.documents(db)

    def newest_documents(self, *, topic: str = "", limit: int, offset: int = 0) -> tuple[Document, ...]:
        """Documents by their own date, the newest first; all, or those of a topic."""
        with self._read() as db:
            return documents.newest(db, topic=topic, limit=limit, offset=offset)

    def document_count(self, topic: str = "") -> int:
        """How many documents there are, in all or under a topic."""
        with self._read() as db:
            return documents.count(db, topic)

    def topics(self) -> tuple[str, ...]:
        """Every topic that a document is under."""
        with self._read() as db:
            return documents.topics(db)

    def document_page(
        self, *, topic: str, kind: str, force: Force | None, status: Status | None, after: str, limit: int
    ) -> tuple[Document, ...]:
        """Some documents by id, behind `after`, that meet every condition given; `kind` is the first word of an id."""
        with self._read() as db:
            return documents.page(db, topic=topic, kind=kind, force=force, status=status, after=after, limit=limit)

    def acts(self) -> tuple[Document, ...]:
        """The acts among them, by id."""
        with self._read() as db:
            return documents.acts(db)

    def document_by_alias(self, source: str, native_id: str) -> str | None:
        """The id of the document that a source calls `native_id`."""
        with self._read() as db:
            return documents.document_by_alias(db, source, native_id)

    def versions(self, document_id: str, *, part: Part | None = None) -> tuple[Version, ...]:
        """The versions of a document by part, position, edition, source and number."""
        with self._read() as db:
            return documents.versions(db, document_id, part)

    def latest_version(self, key: EditionKey) -> Version | None:
        """The last observed state of an edition."""
        with self._read() as db:
            return documents.latest_version(db, key)

    def version(self, key: EditionKey, number: int) -> Version | None:
        """One state of an edition, numbered from 1."""
        with self._read() as db:
            return documents.version(db, key, number)

    def version_by_id(self, version_id: int) -> Version | None:
        """One version by its id."""
        with self._read() as db:
            return documents.version_by_id(db, version_id)

    def sections(self, version_id: int) -> tuple[Section, ...]:
        """The text of a version in its baseline, the latest rendition; empty when it has none."""
        with self._read() as db:
            return texts.sections_of(db, version_id)

    def renditions(self, version_id: int) -> tuple[Rendition, ...]:
        """All renditions of a version, the pinned one first."""
        with self._read() as db:
            return texts.renditions_of(db, version_id)

    def add_rendition(self, version_id: int, *, extractor: str, sections: Sequence[Section]) -> None:
        """Make what today's code reads in a version its baseline. Silent: our own upgrade is never news."""
        with self._write() as db:
            texts.add_rendition(db, version_id, extractor=extractor, sections=sections, made_at=self._clock())

    def data(self, version_id: int) -> Mapping[str, Any] | None:
        """What a card said, as its Reading in JSON; None for a text."""
        with self._read() as db:
            return documents.data(db, version_id)

    def extend_version(self, version_id: int, at: datetime) -> None:
        """The version still stood at that time."""
        with self._write() as db:
            documents.extend_version(db, version_id, at)

    def diff(self, diff_id: str) -> Diff | None:
        """A difference by its content id."""
        with self._read() as db:
            return documents.diff(db, diff_id)

    def relations(self, document_id: str) -> tuple[Relation, ...]:
        """All relations from a document and to it."""
        with self._read() as db:
            return documents.relations(db, document_id)

    def record(self, observation: Observation) -> tuple[Event, ...]:
        """Record everything one look at a document brought, or nothing of it; the events as they stand in the ledger."""
        with self._write() as db:
            return record(db, observation, salt=self._salt)

    def fence(self, lease: tuple[str, str] | None) -> None:
        """From now on write only while this lease (name, owner) is held, else `BusyError`; None: whoever asks.

        A process that slept through the end of its lease must not write beside the one that took over. Only leases and the
        log of what was sent already are written all the same.
        """
        self._fence = lease

    def _require_lease(self, db: Database) -> None:
        if self._fence is not None and not operation.holds_lease(db, *self._fence):
            raise BusyError("another instance has taken over this store; this one stops writing")

    # ---------------------------------------------------------------- events

    def event(self, event_id: str) -> Event | None:
        """One event by its id."""
        with self._read() as db:
            return events.event(db, event_id)

    def events(
        self,
        *,
        scope: str | None = None,
        kinds: Collection[EventKind] = (),
        leads_only: bool = False,
        backfilled: bool | None = None,
        after_seq: int | None = None,
        before_seq: int | None = None,
        limit: int = 100,
        oldest_first: bool = False,
    ) -> tuple[Event, ...]:
        """Events that meet every condition given, newest first unless asked otherwise; `seq` is the cursor."""
        with self._read() as db:
            return events.events(
                db,
                scope=scope,
                kinds=kinds,
                leads_only=leads_only,
                backfilled=backfilled,
                after_seq=after_seq,
                before_seq=before_seq,
                limit=limit,
                oldest_first=oldest_first,
            )

    def bundle(self, bundle_id: str) -> tuple[Event, ...]:
        """The events of one observation, in order."""
        with self._read() as db:
            return events.bundle_events(db, bundle_id)

    def corrections_of(self, event_id: str) -> tuple[Event, ...]:
        """The corrections that name an event, oldest first."""
        with self._read() as db:
            return events.corrections_of(db, event_id)

    def event_count(self, scope: str | None = None) -> int:
        """How many events there are, in all or in one scope."""
        with self._read() as db:
            return events.count(db, scope)

    def event_counts(self) -> dict[EventKind, int]:
        """How many events there are of each kind."""
        with self._read() as db:
            return events.counts_by_kind(db)

    def outbox_counts(self) -> dict[str, int]:
        """How many events each channel has not finished with."""
        with self._read() as db:
            return events.outbox_counts(db)

    def size(self) -> int:
        """Bytes of the database file, without its write-ahead log."""
        with self._read() as db:
            pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
            return int(pages) * int(size)

    def seqs(self, scope: str | None, *, leads_only: bool, after_seq: int, before_seq: int) -> tuple[int, ...]:
        """The numbers of the lines of news between two others, newest first: what is divided into pages."""
        with self._read() as db:
            return events.seqs(db, scope=scope, leads_only=leads_only, after_seq=after_seq, before_seq=before_seq)

    def scopes(self, prefix: str = "") -> tuple[str, ...]:
        """Every scope that has an event, or those that begin so: ``topic:``, ``source:``."""
        with self._read() as db:
            return events.scopes(db, prefix)

    def months(self, after_seq: int = 0) -> dict[str, tuple[int, int]]:
        """The Moscow months (``2026-05``) of what was recorded behind a line, with the first and the last line of each."""
        with self._read() as db:
            return events.months(db, after_seq)

    def ledger_line(self, event_id: str) -> dict[str, Json] | None:
        """The hashed line of an event with its ``hash`` and ``salt`` (hex): what an evidence pack needs to prove it."""
        with self._read() as db:
            return events.line(db, event_id)

    def verify_ledger(self) -> tuple[str, ...]:
        """Problems of the ledger in plain words, empty when it is whole. A struck payload is no problem: see `strikes`."""
        with self._read() as db:
            return tuple(events.verify(db))

    def strike(self, event_id: str, reason: str) -> None:
        """Erase the payload of an event for good, with what was rendered from it and sent; the ledger line stays.

        `wipe` then takes out of the file what the database has erased and the file still holds.
        """
        with self._connections.bare() as db:
            db.execute("PRAGMA secure_delete = ON")  # zeros over the erased bytes, not only a free page
        with self._write() as db:
            events.strike(db, event_id, reason=reason, at=self._clock())
            alerts.erase(db, event_id, self._clock())

    def wipe(self) -> None:
        """Write the file anew, without the remains of what was erased: free pages, and copies that were moved within pages.

        Takes the time and the room of a copy; others may read meanwhile. `StoreError` when one of them is in the way to the end.
        """
        with self._connections.bare() as db:
            db.execute("VACUUM")
            if db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise StoreError(
                    "what was struck is erased, but the log of the database still holds old pages that another process reads;"
                    " strike the same event again later"
                )

    def strikes(self) -> tuple[Strike, ...]:
        """All erased payloads with the reasons, in order."""
        with self._read() as db:
            return events.strikes(db)

    def strike_count(self) -> int:
        """How many payloads were erased."""
        with self._read() as db:
            return events.strike_count(db)

    # ---------------------------------------------------------------- trust

    def seal(self, authority: str) -> tuple[Root, ...]:
        """Make the roots of the UTC days that are over and have none; those that were made, most times none."""
        now = self._clock()
        with self._read() as db:
            if not roots.is_due(db, now):
                return ()
        with self._write() as db:
            return roots.seal(db, authority=authority, now=now)

    def roots(self) -> tuple[Root, ...]:
        """All roots of the ledger, oldest first."""
        with self._read() as db:
            return tuple(roots.every(db))

    def latest_root(self) -> Root | None:
        """The newest root of the ledger."""
        with self._read() as db:
            return roots.latest(db)

    def proof(self, event_id: str) -> Proof | None:
        """The line of an event and the way up to the root of its day, for a reader who trusts neither."""
        with self._read() as db:
            line = events.line(db, event_id)
            return None if line is None else self._trees.proof(db, line)

    def diff_json(self, diff_id: str) -> bytes | None:
        """The canonical JSON of a difference: the bytes that its id is made of."""
        with self._read() as db:
            return documents.diff_json(db, diff_id)

    def ledger(self) -> Iterator[dict[str, Json]]:
        """Every line as it was hashed with ``hash``, ``salt``, ``payload`` and ``struck``, in order, in one consistent view."""
        with self._read() as db:
            yield from events.lines(db)

    def verify(
        self, *, published: Iterable[Root] = (), begin: Begin = lambda _, __: None, advance: Advance = lambda: None
    ) -> Iterator[str]:
        """Recompute everything and name whatever does not agree; see `db.verification`.

        `published`: roots as they were seen elsewhere. `begin` is told of each part and its rows, `advance` of each row.
        """
        with self._read() as db:
            yield from verification.problems(db, published=published, begin=begin, advance=advance)

    def snapshots_in(
        self, *, urls: Collection[str] | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Snapshot]:
        """Snapshots that stood in a period (until: not included), of some URLs or of all, in the order they came."""
        with self._read() as db:
            yield from evidence.snapshots_in(db, urls=urls, since=since, until=until)

    # ---------------------------------------------------------------- rendered entries and outbox

    def outbox(self, channel: str, *, limit: int = 500) -> tuple[Event, ...]:
        """The events that a channel has not finished with, oldest first."""
        with self._read() as db:
            return events.outbox(db, channel, limit)

    def finish_outbox(self, channel: str, event_ids: Iterable[str]) -> None:
        """Take events out of a channel's outbox."""
        with self._write() as db:
            events.finish_outbox(db, channel, event_ids)

    def register_channel(self, name: str) -> None:
        """From now on the channel gets a row for every event. ``feeds`` is there from the beginning."""
        with self._write() as db:
            events.register_channel(db, name)

    def save_entry(self, entry: RenderedEntry) -> None:
        """Keep an event as rendered for the feeds."""
        with self._write() as db:
            events.save_entry(db, entry)

    def entries(
        self,
        scope: str | None,
        fmt: Format,
        *,
        leads_only: bool,
        limit: int = 100,
        language: Language = "ru",
        after_seq: int | None = None,
        before_seq: int | None = None,
    ) -> tuple[tuple[Event, bytes], ...]:
        """The newest rendered entries between two places of the ledger, with their events; history is left out."""
        with self._read() as db:
            return events.entries(
                db,
                scope=scope,
                fmt=fmt,
                leads_only=leads_only,
                limit=limit,
                language=language,
                after_seq=after_seq,
                before_seq=before_seq,
            )

    # ---------------------------------------------------------------- alerts

    def put_subscription(self, subscription: Subscription) -> None:
        """Record a subscription, or what has become of it, and its secrets in the vault."""
        with self._write() as db:  # the one writer there is at a time also writes the vault
            alerts.put_subscription(db, subscription)
            self.vault.put(
                subscription.name,
                url=subscription.url,
                secrets=subscription.secrets,
                old_until=subscription.old_until,
            )

    def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions with their secrets, by name."""
        with self._read() as db:
            return tuple(self._subscription(row) for row in alerts.subscriptions(db))

    def subscription(self, name: str) -> Subscription | None:
        """One subscription with its secrets."""
        with self._read() as db:
            return next((self._subscription(row) for row in alerts.subscriptions(db, name)), None)

    def subscription_names(self) -> tuple[str, ...]:
        """All subscriptions by name; their secrets are not looked at."""
        with self._read() as db:
            return tuple(row["name"] for row in alerts.subscriptions(db))

    def has_subscription(self, name: str) -> bool:
        """Whether there is one of that name; its secrets are not looked at."""
        with self._read() as db:
            return bool(alerts.subscriptions(db, name))

    def _subscription(self, row: Any) -> Subscription:
        url, secrets, old_until = self.vault.get(row["name"])
        return alerts.subscription_of(row, url=url, secrets=secrets, old_until=old_until)

    def remove_subscription(self, name: str) -> bool:
        """Forget a subscription, its secrets, and everything that was or was to be sent to it. False: there is none."""
        with self._write() as db:
            removed = alerts.remove_subscription(db, name)
            self.vault.forget(name)
            return removed

    def set_subscription_state(self, name: str, *, enabled: bool, reason: str, failing_since: datetime | None) -> None:
        """Switch a subscription on or off, and note since when every attempt has failed."""
        with self._write() as db:
            alerts.set_subscription_state(db, name, enabled=enabled, reason=reason, failing_since=failing_since)

    def fan_out(
        self,
        rows: Sequence[NewDelivery],
        finished_event_ids: Iterable[str],
        *,
        gathered: Sequence[Gathered] = (),
    ) -> int:
        """Record messages and what waits for digests, and take the events they tell of out of the outbox; how many are new."""
        with self._write() as db:
            made = alerts.fan_out(db, rows, gathered)
            events.finish_outbox(db, alerts.CHANNEL, finished_event_ids)
            return made

    def put_delivery(self, new: NewDelivery) -> bool:
        """Record one message. False, and nothing recorded: an event of it was told to this subscription before."""
        with self._write() as db:
            return alerts.put_delivery(db, new)

    def gathered(self, now: datetime) -> tuple[Gathered, ...]:
        """What waits for a digest whose time has come, by subscription, in the order in which it happened."""
        with self._read() as db:
            return alerts.gathered(db, now)

    def put_digest(self, new: NewDelivery) -> bool:
        """Record a digest in place of what waited for it. False, and nothing recorded: not all of that waits any more."""
        with self._write() as db:
            return alerts.put_digest(db, new)

    def told(self, event_id: str) -> tuple[str, ...]:
        """The subscriptions that were told of an event, or will be by their next digest."""
        with self._read() as db:
            return alerts.told(db, event_id)

    def last_message(self, subscription: str) -> datetime | None:
        """When the newest message to a subscription was made."""
        with self._read() as db:
            return alerts.last_message(db, subscription)

    def due_deliveries(
        self,
        now: datetime,
        *,
        limit: int,
        subscriptions: Collection[str] | None = None,
        skip: Collection[str] = (),
        failing: Collection[str] = (),
    ) -> tuple[Delivery, ...]:
        """What waits and whose time has come, of enabled subscriptions: the oldest of each, then the next of each.

        Only of `subscriptions` when they are given; those of `skip` are left out, and of those `failing` comes the oldest alone.
        """
        with self._read() as db:
            return alerts.due_deliveries(db, now, limit=limit, subscriptions=subscriptions, skip=skip, failing=failing)

    def deliveries(
        self,
        *,
        subscription: str | None = None,
        states: Collection[DeliveryState] = (),
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> tuple[Delivery, ...]:
        """Messages that meet every condition given, newest first; `since` and `until` are of when they were made."""
        with self._read() as db:
            return alerts.deliveries(
                db, subscription=subscription, states=states, since=since, until=until, limit=limit
            )

    def delivery_counts(self) -> dict[DeliveryState, int]:
        """How many messages are in each state, of all subscriptions together: figures that name nobody."""
        with self._read() as db:
            return alerts.delivery_counts(db)

    def delivery(self, message_id: str) -> Delivery | None:
        """One message by its id."""
        with self._read() as db:
            return alerts.delivery(db, message_id)

    def note_attempt(self, attempt: Attempt, *, state: DeliveryState, due_at: datetime | None) -> None:
        """Write a line of the log and what has become of the message; None leaves its time as it was."""
        self.note_attempts(((attempt, state, due_at),))

    def note_attempts(self, rows: Iterable[tuple[Attempt, DeliveryState, datetime | None]]) -> None:
        """The same for several attempts at once. What was sent is noted by whoever sent it, lest it be sent again."""
        with self._write(guarded=False) as db:
            for attempt, state, due_at in rows:
                alerts.note_attempt(db, attempt, state=state, due_at=due_at)

    def attempts(self, delivery_id: int) -> tuple[Attempt, ...]:
        """The log of one message, oldest first."""
        with self._read() as db:
            return alerts.attempts(db, delivery_id)

    def replay(self, delivery_ids: Iterable[int], now: datetime) -> int:
        """Send again from the beginning, under the same ids; how many."""
        with self._write() as db:
            return alerts.replay(db, delivery_ids, now)

    def cancel(self, delivery_id: int) -> None:
        """Try a message that waits no more."""
        with self._write() as db:
            alerts.cancel(db, delivery_id)

    def forget_logs(self, before: datetime) -> int:
        """Drop what is kept for a while only: messages that came to their end, attempts, the operator's journal.

        Gives how many messages went. Evidence, facts and the ledger are kept for ever.
        """
        with self._write() as db:
            operation.forget_operator_events(db, before)
            return alerts.forget_attempts(db, before)

    # ---------------------------------------------------------------- search

    def index(self, tokenise: Callable[[str], Sequence[str]], *, limit: int = 50) -> int:
        """Put up to `limit` of what is not in the index yet into it; how many that were. `tokenise` makes words of a text."""
        with self._write() as db:
            return search.index(db, tokenise, limit)

    def forget_index(self) -> None:
        """Empty the index; `index` then makes it anew."""
        with self._write() as db:
            search.forget(db)

    def optimise_index(self) -> None:
        """Make the index as small and quick as it can be, after much was indexed."""
        with self._write() as db:
            search.optimise(db)

    def numbered(self, number: str, query: Query, *, day: str = "") -> tuple[str, ...]:
        """The documents that bear a number, those of `day` if there are any; 281-ФЗ names three laws."""
        with self._read() as db:
            return search.numbered(db, number, query, day)

    def titled(self, terms: Sequence[Term], query: Query, *, limit: int) -> tuple[str, ...]:
        """The documents whose title, number and comment hold every term, in the order of the query."""
        with self._read() as db:
            return search.titled(db, terms, query, limit)

    def places(
        self,
        terms: Sequence[Term],
        address: Sequence[str],
        query: Query,
        *,
        documents: Iterable[str] = (),
        holds: Callable[[str], bool] | None = None,
    ) -> Places:
        """Where every term stands, newest first; `holds` is asked of a text for what the index cannot know."""
        with self._read() as db:
            return search.places(db, terms, address, query, documents=documents, holds=holds)

    def ranked(
        self,
        terms: Sequence[Term],
        address: Sequence[str],
        query: Query,
        *,
        titled: Sequence[str] = (),
        documents: Iterable[str] = (),
        holds: Callable[[str], bool] | None = None,
    ) -> Places:
        """The same, the most relevant documents first, those of `titled` before them."""
        with self._read() as db:
            return search.ranked(db, terms, address, query, titled=titled, documents=documents, holds=holds)

    # ---------------------------------------------------------------- watches, sources, operation

    def watches(self, *, include_muted: bool = False, target: str | None = None) -> tuple[Watch, ...]:
        """What is followed, by target and source; only one target when it is given."""
        with self._read() as db:
            return operation.watches(db, include_muted=include_muted, target=target)

    def watch(self, target: str, source: str) -> Watch | None:
        """One watch."""
        with self._read() as db:
            return operation.watch(db, target, source)

    def put_watch(self, watch: Watch) -> None:
        """Follow something, or change how; None in a time of checking leaves the known one in place."""
        with self._write() as db:
            operation.put_watch(db, watch)

    def remove_watch(self, target: str, source: str | None = None) -> int:
        """Stop following a target, at one source or at all; how many watches went."""
        with self._write() as db:
            return operation.remove_watch(db, target, source)

    def mark_checked(self, target: str, source: str, *, at: datetime, next_due: datetime | None, success: bool) -> None:
        """Note a check of a watch and when the next one is due."""
        with self._write() as db:
            operation.mark_checked(db, target, source, at=at, next_due=next_due, success=success)

    def source_state(self, name: str) -> SourceState | None:
        """How one source has been answering."""
        with self._read() as db:
            return operation.source_state(db, name)

    def source_states(self) -> tuple[SourceState, ...]:
        """How all sources have been answering, by name."""
        with self._read() as db:
            return operation.source_states(db)

    def mark_source(self, name: str, *, at: datetime, success: bool, error: str | None = None) -> None:
        """Note an answer of a source, or a failure."""
        with self._write() as db:
            operation.mark_source(db, name, at=at, success=success, error=error)

    def set_gap(self, name: str, since: datetime | None) -> None:
        """Note that readers have been told that a source is blind, or (None) that it sees again."""
        with self._write() as db:
            operation.set_gap(db, name, since)

    def tell_operator(self, kind: OperatorKind, *, source: str, subject: str, at: datetime, message: str) -> None:
        """Add a line to the operator's journal, which readers never see."""
        with self._write() as db:
            operation.tell_operator(db, kind=kind, source=source, subject=subject, at=at, message=message)

    def operator_events(self, *, limit: int = 100) -> tuple[OperatorEvent, ...]:
        """The operator's journal, newest first."""
        with self._read() as db:
            return operation.operator_events(db, limit)

    def quarantine(
        self,
        *,
        document_id: str | None,
        source: str,
        url: str,
        snapshot_id: int | None,
        problem: Problem,
        reason: str,
        reading_digest: str | None,
        at: datetime,
    ) -> Quarantined:
        """Note a page that was not believed; the same again (URL, problem, reading) lengthens the open case."""
        with self._write() as db:
            return operation.quarantine(
                db,
                document_id=document_id,
                source=source,
                url=url,
                snapshot_id=snapshot_id,
                problem=problem,
                reason=reason,
                reading_digest=reading_digest,
                at=at,
            )

    def quarantined(self, *, state: str | None = "open", url: str | None = None) -> tuple[Quarantined, ...]:
        """Cases in one state, or (None) in all of them, of one address or (None) of all; oldest first."""
        with self._read() as db:
            return operation.quarantined(db, state=state, url=url)

    def settle_quarantine(self, case_id: int, state: str, reason: str = "") -> None:
        """Close an open case as ``released``, ``healed``, ``accepted`` or ``rejected``."""
        with self._write() as db:
            operation.settle_quarantine(db, case_id, state=state, reason=reason, at=self._clock())

    def state(self, key: str) -> Json | None:
        """A small value that the conductor keeps beside the facts."""
        with self._read() as db:
            return operation.state(db, key)

    def set_state(self, key: str, value: Json) -> None:
        """Keep a value; None deletes it."""
        with self._write() as db:
            operation.set_state(db, key, value)

    def states(self, prefix: str) -> dict[str, Json]:
        """All values whose key begins with `prefix`."""
        with self._read() as db:
            return operation.states(db, prefix)

    def discovery_pass(self, source: str) -> datetime | None:
        """When the last discovery pass over a source was completed."""
        with self._read() as db:
            return operation.discovery_pass(db, source)

    def set_discovery_pass(self, source: str, at: datetime) -> None:
        """Note a completed discovery pass."""
        with self._write() as db:
            operation.set_discovery_pass(db, source, at)

    def acquire_lease(self, name: str, *, owner: str, seconds: float) -> bool:
        """Take a lease for `seconds`, if nobody else holds it."""
        with self._write(guarded=False) as db:
            return operation.acquire_lease(db, name, owner=owner, seconds=seconds, now=self._clock())

    def renew_lease(self, name: str, *, owner: str, seconds: float) -> bool:
        """Hold a lease for `seconds` more. False: somebody else has taken it, or it was released."""
        with self._write(guarded=False) as db:
            return operation.renew_lease(db, name, owner=owner, seconds=seconds, now=self._clock())

    def is_leased(self, name: str) -> bool:
        """Whether somebody holds a lease that has not run out."""
        with self._read() as db:
            return operation.is_leased(db, name, now=self._clock())

    def release_lease(self, name: str, owner: str) -> None:
        """Let a lease go, if it is the owner's."""
        with self._write(guarded=False) as db:
            operation.release_lease(db, name, owner)

    def job(self, name: str) -> tuple[datetime | None, datetime | None, str | None]:
        """When a job last ran, when it is due next, how it ended."""
        with self._read() as db:
            return operation.job(db, name)

    def mark_job(self, name: str, *, last_run: datetime | None, next_due: datetime | None, outcome: str | None) -> None:
        """Note a run of a job and when it is due next."""
        with self._write() as db:
            operation.mark_job(db, name, last_run=last_run, next_due=next_due, outcome=outcome)

    def meta(self, key: str) -> str | None:
        """A setting that belongs to the store itself, such as the authority of its ids."""
        with self._read() as db:
            return operation.meta(db, key)

    def set_meta(self, key: str, value: str) -> None:
        """Keep a setting of the store."""
        with self._write() as db:
            operation.set_meta(db, key, value)
