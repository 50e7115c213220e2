"""Withdrawn versions: texts whose words publishers took back, and erasing them for good."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, select, update

from monitor.records.article import Article
from monitor.records.finding import Finding
from monitor.records.hidden_names import Seal
from monitor.storage.assessments import any_version, decode, to_article
from monitor.storage.database import rows_of
from monitor.storage.name_masks import forget_places, seal_version
from monitor.storage.schema import (
    articles,
    assessments,
    of_version,
    story_keys,
    story_members,
    version_checks,
    versions,
)
from monitor.storage.stories import StoryPlacement, write_keys

Compare = Callable[[Article, tuple[Finding, ...], Article], str]
"""Says what an older version tells that the newer does not and that must go; "" for nothing."""


def check_versions(
    connection: Connection, compare: Compare, now: datetime, *, limit: int
) -> tuple[int, int]:
    """Compare older versions with the one in force, once; return how many, and withdrawn."""
    mine = of_version(version_checks, versions.c.article_id, versions.c.sha256)
    done = exists().where(mine, version_checks.c.against == articles.c.current)
    query = any_version().where(versions.c.sha256 != articles.c.current, ~done)
    query = query.order_by(versions.c.article_id, versions.c.sha256).limit(limit)
    olds = [to_article(row) for row in connection.execute(query)]
    withdrawn = 0
    for old in olds:
        new = _current(connection, old.id)
        said = select(assessments).where(of_version(assessments, old.id, old.sha256))
        rows = connection.execute(said)
        findings = tuple(finding for row in rows for finding in decode(row).findings)
        why = compare(old, findings, new)
        withdrawn += bool(why)
        row = {"article_id": old.id, "sha256": old.sha256, "against": new.sha256}
        connection.execute(version_checks.insert(), {**row, "why": why, "at": now})
    return len(olds), withdrawn


def _current(connection: Connection, article_id: str) -> Article:
    query = any_version().where(versions.c.sha256 == articles.c.current)
    return to_article(connection.execute(query.where(articles.c.id == article_id)).one())


def without_words(version: Article) -> Article:
    """Return a version with its hash and times, and nothing that it said."""
    return replace(version, title="", text="", summary="", authors=(), enclosures=())


def restore(connection: Connection, article_id: str, values: dict[str, Any]) -> None:
    """Take a version out of the withdrawn ones: its publisher prints these very words again."""
    sha256 = values["sha256"]
    mine = of_version(version_checks, article_id, sha256)
    if connection.execute(version_checks.delete().where(mine)).rowcount:
        words = {key: values[key] for key in ("title", "text", "summary", "authors")}
        text = update(versions).where(of_version(versions, article_id, sha256))
        connection.execute(text.values(**words))


def erase_withdrawn(
    connection: Connection,
    make: Callable[[], Seal],
    before: datetime,
    now: datetime,
    reprint: Callable[[Article], StoryPlacement],
) -> int:
    """Erase versions withdrawn before a moment; `make` keeps names, `reprint` compares anew."""
    query = select(version_checks.c.article_id, version_checks.c.sha256).distinct()
    due = version_checks.c.why != "", version_checks.c.erased_at.is_(None)
    found = list(connection.execute(query.where(*due, version_checks.c.at < before)))
    for article_id, sha256 in found:
        for stamp in erase_version(connection, article_id, sha256, make):
            current = _current(connection, article_id)
            placed = reprint(current)
            own = story_members.c.stamp == stamp, story_members.c.article_id == article_id
            values = {"print": placed.print, "sha256": current.sha256}
            connection.execute(update(story_members).where(*own).values(**values))
            write_keys(connection, stamp, article_id, placed)
        mine = of_version(version_checks, article_id, sha256)
        connection.execute(update(version_checks).where(mine).values(erased_at=now))
    return len(found)


def erase_version(
    connection: Connection, article_id: str, sha256: str, make: Callable[[], Seal]
) -> list[str]:
    """Erase the words of one version, here and in what was said of it; judgements stay.

    What stays is its hash, its times, its labels and hashes of its hidden names; of an article
    folded by it, that it belongs to its story: nothing is compared with it then. Return the stamps
    that had folded it.
    """
    kept = seal_version(connection, article_id, sha256, make)
    mine = of_version(versions, article_id, sha256)
    empty: dict[str, Any] = {"title": "", "text": "", "summary": "", "authors": []}
    connection.execute(update(versions).where(mine).values(**empty))
    said = of_version(assessments, article_id, sha256)
    for row in connection.execute(select(assessments.c.id, assessments.c.payload).where(said)):
        payload = {key: v for key, v in row.payload.items() if key in ("tags", "experimental")}
        one = update(assessments).where(assessments.c.id == row.id)
        connection.execute(one.values(payload=payload))
    forget_places(connection, [article_id], sha256, kept)
    folded = of_version(story_members, article_id, sha256)
    stamps = list(connection.execute(select(story_members.c.stamp).where(folded)).scalars())
    connection.execute(update(story_members).where(folded).values(print=""))
    keys = story_keys.c.article_id == article_id, story_keys.c.stamp.in_(stamps)
    connection.execute(story_keys.delete().where(*keys))
    return stamps


def taken_back(connection: Connection, wanted: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Return the articles of those versions whose words their publishers took back."""
    texts = dict(wanted)
    query = select(version_checks.c.article_id, version_checks.c.sha256)
    query = query.where(version_checks.c.why != "")
    rows = rows_of(connection, query, version_checks.c.article_id, texts)
    return frozenset(one for one, sha256 in rows if texts[one] == sha256)
