"""What we stand on: every package of the import path is declared, pinned, and under a licence that leaves users free.

Known holes are for `pip-audit` (docs/security.md): what it knows changes daily and is no matter of this code.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).parents[2]
ROOMS: Final = ("tracker", "scrapers", "diffs", "db", "feeds")
#: Licences that would bind who builds on this, or who only serves it.
BINDING: Final = re.compile(r"GPL|GNU|Affero|SSPL|EUPL|Server Side|Business Source|Commons Clause", re.IGNORECASE)
#: Judged by a person, in exactly these words: whoever finds others must judge again.
JUDGED: Final = {"tld": "MPL-1.1 OR GPL-2.0-only OR LGPL-2.1-or-later"}  # one may choose, and we take the first

PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DECLARED: Final = {
    name: [Requirement(line) for line in lines]
    for name, lines in {"": PROJECT["dependencies"], **PROJECT["optional-dependencies"]}.items()
}
RUNTIME: Final = [*DECLARED[""], *DECLARED["dask"]]


def closure(requirements: list[Requirement]) -> dict[str, metadata.Distribution]:
    """What these need, and what that needs, as far as it holds on this machine."""
    found: dict[str, metadata.Distribution] = {}
    extras: dict[str, set[str]] = {}
    waiting = list(requirements)
    while waiting:
        asked = waiting.pop()
        name = canonicalize_name(asked.name)
        if name in found and asked.extras <= extras[name]:
            continue
        distribution = found.setdefault(name, metadata.distribution(name))
        wanted = extras.setdefault(name, set())
        wanted |= asked.extras
        for line in distribution.requires or ():
            needed = Requirement(line)
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *wanted}):
                waiting.append(needed)
    return found


def licence(distribution: metadata.Distribution) -> str:
    """In the words of the package: an SPDX expression, its classifiers, or the first line that it gives."""
    told: Any = distribution.metadata
    classified = [row for row in told.get_all("Classifier") or () if row.startswith("License ::")]
    free = (told.get("License") or "").strip().partition("\n")[0]
    return str(told.get("License-Expression") or "") or " | ".join(filter(None, [*classified, free]))


@pytest.fixture(scope="module")
def runtime() -> dict[str, metadata.Distribution]:
    return closure(RUNTIME)


def test_no_licence_of_the_import_path_binds_its_users(runtime: dict[str, metadata.Distribution]) -> None:
    told = {name: licence(distribution) for name, distribution in runtime.items()}
    assert len(told) > 60
    assert not [name for name, words in told.items() if not words]
    assert {name: words for name, words in told.items() if BINDING.search(words)} == JUDGED


def test_every_package_is_pinned_to_a_version_that_fits_what_is_declared(
    runtime: dict[str, metadata.Distribution],
) -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and not line.startswith("#")]
    pins = {canonicalize_name(line.partition("==")[0]): line.partition("==")[2] for line in lines}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line) for line in lines)
    assert set(runtime) - set(pins) <= {"pip"}  # the installer itself, which sqlite-utils asks for
    for needed in [row for rows in DECLARED.values() for row in rows]:
        assert needed.specifier, f"{needed} says no version"
        assert needed.url is None
        assert needed.specifier.contains(pins[canonicalize_name(needed.name)]), needed


def test_nothing_is_imported_that_is_not_declared() -> None:
    owners = metadata.packages_distributions()
    declared = {canonicalize_name(needed.name) for needed in RUNTIME}
    imported: set[str] = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.partition(".")[0])
    foreign = imported - set(sys.stdlib_module_names) - set(ROOMS)
    undeclared = {
        name for name in foreign if not declared & {canonicalize_name(owner) for owner in owners.get(name, ())}
    }
    assert len(foreign) > 20
    assert undeclared == {"socks"}  # declared as an extra: requests[socks]
