from __future__ import annotations

from pathlib import Path

import pytest

from tracker import config, starter
from tracker.errors import ConfigError
from tracker.parts import policies_of, utc_now


def fault(data: dict[str, object]) -> str:
    with pytest.raises(ConfigError) as caught:
        config.parse(data, where="tracker.toml")
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"sight": {}}, ("sight", "did you mean site?")),
        ({"site": 5}, ("site: must be a table: [site] on a line",)),
        ({"watch": [5]}, ("watch.1: must be a table: [[watch]] on a line",)),
        ({"storage": {"directory": 5}}, ('storage.directory: must be a path in quotes, as "var"',)),
        ({"site": {"titel": "x"}}, ("site.titel", "did you mean title?")),
        ({"http": {"contct": "x"}}, ("http.contct", "contact")),
        ({"sources": {"sodz": {}}}, ("sources.sodz", "did you mean sozd?")),
        ({"sources": {"sozd": {"proxi": "x"}}}, ("sources.sozd.proxi", "did you mean proxy?")),
        ({"watch": [{"bil": "1"}]}, ("watch.1.bil", "did you mean bill?")),
        ({"watch": [{"bill": "abc"}]}, ("abc", "968530-8")),
        ({"watch": [{"act": "138-ФЗ"}]}, ("138-ФЗ",)),
        ({"watch": [{"page": "x"}]}, ("url",)),
        ({"watch": [{"page": "x", "url": "ftp://x/"}]}, ("http",)),
        ({"watch": [{"bill": "1-8", "page": "x"}]}, ("exactly one",)),
        ({"storage": {"keep_logs": "long"}}, ("keep_logs", "30s")),
        ({"storage": {"keep_logs": "1h"}}, ("keep_logs", "86400")),
        ({"sources": {"sozd": {"every": "often"}}}, ("every", "30s")),
        ({"sources": {"sozd": {"every": "5s"}}}, ("every", "once a minute")),
        ({"sources": {"sozd": {"base_url": "sozd.duma.gov.ru"}}}, ("base_url", "http")),
        ({"site": {"authority": "Не домен"}}, ("authority", "domain")),
        ({"http": {"contact": "почта"}}, ("contact", "ASCII")),
        ({"http": {"proxy": "env:NO_SUCH_VARIABLE_HERE"}}, ("http.proxy", "NO_SUCH_VARIABLE_HERE")),
    ],
)
def test_a_fault_is_one_line_that_names_the_key_and_the_way_out(
    data: dict[str, object], words: tuple[str, ...]
) -> None:
    message = fault(data)
    assert message.startswith("tracker.toml: ")
    for word in words:
        assert word in message


def test_the_value_of_a_proxy_is_never_repeated() -> None:
    assert "s3cret" not in fault({"http": {"proxy": "gopher://user:s3cret@10.0.0.1"}})
    assert "s3cret" not in fault({"sources": {"sozd": {"proxy": "user:s3cret@10.0.0.1"}}})


def test_a_proxy_may_stand_in_the_environment_or_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "proxy"
    secret.write_text("socks5h://user:pass@127.0.0.1:1080\n")
    monkeypatch.setenv("TEST_PROXY", "http://127.0.0.1:3128")
    settings = config.parse(
        {"http": {"proxy": "env:TEST_PROXY"}, "sources": {"sozd": {"proxy": f"file:{secret}"}}}, where="here"
    )
    policies = policies_of(settings)
    assert policies["sozd"].proxy == "socks5h://user:pass@127.0.0.1:1080"
    assert policies["publication"].proxy == "http://127.0.0.1:3128"


def test_the_file_that_init_writes_is_understood_whole(tmp_path: Path) -> None:
    path = starter.write(tmp_path / "new", utc_now())
    settings = config.load(path)
    assert settings.storage.directory == path.parent / "var"
    assert settings.watchlist.follow
    assert settings.watch == ()
    assert settings.source("sozd").every == 1800
    with pytest.raises(ConfigError, match="is there already"):
        starter.write(tmp_path / "new", utc_now())


def test_every_commented_example_of_that_file_is_understood_too(tmp_path: Path) -> None:
    path = starter.write(tmp_path, utc_now())
    lines = path.read_text().splitlines()
    switched_on = [line.removeprefix("# ") if _is_example(line) else line for line in lines]
    text = "\n".join(_only_one_proxy(switched_on))
    (tmp_path / "all.toml").write_text(text)
    settings = config.load(tmp_path / "all.toml")
    assert len(settings.watch) == 4


def _is_example(line: str) -> bool:
    return line.startswith("# ") and (line[2:].startswith("[[") or " = " in line)


def _only_one_proxy(lines: list[str]) -> list[str]:
    """The examples of one key exclude each other, and two of them need a secret that is not here."""
    return [line for line in lines if not line.startswith(('proxy = "env', 'proxy = "file'))]


@pytest.mark.parametrize(
    ("text", "words"), [("[site", "not valid TOML"), (None, "no such file"), (b"\xff\xfe", "UTF-8")]
)
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, text: str | bytes | None, words: str) -> None:
    path = tmp_path / "tracker.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError, match=words):
        config.load(path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        config.load(tmp_path)
