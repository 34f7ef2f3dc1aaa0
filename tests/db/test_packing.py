"""Small things packed: what comes back, what is refused, stores from before; differences as they are stored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from db import codec, events, packing, schema
from db.store import FILE_NAME, Store
from tests.db.conftest import Clock, Make
from tracker.errors import StoreError
from tracker.models import (
    Diff,
    DiffStats,
    Group,
    Level,
    Noise,
    Observation,
    Operation,
    Reason,
    RenderedEntry,
    Significance,
    Span,
)

BOTH = pytest.mark.parametrize("dictionary", [packing.PAYLOADS, packing.ENTRIES])


@BOTH
@given(raw=st.binary(max_size=2_000))
def test_what_is_packed_comes_back(dictionary: int, raw: bytes) -> None:
    assert packing.unpack(packing.pack(raw, dictionary)) == raw


@BOTH
def test_every_damaged_byte_is_noticed(dictionary: int) -> None:
    frame = packing.pack("Изменён текст: ст. 22 ч. 1.".encode() * 3, dictionary)
    for at in range(len(frame)):
        broken = bytearray(frame)
        broken[at] ^= 0x40
        try:
            unpacked = packing.unpack(bytes(broken))
        except StoreError:
            continue
        assert unpacked == packing.unpack(frame)  # a bit of the header that says nothing of the content


@pytest.mark.parametrize(
    "frame",
    [b"", b"{}", zstandard.ZstdCompressor().compress(b"without a dictionary"), b"\x28\xb5\x2f\xfd\x27" + b"\xff" * 12],
)
def test_what_was_not_packed_here_is_refused(frame: bytes) -> None:
    with pytest.raises(StoreError, match="restore it from a backup"):
        packing.unpack(frame)


def test_plain_text_of_older_stores_is_read_as_it_is() -> None:
    assert packing.text_of('{"a":1}') == '{"a":1}'
    assert packing.text_of(packing.pack('{"a":"ё"}'.encode(), packing.PAYLOADS)) == '{"a":"ё"}'
    with pytest.raises(StoreError, match="no text"):
        packing.text_of(packing.pack(b"\xff", packing.PAYLOADS))


def test_a_store_of_plain_payloads_and_entries_is_packed_and_says_the_same(
    tmp_path: Path, clock: Clock, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(tmp_path / FILE_NAME, execute_plugins=False)
    database.conn.row_factory = sqlite3.Row
    schema.MIGRATIONS.apply(database, stop_before="m008_packing")
    drafts = tuple(make.draft(f"{number}", payload={"title": f"Событие {number}"}) for number in range(3))
    with monkeypatch.context() as then:  # when payloads were plain text
        then.setattr(packing, "pack", lambda raw, _: raw.decode())
        recorded = events.append(database, drafts, observed_at=make.at(), salt=lambda: bytes(16))
    for event in recorded[:2]:
        for language in ("ru", "en")[: 2 - event.seq % 2]:
            row = (event.seq, language, b"<a/>", f"<{language}/>".encode(), b"{}")
            database.execute("INSERT INTO entries (seq, language, atom, rss, json) VALUES (?, ?, ?, ?, ?)", row)
    database.conn.commit()
    database.close()

    with Store(tmp_path, clock=clock) as store:
        assert [event.payload["title"] for event in store.events(oldest_first=True)] == [
            "Событие 0",
            "Событие 1",
            "Событие 2",
        ]
        assert store.verify_ledger() == ()
        russian = store.entries(None, "rss", leads_only=False, language="ru")
        assert [(event.seq, body) for event, body in russian] == [(2, b"<ru/>"), (1, b"<ru/>")]
        assert [event.seq for event, _ in store.entries(None, "rss", leads_only=False, language="en")] == [2]
        store.save_entry(RenderedEntry(event_id=recorded[0].id, language="en", atom=b"a", rss=b"r", json=b"j"))
        store.save_entry(RenderedEntry(event_id=recorded[0].id, language="ru", atom=b"x", rss=b"x", json=b"x"))
        assert [body for _, body in store.entries(None, "rss", leads_only=False, language="en")] == [b"<en/>", b"r"]
        assert [body for _, body in store.entries(None, "rss", leads_only=False, language="ru")] == [b"<ru/>", b"<ru/>"]
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as raw:
        assert {kind for (kind,) in raw.execute("SELECT typeof(payload) FROM payloads")} == {"blob"}


def test_a_damaged_payload_or_entry_is_named(tmp_path: Path, clock: Clock, make: Make) -> None:
    with Store(tmp_path, clock=clock) as store:
        (event,) = store.record(Observation(observed_at=make.at(), events=(make.draft("1"),)))
        store.save_entry(RenderedEntry(event_id=event.id, language="ru", atom=b"a", rss=b"r", json=b"j"))
    with closing(sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)) as raw:
        raw.execute("UPDATE payloads SET payload = x'00'")
        raw.execute("UPDATE entries SET data = x'28b52ffd'")
    with Store(tmp_path, clock=clock) as store:
        problems = "\n".join(store.verify())
        assert "tampered: the payload was altered" in problems
        assert "damaged: its entry in the feeds cannot be read" in problems
        with pytest.raises(StoreError):
            store.event(event.id)
        with pytest.raises(StoreError):
            store.entries(None, "atom", leads_only=False)


# ---------------------------------------------------------------- differences

words = st.text(alphabet='аб «»-=+1234 \n"\\', max_size=12)
spans = st.lists(st.tuples(st.sampled_from("=-+"), words), max_size=5)


def operation(cut: list[Span], *, as_published: bool) -> Operation:
    old = "".join(text for sign, text in cut if sign != "+")
    new = "".join(text for sign, text in cut if sign != "-")
    published = "" if as_published else " "
    return Operation(
        ops=("modified",),
        old_path="st-1",
        new_path=None,
        old_address="ст. 1",
        new_address=None,
        old_text=old + published,
        new_text=new or None,
        spans=tuple(cut),
        group="g1",
        old_index=0,
    )


@given(cuts=st.lists(st.tuples(spans, st.booleans()), max_size=3), similarity=st.floats(0, 1))
def test_a_folded_difference_unfolds_to_the_same_json(cuts: list[tuple[list[Span], bool]], similarity: float) -> None:
    diff = Diff(
        same=not cuts,
        operations=tuple(operation(cut, as_published=plain) for cut, plain in cuts),
        groups=(Group(id="g1", kind="renumbering", text="т", text_en="t"),),
        stats=DiffStats(words_added=1, moved=2),
        significance=Significance(level=Level.KEY, reasons=(Reason(rule="dates", text="д"),)),
        noise=(Noise(rule="spaces", count=2),),
        similarity=similarity,
    )
    text = codec.diff_to_json(diff)
    folded = codec.diff_fold(text)
    assert codec.diff_unfold(folded) == text
    assert codec.diff_from_json(codec.diff_unfold(folded)) == diff


def test_differences_of_before_are_read_and_unknown_ones_are_kept_whole() -> None:
    text = codec.diff_to_json(Diff(same=True))
    assert codec.diff_unfold(text.encode()) == text
    assert codec.diff_fold('{"same":true}') == b'{"same":true}'
    assert len(codec.diff_fold(text)) < len(text) / 2
