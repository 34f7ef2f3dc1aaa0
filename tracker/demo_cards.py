"""What a bill card of the demo shows at a moment: a view of the bundled history for the templates. Pure.

A bill of `demo_history/history.toml` is a list of steps in the order of the card. A step is held since ``posted`` (or
``at``), planned since ``planned``; a file is there from ``uploaded`` until ``until``. GUIDs are made of names, so that the
same history has the same GUIDs everywhere.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any

View = dict[str, Any]
Row = Mapping[str, Any]


def guid(*names: str) -> str:
    """The same names, the same GUID, upper-case as the Duma writes them."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(("demo", *names)))).upper()


def registered(bill: Row) -> datetime:
    """The moment of the first step, which every bill has."""
    moment: datetime = bill["steps"][0]["at"]
    return moment


def is_up(file: Row, now: datetime) -> bool:
    """Whether a file can be downloaded."""
    return bool(file["uploaded"] <= now and ("until" not in file or now < file["until"]))


def files(data: Row) -> Iterator[tuple[str, View]]:
    """Every file of every card by its GUID, extracts of protocols included."""
    people = data["people"]
    for bill in data["bills"]:
        for step in bill["steps"]:
            for file in step.get("files", ()):
                name = _file_id(bill, step, file)
                yield name, {"format": "msword", **file, "id": name, "by": people[file["by"]], "number": bill["number"]}
            if step.get("protocol"):
                name = _protocol_id(bill, step)
                yield (
                    name,
                    {
                        "key": "protocol",
                        "label": f"Выписка из протокола {step['numbers']['Номер и пункт протокола']}",
                        "uploaded": step.get("posted", step["at"]),
                        "format": "msword",
                        "id": name,
                        "number": bill["number"],
                    },
                )


def card(data: Row, bill: Row, known_files: Mapping[str, View], note: list[str], now: datetime) -> View:
    """Everything that the template of a card needs, except what every page of the site shows."""
    seen = tuple(steps(data, bill, known_files, now))
    stages = tuple(_stages(data, seen))
    reached = {stage["number"]: stage for stage in stages if stage["reached"]}
    held = [step for step in seen if step["held"]]
    shown = [file for step in seen for file in step["files"]]
    return {
        "bill": {**bill, "id": guid(bill["number"])},
        "archived": "archived" in bill and bill["archived"] <= now,
        "passport": [entry for entry in bill["passport"] if entry.get("shown", now) <= now],
        "package": next((file for file in shown if file["key"] == "package"), None),
        "progress": [
            reached.get(int(number), {"number": int(number), "name": name, "reached": False, "active": False})
            for number, name in data["stages"].items()
        ],
        "stages": stages,
        "chronology": sorted(held, key=lambda step: (step["at"], step["num"])),
        "note": note,
        "votes": _votes(bill, now),
    }


def steps(data: Row, bill: Row, known_files: Mapping[str, View], now: datetime) -> Iterator[View]:
    """The steps of a bill that are held or planned at a moment, in the order of the card."""
    for place, step in enumerate(bill["steps"]):
        held = step.get("posted", step["at"]) <= now
        if not held and not ("planned" in step and step["planned"] <= now):
            continue
        edit = step.get("edited")
        up = [known_files[_file_id(bill, step, file)] for file in step.get("files", ()) if is_up(file, now)]
        # As on the site: the date of a planned step is that of an upload, not of anything that will happen.
        planned = up[0]["uploaded"] if up else step.get("planned", step["at"])
        yield {
            "num": step["num"],
            "name": data["steps"][step["num"]],
            "id": guid(bill["number"], step["num"], str(place)),
            "held": held,
            "at": step["at"],
            "timed": step.get("timed", False),
            "decisions": edit["decisions"] if edit and edit["at"] <= now else step["decisions"],
            "numbers": step.get("numbers", {}),
            "protocol_id": _protocol_id(bill, step) if step.get("protocol") else None,
            "author": step.get("author"),
            "vote": step.get("vote", False),
            "publications": step.get("publications", ()),
            "files": up,
            "planned_date": f"{planned:%Y-%m-%dT%H:%M:%S}",
        }


def _stages(data: Row, steps: Iterable[View]) -> Iterator[View]:
    """Stages that hold a step. One with nothing but plans is listed and not reached; the last reached is active."""
    listed = [(number, list(of_stage)) for number, of_stage in groupby(steps, key=_stage_number)]
    reached = [number for number, of_stage in listed if any(step["held"] for step in of_stage)]
    for number, of_stage in listed:
        yield {
            "number": number,
            "name": data["stages"][str(number)],
            "id": guid("stage", str(number)),
            "reached": number in reached,
            "active": number == reached[-1],
            "steps": of_stage,
        }


def _stage_number(step: Row) -> int:
    """The stage of a step is its first number, except that 8.2 stands under stage 11, as on the real cards."""
    return 11 if step["num"] == "8.2" else int(step["num"].partition(".")[0])


def _votes(bill: Row, now: datetime) -> list[tuple[str, list[Row]]]:
    """Roll calls by day, newest first."""
    seen = [vote for vote in bill.get("votes", ()) if vote["at"] <= now]
    seen.sort(key=lambda vote: vote["at"], reverse=True)
    return [(day, list(of_day)) for day, of_day in groupby(seen, key=lambda vote: f"{vote['at']:%d.%m.%Y}")]


def _file_id(bill: Row, step: Row, file: Row) -> str:
    return guid(bill["number"], step["num"], "file", file["key"])


def _protocol_id(bill: Row, step: Row) -> str:
    return guid(bill["number"], step["num"], "protocol")
