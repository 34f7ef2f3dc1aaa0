"""The files of the demo: texts of the bundled history as DOCX, and scans as PDF. Pure; the same text gives the same bytes.

The texts are plain UTF-8, one paragraph a line. A line may begin with ``# `` (centred heading), ``> `` (to the right) or
``= `` (a publisher's note, centred); ``2^1`` is a digit set as a superscript, as inserted units of law are numbered.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from typing import Final, NamedTuple

DOCX_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF_TYPE: Final = "application/pdf"
MARK: Final = "ДЕМО: вымышленный документ"

_STYLES: Final = {"# ": "T", "> ": "R", "= ": "C"}
_BODY_STYLE: Final = "I"
_RAISED: Final = re.compile(r"(?<=\d)\^(\d+)")
_ALIGNED: Final = {"T": "center", "R": "right", "C": "center", "I": "both"}

_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MEDIA: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml"

_CONTENT_TYPES: Final = (
    f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MEDIA}.document.main+xml"/>'
    f'<Override PartName="/word/header1.xml" ContentType="{_MEDIA}.header+xml"/></Types>'
)
_RELATIONS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'
)
_DOCUMENT_RELATIONS: Final = (
    f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_OFFICE}/header" Target="header1.xml"/></Relationships>'
)
_HEADER: Final = f'{_XML}<w:hdr xmlns:w="{_WORD}"><w:p><w:r><w:t>{MARK}</w:t></w:r></w:p></w:hdr>'
_SECTION: Final = (
    '<w:sectPr><w:headerReference w:type="default" r:id="rId1"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="850" w:bottom="1134" w:left="1701" w:header="709" w:footer="709" w:gutter="0"/></w:sectPr>'
)


class Run(NamedTuple):
    """A piece of a paragraph: its text, and whether it is a superscript."""

    text: str
    raised: bool


class Paragraph(NamedTuple):
    """One line of a text: its style (``T`` heading, ``R`` right, ``C`` note, ``I`` body) and its runs; none for a blank."""

    style: str
    runs: tuple[Run, ...]


def paragraphs(text: str) -> tuple[Paragraph, ...]:
    """The lines of a text, marks taken off."""
    return tuple(_paragraph(line) for line in text.strip("\n").split("\n"))


def _paragraph(line: str) -> Paragraph:
    style = _STYLES.get(line[:2], _BODY_STYLE)
    words = line[2:] if style != _BODY_STYLE else line
    # `split` with one group gives plain and raised pieces in turn.
    pieces = enumerate(_RAISED.split(words))
    return Paragraph(style, tuple(Run(piece, bool(place % 2)) for place, piece in pieces if piece))


def retyped(text: str) -> str:
    """The same text as another office types it: straight quotes, N for №, dashes, no-break spaces. The law is the same."""
    straight = text.replace("«", '"').replace("»", '"')
    return straight.replace("№ ", "N\u00a0").replace(" - ", " \u2013 ").replace("Статья ", "Статья\u00a0")


def docx(text: str) -> bytes:
    """A valid minimal Word document. Stored, not deflated: compression libraries differ, and the bytes must not."""
    body = "".join(_word_paragraph(paragraph) for paragraph in paragraphs(text))
    document = f'{_XML}<w:document xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"><w:body>{body}{_SECTION}</w:body></w:document>'
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": document,
        "word/_rels/document.xml.rels": _DOCUMENT_RELATIONS,
        "word/header1.xml": _HEADER,
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # the default depends on the machine
            archive.writestr(entry, content)
    return target.getvalue()


def _word_paragraph(paragraph: Paragraph) -> str:
    indent = '<w:ind w:firstLine="709"/>' if paragraph.style == _BODY_STYLE else ""
    runs = "".join(_word_run(run, bold=paragraph.style == "T") for run in paragraph.runs)
    return f'<w:p><w:pPr>{indent}<w:jc w:val="{_ALIGNED[paragraph.style]}"/></w:pPr>{runs}</w:p>'


def _word_run(run: Run, *, bold: bool) -> str:
    marks = ("<w:b/>" if bold else "") + ('<w:vertAlign w:val="superscript"/>' if run.raised else "")
    look = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{html.escape(run.text, quote=False)}</w:t></w:r>'


def scan() -> bytes:
    """A valid PDF of one page that is nothing but a picture: what a scanner makes, without a text layer."""
    picture = bytes(255 if (row // 2 + column // 8) % 2 else 160 for row in range(16) for column in range(32))
    drawing = b"q 595 0 0 842 0 0 cm /Im0 Do Q"
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 32 /Height 16 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length "
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /Im0 4 0 R >> >> /Contents 5 0 R >>",
        image + str(len(picture)).encode() + b" >>\nstream\n" + picture + b"\nendstream",
        b"<< /Length " + str(len(drawing)).encode() + b" >>\nstream\n" + drawing + b"\nendstream",
    )
    body = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    places: list[int] = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    count = len(objects) + 1
    trailer = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return body + f"xref\n0 {count}\n0000000000 65535 f \n{table}{trailer}".encode()
