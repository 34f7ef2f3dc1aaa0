"""A Diff as people see it: <ins> and <del> with marks that survive a reader which strips every style, and plain text.

Feeds carry the marks as characters, ``[−было−]`` and ``{+стало+}``, because readers' sanitizers keep <ins> and <del> but drop
classes. Pages draw underline and strike, and say the words to screen readers. Colour is never the only mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lxml import html
from lxml.html import builder as tag
from markupsafe import Markup

from feeds import headline, labels, places
from feeds.languages import Speech
from feeds.places import Note
from feeds.textual import bounded, clean
from tracker.models import Diff, Group, Noise, Operation, Section, Span

_CONTEXT_CHARACTERS: Final = 300_000  # a page with more unchanged words than that only counts them
_CONTEXT: Final = 160  # characters of unchanged text kept on each side of a change in a feed
_FEED_OPERATIONS: Final = 40
_FEED_CHARACTERS: Final = 40_000
_FEED_SPAN: Final = 8_000  # characters of one deletion or insertion

_VERBS: Final = {
    "added": labels.Words("Добавлено", "Added"),
    "removed": labels.Words("Исключено", "Removed"),
    "modified": labels.Words("Изменено", "Modified"),
    "moved": labels.Words("Перенесено", "Moved"),
    "renumbered": labels.Words("Перенумеровано", "Renumbered"),
}
_RUSSIAN: Final = Speech("ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What the two texts are called above their words: before and after, or, of two sources, their names."""

    before: str
    after: str
    are_times: bool = True  # False: neither text is older, so nothing was added or removed


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One operation prepared for a page: a heading, an anchor of its own, and the three renderings of its words.

    `path` is where the unit stands in the new text, None when it is gone.
    """

    anchor: str
    heading: str
    verbs: str
    together: Markup
    before: Markup | None
    after: Markup | None
    only_place: bool
    path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Units between two changes that are the same in both texts. `sections` is empty where they would swell the page."""

    count: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A whole diff for a page: what changed words first, in document order; then what only changed its place.

    `every` has a unit for each operation; `blocks` are the same with what stands between them, when the texts were given.
    """

    every: tuple[Unit, ...]
    units: tuple[Unit, ...]
    places: tuple[Unit, ...]
    groups: tuple[Group, ...]
    noise: tuple[labels.Words, ...]
    places_note: Note | None
    blocks: tuple[Unit | Unchanged, ...] = ()
    forms: tuple[Unit, ...] = ()


def view(diff: Diff, say: Speech = _RUSSIAN, *, sides: Sides | None = None, forms: Sequence[Operation] = ()) -> View:
    """Prepare a diff for a page. Anchors are the paths of the units, so that a link to a clause stays right."""
    taken: set[str] = set()
    units = [_unit(operation, _anchor(operation, taken), say, sides) for operation in diff.operations]
    return View(
        every=tuple(units),
        units=tuple(unit for unit in units if not unit.only_place),
        places=tuple(unit for unit in units if unit.only_place),
        groups=diff.groups,
        noise=tuple(noise_line(row) for row in diff.noise),
        places_note=_places_note(diff),
        forms=tuple(_unit(operation, f"form-{_anchor(operation, taken)}", say, sides) for operation in forms),
    )


def unit(operation: Operation, say: Speech = _RUSSIAN) -> Unit:
    """One operation by itself."""
    return _unit(operation, _anchor(operation, set()), say, None)


def with_context(made: View, diff: Diff, old: Sequence[Section], new: Sequence[Section]) -> View:
    """The view with what stands between the changes, in the order of the new text; `diff` was made of these two texts."""
    whole = sum(len(section.text) for section in new) <= _CONTEXT_CHARACTERS
    blocks: list[Unit | Unchanged] = []
    at = 0
    stands = _old_places(diff, old, new)

    def unchanged(until: int) -> None:
        nonlocal at
        if until > at:
            run = tuple(new[at:until])
            blocks.append(Unchanged(count=len(run), sections=run if whole else ()))
        at = max(at, until)

    for operation, unit in zip(diff.operations, made.every, strict=True):
        if operation.new_index is not None:
            unchanged(operation.new_index)
            at = operation.new_index + 1
        elif operation.old_index is not None:
            until = at  # a unit that is gone stood behind those unchanged units which it followed in the old text
            while stands.get(until, len(old)) < operation.old_index:
                until += 1
            unchanged(until)
        blocks.append(unit)
    unchanged(len(new))
    return replace(made, blocks=tuple(blocks))


def _old_places(diff: Diff, old: Sequence[Section], new: Sequence[Section]) -> dict[int, int]:
    """Place in the new text -> place in the old one, of the units that no operation touches."""
    touched_old = {operation.old_index for operation in diff.operations}
    touched_new = {operation.new_index for operation in diff.operations}
    kept_old = (index for index in range(len(old)) if index not in touched_old)
    kept_new = (index for index in range(len(new)) if index not in touched_new)
    return dict(zip(kept_new, kept_old, strict=False))


def _places_note(diff: Diff) -> Note | None:
    return places.note(address for row in diff.operations for address in (row.new_address, row.old_address))


def _unit(operation: Operation, anchor: str, say: Speech, sides: Sides | None) -> Unit:
    spans = spans_of(operation)
    return Unit(
        anchor=anchor,
        heading=heading(operation, say),
        verbs=_happened(operation, sides, say),
        together=_page_markup(spans, say, sides),
        before=_page_markup([span for span in spans if span[0] != "+"], say, sides)
        if operation.old_text is not None
        else None,
        after=_page_markup([span for span in spans if span[0] != "-"], say, sides)
        if operation.new_text is not None
        else None,
        only_place=not {"added", "removed", "modified"} & set(operation.ops),
        path=operation.new_path,
    )


def _happened(operation: Operation, sides: Sides | None, say: Speech) -> str:
    return verbs(operation, say) if sides is None or sides.are_times else _where(operation, sides, say)


def _where(operation: Operation, sides: Sides, say: Speech) -> str:
    """Of two sources: on which side a unit stands, or that its words differ."""
    if operation.old_text is None:
        return say("Есть только здесь: {side}", side=sides.after)
    if operation.new_text is None:
        return say("Есть только здесь: {side}", side=sides.before)
    return say("Слова различаются") if "modified" in operation.ops else say("Стоит на другом месте")


def _anchor(operation: Operation, taken: set[str]) -> str:
    base = operation.new_path or operation.old_path or "unit"
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def spans_of(operation: Operation) -> tuple[Span, ...]:
    """The spans of an operation; a unit that came or went whole is one span of its published text."""
    if operation.old_text is None:
        return (("+", operation.new_text or ""),)
    if operation.new_text is None:
        return (("-", operation.old_text),)
    if operation.spans:
        return operation.spans
    if operation.old_text == operation.new_text or "modified" not in operation.ops:
        return (("=", operation.new_text),)
    return (("-", operation.old_text), ("+", operation.new_text))


def heading(operation: Operation, say: Speech = _RUSSIAN) -> str:
    """The address of a unit; both when it has another one now."""
    shown = places.shown if say.language == "ru" else places.english
    old, new = shown(operation.old_address or ""), shown(operation.new_address or "")
    if old and new and old != new:
        return f"{old} → {new}"
    return new or old or say("Текст")


def verbs(operation: Operation, say: Speech = _RUSSIAN) -> str:
    """``Изменено, перенесено``."""
    words = [say.of(_VERBS[name]) for name in operation.ops if name in _VERBS]
    return ", ".join([*words[:1], *(word.lower() for word in words[1:])])


def noise_line(row: Noise) -> labels.Words:
    """What was called noise and how often: shown, never hidden. A rule without words of ours keeps its name."""
    words = labels.NOISE.get(row.rule, labels.Words(f"правило «{row.rule}»", f"rule {row.rule}"))
    return labels.Words(f"{words.ru}: {row.count}", f"{words.en}: {row.count}")


# ---------------------------------------------------------------- pages


def _page_markup(spans: Iterable[Span], say: Speech, sides: Sides | None) -> Markup:
    root = tag.SPAN()
    for kind, text in spans:
        if kind == "=":
            _append_text(root, clean(text))
        else:
            _append_marked(root, text, _said(kind, clean(text).strip(), say, sides))
    return _inner(root)


def _append_marked(root: html.HtmlElement, text: str, element: html.HtmlElement) -> None:
    """Outer spaces stand outside the marks: words keep their distance when the marks are all that is left."""
    if text[:1].isspace():
        _append_text(root, " ")
    root.append(element)
    if text[-1:].isspace():
        _append_text(root, " ")


def _said(kind: str, words: str, say: Speech, sides: Sides | None) -> html.HtmlElement:
    """<del> or <ins> with the words that a screen reader says around it."""
    if sides is not None and not sides.are_times:
        name = sides.before if kind == "-" else sides.after
    else:
        name = say("исключено") if kind == "-" else say("добавлено")
    opening = tag.SPAN(clean(f"[{name}: "))
    opening.set("class", "said")
    opening.tail = words
    closing = tag.SPAN("] ")
    closing.set("class", "said")
    return tag.DEL(opening, closing) if kind == "-" else tag.INS(opening, closing)


def _append_text(element: html.HtmlElement, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _inner(root: html.HtmlElement) -> Markup:
    """The content of a wrapper element. lxml escaped every text in it, which is what Markup promises."""
    whole = html.tostring(root, encoding="unicode")
    return Markup(whole[whole.index(">") + 1 : whole.rindex("</")])  # noqa: S704 - built by lxml from text nodes only


# ---------------------------------------------------------------- feeds


def feed_elements(diff: Diff, say: Speech = _RUSSIAN, sides: Sides | None = None) -> list[html.HtmlElement]:
    """A diff as elements for an entry: statements about whole groups, then unit by unit, long unchanged runs elided.

    A diff of a code would swell a feed that is polled every hour: past forty units or forty thousand characters the entry
    says how much is left for the page.
    """
    elements: list[html.HtmlElement] = []
    if diff.operations:
        elements.append(_legend(diff, say, sides))
    if diff.groups:
        said = [group.text if say.language == "ru" else group.text_en or group.text for group in diff.groups]
        elements.append(tag.UL(*(tag.LI(bounded(clean(places.shown(text)), _FEED_SPAN)) for text in said)))
    shown, size = 0, 0
    rows = headline.told_apart(diff) or diff.operations
    told = [row for row in rows if row.group is None or {"added", "removed", "modified"} & set(row.ops)]
    for operation in told:
        if shown >= _FEED_OPERATIONS or size > _FEED_CHARACTERS:
            break
        body = _feed_body(operation)
        elements += [tag.H4(bounded(clean(f"{heading(operation, say)}. {_happened(operation, sides, say)}"))), body]
        size += len(body.text_content())
        shown += 1
    if len(told) > shown:
        left = headline.changes(len(told) - shown, say.language)
        elements.append(tag.P(say("Ещё {changes} — на странице события.", changes=left)))
    return elements


def _legend(diff: Diff, say: Speech, sides: Sides | None) -> html.HtmlElement:
    """What the marks mean, for a reader who came from another feed."""
    removed, added = say("исключено"), say("добавлено")
    if sides is not None and not sides.are_times:
        removed, added = (say("только здесь: {side}", side=side) for side in (sides.before, sides.after))
    line = tag.P(say("Отметки:") + " ", tag.DEL(f"[−{removed}−]"), " ", tag.INS("{+" + added + "+}"), ".")
    note = _places_note(diff)
    if note:
        _append_text(line, f" Адрес {note.address} — это {note.words}." if say.language == "ru" else f" {note.english}")
    return line


def _feed_body(operation: Operation) -> html.HtmlElement:
    body = tag.P()
    spans = spans_of(operation)
    size = 0
    for index, (kind, text) in enumerate(spans):
        if size > _FEED_CHARACTERS:
            _append_text(body, " …")
            break
        if kind == "=":
            words = clean(_elided(text, first=index == 0, last=index == len(spans) - 1))
            _append_text(body, words)
        else:
            words = clean(bounded(text.strip(), _FEED_SPAN))
            _append_marked(body, text, tag.DEL(f"[−{words}−]") if kind == "-" else tag.INS("{+" + words + "+}"))
        size += len(words)
    return body


def _elided(text: str, *, first: bool, last: bool) -> str:
    if first and last:
        return text if len(text) <= 2 * _CONTEXT else text[: 2 * _CONTEXT].rsplit(" ", 1)[0] + " …"
    if len(text) <= 2 * _CONTEXT + 20:
        return text
    head = "" if first else text[:_CONTEXT].rsplit(" ", 1)[0] + " "
    tail = "" if last else " " + text[-_CONTEXT:].split(" ", 1)[-1]
    return f"{head}…{tail}"


# ---------------------------------------------------------------- plain text


def plain(diff: Diff) -> str:
    """A diff for a terminal or a message: address, verb, words with the same marks as in feeds."""
    lines = [clean(places.shown(group.text)) for group in diff.groups]
    for operation in diff.operations:
        lines.append(clean(f"{heading(operation)}. {verbs(operation)}"))
        lines.append(plain_spans(spans_of(operation)))
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n" if lines else ""


def plain_spans(spans: Sequence[Span]) -> str:
    """``срок [−десяти−]{+пяти+} лет``."""
    marks = {"=": "{}", "-": "[−{}−]", "+": "{{+{}+}}"}
    return "".join(marks[kind].format(clean(text)) for kind, text in spans)
