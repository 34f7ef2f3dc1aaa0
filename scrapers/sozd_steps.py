"""The steps of a bill and their files, from the pane `#bh_histras` of a card.

A step is known by its GUID: two steps may share number and moment to the second. Blocks of class `future_event` did not happen
and remain even on finished bills; their date is that of an upload and is dropped, their files are real and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

from lxml.etree import _Element as Element

from scrapers.sozd_markup import (
    absolute,
    class_names,
    first_with_class,
    has_class,
    moscow_moment,
    opening_bracket,
    raw_tooltip,
    russian_date,
    russian_moment,
    split_decisions,
    squeezed,
    tooltip,
    with_class,
)
from scrapers.sozd_slots import classify
from scrapers.sozd_status import DatedStep
from tracker.models import File, Publication, Step

_PUBLICATION_NUMBER: Final = "Номер опубликования"
_PUBLICATION_DATE: Final = "Дата опубликования"

_STAGE: Final = "root-stage"
_STEP: Final = "oz_event"
_MARKS: Final = frozenset({_STAGE, _STEP, "a_event_files", "algstname", "bh_etap_date_time", "table_divop"})
_ICON: Final = "format-"
_MOMENT: Final = len("DD.MM.YYYY HH:MM:SS")  # a tooltip begins with the upload; behind it stands a person
_STEP_NUMBER: Final = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")

# What follows a label in brackets: the body that sent the file. Other brackets, as "(повторно)", belong to the label.
_BODY: Final = re.compile(
    r"(?:под)?комитет|комиссия|аппарат|управление|правовое управление|секретариат|фракция", re.IGNORECASE
)
# Nobody was ever seen there by name; if a clerk signs a label one day, the name is not kept.
_PERSON: Final = re.compile(
    r"[А-ЯЁ][а-яё-]+\s+(?:[А-ЯЁ]\.\s*[А-ЯЁ]\.|[А-ЯЁ][а-яё-]+\s+[А-ЯЁ][а-яё]+)|[А-ЯЁ]\.\s*[А-ЯЁ]\.\s*[А-ЯЁ][а-яё-]+"
)


class StepError(ValueError):
    """A block of the pane that is neither a step with id and date nor a planned one; the message says what is missing."""


class EntangledError(StepError):
    """One step stands inside another: closing tags were lost, and with them which files belong to which step."""


class StepsRead(NamedTuple):
    """What the pane says: steps in page order, each file once, and the dated steps as the status needs them."""

    steps: tuple[Step, ...]
    files: tuple[File, ...]
    dated: tuple[DatedStep, ...]


def read_steps(pane: Element, base_url: str) -> StepsRead:
    """Everything in the pane. Raises StepError for a step without id or date: skipping it would hide a change."""
    titles: dict[str, str] = {}
    stage: Element | None = None
    steps: list[Step] = []
    files: dict[str, File] = {}
    dated: list[DatedStep] = []
    for block in _blocks(pane):
        if block.stage is not stage:
            stage, titles = block.stage, {}
        if "bh_etap_not" in block.names:
            titles[block.number] = squeezed(first_with_class(block.div, "span", "name"))
            continue
        if "future_event" in block.names:
            step = _planned_step(block, titles.get(block.number, ""))
        else:
            moment = _moment(block)
            step = _dated_step(block, moment, titles.get(block.number, ""), base_url)
            dated.append(DatedStep(moment=moment.isoformat(), number=block.number, decisions=step.decisions))
        steps.append(step)
        for file in _files(block, step, base_url):
            files.setdefault(file.id, file)
    return StepsRead(tuple(steps), tuple(files.values()), tuple(dated))


# ---------------------------------------------------------------- blocks


class _Block:
    """The block of one step, or of a heading above steps, with the elements that its reading needs, by their classes."""

    def __init__(self, div: Element, stage: Element | None, stage_name: str) -> None:
        self.div = div
        self.stage = stage
        self.stage_name = stage_name
        self.names = class_names(div.get("class"))
        self.number = (div.get("data-eventnum") or "").strip()
        self._marked: dict[str, list[Element]] = {}

    def add(self, mark: str, element: Element) -> None:
        """Note an element of the block."""
        self._marked.setdefault(mark, []).append(element)

    def all(self, mark: str) -> list[Element]:
        """The elements of a class in document order."""
        return self._marked.get(mark, [])

    def first(self, mark: str) -> Element | None:
        """The first of them, None without one."""
        return next(iter(self.all(mark)), None)


def _blocks(pane: Element) -> list[_Block]:
    """The blocks of the pane, which is walked once: asking for classes is what reading a card costs most."""
    blocks: list[_Block] = []
    stage: Element | None = None
    stage_name = ""
    for element in pane.iter("div", "a"):
        for mark in _marks(element.get("class")):
            if mark == _STAGE:
                stage, stage_name = element, squeezed(first_with_class(element, "a", "lnk"))
                continue
            inside = bool(blocks) and _stands_in(element, blocks[-1].div)
            if mark != _STEP:
                if inside:
                    blocks[-1].add(mark, element)
                continue
            block = _Block(element, stage, stage_name)
            if not _STEP_NUMBER.fullmatch(block.number):
                raise StepError(f"the number of a step (it says {block.number[:40]!r})")
            if inside:
                raise EntangledError(block.number)
            blocks.append(block)
    return blocks


def _stands_in(element: Element, div: Element) -> bool:
    outer = element.getparent()
    while outer is not None and outer is not div:
        outer = outer.getparent()
    return outer is not None


@lru_cache(maxsize=1024)
def _marks(attribute: str | None) -> tuple[str, ...]:
    """Those among the classes of an attribute that mark something to be read."""
    return tuple(sorted(_MARKS & class_names(attribute)))


# ---------------------------------------------------------------- steps


def _moment(block: _Block) -> datetime:
    if not block.div.get("id"):
        raise StepError(f"the id of a step {block.number}")
    try:
        return datetime.fromisoformat((block.div.get("data-eventdate") or "").strip()).replace(tzinfo=None)
    except ValueError:
        raise StepError(f"the date of a step {block.number}") from None


def _dated_step(block: _Block, moment: datetime, title: str, base_url: str) -> Step:
    clock = "with_datatime" in block.names or bool(squeezed(block.first("bh_etap_date_time")))
    said = block.first("algstname")
    return Step(
        id=block.div.get("id"),
        step=block.number,
        stage=block.stage_name,
        # Where no time is shown the machine date carries a filler (23:59:59, 00:00:00): the fact is a date.
        at=moscow_moment(moment) if clock else moment.date().isoformat(),
        planned=False,
        title=title,
        decisions=() if said is None else _decisions(said),
        numbers={} if said is None else _numbers(said),
        publication=tuple(_publication(block, base_url)),
    )


def _planned_step(block: _Block, title: str) -> Step:
    """A planned step may stand without a heading: then it names itself in a bare div."""
    bare = (squeezed(div) for div in block.div.iterchildren("div") if not div.get("class"))
    return Step(
        id=None,
        step=block.number,
        stage=block.stage_name,
        at=None,
        planned=True,
        title=title or next(filter(None, bare), ""),
    )


def _decisions(said: Element) -> tuple[str, ...]:
    name = first_with_class(said, "span", "name")
    if name is None:
        return ()
    items = [squeezed(item) for item in name.iter("li")] or [squeezed(name)]
    return tuple(decision for item in items for decision in split_decisions(item))


def _numbers(said: Element) -> dict[str, str]:
    """Reference numbers by the words of their tooltips. That of `span.name` is none: it names a clerk."""
    numbers: dict[str, str] = {}
    for span in said.iter("span"):
        label = tooltip(span)
        if label and not has_class(span, "name") and (value := squeezed(span)):
            numbers[label] = f"{numbers[label]}; {value}" if label in numbers else value
    return numbers


def _publication(block: _Block, base_url: str) -> Iterator[Publication]:
    for table in block.all("table_divop"):
        for row in with_class(table, "div", "table_row"):
            said = {label: span for span in row.iter("span") if (label := tooltip(span))}
            link = next((a.get("href") for span in said.values() for a in span.iter("a") if a.get("href")), None)
            values = {label: squeezed(span) for label, span in said.items()}
            source = squeezed(first_with_class(row, "div", "table_td"))
            if source or any(values.values()):
                yield Publication(
                    source=source,
                    number=values.pop(_PUBLICATION_NUMBER, "").removeprefix("№").strip() or None,
                    date=russian_date(values.get(_PUBLICATION_DATE, "")),
                    url=(absolute(base_url, link) or None) if link else None,
                    fields=_others(values),
                )


def _others(values: Mapping[str, str]) -> dict[str, str]:
    """Labels without a place of their own; a publication date that is no date stays readable among them."""
    return {
        label: value
        for label, value in values.items()
        if value and (label != _PUBLICATION_DATE or russian_date(value) is None)
    }


# ---------------------------------------------------------------- files


def _files(block: _Block, step: Step, base_url: str) -> Iterator[File]:
    """The files of one step, the folded ones too. Links to protocols stand elsewhere and are not files of the step."""
    for link in block.all("a_event_files"):
        href = (link.get("href") or "").strip()
        url = absolute(base_url, href) if href else ""
        holder = link.getparent()
        guid = (holder.get("data-fileid") if holder is not None else None) or link.get("id") or href.rpartition("/")[2]
        if not guid or not url:
            raise StepError(f"the address of a file of a step {step.step}".rstrip())
        slot = ((holder.get("data-formdatafield") if holder is not None else None) or "").strip() or None
        label = _label(squeezed(first_with_class(link, "div", "doc_wrap")) or squeezed(link))
        role, edition = classify(step.step, slot, label)
        yield File(
            id=guid,
            event_id=step.id,
            slot=slot,
            step=step.step,
            role=role,
            edition=edition,
            label=label,
            format=_format(link),
            url=url,
            uploaded_at=russian_moment(raw_tooltip(link).lstrip()[:_MOMENT]),
        )


def _label(text: str) -> str:
    """A label without the body or person that follows it in brackets."""
    while (opening := opening_bracket(text)) > 0:
        inner = text[opening + 1 : -1].strip()
        if not (_BODY.match(inner) or _PERSON.fullmatch(inner)):
            break
        text = text[:opening].rstrip()
    return text


def _format(link: Element) -> str | None:
    """``msword`` (.doc and .docx alike), ``rtf``, ``pdf``, ``html``: the icon is the only one to say it."""
    for span in link.iter("span"):
        icon = _icon(span.get("class"))
        if icon is not None:
            return icon
    return None


@lru_cache(maxsize=256)
def _icon(attribute: str | None) -> str | None:
    names = sorted(name for name in class_names(attribute) if name.startswith(_ICON))
    return names[0].removeprefix(_ICON) if names else None
