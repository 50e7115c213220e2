"""What articles can be filtered by: relevance, labels and flags by stamp, outlet, language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.dialects import postgresql, sqlite

from monitor.store.rows import chunks
from monitor.store.schema import assessments, search_docs, search_marks, search_terms

Mark = tuple[str, str]
"""A stamp (an assessor's name where the article expired, "" of the article itself), and what it
says."""
FLAGGED = "flag"
RELEVANT, BORDERLINE, NOT_RELEVANT = "relevant", "borderline", "not_relevant"


def marks_of(said: Mapping[str, Any]) -> Iterator[str]:
    """Yield what an article can be filtered by, of a row of `assessments`."""
    if said["relevance"] is not None:
        yield RELEVANT if said["relevant"] else BORDERLINE if said["borderline"] else NOT_RELEVANT
    for tag in said["payload"].get("tags", ()):
        yield f"{tag['scheme']}:{tag['label']}"
    for finding in said["payload"].get("findings", ()):
        yield FLAGGED
        yield f"rule:{finding['rule']}"
        yield f"severity:{finding['severity']}"


def mark_said(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add what new rows of `assessments` say, where the version they judge is in the index.

    Of others it is looked up when they are taken in.
    """
    new = list(rows)
    known: dict[tuple[str, str], int] = {}
    for some in chunks(sorted({row["article_id"] for row in new})):
        query = select(search_docs.c.article_id, search_docs.c.sha256, search_docs.c.id)
        for doc in connection.execute(query.where(search_docs.c.article_id.in_(some))):
            known[doc.article_id, doc.sha256] = doc.id
    pairs = [
        (known[row["article_id"], row["sha256"]], (row["stamp"], name))
        for row in new
        if (row["article_id"], row["sha256"]) in known
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
    for found in _said(connection, by_id):
        row = by_id[found["article_id"]]
        if found["sha256"] == row["current"]:
            # of what expired an assessor's last word stands, whatever its version
            stamp = found["assessor"] if row["expired_at"] is not None else found["stamp"]
            said[row["doc"], stamp] = tuple(marks_of(dict(found)))
    pairs: list[tuple[int, Mark]] = []
    for row in rows:
        pairs.append((row["doc"], ("", f"outlet:{row['outlet']}")))
        if row["language"]:
            pairs.append((row["doc"], ("", f"language:{row['language']}")))
    pairs += [(doc, (stamp, name)) for (doc, stamp), names in said.items() for name in names]
    _write(connection, pairs)


def _said(connection: Connection, ids: Iterable[str]) -> Iterator[RowMapping]:
    """Yield what was said of articles, in the order it was said."""
    who = ("article_id", "sha256", "stamp", "assessor")
    what = ("relevance", "relevant", "borderline", "payload")
    query = (
        select(*(assessments.c[name] for name in (*who, *what)))
        .where(assessments.c.article_id.in_(ids))
        .order_by(assessments.c.id)
    )
    return iter(connection.execute(query).mappings().all())


def _write(connection: Connection, pairs: Sequence[tuple[int, Mark]]) -> None:
    if not pairs:
        return
    terms = _numbers(connection, {one for _, one in pairs})
    rows = [{"term": terms[one], "doc": doc} for doc, one in dict.fromkeys(pairs)]
    connection.execute(_insert(connection.dialect.name), rows)


@cache
def _insert(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(search_marks)
    return insert.on_conflict_do_nothing()


def _numbers(connection: Connection, marks: set[Mark]) -> dict[Mark, int]:
    """Return the numbers of marks; those that are new get one."""
    found: dict[Mark, int] = {}
    for some in chunks(sorted({name for _, name in marks})):
        query = select(search_terms).where(search_terms.c.mark.in_(some))
        found.update({(row.stamp, row.mark): row.id for row in connection.execute(query)})
    if new := sorted(marks - found.keys()):
        last = connection.execute(select(func.max(search_terms.c.id))).scalar() or 0
        numbered = {one: number for number, one in enumerate(new, last + 1)}
        rows = [{"id": n, "stamp": stamp, "mark": name} for (stamp, name), n in numbered.items()]
        connection.execute(search_terms.insert(), rows)
        found.update(numbered)
    return found
