"""What pages are told about texts: how two of them differ as law, and where a clause came from.

Rendering knows neither how texts are compared nor where facts are kept: the site is handed this.
"""

from __future__ import annotations

from collections.abc import Sequence

from db.store import Store
from diffs import compare, forms
from feeds.relations import Origin
from tracker import relating
from tracker.models import Diff, Operation, Section


class LawInsight:
    """Answers from the comparison of texts and from the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def compare(self, old: Sequence[Section], new: Sequence[Section], /) -> Diff:
        """What became of each unit."""
        return compare.compare(old, new)

    def forms(self, old: Sequence[Section], new: Sequence[Section], diff: Diff, /) -> tuple[Operation, ...]:
        """Units whose words are the same and whose typography is not."""
        return forms.forms(old, new, diff)

    def origin(self, document_id: str, path: str, edition: str, /) -> Origin | None:
        """Where the unit at a path of an edition got its present words."""
        return relating.origin_of(self._store, document_id, path, edition)
