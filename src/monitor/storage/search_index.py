"""The full-text search index, kept in step: words to search by, marks to filter by, dialects.

All is derived, in the transaction that changes what it is derived from: `take_out` before words
change or go, since SQLite's index holds no text and needs them named, `put` after. What `put` has
not come to is due: a query. Words are `monitor.text.search_terms`'s, so both databases find alike.
"""

from __future__ import annotations

import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select, text, update

from monitor.storage.database import Database, chunks, count, insertion, rows_of, set_locally
from monitor.storage.schema import (
    CURRENT,
    articles,
    assessments,
    masks,
    of_version,
    search_docs,
    search_gone,
    search_marks,
    search_terms,
    versions,
)
from monitor.text.search_terms import GAP, SearchTerm, indexed_words

_MERGED_PAGES = 200
"""Pages of SQLite's index that are written anew in one transaction: some hundredths of a second."""
_FILLED = 200
"""Articles whose texts are in memory at a time where the index is made anew."""
_MOST_PLACES, _LAST_PLACE = 250, 16_000
"""What a `tsvector` takes: places of one word, and how far from the beginning."""

Wanted = Mapping[str, tuple[int, str]]
"""Number and hash of a version, by article."""


def put(connection: Connection, ids: Iterable[str]) -> None:
    """Take in articles whose current version is not in the index; they may be new to it."""
    query = (
        select(*CURRENT, articles.c.first_seen, articles.c.outlet, articles.c.expired_at)
        .add_columns(versions.c.language, search_docs.c.id.label("doc"))
        .add_columns(search_docs.c.sha256.label("held"))
        .join(versions, of_version(versions, *CURRENT))
        .outerjoin(search_docs, search_docs.c.article_id == articles.c.id)
        .where(or_(search_docs.c.sha256.is_(None), search_docs.c.sha256 != articles.c.current))
        .order_by(articles.c.first_seen, articles.c.id)
    )
    for some in chunks(sorted(set(ids))):
        stale = connection.execute(query.where(articles.c.id.in_(some)))
        rows = [dict(row) for row in stale.mappings()]
        if not rows:
            continue
        if new := [row for row in rows if row["doc"] is None]:
            last = connection.execute(select(func.max(search_docs.c.id))).scalar() or 0
            for number, row in enumerate(new, last + 1):
                row["doc"] = number
            names = {"id": "doc", "article_id": "id", "first_seen": "first_seen"}
            made = [{key: row[name] for key, name in names.items()} for row in new]
            connection.execute(search_docs.insert(), made)
        held = [row for row in rows if row["held"] is not None]
        _remove(connection, {row["id"]: (row["doc"], row["held"]) for row in held})
        _add(connection, {row["id"]: (row["doc"], row["current"]) for row in rows})
        mark_anew(connection, rows)
        statement = update(search_docs).where(search_docs.c.id == bindparam("number"))
        taken = [{"number": row["doc"], "version": row["current"]} for row in rows]
        connection.execute(statement.values(sha256=bindparam("version")), taken)


def take_out(connection: Connection, ids: Iterable[str]) -> None:
    """Take the words of articles out, as long as they are what they were when they came in."""
    for some in chunks(sorted(set(ids))):
        mine = search_docs.c.article_id.in_(some), search_docs.c.sha256.is_not(None)
        rows = connection.execute(select(search_docs).where(*mine)).all()
        _remove(connection, {row.article_id: (row.id, row.sha256) for row in rows})
        connection.execute(update(search_docs).where(*mine).values(sha256=None))


def fill(connection: Connection, *, limit: int) -> int:
    """Take in the newest `limit` articles that cannot be searched yet; return how many."""
    query = select(search_docs.c.article_id).where(search_docs.c.sha256.is_(None))
    newest = query.order_by(search_docs.c.id.desc()).limit(limit)
    ids = list(connection.execute(newest).scalars())
    put(connection, ids)
    return len(ids)


def count_due(connection: Connection) -> int:
    """Return how many articles are not in the index yet."""
    return count(connection, select(func.count()).where(search_docs.c.sha256.is_(None)))


