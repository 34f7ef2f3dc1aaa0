"""Pieces of sentences: one step, one file, one notice, one edition in the words that titles, summaries and pages share.

Facts come as mappings of a payload or of a stored card; a fact that is missing leaves its piece shorter or empty.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from feeds import labels, places, times
from feeds.languages import Speech
from feeds.subject import quoted
from tracker.models import Language, Role, Status

LONG: Final = 120  # characters of a quotation in a title

_BARE_NAME: Final = re.compile(r"\S+\.\w{2,5}")
_LISTED_EDITION: Final = re.compile(r"\s*\d+\s*-\s*(от\s.*?)\s*(?:\([^()]*\)\s*)*")
_DAY: Final = re.compile(r"\b(\d\d)\.(\d\d)\.(\d{4})\b")
_GAP: Final = re.compile(r"(?:На (?P<host>\S+) )?[Пп]осле (?P<one>.+?) идёт (?P<other>.+?)\.?")
_BRACKETS: Final = re.compile(r"\s*\([^()]*\)")


def unread(payload: Mapping[str, Any]) -> tuple[str, str, str]:
    """Why a text was not read: in a title, as a sentence, in English."""
    return labels.UNREAD.get(str(payload.get("unread_reason")), labels.UNREAD_OTHER)


def notice_line(notice: Mapping[str, Any], *, language: Language = "ru") -> str:
    """What a reader must be told about a text, with its place unless the words name it."""
    text, address = str(notice.get("text") or ""), str(notice.get("address") or "")
    if language == "en":
        where = places.english(address)
        if notice.get("kind") == "gap":
            gap = _GAP.fullmatch(text)
            if gap is None:
                return f"numbering has a gap: {places.shown(text)}"
            host = f"on {gap['host']} " if gap["host"] else ""
            return f"{host}after {places.english(gap['one'])} comes {places.english(gap['other'])}"
        return f"{where}: {places.shown(text)}" if where else places.shown(text)
    if notice.get("kind") == "gap" or not address or address in text:
        return places.shown(text)  # the address of a gap is the unit that is missing, which the words say better
    return places.shown(f"{address} {text}" if text.startswith("«") else f"{address}: {text}")


def step_line(step: Mapping[str, Any], *, language: Language = "ru") -> str:
    """One step in one line: who, when, what was decided."""
    said, name = decisions(step), step_name(step, language=language)
    return f"{name}: {said}" if said else name


def edition_label(facts: Mapping[str, Any], *, language: Language = "ru") -> str:
    """An edition as people name it; the source's own label when the slug is not ours.

    The state's legal system lists ``37 - от 31.07.2025 № 281-ФЗ (изм.)``: the number in its list says nothing to readers.
    """
    known = labels.EDITIONS.get(str(facts.get("edition")))
    if known:
        return known[0] if language == "ru" else upper(known[2])
    label = str(facts.get("label") or "")
    listed = _LISTED_EDITION.fullmatch(label)
    if not listed:
        return label
    if language == "ru":
        return f"Редакция {listed[1]}"
    named = _DAY.sub(lambda day: times.date_only(f"{day[3]}-{day[2]}-{day[1]}", language=language), listed[1])
    return f"Edition {named.replace('от ', 'of ', 1)}"


def stage_name(status: Any, *, language: Language = "ru") -> str:
    """A stage in words; empty when the status is not one of ours."""
    return (
        Speech(language).of(labels.STAGES[Status(status)]) if isinstance(status, str) and status in set(Status) else ""
    )


def step_name(step: Mapping[str, Any], *, language: Language = "ru") -> str:
    """Who acted and when: ``Совет Думы, 02.02.2026``."""
    known = labels.ACTORS.get(str(step.get("step")))
    say = Speech(language)
    actor = say.of(known) if known else str(step.get("title") or "") or say("запись")
    return ", ".join(part for part in (actor, times.date_only(step.get("at"), language=language)) if part)


def decisions(step: Mapping[str, Any]) -> str:
    """What a step decided, as the source wrote it."""
    return "; ".join(str(decision).strip() for decision in step.get("decisions") or () if decision)


def file_role(role: Any, *, language: Language = "ru") -> str:
    """What a file is."""
    return Speech(language).of(labels.ROLES[Role(role)]) if isinstance(role, str) and role in set(Role) else ""


def file_name(file: Mapping[str, Any], *, language: Language = "ru") -> str:
    """``«Пояснительная записка»``; a clerk's bare file name gets the word for what it is: ``«mainfile.pdf» (отзыв)``."""
    say = Speech(language)
    label, role = str(file.get("label") or ""), file_role(file.get("role"), language=language) or say("файл")
    if not label:
        return f"({role})"
    return f"{quoted(label)} ({role})" if _BARE_NAME.fullmatch(label) else quoted(label, LONG)


def found_by(term: str, title: str) -> str:
    """The words that matched, written as the title has them: the search itself folds case and ё."""
    at = _folded(title).find(_folded(term))
    return title[at : at + len(term)] if term and at >= 0 else term


def _folded(text: str) -> str:
    return text.lower().replace("ё", "е")


def without_brackets(text: str) -> str:
    """The words outside brackets, which may be nested."""
    while (shorter := _BRACKETS.sub("", text)) != text:
        text = shorter
    return text.strip()


def stop(text: str) -> str:
    """The text ended as a sentence."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def unstopped(text: str) -> str:
    """The sentence without its full stop, which Russian puts behind the closing quote; the one of ``2026 г.`` stays."""
    return text.rstrip() if text.rstrip().endswith((" г.", "\u00a0г.")) else text.rstrip().removesuffix(".")


def lower(text: str) -> str:
    """The first letter made small, unless the text opens with an abbreviation."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def upper(text: str) -> str:
    """The first letter made a capital."""
    return text[:1].upper() + text[1:]
