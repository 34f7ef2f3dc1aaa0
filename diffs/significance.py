"""How much a change matters, found mechanically and with every reason named.

The level is that of the best rule; each rule that fired is listed with a sentence in Russian and in English. The sentences
say what is in the text, never what it means for a person. Ranks: a ground for ending citizenship, a mobilisation, the size
of a call-up are `key`; numbers, negations, modal verbs, sanctions, persons, entry into force are `major`; other wording is
`notable`; renumbering is `technical`; punctuation and the way a number is written are `typographic`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diffs.normalise import canonical
from diffs.numerals import UNIT_FORMS, Quantity, plural, quantities, written
from diffs.structure import components, split_label
from diffs.words import WORD, spans
from tracker.models import Level, Operation, Reason, Section, Significance, Span

_REWRITE: Final = 0.5


@dataclass(frozen=True, slots=True)
class _Finding:
    level: Level
    reason: Reason


def _finding(level: Level, rule: str, text: str, text_en: str) -> _Finding:
    return _Finding(level, Reason(rule=rule, text=text, text_en=text_en))


@dataclass(kw_only=True)
class _Change:
    """An operation with its bodies and edits at hand."""

    operation: Operation
    old_context: str
    new_context: str

    @cached_property
    def address(self) -> str:
        return self.operation.new_address or self.operation.old_address or ""

    @cached_property
    def old(self) -> str:
        return split_label(canonical(self.operation.old_text or ""))[1]

    @cached_property
    def new(self) -> str:
        return split_label(canonical(self.operation.new_text or ""))[1]

    @cached_property
    def body_spans(self) -> tuple[Span, ...]:
        """The spans without the label."""
        return spans(self.old, self.new)

    @cached_property
    def edits(self) -> list[tuple[str, str]]:
        """(struck, added) of each place that was edited."""
        found: list[tuple[str, str]] = []
        fresh = True
        for sign, text in self.body_spans:
            if sign == "=":
                fresh = True
                continue
            if fresh:
                found.append(("", ""))
                fresh = False
            struck, added = found[-1]
            found[-1] = (struck + text, added) if sign == "-" else (struck, added + text)
        return found

    @cached_property
    def light(self) -> _Finding | None:
        return _light(self)

    @cached_property
    def struck(self) -> str:
        return " … ".join(filter(None, (struck for struck, _ in self.edits)))

    @cached_property
    def added(self) -> str:
        return " … ".join(filter(None, (added for _, added in self.edits)))


def assess(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Significance:
    """The level and the reasons of a list of operations between two texts."""
    if not operations:
        return Significance(level=Level.TYPOGRAPHIC)
    old_context, new_context = _Context(old), _Context(new)
    findings: list[_Finding] = []
    reworded: list[str] = []
    for operation in operations:
        change = _Change(
            operation=operation,
            old_context=old_context.of(operation.old_path),
            new_context=new_context.of(operation.new_path),
        )
        findings += _of_change(change)
        if "modified" in operation.ops and change.light is None:
            reworded.append(change.address)
    findings += _of_whole(operations, old, new)
    if reworded:
        text, text_en = f"Изменён текст: {_listed(reworded)}.", f"Wording changed: {_listed_en(reworded)}."
        findings.append(_finding(Level.NOTABLE, "wording", text, text_en))
    findings += _lists(operations, old, new)
    unique = {(finding.level, finding.reason): None for finding in sorted(findings, key=lambda found: found.level)}
    reasons = tuple(reason for _, reason in unique)
    return Significance(level=min(level for level, _ in unique), reasons=reasons)


class _Context:
    """The words under which a unit stands: its ancestors and the paragraphs that open them."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._texts = {section.path: section.text for section in sections}

    def of(self, path: str | None) -> str:
        """Texts of the units above, of their first paragraphs, outermost first; a frame of a bill is one of them."""
        if path is None:
            return ""
        parts = components(path)
        found = []
        for cut in range(1, len(parts)):
            above = ".".join(parts[:cut])
            found += [self._texts.get(above, ""), self._texts.get(f"{above}.abz-1", "")]
        return canonical("\n".join(filter(None, found)))


# ---------------------------------------------------------------- one operation


