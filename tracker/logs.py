"""The log: one line on stderr for each thing an operator may want to know; JSON wherever no person sits in front of it.

What may never stand in it is kept out here, whoever writes: an unforeseen fault is told by its type and its places in our code,
never by the values of variables; addresses and credentials are cut out of its words, and what went wrong while a reader was
being served is told without any words, because they may repeat what was asked.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, TextIO, TypeAlias, get_args

import structlog

Form: TypeAlias = Literal["auto", "lines", "json"]
FORMS: Final = get_args(Form)
VARIABLE: Final = "DUMA_TRACKER_LOG_FORMAT"

_OURS: Final = ("tracker", "scrapers", "diffs", "db", "feeds")
#: Those that serve readers, and libraries, of which nobody knows what they would repeat.
_SPEAKS: Final = re.compile(r"^(?:tracker|scrapers|diffs|db)(?:\.|$)")
_ADDRESS: Final = re.compile(r"\b[a-z][a-z0-9+.-]*://\S+|\bwhsec_\S+", re.IGNORECASE)
_FRAMES: Final = 12
_LONGEST: Final = 1000  # characters of a fault's words

_Line: TypeAlias = MutableMapping[str, Any]


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to stderr as it is at that moment; marks the handler that is ours."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    def filter(self, record: logging.LogRecord) -> bool:
        """Of libraries, which may set a level of their own, what is troubling only: their chatter may name addresses."""
        ours = record.name.partition(".")[0] in _OURS
        return (ours or record.levelno >= logging.WARNING) and bool(super().filter(record))

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """Where lines go."""
        return sys.stderr


def set_up(form: Form = "auto") -> None:
    """Direct everything that is logged, by us or by a library, to stderr. May be called again."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    chain: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _told_fault,
    ]
    structlog.configure(
        processors=[*chain, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    renderer: structlog.typing.Processor
    if as_json:
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        renderer = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"])
    handler = _Stderr()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*chain, _cut_addresses],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    for old in [known for known in root.handlers if isinstance(known, _Stderr)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO)


def _told_fault(logger: Any, method: str, line: _Line) -> _Line:
    """An exception that nobody foresaw: `fault` and `places`, outermost first."""
    del logger, method
    error = _exception(line.pop("exc_info", None))
    line.pop("stack_info", None)
    if error is None:
        return line
    name = type(error).__name__
    words = _ADDRESS.sub("(address)", " ".join(str(error).split()))[:_LONGEST]
    line["fault"] = f"{name}: {words}" if words and _SPEAKS.match(str(line.get("logger", ""))) else name
    line["places"] = _places(error.__traceback__)
    if error.__cause__ is not None:
        line["cause"] = type(error.__cause__).__name__
    return line


def _exception(given: Any) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _places(found: TracebackType | None) -> list[str]:
    """``schedule.py:150 _tick``, without the paths of this machine and without any value."""
    frames = traceback.StackSummary.extract(traceback.walk_tb(found), lookup_lines=False)
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames[-_FRAMES:]]


def _cut_addresses(logger: Any, method: str, line: _Line) -> _Line:
    """What libraries log, on one line and without addresses."""
    del logger, method
    line["event"] = _ADDRESS.sub("(address)", " ".join(str(line["event"]).split()))[:_LONGEST]
    return line
