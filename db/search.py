"""The index of search: FTS5 over lemma tokens that the caller makes; this room knows no Russian.

A row of the index is a *place*: words that stand at one path of one *line*, that is, of the texts of one part of a document at
one source. Words that stay where they are from version to version are one place, with the first version that has them and,
when they have gone, the last. So the index grows with what changes, like the texts themselves, and is contentless: texts are
read from their packs.

Nothing has to be told to the index. What it lacks are the renditions behind its mark and the documents that a trigger has
noted; both are found again after a crash, and indexing twice changes nothing.

Beside its words a place holds ``@l<line>`` and the units of its path (``@st-22``), so that a search in one document or of one
unit is an intersection like any other.
"""

from __future__ import annotations

import math
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice, product
from operator import itemgetter
from typing import Final

from sqlite_utils import Database

from db import texts
from tracker.models import Part, canonical_json
from tracker.queries import Near, Place, Places, Query, Term

Tokenise = Callable[[str], Sequence[str]]

SCHEMA: Final = (
    """CREATE VIRTUAL TABLE search_words USING fts5 (
        words, content='', columnsize=0, tokenize="ascii tokenchars '@-_./'"
    )""",
    """CREATE TABLE search_lines (
        id INTEGER PRIMARY KEY, document_id TEXT NOT NULL, part TEXT NOT NULL, source TEXT NOT NULL, newest INTEGER NOT NULL,
        UNIQUE (document_id, part, source)
    ) STRICT""",
    """CREATE TABLE search_paths (
        id INTEGER PRIMARY KEY, path TEXT NOT NULL, address TEXT NOT NULL, UNIQUE (path, address)
    ) STRICT""",
    # `last` is NULL while the words stand, and 0 when they were never there: a better reading of the same bytes showed it.
    """CREATE TABLE search_places (
        id INTEGER PRIMARY KEY, line INTEGER NOT NULL, path INTEGER NOT NULL, text INTEGER NOT NULL, first INTEGER NOT NULL,
        last INTEGER
    ) STRICT""",
    "CREATE TABLE search_documents (id INTEGER PRIMARY KEY, document_id TEXT NOT NULL UNIQUE, words TEXT NOT NULL) STRICT",
    """CREATE VIRTUAL TABLE search_titles USING fts5 (
        words, content='search_documents', content_rowid='id', columnsize=0, tokenize="ascii tokenchars '@-_./'"
    )""",
    "CREATE TABLE search_stale (document_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    "INSERT INTO search_stale SELECT id FROM documents",
    """CREATE TRIGGER documents_new AFTER INSERT ON documents
       BEGIN INSERT INTO search_stale VALUES (new.id) ON CONFLICT DO NOTHING; END""",
    """CREATE TRIGGER documents_renamed AFTER UPDATE ON documents
       WHEN new.title != old.title OR new.comment != old.comment OR new.number != old.number
       BEGIN INSERT INTO search_stale VALUES (new.id) ON CONFLICT DO NOTHING; END""",
    "CREATE TABLE search_mark (rendition INTEGER NOT NULL) STRICT",
    "INSERT INTO search_mark VALUES (0)",
)

_GONE: Final = 0  # `last` of words that were never there
_COMPONENT: Final = re.compile(r"\.(?=[a-z])")
_MOST_COMBINATIONS: Final = 64
#: Tokens between words that stand together: a word that may be a form of several is several tokens.
_DISTANCE: Final = 12
_PER_WORD: Final = 3  # the same for each word of a phrase
#: Places that one search may look at, and texts that it may read to be sure of a phrase.
_REACH: Final = 10_000
#: Places that are ranked, and how many of the best of them are sorted by document.
_RANKED: Final = 5_000
_CANDIDATES: Final = 300
#: How much more the heading of an article counts than what stands below it, a unit that was asked for than those inside it;
#: how much less what is said about a law than the law.
_HEADING: Final = 1.5
_THE_UNIT: Final = 2.0
_NOTE: Final = 0.5
_READ: Final = 200
_READ_RANKED: Final = 40  # these lie apart, and each costs more
#: So many lines of a filter are put to the index; when there are more, each document that is met is asked for.
_FEW_LINES: Final = 200
#: Places shown of each of several documents, and of the one that was asked for.
_OF_EACH: Final = 3
_OF_ONE: Final = 50
_NO_CURSOR: Final = 1 << 62
_MOST_NUMBERED: Final = 100
_TITLE_STEP: Final = 40  # characters by which one title must be shorter than another to come before it
_NOWHERE: Final = Places(by_document={}, more=frozenset(), following=None, cut=False)