def _of_change(change: _Change) -> Iterator[_Finding]:
    ops = change.operation.ops
    if "added" in ops or "removed" in ops:
        yield from _unit_came_or_went(change)
    elif "modified" in ops:
        yield from _reworded(change)


def _unit_came_or_went(change: _Change) -> Iterator[_Finding]:
    added = "added" in change.operation.ops
    body = change.new if added else change.old
    context = change.new_context if added else change.old_context
    yield from _grounds(change, body, context, added=added)
    yield from _orders(change, body, added=added)
    if _EFFECTIVE.search(body):
        yield _effective(change)
    if _SANCTION.search(body):
        yield _sanction(change)


_ENDS: Final = re.compile(
    r"прекра[щт]\w*[^.]{0,80}?гражданств|гражданств\w*[^.]{0,60}?прекра[щт]|(?:отмен|лиш)\w+[^.]{0,40}?гражданств",
    re.IGNORECASE,
)
_CITIZENSHIP_ACT: Final = re.compile(r"О гражданстве Российской Федерации", re.IGNORECASE)
# Articles 22 and 24 of the citizenship act (138-ФЗ of 28.04.2023) hold the grounds and the cases of false information.
_GROUND_ARTICLES: Final = re.compile(r"\bстать\w+ (?:[\d.,\s]+ и )?(?:22|24)\b(?!\.\d)")
_NEW_ITEM: Final = re.compile(r"\bдополнить\b.{0,80}?\b(?:под)?(?:пункт|част)", re.IGNORECASE)
_LIST_UNITS: Final = frozenset({"p", "pp", "ch", "abz", "st"})
_CODE_ARTICLES: Final = re.compile(r"\b\d{2,3}(?:\.\d+)?\b")


def _unit(path: str | None) -> str:
    parts = components(path or "")
    return parts[-1].partition("-")[0] if parts else ""


def _about_grounds(context: str, path: str | None) -> bool:
    if _ENDS.search(context):
        return True
    in_act = _CITIZENSHIP_ACT.search(context) is not None
    quoted = {"st-22", "st-24"} & set(components(path or ""))
    return in_act and (_GROUND_ARTICLES.search(context) is not None or bool(quoted))


def _grounds(change: _Change, body: str, context: str, *, added: bool) -> Iterator[_Finding]:
    path = change.operation.new_path if added else change.operation.old_path
    if not WORD.search(body):
        return
    amends = _CITIZENSHIP_ACT.search(context) and _GROUND_ARTICLES.search(context + body) and _NEW_ITEM.search(body)
    if not amends and not (_unit(path) in _LIST_UNITS and _about_grounds(context, path)):
        return
    if added:
        yield _finding(Level.KEY, "ground", f"Новое основание: {change.address}.", f"New ground: {change.address}.")
    else:
        text = f"Основание исключено: {change.address}."
        yield _finding(Level.KEY, "ground", text, f"Ground struck out: {change.address}.")


def _orders(change: _Change, body: str, *, added: bool) -> Iterator[_Finding]:
    if re.search(r"\bобъявить\b[^.]{0,80}мобилизаци", body, re.IGNORECASE):
        word, word_en = ("появилось", "appeared") if added else ("исключено", "was struck out")
        text = f"В тексте {word} объявление мобилизации: {change.address}."
        yield _finding(Level.KEY, "mobilisation", text, f"A declaration of mobilisation {word_en}: {change.address}.")


_EFFECTIVE: Final = re.compile(
    r"\bвступа(?:ет|ют) в силу|\bприменя(?:ется|ются) к (?:право)?отношениям|\bраспространя(?:ет|ют)ся на (?:право)?отношения"
)
_SANCTION: Final = re.compile(
    r"\bзапреща(?:ет|ют)ся выезд|\bвременн\w+ ограничени\w+|\bвременн\w+ мер\w*|\bограничени\w+ права на выезд"
    r"|\bштраф\w*|\bлишени\w+ (?:свободы|права)|\bнаказыва\w+|\bарест\w*",
    re.IGNORECASE,
)


def _effective(change: _Change) -> _Finding:
    text = f"Изменён порядок вступления в силу или действия во времени: {change.address}."
    return _finding(Level.MAJOR, "effective", text, f"Entry into force or scope in time changed: {change.address}.")


