"""What a document does to other acts, what is done to it, and where a clause came from: in words, for pages. Pure.

Relations are recorded clause by clause, and for a bill text by text (`Relation.from_path` is then
``text/sozd/second-reading/1#st-1.p-2``). People read them act by act: one line for each act, with its units, the texts that say
so, and what a later text no longer says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from feeds import labels, phrases, subject, times
from feeds.labels import Words
from tracker.models import Document, Force, Language, Part, Relation, Version

#: How many units a line names; the rest is counted.
_UNITS_SHOWN: Final = 6


class Library(Protocol):
    """What is asked of the store."""

    def document(self, document_id: str, /) -> Document | None:
        """One followed act by its id."""

    def versions(self, document_id: str, /, *, part: Part | None = None) -> tuple[Version, ...]:
        """The versions of a document."""

    def relations(self, document_id: str, /) -> tuple[Relation, ...]:
        """What a document does to others, and what is done to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a unit of an act got its present words: the conductor finds it, see `tracker.relating`.

    `version` is the first text of the act that holds them, the unit at `path` there. `oldest`: no earlier text is kept, so the
    words may be older. `unread`: editions that the source lists before it and that were not read, so another of them may
    have brought the words. `act` is the amending act (or the act itself), `bill` the bill that became it; "" where it is
    not known. `reading` is the first text of the bill that says it, at `clause`, in `words`; None where none was found.
    """

    version: Version
    path: str
    oldest: bool = False
    unread: tuple[str, ...] = ()
    act: str = ""
    bill: str = ""
    reading: Version | None = None
    clause: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One unit of the other act: what is said of it, where, in which texts; `dropped`: the newest text says it no more."""

    path: str
    address: str
    words: str
    link: str | None
    texts: tuple[str, ...]
    dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All that one document does to one act (or has done to it). `sentence` says it whole; the other fields are its pieces.

    `date` (``YYYY-MM-DD`` or "") is the other document's; `path` leads to it when it is followed. `dropped`: no unit is left in
    the newest text. `by` is the bill behind a law that changed this document: what it is called, and its path.
    """

    kind: str
    outgoing: bool
    verb: str
    name: str
    date: str
    path: str | None
    places: str
    sentence: str
    clauses: tuple[Clause, ...]
    dropped: bool
    by: tuple[str, str] | None


# ---------------------------------------------------------------- words

_VERBS: Final = {
    ("amends", True): Words("вносит изменения", "amends"),
    ("amends", False): Words("изменяется", "is amended by"),
    ("repeals", True): Words("признаёт утратившим силу", "repeals"),
    ("repeals", False): Words("признаётся утратившим силу", "is repealed by"),
    ("enacts", True): Words("стал законом", "became"),
    ("enacts", False): Words("принят по законопроекту", "was enacted from"),
    ("publishes", True): Words("публикует", "publishes"),
    ("publishes", False): Words("официально опубликован", "was officially published"),
}
#: A draft changes nothing: it proposes to. Also one that was not adopted.
_PROPOSALS: Final = {
    ("amends", True): Words("предлагает внести изменения", "proposes to amend"),
    ("amends", False): Words("изменить предлагает", "would be amended by"),
    ("repeals", True): Words("предлагает признать утратившим силу", "proposes to repeal"),
    ("repeals", False): Words("признать утратившим силу предлагает", "would be repealed by"),
}
_DROPPED: Final = Words("в последнем тексте этого нет", "the newest text no longer says so")
_DROPPED_PARTLY: Final = Words("в последнем тексте больше нет: {places}", "no longer in the newest text: {places}")
_AND_MORE: Final = Words("и ещё {count}", "and {count} more")
_BY_BILL: Final = Words("по законопроекту", "from the bill")
_ORDER: Final = ("enacts", "publishes", "amends", "repeals")
_CHANGES: Final = frozenset({"amends", "repeals"})
#: An edition as the state's legal system lists it: ``37 - от 31.07.2025 № 281-ФЗ (изм.)``.
_LISTED: Final = re.compile(r"\d+\s*-\s*от\s+(.*?)(?:\s*\([^()]*\))*")
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

#: Kinds as titles of acts have them: nominative, genitive (``ст. 22 Федерального закона``), instrumental, English.
_KINDS: Final = {
    "fz": ("Федеральный закон", "Федерального закона", "Федеральным законом", "Federal Law"),
    "fkz": (
        "Федеральный конституционный закон",
        "Федерального конституционного закона",
        "Федеральным конституционным законом",
        "Federal Constitutional Law",
    ),
    "zakon": ("Закон", "Закона", "Законом", "Law"),
    "ukaz": ("Указ", "Указа", "Указом", "Presidential Decree"),
    "rasporyazhenie": ("распоряжение", "распоряжения", "распоряжением", "Order"),
    "postanovlenie": ("постановление", "постановления", "постановлением", "Resolution"),
    "prikaz": ("приказ", "приказа", "приказом", "Ministerial Order"),
    "bill": ("законопроект", "законопроекта", "законопроектом", "Draft Bill"),
}
_OTHER: Final = ("документ", "документа", "документом", "document")
_NOMINATIVE, _GENITIVE, _INSTRUMENTAL = range(3)


def _named(document: Document, case: int, language: Language) -> str:
    """``Федерального закона от 28.04.2023 № 138-ФЗ «О гражданстве Российской Федерации»``."""
    forms = _KINDS.get(document.kind) or _KINDS.get(document.kind.partition("-")[0]) or _OTHER
    kind = forms[case] if language == "ru" else forms[3]
    day = times.date_only(document.date) if document.date and document.kind != "bill" else ""
    dated = f"{'от' if language == 'ru' else 'of'} {day}" if day else ""
    return " ".join(filter(None, (kind, dated, _numbered(document))))


def _numbered(document: Document) -> str:
    """``№ 138-ФЗ «О гражданстве Российской Федерации»``."""
    return f"№ {document.number} {subject.quoted(document.title) if document.title else ''}".rstrip()


# ---------------------------------------------------------------- paths

_LETTERS: Final = {
    "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "e": "е", "zh": "ж", "z": "з", "i": "и", "k": "к", "l": "л", "m": "м",
    "n": "н", "o": "о", "p": "п", "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "ch": "ч", "sh": "ш",
    "sch": "щ", "eh": "э", "yu": "ю", "ya": "я",
}  # fmt: skip
_UNITS: Final = {
    "chast": "часть", "razd": "разд.", "gl": "гл.", "par": "§", "st": "ст.", "ch": "ч.", "p": "п.", "pp": "пп.", "abz": "абз.",
    "predl": "предл.", "prim": "прим.", "pril": "прил.", "tabl": "табл.", "str": "строка", "poz": "поз.", "naim": "наим.",
    "preamb": "преамбула",
}  # fmt: skip
_COMPONENT: Final = re.compile(r"\.(?=[a-z])")
_PART: Final = re.compile(r"(?P<unit>[a-z]+)(?:-(?P<number>.+))?")
_LETTER: Final = re.compile(r"(?P<letter>[a-z]+)(?P<rest>(?:\.\d+)?)")


def address(path: str) -> str:
    """``st-22.ch-1.p-2.pp-v`` as people write it: ``ст. 22 ч. 1 п. 2 пп. «в»``. A part that is not known stands as it is."""
    return " ".join(_spoken(part) for part in _COMPONENT.split(path) if part)


def _spoken(part: str) -> str:
    found = _PART.fullmatch(part.partition("~")[0])
    if found is None or found["unit"] not in _UNITS:
        return part
    unit, number = _UNITS[found["unit"]], found["number"] or ""
    letter = _LETTER.fullmatch(number) if found["unit"] == "pp" else None
    if letter is not None and letter["letter"] in _LETTERS:
        number = f"«{_LETTERS[letter['letter']]}{letter['rest']}»"
    return f"{unit} {number}".rstrip()


def _in_order(path: str) -> tuple[tuple[str, tuple[int, ...], str], ...]:
    """Paths in the order of law: ``st-9`` before ``st-22``, ``st-22`` before ``st-22.1``."""
    parts = (part.partition("-") for part in _COMPONENT.split(path))
    return tuple(
        (unit, tuple(int(digits) for digits in re.findall(r"\d+", number)), number) for unit, _, number in parts
    )


# ---------------------------------------------------------------- lines


class _Said(NamedTuple):
    """A relation with the text that says so: its place among the texts (None: no text of several), the clause there."""

    relation: Relation
    text: str
    clause: str


def worded(relations: Sequence[Relation], document_id: str, library: Library, language: Language) -> tuple[Line, ...]:
    """One line for each act that the document does something to, or that does something to it."""
    grouped: dict[tuple[str, bool, str], list[Relation]] = {}
    laws: dict[str, str] = {}  # a bill that was signed is told as the law that it became
    for relation in relations:
        outgoing = relation.from_document == document_id
        other = relation.to_document if outgoing else relation.from_document
        if not outgoing and other not in laws:
            laws[other] = _law_of(other, library) if relation.kind in _CHANGES else ""
        group = (relation.kind, outgoing, other if outgoing else laws[other] or other)
        grouped.setdefault(group, []).append(relation)
    own = library.document(document_id)
    teller = _Teller(library, language, proposes=own is not None and _is_draft(own))
    lines = [
        teller.line(kind, rows, other, outgoing=outgoing)
        for (kind, outgoing, other), rows in grouped.items()
        if kind in _ORDER
    ]
    return tuple(
        sorted(lines, key=lambda line: (not line.outgoing, line.dropped, _ORDER.index(line.kind), line.date, line.name))
    )


@dataclass(frozen=True, slots=True)
class _Teller:
    """Words relations in one language."""

    library: Library
    language: Language
    proposes: bool  # the document whose page it is is a draft

    def line(self, kind: str, rows: Sequence[Relation], other: str, *, outgoing: bool) -> Line:
        """All that is said of one other document."""
        followed = self.library.document(other)
        document = followed or _unfollowed(other, rows)
        became = not outgoing and any(row.from_document != other for row in rows)
        clauses = self._clauses_of_law(rows, other) if became else self._clauses(rows)
        dropped = bool(clauses) and all(clause.dropped for clause in clauses)
        places = self._places(clause for clause in clauses if dropped or not clause.dropped)
        said = self._said(kind, document, places, outgoing=outgoing)
        if kind == "publishes" and not outgoing:
            words = _ISO_DAY.sub(lambda day: times.date_only(day[0]), rows[-1].words)
            said = f"{said}: {words}, № {document.number}"
        gone = "" if dropped else self._places(clause for clause in clauses if clause.dropped)
        if dropped or gone:
            said += f" ({_pick(_DROPPED if dropped else _DROPPED_PARTLY, self.language).format(places=gone)})"
        return Line(
            kind=kind,
            outgoing=outgoing,
            verb=self._verb(kind, document, outgoing=outgoing),
            name=_named(document, _NOMINATIVE, self.language),
            date=document.date or "",
            path=f"/{other}" if followed else None,
            places=places,
            sentence=said,
            clauses=clauses,
            dropped=dropped,
            by=_bill_behind(other, self.library) if kind in _CHANGES and not outgoing else None,
        )

    def _said(self, kind: str, document: Document, places: str, *, outgoing: bool) -> str:
        """``вносит изменения в ст. 22 ч. 1 Федерального закона от 28.04.2023 № 138-ФЗ «О гражданстве ...»``."""
        verb = self._verb(kind, document, outgoing=outgoing)
        if kind == "publishes" and not outgoing:
            return verb
        if kind == "amends" and outgoing and self.language == "ru":
            named = _named(document, _GENITIVE if places else _NOMINATIVE, self.language)
            return f"{verb} в {places} {named}" if places else f"{verb} в {named}"
        if kind == "enacts" and not outgoing and self.language == "ru":
            return f"{verb} {_numbered(document)}"
        by = kind in _CHANGES and not outgoing
        named = _named(document, _INSTRUMENTAL if by and not _is_draft(document) else _NOMINATIVE, self.language)
        joined = f"{verb} {named}" if by or self.language == "en" else f"{verb}: {named}"
        return f"{joined}: {places}" if places else joined

    def _verb(self, kind: str, document: Document, *, outgoing: bool) -> str:
        draft = self.proposes if outgoing else _is_draft(document)
        proposal = _PROPOSALS.get((kind, outgoing)) if draft else None
        return _pick(proposal or _VERBS[kind, outgoing], self.language)

    def _places(self, clauses: Iterable[Clause]) -> str:
        found = [clause.address for clause in clauses if clause.address]
        rest = len(found) - _UNITS_SHOWN
        more = f" {_pick(_AND_MORE, self.language).format(count=rest)}" if rest > 0 else ""
        return ", ".join(found[:_UNITS_SHOWN]) + more

    def _clauses(self, rows: Sequence[Relation]) -> tuple[Clause, ...]:
        """The units spoken of, each once, in the order of law. The act as a whole says nothing beside its units."""
        said = _most_telling([_said(row) for row in rows])
        names = self._texts(said)
        rank = {text: place for place, text in enumerate(names)}
        newest = next(reversed(names), "")
        units: dict[str, list[_Said]] = {}
        for one in sorted(said, key=lambda one: rank.get(one.text, -1)):
            units.setdefault(one.relation.to_path, []).append(one)
        if len(units) > 1:
            units.pop("", None)
        found = []
        for path in sorted(units, key=_in_order):
            texts = [text for text in dict.fromkeys(one.text for one in units[path]) if text in names]
            last = units[path][-1]
            clause = Clause(
                path=path,
                address=address(path),
                words=last.relation.words,
                link=_link(last),
                texts=tuple(dict.fromkeys(_pick(names[text], self.language) for text in texts)),
                dropped=bool(texts) and newest not in texts,
            )
            found.append(clause)
        return tuple(found)

    def _clauses_of_law(self, rows: Sequence[Relation], law: str) -> tuple[Clause, ...]:
        """What a law changes that was a bill: by its own text, else by the last text of the bill."""
        own = [row for row in rows if row.from_document == law]
        if any(row.from_path for row in own):
            return self._clauses(own)
        return tuple(clause for clause in self._clauses([row for row in rows if row not in own]) if not clause.dropped)

    def _texts(self, said: Sequence[_Said]) -> dict[str, Words]:
        """The readable texts of the document that speaks, in the order of procedure, and what they are called."""
        if not any(one.text for one in said):
            return {}
        versions = self.library.versions(said[0].relation.from_document, part=Part.TEXT)
        ordered = sorted(
            (version for version in versions if version.readable),
            key=lambda version: (version.position, version.key.edition, version.number),
        )
        return {_segments(version): _edition(version) for version in ordered}


def _is_draft(document: Document) -> bool:
    """A bill that has not become a law, or never will."""
    return document.kind == "bill" and subject.of_document(document).force in {
        Force.DRAFT,
        Force.DROPPED,
        Force.UNKNOWN,
    }


def _said(relation: Relation) -> _Said:
    text, hash_, clause = relation.from_path.partition("#")
    return _Said(relation, text if hash_ else "", clause if hash_ else relation.from_path)


def _most_telling(said: Sequence[_Said]) -> list[_Said]:
    """What texts say; else what a clause says; else what only a title or a list of editions does."""
    of_texts = [one for one in said if one.text]
    of_clauses = [one for one in said if one.clause]
    return of_texts or of_clauses or list(said)


def _link(said: _Said) -> str | None:
    """``/bill/100001-99/text/sozd/second-reading/1#st-1.p-2``: the clause that says so, where its text has a page."""
    if not said.text:
        return None
    anchor = f"#{said.clause}" if said.clause else ""
    return f"/{said.relation.from_document}/{said.text}{anchor}"


