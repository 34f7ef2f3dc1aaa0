"""A comparison as a Word file with real tracked changes: a lawyer reads it, accepts it, rejects it, sends it on.

Format: ECMA-376 part 1, 17.13.5 (revisions). A unit that came or went is a paragraph with a tracked mark, so that accepting
or rejecting leaves no empty line behind. A unit that moved is struck where it stood and written where it stands: programs
other than Word lose real moves. In the whole text addresses stand in comments, not in the text: between the two headings of
ours, accepting everything gives the new text, rejecting everything the old one.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC
from itertools import count
from typing import Any, Final

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from lxml import etree

from feeds import diffview, labels, places, times
from feeds.exports import published
from feeds.exports.comparison import Comparison
from feeds.exports.published import Row
from feeds.labels import Words
from feeds.languages import Speech
from feeds.textual import clean
from tracker.models import Section

AUTHOR: Final = "Duma Tracker"
CONTENT_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_COMMENTS: Final = 2_000  # Word opens a file with more of them for minutes; the changes themselves are all there
_PROPERTY: Final = 255  # characters that a property of a file may have
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)  # equal input gives equal bytes
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_NOTE: Final = "Tracker note"
_LAW: Final = "Tracker law"
_UNIT: Final = "Tracker unit"
_LINE: Final = "Tracker line"

TEXT_BEGINS: Final = Words("Текст с исправлениями", "The text with tracked changes")
CHANGES_BEGIN: Final = Words("Изменённые места", "Changed places")
TEXT_ENDS: Final = Words("Конец текста.", "End of the text.")
CHANGES_END: Final = Words("Конец изменений.", "End of the changes.")

_SEEN: Final = Words("Замечено", "Noticed")
_HERE: Final = Words("Постоянный адрес", "Permanent address")
_WHOLE: Final = Words(
    "Исправления расставила программа, сравнив два текста: принять все — получится новый текст, отклонить все — прежний. "
    "Различия в оформлении тоже отмечены. Перенесённое место вычеркнуто там, где стояло, и вписано там, где стоит. "
    "Адреса изменённых мест — в примечаниях на полях.",
    "The changes were marked by a program that compared two texts: accept all for the new text, reject all for the old. "
    "Differences in form are marked too. What moved is struck where it stood and inserted where it stands. "
    "The addresses of the changed places are in the comments.",
)
_CHANGES: Final = Words(
    "Исправления расставила программа, сравнив два текста. Здесь только изменённые места, каждое под своим адресом; "
    "неизменённых мест в этом файле нет.",
    "The changes were marked by a program that compared two texts. Only the changed places are here, each under its "
    "address; what did not change is not in this file.",
)
_NOT_OLDER: Final = Words(
    "Тексты из разных источников или документов: вычеркнутое есть только в первом, вписанное только во втором.",
    "The texts come from two sources or documents: what is struck stands only in the first, what is inserted only in the second.",
)
_OFFICIAL: Final = Words(
    "Это не официальный текст: официальный — у источника.", "This is not the official text: that is with its source."
)
_NOTHING: Final = Words("Слова текстов совпадают.", "The words of the texts are the same.")


def whole(comparison: Comparison, old: Sequence[Section], new: Sequence[Section], say: Speech) -> bytes:
    """All of the new text with tracked changes against the old one. `comparison.diff` was made of these two."""
    file = _File(comparison, say)
    file.front(_WHOLE)
    file.heading(say.of(TEXT_BEGINS))
    for row in published.merged(old, new, comparison.diff):
        file.row(row, commented=True)
    return file.bytes(TEXT_ENDS)


def changes(comparison: Comparison, say: Speech) -> bytes:
    """The changed units alone, each under its address."""
    file = _File(comparison, say)
    file.front(_CHANGES)
    file.heading(say.of(CHANGES_BEGIN))
    for operation in comparison.diff.operations:
        file.unit(diffview.heading(operation, say), diffview.verbs(operation, say))
        file.row(published.unit(operation), commented=False)
    if not comparison.diff.operations:
        file.note(say.of(_NOTHING))
    return file.bytes(CHANGES_END)


class _File:
    """One Word file in the making: paragraphs are appended in order."""

    def __init__(self, comparison: Comparison, say: Speech) -> None:
        self._of = comparison
        self._say = say
        self._document = docx.Document()
        self._ids = count(1)
        captured = comparison.after.captured or comparison.seen
        self._by: dict[str | bytes | etree.QName, str] = {
            qn("w:author"): AUTHOR,
            qn("w:date"): captured.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self._body = self._document.element.body
        self._end = self._body.sectPr  # what Word wants last
        _set_up(self._document, say)
        # Looking a style up costs python-docx a search through all of them.
        self._styles = {
            name: self._document.styles[name].style_id for name in (_NOTE, _LAW, _UNIT, "Title", "Heading 1")
        }
        self._comments = self._document.part._comments_part.element  # noqa: SLF001 - its public way stamps the time of today
        self._margins()
        self._properties()

    # ------------------------------------------------------------ our own words

    def front(self, what_it_is: Words) -> None:
        """What this file is, before anything that it holds."""
        of, say = self._of, self._say
        if of.invented:
            self._ours(f"{labels.DEMO.ru} / {labels.DEMO.en}", _NOTE, bold=True)
        if of.state:
            self._ours(f"[{of.state}]", _NOTE)
        self._ours(places.shown(of.title), "Title")
        self._ours(of.document(say.language), _NOTE)
        if of.force.ru:
            self._ours(f"{of.force.ru} {of.force.en}", _NOTE, bold=True)
        for name, text in zip(of.names(say), (of.before, of.after), strict=True):
            line = text.line(say)
            self._ours(f"{name}: {line}" if name else line, _NOTE)
            if text.url:
                self._ours(text.url, _NOTE)
        self._ours(f"{say.of(_SEEN)}: {times.both(of.seen, language=say.language)}", _NOTE)
        self._ours(f"{say.of(_HERE)}: {of.link}", _NOTE)
        parts = (what_it_is, *(() if of.are_times else (_NOT_OLDER,)), _OFFICIAL)
        self._ours(" ".join(say.of(part) for part in parts), _NOTE)

    def heading(self, words: str) -> None:
        """The line behind which the text begins."""
        self._ours(words, "Heading 1")

    def unit(self, address: str, verbs: str) -> None:
        """The address of a unit and what became of it."""
        self._ours(f"{address}. {verbs}" if verbs else address, _UNIT)

    def note(self, words: str) -> None:
        """A line of ours."""
        self._ours(words, _NOTE)

    def _ours(self, words: str, style: str, *, bold: bool = False) -> None:
        if not words:
            return
        paragraph = self._paragraph(style)
        run = _run(paragraph, clean(words), "w:t")
        if bold:
            run.insert(0, etree.Element(qn("w:rPr")))
            etree.SubElement(run[0], qn("w:b"))
        self._end.addprevious(paragraph)

    def _paragraph(self, style: str) -> etree._Element:
        paragraph = etree.Element(qn("w:p"))
        properties = etree.SubElement(paragraph, qn("w:pPr"))
        _value(etree.SubElement(properties, qn("w:pStyle")), self._styles[style])
        return paragraph

    # ------------------------------------------------------------ the words of the law

    def row(self, row: Row, *, commented: bool) -> None:
        """One unit: as it is, changed inside, come or gone."""
        paragraph = self._paragraph(_LAW)
        if row.old is None or row.new is None:
            mark = etree.SubElement(paragraph[0], qn("w:rPr"))
            self._revision(mark, "w:ins" if row.old is None else "w:del")
        comment = self._comment(row) if commented else None
        if comment is not None:
            etree.SubElement(paragraph, qn("w:commentRangeStart")).set(qn("w:id"), comment)
        for kind, text in row.spans:
            if kind == "=":
                _run(paragraph, text, "w:t")
            elif kind == "-":
                _run(self._revision(paragraph, "w:del"), text, "w:delText")
            else:
                _run(self._revision(paragraph, "w:ins"), text, "w:t")
        if comment is not None:
            etree.SubElement(paragraph, qn("w:commentRangeEnd")).set(qn("w:id"), comment)
            reference = etree.SubElement(etree.SubElement(paragraph, qn("w:r")), qn("w:commentReference"))
            reference.set(qn("w:id"), comment)
        self._end.addprevious(paragraph)

    def _revision(self, parent: etree._Element, tag: str) -> etree._Element:
        return etree.SubElement(parent, qn(tag), {qn("w:id"): str(next(self._ids)), **self._by})

    def _comment(self, row: Row) -> str | None:
        """The id of a comment that says where a unit stands and what became of it; None where there is nothing to say."""
        if row.operation is None or len(self._comments) >= _COMMENTS:
            return None
        identity = str(next(self._ids))
        words = f"{diffview.heading(row.operation, self._say)}. {diffview.verbs(row.operation, self._say)}"
        comment = etree.SubElement(
            self._comments, qn("w:comment"), {qn("w:id"): identity, qn("w:initials"): "DT", **self._by}
        )
        _run(etree.SubElement(comment, qn("w:p")), clean(words), "w:t")
        return identity

    # ------------------------------------------------------------ around the text

    def _margins(self) -> None:
        """The marks that every page carries."""
        of, say = self._of, self._say
        section = self._document.sections[0]
        name = (of.about.full_name if say.language == "ru" else of.about.english_name) if of.about else ""
        top = (say.of(labels.DEMO) if of.invented else "", name, say.of(of.force))
        for place, parts in ((section.header, top), (section.footer, (of.site.title, of.link))):
            paragraph = place.paragraphs[0]
            paragraph.style = self._document.styles[_LINE]
            paragraph.add_run(clean(" · ".join(part for part in parts if part)))

    def _properties(self) -> None:
        facts = self._document.core_properties
        facts.author = facts.last_modified_by = AUTHOR
        facts.title = self._of.full_title[:_PROPERTY]
        facts.subject = clean(self._say.of(self._of.force))
        mark = f"{self._say.of(labels.DEMO)}. " if self._of.invented else ""
        facts.comments = clean(f"{mark}{self._of.link}")[:_PROPERTY]
        facts.keywords = ""
        facts.revision = 1
        facts.created = facts.modified = self._of.seen.astimezone(UTC).replace(tzinfo=None, microsecond=0)

    def bytes(self, end: Words) -> bytes:
        """The file, closed with `end`: were the last paragraph a struck one, Word could not remove it."""
        self._ours(f"{self._say.of(end)} {self._of.link}", _NOTE)
        out = io.BytesIO()
        self._document.save(out)
        return _timeless(out.getvalue())


def _run(parent: etree._Element, text: str, tag: str) -> etree._Element:
    run = etree.SubElement(parent, qn("w:r"))
    for name, words in _pieces(text):
        element = etree.SubElement(run, qn(name or tag))
        if not name:
            element.text = words
            element.set(_SPACE, "preserve")
    return run


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Words, and the tabs and line ends that are elements of their own in a run."""
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "w:br", ""
        for place, words in enumerate(line.split("\t")):
            if place:
                yield "w:tab", ""
            if words:
                yield "", words


