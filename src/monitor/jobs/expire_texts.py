"""Retention: letting the words of articles expire, `[store] keep_text_days` after first sight."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.settings import Settings
from monitor.storage.store import Store


@dataclass(frozen=True, slots=True)
class Expired:
    """What expired: `articles` first seen before `before`; `cleared`: also out of log and file."""

    articles: int
    before: datetime
    cleared: bool


def expire(store: Store, settings: Settings, now: datetime) -> Expired | None:
    """Let the words of old articles expire; `None` where the desk keeps them for ever."""
    days = settings.store.keep_text_days
    if not days:
        return None
    before = now - timedelta(days=days)
    total = 0
    # some hundredths of a second for other writers
    while count := store.expire(before, now, limit=200):
        total += count
    cleared = store.clear_file() if store.count_expired() else True
    return Expired(total, before, cleared)
