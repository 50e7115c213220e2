"""Where names are hidden: which articles nobody looked through yet, and who asked for names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.errors import NotFound
from monitor.masks import Mask
from monitor.store import mask_groups
from monitor.store.assessments import KEPT, VERSION, current_articles, expired, to_article
from monitor.store.database import Database
from monitor.store.leases import end_claims
from monitor.store.mask_groups import MaskGroups, own_mask, own_row
from monitor.store.rows import chunks
from monitor.store.schema import (
    articles,
    askings,
    assessments,
    lifted,
    masks,
    version_checks,
    versions,
)
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
        """Store what was found in versions, each in place of an earlier word of it.

        What is hidden in it for others' sake stays so, until `record_complete` has come to it.
        Nothing is stored of articles that expired. It ends the claims of `token`.
        """
        with self._database.writing() as connection:
            if token is not None:
                end_claims(connection, token)
            gone = expired(connection, [mask.article_id for mask in found])
            known = _known(connection, [mask.article_id for mask in found])
            rows = [
                _row(mask, known.get((mask.article_id, mask.sha256)), now)
                for mask in found
                if mask.article_id not in gone
            ]
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

    def older_versions(self, ids: Sequence[str], stamp: str) -> list[Article]:
        """Return other versions of articles, with words, that `stamp` has not looked through.

        Nor any stamp, where it is "".
        """
        done = select(masks.c.article_id).where(
            masks.c.article_id == versions.c.article_id, masks.c.sha256 == versions.c.sha256
        )
        done = done.where(masks.c.stamp == stamp if stamp else masks.c.stamp != "")
        found: list[Article] = []
        with self._database.reading() as connection:
            for some in chunks(sorted(set(ids))):
                query = (
                    select(*VERSION)
                    .join_from(versions, articles, articles.c.id == versions.c.article_id)
                    .where(versions.c.article_id.in_(some), ~done.exists())
                    .where(versions.c.sha256 != articles.c.current)
                    .where(or_(versions.c.title != "", versions.c.text != ""))
                    .order_by(versions.c.article_id, versions.c.fetched_at, versions.c.sha256)
                )
                found += [to_article(row) for row in connection.execute(query)]
        return found

    def erased_next(self, before: datetime) -> list[Article]:
        """Return the versions that `erase_withdrawn` would erase and nobody looked through."""
        done = select(masks.c.article_id).where(
            masks.c.article_id == versions.c.article_id, masks.c.sha256 == versions.c.sha256
        )
        gone = select(version_checks.c.article_id).where(
            version_checks.c.article_id == versions.c.article_id,
            version_checks.c.sha256 == versions.c.sha256,
            version_checks.c.why != "",
            version_checks.c.erased_at.is_(None),
            version_checks.c.at < before,
        )
        query = (
            select(*VERSION)
            .join_from(versions, articles, articles.c.id == versions.c.article_id)
            .where(gone.exists(), ~done.where(masks.c.stamp != "").exists(), KEPT)
            .order_by(versions.c.article_id, versions.c.sha256)
        )
        with self._database.reading() as connection:
            return [to_article(row) for row in connection.execute(query)]

    # What masks rest on --------------------------------------------------------------------

    def incomplete(self, ids: Iterable[str], stories: str) -> set[str]:
        """Return those of the articles some mask of which was made by other names than there are.

        `stories` is the stamp of the rule of stories.
        """
        with self._database.reading() as connection:
            return mask_groups.incomplete(connection, ids, stories)

    def next_incomplete(
        self, stories: str, *, limit: int, after: str = "", since: datetime | None = None
    ) -> list[str]:
        """Return the next such articles after the id `after`.

        With `since` only those of which, or of whose story, something was said from then on.
        """
        query = mask_groups.incomplete_query(stories, limit, after, since)
        with self._database.reading() as connection:
            return list(connection.execute(query).scalars())

    def mask_groups(self, ids: Iterable[str], stories: str) -> MaskGroups:
        """Return what the masks of articles rest on."""
        with self._database.reading() as connection:
            return mask_groups.load(connection, ids, stories)

    def record_complete(self, found: Sequence[tuple[Mask, int, int]]) -> None:
        """Store whole masks, each with the token of its own names and the sum it was made by.

        What was looked through anew meanwhile is left alone.
        """
        with self._database.writing() as connection:
            known = _known(connection, [mask.article_id for mask, _, _ in found])
            rows = [
                (mask, basis)
                for mask, token, basis in found
                if (row := known.get((mask.article_id, mask.sha256))) and row["token"] == token
            ]
            spans = [
                {"article_id": m.article_id, "sha256": m.sha256, "spans": _spans(m.spans)}
                for m, _ in rows
            ]
            changed = _changed(connection, spans)
            take_out(connection, changed)
            for mask, basis in rows:
                mine = (masks.c.article_id == mask.article_id) & (masks.c.sha256 == mask.sha256)
                values = {
                    "spans": _spans(mask.spans),
                    "link_tells": mask.link_tells,
                    "byline_tells": mask.byline_tells,
                    "basis": basis,
                }
                connection.execute(update(masks).where(mine).values(**values))
            put(connection, changed)

    def lift_names(self, article_id: str, hashes: Iterable[str], who: str, now: datetime) -> None:
        """Record that `who` says of names that they are not to be hidden in an article.

        Raises `NotFound` where there is none, or it was forgotten or has expired.
        """
        rows = [
            {"article_id": article_id, "hash": one, "who": who, "at": now} for one in sorted(hashes)
        ]
        with self._database.writing() as connection:
            held = select(articles.c.id).where(articles.c.id == article_id, KEPT)
            held = held.where(articles.c.expired_at.is_(None))
            if connection.execute(held).first() is None:
                raise NotFound(f"no article '{article_id}' with words")
            connection.execute(lifted.insert(), rows)

    def unlift_names(self, article_id: str, hashes: Iterable[str]) -> int:
        """Take back that names are not to be hidden in an article; return how many words."""
        mine = (lifted.c.article_id == article_id) & lifted.c.hash.in_(sorted(hashes))
        with self._database.writing() as connection:
            return connection.execute(delete(lifted).where(mine)).rowcount

    # Asking --------------------------------------------------------------------------------

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


def forget_places(
    connection: Connection,
    ids: Sequence[str],
    sha256: str | None = None,
    kept: Sequence[str] = (),
) -> None:
    """Take the places out of the masks of articles that lose their words, or of one version.

    What stays is whether the address tells; of a version besides the hashes `kept` of its names.
    Should the words come back, they are looked through.
    """
    lost = select(masks).where(masks.c.article_id.in_(ids))
    if sha256 is None:
        connection.execute(delete(lifted).where(lifted.c.article_id.in_(ids)))
    else:
        lost = lost.where(masks.c.sha256 == sha256)
    for row in connection.execute(lost).mappings().all():
        mine = (masks.c.article_id == row["article_id"]) & (masks.c.sha256 == row["sha256"])
        own = Mask(row["article_id"], row["sha256"], "", (), row["link_tells"], row["untold"])
        values = own_row(own, kept)
        if sha256 is None:
            values["token"] = 0  # none of its names counts any more
        connection.execute(update(masks).where(mine).values(**values, spans=[], stamp=""))


def older_than(connection: Connection, article_id: str) -> Any:
    """Return the condition for the articles that come after the one of that id, newest first."""
    place = select(articles.c.first_seen, articles.c.id).where(articles.c.id == article_id)
    row = connection.execute(place).one()
    cursor = tuple_(articles.c.first_seen, articles.c.id)
    return cursor < tuple_(*row, types=[articles.c.first_seen.type, articles.c.id.type])


def _known(connection: Connection, ids: Iterable[str]) -> dict[Version, RowMapping]:
    """Return the rows of articles."""
    known: dict[Version, RowMapping] = {}
    for some in chunks(sorted(set(ids))):
        query = select(masks).where(masks.c.article_id.in_(some))
        for row in connection.execute(query).mappings():
            known[row["article_id"], row["sha256"]] = row
    return known


def _changed(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the articles of which other words are hidden than so far: none is searched by them."""
    known = _known(connection, (row["article_id"] for row in rows))
    before = {key: row["spans"] for key, row in known.items()}
    keys = [(row["article_id"], row["sha256"], row["spans"]) for row in rows]
    return [key for key, sha256, spans in keys if spans != before.get((key, sha256), [])]


