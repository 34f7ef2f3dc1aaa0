"""The evidence pack of one event: a zip that a lawyer can put into a file and check without us. See `docs/evidence.md`.

What is in it was fixed when the event was recorded; the one thing that comes later is the proof up to the root of the day. The
same event with the same root gives the same bytes: names, order, times and compression are fixed, and the texts are the
readings that people were told of, not those of newer code.

Nothing here names a clerk, a proxy or an address of ours: no card, no raw file and no header is in a public pack.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feeds import addresses, diffpage, labels, sides, subject, views, wording
from feeds.exports import comparison, dossier
from feeds.languages import LANGUAGES, Speech
from feeds.library import Library
from tracker.models import (
    Diff,
    EditionKey,
    Event,
    Json,
    Part,
    Section,
    SiteInfo,
    Snapshot,
    Version,
    canonical_json,
)
from tracker.roots import Proof

FORMAT: Final = "duma-tracker-evidence/1"
MEDIA_TYPE: Final = "application/zip"
SCRIPT: Final = Path(__file__).with_name("verify_export.py")
_SUMS: Final = "SHA256SUMS"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the first that a zip can name


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A file that stands behind an event. `role`: ``before``, ``after``, or ``page`` for the page that told of it."""

    role: str
    version: Version
    snapshot: Snapshot

    def to_json(self) -> dict[str, Json]:
        """What a pack says of it; nothing that changes while the file stands on its server."""
        return {
            "role": self.role,
            "version": addresses.version_path(self.version),
            "url": self.snapshot.url,
            "status": self.snapshot.status,
            "sha256": self.snapshot.digest,
            "size": self.snapshot.size,
            "first_seen": self.snapshot.first_seen.isoformat(),
            "via": self.snapshot.via,
        }


def pack(event_id: str, library: Library, info: SiteInfo, *, more: Mapping[str, bytes] | None = None) -> bytes | None:
    """The pack of an event; None when there is none, or its content was struck. `more`: files that only the operator adds."""
    event, proof = library.event(event_id), library.proof(event_id)
    if event is None or proof is None or event.struck:
        return None
    files = _files(event, proof, library, info, more or {})
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items()))
    return _zipped({**files, _SUMS: sums.encode()})


def captures(event: Event, library: Library) -> tuple[Capture, ...]:
    """The files behind an event: of the texts it compares, and of the page that was read at that moment."""
    old, new = texts(event, library)
    cards = library.versions(event.document_id, part=Part.CARD) if event.document_id else ()
    pages = [card for card in cards if card.observed_at == event.observed_at and card.key.source == event.source]
    roles = [("before", old), ("after", new), *(("page", card) for card in pages)]
    found = []
    for role, version in roles:
        kept = library.snapshot(version.snapshot_id) if version and version.snapshot_id is not None else None
        if version and kept:
            found.append(Capture(role=role, version=version, snapshot=kept))
    return tuple(found)


def texts(event: Event, library: Library) -> tuple[Version | None, Version | None]:
    """The older and the newer text of an event, or those of two sources."""
    if event.document_id is None:
        return None, None
    rows = event.payload.get("sources")
    if isinstance(rows, Sequence) and not isinstance(rows, str) and len(rows) == 2:
        first, second = (_of_source(event, row, library) for row in rows)
        return first, second
    facts = event.payload if event.payload.get("version_path") else event.payload.get("by_text")
    if not isinstance(facts, Mapping):
        return None, None
    new = addresses.version_at(str(facts.get("version_path") or ""), library)
    return _named(event.document_id, facts.get("compared_with"), library), new[1] if new else None


def _named(document_id: str, facts: Any, library: Library) -> Version | None:
    """The version that a text was compared with."""
    if not isinstance(facts, Mapping) or str(facts.get("part")) not in set(Part):
        return None
    key = EditionKey(
        document_id=document_id,
        part=Part(facts["part"]),
        source=str(facts.get("source")),
        edition=str(facts.get("edition")),
    )
    return library.version(key, number) if isinstance(number := facts.get("version"), int) else None


def _of_source(event: Event, row: Any, library: Library) -> Version | None:
    """The text of one of two sources as it was then: the last state of its edition that had been seen."""
    if not isinstance(row, Mapping) or event.document_id is None:
        return None
    states = [
        version
        for version in library.versions(event.document_id, part=Part.TEXT)
        if (version.key.source, version.key.edition) == (row.get("source"), row.get("edition"))
        and version.observed_at <= event.observed_at
    ]
    return max(states, key=lambda version: version.number, default=None)


