"""Where names are hidden: which articles nobody looked through yet, and who asked for names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.masks import Mask
from monitor.store.assessments import current_articles, expired, to_article
from monitor.store.database import Database
from monitor.store.leases import end_claims
from monitor.store.rows import chunks
from monitor.store.schema import articles, askings, assessments, masks, versions
from monitor.store.search_index import put, take_out
from monitor.types import Article, Span

Version = tuple[str, str]
"""An article's id and the hash of one of its texts."""


class MaskStore:
    """Masks and askings; each method one transaction, as of `Store`."""

    _database: Database

    def unmasked(
        self,
        stamp: str,
        *,
        limit: int,
        told_by: Sequence[str] = (),
        after: str | None = None,
        since: datetime | None = None,
    ) -> list[Article]:
        """Return articles whose current version `stamp` has not looked through, newest first.

        With `told_by` only what these stamps find relevant or borderline, with `since` only what
        came in from then on; `after` is the id of the article to go on from.
        """
        query = unmasked_query(stamp, limit, told_by=told_by, since=since)
        with self._database.reading() as connection:
            if after is not None:
                query = query.where(older_than(connection, after))
            return [to_article(row) for row in connection.execute(query)]

    def record_masks(
        self, found: Sequence[Mask], now: datetime, *, token: str | None = None
    ) -> None:
        """Store masks, each in place of an earlier one; nothing of articles that expired.

        It ends the claims of `token`.
        """
        with self._database.writing() as connection:
            if token is not None:
                end_claims(connection, token)
            gone = expired(connection, [mask.article_id for mask in found])
            rows = [_row(mask, now) for mask in found if mask.article_id not in gone]
            if rows:
                changed = _changed(connection, rows)
                take_out(connection, changed)
                connection.execute(_upsert(connection.dialect.name), rows)
                put(connection, changed)

    def masks(self, wanted: Iterable[Version]) -> dict[Version, Mask]:
        """Return the masks of versions, as far as there are any."""
        versions_of = set(wanted)
        found: dict[Version, Mask] = {}
        with self._database.reading() as connection:
            for some in chunks(sorted({article_id for article_id, _ in versions_of})):
                query = select(masks).where(masks.c.article_id.in_(some))
                for row in connection.execute(query).mappings():
                    key = (row["article_id"], row["sha256"])
                    if key in versions_of:
                        found[key] = _mask(row)
        return found

    def ask_names(self, ids: Iterable[str], who: str, now: datetime, until: datetime) -> int:
        """Record that `who` asked for the names of articles; return of how many there are."""
        with self._database.writing() as connection:
            rows = [
                {"article_id": key, "sha256": sha256, "who": who, "at": now, "until": until}
                for some in chunks(sorted(set(ids)))
                for key, sha256 in connection.execute(
                    select(articles.c.id, articles.c.current).where(articles.c.id.in_(some))
                )
            ]
            if rows:
                connection.execute(askings.insert(), rows)
            return len(rows)

    def hide_names(self, ids: Iterable[str], who: str, now: datetime) -> None:
        """Show `who` the names of articles no longer."""
        mine = (askings.c.who == who) & (askings.c.until > now)
        with self._database.writing() as connection:
            for some in chunks(sorted(set(ids))):
                shown = update(askings).where(mine, askings.c.article_id.in_(some))
                connection.execute(shown.values(until=now))

    def asked(self, who: str, now: datetime) -> frozenset[str]:
        """Return the articles whose names are shown to `who` now: of the versions asked for."""
        query = (
            select(askings.c.article_id)
            .join(articles, articles.c.id == askings.c.article_id)
            .where(askings.c.who == who, askings.c.until > now)
            .where(askings.c.sha256 == articles.c.current)
        )
        with self._database.reading() as connection:
            return frozenset(connection.execute(query).scalars())

    def asking_times(self, since: datetime | None = None) -> list[datetime]:
        """Return when names were asked for from `since` on, once for each article, in order."""
        query = select(askings.c.at).order_by(askings.c.at)
        if since is not None:
            query = query.where(askings.c.at >= since)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())


def unmasked_query(
    stamp: str, limit: int, *, told_by: Sequence[str] = (), since: datetime | None = None
) -> Select[Any]:
    """Return the query of `MaskStore.unmasked`."""
    done = select(masks.c.article_id).where(
        masks.c.article_id == articles.c.id,
        masks.c.sha256 == articles.c.current,
        masks.c.stamp == stamp,
    )
    query = (
        current_articles()
        .where(~done.exists())
        .order_by(None)
        .order_by(articles.c.first_seen.desc(), articles.c.id.desc())
        .limit(limit)
    )
    if told_by:
        told = select(assessments.c.article_id).where(
            assessments.c.stamp.in_(told_by),
            or_(assessments.c.relevant, assessments.c.borderline),
        )
        query = query.where(articles.c.id.in_(told))
    if since is None:
        return query.where(articles.c.expired_at.is_(None))
    late = versions.alias()
    came = articles.c.id.in_(select(late.c.article_id).where(late.c.fetched_at >= since))
    # coalesce: SQLite would go through all that has not expired, by the index of that
    return query.where(came, func.coalesce(articles.c.expired_at, None).is_(None))


def forget_places(connection: Connection, ids: Sequence[str], sha256: str | None = None) -> None:
    """Take the places out of the masks of articles that lose their words, or of one version.

    What stays is whether the address tells. Should the words come back, they are looked through.
    """
    lost = update(masks).where(masks.c.article_id.in_(ids))
    if sha256 is not None:
        lost = lost.where(masks.c.sha256 == sha256)
    connection.execute(lost.values(spans=[], stamp=""))


def older_than(connection: Connection, article_id: str) -> Any:
    """Return the condition for the articles that come after the one of that id, newest first."""
    place = select(articles.c.first_seen, articles.c.id).where(articles.c.id == article_id)
    row = connection.execute(place).one()
    cursor = tuple_(articles.c.first_seen, articles.c.id)
    return cursor < tuple_(*row, types=[articles.c.first_seen.type, articles.c.id.type])


def _changed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the articles of which other words are hidden than so far: none is searched by them."""
    before: dict[Version, Any] = {}
    for some in chunks(sorted({row["article_id"] for row in rows})):
        query = select(masks.c.article_id, masks.c.sha256, masks.c.spans)
        for row in connection.execute(query.where(masks.c.article_id.in_(some))):
            before[row.article_id, row.sha256] = row.spans
    keys = [(row["article_id"], row["sha256"], row["spans"]) for row in rows]
    return [key for key, sha256, spans in keys if spans != before.get((key, sha256), [])]


def _row(mask: Mask, now: datetime) -> dict[str, Any]:
    return {
        "article_id": mask.article_id,
        "sha256": mask.sha256,
        "stamp": mask.stamp,
        "spans": [[span.field, span.start, span.end] for span in mask.spans],
        "link_tells": mask.link_tells,
        "untold": mask.untold,
        "at": now,
    }


def _mask(row: RowMapping) -> Mask:
    return Mask(
        row["article_id"],
        row["sha256"],
        row["stamp"],
        tuple(Span(*span) for span in row["spans"]),
        row["link_tells"],
        row["untold"],
    )


@cache
def _upsert(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(masks)
    changed = {name: insert.excluded[name] for name in ("stamp", "spans", "link_tells", "untold")}
    return insert.on_conflict_do_update(
        index_elements=[masks.c.article_id, masks.c.sha256],
        set_={**changed, "at": insert.excluded["at"]},
    )
