"""Merkle trees as in RFC 6962 (Certificate Transparency): one hash stands for many lines, a short proof shows one among them.

A leaf is ``SHA-256(0x00 || data)``, a node ``SHA-256(0x01 || left || right)``; of n leaves the left subtree holds the largest
power of two below n. The prefixes keep a node from being passed off as a leaf. Pure functions over bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

EMPTY: Final = hashlib.sha256(b"").digest()


class Tree:
    """All hashes above some leaves: as many proofs as are asked for cost the hashing once."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        # Level by level from the left; what has no partner goes up as it is: the same tree as the recursive definition.
        self._levels = [[_leaf(leaf) for leaf in leaves]]
        while len(level := self._levels[-1]) > 1:
            paired = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
            self._levels.append(paired + level[len(paired) * 2 :])

    @property
    def root(self) -> bytes:
        """The hash that stands for all leaves, in their order."""
        return self._levels[-1][0] if self._levels[-1] else EMPTY

    def proof(self, index: int) -> list[bytes]:
        """The hashes beside the way from a leaf to the root, from the bottom up (the audit path of RFC 6962, 2.1.1)."""
        count = len(self._levels[0])
        if not 0 <= index < count:
            raise IndexError(f"there are {count} leaves and none is number {index}")
        steps = ((level, (index >> height) ^ 1) for height, level in enumerate(self._levels))
        return [level[partner] for level, partner in steps if partner < len(level)]


def root(leaves: Sequence[bytes]) -> bytes:
    """The hash that stands for all leaves, in their order."""
    return Tree(leaves).root


def root_from(leaf: bytes, index: int, count: int, beside: Sequence[bytes]) -> bytes:
    """The root that a proof leads to, for whoever has nothing but the proof. Raises ValueError for a proof of another length."""
    if not 0 <= index < count:
        raise ValueError(f"of {count} leaves none is number {index}")
    here, rest = _leaf(leaf), list(beside)
    while count > 1:
        if index ^ 1 < count:
            if not rest:
                raise ValueError("the proof is too short")
            other = rest.pop(0)
            here = _node(other, here) if index % 2 else _node(here, other)
        index //= 2
        count = (count + 1) // 2
    if rest:
        raise ValueError("the proof is too long")
    return here


def _leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