def _unfollowed(document_id: str, rows: Iterable[Relation]) -> Document:
    """A document that is known by its id only: kind, date and number stand in it; a title, where the words quote one."""
    match document_id.split("/"):
        case ["act", kind, day, number]:
            shown = re.sub(
                r"-(f?k?z)$", lambda found: f"-{_SUFFIXES.get(found[1], found[1])}", number.replace("_", "/")
            )
            title = next((found[1] for row in rows if (found := _titled(row.words, shown))), "")
            return Document(id=document_id, kind=kind, number=shown, date=day, title=title)
        case [kind, number]:
            return Document(id=document_id, kind=kind, number=number, date=None, title="")
        case _:
            return Document(id=document_id, kind="", number=document_id, date=None, title="")


_SUFFIXES: Final = {"fz": "ФЗ", "fkz": "ФКЗ"}
_TITLE: Final = r"№\s*{number}\s*[«\"„]([^«»\"„“]+)[»\"“]"


def _titled(words: str, number: str) -> re.Match[str] | None:
    """The title behind a number: ``№ 138-ФЗ «О гражданстве Российской Федерации»``."""
    return re.search(_TITLE.format(number=re.escape(number)), words)


def _law_of(bill: str, library: Library) -> str:
    """The id of the law that a bill became; "" before."""
    rows = library.relations(bill) if bill.startswith("bill/") else ()
    return next((row.to_document for row in rows if row.kind == "enacts" and row.from_document == bill), "")


