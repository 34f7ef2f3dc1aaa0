"""The identity of acts: one id for one act, whichever source names it and in whichever words.

``act/<kind>/<date>/<number>``: the kind slug names the issuer when the word alone does not (`fz`, `ukaz`, but
`prikaz-mvd`), the date is that of signing, the number is transliterated by one fixed table. A number alone is never a
key: 281-ФЗ names three laws, and 690 is a decree of two years. Whatever is missing makes the id empty, never a guess.
"""

from __future__ import annotations

import re
from datetime import date as Date  # noqa: N812 - the word `date` is taken by the field of that name
from typing import Final

from tracker.errors import ConfigError

# One letter, one spelling, for ever: ids are kept in the archive and in other people's scripts.
_LATIN: Final = str.maketrans(
    {
        **dict(zip("абвгдезийклмнопрстуф", "abvgdeziyklmnoprstuf", strict=True)),
        **dict.fromkeys("ъь", ""),
        **dict.fromkeys("‐‑‒–—−", "-"),
        "ё": "e",
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ы": "y",
        "э": "e",
        "ю": "yu",
        "я": "ya",
    }
)

# Kinds whose word says who issued them. Longer names first: "закон" begins other names.
_SELF_NAMED: Final = {
    "закон рф о поправке к конституции рф": "zakon-o-popravke",
    "федеральный конституционный закон": "fkz",
    "федеральный закон": "fz",
    "фкз": "fkz",
    "фз": "fz",
}

# Kinds that need their issuer beside them. Several words each, so that they can be told from the issuer's name.
_ISSUED: Final = (
    "апелляционное определение",
    "кассационное определение",
    "постановление",
    "распоряжение",
    "определение",
    "заключение",
    "положение",
    "указание",
    "решение",
    "приказ",
    "закон",
    "указ",
)

_DECREE: Final = "ukaz"
_PRESIDENT: Final = "prezidenta"
# Issuers in the words of official titles (nominative in a card, genitive in a title) and in everyday short forms.
_ISSUERS: Final = tuple(
    (slug, re.compile(rf"(?:{words})(?: рф)?"))
    for slug, words in (
        (_PRESIDENT, "президента?"),
        ("pravitelstva", "правительств[оа]"),
        ("gd", "государственн(?:ая|ой) дум[аы](?: федерального собрания)?|госдум[аы]|гд(?: фс)?"),
        ("sf", "совета? федерации(?: федерального собрания)?|сф(?: фс)?"),
        ("ks", "конституционн(?:ый|ого) суда?|кс"),
        ("vs", "верховн(?:ый|ого) суда?|вс"),
        ("mvd", "министерств[оа] внутренних дел|мвд"),
        # The minister and the ministry sign one series of orders; the portal names now the one, now the other.
        ("minoborony", "министерств[оа] обороны|министра? обороны|минобороны"),
        ("minyust", "министерств[оа] юстиции|минюста?"),
        ("mid", "министерств[оа] иностранных дел|мид"),
        ("fsb", "федеральн(?:ая|ой) служб[аы] безопасности|фсб"),
    )
)

# An issuer without an entry above is spelled as a title spells it: in the genitive. These heads of names are turned.
_GENITIVE: Final = (
    ("министерство", "министерства"),
    ("правительство", "правительства"),
    ("федеральная служба", "федеральной службы"),
    ("федеральное агентство", "федерального агентства"),
    ("государственная корпорация", "государственной корпорации"),
    ("генеральная прокуратура", "генеральной прокуратуры"),
    ("центральный банк", "центрального банка"),
    ("следственный комитет", "следственного комитета"),
    ("губернатор", "губернатора"),
    ("комитет", "комитета"),
    ("департамент", "департамента"),
    ("управление", "управления"),
    ("администрация", "администрации"),
    ("глава", "главы"),
)

# The same kinds as slugs: none of them is whole without its issuer, except the decree, which is the President's own.
_UNSIGNED: Final = frozenset(name.translate(_LATIN).replace(" ", "-") for name in _ISSUED) - {_DECREE}