# ---------------------------------------------------------------- indexing


def index(db: Database, tokenise: Tokenise, limit: int) -> int:
    """Index up to `limit` of what is not indexed yet; how many that were. Call it inside one write."""
    return _index_titles(db, tokenise, limit) + _index_texts(db, tokenise, limit)


def forget(db: Database) -> None:
    """Empty the index: everything is to be indexed anew."""
    for table in ("search_words", "search_titles"):
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608 - constants
    for table in ("search_lines", "search_paths", "search_places", "search_documents"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - constants
    db.execute("INSERT INTO search_stale SELECT id FROM documents WHERE TRUE ON CONFLICT DO NOTHING")
    db.execute("UPDATE search_mark SET rendition = 0")


def optimise(db: Database) -> None:
    """Merge the pieces of the index into one: smaller and quicker, after much was indexed."""
    for table in ("search_words", "search_titles"):
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - constants


def _index_titles(db: Database, tokenise: Tokenise, limit: int) -> int:
    rows = db.execute(
        """SELECT documents.id AS document_id, number, title, comment, search_documents.id, words
           FROM search_stale JOIN documents ON documents.id = search_stale.document_id
           LEFT JOIN search_documents ON search_documents.document_id = documents.id LIMIT ?""",
        (limit,),
    ).fetchall()
    for row in rows:
        words = " ".join([_number_token(row["number"]), *tokenise(f"{row['number']} {row['title']} {row['comment']}")])
        if row["id"] is not None:
            db.execute(
                "INSERT INTO search_titles (search_titles, rowid, words) VALUES ('delete', ?, ?)",
                (row["id"], row["words"]),
            )
        number = db.execute(
            """INSERT INTO search_documents (document_id, words) VALUES (?, ?)
               ON CONFLICT (document_id) DO UPDATE SET words = excluded.words RETURNING id""",
            (row["document_id"], words),
        ).fetchone()["id"]
        db.execute("INSERT INTO search_titles (rowid, words) VALUES (?, ?)", (number, words))
        db.execute("DELETE FROM search_stale WHERE document_id = ?", (row["document_id"],))
    return len(rows)


def _number_token(number: str) -> str:
    return f"@№{''.join(number.lower().split())}"


def _index_texts(db: Database, tokenise: Tokenise, limit: int) -> int:
    mark = db.execute("SELECT rendition FROM search_mark").fetchone()[0]
    rows = db.execute(
        """SELECT renditions.id, version_id, sections, document_id, part, source, position, number, EXISTS (
             SELECT 1 FROM renditions AS later WHERE later.version_id = renditions.version_id AND later.id > renditions.id
           ) AS replaced
           FROM renditions JOIN versions ON versions.id = version_id WHERE renditions.id > ? ORDER BY renditions.id LIMIT ?""",
        (mark, limit),
    ).fetchall()
    paths = _Paths(db)
    for row in rows:
        if not row["replaced"]:
            _index_rendition(db, row, tokenise, paths)
    if rows:
        db.execute("UPDATE search_mark SET rendition = ?", (rows[-1]["id"],))
    return len(rows)


@dataclass(slots=True)
class _Paths:
    """The numbers of paths; most of them come again and again."""

    db: Database
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, path: str, address: str) -> int:
        key = (path, address)
        if key not in self.known:
            # The update changes nothing; without it nothing is returned for a path that is there.
            sql = """INSERT INTO search_paths (path, address) VALUES (?, ?)
                     ON CONFLICT DO UPDATE SET path = excluded.path RETURNING id"""
            self.known[key] = int(self.db.execute(sql, key).fetchone()["id"])
        return self.known[key]