def _sanction(change: _Change) -> _Finding:
    text = f"Изменён текст о санкции или ограничении: {change.address}."
    return _finding(Level.MAJOR, "sanction", text, f"Text on a sanction or restriction changed: {change.address}.")


def _reworded(change: _Change) -> Iterator[_Finding]:
    if change.light is not None:
        yield change.light
        return
    yield from _numbers(change)
    yield from _negations(change)
    yield from _conjunctions(change)
    yield from _modals(change)
    yield from _persons(change)
    edited = f"{change.struck} … {change.added}"
    if _SANCTION.search(edited):
        yield _sanction(change)
    if _EFFECTIVE.search(change.old) or _EFFECTIVE.search(change.new):
        yield _effective(change)
    yield from _orders_reworded(change)
    yield from _grounds_reworded(change)


def _light(change: _Change) -> _Finding | None:
    """Changes of form only: punctuation, a number written another way, capitals, a hyphen inside a word."""
    old, new, where = change.old, change.new, change.address
    if WORD.findall(old) == WORD.findall(new):
        # Commas inside a list can change who is meant; only the end of a unit is sure to be form.
        if old.rstrip(" .;,:") == new.rstrip(" .;,:"):
            text = f"Изменён знак препинания в конце: {where}."
            return _finding(Level.TYPOGRAPHIC, "punctuation", text, f"End punctuation changed: {where}.")
        return _finding(Level.NOTABLE, "comma", f"Изменена пунктуация: {where}.", f"Punctuation changed: {where}.")
    if _with_values(old) == _with_values(new):
        text = f"Число записано иначе, значение прежнее: {where}."
        return _finding(
            Level.TYPOGRAPHIC, "number-form", text, f"A number is written another way, same value: {where}."
        )
    if old.lower() == new.lower():
        text = f"Изменены прописные и строчные буквы: {where}."
        return _finding(Level.TECHNICAL, "capital", text, f"Capital letters changed: {where}.")
    if _INNER_HYPHEN.sub("", old) == _INNER_HYPHEN.sub("", new):
        return _finding(
            Level.TYPOGRAPHIC, "hyphen", f"Изменён перенос в слове: {where}.", f"Hyphenation changed: {where}."
        )
    return None


_INNER_HYPHEN: Final = re.compile(r"(?<=[а-я])-(?=[а-я])")


def _with_values(text: str) -> str:
    """A text with every number as value and unit, so that "30 дней" and "тридцати дней" are equal."""
    parts, position = [], 0
    for quantity in quantities(text):
        parts += [text[position : quantity.start], f"{quantity.value.normalize():f}|{quantity.unit}|{quantity.ordinal}"]
        position = quantity.end
    return "".join([*parts, text[position:]])


# ---------------------------------------------------------------- numbers

_REFERENCE: Final = re.compile(
    r"(?:\b(?:стать|част|пункт|подпункт|абзац|глав|раздел|параграф|приложени|примечани)\w*|№|\b(?:ст|ч|п|пп|абз|гл)\.)"
    r"(?:\s*[\d.,\-]+(?:\s*(?:,|и|-)\s*)?)*\s*$",
    re.IGNORECASE,
)


def _numbers(change: _Change) -> Iterator[_Finding]:
    gone = _touched(change, sign="-")
    come = _touched(change, sign="+")
    pairs, single_old, single_new = _paired(gone, come)
    for (_, old), (_, new) in pairs:
        if old.value == new.value and old.unit == new.unit:
            continue
        shown = _shown(old, new)
        if new.unit == "person" and re.search(r"\bпризыв\w*|\bпризва\w+", change.new, re.IGNORECASE):
            text = f"Изменена численность призыва: {shown}."
            yield _finding(Level.KEY, "call-up-size", text, f"The size of a call-up changed: {shown}.")
        yield _finding(
            Level.MAJOR,
            "number",
            f"В тексте изменено число: {shown}.",
            f"A number in the text changed: {_shown_en(old, new)}.",
        )
    for _, quantity in single_new:
        if _counts(quantity):
            shown = _one(quantity)
            yield _finding(
                Level.MAJOR,
                "number",
                f"В тексте появилось число: {shown}.",
                f"A number appeared in the text: {_one_en(quantity)}.",
            )
    for _, quantity in single_old:
        if _counts(quantity):
            shown = _one(quantity)
            yield _finding(
                Level.MAJOR,
                "number",
                f"Из текста исключено число: {shown}.",
                f"A number was struck from the text: {_one_en(quantity)}.",
            )
    told = " ".join(quantity.words for _, quantity in (*gone, *come))
    yield from _digits(change, set(_DIGITS.findall(told)))