def _bill_behind(act: str, library: Library) -> tuple[str, str] | None:
    """The bill that became a law: from a law that is not followed itself a reader gets on with it."""
    for relation in library.relations(act):
        bill = library.document(relation.from_document)
        if relation.kind == "enacts" and relation.to_document == act and bill is not None:
            return bill.number, f"/{bill.id}"
    return None


def _pick(words: Words, language: Language) -> str:
    return words.ru if language == "ru" else words.en


# ---------------------------------------------------------------- where a clause came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop on the way from a clause back to the bill: a sentence, and where it leads."""

    sentence: str
    path: str | None


_WRITTEN: Final = Words("Нынешние слова впервые стоят здесь: {where}", "The present words first stand here: {where}")
_OLDEST: Final = Words(
    "Более раннего текста у нас нет: слова могут быть старше.", "We have no earlier text: the words may be older."
)
_UNREAD: Final = Words(
    "Между этой и предыдущей прочитанной редакцией есть непрочитанные: слова могла внести любая из них.",
    "Editions between this one and the one read before it were not read: any of them may have brought the words.",
)
_BROUGHT: Final = Words("Внесены документом: {where}", "Brought by: {where}")
_FROM_BILL: Final = Words("Законопроект {where}", "Draft bill {where}")
_FIRST_SAID: Final = Words("Впервые в тексте: {where}", "First said in: {where}")


