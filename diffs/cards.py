"""Compares two readings of one bill card: what happened to its steps, its files, its passport and its stage.

Pure: two `Reading` values in, a tuple of `CardChange` out, in the order people should hear them. Steps and files are known
by the GUIDs of the source. A step that was re-created under another GUID with the same number and moment is the same step
edited; files are grouped by (step, slot, else label), equal GUIDs are paired first, and only when exactly one file is left
over on each side of a group is it a replacement. Slots that hold anything do not make a draft resolution replace a table of
amendments: what a file is belongs to its group. A time of upload that a page does not show is no new upload.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from tracker.models import EventKind, File, Level, Reading, Role, Status, Step

#: Steps whose outcome decides the fate of a bill: votes, the Federation Council, the President, publication.
DECISIVE_STEPS: Final = frozenset({"3.3", "4.3", "5.3", "6.3", "7.3", "8.1", "8.2", "9.3"})

_OUTCOMES: Final = {
    Status.REJECTED: EventKind.BILL_REJECTED,
    Status.WITHDRAWN: EventKind.BILL_WITHDRAWN,
    Status.RETURNED: EventKind.BILL_RETURNED,
    Status.SF_REJECTED: EventKind.BILL_SF_REJECTED,
    Status.VETOED: EventKind.BILL_VETOED,
}

#: A change of these passport entries is about the bill itself; the others are clerical.
_WEIGHTY_FIELDS: Final = frozenset({"title", "comment", "Субъект права законодательной инициативы"})


_Place: TypeAlias = tuple[str, str, Role]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChange:
    """A step that came (`before` None), went (`after` None) or was edited (`changed` names the attributes)."""

    kind: EventKind
    level: Level
    before: Step | None
    after: Step | None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """A file that came, went or was replaced."""

    kind: EventKind
    level: Level
    before: File | None
    after: File | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageChange:
    """The bill stands elsewhere: one of the outcome kinds, or ``bill.stage``. `step` is the step that decided it."""

    kind: EventKind
    level: Level
    before: Status | None
    after: Status | None
    step: Step | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsChange:
    """Passport entries that changed: (name, before, after), an absent entry being an empty string."""

    kind: EventKind
    level: Level
    fields: tuple[tuple[str, str, str], ...]


CardChange = StepChange | FileChange | StageChange | FieldsChange


def compare_cards(old: Reading | None, new: Reading) -> tuple[CardChange, ...]:
    """Everything that differs between two readings of the same card; `old` None means that all of it is new."""
    if old is None:
        old = replace(new, events=(), files=(), document=None)
    return (
        *_stage(old, new),
        *_steps(old.events, new.events),
        *_files(old.files, new.files),
        *_fields(old, new),
    )


def _held(steps: Iterable[Step]) -> dict[str, Step]:
    """Dated steps by id. Planned ones have not happened, whatever their block says."""
    return {step.id: step for step in steps if step.id is not None and not step.planned}


def _steps(old: tuple[Step, ...], new: tuple[Step, ...]) -> Iterable[StepChange]:
    before, after = _held(old), _held(new)
    gone = {key: step for key, step in before.items() if key not in after}
    for key, step in after.items():
        twin = before.get(key) or _take_twin(gone, step)
        if twin is None:
            level = Level.MAJOR if step.step in DECISIVE_STEPS else Level.NOTABLE
            yield StepChange(kind=EventKind.BILL_STEP, level=level, before=None, after=step)
        elif changed := step_differences(twin, step):
            yield StepChange(
                kind=EventKind.BILL_STEP_CHANGED, level=Level.NOTABLE, before=twin, after=step, changed=changed
            )
    for step in gone.values():
        yield StepChange(kind=EventKind.BILL_STEP_REMOVED, level=Level.MAJOR, before=step, after=None)


def _take_twin(gone: dict[str, Step], step: Step) -> Step | None:
    """A vanished step with the same number and moment: the clerk re-created it. Of two such steps only an equal one is it."""
    twins = [key for key, other in gone.items() if (other.step, other.at) == (step.step, step.at)]
    if len(twins) > 1:
        twins = [key for key in twins if not step_differences(gone[key], step)][:1]
    return gone.pop(twins[0]) if twins else None


def step_differences(before: Step, after: Step) -> tuple[str, ...]:
    """The attributes of a step that differ, by name; ids and names of stages are the page's own business."""
    names = ("step", "at", "title", "decisions", "numbers", "publication")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _files(old: tuple[File, ...], new: tuple[File, ...]) -> Iterable[FileChange]:
    before = {file.id: file for file in old}
    after = {file.id: file for file in new}
    gone: dict[_Place, list[File]] = defaultdict(list)
    come: dict[_Place, list[File]] = defaultdict(list)
    for file in old:
        if file.id not in after:
            gone[_place(file)].append(file)
    for file in new:
        if file.id not in before:
            come[_place(file)].append(file)
        elif _uploaded_anew(before[file.id], file):
            yield _replaced(before[file.id], file)
    for place, files in come.items():
        if len(files) == 1 and len(gone.get(place, ())) == 1:
            yield _replaced(gone.pop(place)[0], files[0])
        else:
            for file in files:
                level = Level.NOTABLE if file.role in {Role.BILL_TEXT, Role.AMENDMENTS, Role.SCAN} else Level.TECHNICAL
                yield FileChange(kind=EventKind.FILE_ADDED, level=level, before=None, after=file)
    for files in gone.values():
        for file in files:
            yield FileChange(kind=EventKind.FILE_REMOVED, level=Level.MAJOR, before=file, after=None)


