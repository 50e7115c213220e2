"""Erasure of articles for good, at somebody's wish: no word, address or judgement stays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from monitor.export.export_jobs import ExportJobs
from monitor.records.errors import FeedError, UsageError
from monitor.storage.forgetting import StoredArticle

if TYPE_CHECKING:
    from monitor.desk import Desk

Reason = Literal["person", "court", "publisher", "safety", "mistake"]
REASONS: dict[Reason, str] = {
    "person": "somebody whom it tells of asked for it",
    "court": "a court or an authority ordered it",
    "publisher": "its publisher asked for it, or took it back",
    "safety": "it puts somebody in danger",
    "mistake": "it should not have been stored",
}
"""Why articles are forgotten. A word of a list, since what is typed freely may hold a name."""
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class ForgetCandidate:
    """An article that is to be forgotten, or was; `held` is None where nothing of it is stored."""

    article_id: str
    held: StoredArticle | None
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class ForgetResult:
    """How many articles are newly forgotten; `cleared`: also out of the database's log and file."""

    articles: int
    cleared: bool


def choose(desk: Desk, given: Sequence[str]) -> list[ForgetCandidate]:
    """Return the articles named by id or address, each once.

    Raises `UsageError` for what is neither, or is the id of an article that there is not.
    """
    from monitor.feeds.urls import article_id

    try:
        ids = {article_id(name) if "://" in name else name: name for name in given}
    except FeedError as error:
        raise UsageError(str(error)) from error
    held = desk.store.held(list(ids), desk.stories_stamp)
    gone = desk.store.forgotten(ids)
    for one, name in ids.items():
        if one not in held and one not in gone and one == name and not _ID.fullmatch(one):
            raise UsageError(f"'{name}' is neither an article's id nor an address")
    return [ForgetCandidate(one, held.get(one), one in gone) for one in ids]


def titles(desk: Desk, chosen: Sequence[ForgetCandidate]) -> dict[str, str]:
    """Return by id the headlines of what is held, without names, or why there is none."""
    held = [one.article_id for one in chosen if one.held]
    articles = [desk.store.article(one, ()).article for one in held]
    shown = desk.shown(articles, patient=True).items()
    return {one: f"({view.withheld})" if view.withheld else view.title for one, view in shown}


def forget(desk: Desk, ids: Sequence[str], reason: Reason) -> ForgetResult:
    """Forget articles, clear the database's file and log of their words, delete exports made."""
    if reason not in REASONS:
        raise UsageError(f"'{reason}' is none of {', '.join(REASONS)}")
    count = desk.store.forget(ids, reason, desk.now())
    ExportJobs(desk).forget()
    return ForgetResult(count, desk.store.clear_file())
