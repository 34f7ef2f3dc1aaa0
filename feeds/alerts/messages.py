"""The words of a message for mail and chat: title, plain text, HTML; Russian or English, or discreet.

A message is made once and kept as JSON (``{"title","text","html","language"}``); whoever sends it picks what the service takes.
Every message says how to stop. The HTML is made by a template that escapes whatever it is given.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from feeds import labels, times
from feeds.alerts import payload
from feeds.alerts.payload import News
from feeds.languages import Speech
from tracker.models import Language, OperatorEvent, SiteInfo, SourceState

_EXCERPT: Final = 12
_SPAN: Final = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The fixed words of messages in one language."""

    open_page: str
    reasons: str
    mates: str
    more: str
    changed: str
    beat: str
    beat_title: str
    blind_title: str
    no_check: str
    checked: str
    operator: str
    operator_title: str
    trial: str
    trial_title: str
    discreet_update: str
    discreet_beat: str
    discreet_blind: str
    discreet_trial: str
    stop: str
    discreet_stop: str


_WORDS: Final[dict[Language, _Words]] = {
    "ru": _Words(
        open_page="Страница события: было и стало, снимки, хеши",
        reasons="Почему это важно",
        mates="В том же обновлении",
        more="и ещё",
        changed="Что изменилось",
        beat="С прошлого сообщения ничего из вашей подписки мы не заметили.",
        beat_title="Новостей нет, наблюдение работает",
        blind_title="Новостей нет, но видно не всё",
        no_check="ещё не было успешной проверки",
        checked="последняя успешная проверка",
        operator="Для того, кто ведёт этот трекер. Читателям об этом не сообщается.",
        operator_title="Служебное сообщение",
        trial="Проверочное сообщение: канал работает. Событий в нём нет.",
        trial_title="Проверка канала",
        discreet_update="Обновление",
        discreet_beat="Всё работает.",
        discreet_blind="Работает не всё.",
        discreet_trial="Проверка.",
        stop="Чтобы не получать эти сообщения, напишите тому, кто ведёт этот трекер{contact}, и назовите подписку «{name}».",
        discreet_stop="Чтобы больше не получать эти сообщения, скажите об этом тому, кто вас подписал.",
    ),
    "en": _Words(
        open_page="The event's page: before and after, snapshots, hashes",
        reasons="Why it matters",
        mates="In the same update",
        more="and more:",
        changed="What changed",
        beat="We have seen nothing of your subscription since the last message.",
        beat_title="No news; the watch is working",
        blind_title="No news, but not everything could be seen",
        no_check="no successful check yet",
        checked="last successful check",
        operator="For whoever runs this tracker. Readers are not told of it.",
        operator_title="A word to the operator",
        trial="A test message: the channel works. It tells of no event.",
        trial_title="Test of the channel",
        discreet_update="Update",
        discreet_beat="All is working.",
        discreet_blind="Not everything is working.",
        discreet_trial="A test.",
        stop="To stop these messages write to whoever runs this tracker{contact} and name the subscription “{name}”.",
        discreet_stop="To stop these messages tell whoever subscribed you.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """To whom a message speaks: the name of the subscription, its language, whether a bystander may learn anything."""

    name: str
    language: Language = "ru"
    discreet: bool = False


def event_message(told: News, info: SiteInfo, reader: Reader) -> bytes:
    """A message about one event."""
    if reader.discreet:
        return _discreet(payload.discreet_item(told.event)["text"][reader.language], reader)
    data = payload.event_data(told, info)
    return _made("event", data["title"][reader.language], info, reader, item=data, rows=_rows(data))


def digest_message(items: Sequence[bytes], info: SiteInfo, reader: Reader, *, part: int, parts: int) -> bytes:
    """A message about several events; `items` are those of `payload.item_of`, as they were gathered."""
    rows: list[dict[str, Any]] = [json.loads(item) for item in items]
    if reader.discreet:
        marks = ", ".join(row["reference"] for row in rows)
        return _discreet(f"{_WORDS[reader.language].discreet_update}: {marks}.", reader)
    title = _digest_title(len(rows), reader.language) + (f" ({part}/{parts})" if parts > 1 else "")
    if any(row["invented"] for row in rows):
        title = f"{getattr(labels.DEMO, reader.language)}. {title}"
    return _made("digest", title, info, reader, items=rows)


def heartbeat_message(states: Sequence[SourceState], now: datetime, info: SiteInfo, reader: Reader) -> bytes:
    """A message that says: nothing was sent for a while, and here is when the sources last answered."""
    words = _WORDS[reader.language]
    is_well = payload.all_answered(states, now)
    if reader.discreet:
        return _discreet(words.discreet_beat if is_well else words.discreet_blind, reader)
    rows = [
        f"{labels.source_name(state.name, language=reader.language)}: "
        + (
            f"{words.checked} {times.both(state.last_success, language=reader.language)}"
            if state.last_success
            else words.no_check
        )
        for state in states
    ]
    title = words.beat_title if is_well else words.blind_title
    lead = words.beat if is_well else f"{words.beat} {getattr(labels.BLIND, reader.language)}"
    now_words = times.both(now, language=reader.language)
    return _made("heartbeat", title, info, reader, lead=lead, lines=rows, now=now_words)


def operator_message(told: Sequence[OperatorEvent], info: SiteInfo, reader: Reader) -> bytes:
    """A message about our own troubles, oldest first, for whoever runs this."""
    words = _WORDS[reader.language]
    rows = [
        f"{times.both(word.at, language=reader.language)}: {word.kind} {word.subject}: {word.message}"
        for word in told[: payload.WORDS]
    ]
    if len(told) > payload.WORDS:
        rows.append(f"{words.more} {len(told) - payload.WORDS}")
    return _made("heartbeat", words.operator_title, info, reader, lead=words.operator, lines=rows, now="")


def trial_message(info: SiteInfo, reader: Reader) -> bytes:
    """A message that tests a channel."""
    words = _WORDS[reader.language]
    if reader.discreet:
        return _discreet(words.discreet_trial, reader)
    return _made("heartbeat", words.trial_title, info, reader, lead=words.trial, lines=[], now="")


# ---------------------------------------------------------------- making them


def _made(template: str, title: str, info: SiteInfo, reader: Reader, **values: Any) -> bytes:
    words = _WORDS[reader.language]
    contact = f" ({info.contact})" if info.contact else ""
    context = {
        "title": title,
        "words": words,
        "language": reader.language,
        "stop": words.stop.format(contact=contact, name=reader.name),
        "site": info.title,
        "page": "page_en" if reader.language == "en" else "page",
        **values,
    }
    text = _templates().get_template(f"{template}.txt").render(context)
    page = _templates().get_template(f"{template}.html").render(context)
    return _encoded(title, text.strip() + "\n", page, reader)


def _discreet(line: str, reader: Reader) -> bytes:
    stop = _WORDS[reader.language].discreet_stop
    page = _templates().get_template("discreet.html").render(line=line, stop=stop, language=reader.language)
    return _encoded(line, f"{line}\n\n{stop}\n", page, reader)


def _encoded(title: str, text: str, page: str, reader: Reader) -> bytes:
    title = " ".join(title.split())  # one line: mail makes a header of it
    return payload.encoded({"title": title, "text": text, "html": page, "language": reader.language})


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("feeds.alerts", "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _rows(data: dict[str, Any]) -> list[dict[str, Any]]:
    """The excerpt as a message shows it, a few units of it."""
    return [
        {"address": row["address"], "spans": [(mark, text[:_SPAN]) for mark, text in row["spans"]]}
        for row in data["excerpt"][:_EXCERPT]
    ]


def _digest_title(number: int, language: Language) -> str:
    say = Speech(language)
    return say.count(number, "обновление|обновления|обновлений")
