"""Second looks. Pure rules about what must be seen again before it is told, and when it is seen often enough.

Two kinds of doubt, two rules:

- *alarming facts* (a file that vanished, a text that changed with nothing to explain it, a document that is gone) need a
  second fetch at least 15 minutes after the first that shows the same;
- *implausible readings* (a text that shrank by half, a passport that emptied) are kept out until two further fetches, each
  at least an hour after the one before, agree, or the operator accepts them.

Both are kept as small JSON values in the store, so that a restart forgets nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from tracker.models import Reading

SECOND_LOOK: Final = timedelta(minutes=15)
AGREEMENT: Final = timedelta(hours=1)
AGREEING_FETCHES: Final = 2

#: A text or a procedure that lost more than half of itself is doubted; very short ones may.
SHRUNK: Final = 0.5
SHORT_TEXT: Final = 400


@dataclass(slots=True)
class Held:
    """The facts of one document that wait for a second look: key -> (digest, since). Facts not seen again are dropped."""

    before: Mapping[str, Any]
    now: datetime
    _kept: dict[str, Any] = field(default_factory=dict, init=False)

    def seen_twice(self, key: str, digest: str, *, fact: Any = None) -> bool:
        """Whether this fact was seen before, unchanged, long enough ago. Otherwise it is held until the next look.

        `fact` is kept beside a held fact (see `facts`), for what the next look can no longer see by itself.
        """
        entry = self.before.get(key)
        if entry and entry["digest"] == digest and datetime.fromisoformat(entry["since"]) <= self.now:
            if self.now - datetime.fromisoformat(entry["since"]) >= SECOND_LOOK:
                return True
            self._kept[key] = entry
        else:
            self._kept[key] = {"digest": digest, "since": self.now.isoformat(), "fact": fact}
        return False

    def facts(self, prefix: str) -> tuple[tuple[str, Any], ...]:
        """What was kept beside the facts that were waiting when this look began, by key."""
        return tuple((key, entry["fact"]) for key, entry in self.before.items() if key.startswith(prefix))

    def keep(self, key: str) -> None:
        """Carry a held fact on unchanged: this look could not see it either way."""
        if key in self.before:
            self._kept[key] = self.before[key]

    @property
    def after(self) -> dict[str, Any] | None:
        """What waits now, for the store; None when nothing does."""
        return self._kept or None


def agreement(before: Mapping[str, Any] | None, digest: str, now: datetime) -> tuple[bool, dict[str, Any]]:
    """Whether an implausible reading has been confirmed, and what to remember of it."""
    times = list(before["times"]) if before and before["digest"] == digest else []
    times = [time for time in times if datetime.fromisoformat(time) <= now]  # a clock that was ahead has seen nothing
    if not times or now - datetime.fromisoformat(times[-1]) >= AGREEMENT:
        times.append(now.isoformat())
    return len(times) > AGREEING_FETCHES, {"digest": digest, "times": times}


def card_doubt(old: Reading | None, new: Reading) -> str | None:
    """Why a card that parsed well is still not believed: in plain words, or None."""
    if old is None or old.document is None or new.document is None:
        return None
    steps_before = sum(not step.planned for step in old.events)
    steps_after = sum(not step.planned for step in new.events)
    if steps_before >= 3 and steps_after < steps_before * SHRUNK:
        return f"of {steps_before} steps only {steps_after} are left"
    if len(old.files) >= 4 and len(new.files) < len(old.files) * SHRUNK:
        return f"of {len(old.files)} files only {len(new.files)} are left"
    if old.document.fields and not new.document.fields:
        return "the passport of the bill is empty"
    if old.document.comment and not new.document.comment:
        return "the comment under the title is gone"
    if len(old.note) > SHORT_TEXT and not new.note:
        return "the explanatory note is gone"
    return None


def text_doubt(old: str, new: str) -> str | None:
    """Why a text that was read well is still not believed."""
    if len(old) > SHORT_TEXT and len(new) < len(old) * SHRUNK:
        return f"the text shrank from {len(old)} to {len(new)} characters"
    return None
