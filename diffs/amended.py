"""What a bill changes, as data: one act, or one unit of it, named by the text that amends it.

`diffs.amendments` reads these out of a bill; `diffs.topics` decides by them, whatever the bill is called.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendedUnit:
    """One unit of one act that a text amends.

    `act` is a document id (``act/fz/2023-04-28/138-fz``), "" when kind, date and number did not give one; they are kept as
    the text has them: `act_kind` in the nominative (``Федеральный закон``, ``Указ Президента Российской Федерации``),
    `act_date` as ``YYYY-MM-DD``, `act_number`. `name` is the act's title without its quotes, "" when the text does not name it;
    of an approved document it is the document's own name (``Положение о ...``), and `act` the decree that approved it.

    `path` is the unit as a section path (``st-22.ch-1.p-2``), "" for the act as a whole; ``pril`` without a number is an approved
    document known by its name only. Paths are those of the act before the change, save for what is added.

    `kind` is what happens: ``add restate replace_words add_words delete delete_words renumber repeal suspend enact``, or
    ``amend`` where the text says no more, or says it in words that are not understood. `words` is what the text says of it, as
    published; `from_path` the clause that says it, as a path of the amending text ("" for a title).
    """

    act: str = ""
    name: str = ""
    path: str = ""
    words: str = ""
    kind: str = "amend"
    act_kind: str = ""
    act_date: str = ""
    act_number: str = ""
    from_path: str = ""
