"""A desk with stories to review, judged by hand: the models' stamps are used, no model is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import store_samples
from monitor.app import Monitor
from monitor.records.article import Article, Assessment
from monitor.records.finding import Citation, Finding, Span
from monitor.records.tag import Tag
from monitor.settings import Settings

TEXT = """Police in {town} said on Monday that they had freed {n} workers from a {place}. They had
been forced to work for {n} months without pay, and a foreman had kept their passports.

Adwoa Mensah, {age}, told reporters that the men had been beaten. A guard had raped her sister.

Prosecutors charged the owner with human trafficking. The trial begins in spring."""
TOWNS = ("Arvon", "Bexley Bay", "Corrin", "Dalmar", "Esk", "Fallow", "Garn", "Hollin")
PLACES = ("brick kiln", "fishing camp", "hotel", "farm", "mine", "car wash", "mill", "quarry")


@contextmanager
def review_desk(
    home: Path, like: Monitor, now: Callable[[], datetime], *, stories: int = 8
) -> Iterator[Monitor]:
    """Open a desk with so many stories, the first told twice in the same words.

    It has the assessors of `like`, whose models are loaded already.
    """
    with Monitor(Settings(home=home), now=now) as monitor:
        for name in ("guideline", "classifiers", "assessors"):
            monitor.__dict__[name] = getattr(like, name)
        fill(monitor, stories)
        yield monitor


def fill(monitor: Monitor, stories: int) -> None:
    """Store and judge the stories."""
    for paper in ("daily", "herald"):
        source = store_samples.feed(paper)
        monitor.store.add_feeds([source], monitor.now())
        numbers = range(stories) if paper == "daily" else range(1)
        if numbers:
            poll = store_samples.poll(source, [_entry(paper, n) for n in numbers])
            monitor.store.record_poll(poll, monitor.now())
            for n in numbers:
                _judge(monitor, f"article-{paper}-{n}", n)
    monitor.fold()


def _entry(paper: str, n: int) -> Any:
    town, place = TOWNS[n % len(TOWNS)], PLACES[(n // len(TOWNS) + n) % len(PLACES)]
    text = TEXT.format(
        town=f"{town} {n}" if n >= len(TOWNS) else town, n=n + 3, place=place, age=n + 20
    )
    title = f"{n + 3} sex slaves freed from {place} in {town}"
    if n % 2:
        title = f"Owner of {place} in {town} charged after {n + 3} workers are freed"
    return store_samples.incoming(
        f"{paper}-{n}", text, title=title, published=store_samples.NOW - timedelta(hours=n)
    )


def _judge(monitor: Monitor, article_id: str, n: int) -> None:
    article = monitor.store.article(article_id, ()).article
    relevance = round(0.5 + 0.04 * n % 0.49, 4)
    stamps = {stamp.partition("@")[0]: stamp for stamp in monitor.stamps}
    tags = (
        Tag("form", "forced_labour", 0.95, (_span(article, "forced to work"),)),
        Tag("victim", "adult", 0.9, (_span(article, "workers"),)),
        Tag("response", "prosecution", 0.9, (_span(article, "charged the owner"),)),
        Tag(
            "indicator", "physical_and_sexual_violence", 0.8, (_span(article, "raped her sister"),)
        ),
    )
    said = [
        Assessment(stamps["relevance-en"], relevance, relevant=True, borderline=False),
        Assessment(stamps["tags-en"], tags=tags),
        Assessment(monitor.guideline.stamp, findings=_findings(article)),
    ]
    monitor.store.record_assessments([(article, one) for one in said], monitor.now())


def _span(article: Article, words: str) -> Span:
    start = article.text.index(words)
    return Span("text", start, start + len(words))


def _findings(article: Article) -> tuple[Finding, ...]:
    start = article.title.find("sex slaves")
    if start < 0:
        return ()
    finding = Finding(
        rule="sex-slave",
        severity="warning",
        principle="dignity",
        scope="headline",
        field="title",
        start=start,
        end=start + 10,
        match="sex slaves",
        quoted="no",
        message="Say what was done to people.",
        why="The word reduces a person to it.",
        suggestions=("people held in sexual exploitation",),
        sources=(Citation("A guide", "3.2", "https://guide.example/"),),
    )
    return (finding,)
