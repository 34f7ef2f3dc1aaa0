"""The fixed words: what a status, a stage, an edition, a source, a file is called. Russian first, English beside it.

Nothing here decides anything. A word that is missing falls back to what the source itself wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import urlsplit

from tracker.models import EventKind, Force, Language, Level, Role, Status

#: Topics of the operator -> their names in Russian and in English.
TopicNames: TypeAlias = Mapping[str, tuple[str, str]]


class Words(NamedTuple):
    """One thing in both languages."""

    ru: str
    en: str


DEMO: Final = Words("ДЕМО: вымышленный документ", "DEMO: invented document")
BLIND: Final = Words("Молчание не означает, что изменений нет.", "Silence does not mean that nothing changed.")
CLOSED_ITEM: Final = Words(
    "Содержание пункта не опубликовано; о чём он, мы не знаем.",
    "The content of the item was not published; we do not know what it is about.",
)
STATE_SITE: Final = Words(
    "Ссылка ведёт на сайт госоргана: он увидит адрес вашего подключения (IP).",
    "The link leads to a state site, which will see the address of your connection (IP).",
)

NO_SITE: Final = Words(
    "Документ вымышлен: такой страницы на сайте госоргана нет.",
    "The document is invented: the state site has no such page.",
)

# ---------------------------------------------------------------- documents

#: Kind slug -> (noun, grammatical gender, English). Kinds named after an issuer are found by their first part.
KINDS: Final[dict[str, tuple[str, str, str]]] = {
    "bill": ("Законопроект", "m", "Draft bill"),
    "fz": ("Закон", "m", "Federal law"),
    "fkz": ("Конституционный закон", "m", "Federal constitutional law"),
    "kodeks": ("Кодекс", "m", "Code"),
    "ukaz": ("Указ", "m", "Presidential decree"),
    "rasporyazhenie": ("Распоряжение", "n", "Order"),
    "postanovlenie": ("Постановление", "n", "Resolution"),
    "prikaz": ("Приказ", "m", "Ministerial order"),
    "polozhenie": ("Положение", "n", "Regulation"),
    "page": ("Страница", "f", "Page"),
}
_OTHER_KIND: Final = ("Документ", "m", "Document")


def kind_of(slug: str) -> tuple[str, str, str]:
    """Noun, gender and English name of a kind: ``prikaz-mvd`` is a ``prikaz``."""
    return KINDS.get(slug) or KINDS.get(slug.partition("-")[0]) or _OTHER_KIND


#: The state of a bill as it stands first in a title. Short: a lock screen shows forty characters.
BILL_STATES: Final = {
    Status.REGISTERED: Words("Законопроект внесён", "Draft bill, introduced"),
    Status.UNDER_CONSIDERATION: Words("Законопроект на рассмотрении", "Draft bill, under consideration"),
    Status.FIRST_READING: Words("Законопроект, принят в 1-м чтении", "Draft bill, passed at first reading"),
    Status.SECOND_READING: Words("Законопроект, принят во 2-м чтении", "Draft bill, passed at second reading"),
    Status.SECOND_READING_RETURNED: Words(
        "Законопроект, возвращён ко 2-му чтению", "Draft bill, returned to second reading"
    ),
    Status.ADOPTED: Words("Закон принят Думой, не опубликован", "Law adopted by the Duma, not published"),
    Status.SF_APPROVED: Words(
        "Закон одобрен СФ, не опубликован", "Law approved by the Federation Council, not published"
    ),
    Status.SF_REJECTED: Words(
        "Закон отклонён СФ, не действует", "Law rejected by the Federation Council, not in force"
    ),
    Status.SIGNED: Words("Закон подписан, не опубликован", "Law signed, not published"),
    Status.VETOED: Words("Закон отклонён Президентом, не действует", "Law vetoed by the President, not in force"),
    Status.PUBLISHED: Words("Закон опубликован", "Law published"),
    Status.REJECTED: Words("Законопроект отклонён Думой", "Draft bill, rejected by the Duma"),
    Status.WITHDRAWN: Words("Законопроект снят", "Draft bill, withdrawn"),
    Status.RETURNED: Words("Законопроект возвращён автору", "Draft bill, returned to its author"),
}

#: Where a bill stands, as a stage (voice of the pages). "Комитет предложил отклонить" is a step and never stands here.
STAGES: Final = {
    Status.REGISTERED: Words("Внесён", "Introduced"),
    Status.UNDER_CONSIDERATION: Words("На рассмотрении", "Under consideration"),
    Status.FIRST_READING: Words("Принят в 1-м чтении", "Passed at first reading"),
    Status.SECOND_READING: Words("Принят во 2-м чтении", "Passed at second reading"),
    Status.SECOND_READING_RETURNED: Words("Возвращён ко 2-му чтению", "Returned to second reading"),
    Status.ADOPTED: Words("Принят Думой", "Adopted by the Duma"),
    Status.SF_APPROVED: Words("Одобрен Советом Федерации", "Approved by the Federation Council"),
    Status.SF_REJECTED: Words("Отклонён Советом Федерации", "Rejected by the Federation Council"),
    Status.SIGNED: Words("Подписан Президентом", "Signed by the President"),
    Status.VETOED: Words("Отклонён Президентом", "Vetoed by the President"),
    Status.PUBLISHED: Words("Опубликован", "Published"),
    Status.REJECTED: Words("Отклонён Думой", "Rejected by the Duma"),
    Status.WITHDRAWN: Words("Снят: отозван автором", "Withdrawn by its author"),
    Status.RETURNED: Words("Возвращён автору", "Returned to its author"),
}

#: Force of an act by gender of its noun: the short word of titles.
ACT_FORCE: Final[dict[Force, dict[str, str]]] = {
    Force.DRAFT: {"m": "проект, не действует", "f": "проект, не действует", "n": "проект, не действует"},
    Force.ADOPTED_NOT_PUBLISHED: {"m": "не опубликован", "f": "не опубликована", "n": "не опубликовано"},
    Force.PUBLISHED_NOT_IN_FORCE: {
        "m": "опубликован, ещё не в силе",
        "f": "опубликована, ещё не в силе",
        "n": "опубликовано, ещё не в силе",
    },
    Force.IN_FORCE: {"m": "в силе", "f": "в силе", "n": "в силе"},
    Force.REPEALED: {"m": "утратил силу", "f": "утратила силу", "n": "утратило силу"},
    Force.DROPPED: {"m": "не принят", "f": "не принята", "n": "не принято"},
    Force.UNKNOWN: {
        "m": "вступление в силу не проверено",
        "f": "вступление в силу не проверено",
        "n": "вступление в силу не проверено",
    },
}

FORCE_NAMES: Final = {
    Force.DRAFT: Words("Проект, не действует", "Draft, not in force"),
    Force.ADOPTED_NOT_PUBLISHED: Words("Принят, не опубликован, не действует", "Adopted, not published, not in force"),
    Force.PUBLISHED_NOT_IN_FORCE: Words("Опубликован, ещё не в силе", "Published, not yet in force"),
    Force.IN_FORCE: Words("В силе", "In force"),
    Force.REPEALED: Words("Утратил силу", "Repealed"),
    Force.DROPPED: Words("Не принят, не действует", "Dropped, not in force"),
    Force.UNKNOWN: Words("Вступление в силу не проверено", "Entry into force not checked"),
}

#: The sentence that stands in every summary.
FORCE_SENTENCES: Final = {
    Force.DRAFT: Words("Это проект, он не действует.", "This is a draft; it is not in force."),
    Force.ADOPTED_NOT_PUBLISHED: Words(
        "Закон ещё не опубликован и не действует.", "The law is not published yet and not in force."
    ),
    Force.PUBLISHED_NOT_IN_FORCE: Words(
        "Документ опубликован, но ещё не вступил в силу.", "The document is published but not yet in force."
    ),
    Force.IN_FORCE: Words("Документ в силе.", "The document is in force."),
    Force.REPEALED: Words("Документ утратил силу.", "The document is no longer in force."),
    Force.DROPPED: Words(
        "Это проект, он не принят. Действующий закон этим не изменён.",
        "This draft was not adopted. The law in force is not changed by it.",
    ),
    Force.UNKNOWN: Words(
        "Действует ли этот текст, мы не установили.", "We have not established whether this text is in force."
    ),
}

#: An adopted law that the Federation Council or the President turned down: its fate is open, so no "ещё".
REJECTED_LAW: Final = Words("Закон отклонён и не действует.", "The law was turned down and is not in force.")

# ---------------------------------------------------------------- texts and files

#: Edition slug -> (as a page labels it, as the state of a draft in a title, English).
EDITIONS: Final[dict[str, tuple[str, str, str]]] = {
    "introduced": ("Внесённый текст", "внесённый текст", "text as introduced"),
    "revised": ("Новая редакция", "новая редакция", "revised text"),
    "first-reading-committee": ("Текст к 1-му чтению", "текст к 1-му чтению", "text for the first reading"),
    "first-reading": ("Текст, принятый в 1-м чтении", "принят в 1-м чтении", "text passed at first reading"),
    "second-reading-committee": ("Текст ко 2-му чтению", "текст ко 2-му чтению", "text for the second reading"),
    "second-reading-amended": (
        "Текст ко 2-му чтению с поправками",
        "текст ко 2-му чтению",
        "text for the second reading, with amendments",
    ),
    "second-reading": ("Текст, принятый во 2-м чтении", "принят во 2-м чтении", "text passed at second reading"),
    "third-reading-committee": ("Текст к 3-му чтению", "текст к 3-му чтению", "text for the third reading"),
    "adopted": ("Текст принятого закона", "принятый текст", "text as adopted"),
    "current": ("Текущая редакция", "текущая редакция", "current text"),
    "rdk-0": ("Исходная редакция", "исходная редакция", "original edition"),
}

PARTS: Final = {
    "text": Words("Текст", "Text"),
    "note": Words("Пояснительная записка", "Explanatory note"),
    "card": Words("Карточка", "Card"),
    "files": Words("Файлы", "Files"),
}

#: Why a text was not read: (in a title, a whole sentence, English).
UNREAD: Final[dict[str, tuple[str, str, str]]] = {
    "scan": (
        "пока скан, текст не прочитан",
        "Опубликован скан; мы его не прочли.",
        "A scan was published; we have not read it.",
    ),
    "format": (
        "формат файла не читается, текст не прочитан",
        "Файл в формате, который мы не читаем; текст не прочитан.",
        "The file is in a format that we do not read; the text was not read.",
    ),
    "broken": (
        "файл не открывается, текст не прочитан",
        "Файл повреждён или зашифрован; мы его не прочли.",
        "The file is damaged or encrypted; we have not read it.",
    ),
    "not_ready": (
        "текст ещё не готов",
        "Источник назвал новую редакцию, но её текста ещё нет.",
        "The source lists a new edition whose text is not there yet.",
    ),
    "not_fetched": (
        "текст пока не получен",
        "Источник назвал новую редакцию, но её текст нам пока не удалось получить.",
        "The source lists a new edition; we could not get its text yet.",
    ),
}
UNREAD_OTHER: Final = ("текст не прочитан", "Текст не прочитан.", "The text was not read.")

#: What the reader of a file could not be sure of. Macros, pictures and formulas change no word of the text that was read.
FLAGS: Final = {
    "ocr": Words(
        "Текст скана распознан программой: возможны ошибки.", "The scan was recognised by a machine: expect errors."
    ),
    "tracked-changes": Words(
        "В файле есть исправления; показан текст с принятыми.",
        "The file has tracked changes; they are shown as accepted.",
    ),
    "tracked-changes-unknown": Words(
        "В файле могут быть исправления: зачёркнутое и вписанное не различить.",
        "The file may have tracked changes: struck and inserted words cannot be told apart.",
    ),
    "hidden-text": Words("В файле есть скрытый текст; он не показан.", "The file has hidden text; it is not shown."),
    "hidden-text-shown": Words(
        "Скрытый текст файла показан вместе с остальным.", "Hidden text of the file is shown with the rest."
    ),
    "list-numbers-lost": Words("Номера пунктов в файле не прочитаны.", "Numbers of list items were not read."),
    "superscripts-lost": Words(
        "Надстрочные номера не прочитаны: 22¹ может выглядеть как 221.",
        "Superscripts were not read: 22¹ may look like 221.",
    ),
    "encoding-guessed": Words("Кодировка файла угадана.", "The encoding of the file was guessed."),
}

ROLES: Final = {
    Role.BILL_TEXT: Words("текст законопроекта", "bill text"),
    Role.NOTE: Words("пояснительная записка", "explanatory note"),
    Role.SCAN: Words("пакет документов, скан", "package of documents, scan"),
    Role.FINANCE: Words("финансово-экономическое обоснование", "financial statement"),
    Role.AMENDMENTS: Words("таблица поправок", "table of amendments"),
    Role.CONCLUSION: Words("заключение", "conclusion"),
    Role.OPINION: Words("отзыв", "opinion"),
    Role.DECISION: Words("решение", "decision"),
    Role.LETTER: Words("письмо", "letter"),
    Role.OTHER: Words("документ", "document"),
}

# ---------------------------------------------------------------- sources, topics, levels, events

#: Source name -> (how people call it, its host, English).
SOURCES: Final[dict[str, tuple[str, str, str]]] = {
    "sozd": ("СОЗД", "sozd.duma.gov.ru", "SOZD, the Duma's bill system"),
    "publication": ("Портал опубликования", "publication.pravo.gov.ru", "Official publication portal"),
    "ips": ("ИПС «Законодательство России»", "pravo.gov.ru", "IPS Legislation of Russia"),
    "pravo": ("pravo.gov.ru", "pravo.gov.ru", "pravo.gov.ru"),
    "kremlin": ("Сайт Президента", "kremlin.ru", "The President's site"),
    "government": ("Сайт Правительства", "government.ru", "The Government's site"),
    "regulation": ("Портал проектов", "regulation.gov.ru", "Portal of draft regulations"),
    "page": ("Наблюдаемые страницы", "", "Watched pages"),
    "tracker": ("Наш календарь", "", "Our calendar"),
}


def source_name(source: str, *, language: Language = "ru") -> str:
    """How people call a source; its slug when we have no better word."""
    return SOURCES[source][0 if language == "ru" else 2] if source in SOURCES else source


#: Searches for documents by their names: a source's first search is named by the source alone.
SEARCHES: Final = {
    "sozd/readings": Words("поиск поправок к чтениям", "search for amendments at readings"),
    "sozd/keywords": Words("поиск по словам", "search by words"),
}
_A_SEARCH: Final = Words("поиск новых документов", "search for new documents")


def search_name(search: str) -> Words:
    """What a search for documents is called."""
    return SEARCHES.get(search, _A_SEARCH)


def source_host(source: str, url: str = "") -> str:
    """The host that readers know a source by; of a plain page, the host of its address."""
    known = SOURCES[source][1] if source in SOURCES else ""
    return known or (urlsplit(url).hostname or "").removeprefix("www.") or source_name(source)


TOPICS: Final = {
    "citizenship": Words("Прекращение гражданства", "Termination of citizenship"),
    "conscription": Words("Воинская обязанность и призыв", "Conscription"),
}


#: The same in one word, for the menu of a phone.
_TOPICS_SHORT: Final = {
    "citizenship": Words("Гражданство", "Citizenship"),
    "conscription": Words("Призыв", "Conscription"),
}


def topic_name(topic: str, own: TopicNames) -> Words:
    """A topic in both languages; `own` are the names of the operator's topics."""
    return TOPICS.get(topic) or Words(*own.get(topic, (topic, topic)))


