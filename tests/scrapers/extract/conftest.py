"""Files written by hand, part by part, in the markup that office programs write; and those programs, where they are installed."""

from __future__ import annotations

import io
import struct
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from tests import machine

MakeDocx: TypeAlias = Callable[..., bytes]
Convert: TypeAlias = Callable[[bytes, str], bytes]

PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def relationships(targets: Mapping[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="r{place}" Type="{PARTS}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets.items())
    )
    return f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def content_types(parts: Mapping[str, str]) -> str:
    """Without them other programs do not take the archive for a Word file."""
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    rows = "".join(f'<Override PartName="{part}" ContentType="{word}.{kind}+xml"/>' for part, kind in parts.items())
    package = "http://schemas.openxmlformats.org/package/2006"
    relations = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    return f'{HEAD}<Types xmlns="{package}/content-types">{relations}{rows}</Types>'


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.fixture(scope="session")
def docx() -> MakeDocx:
    """`docx(body, styles="…", numbering="…")`: the inner XML of the parts; a Word file comes out."""

    def make(body: str, *, main: str = "word/document.xml", **parts: str) -> bytes:
        roots = {"styles": "styles", "numbering": "numbering", "footnotes": "footnotes", "endnotes": "endnotes"}
        folder, _, name = main.rpartition("/")
        members = {
            "[Content_Types].xml": content_types(
                {f"/{main}": "document.main"} | {f"/{folder}/{kind}.xml": kind for kind in parts}
            ),
            "_rels/.rels": relationships({"officeDocument": main}),
            f"{folder}/_rels/{name}.rels": relationships({kind: f"{kind}.xml" for kind in parts}),
            main: f"{HEAD}<w:document {SPACES}><w:body>{body}<w:sectPr/></w:body></w:document>",
        }
        for kind, inner in parts.items():
            members[f"{folder}/{kind}.xml"] = f"{HEAD}<w:{roots[kind]} {SPACES}>{inner}</w:{roots[kind]}>"
        return zipped(members)

    return make


@pytest.fixture(scope="session")
def pack() -> Callable[[Mapping[str, str | bytes]], bytes]:
    """A ZIP file of the given parts."""
    return zipped


def need(program: str) -> str:
    """Where a program of the system is. A test is skipped without it, but not where everything ought to be installed."""
    return machine.program(program, why="files that need it are not read")


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """`needs("antiword")`: skips the test, or fails it under CI, where that program is missing."""
    return need


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """`convert(docx, "doc")`: a Word file in another format, by LibreOffice."""
    office = need("soffice")
    profile = tmp_path_factory.mktemp("profile")

    def make(body: bytes, suffix: str) -> bytes:
        folder = tmp_path_factory.mktemp("convert")
        (folder / "given.docx").write_bytes(body)
        command = [office, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
        command += ["--convert-to", suffix, "--outdir", str(folder / "made"), str(folder / "given.docx")]
        subprocess.run(command, check=True, capture_output=True)
        return Path(folder / "made" / f"given.{suffix}").read_bytes()

    return make


SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@pytest.fixture(scope="session")
def ole() -> Callable[..., bytes]:
    """`ole({"WordDocument": b"..."})`: an old Office file of these streams."""

    def make(streams: Mapping[str, bytes]) -> bytes:
        names = ["Root Entry", *streams]
        directory_sectors = -(-len(names) * 128 // SECTOR)
        table, data, entries = [TABLE, *range(2, 1 + directory_sectors), END], b"", []
        for place, (name, content) in enumerate(streams.items(), 1):
            padded = content.ljust(max(1, -(-len(content) // SECTOR)) * SECTOR, b"\0")
            start, count = len(table), len(padded) // SECTOR
            table += [*range(start + 1, start + count), END]
            data += padded
            entries.append(
                _entry(name, 2, right=place + 1 if place < len(streams) else FREE, start=start, size=len(content))
            )
        root = _entry("Root Entry", 5, child=1 if streams else FREE, start=END)
        directory = b"".join([root, *entries]).ljust(directory_sectors * SECTOR, b"\0")
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        head += struct.pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0)
        head += struct.pack("<109I", 0, *[FREE] * 108)
        allocation = struct.pack(f"<{len(table)}I", *table).ljust(SECTOR, b"\xff")
        return head + allocation + directory + data

    return make


def _entry(name: str, kind: int, *, right: int = FREE, child: int = FREE, start: int = 0, size: int = 0) -> bytes:
    coded = name.encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBB3I", len(coded) + 2, kind, 1, FREE, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