def _place(file: File) -> _Place:
    return file.step, (file.slot or "").upper() or file.label, file.role


def _uploaded_anew(before: File, after: File) -> bool:
    """The same address with another time of upload. A time that vanishes or appears is a matter of the page."""
    return None not in {before.uploaded_at, after.uploaded_at} and before.uploaded_at != after.uploaded_at


def _replaced(before: File, after: File) -> FileChange:
    # What a replaced text says is told by the text's own event, which the bundle should lead with.
    return FileChange(kind=EventKind.FILE_REPLACED, level=Level.NOTABLE, before=before, after=after)


def _stage(old: Reading, new: Reading) -> Iterable[StageChange]:
    before = old.document.status if old.document else None
    after = new.document.status if new.document else None
    if after is None or after == before or (before is None and after is Status.REGISTERED):
        return
    kind = _OUTCOMES.get(after, EventKind.BILL_STAGE)
    yield StageChange(kind=kind, level=Level.KEY, before=before, after=after, step=_deciding_step(old, new, after))


def _deciding_step(old: Reading, new: Reading, after: Status) -> Step | None:
    """The step that moved the stage: the latest of those that are new or edited, else the latest that was held."""
    known = _held(old.events)
    held = sorted(_held(new.events).values(), key=lambda step: (step.at or "", step.step))
    fresh = [step for step in held if step.id not in known or step_differences(known[step.id], step)]
    candidates = fresh or held
    decisive = [step for step in candidates if step.step in DECISIVE_STEPS or after in _OUTCOMES]
    ranked = decisive or candidates
    return ranked[-1] if ranked else None


def _fields(old: Reading, new: Reading) -> Iterable[FieldsChange]:
    if old.document is None or new.document is None:
        return
    before = _named(old.document.title, old.document.comment, old.document.fields)
    after = _named(new.document.title, new.document.comment, new.document.fields)
    names = [*before, *(name for name in after if name not in before)]
    changed = tuple(
        (name, before.get(name, ""), after.get(name, "")) for name in names if before.get(name) != after.get(name)
    )
    if changed:
        weighty = any(name in _WEIGHTY_FIELDS for name, _, _ in changed)
        level = Level.NOTABLE if weighty else Level.TECHNICAL
        yield FieldsChange(kind=EventKind.FIELDS_CHANGED, level=level, fields=changed)


def _named(title: str, comment: str, fields: Mapping[str, str]) -> dict[str, str]:
    # An entry that is nothing but a link to a file is told by the file's own event.
    worded = {name: value for name, value in fields.items() if "/download/" not in value}
    return {"title": title, "comment": comment, **worded}
