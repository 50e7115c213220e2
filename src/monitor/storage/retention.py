"""Retention: letting texts expire; the words go, what was said of them and the counts stay.

An article keeps its id, address, outlet, dates, labels with their scores, and which rules spoke; a
finding's match, message and suggestions may repeat the text, and go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from monitor.records.hidden_names import Seal
from monitor.storage.assessments import KEPT
from monitor.storage.database import Database, chunks, count
from monitor.storage.name_masks import forget_places, keep_for_others
from monitor.storage.schema import articles, assessments, versions
from monitor.storage.search_index import clear_pages, put, take_out
from monitor.storage.stories import forget_prints

_WORDLESS: Mapping[str, Any] = dict.fromkeys(("title", "text", "summary"), "")
_LISTLESS: Mapping[str, Any] = {key: [] for key in ("authors", "categories", "enclosures")}
_MUCH_FREE = 0.25
"""From this share of empty pages on a file is rewritten without them."""


def expire(
    connection: Connection, make: Callable[[], Seal], before: datetime, now: datetime, *, limit: int
) -> int:
    """Let the oldest `limit` articles seen before a moment expire; return how many did.

    `make` keeps their hidden names.
    """
    query = select(articles.c.id)
    query = query.where(articles.c.expired_at.is_(None), articles.c.first_seen < before)
    query = query.order_by(articles.c.first_seen).limit(limit)
    ids = list(connection.execute(query).scalars())
    keep_for_others(connection, ids, make, now)
    for some in chunks(ids):
        take_out(connection, some)
        of_these = versions.c.article_id.in_(some)
        connection.execute(update(versions).where(of_these).values(**_WORDLESS, **_LISTLESS))
        said = select(assessments.c.id, assessments.c.payload)
        rows = connection.execute(said.where(assessments.c.article_id.in_(some))).all()
        fewer = [(key, payload, without_words(payload)) for key, payload in rows]
        changed = [{"key": key, "without": kept} for key, was, kept in fewer if kept != was]
        if changed:
            judged = update(assessments).where(assessments.c.id == bindparam("key"))
            connection.execute(judged.values(payload=bindparam("without")), changed)
        connection.execute(update(articles).where(articles.c.id.in_(some)).values(expired_at=now))
        forget_prints(connection, some)
        forget_places(connection, some)
        put(connection, some)
    return len(ids)


def without_words(payload: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an assessor said without words of the article, and without places in it."""
    kept = dict(payload)
    kept.pop("terms", None)  # words of the text that spoke for a look at it
    for name in ("tags", "scorecard"):
        if name in kept:
            kept[name] = [{**item, "evidence": []} for item in kept[name]]
    nothing = {"start": 0, "end": 0, "match": "", "message": "", "suggestions": []}
    if "findings" in kept:
        kept["findings"] = [{**item, **nothing} for item in kept["findings"]]
    if "scorecard" in kept:
        kept["scorecard"] = [{**item, "reason": ""} for item in kept["scorecard"]]
    return kept


def count_expired(connection: Connection) -> int:
    """Return how many articles have expired so far."""
    return count(connection, select(func.count()).where(articles.c.expired_at.is_not(None), KEPT))


def clear_file(database: Database) -> bool:
    """Take what expired out of an SQLite file's log, and out of its empty pages.

    Deleted content is overwritten as it goes (`secure_delete`), in the index of the archive once
    that is written anew; the log holds it until it is written back and cut. The first time, and
    where many pages are empty, the file is written anew besides: pages that another build of SQLite
    emptied may hold words. Return whether all was done: a reader keeps the log from being cut.
    Nothing is done on PostgreSQL, whose VACUUM is its owner's.
    """
    if not database.is_sqlite:
        return True
    clear_pages(database)
    with database.outside() as connection:
        pages, free, rewritten = (
            int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
            for name in ("page_count", "freelist_count", "user_version")
        )
        if not rewritten or free > _MUCH_FREE * pages:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA user_version = 1")
        (busy, *_) = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    return not busy