def _index_rendition(db: Database, row: sqlite3.Row, tokenise: Tokenise, paths: _Paths) -> None:
    """Note what stands in a version: new words begin, and in the newest version of its line what is missing has gone."""
    version = row["version_id"]
    line, newest = _line(db, row)
    before = {
        (known["path"], known["text"]): known
        for known in db.execute(
            """SELECT search_places.* FROM search_words CROSS JOIN search_places ON search_places.id = search_words.rowid
               WHERE search_words MATCH ?""",
            (_quoted(f"@l{line}"),),
        )
    }
    now = {(paths.number(path, address), text): path for path, address, text in texts.numbered(db, row["sections"])}
    ends = [
        (_last(known, version, newest), known["id"])
        for key, known in before.items()
        if key not in now and (known["first"] == version or (newest and known["last"] is None))
    ]
    stands = None if newest else version
    back = [
        (stands, before[key]["id"])
        for key in now
        if key in before and before[key]["last"] is not None and (newest or before[key]["last"] == _GONE)
    ]
    db.conn.executemany("UPDATE search_places SET last = ? WHERE id = ?", [*ends, *back])
    if newest:
        db.execute("UPDATE search_lines SET newest = ? WHERE id = ?", (version, line))
    fresh = [key for key in now if key not in before]
    words = texts.by_number(db, {text for _, text in fresh})
    for path, text in fresh:
        found = tokenise(words[text])
        if not found:
            continue
        place = db.execute(
            "INSERT INTO search_places (line, path, text, first, last) VALUES (?, ?, ?, ?, ?) RETURNING id",
            (line, path, text, version, stands),
        ).fetchone()["id"]
        units = (f"@{unit}" for unit in _COMPONENT.split(now[path, text]) if unit)
        db.execute(
            "INSERT INTO search_words (rowid, words) VALUES (?, ?)", (place, " ".join([f"@l{line}", *units, *found]))
        )


def _last(known: sqlite3.Row, version: int, newest: int) -> int:
    """Until which version words stood that are missing now; what a better reading of the same version lacks was never there."""
    if known["first"] == version:
        return _GONE
    return newest if newest != version else int(known["first"])


def _line(db: Database, row: sqlite3.Row) -> tuple[int, int]:
    """The line of a version, and its newest version so far; 0 when this one is older."""
    key = (row["document_id"], row["part"], row["source"])
    known = db.execute(
        """SELECT search_lines.id, newest, position, number FROM search_lines JOIN versions ON versions.id = newest
           WHERE search_lines.document_id = ? AND search_lines.part = ? AND search_lines.source = ?""",
        key,
    ).fetchone()
    if known is None:
        made = db.execute(
            "INSERT INTO search_lines (document_id, part, source, newest) VALUES (?, ?, ?, ?) RETURNING id",
            (*key, row["version_id"]),
        ).fetchone()
        return int(made["id"]), int(row["version_id"])
    is_newest = (row["position"], row["number"]) >= (known["position"], known["number"])
    return int(known["id"]), int(known["newest"]) if is_newest else 0


# ---------------------------------------------------------------- asking


def numbered(db: Database, number: str, query: Query, day: str) -> tuple[str, ...]:
    """The documents that bear a number, in any case; of several those of that day (``2023-04-28``), if there is one."""
    found = _titled(db, _quoted(_number_token(number)), query, _MOST_NUMBERED)
    return tuple(name for name, date in found if date == day) or tuple(name for name, _ in found)


def titled(db: Database, terms: Sequence[Term], query: Query, limit: int) -> tuple[str, ...]:
    """Documents whose title, number and comment hold every term.

    By relevance the shorter titles come first, those of about one length by date: what is called so comes before what amends it.
    """
    wanted = " AND ".join(_term(term) for term in terms)
    return tuple(name for name, _ in _titled(db, wanted, query, limit)) if wanted else ()


def _titled(db: Database, wanted: str, query: Query, limit: int) -> list[tuple[str, str]]:
    """The documents, with their dates, whose titles meet a condition of the index."""
    rows = db.execute(
        f"""SELECT documents.id, coalesce(documents.date, '') AS day
           FROM search_titles CROSS JOIN search_documents ON search_documents.id = search_titles.rowid
           CROSS JOIN documents ON documents.id = document_id
           WHERE search_titles MATCH :wanted AND {_FILTER}
           ORDER BY iif(:ranked, length(search_documents.words) / {_TITLE_STEP}, 0), day DESC, search_titles.rowid DESC
           LIMIT :limit""",  # noqa: S608 - constants
        {**_filter(query), "wanted": wanted, "limit": limit, "ranked": query.order == "relevance"},
    )
    return [(row["id"], row["day"]) for row in rows]