def topic_short(topic: str, own: TopicNames) -> Words:
    """The word of a menu."""
    return _TOPICS_SHORT.get(topic) or topic_name(topic, own)


LEVELS: Final = {
    Level.KEY: Words("ключевое", "key"),
    Level.MAJOR: Words("важное", "major"),
    Level.NOTABLE: Words("заметное", "notable"),
    Level.TECHNICAL: Words("техническое", "technical"),
    Level.TYPOGRAPHIC: Words("оформление", "typographic"),
}

EVENTS: Final = {
    EventKind.WATCH_STARTED: Words("начато наблюдение", "watch started"),
    EventKind.DOCUMENT_DISCOVERED: Words("новый документ", "new document"),
    EventKind.BILL_STEP: Words("новая запись о рассмотрении", "new step"),
    EventKind.BILL_STEP_CHANGED: Words("изменена запись о рассмотрении", "step edited"),
    EventKind.BILL_STEP_REMOVED: Words("удалена запись о рассмотрении", "step removed"),
    EventKind.BILL_STAGE: Words("новая стадия", "new stage"),
    EventKind.BILL_REJECTED: Words("отклонён Думой", "rejected by the Duma"),
    EventKind.BILL_WITHDRAWN: Words("отозван автором", "withdrawn by its author"),
    EventKind.BILL_RETURNED: Words("возвращён автору", "returned to its author"),
    EventKind.BILL_SF_REJECTED: Words("отклонён Советом Федерации", "rejected by the Federation Council"),
    EventKind.BILL_VETOED: Words("отклонён Президентом", "vetoed by the President"),
    EventKind.TEXT_ADDED: Words("новый текст", "new text"),
    EventKind.TEXT_CHANGED: Words("изменён текст", "text changed"),
    EventKind.TEXT_UNEXPLAINED: Words("изменение без объяснения", "unexplained change"),
    EventKind.TEXT_EXPLAINED: Words("изменение объяснено", "change explained"),
    EventKind.EDITION_ADDED: Words("новая редакция", "new edition"),
    EventKind.FILE_ADDED: Words("новый файл", "new file"),
    EventKind.FILE_REPLACED: Words("заменён файл", "file replaced"),
    EventKind.FILE_REMOVED: Words("файла больше нет", "file gone"),
    EventKind.FIELDS_CHANGED: Words("изменены сведения карточки", "card edited"),
    EventKind.ACT_PUBLISHED: Words("опубликован", "published"),
    EventKind.DOCUMENT_ABSENT: Words("страница не найдена", "page not found"),
    EventKind.DOCUMENT_RESTORED: Words("страница снова доступна", "page is back"),
    EventKind.SOURCES_DISAGREE: Words("источники расходятся", "sources disagree"),
    EventKind.EFFECTIVE_APPROACHING: Words("скоро вступает в силу", "takes effect soon"),
    EventKind.COVERAGE_GAP: Words("наблюдение прервано", "watch interrupted"),
    EventKind.COVERAGE_RESTORED: Words("наблюдение восстановлено", "watch restored"),
    EventKind.CORRECTION: Words("исправление", "correction"),
}

