"""The document that an event or a page is about, reduced to what wording needs, whatever state its payload is in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from feeds import labels
from tracker.models import Document, Event, Force, Status, Version, force_of

#: The edition whose words became the law.
_ADOPTED: Final = "adopted"
_TITLE_LENGTH: Final = 90
_READ: Final = 20_000  # characters of a text that is quoted in part

#: Straight quotes of the sources: opening at the start of a word, closing elsewhere.
_OPENING: Final = re.compile(r'(?:(?<=^)|(?<=[\s(„]))"(?=\S)')
_CLOSING: Final = re.compile('"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Names and states of one document. `force` is what may be said aloud: see `_spoken_force`."""

    id: str
    kind: str
    number: str
    title: str
    comment: str
    url: str
    status: Status | None
    force: Force
    topics: tuple[str, ...]
    invented: bool

    @property
    def is_bill(self) -> bool:
        """Whether a reader must be told draft from law by its stage."""
        return self.kind == "bill" or self.id.startswith("bill/")

    @property
    def name(self) -> str:
        """The shortest name people use: ``123456-99``, ``138-ФЗ``, ``№ 123``; a page has its title."""
        if self.kind == "page":
            return self.title or self.number or self.id
        if self.number.isdigit():
            return f"№ {self.number}"
        return self.number or self.title or self.id

    @property
    def quoted_title(self) -> str:
        """The title in guillemets, cut at a word when it is long."""
        return quoted(self.title) if self.title and self.kind != "page" else ""

    @property
    def full_name(self) -> str:
        """Noun and name: ``Законопроект 123456-99``. The number stays that of the bill when it has become a law."""
        return f"Закон по законопроекту {self.name}" if self._became_law else f"{self.noun} {self.name}"

    @property
    def noun(self) -> str:
        """Законопроект, Закон, Указ... A bill that the Duma adopted is called a law."""
        if self._became_law:
            return "Закон"
        return labels.kind_of("bill" if self.is_bill else self.kind)[0]

    @property
    def _became_law(self) -> bool:
        return self.is_bill and (self.force in _LAWS or self.status is Status.PUBLISHED)

    @property
    def english_name(self) -> str:
        """The same in English."""
        noun = labels.kind_of("bill" if self.is_bill else self.kind)[2]
        return f"Law from bill {self.name}" if self._became_law else f"{noun} {self.name}"

    @property
    def state(self) -> str:
        """What stands first in a title: what this is and whether it binds anyone."""
        if self.is_bill:
            return self._bill_state()
        noun, gender, _ = labels.kind_of(self.kind)
        return noun if self.kind == "page" else f"{noun}, {labels.ACT_FORCE[self.force][gender]}"

    def _bill_state(self) -> str:
        if self.status is None:
            return "Законопроект"
        words = labels.BILL_STATES[self.status].ru
        if self.status is Status.PUBLISHED:
            return f"{words}, {labels.ACT_FORCE[self.force]['m'].removeprefix('опубликован, ')}"
        return words

    @property
    def force_name(self) -> labels.Words:
        """The force as a page's badge."""
        return labels.FORCE_NAMES[self.force]

    @property
    def force_sentence(self) -> labels.Words:
        """The sentence of every summary. A page of a ministry is not an act: it has no force to speak of."""
        if self.kind == "page":
            return labels.Words("", "")
        if self.status in {Status.SF_REJECTED, Status.VETOED}:
            return labels.REJECTED_LAW
        return labels.FORCE_SENTENCES[self.force]


#: Past this point a bill is called a law.
_LAWS: Final = frozenset({Force.ADOPTED_NOT_PUBLISHED, Force.PUBLISHED_NOT_IN_FORCE, Force.IN_FORCE, Force.REPEALED})


def quoted(text: str, length: int = _TITLE_LENGTH) -> str:
    """Text in guillemets, inner ones turned into „…“, cut at a word with an ellipsis. A quote that was cut open is closed."""
    inner = " ".join(text[:_READ].split()).replace("«", "„").replace("»", "“")
    inner = _CLOSING.sub("“", _OPENING.sub("„", inner))
    if len(inner) > length:
        inner = inner[:length].rsplit(" ", 1)[0].rstrip(" ,;:(„") + "…"
    inner += "“" * (inner.count("„") - inner.count("“"))
    return f"«{inner}»"


def of_event(event: Event) -> Subject | None:
    """The document an event's payload names; None for events about coverage."""
    facts = event.payload.get("document")
    if isinstance(facts, Mapping) and facts:
        return _from_mapping(facts)
    if event.document_id is None:
        return None
    return _from_mapping({"id": event.document_id, "kind": event.document_id.partition("/")[0]})


def of_document(document: Document) -> Subject:
    """The same for a stored document."""
    return Subject(
        id=document.id,
        kind=document.kind,
        number=document.number,
        title=document.title,
        comment=document.comment,
        url=document.url,
        status=document.status,
        force=_spoken_force(document.id, document.status, document.force),
        topics=document.topics,
        invented=document.invented,
    )


def force_of_text(about: Subject, version: Version) -> Force:
    """A text of an earlier stage stays a draft when the bill has long become a law with another text."""
    draft = about.is_bill and version.key.edition != _ADOPTED and about.force is not Force.DROPPED
    return Force.DRAFT if draft else about.force


def _from_mapping(facts: Mapping[str, Any]) -> Subject:
    status = Status(facts["status"]) if str(facts.get("status")) in set(Status) else None
    force = Force(facts["force"]) if str(facts.get("force")) in set(Force) else Force.UNKNOWN
    identity = str(facts.get("id") or "")
    return Subject(
        id=identity,
        kind=str(facts.get("kind") or ""),
        number=str(facts.get("number") or ""),
        title=str(facts.get("title") or ""),
        comment=str(facts.get("comment") or ""),
        url=str(facts.get("url") or ""),
        status=status,
        force=_spoken_force(identity, status, force),
        topics=tuple(str(topic) for topic in facts.get("topics") or ()),
        invented=bool(facts.get("invented")),
    )


def _spoken_force(document_id: str, status: Status | None, force: Force) -> Force:
    """A bill whose stage says draft is called a draft whatever else was recorded: the error that must never be printed."""
    if document_id.startswith("bill/"):
        by_status = force_of(status)
        if by_status is not Force.UNKNOWN:
            return by_status
    return force
