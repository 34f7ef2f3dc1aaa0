from __future__ import annotations

import pickle

import pytest

from tracker.errors import ExtractError, FetchError, PageError, SourceError
from tracker.models import Problem


@pytest.mark.parametrize(
    "error",
    [
        SourceError("gone", url="https://example.org/"),
        FetchError("slow", reason="timeout", url="https://example.org/", retry_after=3.0),
        PageError(Problem.CAPTCHA, "a captcha", url="https://example.org/"),
        ExtractError(Problem.SCAN, "a picture"),
    ],
)
def test_an_error_crosses_a_process_border_whole(error: SourceError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301  # our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)