def _counts(quantity: Quantity) -> bool:
    """Whether a number that came or went alone says something: not the year in the date of an act that is cited."""
    return bool(quantity.unit) and not (quantity.unit == "year" and quantity.value >= 1900)


def _touched(change: _Change, *, sign: str) -> list[tuple[int, Quantity]]:
    """Numbers of one side that an edit reaches, with the edit's place; references to units of law are not numbers."""
    text = change.old if sign == "-" else change.new
    ranges: list[tuple[int, int, int]] = []
    position = edit = 0
    after_equal = True
    for mark, piece in change.body_spans:
        if mark == "=":
            after_equal = True
            position += len(piece)
            continue
        edit += after_equal
        after_equal = False
        # An edit of the other side has a place here too: "дней" -> "рабочих дней" touches the number before it.
        length = len(piece) if mark == sign else 0
        ranges.append((position, position + length, edit))
        position += length
    found = []
    for quantity in quantities(text):
        if _REFERENCE.search(text, max(0, quantity.start - 60), quantity.start):
            continue
        for start, end, number in ranges:
            if (start < quantity.end and end > quantity.start) or (
                start == end and quantity.start < start < quantity.end
            ):
                found.append((number, quantity))
                break
    return found


_Numbered = list[tuple[int, Quantity]]


def _paired(
    old: _Numbered, new: _Numbered
) -> tuple[list[tuple[tuple[int, Quantity], tuple[int, Quantity]]], _Numbered, _Numbered]:
    """Numbers of the same edit are paired in order, first those that count the same thing."""
    pairs, left_old, left_new = [], list(old), list(new)
    for same_unit in (True, False):
        for before in list(left_old):
            partner = next(
                (
                    after
                    for after in left_new
                    if after[0] == before[0] and (not same_unit or after[1].unit == before[1].unit)
                    and after[1].ordinal == before[1].ordinal
                ),
                None,
            )  # fmt: skip
            if partner is not None:
                pairs.append((before, partner))
                left_old.remove(before)
                left_new.remove(partner)
    pairs.sort(key=lambda pair: pair[0][1].start)
    return pairs, left_old, left_new


def _forms(quantity: Quantity) -> tuple[str, str, str] | None:
    if quantity.unit == "year" and quantity.value >= 1900:
        return ("год", "год", "год")  # the number of a year, not a count of years
    return UNIT_FORMS.get(quantity.unit)


def _one(quantity: Quantity) -> str:
    forms = _forms(quantity)
    return f"{written(quantity.value)} {plural(quantity.value, forms)}" if forms else written(quantity.value)


def _shown(old: Quantity, new: Quantity) -> str:
    if old.unit == new.unit:
        return f"{written(old.value)} → {_one(new)}"
    return f"{_one(old)} → {_one(new)}"


def _one_en(quantity: Quantity) -> str:
    if not quantity.unit or (quantity.unit == "year" and quantity.value >= 1900):
        return written(quantity.value)
    plural_s = {"person": "people", "percent": "percent"}.get(quantity.unit, quantity.unit + "s")
    return f"{written(quantity.value)} {quantity.unit if quantity.value == 1 else plural_s}"


def _shown_en(old: Quantity, new: Quantity) -> str:
    first = written(old.value) if old.unit == new.unit else _one_en(old)
    return f"{first} → {_one_en(new)}"


_DIGITS: Final = re.compile(r"\d+(?:[.,/\-]\w+)*")