_SUBJECT: Final = re.compile(r"обо?\b|о\b|при\b", re.IGNORECASE)  # «закон о …»: what it is about, not who issued it

_ID: Final = re.compile(r"act/(?P<kind>[a-z0-9-]+)/(?P<date>\d{4}-\d\d-\d\d)/(?P<number>[a-z0-9._-]+)")
_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MONTHS: Final = (
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()  # noqa: SIM905 - one line reads better
)
_DAY: Final = rf"(?P<day>\d{{1,2}})(?:\.(?P<month>\d{{1,2}})\.|\s+(?P<name>{'|'.join(_MONTHS)})\s+)(?P<year>\d{{4}})"
_DATE: Final = rf"от\s+{_DAY}(?:\s*(?:года|г\.?))?"
# The chambers put their own name behind the number: «2345-8 ГД».
_NUMBER: Final = r"(?:№|N[o°]?\.?)\s*(?P<number>[^\s,;«»\"]+(?:\s(?:ГД|СФ)\b)?)"
_AFTER: Final = r"(?:[\s,;]*[«\"].*)?"
_HUMAN: Final = tuple(
    re.compile(rf"(?P<kind>[^\d№]*?)\s*{body}{_AFTER}", re.IGNORECASE | re.DOTALL)
    for body in (
        rf"\b{_DATE}\s*,?\s*{_NUMBER}",
        rf"{_NUMBER}\s+{_DATE}",
        rf"(?P<number>\d+-Ф(?:К)?З)\s+{_DATE}",
    )
)


def transliterate(text: str) -> str:
    """Lower-case Latin letters for Russian ones by the fixed table; everything else as it was."""
    return text.lower().translate(_LATIN)


def kind_slug(kind: str, authority: str) -> str:
    """`Указ` -> ``ukaz``, `Приказ` of `МВД России` -> ``prikaz-mvd``; a slug stays itself. Empty when it cannot be told.

    `kind` is the word of the act, `authority` its main signatory in the nominative or the genitive.
    """
    words = _plain(kind)
    if not words:
        return ""
    if words in _SELF_NAMED:
        return _SELF_NAMED[words]
    if words in _SELF_NAMED.values() or (not authority and words not in _UNSIGNED and _SLUG.fullmatch(words)):
        return words
    if words == "закон рф" and not authority:
        words, authority = "закон", "РФ"
    issuer = _issuer_slug(authority)
    word = _slug(words)
    if word == _DECREE and issuer in {"", _PRESIDENT}:
        return word
    return f"{word}-{issuer}" if word and issuer else ""


def number_slug(number: str) -> str:
    """`138-ФЗ` -> ``138-fz``, `247/04` -> ``247_04``. Empty for what is not a number (`б/н`)."""
    latin = transliterate(re.sub(r"\s+", "", number)).replace("/", "_")
    slug = re.sub(r"[^a-z0-9._-]", "", latin).strip("._-")
    return slug if re.search(r"\d", slug) else ""


def shown_number(slug: str) -> str:
    """A number as people write it, out of an id: ``138-fz`` -> `138-ФЗ`, ``2000-r`` -> `2000-р`. What is not known stays."""
    text = slug.replace("_", "/")
    for latin, russian in (("-fkz", "-ФКЗ"), ("-fz", "-ФЗ"), ("-rp", "-рп"), ("-r", "-р"), ("-p", "-П")):
        if text.endswith(latin):
            return text.removesuffix(latin) + russian
    return text


def act_id(kind: str, authority: str, date: str, number: str) -> str:
    """The id of an act for ever: ``act/fz/2023-04-28/138-fz``. Empty when the kind, the date or the number is missing.

    `date` is the day of signing as ``YYYY-MM-DD``; `kind` and `authority` as in `kind_slug`. Joint acts are named by
    their main signatory: pass that one.
    """
    slug, day, name = kind_slug(kind, authority), _iso(date), number_slug(number)
    return f"act/{slug}/{day}/{name}" if slug and day and name else ""


