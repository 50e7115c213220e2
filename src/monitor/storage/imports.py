"""Articles imported from files, with where in which file each stood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.records.article import Import, Place
from monitor.records.feed import Poll
from monitor.storage.database import columns_of, insert_new, row_of, rows_of
from monitor.storage.feeds import keep_unfollowed
from monitor.storage.polls import PollResult, record_poll
from monitor.storage.schema import CURRENT, articles, imported, imports, versions


def record_import(
    connection: Connection, source: Import, poll: Poll, places: Mapping[str, Place], now: datetime
) -> PollResult:
    """Store some articles of a file: as `record_poll`, of a feed that is not followed.

    `places` says by article id where each stands. Raises `StoreError` for what does not add up.
    """
    keep_unfollowed(connection, poll.feed, now)
    result = record_poll(connection, poll, now)
    # the place of each version that this file, and no other feed, brought
    insert_new(connection, imports, asdict(source))
    hashes = {entry.article_id: entry.sha256 for entry in poll.incoming}
    query = select(versions.c.article_id, versions.c.sha256).where(versions.c.feed_id == source.id)
    for article_id, sha256 in list(rows_of(connection, query, versions.c.article_id, hashes)):
        place = places.get(article_id)
        if place is not None and hashes[article_id] == sha256:
            key = {"article_id": article_id, "sha256": sha256, "import_id": source.id}
            insert_new(connection, imported, row_of(imported, place, place=place.at, **key))
    return result


def imports_of(
    connection: Connection, article_ids: Iterable[str]
) -> dict[str, tuple[Import, Place]]:
    """Return by article id which file brought its current version, and where it stands there.

    Those that no file brought are left out.
    """
    ids = set(article_ids)
    found = of_versions(connection, ids)
    keys = map(tuple, rows_of(connection, select(*CURRENT), articles.c.id, ids))
    return {key[0]: found[key] for key in keys if key in found}


def of_versions(
    connection: Connection, ids: Iterable[str]
) -> dict[tuple[str, str], tuple[Import, Place]]:
    """Return by article and hash which file brought a version, and where it stands there."""
    found: dict[tuple[str, str], tuple[Import, Place]] = {}
    of_file, of_place = columns_of(imports, Import), columns_of(imported, Place, at="place")
    query = (
        select(imported.c.article_id, imported.c.sha256, *of_file, *of_place)
        .join_from(imported, imports, imports.c.id == imported.c.import_id)
        .order_by(imports.c.at.desc(), imports.c.id)
    )
    for article_id, version, *said in rows_of(connection, query, imported.c.article_id, ids):
        source, place = said[: len(of_file)], said[len(of_file) :]
        found[article_id, version] = Import(*source), Place(*place)  # the first to bring it
    return found
