"""Units whose words are the same and whose typography is not: what a comparison called noise, shown to whoever asks.

Noise is not change, but a reader may see for themselves what was called noise. The units are those that no operation touches
and that are not equal to the last character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from rapidfuzz.distance import Levenshtein

from tracker.models import Diff, Operation, Section, Span

_TOKEN: Final = re.compile(r"\w+|\s+|[^\w\s]")


def forms(old: Sequence[Section], new: Sequence[Section], diff: Diff) -> tuple[Operation, ...]:
    """An operation for each unit that differs in form only; `diff` was made of these two texts. Order of the new text."""
    return tuple(_forms(old, new, diff))


def _forms(old: Sequence[Section], new: Sequence[Section], diff: Diff) -> Iterator[Operation]:
    touched_old = {operation.old_index for operation in diff.operations}
    touched_new = {operation.new_index for operation in diff.operations}
    kept_old = (index for index in range(len(old)) if index not in touched_old)
    kept_new = (index for index in range(len(new)) if index not in touched_new)
    for before, after in zip(kept_old, kept_new, strict=True):
        here, there = old[before], new[after]
        if here.text != there.text:
            yield Operation(
                ops=("modified",),
                old_path=here.path,
                new_path=there.path,
                old_address=here.address,
                new_address=there.address,
                old_text=here.text,
                new_text=there.text,
                spans=tuple(_spans(here.text, there.text)),
                old_index=before,
                new_index=after,
            )


def _spans(old: str, new: str) -> Iterator[Span]:
    """The characters of both texts, word by word; blanks and marks count as words."""
    here, there = _TOKEN.findall(old), _TOKEN.findall(new)
    for step in Levenshtein.opcodes(here, there):
        before, after = "".join(here[step.src_start : step.src_end]), "".join(there[step.dest_start : step.dest_end])
        if step.tag == "equal":
            yield ("=", before)
            continue
        if before:
            yield ("-", before)
        if after:
            yield ("+", after)