def _digits(change: _Change, told: set[str]) -> Iterator[_Finding]:
    """Any digit that changed is shown: numbers of articles and acts too. `told` are those that a rule above named."""
    for struck, added in change.edits:
        old, new = _DIGITS.findall(struck), _DIGITS.findall(added)
        gone = [digit for digit in (Counter(old) - Counter(new)).elements() if digit not in told]
        come = [digit for digit in (Counter(new) - Counter(old)).elements() if digit not in told]
        if gone or come:
            shown = f"{', '.join(gone) or '—'} → {', '.join(come) or '—'}"
            yield _finding(Level.NOTABLE, "digits", f"Изменены цифры: {shown}.", f"Digits changed: {shown}.")


# ---------------------------------------------------------------- words that turn a norm round

_TURNS: Final = (
    ("не", re.compile(r"\b(?:не|ни)\b", re.IGNORECASE)),
    ("за исключением", re.compile(r"\bза исключением\b", re.IGNORECASE)),
    ("кроме", re.compile(r"\bкроме\b(?! того)", re.IGNORECASE)),
    ("если иное", re.compile(r"\bесли иное\b|\bесли .{0,40}не установлено иное", re.IGNORECASE)),
    ("без уважительной причины", re.compile(r"\bбез уважительн\w+ причин\w*", re.IGNORECASE)),
    ("не распространяется", re.compile(r"\bне распростран\w+", re.IGNORECASE)),
)


def _negations(change: _Change) -> Iterator[_Finding]:
    for name, pattern in _TURNS:
        before, after = len(pattern.findall(change.old)), len(pattern.findall(change.new))
        if after > before:
            text = f"Добавлены слова «{name}»: {change.address}."
            yield _finding(Level.MAJOR, "negation", text, f"Words added: «{name}»: {change.address}.")
        elif before > after:
            text = f"Исключены слова «{name}»: {change.address}."
            yield _finding(Level.MAJOR, "negation", text, f"Words struck out: «{name}»: {change.address}.")


def _conjunctions(change: _Change) -> Iterator[_Finding]:
    for struck, added in change.edits:
        old, new = WORD.findall(struck.lower()), WORD.findall(added.lower())
        if not (len(old) <= 4 and len(new) <= 4):
            continue
        joins = [[word for word in side if word in {"и", "или", "либо"}] for side in (old, new)]
        if joins[0] and joins[1] and joins[0] != joins[1]:
            text = f"«{' '.join(joins[0])}» → «{' '.join(joins[1])}»: {change.address}."
            yield _finding(Level.MAJOR, "conjunction", text, text)


_MAY: Final = re.compile(r"\b(?:вправе|может|могут|имеет право|имеют право)\b", re.IGNORECASE)
_MUST: Final = re.compile(r"\b(?:обязан\w*|должен|должн\w+|подлеж\w+)\b", re.IGNORECASE)


def _modals(change: _Change) -> Iterator[_Finding]:
    for first, second in ((_MAY, _MUST), (_MUST, _MAY)):
        old = first.search(change.struck)
        new = second.search(change.added)
        if old and new and not second.search(change.struck):
            text = f"«{old[0]}» → «{new[0]}»: {change.address}."
            yield _finding(Level.MAJOR, "modal", text, text)


_PERSONS: Final = re.compile(
    r"\bлиц\w*,? без гражданства|\bиностранн\w+ граждан\w*|\bчлен\w+ (?:их |его )?сем\w+", re.IGNORECASE
)


def _persons(change: _Change) -> Iterator[_Finding]:
    before, after = len(_PERSONS.findall(change.old)), len(_PERSONS.findall(change.new))
    if before != after:
        where = change.address
        yield _finding(Level.MAJOR, "persons", f"Изменён круг лиц: {where}.", f"The persons covered changed: {where}.")


def _orders_reworded(change: _Change) -> Iterator[_Finding]:
    pattern = re.compile(r"\bобъявить\b[^.]{0,80}мобилизаци", re.IGNORECASE)
    if bool(pattern.search(change.old)) != bool(pattern.search(change.new)):
        yield from _orders(change, change.old + " " + change.new, added=bool(pattern.search(change.new)))


