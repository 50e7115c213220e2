"""How long the pages of stories, trends, outlets and review take in a large archive.

    python benchmarks/bench_pages.py 100000 [sqlite] [postgresql]

Made-up articles of 200 outlets, 1,000 a day, of which 40 are told of, a third of them copies of
late ones; their tags and flags are made up too, one flag in ten is confirmed. The desk is served as
`monitor serve` does, and asked by one client, 40 times for each address; first bytes, in
milliseconds. Between two rounds an article is judged, as on a desk that runs.
"""

from __future__ import annotations

import gc
import hashlib
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from bench_stories import TABLE, Row, made_article

from monitor.app import Monitor
from monitor.jobs.mask_names import mask_due
from monitor.labels.schemes import FORMS, INDICATORS, RESPONSES, VICTIMS
from monitor.records.counts import outlet_id
from monitor.records.feed import Feed
from monitor.settings import Settings
from monitor.storage import schema

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import postgres  # noqa: E402 - the tests' own modules
from serving import serve  # noqa: E402

START = datetime(2026, 8, 20, tzinfo=UTC)
A_DAY, TOLD_OF, OUTLETS, ROUNDS = 1000, 40, 200, 40
FEED = Feed("f", "https://made.example/rss", "Made", "Made Outlet")
PLACES = ("TH", "GB", "NG", "PH", "IN", "US", "KH", "MM", "GH", "IT", "DE", "NP")
RULES = ("rescue-language", "sex-slave", "slave-noun", "passive-no-agent", "pimp-term")


@cache
def all_words() -> list[str]:
    """Return words to make articles of."""
    return list(json.loads(TABLE.read_text(encoding="utf-8"))["words"])


