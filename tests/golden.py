"""Readings that were checked by eye, kept as JSON files; ``UPDATE_GOLDEN=1`` writes them anew."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def golden(path: Path, read: Any) -> Any:
    """The reading that was checked, to hold `read` against; `read` itself becomes it when they are written anew."""
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(read, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return json.loads(path.read_text(encoding="utf-8"))