def empty(connection: Connection) -> None:
    """Empty the index; every article is due then."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("INSERT INTO search_words(search_words) VALUES ('delete-all')"))
    else:
        connection.execute(text("DELETE FROM search_words"))
    connection.execute(search_marks.delete())
    connection.execute(update(search_docs).values(sha256=None))


def fill_words(connection: Connection) -> Iterator[int]:
    """Make the words of an index that has none, as `search_docs` says; yield how many articles."""
    # PostgreSQL builds its own index at the end, which is much quicker than adding to it
    build, name = "", "ix_search_words_words"
    if connection.dialect.name != "sqlite":
        told = "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        mine = text(f"{told} AND indexname = :name")
        build = str(connection.execute(mine, {"name": name}).scalar_one())
        connection.execute(text(f"DROP INDEX {name}"))
    query = select(search_docs).where(search_docs.c.sha256.is_not(None)).order_by(search_docs.c.id)
    last = 0
    while rows := connection.execute(query.where(search_docs.c.id > last).limit(_FILLED)).all():
        last = rows[-1].id
        _add(connection, {row.article_id: (row.id, row.sha256) for row in rows})
        yield len(rows)
    if build:
        connection.exec_driver_sql(build)


def clear_pages(database: Database) -> None:
    """Write SQLite's index anew without the words that were taken out of it, piece by piece.

    May be killed and repeated at any moment. Nothing is done where nothing was taken out.
    """
    with database.reading() as connection:
        last = connection.execute(select(func.max(search_gone.c.id))).scalar()
    if last is None:
        return
    pages = -_MERGED_PAGES  # the minus: whatever there is, not only what has grown
    while True:
        with database.writing() as connection:
            before = _changes(connection)
            merge = text("INSERT INTO search_words(search_words, rank) VALUES ('merge', :pages)")
            connection.execute(merge, {"pages": pages})
            if _changes(connection) - before < 2 and pages > 0:  # as SQLite says that all is done
                break
        pages = _MERGED_PAGES
    with database.writing() as connection:
        connection.execute(search_gone.delete().where(search_gone.c.id <= last))


def _changes(connection: Connection) -> int:
    driver: Any = connection.connection.driver_connection
    return int(driver.total_changes)


def _words_of(connection: Connection, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """Yield what can be found of versions, without the hidden: nobody finds a victim by name."""
    hashes = {sha256 for _, sha256 in wanted.values()}
    query = select(versions.c.article_id, versions.c.sha256, versions.c.title, versions.c.text)
    query = query.add_columns(masks.c.spans)
    query = query.outerjoin(masks, of_version(masks, versions.c.article_id, versions.c.sha256))
    query = query.where(versions.c.article_id.in_(wanted), versions.c.sha256.in_(hashes))
    for row in connection.execute(query).all() if wanted else ():
        number, sha256 = wanted[row.article_id]
        if row.sha256 == sha256:
            hidden: dict[str, list[tuple[int, int]]] = {"title": [], "text": []}
            for name, start, end in row.spans or ():
                hidden[name].append((start, end))
            title = " ".join(indexed_words(row.title, hidden["title"]))
            text = " ".join(indexed_words(row.text, hidden["text"]))
            if title or text:
                yield {"doc": number, "title": title, "text": text}


_FTS_ADD = text("INSERT INTO search_words(rowid, title, text) VALUES (:doc, :title, :text)")
_FTS_REMOVE = text(
    "INSERT INTO search_words(search_words, rowid, title, text)"
    " VALUES ('delete', :doc, :title, :text)"
)
_VECTOR_ADD = text(
    "INSERT INTO search_words (doc, words) VALUES (:doc, CAST(:words AS tsvector))"
    " ON CONFLICT (doc) DO UPDATE SET words = excluded.words"
)
_VECTOR_REMOVE = text("DELETE FROM search_words WHERE doc = :doc")


def _add(connection: Connection, wanted: Wanted) -> None:
    rows = list(_words_of(connection, wanted))
    if rows and connection.dialect.name == "sqlite":
        connection.execute(_FTS_ADD, rows)
    elif rows:
        vectors = [{"doc": row["doc"], "words": _vector(row["title"], row["text"])} for row in rows]
        connection.execute(_VECTOR_ADD, vectors)


def _remove(connection: Connection, held: Wanted) -> None:
    if connection.dialect.name != "sqlite":
        if rows := [{"doc": number} for number, _ in held.values()]:
            connection.execute(_VECTOR_REMOVE, rows)
    elif gone := list(_words_of(connection, held)):
        connection.execute(_FTS_REMOVE, gone)
        connection.execute(search_gone.insert(), [{"doc": row["doc"]} for row in gone])


def _vector(title: str, text: str) -> str:
    """Return words, pairs and places as PostgreSQL writes them, the headline a step before."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    told = (*title.split(), GAP, *text.split())
    for place, word in enumerate(told, 1):
        if word != GAP and len(places[word]) < _MOST_PLACES:
            places[word].append(min(place, _LAST_PLACE))
    pairs = {pair_mark(*two) for two in pairwise(told) if GAP not in two}
    found = [f"'{word}':{','.join(map(str, at))}" for word, at in places.items()]
    return " ".join((*found, *(f"'{pair}'" for pair in pairs)))


Mark = tuple[str, str]
"""A stamp (an assessor's name where the article expired, "" of the article itself), and what it
says."""
FLAGGED = "flag"
JUDGED = ("relevant", "borderline", "not_relevant")


