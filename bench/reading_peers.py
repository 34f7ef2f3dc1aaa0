"""One way of reading one file, measured: run by `bench/reading.py` with the Python of that peer's own environment.

Usage: python reading_peers.py WAY FILE RUNS    (prints one JSON object)

Start-up and imports are over before the clock starts; the bytes are in memory, and plain values are out when it stops: what
has to be said of the file, the same from every way. Nothing but the standard library is imported here, except by the way that
is asked for.
"""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Facts = Any  # plain lists and strings
Read = Callable[[bytes], Facts]


def words(node: Any) -> str:
    return " ".join(node.get_text().split()) if node is not None else ""


# ---------------------------------------------------------------- a bill card: title, steps with their decisions, files


def card_ours() -> Read:
    from scrapers import sozd  # noqa: PLC0415 - each way is imported only where it is measured

    def facts(body: bytes) -> Facts:
        reading = sozd.read(body)
        events = [
            [step.id, step.step, (step.at or "")[:10], "; ".join(step.decisions)]
            for step in reading.events
            if not step.planned
        ]
        files = [[file.id, file.slot or "", file.format, (file.uploaded_at or "")[:19]] for file in reading.files]
        return [reading.document.title if reading.document else "", events, files]

    return facts


def card_soup_by(find: Callable[[Any, str, str], list[Any]]) -> Read:
    """The same facts by BeautifulSoup; `find` gives the elements of a tag and a class below another."""
    from bs4 import BeautifulSoup  # noqa: PLC0415 - the same

    def facts(body: bytes) -> Facts:
        soup = BeautifulSoup(body, "lxml")
        pane = soup.find(id="bh_histras")
        events, files = [], []
        for block in find(pane, "div", "oz_event"):
            names = block["class"]
            if "bh_etap_not" in names:
                continue
            if "future_event" not in names:
                said = [words(item) for name in find(block, "span", "name") for item in name.find_all("li")]
                events.append([block["id"], block["data-eventnum"], block["data-eventdate"][:10], "; ".join(said)])
            for link in find(block, "a", "a_event_files"):
                icon = next(iter(find(link, "span", "icon-file")), None)
                formats = [name[7:] for name in (icon["class"] if icon else []) if name.startswith("format-")]
                at = (link.get("data-original-title") or link.get("title") or "").split()[:2]
                moment = "-".join(reversed(at[0].split("."))) + "T" + at[1] if len(at) == 2 else ""
                slot = link.parent.get("data-formdatafield", "")
                files.append([link["id"], slot, formats[0] if formats else None, moment])
        return [words(soup.find(id="oz_name")), events, files]

    return facts


def card_soup_find() -> Read:
    return card_soup_by(lambda parent, tag, name: parent.find_all(tag, class_=name))


def card_soup_select() -> Read:
    return card_soup_by(lambda parent, tag, name: parent.select(f"{tag}.{name}"))


# ---------------------------------------------------------------- a Word file: its text, tables and tracked changes included


def docx_ours() -> Read:
    from scrapers.extract.reading import Job, read  # noqa: PLC0415 - the same

    folder = Path()  # where outside programs would work: a DOCX needs none
    return lambda body: read(Job(body=body), folder).text


def docx_ours_child() -> Read:
    from scrapers.extract.files import extract  # noqa: PLC0415 - the same

    return lambda body: extract(body).text


def docx_python_docx() -> Read:
    from docx import Document  # noqa: PLC0415 - the same
    from docx.table import Table  # noqa: PLC0415 - the same

    def facts(body: bytes) -> Facts:
        lines = []
        for block in Document(io.BytesIO(body)).iter_inner_content():
            if isinstance(block, Table):
                lines += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                lines.append(block.text)
        return "\n".join(lines)

    return facts


# ---------------------------------------------------------------- a law: its lines, and the publisher's notes with what they link


def law_ours() -> Read:
    from scrapers import ips  # noqa: PLC0415 - the same

    def facts(body: bytes) -> Facts:
        reading = ips.read(body)
        return [reading.text.splitlines(), [[remark.text, list(remark.acts)] for remark in reading.remarks]]

    return facts


def law_soup() -> Read:
    from bs4 import BeautifulSoup  # noqa: PLC0415 - the same

    def facts(body: bytes) -> Facts:
        soup = BeautifulSoup(body, "lxml", from_encoding="windows-1251")
        lines, notes = [], []
        for raised in soup.find_all("span", class_="W9"):
            raised.string = f"^{raised.get_text()}"  # a number above the line: article 22 with a 1 is not article 221
        for paragraph in soup.find_all("p"):
            for mark in paragraph.find_all("span", class_=["mark", "markx"]):
                acts = [str(link["href"]).rpartition("nd=")[2] for link in mark.find_all("a", href=True)]
                notes.append([words(mark), acts])
                mark.extract()
            if text := words(paragraph):
                lines.append(text)
        return [lines, notes]

    return facts


WAYS: dict[str, Callable[[], Read]] = {
    "card-ours": card_ours,
    "card-soup-find": card_soup_find,
    "card-soup-select": card_soup_select,
    "docx-ours": docx_ours,
    "docx-ours-child": docx_ours_child,
    "docx-python-docx": docx_python_docx,
    "law-ours": law_ours,
    "law-soup": law_soup,
}


def main(way: str, path: str, runs: int) -> None:
    read, body = WAYS[way](), Path(path).read_bytes()
    took: list[float] = []
    facts = None
    while len(took) < runs and sum(took) < 10:
        started = time.perf_counter()
        facts = read(body)
        took.append(time.perf_counter() - started)
    print(json.dumps({"ms": min(took) * 1000, "facts": facts}))


if __name__ == "__main__":  # the guard matters: reading a file in a child process starts this script anew
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