#: Who acted, by the number of a step on a bill card (19 numbers were seen on real cards).
ACTORS: Final = {
    "1.1": Words("регистрация", "registration"),
    "1.2": Words("Председатель Думы", "Chairman of the Duma"),
    "1.3": Words("новые документы", "new documents"),
    "2.1": Words("комитет", "committee"),
    "2.2": Words("Совет Думы", "Duma Council"),
    "3.1": Words("комитет", "committee"),
    "3.2": Words("Совет Думы", "Duma Council"),
    "3.3": Words("Дума, 1-е чтение", "Duma, first reading"),
    "4.1": Words("комитет", "committee"),
    "4.2": Words("Совет Думы", "Duma Council"),
    "4.3": Words("Дума, 2-е чтение", "Duma, second reading"),
    "5.1": Words("комитет", "committee"),
    "5.2": Words("Совет Думы", "Duma Council"),
    "5.3": Words("Дума, 3-е чтение", "Duma, third reading"),
    "6.1": Words("Совет Федерации", "Federation Council"),
    "6.2": Words("комитет Совета Федерации", "committee of the Federation Council"),
    "6.3": Words("Совет Федерации", "Federation Council"),
    "8.1": Words("Президент", "President"),
    "8.2": Words("опубликование", "publication"),
}

