"""The steps of a bill and their files, from the pane `#bh_histras` of a card.

A step is known by its GUID: two steps may share number and moment to the second. Blocks of class `future_event` did not happen
and remain even on finished bills; their date is that of an upload and is dropped, their files are real and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from lxml.etree import _Element as Element

from scrapers.sozd_markup import (
    absolute,
    first_with_class,
    has_class,
    moscow_moment,
    russian_date,
    russian_moment,
    squeezed,
    tooltip,
    with_class,
)
from scrapers.sozd_slots import classify
from scrapers.sozd_status import DatedStep
from tracker.models import File, Publication, Step

_PUBLICATION_NUMBER: Final = "Номер опубликования"
_PUBLICATION_DATE: Final = "Дата опубликования"

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
    stage = ""
    titles: dict[str, str] = {}
    steps: list[Step] = []
    files: dict[str, File] = {}
    dated: list[DatedStep] = []
    for block in pane.iter("div"):
        names = (block.get("class") or "").split()
        if "root-stage" in names:
            stage, titles = squeezed(first_with_class(block, "a", "lnk")), {}
        if "oz_event" not in names:
            continue
        number = (block.get("data-eventnum") or "").strip()
        if not _STEP_NUMBER.fullmatch(number):
            raise StepError(f"the number of a step (it says {number[:40]!r})")
        if any(has_class(outer, "oz_event") for outer in block.iterancestors("div")):
            raise EntangledError(number)
        if "bh_etap_not" in names:
            titles[number] = squeezed(first_with_class(block, "span", "name"))
        elif "future_event" in names:
            title = titles.get(number) or _planned_title(block)
            step = Step(id=None, step=number, stage=stage, at=None, planned=True, title=title)
            steps.append(step)
            files |= {file.id: file for file in _files(block, step, base_url) if file.id not in files}
        else:
            moment = _moment(block, number)
            step = _dated_step(
                block, moment, number=number, stage=stage, title=titles.get(number, ""), base_url=base_url
            )
            steps.append(step)
            dated.append(DatedStep(moment=moment.isoformat(), number=number, decisions=step.decisions))
            files |= {file.id: file for file in _files(block, step, base_url) if file.id not in files}
    return StepsRead(tuple(steps), tuple(files.values()), tuple(dated))


def split_decisions(text: str) -> tuple[str, ...]:
    """Decisions joined by ``;``, which also stands inside brackets: only the outer ones separate."""
    parts: list[str] = []
    depth = start = 0
    for place, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth = max(0, depth - 1)
        elif character == ";" and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return tuple(part.strip() for part in parts if part.strip())


def _moment(block: Element, number: str) -> datetime:
    if not block.get("id"):
        raise StepError(f"the id of a step {number}".rstrip())
    try:
        return datetime.fromisoformat((block.get("data-eventdate") or "").strip()).replace(tzinfo=None)
    except ValueError:
        raise StepError(f"the date of a step {number}".rstrip()) from None


def _dated_step(block: Element, moment: datetime, *, number: str, stage: str, title: str, base_url: str) -> Step:
    clock = has_class(block, "with_datatime") or bool(squeezed(first_with_class(block, "div", "bh_etap_date_time")))
    said = first_with_class(block, "div", "algstname")
    return Step(
        id=block.get("id"),
        step=number,
        stage=stage,
        # Where no time is shown the machine date carries a filler (23:59:59, 00:00:00): the fact is a date.
        at=moscow_moment(moment) if clock else moment.date().isoformat(),
        planned=False,
        title=title,
        decisions=() if said is None else _decisions(said),
        numbers={} if said is None else _numbers(said),
        publication=tuple(_publication(block, base_url)),
    )


def _planned_title(block: Element) -> str:
    """A planned step names itself in a bare div, for it may stand without a heading."""
    return next((squeezed(div) for div in block.iterchildren("div") if not div.get("class") and squeezed(div)), "")


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
        label, value = tooltip(span), squeezed(span)
        if label and value and not has_class(span, "name"):
            numbers[label] = f"{numbers[label]}; {value}" if label in numbers else value
    return numbers


def _publication(block: Element, base_url: str) -> Iterator[Publication]:
    for table in with_class(block, "div", "table_divop"):
        for row in with_class(table, "div", "table_row"):
            said = {tooltip(span): span for span in row.iter("span") if tooltip(span)}
            link = next((a.get("href") for span in said.values() for a in span.iter("a") if a.get("href")), None)
            values = {label: squeezed(span) for label, span in said.items()}
            source = squeezed(first_with_class(row, "div", "table_td"))
            if source or any(values.values()):
                yield Publication(
                    source=source,
                    number=values.pop(_PUBLICATION_NUMBER, "").removeprefix("№").strip() or None,
                    date=russian_date(values.get(_PUBLICATION_DATE, "")),
                    url=absolute(base_url, link) if link else None,
                    fields=_others(values),
                )


def _others(values: Mapping[str, str]) -> dict[str, str]:
    """Labels without a place of their own; a publication date that is no date stays readable among them."""
    return {
        label: value
        for label, value in values.items()
        if value and (label != _PUBLICATION_DATE or russian_date(value) is None)
    }


def _files(block: Element, step: Step, base_url: str) -> Iterator[File]:
    """The files of one step, the folded ones too. Links to protocols stand elsewhere and are not files of the step."""
    for link in with_class(block, "a", "a_event_files"):
        href = (link.get("href") or "").strip()
        holder = link.getparent()
        guid = (holder.get("data-fileid") if holder is not None else None) or link.get("id") or href.rpartition("/")[2]
        if not guid or not href:
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
            url=absolute(base_url, href),
            uploaded_at=russian_moment(tooltip(link)[:19]),
        )


def _label(text: str) -> str:
    """A label without the body or person that follows it in brackets."""
    while text.endswith(")") and (opening := _opening_bracket(text)) > 0:
        inner = text[opening + 1 : -1].strip()
        if not (_BODY.match(inner) or _PERSON.fullmatch(inner)):
            break
        text = text[:opening].rstrip()
    return text


def _opening_bracket(text: str) -> int:
    """Where the bracket closed at the very end was opened, -1 for a bracket never opened."""
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth == 0:
            return place
    return -1


def _format(link: Element) -> str | None:
    """``msword`` (.doc and .docx alike), ``rtf``, ``pdf``, ``html``: the icon is the only one to say it."""
    names = (name for span in link.iter("span") for name in (span.get("class") or "").split())
    return next((name.removeprefix("format-") for name in names if name.startswith("format-")), None)