def _row(mask: Mask, known: RowMapping | None, now: datetime) -> dict[str, Any]:
    """Return the row of what was found in a version, in place of the `known` one."""
    values = own_row(mask, known["kept"] if known else ())
    spans, link, byline = mask.spans, mask.link_tells, mask.byline_tells
    basis = 0
    if known:
        own = own_mask(mask.article_id, mask.sha256, known)
        others = {*(Span(*one) for one in known["spans"])} - {*own.spans}
        spans = (*spans, *(one for one in others if not _covered(one, spans)))
        link = link or (known["link_tells"] and not own.link_tells)
        byline = byline or known["byline_tells"]
        basis = known["basis"] if known["token"] == values["token"] else 0
    return {
        **values,
        "article_id": mask.article_id,
        "sha256": mask.sha256,
        "stamp": mask.stamp,
        "spans": _spans(spans),
        "link_tells": link,
        "byline_tells": byline,
        "untold": mask.untold,
        "basis": basis,
        "at": now,
    }


def _covered(span: Span, spans: Iterable[Span]) -> bool:
    return any(s.field == span.field and s.start <= span.start and span.end <= s.end for s in spans)


def _spans(spans: Iterable[Span]) -> list[list[Any]]:
    return [[span.field, span.start, span.end] for span in spans]


def _mask(row: RowMapping) -> Mask:
    return Mask(
        row["article_id"],
        row["sha256"],
        row["stamp"],
        tuple(Span(*span) for span in row["spans"]),
        row["link_tells"],
        row["untold"],
        row["byline_tells"],
    )


@cache
def _upsert(dialect: str) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(masks)
    keys = ("article_id", "sha256")
    changed = {c.name: insert.excluded[c.name] for c in masks.c if c.name not in keys}
    return insert.on_conflict_do_update(
        index_elements=[masks.c.article_id, masks.c.sha256], set_=changed
    )
