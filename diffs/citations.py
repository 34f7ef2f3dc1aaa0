"""The acts that a clause names.

«Федеральный закон от 28 апреля 2023 года № 138-ФЗ «О гражданстве ...»», a code, «Положение о ..., утвержденное Указом ...».
What makes a document id of kind, date and number lives with the sources; here it is a function that the caller hands in.
Codes are cited without date and number: theirs are facts of a small table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from diffs.masking import BLOT, Clause

#: Kind words in the nominative, date (``YYYY-MM-DD``), number as printed -> document id, "" when they give none.
Identify = Callable[[str, str, str], str]

_LAW: Final = "Федеральный закон"
_RF: Final = r"(?:\s+(?:российской\s+федерации|рф))"
_OF_CODE: Final = r"кодекс(?:а|у|ом|е)?"


def _code(adjective: str) -> str:
    return rf"{adjective}(?:ый|ой|ий|ого|ому|ым|ом|его|ему|им|ем)\s+{_OF_CODE}{_RF}?"


def _part(ordinal: str) -> str:
    return rf"част(?:ь|и|ью)\s+{ordinal}\w+\s+"


# What each code is: the law that enacted it. Pattern, name, date, number.
_CODES: Final = (
    (rf"{_OF_CODE}{_RF}\s+об\s+административных\s+правонарушениях",
     "Кодекс Российской Федерации об административных правонарушениях", "2001-12-30", "195-ФЗ"),
    (rf"{_OF_CODE}\s+административного\s+судопроизводства{_RF}?",
     "Кодекс административного судопроизводства Российской Федерации", "2015-03-08", "21-ФЗ"),
    (rf"{_OF_CODE}\s+внутреннего\s+водного\s+транспорта{_RF}?",
     "Кодекс внутреннего водного транспорта Российской Федерации", "2001-03-07", "24-ФЗ"),
    (rf"{_OF_CODE}\s+торгового\s+мореплавания{_RF}?",
     "Кодекс торгового мореплавания Российской Федерации", "1999-04-30", "81-ФЗ"),
    (_code(r"уголовно-процессуальн"), "Уголовно-процессуальный кодекс Российской Федерации", "2001-12-18", "174-ФЗ"),
    (_code(r"уголовно-исполнительн"), "Уголовно-исполнительный кодекс Российской Федерации", "1997-01-08", "1-ФЗ"),
    (_code(r"уголовн"), "Уголовный кодекс Российской Федерации", "1996-06-13", "63-ФЗ"),
    (_code(r"трудов"), "Трудовой кодекс Российской Федерации", "2001-12-30", "197-ФЗ"),
    (rf"конституци(?:я|и|ю|ей){_RF}", "Конституция Российской Федерации", "", ""),
    (_code(r"гражданск(?:ий|ого|ому|им|ом)\s+процессуальн"),
     "Гражданский процессуальный кодекс Российской Федерации", "2002-11-14", "138-ФЗ"),
    (_code(r"арбитражн(?:ый|ого|ому|ым|ом)\s+процессуальн"),
     "Арбитражный процессуальный кодекс Российской Федерации", "2002-07-24", "95-ФЗ"),
    (_part("перв") + _code("гражданск"), "Гражданский кодекс Российской Федерации, часть первая", "1994-11-30", "51-ФЗ"),
    (_part("втор") + _code("гражданск"), "Гражданский кодекс Российской Федерации, часть вторая", "1996-01-26", "14-ФЗ"),
    (_part("трет") + _code("гражданск"), "Гражданский кодекс Российской Федерации, часть третья", "2001-11-26", "146-ФЗ"),
    (_part("четверт") + _code("гражданск"),
     "Гражданский кодекс Российской Федерации, часть четвертая", "2006-12-18", "230-ФЗ"),
    (_part("перв") + _code("налогов"), "Налоговый кодекс Российской Федерации, часть первая", "1998-07-31", "146-ФЗ"),
    (_part("втор") + _code("налогов"), "Налоговый кодекс Российской Федерации, часть вторая", "2000-08-05", "117-ФЗ"),
    (_code("гражданск"), "Гражданский кодекс Российской Федерации", "", ""),  # which part is not said: four laws
    (_code("налогов"), "Налоговый кодекс Российской Федерации", "", ""),
    (_code("бюджетн"), "Бюджетный кодекс Российской Федерации", "1998-07-31", "145-ФЗ"),
    (_code("жилищн"), "Жилищный кодекс Российской Федерации", "2004-12-29", "188-ФЗ"),
    (_code("семейн"), "Семейный кодекс Российской Федерации", "1995-12-29", "223-ФЗ"),
    (_code("градостроительн"), "Градостроительный кодекс Российской Федерации", "2004-12-29", "190-ФЗ"),
    (_code("земельн"), "Земельный кодекс Российской Федерации", "2001-10-25", "136-ФЗ"),
    (_code("лесн"), "Лесной кодекс Российской Федерации", "2006-12-04", "200-ФЗ"),
    (_code("водн"), "Водный кодекс Российской Федерации", "2006-06-03", "74-ФЗ"),
    (_code("воздушн"), "Воздушный кодекс Российской Федерации", "1997-03-19", "60-ФЗ"),
)  # fmt: skip

_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_ISSUER: Final = rf"(?:[^,;:()\"{BLOT}]{{3,160}}?(?=\s+от\s+\d)|(?:президента|правительства){_RF})"
_HEAD: Final = re.compile(
    r"(?<!\w)(?:"
    r"(?P<own>настоящ\w+\s+(?:федеральн\w+\s+)?(?:конституционн\w+\s+)?"
    r"(?:закон|кодекс|указ|положени|постановлени|распоряжени|приказ|правил)\w*)"
    r"|(?P<same>(?:указанн|названн|эт)\w{2,3}\s+(?:федеральн\w{2,3}\s+)?(?:указ|постановлени|распоряжени|закон|приказ)\w{0,3})"
    r"|(?P<fkz>федеральн\w{2,3}\s+конституционн\w{2,3}\s+закон\w{0,3})"
    r"|(?P<fz>федеральн\w{2,3}\s+закон\w{0,3})"
    rf"|(?P<law>закон(?:а|у|ом|е|ы|ов|ами|ах)?(?P<state>{_RF}|\s+рсфср|\s+ссср))"
    r"|(?P<basics>основ\w{0,3}\s+законодательства\s+[^,;:()\"]{3,120}?(?=\s+от\s+\d|\s+следующ|\s+изменени|\s*[,;:(\"]|$))"
    rf"|(?P<word>указ(?:а|у|ом|е|ы|ов|ами|ах)?|(?:постановлени|распоряжени|решени)(?:е|я|ю|ем|и|й|ями|ях)"
    rf"|приказ(?:а|у|ом|е|ы|ов|ами|ах)?)\s+(?P<issuer>{_ISSUER})"
    rf"|(?P<code>{'|'.join(f'(?P<code{index}>{row[0]})' for index, row in enumerate(_CODES))})"
    r"|(?P<dated>от(?=\s+\d{1,2}[.\s]))"
    r")(?!\w)"
)
_DATED: Final = re.compile(
    rf"\s*от\s+(?P<day>\d{{1,2}})(?:\.(?P<month>\d{{2}})\.|\s+(?P<name>{'|'.join(_MONTHS)})\s+)(?P<year>\d{{4}})"
    rf"(?:\s*(?:года|г\.?))?(?:\s*,?\s*(?:№|n)\s*(?P<number>[^\s,;:()\"{BLOT}]+))?"
)
_TITLE: Final = re.compile(rf"\s*\"({BLOT}+)\"?")
_NOMINATIVE: Final = {"указ": "Указ", "приказ": "приказ"}
_APPROVED: Final = re.compile(r"\s*,?\s+(?:утвержденн\w{2,3}|утв\.)\s+$")
# Documents that acts approve, by the stem of their name; the name as a title has it.
_DOCUMENTS: Final = {
    "положени": "положение", "поряд": "порядок", "правил": "правила", "инструкци": "инструкция", "регламент": "регламент",
    "устав": "устав", "переч": "перечень", "состав": "состав", "структур": "структура", "концепци": "концепция",
    "стратеги": "стратегия", "программ": "программа", "доктрин": "доктрина", "план": "план", "требовани": "требования",
    "стандарт": "стандарт", "спис": "список", "методик": "методика", "схем": "схема", "принцип": "принципы", "форм": "форма",
}  # fmt: skip
_DOCUMENT: Final = re.compile(rf"(?<!\w)(?P<stem>{'|'.join(_DOCUMENTS)})\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """An act as a clause names it. `approved`: what is meant is a document that the act approved; `own`: the text's own act."""

    id: str = ""
    kind: str = ""
    date: str = ""
    number: str = ""
    name: str = ""
    approved: bool = False
    own: bool = False

    @property
    def named(self) -> bool:
        """Whether it can be told from other acts without the clauses around; «указанным Указом» cannot."""
        return bool(self.date or self.id or (self.name and not self.approved))


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a clause names an act."""

    start: int
    end: int
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """How acts get their ids: `identify` by kind, date and number, `known` by title (see `title_key`)."""

    identify: Identify | None = None
    known: Mapping[str, str] = field(default_factory=dict)

    def cited(self, clause: Clause, *, kind: str = "") -> list[Citation]:
        """The acts that a clause names, in order. `kind` is that of a list whose items only give date and number."""
        found: list[Citation] = []
        for head in _HEAD.finditer(clause.bare):
            end = found[-1].end if found else 0
            if head.start() < end:
                continue
            citation = self._citation(clause, head, end, kind)
            if citation is not None:
                found.append(citation)
                kind = citation.act.kind or kind
        return found

    def _citation(self, clause: Clause, head: re.Match[str], after: int, kind: str) -> Citation | None:
        if head["own"]:
            return Citation(head.start(), head.end(), Act(own=True))
        if head["code"]:
            return Citation(head.start(), head.end(), _code_act(head))
        dated = _DATED.match(clause.bare, head.start() if head["dated"] else head.end())
        if head["dated"] is not None and (dated is None or dated["number"] is None or not kind):
            return None
        end = dated.end() if dated is not None else head.end()
        title = _TITLE.match(clause.bare, end)
        name = _title(clause.text[title.start(1) : title.end(1)]) if title is not None else ""
        kind = kind if head["dated"] is not None else _kind(clause, head)
        if head["basics"] and not name:
            name = " ".join(clause.text[head.start() : head.end()].split())
        act = self.act(
            kind, _iso(dated) if dated is not None else "", _number(clause, dated) if dated is not None else "", name
        )
        start, end = head.start(), title.end() if title is not None else end
        approved = _approved(clause, after, start)
        if approved is None:
            return Citation(start, end, act)
        start, own_name = approved
        return Citation(
            start, end, Act(id=act.id, kind=kind, date=act.date, number=act.number, name=own_name, approved=True)
        )

    def act(self, kind: str, day: str, number: str, name: str) -> Act:
        """An act with its id, as far as one can be found."""
        found = self.identify(kind, day, number) if self.identify is not None and kind and day and number else ""
        return Act(id=found or self.known.get(title_key(name), ""), kind=kind, date=day, number=number, name=name)


def title_key(title: str) -> str:
    """A title as `known` is asked for it: lower case, е for ё, letters and digits only."""
    return " ".join(re.findall(r"\w+", title.lower().replace("ё", "е")))


def _code_act(head: re.Match[str]) -> Act:
    index = next(index for index in range(len(_CODES)) if head[f"code{index}"])
    _, name, day, number = _CODES[index]
    slug = f"act/fz/{day}/{number.removesuffix('-ФЗ')}-fz" if day else ""
    return Act(id=slug, kind=_LAW if day else "", date=day, number=number, name=name)


def _kind(clause: Clause, head: re.Match[str]) -> str:
    """The words of a kind in the nominative, with the issuer where there is one."""
    if head["same"]:
        return ""
    if head["fkz"] or head["fz"]:
        return "Федеральный конституционный закон" if head["fkz"] else _LAW
    if head["law"]:
        state = head["state"].strip()
        return f"Закон {'Российской Федерации' if state[0] == 'р' and state != 'рсфср' else state.upper()}"
    if head["basics"]:
        return "Основы законодательства Российской Федерации"
    word = re.sub(r"(?:ами|ах|ом|ы|ов|а|у|е)$", "", head["word"])
    word = _NOMINATIVE.get(word) or re.sub(r"ни\w+$", "ние", head["word"])
    return f"{word} {' '.join(clause.text[slice(*head.span('issuer'))].split())}"


def _number(clause: Clause, dated: re.Match[str]) -> str:
    return clause.text[slice(*dated.span("number"))].rstrip(".") if dated["number"] else ""


def _iso(dated: re.Match[str]) -> str:
    month = _MONTHS.index(dated["name"]) + 1 if dated["name"] else int(dated["month"])
    try:
        return date(int(dated["year"]), month, int(dated["day"])).isoformat()
    except ValueError:
        return ""


def _title(words: str) -> str:
    """A title without its outer quotes; the mark of an inner quote that the outer one swallowed is given back."""
    words = " ".join(words.split())
    if words.count("«") > words.count("»"):
        return f"{words}»"
    return f'{words}"' if words.count('"') % 2 else words


def _approved(clause: Clause, after: int, start: int) -> tuple[int, str] | None:
    """Where the name of a document begins that the act at `start` approved, and that name: "Положение о ..., утвержденное"."""
    near = max(after, start - 600)
    found = _APPROVED.search(clause.bare[near:start])
    document = _DOCUMENT.search(clause.bare, near, near + found.start()) if found is not None else None
    if found is None or document is None:
        return None
    first = _DOCUMENTS[document["stem"]]
    if clause.text[document.start()].isupper():
        first = first.capitalize()
    return document.start(), first + " ".join(["", *clause.text[document.end() : near + found.start()].split()])
