"""Measure `group_stories` on labelled events, time it, or make its table of word frequencies.

    python benchmarks/bench_stories.py measure DATA/dev.jsonl.gz     pairwise precision and recall
    python benchmarks/bench_stories.py time 20000                    seconds for synthetic articles
    python benchmarks/bench_stories.py table DATA/train.jsonl.gz     writes frequencies.json

DATA is the labelled relevance data; rows of one `event` tell the same story.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from monitor import stories
from monitor.stories.words import split_words
from monitor.types import Article, AssessedArticle

LEAST = 20
TABLE = Path(stories.__file__).with_name("frequencies.json")


def read_rows(path: Path) -> list[dict[str, str]]:
    """Read the labelled rows."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def assessed_of(row: dict[str, str]) -> AssessedArticle:
    """Wrap a labelled row."""
    day = row["date"] if len(row["date"] or "") >= 10 else ""
    published = datetime.fromisoformat(day[:10]).replace(tzinfo=UTC) if day else None
    article = Article(
        id=row["id"],
        url=row["url"] or "",
        title=row["title"],
        text=row["text"],
        outlet=row["outlet"] or row["source"],
        language=row["language"],
        published=published,
        seen=published or datetime(2026, 1, 1, tzinfo=UTC),
        sha256="",
    )
    return AssessedArticle(article, None, None, None, None, (), (), (), ())


def measure(path: Path) -> None:
    """Print pairwise precision and recall, and the pairs that the labels do not have."""
    rows = {row["id"]: row for row in read_rows(path) if int(row["rel"]) >= 1}
    told = Counter(row["event"] for row in rows.values())
    for name, keep in (
        ("all", rows),
        ("without prosecutors", {k for k in rows if not k.startswith("us_prosecutor")}),
    ):
        found = stories.group_stories(assessed_of(rows[key]) for key in rows if key in keep)
        told = Counter(rows[key]["event"] for key in keep)
        expected = sum(n * (n - 1) // 2 for n in told.values())
        pairs = [
            (a.article.id, b.article.id)
            for story in found
            for a, b in combinations(story.articles, 2)
        ]
        other = [(a, b) for a, b in pairs if rows[a]["event"] != rows[b]["event"]]
        right = len(pairs) - len(other)
        print(
            f"{name}: {len(keep)} articles, {len(found)} stories; pairs: {expected} labelled, "
            f"{len(pairs)} found, {right} both: precision {right / max(1, len(pairs)):.3f}, "
            f"recall {right / max(1, expected):.3f}"
        )
    shown: set[tuple[str, str]] = set()
    for a, b in other:
        key = (rows[a]["event"], rows[b]["event"])
        if key not in shown and key[::-1] not in shown:
            shown.add(key)
            titles = f"{rows[a]['title'][:80]} ## {rows[b]['title'][:80]}"
            print(f"  {key[0][-12:]} {key[1][-12:]} {titles}")


def time_grouping(count: int) -> None:
    """Print the seconds for `count` made-up articles of 250 words, a third of them copies."""
    draw = random.Random(1)
    words = list(json.loads(TABLE.read_text(encoding="utf-8"))["words"])
    names = [f"name{n}" for n in range(count)]
    made: list[AssessedArticle] = []
    for n in range(count):
        if made and draw.random() < 1 / 3:
            old = draw.choice(made).article
            title, text = old.title, old.text[: len(old.text) // 2]
        else:
            title = " ".join(draw.choices(words, k=8) + draw.choices(names, k=2))
            text = " ".join(draw.choices(words, k=250))
        row = {"id": f"{n}", "url": "", "title": title, "text": text, "outlet": f"o{n % 50}"}
        made.append(assessed_of({**row, "language": "en", "date": "2026-11-25"}))
    start = time.perf_counter()
    found = stories.group_stories(made)
    print(f"{count} articles, {len(found)} stories, {time.perf_counter() - start:.1f} s")


def make_table(path: Path) -> None:
    """Write the table of document frequencies."""
    rows = read_rows(path)
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(set(split_words(row["title"] + " " + row["text"])))
    kept = {word: n for word, n in sorted(counts.items()) if n >= LEAST and not word.isdigit()}
    table = {"documents": len(rows), "least": LEAST, "words": kept}
    TABLE.write_text(json.dumps(table, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(f"{len(kept)} words, {TABLE.stat().st_size} bytes")


if __name__ == "__main__":
    command, argument = sys.argv[1:3]
    if command == "time":
        time_grouping(int(argument))
    else:
        {"measure": measure, "table": make_table}[command](Path(argument))
