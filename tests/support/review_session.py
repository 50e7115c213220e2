"""A reviewer at work in Chromium, by the keyboard alone; what was typed is compared with the store.

    python tests/support/review_session.py          # sixty stories, five undone, three tags fixed

The stories are those of the sample outlets, of the development data where it is there (never
copied, read at run time), and invented ones for the rest. Two reviewers decide at once.
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

import serving
import store_samples
from monitor.app import Monitor
from monitor.records.article import Review
from monitor.settings import FetchSettings, Settings

DEV = Path(__file__).resolve().parents[3] / "shared/data/relevance/dev.jsonl.gz"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
STORIES, UNDONE, FIXED = 60, 5, 3
WORDS = {"a": "relevant", "b": "borderline", "r": "not_relevant"}
PATIENCE_MS = 30_000


def listening(page: Page) -> Any:
    """Wait behind the block until the page's script, which says who looks at what, hears keys."""
    return page.expect_response(lambda answer: answer.url.endswith("/review/claim"))


@dataclass
class Typist:
    """Reviews in one browser; `typed` is what should hold: verdict and tags by article.

    `undone` are the articles whose verdict was taken back, in order; `waits` are the milliseconds
    from a key to the next story, `costs` those that this process, the server in it, worked for it.
    """

    page: Page
    name: str
    typed: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = field(default_factory=dict)
    undone: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)

    def begin(self, address: str = "/review") -> None:
        """Open the page and give a name, with the keyboard."""
        self.page.goto(address)
        self.page.get_by_label("Reviewing as").focus()
        self.page.keyboard.type(self.name)
        with listening(self.page):
            self.page.keyboard.press("Enter")
        expect(self.page.get_by_label("Reviewing as")).to_have_value(self.name)

    @property
    def article(self) -> str:
        """The article that is shown, "" where there is none."""
        return str(
            self.page.evaluate("() => document.querySelector('[name=article]')?.value ?? ''")
        )

    def press(self, key: str) -> None:
        """Press a key that leads to another page, and wait until that is shown."""
        self.page.evaluate("() => { document.querySelector('main h1').dataset.old = ''; }")
        start, worked = time.monotonic(), time.process_time()
        self.page.keyboard.press(key)
        self.page.wait_for_function(
            "() => !document.querySelector('main [data-old]') && !document.body.ariaBusy",
            timeout=PATIENCE_MS,
        )
        self.waits.append(1000 * (time.monotonic() - start))
        self.costs.append(1000 * (time.process_time() - worked))

    def decide(self, key: str, tags: dict[str, tuple[str, ...]] | None = None) -> str:
        """Decide the story that is shown; return its article."""
        article = self.article
        self.press(key)
        self.typed[article] = (WORDS[key], tags or {})
        return article

    def fix_form(self, label: str) -> dict[str, tuple[str, ...]]:
        """Tick a form with the keyboard, and leave the fields; return what the form is now."""
        self.page.keyboard.press("t")
        wanted = f"form={label}"
        for _ in range(40):
            here = self.page.evaluate("() => document.activeElement?.value")
            if here == wanted:
                break
            self.page.keyboard.press("Tab")
        self.page.keyboard.press("Space")
        ticked = self.page.evaluate(
            "() => [...document.querySelectorAll('[name=tag]:checked')].map((b) => b.value)"
        )
        self.page.keyboard.press("Escape")
        forms = [value.removeprefix("form=") for value in ticked if value.startswith("form=")]
        return {"form": tuple(sorted(forms))}

    def undo(self) -> str:
        """Take the last decision back; return its article, which is shown again."""
        self.press("u")
        article = self.article
        self.typed.pop(article)
        self.undone.append(article)
        return article


def stored(monitor: Monitor, name: str) -> dict[str, tuple[str, dict[str, tuple[str, ...]]]]:
    """Return what holds of a reviewer in the store, by article: the latest verdict, its tags."""
    found: dict[str, Review] = {}
    for article, reviews in monitor.store.reviewed():
        for review in reviews:
            if review.reviewer == name:
                found[article.id] = review
    return {key: (one.verdict, dict(one.tags)) for key, one in found.items()}


def rows(monitor: Monitor, table: str) -> list[Any]:
    """Return all rows of a table, in order."""
    from sqlalchemy import text

    with monitor.store._database.reading() as connection:
        return list(connection.execute(text(f"SELECT * FROM {table} ORDER BY 1")))


@contextmanager
def pages(address: str, number: int) -> Iterator[list[Page]]:
    """Open so many browsers' windows that share nothing."""
    path = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield [browser.new_context(base_url=address).new_page() for _ in range(number)]
        browser.close()


def work(first: Typist, second: Typist, stories: int, undone: int, fixed: int) -> list[str]:
    """Let two reviewers decide so many stories between them; return what went wrong.

    Both have a story open at any time; of the first one's some are undone, and some tags fixed.
    """
    wrong = []
    keys = "arbara"
    last = ""
    for n in range(stories):
        who, other = (second, first) if n % 4 == 3 else (first, second)
        if who.article == other.article:
            wrong.append(f"both have {who.article}")
        tags = None
        if who is first and fixed and n % 4 == 1 and n > 4 and n % 3:
            tags, fixed = who.fix_form("forced_begging"), fixed - 1
        last = who.decide(keys[n % len(keys)], tags)
        if who is first and undone and n % 3 == 0:
            if who.undo() != last:
                wrong.append(f"undo of {last} showed another")
            if n % 2:  # after a reload it is still the same
                with listening(who.page):
                    who.page.reload()
            who.decide("b")
            undone -= 1
    return wrong


