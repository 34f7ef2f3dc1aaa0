from __future__ import annotations

from hypothesis import settings

# No timed assertions in tests: how long one example takes depends on the machine.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
