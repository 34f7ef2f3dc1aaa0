"""A comparison as HTML to paste into an article, a letter, an editor that keeps no styles and runs no scripts.

What is pasted loses its stylesheet, often its colours, sometimes its elements: so <ins> and <del> carry their marks as
characters, ``[−было−]`` and ``{+стало+}``, and every changed place says by itself what document it is of, which two texts,
when we got them, in what force, and where it stands. Paste one of them and nothing that defends it is left behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lxml import html
from lxml.html import builder as tag
from markupsafe import Markup

from feeds import diffview, labels, places, times
from feeds.exports.comparison import Comparison
from feeds.labels import Words
from feeds.languages import Speech
from feeds.textual import clean
from tracker.models import Span

_MARKS: Final = Words(
    "Отметки: [−исключено−], {+добавлено+}.",
    "Marks: [−removed−], {+added+}.",
)
_MARKS_OF_TWO: Final = Words(
    "Отметки: [−только в первом тексте−], {+только во втором+}; порядок условный.",
    "Marks: [−only in the first text−], {+only in the second+}; the order is arbitrary.",
)
_SEEN: Final = Words("Замечено", "Noticed")
_SAME: Final = Words("Слова текстов совпадают.", "The words of the texts are the same.")


def fragment(comparison: Comparison, say: Speech) -> Markup:
    """The whole comparison: what it is, every changed place, what only changed its place."""
    view = diffview.view(comparison.diff, say, sides=comparison.sides)
    article = tag.ARTICLE()
    article.append(tag.P(tag.STRONG(comparison.full_title)))
    article.append(tag.P(_line(say.of(_MARKS if comparison.are_times else _MARKS_OF_TWO))))
    pairs = list(zip(comparison.diff.operations, view.every, strict=True))
    for operation, unit in pairs:
        if not unit.only_place:
            article.append(_hunk(comparison, diffview.spans_of(operation), unit, say))
    for _, unit in pairs:
        if unit.only_place:
            article.append(tag.P(_line(f"{unit.heading}. {unit.verbs}.")))
    if not pairs:
        article.append(tag.P(say.of(_SAME)))
    article.append(_origin(comparison, "", say))
    article.set("lang", say.language)
    return _markup(article)


def hunks(comparison: Comparison, say: Speech) -> list[Markup]:
    """The same cut apart: one self-sufficient piece for each operation of the diff, in its order."""
    view = diffview.view(comparison.diff, say, sides=comparison.sides)
    return [
        _markup(_hunk(comparison, diffview.spans_of(operation), unit, say))
        for operation, unit in zip(comparison.diff.operations, view.every, strict=True)
    ]


def _hunk(comparison: Comparison, spans: Sequence[Span], unit: diffview.Unit, say: Speech) -> html.HtmlElement:
    words = tag.P()
    words.set("lang", "ru")
    for kind, text in spans:
        _put(words, kind, clean(text))
    heading = tag.P(tag.STRONG(_line(unit.heading)), _line(f". {unit.verbs}" if unit.verbs else ""))
    return tag.BLOCKQUOTE(heading, words, _origin(comparison, f"#{unit.anchor}", say), cite=f"{comparison.link}")


def _put(parent: html.HtmlElement, kind: str, text: str) -> None:
    """Words into a paragraph. Outer spaces stand outside the marks, so that words keep their distance without them."""
    if kind == "=" or not text.strip():
        _append(parent, text)
        return
    words = text.strip()
    _append(parent, text[: len(text) - len(text.lstrip())])
    parent.append(tag.DEL(f"[−{words}−]") if kind == "-" else tag.INS("{+" + words + "+}"))
    _append(parent, text[len(text.rstrip()) :])


def _append(parent: html.HtmlElement, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _origin(comparison: Comparison, anchor: str, say: Speech) -> html.HtmlElement:
    """Where these words are from, small beneath them."""
    names = comparison.names(say)
    texts = [
        f"{name}: {text.line(say)}" if name else text.line(say)
        for name, text in zip(names, (comparison.before, comparison.after), strict=True)
    ]
    mark = f"{say.of(labels.DEMO)}." if comparison.invented else ""
    document = comparison.document(say.language)
    said = [mark, f"{document}." if document else "", say.of(comparison.force), *(f"{text}." for text in texts)]
    said.append(f"{say.of(_SEEN)} {times.both(comparison.seen, language=say.language)}.")
    address = clean(f"{comparison.link}{anchor}")
    return tag.P(tag.SMALL(_line(*said) + " ", _line(comparison.site.title) + ", ", tag.A(address, href=address)))


def _line(*parts: str) -> str:
    return places.shown(clean(" ".join(part for part in parts if part)))


def _markup(element: html.HtmlElement) -> Markup:
    """An element as text. lxml escaped every word in it, which is what Markup promises."""
    return Markup(html.tostring(element, encoding="unicode"))  # noqa: S704 - built by lxml from text nodes only