def compare(monitor: Monitor, typists: Sequence[Typist]) -> list[str]:
    """Return where the store says otherwise than was typed."""
    wrong = []
    for typist in typists:
        has = stored(monitor, typist.name)
        # A story's copies with the same text get the same word: they are the store's doing.
        for article, said in typist.typed.items():
            if has.get(article) != said:
                wrong.append(f"{typist.name}, {article}: typed {said}, stored {has.get(article)}")
        wrong += [
            f"{typist.name}, {article}: stored and never typed"
            for article in set(has) - set(typist.typed)
            if not is_copy(monitor, article, typist)
        ]
    return wrong


def is_copy(monitor: Monitor, article: str, typist: Typist) -> bool:
    """Whether an article has the text of one that was typed."""
    from monitor.review.review_queue import others_of

    same, _ = others_of(monitor, monitor.store.article(article, ()).article)
    return any(one.id in typist.typed for one in same)


def fill(monitor: Monitor) -> dict[str, int]:
    """Put the sample outlets, development data and invented stories into a desk."""
    from monitor.cli import demo_site as outlets
    from monitor.feeds.opml import parse_opml
    from monitor.feeds.starter_feeds import make_feed

    with outlets.serve() as running:
        listed = parse_opml(running.opml(monitor.settings.home / "feeds.opml").read_bytes())
        monitor.add_feeds([make_feed(feed.url, title=feed.title) for feed in listed])
        monitor.ingest()
    counts = {"of the sample outlets": monitor.store.counts()["articles"], "of dev": 0}
    if DEV.exists():
        with gzip.open(DEV, "rt", encoding="utf-8") as stream:
            entries = [json.loads(line) for line in stream]
        chosen = [one for one in entries if one["rel"] and one.get("language", "en") == "en"][:90]
        source = store_samples.feed("dev")
        monitor.add_feeds([source])
        incoming = [
            store_samples.incoming(
                f"dev-{n}", one["text"], title=one["title"], published=NOW - timedelta(hours=n)
            )
            for n, one in enumerate(chosen)
        ]
        monitor.store.record_poll(store_samples.poll(source, incoming), monitor.now())
        counts["of dev"] = len(incoming)
    monitor.assess()
    monitor.fold()
    return counts


def main() -> int:
    """Review half an hour's stories; print what was typed, stored and measured."""
    logging.disable(logging.WARNING)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        fetch = FetchSettings(allow_hosts=("127.0.0.1",), host_spacing_s=0.0)
        settings = Settings(home=Path(folder), fetch=fetch)
        clock = {"start": time.monotonic()}

        def now() -> datetime:
            return NOW + timedelta(seconds=time.monotonic() - clock["start"])

        with Monitor(settings, now=now) as monitor:
            counts = fill(monitor)
            print("articles:", ", ".join(f"{n} {what}" for what, n in counts.items()))
            with serving.serve(monitor, log_level="warning") as address, pages(address, 2) as two:
                first, second = Typist(two[0], "Ama"), Typist(two[1], "Kofi")
                first.begin()
                second.begin("/review?order=newest")
                wrong = work(first, second, STORIES, UNDONE, FIXED)
                # A conflict: the second decides one of the first's otherwise.
                article, (said, _) = next(iter(first.typed.items()))
                with listening(second.page):
                    second.page.goto(f"/review?article={article}")
                second.decide("r" if said != "not_relevant" else "a")
            wrong += compare(monitor, [first, second])
            decisions = rows(monitor, "decisions")
            acts = [row.act for row in decisions]
            fixed = sum(bool(tags) for _, tags in first.typed.values())
            kept = len(first.typed) + len(second.typed)
            typed = kept + len(first.undone)
            print(
                f"typed: {typed} verdicts by two at once, {len(first.undone)} undone, {fixed} with"
                f" a tag fixed, one decided by both, otherwise"
            )
            print(f"stored: {acts.count('review')} decisions, {acts.count('undo')} undos")
            waits = sorted([*first.waits, *second.waits])
            costs = statistics.median([*first.costs, *second.costs])
            print(
                f"from a key to the next story: median {statistics.median(waits):.0f} ms,"
                f" p95 {waits[int(0.95 * len(waits))]:.0f} ms, most {waits[-1]:.0f} ms"
                f" (load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores);"
                f" the server worked {costs:.0f} ms of it"
            )
            if acts.count("review") != typed or acts.count("undo") != len(first.undone):
                wrong.append("the number of decisions is not that of keys typed")
            print(f"the store says otherwise than was typed: {len(wrong)}")
            for line in wrong:
                print(" ", line)
    print(f"{time.monotonic() - started:.0f} s in all")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
