"""Word files written by hand, part by part, in the markup that Word writes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import TypeAlias

import pytest

MakeDocx: TypeAlias = Callable[..., bytes]

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
            "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
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
