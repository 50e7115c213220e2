"""A desk with stories that several outlets tell, flags, and a name to be hidden; all made up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.app import Monitor
from monitor.records.article import Article, Assessment
from monitor.records.finding import Citation, Finding, Span
from monitor.records.tag import Tag
from monitor.settings import Settings
from store_samples import NOW, feed, incoming, judged, poll

NAME = "Abena Owusu-Tetteh"
"""A girl of fifteen in the story."""
BODY = (
    "Police in Takoradi rescued a girl of 15 from a brothel near the harbour on Tuesday. The girl,"
    f" {NAME}, said that two men had held her there for a month and taken her wages. A court will"
    " hear the two men, both 40, next week. A shelter looks after her, officials said on Wednesday."
)
TITLE = "Girl rescued from brothel in Takoradi"
HOSTILE = "<script>alert(1)</script> =cmd|' /C calc'!A0"
"""An outlet."""
TOWNS = ("Accra", "Kumasi", "Tema", "Sunyani", "Bolgatanga", "Koforidua", "Techiman", "Wa", "Ho")
PLACES = ("GH", "TH", "NG", "CI")


@contextmanager
def opened(folder: Path, loaded: Monitor | None = None, **settings: Any) -> Iterator[Monitor]:
    """Open an empty desk; what is `loaded` already is not loaded again."""
    with Monitor(Settings(home=folder, **settings), now=lambda: NOW) as monitor:
        if loaded is not None:
            monitor.classifiers, monitor.shelf = loaded.classifiers, loaded.shelf
            monitor.assessors = loaded.assessors
        yield monitor


def bring(
    monitor: Monitor,
    name: str,
    outlet: str,
    *,
    body: str = BODY,
    title: str = TITLE,
    ago_h: float = 1,
    words: tuple[tuple[str, str], ...] = (),
    place: str = "GH",
) -> Article:
    """Store and judge an article of `ago_h` hours ago; `words` are rules with what they flag."""
    source = replace(feed(outlet), outlet=outlet)
    monitor.store.add_feeds([source], NOW - timedelta(days=80))
    moment = NOW - timedelta(hours=ago_h)
    entry = incoming(name, body, title=title, published=moment)
    monitor.store.record_poll(poll(source, [entry], at=moment), moment)
    article = monitor.store.article(entry.article_id, ()).article
    flags = tuple(flag(article, rule, match) for rule, match in words)
    first, tagger, *_, last = monitor.stamps
    said = [
        judged(0.9, stamp=first),
        Assessment(tagger, tags=tags(place)),
        Assessment(last, findings=flags),
    ]
    monitor.store.record_assessments([(article, one) for one in said], NOW)
    return article


def flag(article: Article, rule: str, match: str) -> Finding:
    """Return a finding of a rule on words of an article."""
    field = "title" if match in article.title else "text"
    text = article.title if field == "title" else article.text
    start = text.index(match)
    return Finding(
        rule=rule,
        severity="warning",
        principle="humanity",
        scope="headline" if field == "title" else "body",
        field=field,  # type: ignore[arg-type]
        start=start,
        end=start + len(match),
        match=match,
        quoted="no",
        message=f"'{match}' may be written otherwise.",
        why="A reason.",
        suggestions=("found", "identified"),
        sources=(Citation("A guide", "3.2", "https://guide.example/"),),
    )


def tags(place: str) -> tuple[Tag, ...]:
    """Return the tags of an article."""
    shown = (Span("text", 0, 6),)
    return (
        Tag("form", "sexual_exploitation", 0.9, shown),
        Tag("response", "prosecution", 0.8, shown),
        Tag("victim", "child", 0.9, shown),
        Tag("place", place, 0.9, shown, role="exploitation"),
    )


RESCUED = ("rescue-language", "rescued")
NAMED = ("child-name-identified", NAME)


def tell(monitor: Monitor) -> None:
    """Bring one story of three outlets: a wire report, a copy with a flag more, a text of its own.

    The copy names the girl in its headline, and was changed since.
    """
    bring(monitor, "wire", "The Wire", words=(RESCUED,), ago_h=5)
    named = f"{NAME}, 15, rescued from brothel in Takoradi"
    early = BODY.replace("two men", "three men")
    bring(monitor, "echo", "The Echo", title=TITLE, body=early, ago_h=4, words=(RESCUED,))
    longer = BODY.replace("said that two", "said in tears that two")
    bring(
        monitor,
        "echo",
        "The Echo",
        title=named,
        body=longer,
        ago_h=3,
        words=(("rescue-language", "rescued"), NAMED, ("trauma-voyeurism", "in tears")),
    )
    bring(monitor, "post", HOSTILE, title=TITLE, ago_h=2, words=(RESCUED,))
    while monitor.fold():
        pass


def tell_many(monitor: Monitor, count: int) -> None:
    """Bring as many stories of one article each, in some outlets, over two months."""
    for n in range(count):
        town = f"{TOWNS[n % len(TOWNS)]}{'aeiou'[n % 5]}{'bdfgk'[n // 5 % 5]}"
        body = f"A court in {town} sentenced {n + 2} men to {n % 9 + 2} years for {town} harbour."
        rule = (RESCUED[0], "sentenced")
        bring(
            monitor,
            f"many-{n}",
            f"Gazette {n % 7}",
            body=body,
            title=f"Court in {town} hears case {n}",
            ago_h=2 + n * 1400 / max(count, 1),
            words=(rule,) if n % 3 == 0 else (),
            place=PLACES[n % len(PLACES)],
        )
    while monitor.fold():
        pass