# ------------------------------------------------------------ files


def _files(event: Event, proof: Proof, library: Library, info: SiteInfo, more: Mapping[str, bytes]) -> dict[str, bytes]:
    diff = library.diff(event.diff_id) if event.diff_id else None
    behind = captures(event, library)
    line = {name: value for name, value in proof.line.items() if name not in {"payload", "struck"}}
    found = {
        "event.json": _json(
            {"format": FORMAT, "event": _facts(event), "address": _address(event, info), "payload": event.payload}
        ),
        "ledger.json": _json(line),
        "proof.json": _json(_way(proof)),
        "captures.json": _json([capture.to_json() for capture in behind]),
        "verify.py": SCRIPT.read_bytes(),
        **more,
    }
    for name, version in zip(("before.txt", "after.txt"), texts(event, library), strict=True):
        if version is not None and (sections := _reading(version, event, library)):
            found[name] = _text(version, sections, event, library, info).encode()
    if diff is not None and event.diff_id:
        found["diff.json"] = library.diff_json(event.diff_id) or b""
        found["diff.html"] = _page(event, diff, info).encode()
    about = dossier.Dossier(
        title=str(wording.title(event, diff, demo=info.invented)),
        title_en=str(wording.title(event, diff, demo=info.invented, language="en")),
        about=subject.of_event(event),
        event=event,
        proof=proof,
        captures=tuple((capture.role, capture.snapshot) for capture in behind),
        address=_address(event, info),
        site=info,
        files=tuple(sorted(found)),
    )
    return {**found, **{f"README.{language}.txt": dossier.readme(about, language).encode() for language in LANGUAGES}}


def _facts(event: Event) -> dict[str, Json]:
    return {
        "seq": event.seq,
        "id": event.id,
        "kind": str(event.kind),
        "document_id": event.document_id,
        "source": event.source,
        "bundle": event.bundle,
        "lead": event.lead,
        "occurred_at": event.occurred_at,
        "backfilled": event.backfilled,
        "level": int(event.level),
        "diff_id": event.diff_id,
    }


def _way(proof: Proof) -> dict[str, Json]:
    if proof.root is None:
        return {"root": None, "why": "the day of the line was not over, or its root not made, when this pack was"}
    return {"root": proof.root.published, "index": proof.index, "beside": list(proof.beside)}


def _address(event: Event, info: SiteInfo) -> str:
    return comparison.absolute(info, "ru", f"/event/{event.id}")


def _reading(version: Version, event: Event, library: Library) -> tuple[Section, ...]:
    """The text as it was read when the event was recorded: what a newer code makes of it changes no pack."""
    readings = library.renditions(version.id)
    then = tuple(reading for reading in readings if reading.made_at <= event.observed_at)
    return (then or readings[:1])[-1].sections if readings else ()


def _text(version: Version, sections: Sequence[Section], event: Event, library: Library, info: SiteInfo) -> str:
    """A text with a heading that says what it is and whether it binds anyone; below the line, the words as published."""
    say = Speech("ru")
    document = library.document(version.key.document_id)
    about = subject.of_event(event) or (subject.of_document(document) if document else None)
    heading = list(_heading(version, about, say))
    if info.invented or (about is not None and about.invented):
        heading.insert(0, f"{labels.DEMO.ru}. {labels.DEMO.en}.")
    return "\n".join([*heading, "-" * 72, *(section.text for section in sections)]) + "\n"


def _heading(version: Version, about: subject.Subject | None, say: Speech) -> Iterator[str]:
    if about is not None:
        yield f"{about.full_name} {about.quoted_title}".strip()
        if about.kind != "page":
            force = labels.FORCE_SENTENCES[subject.force_of_text(about, version)]
            yield f"{force.ru} {force.en}"
    yield f"{views.version_label(version, say)}; {labels.source_name(version.key.source, language='ru')}"
    yield f"SHA-256 {version.snapshot_digest or '—'}; {version.url}"


def _page(event: Event, diff: Diff, info: SiteInfo) -> str:
    return diffpage.of_comparison(comparison.of_event(event, diff, info, sides.called(event, Speech("ru")), "ru"), "ru")


def _json(value: Any) -> bytes:
    return canonical_json(value).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    """The files in the order of their names, of no time and for every reader. Compressed files stay as they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for name, body in sorted(files.items()):
            about = zipfile.ZipInfo(name, _EPOCH)
            about.create_system = 3
            about.external_attr = 0o644 << 16
            about.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
            packed.writestr(about, body, compresslevel=9)
    return made.getvalue()