def places(
    db: Database,
    terms: Sequence[Term],
    address: Sequence[str],
    query: Query,
    *,
    documents: Iterable[str] = (),
    holds: Callable[[str], bool] | None = None,
) -> Places:
    """Where every term stands, in a unit at or below `address`, up to `query.limit` documents.

    What was recorded last comes first; what came with one version, in the order of its text.

    `documents` narrows it further; `holds` is asked of each text, for what the index cannot know (the order of words).
    """
    narrowing = _Narrowing(db, query, tuple(documents))
    wanted, narrowed = _wanted(terms, address, narrowing)
    if not wanted:
        return _NOWHERE
    rows = db.execute(
        """SELECT search_places.*, document_id, part, source, newest, search_paths.path AS name, address
           FROM search_words CROSS JOIN search_places ON search_places.id = search_words.rowid
           CROSS JOIN search_lines ON search_lines.id = line CROSS JOIN search_paths ON search_paths.id = search_places.path
           WHERE search_words MATCH ? AND search_words.rowid < ? ORDER BY search_words.rowid DESC""",
        (wanted, _NO_CURSOR if query.before is None else query.before),
    )
    return _Gathering(db, query, narrowing if narrowed else None, tuple(unit.lower() for unit in address), holds).of(
        rows
    )


def ranked(
    db: Database,
    terms: Sequence[Term],
    address: Sequence[str],
    query: Query,
    *,
    titled: Sequence[str] = (),
    documents: Iterable[str] = (),
    holds: Callable[[str], bool] | None = None,
) -> Places:
    """The same, the most relevant documents first; the cursor counts documents.

    A document counts as much as its best place, and a little more for each further one. A place counts by BM25, more as the
    heading of an article, most as the very unit that was asked for, less in an explanatory note. Documents of `titled` come
    first, in that order. Of equals the newest is first, and past `_RANKED` places only the newest are
    looked at, without BM25.
    """
    narrowing = _Narrowing(db, query, tuple(documents))
    wanted, narrowed = _wanted(terms, address, narrowing)
    if not wanted:
        return _NOWHERE
    # BM25 counts every place of each word first. Where the words stand nearly everywhere it tells little, and costs most.
    sql = "SELECT count(*) FROM (SELECT 1 FROM search_words WHERE search_words MATCH ? LIMIT ?)"
    is_common = db.execute(sql, (wanted, _RANKED)).fetchone()[0] == _RANKED
    rows = db.execute(
        f"""WITH found AS MATERIALIZED (
              SELECT rowid AS place, {"-1.0" if is_common else "bm25(search_words)"} AS score
              FROM search_words WHERE search_words MATCH :wanted
              ORDER BY rowid DESC LIMIT {_RANKED}
            ), best AS MATERIALIZED (
              SELECT search_places.*, search_paths.path AS name, address,
                score * iif(search_paths.path LIKE 'st-%' AND NOT instr(search_paths.path, '.'), {_HEADING}, 1.0) AS score
              FROM found CROSS JOIN search_places ON search_places.id = place
              CROSS JOIN search_paths ON search_paths.id = search_places.path
              WHERE (last IS NULL OR (:every AND last != {_GONE}))
                AND {narrowing.inside if narrowed else "TRUE"}
              ORDER BY score, place DESC LIMIT {_CANDIDATES}
            )
            SELECT best.*, document_id, part, source, newest FROM best CROSS JOIN search_lines ON search_lines.id = line""",  # noqa: S608 - constants
        {**narrowing.values, "wanted": wanted, "every": query.every_version},
    ).fetchall()
    cut = is_common or len(rows) == _CANDIDATES
    gathering = _Gathering(db, query, None, tuple(unit.lower() for unit in address), holds)
    return gathering.ranked(rows, titled, cut=cut)


def _wanted(terms: Sequence[Term], address: Sequence[str], narrowing: _Narrowing) -> tuple[str, bool]:
    """What the index is asked, empty when nothing can be found; and whether each document is to be asked for as well."""
    lines = narrowing.lines()
    if lines is not None and not lines:
        return "", False
    wanted = [_quoted(f"@{unit.lower()}") for unit in address] + [_term(term) for term in terms]
    is_few = lines is not None and len(lines) <= _FEW_LINES
    if lines is not None and is_few:
        wanted.append(_any(_quoted(f"@l{line}") for line in lines))
    return " AND ".join(wanted), lines is not None and not is_few