STEP_FIELDS: Final = {
    "step": Words("номер", "number"),
    "stage": Words("стадия", "stage"),
    "at": Words("дата", "date"),
    "title": Words("название", "title"),
    "decisions": Words("решение", "decision"),
    "numbers": Words("номера документов", "numbers of documents"),
    "publication": Words("сведения об опубликовании", "facts of the publication"),
}

#: What the publication portal says of a file, by the names of its fingerprint.
FINGERPRINT: Final = {
    "pages": Words("страниц", "pages"),
    "pdf_size": Words("размер файла, байт", "size of the file, bytes"),
    "name": Words("название", "name"),
    "complex_name": Words("полное название", "full name"),
    "zip_size": Words("размер архива, байт", "size of the archive, bytes"),
    "has_svg": Words("изображения страниц", "pictures of the pages"),
}

#: Rules of the comparison that call a difference noise -> what differed, for readers.
NOISE: Final = {
    "unicode": Words("запись букв в Юникоде", "Unicode forms of letters"),
    "invisible": Words("невидимые знаки", "invisible characters"),
    "letter-spaced": Words("разрядка букв", "letter-spaced words"),
    "editorial-note": Words("редакционные пометки", "editorial notes"),
    "citation-list": Words("перечни публикаций акта", "lists of where an act was published"),
    "space": Words("пробелы", "spaces"),
    "quote": Words("вид кавычек", "shape of quotation marks"),
    "dash": Words("вид тире и дефисов", "shape of dashes and hyphens"),
    "number-sign": Words("написание знака номера", "spelling of the number sign"),
    "look-alike": Words("латинские буквы в русских словах", "Latin letters in Russian words"),
    "yo": Words("буквы е и ё", "letters е and ё"),
    "abbreviation": Words("пробелы после сокращений", "spaces after abbreviations"),
    "superscript": Words("написание надстрочных номеров", "spelling of superscript numbers"),
    "signature": Words("подпись и дата под актом", "signature and date under the act"),
    "furniture": Words("служебные строки страницы", "page furniture"),
    "hard-wrap": Words("переносы строк", "line breaks"),
}

CARD_FIELDS: Final = {
    "title": Words("название", "title"),
    "comment": Words("пояснение к названию", "comment to the title"),
}


def card_field(name: str) -> Words:
    """An entry of a bill card; its own name where it is one of the passport."""
    return CARD_FIELDS.get(name, Words(name, name))
