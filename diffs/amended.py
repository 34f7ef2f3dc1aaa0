"""What a bill changes, as data: one act, or one unit of it, named by the text that amends it.

`diffs.amendments` reads these out of a bill; `diffs.topics` decides by them, whatever the bill is called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendedUnit:
    """One unit of one act that a text amends.

    `act` is a document id (``act/fz/2023-04-28/138-fz``), "" when kind, date and number did not give one. `name` is the act's
    title without its quotes, "" when the text does not name it. `path` is the unit as a section path (``st-22.ch-1.p-2``),
    "" for the act as a whole. `words` is what the text says of it, as published.
    """

    act: str = ""
    name: str = ""
    path: str = ""
    words: str = ""
