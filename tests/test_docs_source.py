"""The worked example of docs/adding-a-source.md is run as it stands there."""

from __future__ import annotations

import inspect
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import scrapers
from scrapers import registry
from scrapers.registry import Source
from tracker import capturing, models, pipeline

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "adding-a-source.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE)


def module_of(name: str, code: str) -> ModuleType:
    made = ModuleType(name)
    exec(compile(code, "adding-a-source.md", "exec"), vars(made))  # noqa: S102 - our own document
    return made


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The files of the document where it says that they stand, its module among the scrapers, its line in the registry."""
    data = tmp_path / "tests" / "data" / "vestnik"
    (data / "golden").mkdir(parents=True)
    (page,), (golden,) = blocks("html"), blocks("json")
    (data / "order.html").write_text(page, encoding="utf-8")
    (data / "golden" / "order.json").write_text(golden, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, line, _ = blocks("python")
    module = module_of("scrapers.vestnik", code)
    monkeypatch.setitem(sys.modules, "scrapers.vestnik", module)
    monkeypatch.setattr(scrapers, "vestnik", module, raising=False)
    added: dict[str, Source] = eval(f"{{{line}}}", {"Source": Source, "vestnik": module})  # noqa: S307 - our own document
    for name, source in added.items():
        monkeypatch.setitem(registry.SOURCES, name, source)
    return module


def test_the_example_passes_its_own_tests(example: ModuleType) -> None:
    assert example.NAME in registry.SOURCES
    tests = module_of("test_vestnik", blocks("python")[2])
    ran = 0
    for name, function in inspect.getmembers(tests, inspect.isfunction):
        if not name.startswith("test_"):
            continue
        marks: list[Any] = getattr(function, "pytestmark", [])
        names, rows = marks[0].args if marks else ((), [()])
        for row in rows:
            function(**dict(zip(names, row, strict=True)))
            ran += 1
    assert ran == 9


def test_the_page_of_the_example_is_invented_and_keeps_what_is_hard(example: ModuleType) -> None:
    reading = example.read(blocks("html")[0].encode())
    assert reading.document is not None
    assert int(reading.document.number) > 9900
    assert "22¹" in reading.text
    assert "\u00a0" in reading.text


def test_the_document_names_what_exists() -> None:
    for problem in re.findall(r"`([A-Z_]{5,})`", DOCUMENT):
        assert hasattr(models.Problem, problem) or hasattr(pipeline, problem) or problem == "SOURCES", problem
    for path in re.findall(r"`((?:scrapers|tracker|tests|docs)/[\w/.-]+\.\w+)`", DOCUMENT):
        assert (ROOT / path).exists() or "vestnik" in path, path
    assert capturing.SIDE_SUFFIX in DOCUMENT
