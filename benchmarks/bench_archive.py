"""How long the archive's pages and those of other lists take, with 100,000 articles stored.

    python benchmarks/bench_archive.py 100000 [sqlite] [postgresql]

Made-up texts of 150 to 600 words, which are as often as words are in news (Zipf), from a seeded
generator. They are stored as a desk of before this index had them, and taken in by its job. It is
served as `monitor serve` does, asked by one client on one core, each time with other words; first
bytes, in milliseconds.
"""

from __future__ import annotations

import gc
import hashlib
import http.client
import itertools
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import text

from monitor.app import Monitor
from monitor.archive.articles_found import fill_index
from monitor.labels.schemes import FORMS, INDICATORS, RESPONSES, VICTIMS
from monitor.records.feed import Feed
from monitor.settings import Settings
from monitor.storage import schema

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
import postgres  # noqa: E402 - the tests' own modules
from serving import serve  # noqa: E402

START = datetime(2026, 1, 1, tzinfo=UTC)
A_DAY, OUTLETS, ROUNDS, AT_ONCE = 500, 300, int(os.environ.get("ROUNDS", "40")), 1000
WITHIN_MS = 300
FEED = Feed("f", "https://made.example/rss", "Made", "Made Outlet")
PLACES = ("TH", "GB", "NG", "PH", "IN", "US", "KH", "MM", "GH", "IT", "DE", "NP")
RULES = ("sex-slave", "slave-noun", "victim-as-slave", "child-prostitute")
VOCABULARY = 40_000


class Words:
    """Invented words, the first of which are the most frequent."""

    def __init__(self, draw: random.Random) -> None:
        starts, vowels, ends = "bcdfghjklmnprstvz", "aeiou", ["", "n", "r", "s", "l", "m", "st"]
        made = dict[str, None]()
        while len(made) < VOCABULARY:
            parts = draw.choices((1, 2, 3, 4), (2, 5, 4, 1))[0]
            syllables = (draw.choice(starts) + draw.choice(vowels) for _ in range(parts))
            made["".join(syllables) + draw.choice(ends)] = None
        self.words = list(made)
        self.weights = list(itertools.accumulate(1 / (n + 2.7) for n in range(VOCABULARY)))
        self.draw = draw

    def some(self, count: int) -> list[str]:
        """Return words as a text has them."""
        return self.draw.choices(self.words, cum_weights=self.weights, k=count)

    def between(self, first: int, last: int) -> str:
        """Return one of the words from one rank of frequency to another."""
        return self.words[self.draw.randrange(first, last)]


