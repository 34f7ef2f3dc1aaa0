"""One look at a document, recorded in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from db import documents, events, operation
from tracker.errors import StoreError
from tracker.models import Event, Observation


def record(db: Database, observation: Observation, *, salt: Callable[[], bytes]) -> tuple[Event, ...]:
    """Write everything an observation brought; the events as they now stand in the ledger. Call it inside one write."""
    if observation.document is not None:
        documents.put_document(db, observation.document)
        for source, native_id in observation.aliases.items():
            documents.put_alias(db, source=source, native_id=native_id, document_id=observation.document.id)
    elif observation.aliases:
        raise StoreError("an observation names aliases but no document; pass the document they belong to")
    for version in observation.versions:
        documents.add_version(db, version, observation.observed_at)
    recorded = events.append(db, observation.events, observed_at=observation.observed_at, salt=salt)
    for relation in observation.relations:
        documents.put_relation(db, relation)
    for key, value in observation.state.items():
        operation.set_state(db, key, value)
    return recorded