def _value(element: etree._Element, value: str) -> None:
    element.set(qn("w:val"), value)


def _set_up(document: Any, say: Speech) -> None:
    """Paper and type as Russian offices use them; the words of the law look different from ours."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.top_margin = section.bottom_margin = Mm(20)
    _face(document.styles["Normal"], 12)
    _language(document.styles["Normal"], "ru-RU" if say.language == "ru" else "en-GB")
    for name, size, after in ((_LAW, 12, 6), (_NOTE, 10, 4), (_LINE, 8, 0), (_UNIT, 11, 3)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = document.styles["Normal"]
        _face(style, size)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1.15
    _language(document.styles[_LAW], "ru-RU")  # in a file with English words of ours too
    document.styles[_UNIT].font.bold = True
    document.styles[_UNIT].paragraph_format.space_before = Pt(14)
    document.styles[_UNIT].paragraph_format.keep_with_next = True
    for name, size in (("Title", 17), ("Heading 1", 13)):
        _face(document.styles[name], size)
        document.styles[name].font.bold = True
    # The template's title is underlined with a border of its theme.
    for border in document.styles["Title"].element.findall(f".//{qn('w:pBdr')}"):
        border.getparent().remove(border)


def _language(style: Any, code: str) -> None:
    """The language for the spelling checker: an element that stands behind those of the face."""
    _value(etree.SubElement(style.element.get_or_add_rPr(), qn("w:lang")), code)


def _face(style: Any, size: int) -> None:
    style.font.name = "Times New Roman"
    style.font.size = Pt(size)
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        if "Theme" in str(name) or "theme" in str(name):
            del fonts.attrib[name]
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), "Times New Roman")


def _timeless(made: bytes) -> bytes:
    """The same archive without the time at which it was written."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w") as target:
        for name in _names(source.namelist()):
            member = zipfile.ZipInfo(name, _FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return out.getvalue()


def _names(found: Iterable[str]) -> list[str]:
    """The names of the parts, the list of types first, where readers look for it."""
    return sorted(found, key=lambda name: (name != "[Content_Types].xml", name))