class Filling:
    """An archive as it is stored, without its index."""

    def __init__(self, monitor: Monitor, draw: random.Random) -> None:
        self.monitor, self.draw, self.words = monitor, draw, Words(draw)
        self.number = 0
        self.assessment = itertools.count(1)
        self.stamps, self.names = monitor.stamps, monitor.names_stamp

    def store(self, count: int) -> None:
        """Store `count` articles."""
        self.monitor.store.add_feeds([FEED], START)
        engine = self.monitor.store._database.engine  # noqa: SLF001 - faster than they come
        sqlite = engine.dialect.name == "sqlite"
        later = "PRAGMA defer_foreign_keys = ON" if sqlite else "SET CONSTRAINTS ALL DEFERRED"
        while self.number < count:
            rows: dict[str, list[dict[str, Any]]] = {}
            for _ in range(min(AT_ONCE, count - self.number)):
                self._article(rows)
            with engine.begin() as connection:
                connection.exec_driver_sql(later)
                for name, made in rows.items():
                    connection.execute(schema.metadata.tables[name].insert(), made)
        with engine.begin() as connection:  # as the migration does
            connection.execute(
                text(
                    "INSERT INTO search_docs (id, article_id, first_seen) SELECT row_number()"
                    " OVER (ORDER BY first_seen, id), id, first_seen FROM articles"
                )
            )

    def _article(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        draw, number = self.draw, self.number
        self.number += 1
        key, sha = f"a{number:07}", hashlib.sha256(str(number).encode()).hexdigest()
        seen = START + timedelta(days=number / A_DAY)
        words = self.words.some(draw.randrange(150, 600))
        body = "\n\n".join(
            " ".join(words[at : at + 60]).capitalize() + "." for at in range(0, len(words), 60)
        )
        version = {"article_id": key, "sha256": sha}
        self._add(
            rows,
            "articles",
            id=key,
            url=f"https://made.example/{number}",
            outlet=f"Outlet {int(draw.paretovariate(0.7)) % OUTLETS}",
            feed_id="f",
            first_seen=seen,
            current=sha,
        )
        self._add(
            rows,
            "versions",
            **version,
            feed_id="f",
            title=" ".join(self.words.some(9)).capitalize(),
            text=body,
            summary="",
            language=draw.choices(("en", "es", "th"), (90, 8, 2))[0],
            published=seen,
            origin="page",
            fetched_at=seen,
        )
        self._add(rows, "sightings", article_id=key, feed_id="f", first_seen=seen, feed_sha256=sha)
        self._judge(rows, key, sha, seen, body)

    def _judge(
        self, rows: dict[str, list[dict[str, Any]]], key: str, sha: str, at: datetime, body: str
    ) -> None:
        draw = self.draw
        told, near = draw.random() < 0.04, draw.random() < 0.03
        names = [["text", at_, at_ + 9] for at_ in range(20, 100, 40)] if told else []
        version = {"article_id": key, "sha256": sha}
        mask = {"stamp": self.names, "spans": names, "link_tells": False, "untold": "", "at": at}
        self._add(rows, "masks", **version, **mask)
        if told:
            kept = {"position": 0, "print": "", "at": at, "stamp": self.monitor.stories_stamp}
            self._add(rows, "story_members", **version, **kept, story_id=key)
        for place, stamp in enumerate(self.stamps):
            payload: dict[str, Any] = {}
            if (told or near) and stamp.startswith("tags"):
                payload["tags"] = [_tag(draw, *scheme) for scheme in SCHEMES]
            if stamp.startswith("thb") and draw.random() < (0.7 if told else 0.02):
                payload["findings"] = [_finding(draw, body) for _ in range(draw.randrange(1, 4))]
            number = next(self.assessment)
            self._add(
                rows,
                "assessments",
                id=number,
                **version,
                stamp=stamp,
                assessor=stamp.partition("@")[0],
                relevance=None if place else 0.9 if told else 0.3 if near else 0.01,
                relevant=None if place else told,
                borderline=None if place else near and not told,
                payload=payload,
                at=at,
            )
            for position, tag in enumerate(payload.get("tags", ())):
                kept = {name: tag[name] for name in ("scheme", "label", "role", "score")}
                self._add(rows, "tags", assessment_id=number, position=position, **kept)

    @staticmethod
    def _add(rows: dict[str, list[dict[str, Any]]], table: str, **values: Any) -> None:
        rows.setdefault(table, []).append(values)


SCHEMES = (
    ("form", FORMS),
    ("place", PLACES),
    ("response", RESPONSES),
    ("victim", VICTIMS),
    ("indicator", INDICATORS),
)


def _tag(draw: random.Random, scheme: str, labels: tuple[str, ...]) -> dict[str, Any]:
    evidence = [{"field": "text", "start": 30, "end": 50}]
    role = "exploitation" if scheme == "place" else None
    found = {"scheme": scheme, "label": draw.choice(labels), "score": 0.8, "evidence": evidence}
    return {**found, "role": role, "experimental": False}


def _finding(draw: random.Random, body: str) -> dict[str, Any]:
    start = draw.randrange(100, 300)
    place = {"field": "text", "start": start, "end": start + 12, "match": body[start : start + 12]}
    return {
        "rule": draw.choice(RULES),
        "severity": "warning",
        "principle": "dignity",
        "scope": "body",
        **place,
        "quoted": "no",
        "message": "Say what happened.",
        "why": "The word reduces a person to it.",
        "suggestions": ["person"],
        "sources": [{"title": "A guide", "section": "3", "url": "https://guide.example/"}],
    }


Path_ = Callable[[], str]


def addresses(filling: Filling) -> Iterator[tuple[str, Path_]]:
    """Yield what is asked for by its name. A further page is a line here."""
    draw, words, last = filling.draw, filling.words, filling.number

    def archive(**query: Callable[[], str] | str) -> Path_:
        return lambda: (
            "/articles?"
            + urlencode(
                {
                    name: value if isinstance(value, str) else value()
                    for name, value in query.items()
                }
            )
        )

    def some_phrase() -> str:
        """Two words as they stand side by side in an article."""
        number = draw.randrange(last)
        store = filling.monitor.store
        text_ = store.article(f"a{number:07}", ()).article.text.split()
        at = draw.randrange(len(text_) - 2)
        return f'"{text_[at]} {text_[at + 1]}"'

    def common() -> str:
        return words.between(0, 30)

    def day(number: int) -> str:
        return (START + timedelta(days=number / A_DAY)).date().isoformat()

    def deep() -> str:
        return f"a{draw.randrange(last // 10, last):07}"

    yield "archive", archive()
    yield "  deep page", archive(after=deep)
    yield "  common word", archive(q=common)
    yield "  common word, deep page", archive(q=common, after=deep)
    yield "  middling word", archive(q=lambda: words.between(200, 2000))
    yield "  rare word", archive(q=lambda: words.between(20_000, VOCABULARY))
    yield "  three words", archive(q=lambda: " ".join(words.between(20, 300) for _ in "123"))
    yield "  phrase from a text", archive(q=some_phrase)
    yield (
        "  phrase of two common words",
        archive(q=lambda: f'"{words.between(0, 60)} {words.between(0, 60)}"'),
    )
    yield "  beginning", archive(q=lambda: words.between(100, 1000)[:3] + "*")
    yield "  common without common", archive(q=lambda: f"{common()} -{words.between(30, 99)}")
    yield "  only without a common", archive(q=lambda: f"-{common()}")
    yield "  no hit", archive(q="zzyzx")
    yield "  form", archive(form=lambda: draw.choice(FORMS))
    yield "  form, common word", archive(form=lambda: draw.choice(FORMS), q=common)
    yield "  indicator", archive(indicator=lambda: draw.choice(INDICATORS))
    yield "  place", archive(place=lambda: draw.choice(PLACES))
    yield "  outlet, large", archive(outlet="Outlet 1")
    yield "  outlet, small", archive(outlet="Outlet 222", q=common)
    yield "  language", archive(language="es")
    yield "  relevant", archive(relevance="relevant")
    yield "  borderline, common word", archive(relevance="borderline", q=common)
    yield "  not relevant", archive(relevance="not_relevant")
    yield "  not judged", archive(relevance="not_judged")
    yield "  any flag", archive(flag="any")
    yield "  rule", archive(rule="slave-noun", q=common)
    yield "  a month", archive(since=day(last // 2), to=day(last // 2 + 30 * A_DAY))
    yield "  a day, common word", archive(since=day(last // 2), to=day(last // 2), q=common)
    yield (
        "  four filters, a word",
        archive(
            form=lambda: draw.choice(FORMS),
            place=lambda: draw.choice(PLACES),
            relevance="relevant",
            flag="any",
            q=common,
        ),
    )
    yield "article", lambda: f"/articles/a{draw.randrange(last):07}"
    yield "/v1/articles", lambda: f"/v1/articles?after={deep()}"
    yield "/v1/articles?q=", lambda: f"/v1/articles?order=newest&q={common()}"
    yield "today", lambda: "/digests/today"
    yield "/v1/stories", lambda: "/v1/stories"
    yield "feeds", lambda: "/feeds"


def spent(postmaster: int | None) -> float:
    """Return the processor time of this process and of a PostgreSQL server's, in seconds."""
    used = time.process_time()
    if postmaster is None:
        return used
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == postmaster:
            used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def measure(site: str, path: Path_, postmaster: int | None) -> tuple[list[float], float]:
    """Return the milliseconds to the first byte of each call, and the mean processor time."""
    host = urlsplit(site).netloc
    times = []
    before = 0.0
    for number in range(ROUNDS + 1):
        if number == 1:  # the first is for what is loaded once
            before = spent(postmaster)
        connection = http.client.HTTPConnection(host)
        address = path()
        connection.connect()
        begun = time.perf_counter()
        connection.request("GET", address, headers={"accept": "text/html"})
        answer = connection.getresponse()
        answer.read(1)
        times.append(1000 * (time.perf_counter() - begun))
        answer.read()
        connection.close()
        assert answer.status == 200, (address, answer.status)
    return times[1:], 1000 * (spent(postmaster) - before) / ROUNDS


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, int | None]]:
    """Give the address of an empty database, and the process of its server."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'made.sqlite'}", None
        return
    with postgres.serve() as server:
        pid = int((Path(str(server.query["host"])) / "postmaster.pid").read_text().split()[0])
        yield postgres.new_database(server), pid


def main(count: int, kind: str) -> bool:
    """Fill, serve, ask, and print a line for each address; return whether all were in time."""
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as (address, server):
        now = START + timedelta(days=count / A_DAY)
        with Monitor(Settings(home=Path(folder), database=address), now=lambda: now) as monitor:
            filling = Filling(monitor, random.Random(1))
            filling.store(count)
            begun = time.process_time()
            taken = fill_index(monitor)
            print(
                f"{taken:,} articles on {kind}, taken into the index in"
                f" {time.process_time() - begun:.0f} s of processor time\n"
                f"  median      p95      cpu  (ms, {ROUNDS} calls each; cpu: mean, whatever else"
                " the machine does)",
                flush=True,
            )
            if server is not None:
                with monitor.store._database.engine.begin() as connection:  # noqa: SLF001
                    connection.exec_driver_sql("ANALYZE")  # as its own job does in a minute
            gc.collect()
            gc.freeze()  # as `monitor serve` does
            with serve(monitor) as site:
                lines = [_line(site, name, path, server) for name, path in addresses(filling)]
            return all(lines)


def _line(site: str, name: str, path: Path_, server: int | None) -> bool:
    times, busy = measure(site, path, server)
    slow = statistics.quantiles(times, n=20)[-1]
    late = "" if slow <= WITHIN_MS else f"  later than {WITHIN_MS} ms"
    print(f"{statistics.median(times):8.0f} {slow:8.0f} {busy:8.0f}  {name}{late}", flush=True)
    return slow <= WITHIN_MS


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    in_time = [main(int(sys.argv[1]), kind) for kind in sys.argv[2:] or ("sqlite", "postgresql")]
    sys.exit(not all(in_time))
