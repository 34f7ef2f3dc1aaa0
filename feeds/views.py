"""What templates print: rows and marks made of records, with every word already chosen. Nothing here writes HTML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, Final

from feeds import addresses, labels, phrases, times, wording
from feeds.kept import MB, Kept, Size
from feeds.languages import Speech
from feeds.library import Library
from feeds.subject import Subject
from feeds.textual import Outward, outward
from feeds.told import Title
from tracker.models import Diff, Event, Part, SourceState, Status, Version, Watch

#: How many events of one document its page lists; the feed and the record hold all of them.
DOCUMENT_EVENTS: Final = 2_000
_TOLD_BYTES: Final = 8 * MB  # some 8,000 events


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One line of a list of events."""

    id: str
    path: str
    title: Title
    summary: str
    clock: str
    when: str
    iso: str
    level: int
    level_name: str
    kind: str
    demo: bool
    backfilled: bool
    corrected: bool
    occurred: str
    mates: tuple[EventRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A Moscow day of the timeline."""

    iso: str
    heading: str
    rows: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageMark:
    """One station of the line that shows where a bill stands. `state`: ``done``, ``here`` or ``ahead``."""

    name: str
    state: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """No change is only ever claimed beside the time of a check; blindness is said aloud."""

    text: str
    blind: bool


class Rows:
    """Makes event rows; titles are made once per event, because timelines, documents and bundles share them."""

    def __init__(self, library: Library, say: Speech) -> None:
        self._library = library
        self._say = say
        self._told: Kept[tuple[str, bool], tuple[Title, str]] = Kept(f"titles_{say.language}", _TOLD_BYTES)

    def diff(self, event: Event) -> Diff | None:
        """The comparison of an event, unless its content was struck."""
        return self._library.diff(event.diff_id) if event.diff_id and not event.struck else None

    def told(self, event: Event) -> tuple[Title, str]:
        """Title and summary of an event."""
        key = (event.id, event.struck)
        if (known := self._told.get(key)) is not None:
            return known
        diff = self.diff(event)
        language = self._say.language
        made = wording.title(event, diff, language=language), wording.summary(event, diff, language=language)
        self._told.put(key, made)
        return made

    def size(self) -> Size:
        """How much of what was made once is kept."""
        return self._told.size()

    def row(self, event: Event, mates: Iterable[Event] = ()) -> EventRow:
        """One event as a line, with the rest of its bundle when given."""
        title, summary = self.told(event)
        language = self._say.language
        return EventRow(
            id=event.id,
            path=f"/event/{event.id}",
            title=title,
            summary=summary,
            clock=times.clock(event.observed_at, language=language),
            when=times.both(event.observed_at, language=language),
            iso=times.iso(event.observed_at),
            level=int(event.level),
            level_name=self._say.of(labels.LEVELS[event.level]),
            kind=self._say.of(labels.EVENTS[event.kind]),
            demo=title.demo,
            backfilled=event.backfilled,
            corrected=bool(self._library.corrections_of(event.id)),
            occurred=times.of_source(event.occurred_at, language=language),
            mates=tuple(self.row(mate) for mate in mates),
        )

    def lead(self, event: Event) -> EventRow:
        """A lead with the rest of its bundle inside, strongest first."""
        return self.row(event, self.mates(event))

    def mates(self, event: Event) -> list[Event]:
        """The other events of the observation, strongest first. History that came along with news is not part of the news."""
        others = [
            mate
            for mate in self._library.bundle(event.bundle)
            if mate.id != event.id and (event.backfilled or not mate.backfilled)
        ]
        return sorted(others, key=lambda mate: (mate.level, mate.seq))

    def days(self, leads: Sequence[Event]) -> list[Day]:
        """Leads grouped by Moscow day, in the order given."""
        found = []
        for day, events in groupby(leads, key=lambda event: times.moscow_day(event.observed_at)):
            rows = tuple(self.lead(event) for event in events)
            found.append(Day(iso=day.isoformat(), heading=times.day(day, language=self._say.language), rows=rows))
        return found


# ---------------------------------------------------------------- where a bill stands

#: Station -> the step whose date it takes.
_STATIONS: Final = (
    (labels.Words("Внесён", "Introduced"), "1.1"),
    (labels.Words("1-е чтение", "1st reading"), "3.3"),
    (labels.Words("2-е чтение", "2nd reading"), "4.3"),
    (labels.Words("3-е чтение", "3rd reading"), "5.3"),
    (labels.Words("Совет Федерации", "Federation Council"), "6.3"),
    (labels.Words("Президент", "President"), "8.1"),
    (labels.Words("Опубликован", "Published"), "8.2"),
)

#: How many stations a status has behind it.
_PASSED: Final = {
    Status.REGISTERED: 1,
    Status.UNDER_CONSIDERATION: 1,
    Status.FIRST_READING: 2,
    Status.SECOND_READING: 3,
    Status.SECOND_READING_RETURNED: 2,
    Status.ADOPTED: 4,
    Status.SF_APPROVED: 5,
    Status.SF_REJECTED: 4,
    Status.SIGNED: 6,
    Status.VETOED: 5,
    Status.PUBLISHED: 7,
}


def stage_line(status: Status | None, steps: Sequence[Mapping[str, Any]], say: Speech) -> list[StageMark]:
    """The stations of a bill up to where it stands. A dropped bill ends with what became of it."""
    held = [step for step in steps if not step.get("planned")]
    dropped = status in {Status.REJECTED, Status.WITHDRAWN, Status.RETURNED}
    voted = sum(any(_took_place(step, number) for step in held) for _, number in _STATIONS[1:4])
    # A dropped bill was turned down where it last stood: only what it had behind it counts as done.
    passed = max(1, voted - (status is Status.REJECTED) + 1) if dropped else _PASSED.get(status or Status.REGISTERED, 1)
    marks = []
    for index, (name, number) in enumerate(_STATIONS):
        if index < passed:
            state = "here" if index == passed - 1 and not dropped else "done"
            at = max((str(step.get("at") or "") for step in held if _took_place(step, number)), default="")
            marks.append(StageMark(name=say.of(name), state=state, at=times.date_only(at, language=say.language)))
        elif not dropped:
            marks.append(StageMark(name=say.of(name), state="ahead", at=""))
    if dropped and status is not None:
        last = max((str(step.get("at") or "") for step in held), default="")
        at = times.date_only(last, language=say.language)
        marks.append(StageMark(name=say.of(labels.STAGES[status]), state="here", at=at))
    return marks


def _took_place(step: Mapping[str, Any], number: str) -> bool:
    return step.get("step") == number and bool(step.get("at"))


# ---------------------------------------------------------------- freshness


def document_freshness(watches: Sequence[Watch], last_event: Event | None, say: Speech) -> Freshness:
    """The line under a document's title: what the last successful checks say, and when they were.

    A document may be followed at several sources: those that were seen are told together, by the check that is longest ago,
    and each that was not is named.
    """
    if not watches:
        return Freshness(text=say("Документ не наблюдается: изменения на источнике мы не увидим."), blind=True)
    unseen = [watch for watch in watches if not _was_seen(watch)]
    seen = [watch for watch in watches if _was_seen(watch)]
    named = len(watches) > 1
    parts = [_unseen(watch, say, named=named) for watch in unseen]
    if seen:
        oldest = min(watch.last_success for watch in seen if watch.last_success is not None)
        names = sorted(labels.source_name(watch.source, language=say.language) for watch in seen)
        parts.insert(0, _checked(oldest, last_event, f" ({', '.join(names)})" if unseen else "", say))
    if unseen:
        parts.append(say.of(labels.BLIND))
    return Freshness(text=" ".join(parts), blind=bool(unseen))


def _was_seen(watch: Watch) -> bool:
    """Whether the last check of a watch was a success."""
    return watch.last_success is not None and (watch.last_checked is None or watch.last_checked <= watch.last_success)


def _unseen(watch: Watch, say: Speech, *, named: bool) -> str:
    source = f"{labels.source_name(watch.source, language=say.language)}: " if named else ""
    if watch.last_success is None:
        words = say("успешной проверки ещё не было.")
    else:
        when = times.checked(watch.last_success, language=say.language)
        words = say("последняя успешная проверка {when}; следующая не удалась.", when=when)
    return f"{source}{words}" if named else phrases.upper(words)


def _checked(moment: datetime, last_event: Event | None, where: str, say: Speech) -> str:
    when = f"{times.checked(moment, language=say.language)}{where}"
    if last_event is not None and not last_event.backfilled and last_event.observed_at >= moment:
        return say("При последней проверке замечены изменения; проверено {when}.", when=when)
    return say("Изменений нет; проверено {when}.", when=when)


def source_freshness(state: SourceState, last_event: Event | None, say: Speech) -> Freshness:
    """The same for a whole source."""
    blind = say.of(labels.BLIND)
    if state.last_success is None:
        never = phrases.upper(say("успешной проверки ещё не было."))
        return Freshness(text=f"{never} {blind}", blind=True)
    if state.gap_since is not None:
        when = times.checked(state.last_success, language=say.language)
        since = say("Нет успешной проверки с {when}.", when=when)
        return Freshness(text=f"{since} {blind}", blind=True)
    return Freshness(text=_checked(state.last_success, last_event, "", say), blind=False)


# ---------------------------------------------------------------- documents, versions, evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """One observed text of a document."""

    path: str
    label: str
    source: str
    number: int
    first_seen: str
    last_seen: str
    unread: str
    diff_path: str | None
    link: Outward | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file that a card links."""

    label: str
    role: str
    format: str
    uploaded: str
    link: Outward | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One stored body behind an event: when we got it, the digest of its bytes, how they travelled."""

    name: str
    digest: str
    at: str
    via: str


def text_rows(versions: Sequence[Version], events: Sequence[Event], say: Speech, *, invented: bool) -> list[VersionRow]:
    """The texts and notes of a document in the order of procedure, each with the event that tells what it changed."""
    told = {str(event.payload["version_path"]): event for event in events if event.payload.get("version_path")}
    ordered = sorted(
        (version for version in versions if version.key.part in {Part.TEXT, Part.NOTE}),
        key=lambda version: (version.key.part != Part.TEXT, version.position, version.key.source, version.number),
    )
    rows = []
    for version in ordered:
        path = addresses.version_path(version)
        event = told.get(path)
        rows.append(
            VersionRow(
                path=path,
                label=version_label(version, say),
                source=labels.source_name(version.key.source, language=say.language),
                number=version.number,
                first_seen=times.both(version.observed_at, language=say.language),
                last_seen=times.both(version.last_seen, language=say.language),
                unread="" if version.readable else _unread(version, say),
                diff_path=f"/event/{event.id}" if event and event.diff_id else None,
                link=outward(version.url, invented=invented),
            )
        )
    return rows


def version_label(version: Version, say: Speech) -> str:
    """What people call a text: its edition; a note is a note."""
    if version.key.part is Part.NOTE:
        return say.of(labels.PARTS["note"])
    facts = {"edition": version.key.edition, "label": version.label}
    return phrases.edition_label(facts, language=say.language) or say.of(labels.PARTS[version.key.part])


def event_label(event: Event, say: Speech) -> str:
    """What people call the text that an event tells of."""
    return phrases.edition_label(event.payload, language=say.language) or say.of(labels.EVENTS[event.kind])


def _unread(version: Version, say: Speech) -> str:
    """The sentence that says why a text was not read."""
    _, russian, english = phrases.unread({"unread_reason": version.unread_reason})
    return russian if say.language == "ru" else english


def file_rows(card: Mapping[str, Any] | None, say: Speech, *, invented: bool) -> list[FileRow]:
    """The files of a card in its own order."""
    return [
        file_row(file, say, invented=invented) for file in (card or {}).get("files") or () if isinstance(file, Mapping)
    ]


def file_row(file: Mapping[str, Any], say: Speech, *, invented: bool) -> FileRow:
    """One file of a card or of a payload."""
    role = phrases.file_role(file.get("role"), language=say.language)
    return FileRow(
        label=str(file.get("label") or role or say("Файл")),
        role=role,
        format=str(file.get("format") or ""),
        uploaded=times.of_source(file.get("uploaded_at"), language=say.language),
        link=outward(file.get("url"), invented=invented),
    )


_VIA: Final = {
    "direct+https": labels.Words("напрямую, HTTPS", "directly, HTTPS"),
    "proxy+https": labels.Words("через посредника, HTTPS", "through a relay, HTTPS"),
    "direct+http": labels.Words("напрямую, HTTP без шифрования", "directly, plain HTTP"),
    "proxy+http": labels.Words("через посредника, HTTP без шифрования", "through a relay, plain HTTP"),
}


def captures(event: Event, say: Speech) -> list[Capture]:
    """The bodies behind an event, the older first."""
    found = []
    for key, name in (("before_snapshot", say("Было")), ("snapshot", say("Стало"))):
        facts = event.payload.get(key)
        if not isinstance(facts, Mapping):
            continue
        moment = times.parse(str(facts.get("first_seen") or ""))
        found.append(
            Capture(
                name=name,
                digest=str(facts.get("digest") or ""),
                at=times.both(moment, language=say.language) if moment else "",
                via=say.of(via) if (via := _VIA.get(str(facts.get("via")))) else "",
            )
        )
    return found


def card_of(document_id: str, library: Library) -> Mapping[str, Any] | None:
    """The newest card of a document as JSON."""
    cards = library.versions(document_id, part=Part.CARD)
    if not cards:
        return None
    return library.data(max(cards, key=lambda version: (version.observed_at, version.id)).id)


def step_rows(card: Mapping[str, Any] | None, say: Speech) -> list[dict[str, Any]]:
    """The steps of a card, newest first; planned ones are called planned."""
    rows = [
        {
            "number": str(step.get("step") or ""),
            "title": str(step.get("title") or step.get("stage") or ""),
            "at": times.of_source(step.get("at"), language=say.language),
            "decisions": [str(decision) for decision in step.get("decisions") or ()],
            "planned": bool(step.get("planned")),
            "sort": str(step.get("at") or "9999"),
        }
        for step in (card or {}).get("events") or ()
        if isinstance(step, Mapping)
    ]
    return sorted(rows, key=lambda row: row["sort"], reverse=True)


def vote_rows(card: Mapping[str, Any] | None, say: Speech) -> list[dict[str, str]]:
    """The roll calls of a card."""
    rows = []
    for vote in (card or {}).get("votes") or ():
        if isinstance(vote, Mapping):
            passed = {True: say("принято"), False: say("не принято")}.get(vote.get("passed"), "")  # type: ignore[arg-type]
            counts = ((say("за"), "ayes"), (say("против"), "noes"), (say("воздержались"), "abstained"))
            figures = [f"{word} {vote[key]}" for word, key in counts if vote.get(key) is not None]
            rows.append(
                {
                    "subject": str(vote.get("subject") or ""),
                    "at": times.of_source(vote.get("at"), language=say.language),
                    "result": ", ".join([*([passed] if passed else []), *figures]),
                }
            )
    return rows


def month_of(event: Event) -> date:
    """The first day of the Moscow month in which an event was seen."""
    return times.moscow_day(event.observed_at).replace(day=1)


def shown_status(about: Subject, say: Speech) -> str:
    """The stage of a bill in words, empty for an act."""
    return say.of(labels.STAGES[about.status]) if about.is_bill and about.status else ""
