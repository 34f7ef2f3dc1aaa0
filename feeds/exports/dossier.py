"""The README of an evidence pack, for a lawyer, in Russian and in English: what it proves, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from feeds import times
from feeds.labels import Words
from feeds.subject import Subject
from feeds.textual import clean
from tracker.models import Event, Language, SiteInfo, Snapshot
from tracker.roots import Proof

_HERE: Final = Path(__file__).parent
_FILES: Final = {
    "after.txt": Words("новый текст (или текст второго источника)", "the newer text (or that of the second source)"),
    "before.txt": Words("прежний текст (или текст первого источника)", "the older text (or that of the first source)"),
    "captures.json": Words(
        "какие файлы за этим стоят: адрес, время, SHA-256, каким путём получены",
        "the files behind it: address, time, SHA-256, how they travelled",
    ),
    "diff.html": Words(
        "сравнение для чтения; открывается без сети", "the comparison, to read; opens without a network"
    ),
    "diff.json": Words("то же сравнение для программ", "the same comparison, for programs"),
    "event.json": Words("само сообщение", "the event itself"),
    "ledger.json": Words("строка журнала, по которой считается хеш", "the line of the ledger that the hash is made of"),
    "proof.json": Words(
        "путь от строки к корню дня (дерево Меркла)", "the way from the line to the root of its day (Merkle tree)"
    ),
    "verify.py": Words("проверка: обычный Python, без нашего кода", "the check: plain Python, without our code"),
    "records.warc.gz": Words("ответы серверов в формате WARC", "the answers of the servers as WARC"),
}
_RAW: Final = Words("файл, как его прислал сервер", "a file as the server sent it")
_ROLES: Final = {
    "before": Words("прежний текст", "older text"),
    "after": Words("новый текст", "newer text"),
    "page": Words("страница, на которой это замечено", "the page where it was noticed"),
}
_WAYS: Final = {
    "direct+https": Words(
        "напрямую, по HTTPS: соединение было с сервером, который предъявил сертификат этого имени",
        "directly, by HTTPS: the connection was with a server that showed a certificate for this name",
    ),
    "proxy+https": Words(
        "через посредника, по HTTPS: посредник передавал зашифрованное и прочесть его не мог",
        "through a relay, by HTTPS: the relay passed on what was encrypted and could not read it",
    ),
    "direct+http": Words(
        "напрямую, по HTTP без шифрования: кто прислал байты и не изменил ли их кто-то в пути, не видно",
        "directly, by plain HTTP: who sent the bytes, and whether anyone changed them on the way, cannot be seen",
    ),
    "proxy+http": Words(
        "через посредника, по HTTP без шифрования: кто прислал байты и не изменил ли их посредник, не видно",
        "through a relay, by plain HTTP: who sent the bytes, and whether the relay changed them, cannot be seen",
    ),
}
_SEALED: Final = Words(
    "Строка журнала № {seq}, хеш {hash},\n  стоит под корнем дня {day} (UTC), хеш {root}.\n"
    "  У кого этот корень есть с того дня, тот знает, что строка с того дня не менялась.",
    "Line {seq} of the ledger, hash {hash},\n  stands below the root of the day {day} (UTC), hash {root}.\n"
    "  Whoever has had this root since that day knows that the line has not been altered since.",
)
_UNSEALED: Final = Words(
    "Строка журнала № {seq}, хеш {hash}.\n  Корня её дня, когда собирали папку, ещё не было: вне трекера её пока ничто не"
    " закрепляет.\n  Скачайте папку снова на следующий день.",
    "Line {seq} of the ledger, hash {hash}.\n  The root of its day had not been made when this pack was: nothing outside the"
    " tracker fixes it yet.\n  Fetch the pack again on the next day.",
)
_SEEN: Final = Words("Замечено {moment}, по нашим часам.", "Seen {moment}, by our clock.")
_OCCURRED: Final = Words("Дата в источнике: {moment}.", "Date given by the source: {moment}.")
_NO_FILE: Final = Words("За этим сообщением нет сохранённого файла.", "No stored file stands behind this event.")
_WITHOUT_RAW: Final = Words(
    "Сами файлы хранятся у того, кто ведёт трекер: на страницах карточек бывают имена сотрудников, их мы не публикуем.",
    "The files themselves are with whoever runs the tracker: pages of cards may name clerks, whom we do not publish.",
)
_WITH_RAW: Final = Words(
    "Сами файлы лежат в этой папке. На страницах карточек бывают имена сотрудников: не публикуйте их.",
    "The files themselves are in this folder. Pages of cards may name clerks: do not publish them.",
)
_UNKNOWN_WAY: Final = Words("каким путём, не записано", "how, was not recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What a README speaks of. The titles carry the mark of invention.

    `captures`: the role of each file and the snapshot of it; `files`: the names of what else is in the pack.
    """

    title: str
    title_en: str
    about: Subject | None
    event: Event
    proof: Proof
    captures: tuple[tuple[str, Snapshot], ...]
    address: str
    site: SiteInfo
    files: tuple[str, ...]


def readme(about: Dossier, language: Language) -> str:
    """The text of ``README.<language>.txt``."""
    words = _HERE.joinpath(f"readme.{language}.txt").read_text(encoding="utf-8")
    raw = any(name.startswith("raw/") for name in about.files)
    told = words.format(
        head=_head(about, language),
        files=_listed(about, language),
        root=_root(about, language),
        address=about.address,
        captures=_travels(about, language) or _in(_NO_FILE, language),
        raw=_in(_WITH_RAW if raw else _WITHOUT_RAW, language),
        site=about.site.base_url,
    )
    return clean(told)


def _head(about: Dossier, language: Language) -> str:
    lines = [about.title if language == "ru" else about.title_en]
    if about.about is not None and about.about.force_sentence.ru:
        lines.append(_in(about.about.force_sentence, language))
    lines.append(_in(_SEEN, language).format(moment=times.both(about.event.observed_at, language=language)))
    if occurred := times.of_source(about.event.occurred_at, language=language):
        lines.append(_in(_OCCURRED, language).format(moment=occurred))
    return "\n".join([*lines, about.address])


def _root(about: Dossier, language: Language) -> str:
    root = about.proof.root
    if root is None:
        return _in(_UNSEALED, language).format(seq=about.event.seq, hash=about.event.hash)
    return _in(_SEALED, language).format(seq=about.event.seq, hash=about.event.hash, day=root.day, root=root.hash)


def _listed(about: Dossier, language: Language) -> str:
    return "\n".join(f"  {name} — {_in(_FILES.get(name, _RAW), language)}" for name in about.files)


def _travels(about: Dossier, language: Language) -> str:
    return "\n\n".join(_travel(role, snapshot, language) for role, snapshot in about.captures)


def _travel(role: str, snapshot: Snapshot, language: Language) -> str:
    name = _in(_ROLES[role], language)
    name = f"{name[0].upper()}{name[1:]}"
    got = _in(Words("получен впервые", "first received"), language)
    size = _in(Words("байт", "bytes"), language)
    return "\n".join(
        [
            f"  {name}: {snapshot.url}",
            f"  {got} {times.both(snapshot.first_seen, language=language)}, {snapshot.size} {size}",
            f"  {_in(_WAYS.get(snapshot.via, _UNKNOWN_WAY), language)}",
            f"  SHA-256 {snapshot.digest}",
        ]
    )


def _in(words: Words, language: Language) -> str:
    return words.ru if language == "ru" else words.en