def split_kind(words: str) -> tuple[str, str]:
    """The words of an official title before its date, parted into the kind and its (main) signatory.

    `Приказ Министерства обороны Российской Федерации, Федерального агентства …` gives (`Приказ`, `Министерства обороны
    Российской Федерации`): in joint acts the main signatory stands first, and a new one begins with a capital letter.
    An unknown kind is taken to run up to the first capital letter of the signatory.
    """
    text = " ".join(words.split())
    plain = _plain(text)
    for name in _SELF_NAMED:
        if plain == name or plain.startswith(f"{name} "):
            # Whoever signs a federal law, its word says what it is; what follows the name is not needed.
            return text if plain == name else name, ""
    known = next((name for name in _ISSUED if plain == name or plain.startswith(f"{name} ")), "")
    length = len(known) if known else len(re.split(r"\s(?=[А-ЯЁA-Z])", text, maxsplit=1)[0])
    kind, authority = text[:length], text[length:].strip()
    return kind, re.split(r",\s+(?=[А-ЯЁ])", authority, maxsplit=1)[0]


def parse_act(text: str) -> tuple[str, str, str]:
    """(kind slug, ``YYYY-MM-DD``, number) of an act named by a person or by its id; `act_id(kind, "", date, number)` follows.

    Reads `федеральный закон от 28.04.2023 № 138-ФЗ`, `Указ Президента РФ от 21 сентября 2022 г. № 647`,
    `138-ФЗ от 28.04.2023`, `act/fz/2023-04-28/138-fz`, with or without the title behind. The number is as written; in
    an id it is the slug. Raises ConfigError for anything else: a number without a kind and a date names several acts.
    """
    text = " ".join(text.split())
    named = _ID.fullmatch(text)
    if named and act_id(named["kind"], "", named["date"], named["number"]) == text:
        return named["kind"], named["date"], named["number"]
    for pattern in _HUMAN:
        found = pattern.fullmatch(text)
        if found is None:
            continue
        number = found["number"].rstrip(".)")
        slug, day = _named_kind(found["kind"], number), _day(found)
        if slug and day and number_slug(number):
            return slug, day, number
    raise ConfigError(
        f"{_short(text)!r} does not name an act: give its kind and issuer, date and number, as in"
        " «федеральный закон от 28.04.2023 № 138-ФЗ», «приказ МВД России от 01.02.2023 № 45» or act/fz/2023-04-28/138-fz"
    )


def _plain(words: str) -> str:
    """Lower case, single spaces, one short name for the state."""
    text = " ".join(words.lower().split())
    return re.sub(r"\bроссийской федерации\b|\bроссии\b", "рф", text)


def _slug(words: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", transliterate(words)))


def _issuer_slug(authority: str) -> str:
    plain = _plain(authority)
    for slug, pattern in _ISSUERS:
        if pattern.fullmatch(plain):
            return slug
    for nominative, genitive in _GENITIVE:
        if plain.startswith(f"{nominative} "):
            plain = genitive + plain[len(nominative) :]
            break
    return _slug(plain if plain == "рф" else plain.removesuffix(" рф"))


def _named_kind(words: str, number: str) -> str:
    """The kind slug of an act as a person names it. The suffix of a federal law is its kind, whatever it is called."""
    suffix = number.rpartition("-")[2].lower()
    if suffix in {"фз", "фкз"} and _plain(words) in {"", "закон", "закон рф"}:
        return _SELF_NAMED[suffix]
    kind, authority = split_kind(words)
    if _plain(kind) not in _SELF_NAMED and (kind.lower() not in _ISSUED or _SUBJECT.match(authority)):
        return ""
    return kind_slug(kind, authority)


def _iso(date: str) -> str:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", date):
        return ""
    try:
        return Date.fromisoformat(date).isoformat()
    except ValueError:
        return ""


def _day(found: re.Match[str]) -> str:
    month = _MONTHS.index(found["name"].lower()) + 1 if found["name"] else int(found["month"])
    return _iso(f"{found['year']}-{month:02d}-{int(found['day']):02d}")


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