def fill(monitor: Monitor, count: int) -> None:
    """Store `count` articles, judged, flagged and folded."""
    draw = random.Random(1)
    words = all_words()
    monitor.store.add_feeds([FEED], START)
    engine = monitor.store._database.engine  # noqa: SLF001 - rows are made faster than they come
    late: list[Row] = []
    stamps = monitor.stamps
    for first in range(0, count, A_DAY):
        at = START + timedelta(days=first // A_DAY)
        rows: dict[str, list[dict[str, Any]]] = {}
        for number in range(min(A_DAY, count - first)):
            told = number < TOLD_OF
            copied = draw.choice(late[-100:]) if late and told and number % 3 == 2 else None
            row = made_article(draw, words, copied)
            if told:
                late.append(row)
            seen = at + timedelta(seconds=80 * number)
            article_of(rows, first + number, row, seen, draw, stamps, told=told)
        with engine.begin() as connection:
            connection.exec_driver_sql(
                "PRAGMA defer_foreign_keys = ON"
                if engine.dialect.name == "sqlite"
                else "SET CONSTRAINTS ALL DEFERRED"
            )
            for name in ("articles", "versions", "assessments", "flag_verdicts"):
                if rows.get(name):
                    connection.execute(schema.metadata.tables[name].insert(), rows[name])
            if tags := [tag for made in rows["assessments"] for tag in tags_of(made)]:
                connection.execute(schema.tags.insert(), tags)
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.exec_driver_sql("ANALYZE")  # as its autovacuum does within a minute
    while monitor.fold():
        pass


NUMBERS = iter(range(1, 10**9))


def article_of(
    rows: dict[str, list[dict[str, Any]]],
    number: int,
    row: Row,
    at: datetime,
    draw: random.Random,
    stamps: tuple[str, ...],
    *,
    told: bool,
) -> None:
    """Add the rows of one article."""
    key, sha = f"a{number:07}", hashlib.sha256(str(number).encode()).hexdigest()
    outlet = f"Outlet {draw.randrange(OUTLETS)}"
    made = {"id": key, "url": f"https://made.example/{number}", "outlet": outlet, "feed_id": "f"}
    rows.setdefault("articles", []).append(
        {**made, "first_seen": at, "current": sha, "page_tries": 0}
    )
    rows.setdefault("versions", []).append(
        {
            "article_id": key,
            "sha256": sha,
            "feed_id": "f",
            "title": row["title"],
            "text": row["text"],
            "summary": "",
            "language": "en",
            "published": at,
            "origin": "feed",
            "fetched_at": at,
        }
    )
    for place, stamp in enumerate(stamps):
        assessor = stamp.partition("@")[0]
        payload: dict[str, Any] = {}
        if told and assessor.startswith("tags"):
            payload["tags"] = [tag(draw, scheme, labels) for scheme, labels in SCHEMES]
        if told and assessor.startswith("thb"):
            payload["findings"] = [finding(draw, row) for _ in range(draw.randrange(4))]
        rows.setdefault("assessments", []).append(
            {
                "id": next(NUMBERS),
                "article_id": key,
                "sha256": sha,
                "stamp": stamp,
                "assessor": assessor,
                "relevance": (0.9 if told else 0.01) if not place else None,
                "relevant": told if not place else None,
                "borderline": False if not place else None,
                "payload": payload,
                "at": at,
            }
        )
        for found in payload.get("findings", ()):
            if draw.random() < 0.1:
                spot = {name: found[name] for name in ("rule", "field", "start", "end")}
                rows.setdefault("flag_verdicts", []).append(
                    {"article_id": key, "sha256": sha, **spot}
                    | {"right": draw.random() < 0.8, "reviewer": "made", "at": at}
                )


SCHEMES = (
    ("form", FORMS),
    ("place", PLACES),
    ("response", RESPONSES),
    ("victim", VICTIMS),
    ("indicator", INDICATORS),
)


def tag(draw: random.Random, scheme: str, labels: tuple[str, ...]) -> dict[str, Any]:
    """Return a tag as it is stored."""
    role = "exploitation" if scheme == "place" else None
    span = {"field": "text", "start": 0, "end": 20}
    return {"scheme": scheme, "label": draw.choice(labels), "score": 0.8, "evidence": [span]} | {
        "role": role,
        "experimental": False,
    }


def tags_of(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the rows of an assessment's tags."""
    for place, one in enumerate(made["payload"].get("tags", ())):
        yield {
            "assessment_id": made["id"],
            "position": place,
            "scheme": one["scheme"],
            "label": one["label"],
            "role": one["role"],
            "score": one["score"],
        }


def finding(draw: random.Random, row: Row) -> dict[str, Any]:
    """Return a finding as it is stored."""
    start = draw.randrange(100)
    return {
        "rule": draw.choice(RULES),
        "severity": "warning",
        "principle": "humanity",
        "scope": "body",
        "field": "text",
        "start": start,
        "end": start + 12,
        "match": row["text"][start : start + 12],
        "quoted": "no",
        "message": "Say what happened to the people.",
        "why": "It puts the rescuer at the centre.",
        "suggestions": ["identified"],
        "sources": [{"title": "A guide", "section": "3", "url": "https://guide.example/"}],
        "confidence": 0.7,
    }


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'made.sqlite'}"
        return
    with postgres.serve() as server:
        yield postgres.new_database(server)


def look_through(monitor: Monitor, told: int) -> None:
    """Look for names in what is told of, as a desk that runs does, and in nothing else."""
    done = 0

    def count(number: int) -> None:
        nonlocal done
        done += number

    mask_due(monitor, report=count, stopped=lambda: done >= told)


def judge_another(monitor: Monitor, number: int) -> None:
    """Store one judgement more, as a desk that runs does between two visits."""
    rows: dict[str, list[dict[str, Any]]] = {}
    draw = random.Random(number)
    row, at = made_article(draw, all_words(), None), monitor.now() - timedelta(minutes=1)
    article_of(rows, 10**6 + number, row, at, draw, monitor.stamps, told=True)
    with monitor.store._database.engine.begin() as connection:  # noqa: SLF001
        for name in ("articles", "versions", "assessments"):
            connection.execute(schema.metadata.tables[name].insert(), rows[name])
    monitor.fold()
    look_through(monitor, 1)


def addresses(monitor: Monitor) -> list[str]:
    """Return what is asked for."""
    from monitor.archive.story_details import list_stories

    last = monitor.now().date()
    stories = list_stories(monitor, limit=200)["stories"]
    story = next(one["story"] for one in stories if one["count"] > 2)
    outlet = outlet_id("Outlet 7")
    return [
        "/stories",
        "/stories?outlet=Outlet+7",
        "/stories?form=forced_labour&place=TH",
        f"/stories/{story}",
        "/trends",
        "/trends?place=TH&step=day",
        f"/trends?since={last - timedelta(days=364)}&step=month",
        "/outlets",
        f"/outlets/{outlet}",
        f"/outlets/{outlet}/letter",
        "/review",
        "/review?order=newest",
        f"/review?day={last - timedelta(days=1)}",
        "/review?set=second",
        "/review?set=differ",
        "/review?set=sample",
        "/review/confirm",
        "/review/differences",
        "/review/practice",
        "/review/learning",
        "/digests/today",
    ]


def main(count: int, kind: str) -> None:
    """Fill, serve, ask, and print a line for each address."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as address:
        now = START + timedelta(days=count / A_DAY)
        settings = Settings(home=Path(folder), database=address)
        with Monitor(settings, now=lambda: now) as monitor:
            fill(monitor, count)
            look_through(monitor, count * TOLD_OF // A_DAY)
            gc.collect()
            gc.freeze()  # as `monitor serve` does
            print(f"{count:,} articles on {kind}\n  first   median      p95  p95 of cpu  (ms)")
            with serve(monitor) as site, httpx.Client(base_url=site, timeout=60) as client:
                for path in addresses(monitor):
                    measure(monitor, client, path)


def measure(monitor: Monitor, client: httpx.Client, path: str) -> None:
    """Ask for one address, and print how long it took.

    The first time, the median, p95; and p95 of the processor time of server and client together,
    which other programs on the machine do not lengthen.
    """
    times, spent = [], []
    for number in range(ROUNDS):
        if number % 5 == 4:
            judge_another(monitor, next(NUMBERS))
        begun, before = time.perf_counter(), time.process_time()
        with client.stream("GET", path) as answer:
            times.append(1000 * (time.perf_counter() - begun))
            spent.append(1000 * (time.process_time() - before))
            answer.read()
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    slow, busy = (statistics.quantiles(some, n=20)[-1] for some in (times, spent))
    middle = statistics.median(times)
    print(f"{times[0]:7.0f} {middle:8.0f} {slow:8.0f} {busy:11.0f}  {path}", flush=True)


if __name__ == "__main__":
    for database_kind in sys.argv[2:] or ("sqlite", "postgresql"):
        main(int(sys.argv[1]), database_kind)
