"""What a test needs of the machine: without it the test is skipped with a line that says so, and fails where CI must have it."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def missing(what: str) -> NoReturn:
    """Say what is missing: a skip, but a failure where everything must be tested."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}; .ci/run installs it")
    pytest.skip(what)


def program(*names: str, why: str) -> str:
    """Where the first of these programs is."""
    path = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
    found = next((place for place in (shutil.which(name, path=path) for name in names) if place), None)
    return found if found is not None else missing(f"{names[0]} is not installed: {why}")
