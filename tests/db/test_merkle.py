"""The tree of RFC 6962: its published vectors, and that a proof shows exactly the leaf it was made for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import merkle

# The leaves and roots of the reference implementation of Certificate Transparency.
LEAVES = [
    bytes.fromhex(row)
    for row in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("count", range(1, 9))
def test_the_published_vectors(count: int) -> None:
    assert merkle.root(LEAVES[:count]).hex() == ROOTS[count - 1]


def test_no_leaves() -> None:
    assert merkle.root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@given(st.lists(st.binary(max_size=4), min_size=1, max_size=40), st.data())
def test_a_proof_leads_to_the_root_and_a_changed_one_does_not(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    beside = merkle.Tree(leaves).proof(index)
    whole = merkle.root(leaves)
    assert merkle.root_from(leaves[index], index, len(leaves), beside) == whole
    assert merkle.root_from(leaves[index] + b"x", index, len(leaves), beside) != whole
    if beside:
        at = data.draw(st.integers(0, len(beside) - 1))
        changed = [bytes(32) if place == at else row for place, row in enumerate(beside)]
        assert merkle.root_from(leaves[index], index, len(leaves), changed) != whole
        with pytest.raises(ValueError, match="short"):
            merkle.root_from(leaves[index], index, len(leaves), beside[:-1])
    with pytest.raises(ValueError, match="long"):
        merkle.root_from(leaves[index], index, len(leaves), [*beside, bytes(32)])


def test_what_is_not_there_has_no_proof() -> None:
    with pytest.raises(IndexError):
        merkle.Tree([b"a"]).proof(1)
    with pytest.raises(ValueError, match="none is number"):
        merkle.root_from(b"a", 1, 1, [])