def _grounds_reworded(change: _Change) -> Iterator[_Finding]:
    """New article numbers of a code inside a list of grounds are new grounds."""
    context = f"{change.new_context} {change.new}"
    if not re.search(r"\bУК\b|Уголовн\w+ кодекс", context) or not _about_grounds(context, change.operation.new_path):
        return
    before = Counter(_CODE_ARTICLES.findall(change.struck))
    come = list((Counter(_CODE_ARTICLES.findall(change.added)) - before).elements())
    if come:
        shown = ", ".join(come)
        text = f"В перечень оснований добавлены статьи: {shown} ({change.address})."
        yield _finding(Level.KEY, "ground", text, f"Articles added to the grounds: {shown} ({change.address}).")


# ---------------------------------------------------------------- the operations together


def _listed(addresses: Iterable[str]) -> str:
    shown = list(addresses)
    return ", ".join(shown[:5]) + (f" и ещё {len(shown) - 5}" if len(shown) > 5 else "")


def _listed_en(addresses: Iterable[str]) -> str:
    shown = list(addresses)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")


def _of_whole(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[_Finding]:
    added = [op.new_address or "" for op in operations if "added" in op.ops]
    removed = [op.old_address or "" for op in operations if "removed" in op.ops]
    moved = [op for op in operations if "moved" in op.ops]
    renumbered = [op for op in operations if "renumbered" in op.ops]
    if added:
        yield _finding(Level.NOTABLE, "added", f"Добавлено: {_listed(added)}.", f"Added: {_listed_en(added)}.")
    if removed:
        yield _finding(Level.NOTABLE, "removed", f"Исключено: {_listed(removed)}.", f"Removed: {_listed_en(removed)}.")
    if moved:
        yield _finding(
            Level.TECHNICAL, "moved", f"Перенесено единиц текста: {len(moved)}.", f"Units moved: {len(moved)}."
        )
    if renumbered:
        count = len(renumbered)
        yield _finding(
            Level.TECHNICAL, "renumbered", f"Изменена нумерация единиц текста: {count}.", f"Units renumbered: {count}."
        )
    if old and new and (added or removed or any("modified" in op.ops for op in operations)):
        total = sum(section.text.count(" ") + 1 for section in (*old, *new))
        changed = sum(len(WORD.findall(text)) for op in operations for sign, text in op.spans if sign != "=")
        if total and 1 - changed / total < _REWRITE:
            text = "Текст переписан: общего с прежним меньше половины."
            yield _finding(
                Level.NOTABLE,
                "rewrite",
                text,
                "The text was rewritten: less than half is shared with the previous one.",
            )


_COUNTED: Final = {
    "p": ("пункт", "пункта", "пунктов"),
    "pp": ("подпункт", "подпункта", "подпунктов"),
    "ch": ("часть", "части", "частей"),
    "st": ("статья", "статьи", "статей"),
}


def _lists(operations: Sequence[Operation], old: Sequence[Section], new: Sequence[Section]) -> Iterator[_Finding]:
    """Lists that grew or shrank, as "В списке было 3 пункта, стало 4"."""
    old_parent_of = {op.new_path: op.old_path for op in operations if op.old_path and op.new_path}
    new_parent_of = {path: parent for parent, path in old_parent_of.items()}
    touched: dict[tuple[str, str, str], None] = {}
    for operation in operations:
        if "added" in operation.ops:
            parent = _parent(operation.new_path)
            touched[old_parent_of.get(parent) or parent, parent, _unit(operation.new_path)] = None
        elif "removed" in operation.ops:
            parent = _parent(operation.old_path)
            touched[parent, new_parent_of.get(parent) or parent, _unit(operation.old_path)] = None
    if not touched:
        return
    sizes_old, sizes_new = _sizes(old), _sizes(new)
    for parent_old, parent_new, unit in touched:
        before, after = sizes_old[parent_old, unit], sizes_new[parent_new, unit]
        if unit in {"p", "pp"} and before and after and before != after:
            forms = _COUNTED[unit]
            text = f"В списке было {before} {plural(before, forms)}, стало {after}."
            yield _finding(Level.NOTABLE, "list", text, f"The list had {before} items, now {after}.")


def _parent(path: str | None) -> str:
    return ".".join(components(path or "")[:-1])


def _sizes(sections: Sequence[Section]) -> Counter[tuple[str, str]]:
    return Counter((_parent(section.path), _unit(section.path)) for section in sections)