class _Gathering:
    """Sorts places by document, and decides what the index cannot: filters, the order of units and of words."""

    def __init__(
        self,
        db: Database,
        query: Query,
        narrowing: _Narrowing | None,
        address: tuple[str, ...],
        holds: Callable[[str], bool] | None,
    ) -> None:
        self._db = db
        self._query = query
        self._narrowing = narrowing
        self._address = address
        self._holds = holds
        self._most = _OF_ONE if query.document else _OF_EACH
        self._found: dict[str, dict[str, sqlite3.Row]] = {}
        self._more: set[str] = set()
        self._packs: dict[int, bytes] = {}
        self._known: dict[int, str] = {}
        self._read = 0
        self._reads = _READ

    def of(self, rows: Iterable[sqlite3.Row]) -> Places:
        """Walk the places until there are enough, or too many were looked at."""
        last: int | None = None
        looked = 0
        for group in self._groups(rows):
            if looked >= _REACH or self._read >= self._reads:
                return self._places(last, cut=True)
            passing = [row for row in group if self._passes(row)]
            if passing and self._is_enough(passing[0]["document_id"]):
                return self._places(last, cut=False)
            for row in passing:
                self._take(row)
            looked += len(group)
            last = min(row["id"] for row in group)
        return self._places(None, cut=False)

    def ranked(self, rows: Iterable[sqlite3.Row], titled: Sequence[str], *, cut: bool) -> Places:
        """The best places of the best documents, from the cursor on."""
        self._reads = _READ_RANKED
        by_document: dict[str, list[sqlite3.Row]] = {}
        for row in sorted(filter(self._passes, rows), key=self._worth):
            by_document.setdefault(row["document_id"], []).append(row)
        first = {name: place for place, name in enumerate(titled)}

        def worth(name: str) -> tuple[float, ...]:
            score, age, _ = self._worth(by_document[name][0])
            return first.get(name, len(first)), score * (1 + math.log2(len(by_document[name])) / 10), age

        start = self._query.before or 0
        for at, name in enumerate(sorted(by_document, key=worth)[start:], start):
            places = by_document[name]
            if self._read >= self._reads or len(self._found) == self._query.limit:
                return self._places(at, cut=cut or self._read >= self._reads, key=self._worth)
            if self._holds is not None:  # what stands in one pack is unpacked once
                self._known |= self._texts(places[: 2 * self._most])
            for row in places:
                self._take(row)
        return self._places(None, cut=cut, key=self._worth)

    def _worth(self, row: sqlite3.Row) -> tuple[float, int, int]:
        """How good a place is, the best first: BM25 of this index is negative. Of equals, the newest; then as they stand."""
        is_it = bool(self._address) and _COMPONENT.split(row["name"].lower())[-1] == self._address[-1]
        weight = (_THE_UNIT if is_it else 1.0) * (_NOTE if row["part"] == Part.NOTE else 1.0)
        return row["score"] * weight, -row["first"], row["id"]

    def _groups(self, rows: Iterable[sqlite3.Row]) -> Iterator[list[sqlite3.Row]]:
        """What came with one version together, in the order of its text; in one document alone each place by itself.

        A page of a document may end anywhere, so its places come as they lie and are put in order at the end.
        """
        if self._query.document:
            yield from ([row] for row in rows)
            return
        for _, group in groupby(rows, key=itemgetter("line", "first")):
            yield list(group)[::-1]

    def _is_enough(self, name: str) -> bool:
        mine = self._found.get(name, {})
        return len(mine) == self._most if self._query.document else not mine and len(self._found) == self._query.limit

    def _take(self, row: sqlite3.Row) -> None:
        name = row["document_id"]
        mine = self._found.get(name, {})
        if (
            row["name"] in mine or self._read >= self._reads
        ):  # a law is kept by several sources: the same unit is shown once
            return
        if len(mine) == self._most:
            self._more.add(name)
            return
        if self._holds is not None:
            self._read += 1
            if not self._holds(self._known.get(row["text"]) or self._texts([row])[row["text"]]):
                return
        self._found.setdefault(name, {})[row["name"]] = row

    def _passes(self, row: sqlite3.Row) -> bool:
        if row["last"] is not None and (row["last"] == _GONE or not self._query.every_version):
            return False
        if self._narrowing is not None and not self._narrowing.allows(row["document_id"]):
            return False
        units = iter(_COMPONENT.split(row["name"].lower()))
        return all(any(unit == wanted for unit in units) for wanted in self._address)

    def _texts(self, rows: Iterable[sqlite3.Row]) -> dict[int, str]:
        return texts.by_number(self._db, {row["text"] for row in rows}, cache=self._packs)

    def _places(
        self, following: int | None, *, cut: bool, key: Callable[[sqlite3.Row], tuple[float, ...]] | None = None
    ) -> Places:
        words = self._texts(row for rows in self._found.values() for row in rows.values())
        return Places(
            by_document={
                name: tuple(_place(row, words[row["text"]]) for row in sorted(rows.values(), key=key or _newest_first))
                for name, rows in self._found.items()
            },
            more=frozenset(self._more),
            following=following,
            cut=cut,
        )


