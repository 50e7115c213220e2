"""`kill -9` of `monitor run` at random moments loses nothing and doubles nothing."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest

import warm
from desk import Desk, clean_environ, make_desk
from monitor.cli import demo_site as demo_outlets

KILLS = int(os.environ.get("KILLS", "5"))
ALL_FROM = 100
"""Kills of tests/support/proof.py, which follows all the outlets."""
KILLS_A_DESK = 5
SOME = ("lantern-wire", "siam-ledger", "dili-horizon")
"""Half of the outlets, for the small version: two share an article, one of them has moved."""
ROWS = {
    "feeds": "SELECT id, url, title, outlet, removed_at IS NULL FROM feeds",
    "articles": "SELECT id, url, outlet, feed_id, current FROM articles",
    "versions": "SELECT article_id, sha256, feed_id, title, text, summary, language, published,"
    " origin FROM versions",
    "sightings": "SELECT article_id, feed_id FROM sightings",
    "assessments": "SELECT article_id, sha256, stamp, relevance, relevant, borderline,"
    " not_judged, error, payload FROM assessments",
    "tags": "SELECT a.article_id, a.stamp, t.scheme, t.label, t.role, t.score FROM tags t"
    " JOIN assessments a ON a.id = t.assessment_id",
    "stories": "SELECT stamp, article_id, sha256, story_id, position, print FROM story_members",
    "stored": "SELECT feed_id, sum(stored) FROM polls GROUP BY feed_id",
}
"""All but the moments at which things happened, and how often an unchanged feed was asked."""


def rows(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(desk.folder / "monitor.sqlite") as database:
        found = {name: sorted(database.execute(query), key=repr) for name, query in ROWS.items()}
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    database.close()
    return found


def job_in_hand(desk: Desk, wanted: Mapping[str, list[tuple[object, ...]]]) -> str:
    """Return what a desk that is to end with the rows `wanted` was at."""
    had = {name: len(found) for name, found in rows(desk).items()}
    jobs = {"ingest": "stored", "assess": "assessments", "fold": "stories"}
    left = (job for job, name in jobs.items() if had[name] < len(wanted[name]))
    return next(left, "digest")


def follow(folder: Path, outlets: demo_outlets.RunningSite) -> Desk:
    # One feed at a time, so that the same feed is the first to bring an article that two have.
    desk = make_desk(folder, "parallel = 1")
    feeds = outlets.opml(desk.folder / "feeds.opml")
    if KILLS < ALL_FROM:
        lines = feeds.read_text(encoding="utf-8").splitlines()
        kept = (x for x in lines if "xmlUrl" not in x or any(f"/{name}/" in x for name in SOME))
        feeds.write_text("\n".join(kept), encoding="utf-8")
    assert desk.type("feeds", "import", "feeds.opml").code == 0
    return desk


@pytest.mark.skipif(not warm.is_possible(), reason="this system cannot fork")
def test_killed_runs_end_in_the_same_store(tmp_path: Path) -> None:
    dice = random.Random(20261125)
    with demo_outlets.serve() as outlets:
        plain = follow(tmp_path / "plain", outlets)
        start = time.monotonic()
        said = plain.type("run")
        whole = time.monotonic() - start
        assert said.code == 0, said.err
        wanted = rows(plain)
        assert len(wanted["articles"]) >= (40 if KILLS >= ALL_FROM else 25)
        assert len(wanted["sightings"]) > len(wanted["articles"])
        # where little is left to do, a late kill finds nobody
        latest = 1.0 if KILLS >= ALL_FROM else 0.8
        landed: Counter[str] = Counter()
        for number in range(KILLS // KILLS_A_DESK):
            desk = follow(tmp_path / f"desk-{number}", outlets)
            for _ in range(KILLS_A_DESK):
                with warm.Command(["run"], desk.folder, clean_environ()) as command:
                    try:
                        command.wait(dice.uniform(0.01, latest) * whole)
                    except TimeoutError:
                        command.kill()
                        landed[job_in_hand(desk, wanted)] += 1
            said = desk.type("run")
            assert said.code == 0, said.err
            assert rows(desk) == wanted
    counts = {name: len(found) for name, found in wanted.items()}
    print(
        f"{landed.total()} of {KILLS} kills hit a running process ({dict(landed)});"
        f" every store ended as {counts}"
    )
    assert landed.total() >= KILLS // 2
