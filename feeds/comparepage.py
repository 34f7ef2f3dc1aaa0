"""Any two texts side by side: versions of one document at an address of their own, or of any two by a query.

The comparison is made when it is asked for; the last ones are remembered, by the versions compared, which never change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from feeds import addresses, diffview, headline, historypage, labels, phrases, subject, versionpage
from feeds.api import budget
from feeds.diffview import Sides
from feeds.frame import Frame
from feeds.kept import MB, Kept, Size
from feeds.pages import Page
from feeds.pictures import fonts
from tracker.models import Diff, Document, Force, Operation, Section, Version

_REMEMBERED: Final = 16 * MB


class Comparisons:
    """The last comparisons that somebody asked for. Threads may share it."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept: Kept[tuple[int, int], tuple[Diff, tuple[Operation, ...]]] = Kept("comparisons", _REMEMBERED)

    def size(self) -> Size:
        """How much is remembered."""
        return self._kept.size()

    def of(
        self, old: Version, new: Version, texts: tuple[Sequence[Section], Sequence[Section]]
    ) -> tuple[Diff, tuple[Operation, ...]]:
        """The comparison of two versions, and what of it is typography only."""
        key = (old.id, new.id)
        if (known := self._kept.get(key)) is not None:
            return known
        insight = self._frame.insight
        if insight is None:
            raise LookupError("this site was made without insight into texts")
        diff = insight.compare(*texts)
        made = diff, insight.forms(*texts, diff)
        self._kept.put(key, made)
        return made


def pairs(document_id: str, frame: Frame) -> Iterator[str]:
    """The comparisons of one document that a static site holds."""
    if frame.insight is None:
        return
    versions = frame.library.versions(document_id)
    for part in ("text", "note"):
        ordered = versionpage.comparable(versions, part)
        for old, new in sorted(versionpage.published(ordered)):
            yield addresses.pair_path(ordered[old], ordered[new])


def pair(frame: Frame, comparisons: Comparisons, found: addresses.Place) -> Page | None:
    """Two versions of one document, older first; the other way round is allowed, and is what it is."""
    versions = addresses.pair_of(found, frame.library)
    if versions is None or frame.insight is None:
        return None
    old, new = versions
    path = addresses.pair_path(old, new)
    return _page(frame, comparisons, (found.document, old), (found.document, new), path)


def free(frame: Frame, comparisons: Comparisons, query: Mapping[str, str]) -> Page:
    """Any two versions, by their paths; without them the page that asks for them."""
    first, second = query.get("a", ""), query.get("b", "")
    old, new = (addresses.version_at(_path(text), frame.library) for text in (first, second))
    if old is None or new is None or frame.insight is None:
        missing = [text for text, side in ((first, old), (second, new)) if text and side is None]
        return frame.html(
            "/compare",
            "compare_form.html",
            None,
            heading=frame.say("Сравнить два текста"),
            asked=(first[:300], second[:300]),
            missing=[text[:300] for text in missing],
        )
    return _page(frame, comparisons, old, new, "/compare")


def _path(text: str) -> str:
    """A path out of what a person pasted: a path, or the whole address of a version."""
    path = text.strip().partition("#")[0].partition("?")[0]
    if "://" in path:
        path = "/" + path.partition("://")[2].partition("/")[2]
    words = path.strip("/").split("/")
    starts = [at for at, word in enumerate(words) if word in addresses.ID_LENGTHS]
    return "/" + "/".join(words[starts[0] :]) if starts else path


def _page(
    frame: Frame,
    comparisons: Comparisons,
    left: tuple[Document, Version],
    right: tuple[Document, Version],
    path: str,
) -> Page:
    (old_document, old), (new_document, new) = left, right
    texts = frame.library.sections(old.id), frame.library.sections(new.id)
    about = [subject.of_document(document) for document in (old_document, new_document)]
    same_document = old_document.id == new_document.id
    names = [versionpage.labelled(version, frame) for version in (old, new)]
    if not same_document:
        titles = [who.full_name if frame.language == "ru" else who.english_name for who in about]
        names = [f"{title}: {name}" for title, name in zip(titles, names, strict=True)]
    readable = old.readable and new.readable
    size = size_of(texts)
    too_large = size > budget.LARGEST
    ordered = versionpage.comparable(frame.library.versions(new_document.id), new.key.part) if same_document else []
    context: dict[str, Any] = {"diff": None, "reasons": (), "level": None, "line": "", "same": False}
    if readable and not too_large:
        sides = Sides(before=names[0], after=names[1], are_times=same_document and old.key.source == new.key.source)
        # Neighbouring texts, and reading with reading, are pages that everybody is led to: they are open like any other.
        places = (ordered.index(old), ordered.index(new)) if same_document and path != "/compare" else None
        is_page = places in versionpage.published(ordered)
        with budget.free(0) if is_page else frame.spend(budget.of_texts(size)):
            context = _compared(frame, comparisons, (old, new), texts, sides)
    return frame.html(
        path,
        "compare.html",
        max(old.last_seen, new.last_seen),
        demo=old_document.invented or new_document.invented,
        heading=f"{names[0]} → {names[1]}",
        abouts=about if not same_document else about[:1],
        names=names,
        versions=[
            {
                "path": addresses.version_path(version),
                "seen": frame.both(version.observed_at),
                "digest": version.snapshot_digest or "",
                "force": _force(who, version, frame),
                "readable": version.readable,
            }
            for who, version in zip(about, (old, new), strict=True)
        ],
        swapped=addresses.pair_path(new, old) if same_document else f"/compare?{_query(new, old)}",
        choices=[(addresses.version_path(row), versionpage.labelled(row, frame)) for row in ordered],
        files_of=_downloads(path, frame) if readable and not too_large and path != "/compare" else [],
        readable=readable,
        too_large=too_large,
        past=historypage.links(new, frame) if same_document else None,
        **context,
    )


def size_of(texts: tuple[Sequence[Section], Sequence[Section]]) -> int:
    """Characters of two texts together."""
    return sum(len(section.text) for sections in texts for section in sections)


def _compared(
    frame: Frame,
    comparisons: Comparisons,
    pair: tuple[Version, Version],
    texts: tuple[Sequence[Section], Sequence[Section]],
    sides: Sides,
) -> dict[str, Any]:
    """What the page says of the difference."""
    diff, forms = comparisons.of(*pair, texts)
    return {
        "diff": diffview.with_context(diffview.view(diff, frame.say, sides=sides, forms=forms), diff, *texts),
        "reasons": diff.significance.reasons,
        "level": labels.LEVELS[diff.significance.level],
        "line": phrases.upper(headline.headline(diff, language=frame.language)) if not diff.same else "",
        "stats": diff.stats,
        "same": diff.same,
        "are_times": sides.are_times,
    }


def _downloads(path: str, frame: Frame) -> list[tuple[str, str]]:
    """(what it is called, path) of the same comparison as files; only a live site makes them."""
    if not frame.info.live:
        return []
    pictures = [("PNG", f"{path}/diff.png")] if fonts.available() else []
    return [("Word", f"{path}/diff.docx"), ("HTML", f"{path}/diff.html"), *pictures]


def _force(about: subject.Subject, version: Version, frame: Frame) -> str:
    """Whether a text binds anyone, in a sentence."""
    force = subject.force_of_text(about, version)
    return frame.say.of(labels.FORCE_SENTENCES[force] if force is Force.DRAFT else about.force_sentence)


def _query(old: Version, new: Version) -> str:
    return f"a={addresses.version_path(old)}&b={addresses.version_path(new)}"