def _newest_first(row: sqlite3.Row) -> tuple[int, int]:
    return -row["first"], row["id"]


def _place(row: sqlite3.Row, text: str) -> Place:
    return Place(
        id=row["id"],
        document_id=row["document_id"],
        part=row["part"],
        source=row["source"],
        path=row["name"],
        address=row["address"],
        text=text,
        first=row["first"],
        last=row["last"],
        newest=row["newest"],
    )


_NAMED: Final = "(:documents = '[]' OR documents.id IN (SELECT value FROM json_each(:documents)))"
_FILTER: Final = """(:document = '' OR documents.id = :document) AND (:topic = '' OR instr(topics, :topic))
    AND (:kind = '' OR instr(documents.id, :kind) = 1) AND (:force IS NULL OR force = :force)
    AND (:since IS NULL OR date >= :since) AND (:until IS NULL OR date <= :until)"""


class _Narrowing:
    """The conditions on documents: those of the query, and the documents that were named."""

    def __init__(self, db: Database, query: Query, documents: Sequence[str]) -> None:
        self._db = db
        self._is_empty = not (documents or _narrows(query))
        self.values = {**_filter(query), "documents": canonical_json(list(documents))}
        self._known: dict[str, bool] = {}

    #: The same as a condition on places.
    inside: Final = f"""line IN (SELECT search_lines.id FROM documents CROSS JOIN search_lines
        ON search_lines.document_id = documents.id WHERE {_FILTER} AND {_NAMED})"""  # noqa: S608 - constants

    def lines(self) -> list[int] | None:
        """The lines that are left, or some of them when there are more than a few; None when there is no condition."""
        if self._is_empty:
            return None
        rows = self._db.execute(
            f"""SELECT search_lines.id FROM documents CROSS JOIN search_lines ON search_lines.document_id = documents.id
                WHERE {_FILTER} AND {_NAMED} LIMIT :limit""",  # noqa: S608 - constants
            {**self.values, "limit": _FEW_LINES + 1},
        )
        return [row["id"] for row in rows]

    def allows(self, name: str) -> bool:
        """Whether a document meets the conditions."""
        if name not in self._known:
            row = self._db.execute(
                f"SELECT 1 FROM documents WHERE documents.id = :name AND {_FILTER} AND {_NAMED}",  # noqa: S608 - constants
                {**self.values, "name": name},
            ).fetchone()
            self._known[name] = row is not None
        return self._known[name]


def _narrows(query: Query) -> bool:
    return any((query.document, query.topic, query.kind, query.force, query.since, query.until))


def _filter(query: Query) -> dict[str, str | None]:
    return {
        "document": query.document,
        "topic": query.topic and canonical_json(query.topic),  # topics are kept as a list in JSON
        "kind": query.kind and f"{query.kind}/",
        "force": query.force,
        "since": query.since.isoformat() if query.since else None,
        "until": query.until.isoformat() if query.until else None,
    }


# ---------------------------------------------------------------- the language of FTS5


def _quoted(token: str) -> str:
    """A token as FTS5 takes it: nothing that is typed is ever syntax. It ends a string at a NUL, which no word holds."""
    doubled = token.replace('"', '""').replace("\0", "")
    return f'"{doubled}"'


def _any(options: Iterable[str]) -> str:
    return f"({' OR '.join(options)})"


def _term(term: Term) -> str:
    return _any(option for near in term.options for option in _near(near))


def _near(near: Near) -> Iterator[str]:
    """Every choice of forms for words that stand together; the caller looks at the text for their order."""
    if len(near.keys) == 1:
        yield from map(_quoted, near.keys[0])
        return
    distance = _PER_WORD * len(near.words) if near.exact else _DISTANCE
    for choice in islice(product(*near.keys), _MOST_COMBINATIONS):
        yield f"NEAR({' '.join(map(_quoted, choice))}, {distance})"