def marks_of(said: Mapping[Any, Any]) -> Iterator[str]:
    """Yield what an article can be filtered by, of a row of `assessments`."""
    if said["relevance"] is not None:
        yield JUDGED[0 if said["relevant"] else 1 if said["borderline"] else 2]
    for tag in said["payload"].get("tags", ()):
        yield f"{tag['scheme']}:{tag['label']}"
    for finding in said["payload"].get("findings", ()):
        yield FLAGGED
        yield f"rule:{finding['rule']}"
        yield f"severity:{finding['severity']}"


def mark_said(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add what new rows of `assessments` say of versions that are in the index by now."""
    ids = {row["article_id"] for row in rows}
    docs = rows_of(connection, select(search_docs), search_docs.c.article_id, ids)
    known = {(doc.article_id, doc.sha256): doc.id for doc in docs}
    pairs = [
        (doc, (row["stamp"], name))
        for row in rows
        if (doc := known.get((row["article_id"], row["sha256"]))) is not None
        for name in marks_of(row)
    ]
    _write(connection, pairs)


def mark_anew(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all marks of articles anew, from what is stored of their current versions.

    Each of `rows` has its number (`doc`), `id`, `current`, `outlet`, `language`, `expired_at`.
    """
    by_id = {row["id"]: row for row in rows}
    docs = [row["doc"] for row in rows]
    connection.execute(search_marks.delete().where(search_marks.c.doc.in_(docs)))
    said: dict[tuple[int, str], tuple[str, ...]] = {}
    query = select(assessments).where(assessments.c.article_id.in_(by_id))
    for found in connection.execute(query.order_by(assessments.c.id)).mappings():
        row = by_id[found["article_id"]]
        if found["sha256"] == row["current"]:
            # of what expired an assessor's last word stands, whatever its version
            stamp = found["assessor"] if row["expired_at"] is not None else found["stamp"]
            said[row["doc"], stamp] = tuple(marks_of(found))
    for row in rows:
        itself = [f"outlet:{row['outlet']}"]
        itself += [f"language:{row['language']}"] if row["language"] else []
        said[row["doc"], ""] = tuple(itself)
    pairs = [(doc, (stamp, name)) for (doc, stamp), names in said.items() for name in names]
    _write(connection, pairs)


def _write(connection: Connection, pairs: Sequence[tuple[int, Mark]]) -> None:
    """Write marks of articles, by number; those that are new get a number."""
    if not pairs:
        return
    names = {name for _, (_, name) in pairs}
    known = rows_of(connection, select(search_terms), search_terms.c.mark, names)
    terms = {(row.stamp, row.mark): row.id for row in known}
    if new := sorted({one for _, one in pairs} - terms.keys()):
        last = connection.execute(select(func.max(search_terms.c.id))).scalar() or 0
        numbered = {one: number for number, one in enumerate(new, last + 1)}
        made = [{"id": n, "stamp": stamp, "mark": name} for (stamp, name), n in numbered.items()]
        connection.execute(search_terms.insert(), made)
        terms |= numbered
    rows = [{"term": terms[one], "doc": doc} for doc, one in dict.fromkeys(pairs)]
    insert = insertion(connection.dialect.name, search_marks)
    connection.execute(insert.on_conflict_do_nothing(), rows)


def fts_query(wanted: Sequence[Sequence[SearchTerm]]) -> str:
    """Return the question for any of each as FTS5 reads it."""
    asked = [
        [f'"{" ".join(term.words)}"{" *" if term.beginning else ""}' for term in terms]
        for terms in wanted
    ]
    return " AND ".join(f"({' OR '.join(terms)})" for terms in asked)


def vector_query(wanted: Sequence[Sequence[SearchTerm]], *, loose: bool = False) -> str:
    """Return the `tsquery` for any of each; `loose`: without the order of words."""

    def written(term: SearchTerm) -> str:
        whole = term.words[:-1] if term.beginning else term.words
        pairs = [f"'{pair_mark(*two)}'" for two in pairwise(whole)]
        words = [f"'{word}'" for word in term.words]
        if term.beginning:
            words[-1] += ":*"
        phrase = words if loose else [" <-> ".join(words)]
        return f"({' & '.join((*phrase, *pairs))})"

    return " & ".join(f"({' | '.join(map(written, terms))})" for terms in wanted)


def pair_mark(first: str, second: str) -> str:
    """Return one of 65,536 marks for two words side by side.

    That both words are there says little where they are frequent, and to look at their places a
    vector has to be unpacked; by chance a text has a mark in one case of a hundred or two.
    """
    return f"\ue001{zlib.crc32(f'{first} {second}'.encode()) & 0xFFFF:04x}"


def prefer_indexes(connection: Connection) -> None:
    """Tell PostgreSQL, for this transaction, that vectors are dear to read, plans to compile."""
    set_locally(connection, enable_seqscan="off", jit="off")
