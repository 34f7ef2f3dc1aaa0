"""Subscriptions as they are written down and kept: settings, clauses, secrets, rotation, the configuration over time."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.store import Store
from diffs.structure import structure
from tracker import config, subscriptions
from tracker.alert_settings import SubscriptionSettings, Webhooks, clause_of, sealing_key
from tracker.alerts import Channel, Clause, Digest, Quiet, Secret
from tracker.errors import ConfigError, StoreError
from tracker.models import EventKind, Level, OperatorKind

NOW = datetime(2099, 5, 14, 6, 0, tzinfo=UTC)
URL = "https://receiver.example/hook/3133731337"
SIGNING = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw8mX0Z3XNqgQ="
TOPICS = ("citizenship", "conscription")
HOOKS = Webhooks()


def some_bytes(count: int) -> bytes:
    return bytes(range(count))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "var", clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", URL)
    monkeypatch.setenv("HOOK_SECRET", SIGNING)


def entry(**changes: Any) -> SubscriptionSettings:
    return SubscriptionSettings.model_validate({"name": "ngo", "url": URL, **changes})


def parsed(**changes: Any) -> config.Settings:
    row = {"name": "ngo", "url": "env:HOOK_URL", "secret": "env:HOOK_SECRET", **changes}
    return config.parse({"subscriptions": [row]}, where="tracker.toml")


# ---------------------------------------------------------------- what may be written


def test_every_setting_reaches_the_subscription(store: Store) -> None:
    written = entry(
        topics=["citizenship"],
        documents=["bill/100001-99"],
        clauses=["act/fz/2099-04-28/9138-fz ст. 22 ч. 1"],
        kinds=["text.changed"],
        at_least="major",
        words_added=["гражданство"],
        words_removed=["срок"],
        every_event=True,
        language="en",
        discreet=True,
        digest="week",
        at="10:30",
        weekday="friday",
        quiet="22:00-07:00",
        zone="Asia/Omsk",
        heartbeat="7d",
    )
    subscriptions.add(store, written, webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    found = store.subscription("ngo")
    assert found is not None
    assert found.filter.clauses == (Clause(document="act/fz/2099-04-28/9138-fz", path="st-22.ch-1"),)
    assert found.filter.kinds == (EventKind.TEXT_CHANGED,)
    assert found.filter.at_least is Level.MAJOR
    assert found.digest == Digest(every="week", at=time(10, 30), weekday=4, zone="Asia/Omsk")
    assert found.quiet == Quiet(begins=time(22), ends=time(7), zone="Asia/Omsk")
    assert found.heartbeat == timedelta(days=7)
    shown = subscriptions.described(found)
    assert shown["digest"] == "week friday 10:30 Asia/Omsk"
    assert shown["filter"]["clauses"] == ["act/fz/2099-04-28/9138-fz st-22.ch-1"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "Наш чат"}, "made of a-z"),
        ({"topic": ["x"]}, "did you mean topics?"),
        ({"at_least": "majro"}, "did you mean major?"),
        ({"kinds": ["text.chnged"]}, "did you mean text.changed?"),
        ({"documents": ["968530-8"]}, "no document id"),
        ({"clauses": ["ст. 22"]}, "write it as act/fz/2023-04-28/138-fz ст. 22 ч. 1"),
        ({"clauses": ["act/fz/2099-04-28/9138-fz статья"]}, "from the outside in"),
        ({"words_added": ["—"]}, "without letters"),
        ({"digest": "month"}, "digest"),
        ({"at": "09:00"}, "at belongs to a digest"),
        ({"digest": "day", "at": "9"}, "09:00"),
        ({"digest": "day", "weekday": "monday"}, "weekday belongs"),
        ({"digest": "week", "weekday": "mon"}, "did you mean monday?"),
        ({"quiet": "22-7"}, "09:00"),
        ({"quiet": "22:00"}, "22:00-07:00"),
        ({"quiet": "22:00-22:00"}, "never end"),
        ({"zone": "Moscow"}, "Europe/Moscow"),
        ({"zone": "../../etc/passwd"}, "Europe/Moscow"),
        ({"heartbeat": "5s"}, "once an hour at most"),
        ({"heartbeat": "100d"}, "once an hour at most"),
        ({"heartbeat": "soon"}, "not a duration"),
        ({"channel": "smtp"}, "channel"),
        ({"language": "de"}, "language"),
        ({"secret": SIGNING}, "a secret is not written here"),
        ({"secret": "env:HOOK_SECRET", "channel": "apprise"}, "other channels have none"),
        ({"url": 7}, "url"),
    ],
)
def test_bad_settings_are_one_line_without_the_address(changes: dict[str, Any], words: str) -> None:
    row = {"name": "ngo", "url": URL, **changes}
    with pytest.raises(ConfigError) as caught:
        config.parse({"subscriptions": [row]}, where="tracker.toml")
    said = str(caught.value)
    assert words in said
    assert said.startswith("tracker.toml: ")
    assert "\n" not in said
    assert "receiver.example" not in said
    assert SIGNING not in said
    whole = "".join(traceback.format_exception(caught.value))
    assert "3133731337" not in whole.replace(f"row = {row}", "")


def test_two_of_one_name_are_refused() -> None:
    rows = [{"name": "ngo", "url": URL}, {"name": "ngo", "url": URL}]
    with pytest.raises(ConfigError, match="two of them are called ngo"):
        config.parse({"subscriptions": rows}, where="tracker.toml")


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"allow_networks": ["10.0.0.0/33"]}, "write it as 10.1.0.0/16"),
        ({"allow_networks": ["10.1.2.3/16"]}, "write it as 10.1.0.0/16"),
        ({"timeout": 0}, "timeout"),
        ({"retries": 3}, "known here"),
    ],
)
def test_bad_webhook_settings_are_one_line(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        config.parse({"webhooks": section}, where="tracker.toml")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("act/fz/2099-04-28/9138-fz ст. 22 ч. 1 п. 2 пп. «в»", "st-22.ch-1.p-2.pp-v"),
        ("act/fz/2099-04-28/9138-fz ст.22 ч.1", "st-22.ch-1"),
        ("act/fz/2099-04-28/9138-fz ст. 22.1", "st-22.1"),
        ("act/fz/2099-04-28/9138-fz ст. 22¹", "st-22.1"),
        ("act/fz/2099-04-28/9138-fz гл. 5 ст. 31", "st-31"),
        ("act/fz/2099-04-28/9138-fz гл. 5", "gl-5"),
        ("act/ukaz/2099-04-28/9 п. 4", "p-4"),
        ("bill/100001-99   st-1.p-2.q.st-22", "st-1.p-2.q.st-22"),
        ("bill/100001-99 ст. 1 п. 2 абз. 3", "st-1.p-2.abz-3"),
    ],
)
def test_clauses_are_written_as_people_cite_them(text: str, path: str) -> None:
    assert clause_of(text).path == path


def test_a_clause_is_called_what_the_texts_call_it() -> None:
    text = "Статья 22. Название\n1. Часть первая:\n1) пункт;\n2) пункт:\nа) подпункт;\nв) подпункт.\n2. Часть вторая.\n"
    for section in structure(text):
        assert clause_of(f"bill/100001-99 {section.address}").path == section.path


@given(st.text(max_size=60))
def test_no_clause_makes_trouble(text: str) -> None:
    try:
        clause_of(f"bill/100001-99 {text}")
    except ValueError as error:
        assert "write it" in str(error)  # noqa: PT017 - both ways are right


# ---------------------------------------------------------------- adding, rotating


def test_a_secret_is_made_of_the_randomness_given_and_kept(store: Store) -> None:
    made = subscriptions.add(store, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    assert made is not None
    assert made.value.startswith("whsec_")
    found = store.subscription("ngo")
    assert found is not None
    assert found.secrets == (made,)
    with pytest.raises(ConfigError, match="already"):
        subscriptions.add(store, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)


@pytest.mark.usefixtures("outside")
def test_a_secret_of_ones_own_is_used_and_not_told_back(store: Store) -> None:
    own = entry(secret="env:HOOK_SECRET", url="env:HOOK_URL")
    assert subscriptions.add(store, own, webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes) is None
    found = store.subscription("ngo")
    assert found is not None
    assert (found.secrets, found.url) == ((Secret(SIGNING),), Secret(URL))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"topics": ["citizenshp"]}, "did you mean citizenship?"),
        ({"url": "env:NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE is not set"),
        ({"url": "file:/nowhere/at/all"}, "cannot be read"),
        ({"url": "  "}, "its url is empty"),
        ({"url": "ftp://receiver.example/3133731337"}, "subscription ngo"),
        ({"url": "https://127.0.0.1/3133731337"}, "subscription ngo"),
        ({"url": "nonsense-3133731337"}, "subscription ngo"),
        ({"url": "nonsense-3133731337", "channel": "apprise"}, "subscription ngo"),
        ({"secret": "env:NOT_SET_ANYWHERE"}, "NOT_SET_ANYWHERE is not set"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(store: Store, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        subscriptions.add(store, entry(**changes), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    said = str(caught.value)
    assert words in said
    assert "\n" not in said
    assert "3133731337" not in said
    assert store.subscriptions() == ()


def test_a_bad_secret_is_refused_without_being_repeated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "whsec_tooshort")
    with pytest.raises(ConfigError) as caught:
        subscriptions.add(
            store, entry(secret="env:HOOK_SECRET"), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes
        )
    assert "tooshort" not in str(caught.value)


def test_rotation_keeps_the_old_secret_for_a_day(store: Store) -> None:
    old = subscriptions.add(store, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    new = subscriptions.rotate(store, "ngo", now=NOW, random_bytes=lambda count: b"x" * count)
    found = store.subscription("ngo")
    assert found is not None
    assert found.secrets == (new, old)
    assert found.old_until == NOW + timedelta(hours=24)
    subscriptions.sync(store, (), webhooks=HOOKS, topics=TOPICS, now=NOW + timedelta(hours=23))
    assert len(store.subscriptions()[0].secrets) == 2
    subscriptions.sync(store, (), webhooks=HOOKS, topics=TOPICS, now=NOW + timedelta(hours=24))
    assert store.subscriptions()[0].secrets == (new,)


def test_switching_off_is_told_to_the_operator_and_on_again_forgives(store: Store) -> None:
    subscriptions.add(store, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    subscriptions.disable(store, "ngo", "the receiver moved", NOW)
    (word,) = store.operator_events()
    assert (word.kind, word.subject, word.message) == (
        OperatorKind.SUBSCRIPTION_DISABLED,
        "ngo",
        "the receiver moved",
    )
    assert subscriptions.described(store.subscriptions()[0])["state"] == "disabled"
    subscriptions.enable(store, "ngo")
    assert store.subscriptions()[0].enabled
    for call in (
        lambda: subscriptions.enable(store, "ngi"),
        lambda: subscriptions.disable(store, "ngi", "x", NOW),
        lambda: subscriptions.rotate(store, "ngi", now=NOW, random_bytes=some_bytes),
    ):
        with pytest.raises(ConfigError, match=r"no subscription 'ngi'; did you mean ngo\?"):
            call()


# ---------------------------------------------------------------- the configuration over time


def synced(store: Store, settings: config.Settings, *, after: timedelta = timedelta(0)) -> None:
    subscriptions.sync(store, settings.subscriptions, webhooks=settings.webhooks, topics=TOPICS, now=NOW + after)


@pytest.mark.usefixtures("outside")
def test_the_configuration_is_followed_and_what_became_of_it_stays(store: Store) -> None:
    synced(store, parsed())
    first = store.subscription("ngo")
    assert first is not None
    assert (first.origin, first.created_at, first.secrets) == ("config", NOW, (Secret(SIGNING),))
    store.set_subscription_state("ngo", enabled=False, reason="410", failing_since=NOW)

    synced(store, parsed(at_least="major"), after=timedelta(days=1))
    again = store.subscription("ngo")
    assert again is not None
    assert again.filter.at_least is Level.MAJOR
    assert (again.created_at, again.enabled, again.failing_since) == (NOW, False, NOW)

    synced(store, config.Settings())
    assert store.subscriptions() == ()


@pytest.mark.usefixtures("outside")
def test_another_address_is_a_new_start_and_another_secret_a_rotation(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced(store, parsed())
    store.set_subscription_state("ngo", enabled=False, reason="410", failing_since=NOW)
    monkeypatch.setenv("HOOK_URL", "https://other.example/hook")
    fresh = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    monkeypatch.setenv("HOOK_SECRET", fresh)
    synced(store, parsed(), after=timedelta(hours=1))
    found = store.subscription("ngo")
    assert found is not None
    assert (found.enabled, found.disabled_reason, found.failing_since) == (True, "", None)
    assert found.secrets == (Secret(fresh), Secret(SIGNING))
    assert found.old_until == NOW + timedelta(hours=25)


@pytest.mark.usefixtures("outside")
def test_names_of_the_command_line_and_of_the_file_do_not_mix(store: Store) -> None:
    subscriptions.add(store, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
    with pytest.raises(ConfigError, match="webhook remove ngo"):
        synced(store, parsed())
    store.remove_subscription("ngo")
    synced(store, parsed())
    with pytest.raises(ConfigError, match="put a new one there"):
        subscriptions.rotate(store, "ngo", now=NOW, random_bytes=some_bytes)


def test_a_webhook_of_the_file_needs_its_secret_and_a_chat_does_not(store: Store) -> None:
    with pytest.raises(ConfigError, match="needs its secret"):
        synced(store, parsed(secret=None, url=URL))
    chat = parsed(secret=None, url="mailtos://user:password@example.org", channel="apprise", name="mail")
    synced(store, chat)
    assert store.subscriptions()[0].channel is Channel.APPRISE


def test_a_key_seals_what_lay_open(tmp_path: Path) -> None:
    with Store(tmp_path, clock=lambda: NOW) as opened:
        subscriptions.add(opened, entry(), webhooks=HOOKS, topics=TOPICS, now=NOW, random_bytes=some_bytes)
        assert opened.vault.is_open()
    with Store(tmp_path, clock=lambda: NOW, key=Secret("a key that is long enough")) as opened:
        subscriptions.sync(opened, (), webhooks=HOOKS, topics=TOPICS, now=NOW)
        assert not opened.vault.is_open()
        assert opened.subscriptions()[0].url == Secret(URL)
    assert "receiver.example" not in (tmp_path / "secrets.json").read_text()


def test_a_short_key_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUMA_TRACKER_KEY", "short")
    with pytest.raises(ConfigError, match="openssl rand") as caught:
        sealing_key()
    assert "short;" not in str(caught.value)
    monkeypatch.setenv("DUMA_TRACKER_KEY", "a key that is long enough")
    assert repr(sealing_key()) == "Secret(…)"
    monkeypatch.delenv("DUMA_TRACKER_KEY")
    assert sealing_key() is None


# ---------------------------------------------------------------- nothing leaks


@pytest.mark.usefixtures("outside")
def test_no_address_and_no_secret_in_any_repr_error_or_listing(store: Store) -> None:
    settings = parsed()
    synced(store, settings)
    found = store.subscription("ngo")
    assert found is not None
    shown: list[str] = [repr(settings), str(settings), repr(found), str(found), repr(store.subscriptions())]
    shown += [repr(found.url), f"{found.secrets}", str(subscriptions.described(found)), settings.model_dump_json()]
    shown.append(repr(replace(found, name="copy")))
    shown += [repr(store.operator_events()), str(store.deliveries())]
    failures: list[Callable[[], object]] = [
        lambda: subscriptions.named(store, "ngp"),
        lambda: store.set_subscription_state("nobody", enabled=True, reason="", failing_since=None),
        lambda: synced(store, parsed(url="ftp://user:3133731337@receiver.example")),
    ]
    for failure in failures:
        with pytest.raises((ConfigError, StoreError)) as caught:
            failure()
        shown.append("".join(traceback.format_exception_only(caught.value)))
    for text in shown:
        for secret in ("receiver.example", "3133731337", "whsec_"):
            assert secret not in text, text
