"""Titles and summaries of events: `[state] document: what, where`, then the sentences of a message.

We say what we saw in the text, when, and where; never what it means for a person, never a motive. Every payload may lack
any key: an event that cannot be told in full is told shorter, never dropped (filters and wording fail open).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from feeds import headline, labels, phrases, places, sides, subject, times, wording_en
from feeds.languages import Speech
from feeds.subject import Subject, quoted
from feeds.told import TEXT_KINDS, TITLED, Title, Told, modest
from tracker.models import Diff, Event, EventKind, Force, Language


def title(event: Event, diff: Diff | None = None, *, demo: bool = False, language: Language = "ru") -> Title:
    """The title of an event. `diff` is the stored comparison when it has one; `demo` marks the whole site as invented."""
    if language == "en":
        return wording_en.title(event, diff, demo=demo)
    event = modest(event)
    about = subject.of_event(event)
    told = Told(event, about, diff)
    invented = demo or (about is not None and about.invented)
    if event.struck:
        return Title(state="Содержание удалено", subject=f"Обновление {event.id[:4]}", what="", demo=invented)
    if event.kind in {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED}:
        return _coverage_title(told, demo=invented)
    if event.kind is EventKind.CORRECTION:
        name = about.name if about else labels.source_name(event.source)
        what = places.shown(f"сообщение неверно: {told.text('reason')}".rstrip(" :"))
        return Title(state="Исправление", subject=name, what=what, demo=invented)
    if about is None:
        what = labels.EVENTS[event.kind].ru
        return Title(state="Обновление", subject=labels.source_name(event.source), what=what, demo=invented)
    return Title(
        state=_state(told, about), subject=_subject(told, about), what=_what(told, about).rstrip(" :"), demo=invented
    )


def summary(event: Event, diff: Diff | None = None, *, language: Language = "ru") -> str:
    """The event as sentences of plain text, ending with when it was noticed in Moscow time and UTC."""
    if language == "en":
        return wording_en.summary(event, diff)
    event = modest(event)
    about = subject.of_event(event)
    told = Told(event, about, diff)
    seen = f"Замечено {times.both(event.observed_at)}."
    if event.struck:
        return f"Содержание этого сообщения удалено оператором; запись в журнале осталась. {seen}"
    if event.kind is EventKind.CORRECTION:
        return f"{_correction_sentence(told)} {seen}"
    if about is None or event.kind in {EventKind.COVERAGE_GAP, EventKind.COVERAGE_RESTORED}:
        return f"{_coverage_sentence(told)} {seen}"
    said = f"{_opening(told, about)}: {phrases.stop(_what_at_length(told, about))}"
    at = told.occurred(said, "ru")
    parts = [said, *_details(told), about.force_sentence.ru, f"Дата в источнике: {at}." if at else "", seen]
    if event.payload.get("confirmed"):
        parts.append("Подтверждено повторными проверками.")
    return " ".join(part for part in parts if part)


def english(event: Event) -> str:
    """One English line beside the Russian text: what kind of event, about what, in what force."""
    return wording_en.line(event)


def discreet(event: Event, *, language: Language = "ru") -> str:
    """A title that tells a bystander nothing, such as ``Обновление 7f3a.``, for a lock screen."""
    return f"{'Обновление' if language == 'ru' else 'Update'} {event.id[:4]}."


# ---------------------------------------------------------------- state and subject


def _state(told: Told, about: Subject) -> str:
    if told.event.kind is EventKind.ACT_PUBLISHED and not about.is_bill:
        noun, gender, _ = labels.kind_of(about.kind)
        published = {"m": "опубликован", "f": "опубликована", "n": "опубликовано"}[gender]
        if about.force is Force.IN_FORCE:
            return f"{noun} {published}, в силе"
        # The portal publishes acts long before anyone has read when they take effect: the title says only what was seen.
        return f"{noun} {published}"
    if told.event.kind in TEXT_KINDS and about.is_bill and about.force is Force.DRAFT:
        if told.payload.get("part") == "note":
            return "Законопроект, пояснительная записка"
        edition = labels.EDITIONS.get(told.text("edition"))
        if edition:
            return f"Законопроект, {edition[1]}"
    return about.state


def _subject(told: Told, about: Subject) -> str:
    name = about.name
    if told.event.kind in TITLED and about.quoted_title:
        return f"{name} {about.quoted_title}"
    if told.event.kind is EventKind.TEXT_UNEXPLAINED and told.diff and told.diff.operations:
        addresses = {operation.new_address or operation.old_address for operation in told.diff.operations} - {None}
        first = next((row.new_address or row.old_address for row in told.diff.operations), None)
        if first:
            return f"{name}, {places.shown(first)}" + (" и др." if len(addresses) > 1 else "")
    return name


# ---------------------------------------------------------------- what happened, in a title


def _what(told: Told, about: Subject) -> str:
    teller = _WHAT.get(told.event.kind)
    return teller(told, about) if teller else labels.EVENTS[told.event.kind].ru


def _what_watch(told: Told, _about: Subject) -> str:
    steps = told.payload.get("steps")
    if not isinstance(steps, int) or not steps:
        return "начато наблюдение"
    held = Speech("ru").count(steps, "запись|записи|записей")
    return f"начато наблюдение, {held} на карточке"


def _what_discovered(told: Told, _about: Subject) -> str:
    if told.payload.get("scan_only"):
        return labels.UNREAD["scan"][0]
    if by_text := told.mapping("by_text"):
        return f"тема появилась в тексте: {phrases.lower(phrases.edition_label(by_text)) or 'новая редакция'}"
    return "название общее, тему решит текст" if told.payload.get("needs_body") else "новый документ"


def _what_step(told: Told, _about: Subject) -> str:
    step = told.mapping("step")
    # What stands in brackets are dates and names of committees: the summary has them.
    decisions = phrases.without_brackets(phrases.decisions(step))
    return f"{quoted(decisions, phrases.LONG)} ({phrases.step_name(step)})" if decisions else phrases.step_name(step)


def _what_step_changed(told: Told, _about: Subject) -> str:
    names = [labels.STEP_FIELDS[name].ru if name in labels.STEP_FIELDS else name for name in told.names("changed")]
    return f"изменена запись на карточке ({phrases.step_name(told.mapping('after'))}): {', '.join(names)}"


def _what_step_removed(told: Told, _about: Subject) -> str:
    return f"с карточки удалена запись ({phrases.step_name(told.mapping('step'))})"


def _what_stage(told: Told, _about: Subject) -> str:
    at = times.date_only(told.mapping("step").get("at"))
    after = phrases.lower(phrases.stage_name(told.payload.get("after")))
    return " ".join(part for part in (after or "стадия изменилась", at) if part)


def _what_outcome(told: Told, _about: Subject) -> str:
    at = times.date_only(told.mapping("step").get("at") or told.event.occurred_at)
    return f"{labels.EVENTS[told.event.kind].ru} {at}".strip()


def _what_text(told: Told, about: Subject) -> str:
    if told.payload.get("readable") is False:
        return phrases.unread(told.payload)[0]
    if told.diff is None:
        if notices := _notices(told):
            return notices
        # Not "опубликован": of an act that word means its official publication.
        read = f"текст прочитан{_where_read(told, about)}"
        return read if told.event.kind is EventKind.TEXT_ADDED else "текст изменился"
    if told.event.kind is EventKind.TEXT_ADDED and told.mapping("amended_by"):
        return _what_edition(told, about)  # it was announced before its text was there
    return headline.headline(told.diff, acts=told.acts) or _unchanged(told)


def _where_read(told: Told, about: Subject) -> str:
    """An act may be read at several sources, each of them telling its text: `` на kremlin.ru``."""
    if not about.id.startswith("act/") or told.event.source == "page":
        return ""
    return f" на {labels.source_host(told.event.source)}"


def _unchanged(told: Told) -> str:
    if told.diff is not None and told.diff.noise:
        return "изменилось только оформление, слова те же"
    against = phrases.edition_label(told.mapping("compared_with"))
    return f"совпадает с прежним: {phrases.lower(against)}" if against else "слова те же"


def _what_unexplained(told: Told, about: Subject) -> str:
    host = labels.source_host(told.event.source, told.text("url") or about.url)
    if about.kind == "page":
        what = headline.headline(told.diff, acts=told.acts) if told.diff else ""
        return what or f"текст на {host} изменился"
    why = "записи об этом на карточке нет" if about.is_bill else "изменяющий акт не найден"
    return f"текст на {host} изменился, {why}"


def _what_file(told: Told, _about: Subject) -> str:
    file = told.mapping("file") or told.mapping("before")
    if not file:
        return labels.EVENTS[told.event.kind].ru
    if portal := _what_portal_file(told):
        return f"на портале опубликования заменён файл: {portal}"
    words = "больше нет файла" if told.event.kind is EventKind.FILE_REMOVED else labels.EVENTS[told.event.kind].ru
    return f"{words} {phrases.file_name(file)}"


def _what_fields(told: Told, _about: Subject) -> str:
    names = [labels.card_field(str(row.get("name"))).ru for row in told.rows("fields")]
    rest = f" и ещё {len(names) - 2}" if len(names) > 2 else ""
    return f"изменены сведения карточки: {', '.join(names[:2])}{rest}"


def _what_published(told: Told, _about: Subject) -> str:
    publication = told.mapping("publication")
    at = times.date_only(publication.get("date"))
    number = f"номер опубликования {publication['eo_number']}" if publication.get("eo_number") else ""
    return _notices(told) or ", ".join(part for part in (at, number) if part)


def _notices(told: Told) -> str:
    """Closed items and gaps in one line."""
    return "; ".join(
        phrases.lower(phrases.notice_line(row).rstrip(".")) for row in told.rows("notices") if row.get("text")
    )


def _what_absent(told: Told, _about: Subject) -> str:
    return _seen_and_missed(told).rstrip(".").lower() or "страница не найдена"


def _what_restored(told: Told, _about: Subject) -> str:
    at = times.parse(told.text("restored_at"))
    return f"страница снова доступна с {times.short(at)}" if at else "страница снова доступна"


def _what_edition(told: Told, _about: Subject) -> str:
    """``редакция от 31.07.2099 № 9281-ФЗ: «десяти» → «пяти» лет, ст. 22 ч. 1``."""
    label = phrases.lower(phrases.edition_label(told.payload)) or "новая редакция"
    if told.payload.get("readable") is False:
        return f"объявлена {label}, {phrases.unread(told.payload)[0]}"
    what = (headline.headline(told.diff, acts=told.acts) or _unchanged(told)) if told.diff is not None else ""
    return f"{label}: {what}" if what else f"{label}: текст прочитан"


def _what_effective(told: Told, _about: Subject) -> str:
    """``вступает в силу 11.08.2099``; where the words leave two days open, both."""
    days = [times.date_only(day) for day in told.payload.get("dates") or ()]
    scope = f"{told.text('scope')} " if told.text("scope") else ""
    if len(days) > 1:
        return f"{scope}может вступить в силу {' или '.join(days)}: текст допускает обе даты"
    return f"{scope}вступает в силу {days[0]}" if days else labels.EVENTS[told.event.kind].ru


def _what_disagree(told: Told, _about: Subject) -> str:
    said = sides.between(told.rows("sources"), told.rows("notices"), told.diff)
    return said or _notices(told) or labels.EVENTS[told.event.kind].ru


def _what_portal_file(told: Told) -> str:
    """What the portal says of a file that is not fetched: ``было страниц 2, стало 3``."""
    prints = told.mapping("fingerprint")
    before, after = prints.get("before"), prints.get("after")
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return ""
    pairs = [
        f"{words.ru}: было {before.get(name) or '—'}, стало {after.get(name) or '—'}"
        for name, words in labels.FINGERPRINT.items()
        if before.get(name) != after.get(name)
    ]
    return "; ".join(pairs)


_WHAT: Final[dict[EventKind, Callable[[Told, Subject], str]]] = {
    EventKind.WATCH_STARTED: _what_watch,
    EventKind.DOCUMENT_DISCOVERED: _what_discovered,
    EventKind.BILL_STEP: _what_step,
    EventKind.BILL_STEP_CHANGED: _what_step_changed,
    EventKind.BILL_STEP_REMOVED: _what_step_removed,
    EventKind.BILL_STAGE: _what_stage,
    EventKind.BILL_REJECTED: _what_outcome,
    EventKind.BILL_WITHDRAWN: _what_outcome,
    EventKind.BILL_RETURNED: _what_outcome,
    EventKind.BILL_SF_REJECTED: _what_outcome,
    EventKind.BILL_VETOED: _what_outcome,
    EventKind.TEXT_ADDED: _what_text,
    EventKind.TEXT_CHANGED: _what_text,
    EventKind.TEXT_UNEXPLAINED: _what_unexplained,
    EventKind.EDITION_ADDED: _what_edition,
    EventKind.FILE_ADDED: _what_file,
    EventKind.FILE_REPLACED: _what_file,
    EventKind.FILE_REMOVED: _what_file,
    EventKind.FIELDS_CHANGED: _what_fields,
    EventKind.ACT_PUBLISHED: _what_published,
    EventKind.DOCUMENT_ABSENT: _what_absent,
    EventKind.DOCUMENT_RESTORED: _what_restored,
    EventKind.SOURCES_DISAGREE: _what_disagree,
    EventKind.EFFECTIVE_APPROACHING: _what_effective,
}

# ---------------------------------------------------------------- sentences of a summary


def _opening(told: Told, about: Subject) -> str:
    """``Законопроект 123456-99, текст ко 2-му чтению``."""
    if about.kind == "page":
        return about.name
    if told.event.kind in TEXT_KINDS:
        if told.payload.get("part") == "note":
            return f"{about.full_name}, пояснительная записка"
        if label := phrases.edition_label(told.payload):
            return f"{about.full_name}, {phrases.lower(label)}"
    return about.full_name


def _what_at_length(told: Told, about: Subject) -> str:
    kind = told.event.kind
    if kind in TEXT_KINDS and told.payload.get("readable") is False:
        return phrases.lower(phrases.unread(told.payload)[1])
    if kind in {EventKind.TEXT_ADDED, EventKind.TEXT_CHANGED}:
        if told.diff is not None and (what := headline.headline(told.diff, acts=told.acts)):
            return f"предлагается {what}" if about.force is Force.DRAFT and what.startswith("нов") else what
        if told.diff is None and kind is EventKind.TEXT_ADDED:
            return f"текст прочитан{_where_read(told, about)}; сравнить его пока не с чем"
    if kind is EventKind.TEXT_UNEXPLAINED and told.diff is not None:
        return headline.headline(told.diff, acts=told.acts) or _unchanged(told)
    if kind is EventKind.BILL_STAGE and (before := phrases.stage_name(told.payload.get("before"))):
        return f"{_what(told, about)} (прежде: {phrases.lower(before)})"
    if kind is EventKind.BILL_STEP and (decisions := phrases.decisions(told.mapping("step"))):
        return f"{quoted(decisions, 600)} ({phrases.step_name(told.mapping('step'))})"
    if kind is EventKind.ACT_PUBLISHED:
        return phrases.stop(f"{quoted(about.title, 400)}. {_publication_sentence(told)}")
    if kind in {EventKind.WATCH_STARTED, EventKind.DOCUMENT_DISCOVERED} and about.title:
        what = labels.UNREAD["scan"][1] if told.payload.get("scan_only") else phrases.upper(_what(told, about))
        return f"{quoted(about.title, 400)}. {phrases.stop(what)}{_found_by(told, about)}"
    return _what(told, about)


def _found_by(told: Told, about: Subject) -> str:
    """A sentence with a space before it: `` Найден по словам «о гражданстве Российской Федерации».``."""
    terms = [str(row.get("text") or row.get("term") or "") for row in told.rows("reasons")]
    return f" Найден по словам {quoted(phrases.found_by(terms[0], about.title))}." if terms and terms[0] else ""


def _publication_sentence(told: Told) -> str:
    """``Номер опубликования 0001202605120001, дата 12.05.2026, страниц: 2``."""
    publication = told.mapping("publication")
    number, at, pages = publication.get("eo_number"), times.date_only(publication.get("date")), publication.get("pages")
    named = (("номер опубликования ", number), ("дата ", at), ("страниц: ", pages))
    return phrases.upper(", ".join(f"{name}{value}" for name, value in named if value)) or "Опубликование"


def _details(told: Told) -> list[str]:
    """What belongs to one kind only: what was compared, what a step says, what is not known."""
    kind = told.event.kind
    found: list[str] = []
    if kind in {*TEXT_KINDS, EventKind.EDITION_ADDED}:
        against = told.mapping("compared_with")
        if told.diff is not None and against:
            label = phrases.edition_label(against)
            same = not label or against.get("edition") == told.payload.get("edition")
            found.append(
                "Сравнено с прежним состоянием того же текста." if same else f"Сравнено с прежним текстом: «{label}»."
            )
    flags = told.payload.get("flags")
    found += [labels.FLAGS[flag].ru for flag in flags or () if flag in labels.FLAGS] if isinstance(flags, list) else []
    for notice in told.rows("notices"):
        if kind is EventKind.SOURCES_DISAGREE:  # the words above say which source has it
            found += [labels.CLOSED_ITEM.ru] if notice.get("kind") == "closed_item" else []
        elif notice.get("kind") == "closed_item":
            found.append(f"В тексте: {phrases.stop(phrases.notice_line(notice))} {labels.CLOSED_ITEM.ru}")
        elif notice.get("text"):
            found.append(phrases.stop(phrases.upper(phrases.notice_line(notice))))
    if kind is EventKind.TEXT_UNEXPLAINED:
        found.append(
            "По одному адресу мы видели два разных текста. Причина неизвестна: возможна опечатка или задержка сведений об акте."
        )
    if kind is EventKind.EFFECTIVE_APPROACHING and told.text("clause"):
        found.append(f"В тексте: {quoted(phrases.unstopped(told.text('clause')), 400)}.")
    if kind is EventKind.SOURCES_DISAGREE:
        found.append(f"{sides.states(told.rows('sources')).ru} Какой из текстов верен, мы не знаем.")
    if kind is EventKind.DOCUMENT_DISCOVERED and told.payload.get("needs_body"):
        found.append("По названию тему определить нельзя; документ показан, пока его текст не прочитан.")
    if kind in {EventKind.FILE_REPLACED, EventKind.FILE_REMOVED}:
        found.append("Прежний файл сохранён в архиве наблюдения.")
    return found


def _correction_sentence(told: Told) -> str:
    """``Исправление: 14.05.2026 мы сообщили: «…». Это неверно, потому что…``; the day is told when the payload has it."""
    at = times.date_only(told.text("said_at"))
    said, reason = told.text("said"), told.text("reason").strip()
    words = f"Исправление: {at} мы сообщили" if at else "Исправление: мы сообщили"
    wrong = f"Это неверно, потому что {phrases.stop(reason)}" if reason else "Это неверно."
    return places.shown(f"{words}: {quoted(said, 300)}. {wrong}" if said else f"{words} неверное. {wrong}")


def _coverage_title(told: Told, *, demo: bool) -> Title:
    source = _eye(told)
    if told.event.kind is EventKind.COVERAGE_GAP:
        last = times.parse(told.text("last_success"))
        what = f"нет успешной проверки с {times.short(last)}" if last else "ещё не было ни одной успешной проверки"
        return Title(state="Наблюдение прервано", subject=source, what=what, demo=demo)
    since, until = times.parse(told.text("since")), times.parse(told.text("until"))
    pause = "источник снова отвечает"
    if since and until:
        pause = f"перерыв с {times.short(since).removesuffix(' МСК')} до {times.short(until)}"
    return Title(state="Наблюдение восстановлено", subject=source, what=f"{pause}; {_caught_up(told)}", demo=demo)


def _eye(told: Told) -> str:
    """What could not be seen: a source, the search for new documents there, or one document of it."""
    source = labels.source_name(told.text("source") or told.event.source)
    if told.about is not None:
        return f"{source}, {told.about.name}"
    return f"{source}, {labels.search_name(told.text('search_name')).ru}" if told.payload.get("search") else source


def _caught_up(told: Told) -> str:
    number = told.payload.get("events")
    if not isinstance(number, int):
        return "пропущенное проверяется"
    caught = Speech("ru").count(number, "событие|события|событий")
    return f"за это время {caught}" if number else "пропущенных событий нет"


def _coverage_sentence(told: Told) -> str:
    source = _eye(told)
    if told.event.kind is EventKind.COVERAGE_GAP:
        last = times.parse(told.text("last_success"))
        what = f"нет успешной проверки с {times.both(last)}" if last else "ещё не было ни одной успешной проверки"
        return f"{source}: {what}. {labels.BLIND.ru}"
    if told.event.kind is EventKind.COVERAGE_RESTORED:
        since, until = times.parse(told.text("since")), times.parse(told.text("until"))
        pause = f"перерыв с {times.both(since)} до {times.both(until)}; " if since and until else ""
        return f"{source}: проверки возобновлены; {pause}{_caught_up(told)}."
    return f"{source}: {labels.EVENTS[told.event.kind].ru}."


def _seen_and_missed(told: Told) -> str:
    """Absence as we can swear to it: seen then, not found then."""
    seen, missed = times.parse(told.text("seen_at")), times.parse(told.text("missing_at"))
    if not seen or not missed:
        return ""
    return f"Наблюдали {_at(times.short(seen))}, не нашли {_at(times.short(missed))}."


def _at(text: str) -> str:
    """``12.11 09:10 МСК`` -> ``12.11 в 09:10 МСК``."""
    return text.replace(" ", " в ", 1)
