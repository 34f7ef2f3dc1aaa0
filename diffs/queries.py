"""What a reader types, understood: words in any form, phrases in quotes, addresses of units, numbers of documents. Pure.

    ст. 22 ч. 1 138-ФЗ "прекращение гражданства" дети

Nothing that is typed is an error: what cannot be looked for is named in `Asked.left_out`.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib import resources
from itertools import islice
from typing import Final

from diffs import mentions
from diffs.labels import slug
from diffs.lemmas import WORD, is_function_word, lemmas, plain
from diffs.typography import INVISIBLE
from tracker.queries import Asked, Near, Term

#: Characters of a query that are read, and the things looked for at once.
LONGEST: Final = 500
MOST_TERMS: Final = 12

_QUOTED: Final = re.compile(r'"([^"]+)"')
_QUOTES: Final = str.maketrans(dict.fromkeys("«»“”„‟″", '"'))
_ABBREVIATED: Final = {
    "ст": "статья", "ч": "часть", "п": "пункт", "пп": "подпункт", "подп": "подпункт", "абз": "абзац", "гл": "глава",
    "разд": "раздел", "прил": "приложение", "§": "параграф",
}  # fmt: skip
_SHORT_UNIT: Final = re.compile(
    r"(?<!\w)(пп|подп|ст|абз|гл|разд|прил|ч|п|§)\.?\s*(?=№?\s*(?:\d|[ivxlc]+(?!\w)|\"?[а-я](?:\.\d+)?\"?(?!\w)))",
    re.IGNORECASE,
)
#: A letter that names a unit, not quoted: "пункт в", "подпункт а". A preposition there would have a word behind it.
_BARE_LETTER: Final = re.compile(
    r"(?<!\w)((?:под)?пункт[а-я]{0,3})\s+\"?([а-яё])\"?(?=\s*(?:$|част|пункт|стат|абзац|\d))"
)
_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
_SHOWN_UNITS: Final = {
    "razd": "разд.", "gl": "гл.", "par": "§", "pril": "прил.", "st": "ст.", "prim": "прим.", "ch": "ч.", "p": "п.",
    "pp": "пп.", "abz": "абз.",
}  # fmt: skip
_ORDER: Final = tuple(_SHOWN_UNITS)
_DATE: Final = (
    rf"от\s+(?:\d{{1,2}}\.\d{{1,2}}\.\d{{4}}|\d{{1,2}}\s+(?:{'|'.join(_MONTHS)})\s+\d{{4}})(?:\s*г(?:ода|\.|(?!\w)))?"
)
#: The words that say what an act is, before its date or number; they say nothing more than those.
_ACT: Final = (
    r"(?:федеральн\w+\s+)?(?:конституционн\w+\s+)?(?:закон(?:опроект)?|указ|распоряжени|постановлени|приказ)\w*"
    r"(?:\s+(?:президента|правительства))?(?:\s+(?:рф|российской\s+федерации))?"
)
#: A number as people write it: "138-ФЗ", "138 фз", "№ 138-ФЗ", "N 138-ФЗ", "ФЗ-138"; "123456-8"; any behind "№" or the word
#: for an act.
_CITED: Final = re.compile(
    rf"(?<![\w-])(?P<act>{_ACT}\s+)?(?:(?P<before>{_DATE})[\s,]*)?(?:"
    r"(?:(?:№|n)\s*)?(?P<law>\d{1,5})\s?[-‐‑–]?\s?(?P<kind>фкз|фз|fkz|fz)"
    r"|(?P<kind_first>фкз|фз)\s?-?\s?(?:(?:№|n)\s*)?(?P<law_last>\d{1,5})"
    r"|(?:(?:№|n)\s*)?(?P<bill>\d{4,8}-\d{1,2})"
    r"|(?:(?:№|n)\s*|(?(act)|(?!)))(?P<other>\d[\w/-]{0,30})(?!\s+г)"
    rf")(?![\w-])(?:[\s,]*(?P<behind>{_DATE}))?"
)
_LAW: Final = re.compile(r"(?:федеральн\w+\s+)?закон(?!опроект)")
_LATIN_KINDS: Final = {"fkz": "фкз", "fz": "фз"}
_DATE_PART: Final = re.compile(rf"\d+|{'|'.join(_MONTHS)}")
_PARTS: Final = 3


def understand(text: str) -> Asked:
    """What is to be looked for. Any text will do."""
    left = " ".join(INVISIBLE.sub("", text[:LONGEST]).translate(_QUOTES).lower().replace("ё", "е").split())
    address, left = _address(left)
    phrases = [found[1] for found in _QUOTED.finditer(left)]
    left = _QUOTED.sub(" ", left)
    cited, left = _cited(left)
    made = [(phrase, _phrase(phrase)) for phrase in phrases]
    words = [found[0] for found in WORD.finditer(left)]
    telling = dict.fromkeys(word for word in words if not is_function_word(word))
    terms = [*(term for _, term in made if term is not None), *map(_word, telling)]
    silent = [*(phrase for phrase, term in made if term is None), *(word for word in words if word not in telling)]
    return Asked(
        terms=tuple(terms[:MOST_TERMS]),
        address=tuple(f"{unit}-{slug(number)}" for unit, number in address),
        address_said=" ".join(f"{_SHOWN_UNITS[unit]} {_shown(number)}" for unit, number in address),
        numbers=tuple(cited),
        dates=tuple(cited.values()),
        left_out=tuple(dict.fromkeys([*silent, *(term.said for term in terms[MOST_TERMS:])])),
    )


def _address(text: str) -> tuple[list[tuple[str, str]], str]:
    """The place that a query names, largest unit first, and what is left of the query without it."""
    whole = _SHORT_UNIT.sub(lambda found: f"{_ABBREVIATED[found[1]]} ", text)
    whole = _BARE_LETTER.sub(r'\1 "\2"', whole)
    place: dict[str, str] = {}
    rest, position = [], 0
    for mention in mentions.mentions(whole):
        if len(mention.numbers) != 1 or mention.unit in place:
            continue
        place[mention.unit] = mention.numbers[0]
        rest.append(whole[position : mention.start])
        position = mention.end
    if not place:
        return [], text
    return sorted(place.items(), key=lambda row: _ORDER.index(row[0])), " ".join([*rest, whole[position:]])


def _shown(number: str) -> str:
    return f"«{number}»" if number.isalpha() and not number.isascii() else number


def _cited(text: str) -> tuple[dict[str, str], str]:
    """Numbers of documents with their dates ("" where none is said), and the query without what only names the document."""
    found: dict[str, str] = {}
    for match in islice(_CITED.finditer(text), MOST_TERMS):
        kind = match["kind"] or match["kind_first"]
        head = match["law"] or match["law_last"]
        if match["other"] and match["other"].isdigit() and _LAW.match(match["act"] or ""):
            head, kind = match["other"], "фз"  # "закон 138"
        number = f"{head}-{_LATIN_KINDS.get(kind, kind).upper()}" if head else match["bill"] or match["other"]
        found[number] = found.get(number) or _iso(match["before"] or match["behind"] or "")
    return found, _CITED.sub(" ", text)


def _iso(said: str) -> str:
    """A date as the law writes it (``от 28.04.2023``, ``от 28 апреля 2023 года``) by ISO; "" for what is none."""
    parts = _DATE_PART.findall(said)
    if len(parts) != _PARTS:
        return ""
    day, month, year = (_MONTHS.index(part) + 1 if part in _MONTHS else int(part) for part in parts)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _word(word: str) -> Term:
    """One word in any of its forms, with what the law calls the same."""
    own = lemmas(word)
    also = tuple(dict.fromkeys(said for lemma in own for said in _synonyms().get(lemma, ())))
    options = [Near((own,)), *(near for said in also if (near := _near(said)) is not None)]
    return Term(said=word, options=tuple(options), also=also)


def _phrase(text: str) -> Term | None:
    """Words side by side, each in any form; a phrase without any telling word is nothing."""
    words = [found[0] for found in islice(WORD.finditer(text), MOST_TERMS)]
    silent = frozenset(place for place, word in enumerate(words) if is_function_word(word))
    if len(silent) == len(words):
        return None
    near = Near(tuple(lemmas(word) for word in words), exact=True, silent=silent)
    return Term(said=f"«{' '.join(words)}»", options=(near,))


def _near(said: str) -> Near | None:
    words = [word for word in said.split() if not is_function_word(word)]
    return Near(tuple(lemmas(word) for word in words)) if words else None


@cache
def _synonyms() -> dict[str, tuple[str, ...]]:
    """Lemma -> what means the same."""
    data = tomllib.loads(resources.files("diffs").joinpath("synonyms.toml").read_text(encoding="utf-8"))
    same = {plain(word): tuple(row["also"]) for row in data["same"] for word in row["words"]}
    families = [tuple(row["words"]) for row in data["family"]]
    return same | {plain(word): tuple(w for w in words if w != word) for words in families for word in words}