def way(origin: Origin, library: Library, language: Language) -> tuple[Stop, ...]:
    """The way from a clause back to the bill and the text that wrote it, as far as it is known."""
    version = origin.version
    stops = [
        Stop(
            sentence=_pick(_WRITTEN, language).format(where=_pick(_edition(version), language)),
            path=_at(version, origin.path),
        )
    ]
    if origin.oldest:
        stops.append(Stop(sentence=_pick(_OLDEST, language), path=None))
    elif origin.unread:
        stops.append(Stop(sentence=_pick(_UNREAD, language), path=None))
    if origin.act and origin.act != version.key.document_id:
        stops.append(_document_stop(_BROUGHT, origin.act, library, language))
    if origin.bill:
        stops.append(_document_stop(_FROM_BILL, origin.bill, library, language))
    if origin.reading is not None:
        said = f"{_pick(_edition(origin.reading), language)}, {address(origin.clause)}".rstrip(", ")
        where = f"{said}: {subject.quoted(origin.words)}" if origin.words else said
        stops.append(
            Stop(sentence=_pick(_FIRST_SAID, language).format(where=where), path=_at(origin.reading, origin.clause))
        )
    return tuple(stops)


def _document_stop(words: Words, document_id: str, library: Library, language: Language) -> Stop:
    followed = library.document(document_id)
    document = followed or _unfollowed(document_id, ())
    name = _numbered(document) if document.kind == "bill" else _named(document, _NOMINATIVE, language)
    return Stop(sentence=_pick(words, language).format(where=name), path=f"/{document_id}" if followed else None)


def _edition(version: Version) -> Words:
    """What people call a text. The number that the list of editions gives one says nothing to readers."""
    names = labels.EDITIONS.get(version.key.edition)
    if names is not None:
        return Words(phrases.lower(names[0]), names[2])
    label = version.label or version.key.edition
    listed = _LISTED.fullmatch(label)
    return Words(f"редакция от {listed[1]}", f"edition of {listed[1]}") if listed else Words(label, label)


def _segments(version: Version) -> str:
    """``text/sozd/introduced/1``: a version inside its document."""
    key = version.key
    return f"{key.part}/{key.source}/{key.edition}/{version.number}"


def _at(version: Version, path: str) -> str:
    return f"/{version.key.document_id}/{_segments(version)}" + (f"#{path}" if path else "")
