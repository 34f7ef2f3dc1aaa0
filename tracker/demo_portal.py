"""What the publication portal of the demo answers at a moment: the JSON of its API over the bundled history. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from tracker.demo_cards import guid

Row = Mapping[str, Any]

_BLOCKS: Final = frozenset(
    "president assembly council_1 council_2 government federal_authorities court subjects international".split()  # noqa: SIM905 - codes read better in a row
)


def documents(data: Row, asked: Mapping[str, str], now: datetime) -> dict[str, Any] | None:
    """The list, newest first; None for a block that does not exist.

    `asked`: the parameters, names in lower case. As on the portal, a date of another form than DD.MM.YYYY is silently ignored.
    """
    block = asked.get("block", "president")
    if block not in _BLOCKS:
        return None
    rows = [
        _record(data, row)
        for row in data["publications"]
        if block == "president" and row["published"] <= now and _is_asked_for(row, asked)
    ]
    rows.sort(key=lambda row: (row["publishDateShort"], row["eoNumber"]), reverse=True)
    size, index = _positive(asked.get("pagesize"), 30), _positive(asked.get("index"), 1)
    return {
        "items": rows[(index - 1) * size : index * size],
        "itemsTotalCount": len(rows),
        "itemsPerPage": size,
        "currentPage": index,
        "pagesTotalCount": -(-len(rows) // size),
    }


def document(data: Row, asked: Mapping[str, str], now: datetime) -> dict[str, Any] | None:
    """The card of one publication, None before it is published."""
    row = next((row for row in data["publications"] if row["eo_number"] == asked.get("eonumber")), None)
    if row is None or row["published"] > now:
        return None
    kind = data["kinds"][row["kind"]]
    return {
        "documentType": {"weight": kind["weight"], "name": row["kind"], "id": kind["id"]},
        "signatoryAuthorities": [data["signatory"]],
        **_record(data, row),
    }


def _is_asked_for(row: Row, asked: Mapping[str, str]) -> bool:
    day = _russian_day(asked.get("date", "")) if asked.get("periodtype") == "day" else None
    since, until = (_russian_day(asked.get(name, "")) for name in ("documentdatefrom", "documentdateto"))
    number = asked.get("number") or row["number"]
    return bool(
        day in (None, row["published"].date())
        and (since or date.min) <= row["signed"] <= (until or date.max)
        and number.lower() == row["number"].lower()
    )


def _record(data: Row, row: Row) -> dict[str, Any]:
    """One row with the fields of the portal, in their order."""
    kind = data["kinds"][row["kind"]]
    header = f"{kind['header']} от {row['signed']:%d.%m.%Y} № {row['number']}"
    return {
        "eoNumber": row["eo_number"],
        "hasSvg": False,
        "zipFileLength": None,
        "publishDateShort": f"{row['published']:%Y-%m-%d}T00:00:00",
        "complexName": f'{header}\n "{row["name"]}"',
        "pagesCount": row["pages"],
        "pdfFileLength": row["pdf_size"],
        "jdRegNumber": None,
        "jdRegDate": None,
        "name": row["name"],
        "number": row["number"],
        "documentDate": f"{row['signed']}T00:00:00",
        "signatoryAuthorityId": data["signatory"]["id"],
        "documentTypeId": kind["id"],
        "title": f'{header}<br /> "{row["name"]}"',
        "viewDate": f"{row['published']:%d.%m.%Y}",
        "id": guid("publication", row["eo_number"]).lower(),
    }


def _russian_day(text: str) -> date | None:
    found = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    if found is None:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _positive(text: str | None, default: int) -> int:
    return int(text) if text is not None and re.fullmatch(r"[1-9]\d{0,5}", text) else default
