"""The log: lines that machines read, and nothing in them that endangers anybody."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tracker import logs

SECRET = "tgram://123:token/chat whsec_MfKQ9r8GKYqr https://user:word@hooks.example/path?q=x socks5h://10.0.0.7:1080"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """What a test sets up is undone."""
    root, configured = logging.getLogger(), structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configured)


def written(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_our_lines_are_json_where_no_person_sits(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    structlog.get_logger("tracker.schedule").info("look", target="bill/100001-99", outcome="changed", events=2)
    (line,) = written(capsys)
    assert line.pop("timestamp")
    assert line == {
        "event": "look",
        "target": "bill/100001-99",
        "outcome": "changed",
        "events": 2,
        "level": "info",
        "logger": "tracker.schedule",
    }


def test_a_server_that_raises_its_own_level_is_not_heard_either(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    server = logging.getLogger("some.server")
    server.setLevel(logging.INFO)
    server.info('203.0.113.9 - "GET /search?q=x"')
    assert written(capsys) == []


def test_people_get_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("lines")
    structlog.get_logger("tracker.schedule").info("look", target="bill/100001-99")
    assert "event='look' target='bill/100001-99'" in capsys.readouterr().err


def fails() -> None:
    hidden = "a value that stands in a variable"
    raise ValueError(f"cannot use {SECRET}") from KeyError(hidden)


def fault(logger: str) -> None:
    try:
        fails()
    except ValueError:
        structlog.get_logger(logger).exception("look.fault", target="bill/100001-99")


def test_a_fault_tells_its_type_and_places_and_neither_addresses_nor_values(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    fault("tracker.pipeline")
    (line,) = written(capsys)
    assert line["fault"] == "ValueError: cannot use (address) (address) (address) (address)"
    assert line["cause"] == "KeyError"
    assert [str(place).split()[1] for place in line["places"]] == ["fault", "fails"]  # type: ignore[attr-defined]
    assert "stands in a variable" not in json.dumps(line)


@pytest.mark.parametrize("logger", ["feeds.app", "feeds.api"])
def test_what_went_wrong_while_a_reader_was_served_is_told_without_words(
    capsys: pytest.CaptureFixture[str], logger: str
) -> None:
    logs.set_up("json")
    fault(logger)
    (line,) = written(capsys)
    assert line["fault"] == "ValueError"


def test_libraries_are_heard_when_they_warn_on_one_line_without_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    logging.getLogger("uvicorn.error").info('203.0.113.9:5000 - "GET /search?q=x"')
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    try:
        fails()
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n%s", SECRET)
    first, second = written(capsys)
    assert first["event"] == "Invalid HTTP request received."
    assert second["event"] == "Exception in ASGI application (address) (address) (address) (address)"
    assert second["fault"] == "ValueError"


def test_setting_up_twice_writes_once(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    logs.set_up("json")
    structlog.get_logger("db.connection").warning("database.locked")
    assert len(written(capsys)) == 1
