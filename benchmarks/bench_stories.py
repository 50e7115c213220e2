"""Measure stories on labelled events beside simpler rules, time them, or make the table of words.

    python benchmarks/bench_stories.py measure DATA       pairs and B-cubed on train, dev, regional
    python benchmarks/bench_stories.py disputed DATA      headlines of pairs joined against labels
    python benchmarks/bench_stories.py time 20000         seconds for made-up articles
    python benchmarks/bench_stories.py grow 10000 [SHARE]  folding into a store that grows so far
    python benchmarks/bench_stories.py table DATA         writes frequencies.json

DATA is the folder of the labelled relevance data; rows of one `event` tell the same story.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Hashable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

from monitor import stories
from monitor.records.article import Article, AssessedArticle, Assessment
from monitor.records.feed import Feed, FeedState, Incoming, Poll
from monitor.stories.clustering import group_stories
from monitor.stories.near_duplicates import written_words

LEAST = 20
TABLE = Path(stories.__file__).with_name("frequencies.json")
SAGAS = {"xb3204e8fb4", "e0008", "e0025"}
"""Labels that join no event: a year of one saga, and two templates of one prosecutor's office."""
TFIDF = (0.2, 0.25, 0.3, 0.35)
TOPICS, PIECES = 40, 3
Row = dict[str, Any]


def read_rows(folder: Path, name: str) -> list[Row]:
    """Read the labelled rows of one file."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def assessed_of(row: Row, number: int = 0) -> AssessedArticle:
    """Wrap a labelled row."""
    day = row["date"] or ""
    published = None
    if re.match(r"\d{4}-\d\d-\d\d", day):
        published = datetime.fromisoformat(day[:10]).replace(tzinfo=UTC)
    article = Article(
        id=f"{number:06}",
        url="",
        title=row["title"],
        text=row["text"],
        outlet=row["outlet"] or row["source"],
        language=row["language"],
        published=published,
        seen=published or datetime(2026, 1, 1, tzinfo=UTC),
        sha256="",
    )
    return AssessedArticle(article, None, None, None, None, (), (), (), ())


def multi_rows(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of events that have several, labels that are none left out."""
    told = Counter(row["event"] for row in rows)
    return [row for row in rows if told[row["event"]] > 1 and row["event"] not in SAGAS]


def look_alikes(folder: Path, seed: int = 1) -> list[Row]:
    """Deal the sentences of full articles out to texts, two like articles in each topic, no dates.

    No such text shares a copied phrase with another; only the names and the words of its event.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = {r["event"]: r for n in ("dev", "regional") for r in read_rows(folder, n)}
    long = [r for r in rows.values() if len(r["text"]) >= 1800 and r["language"] == "en"]
    random.Random(seed).shuffle(long)
    matrix = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(
        row["text"][:2500] for row in long
    )
    like = (matrix @ matrix.T).tocoo()
    pairs = sorted(
        (-v, int(i), int(j))
        for i, j, v in zip(like.row, like.col, like.data, strict=True)
        if i < j and 0.12 < v < 0.42
    )
    used: set[int] = set()
    made: list[Row] = []
    for _, i, j in pairs:
        if not {i, j} & used and len(used) < 2 * TOPICS and not _copies(long[i], long[j]):
            used |= {i, j}
            made += [*_deal(long[i]), *_deal(long[j])]
    return made


def _copies(a: Row, b: Row) -> bool:
    one, two = (set(zip(*[r["text"].split()[k:] for k in range(4)], strict=False)) for r in (a, b))
    return len(one & two) > 0.03 * min(len(one), len(two))


def _deal(row: Row) -> list[Row]:
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", row["text"][:5000]) if len(s) > 20]
    blocks = [" ".join(sentences[k : k + 2]) for k in range(0, len(sentences), 2)]
    pieces = [" ".join(blocks[n::PIECES]) for n in range(PIECES)]
    made = {"title": "", "date": None, "language": "en", "source": "", "event": row["event"]}
    return [{**made, "outlet": "", "text": text} for text in pieces]


def ours(rows: Sequence[Row]) -> list[Hashable]:
    """Return each row's story by our rule."""
    found = group_stories(assessed_of(row, n) for n, row in enumerate(rows))
    of = {int(a.article.id): story.id for story in found for a in story.articles}
    return [of[n] for n in range(len(rows))]


def tfidf(rows: Sequence[Row], least: float) -> list[Hashable]:
    """Return each row's cluster by TF-IDF and average linkage, fitted to these very rows."""
    from sklearn.cluster import AgglomerativeClustering
    from sklearn.feature_extraction.text import TfidfVectorizer

    matrix = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(
        f"{row['title']}\n{row['text']}" for row in rows
    )
    clusters = AgglomerativeClustering(
        n_clusters=None, distance_threshold=1 - least, metric="cosine", linkage="average"
    )
    return list(clusters.fit_predict(matrix.toarray()))


def scores(told: Sequence[str], found: Sequence[Hashable]) -> str:
    """Return pairwise and B-cubed precision and recall, in words."""
    both, mine, theirs = Counter(zip(found, told, strict=True)), Counter(found), Counter(told)
    right, joined, same = (
        sum(n * (n - 1) // 2 for n in counts.values()) for counts in (both, mine, theirs)
    )
    pairs = list(zip(found, told, strict=True))
    precision = sum(both[p] / mine[p[0]] for p in pairs) / len(pairs)
    recall = sum(both[p] / theirs[p[1]] for p in pairs) / len(pairs)
    return (
        f"pairs {right:4} of {joined:4} joined, {same:4} labelled: P {right / max(1, joined):.3f}"
        f" R {right / max(1, same):.3f}; B-cubed P {precision:.3f} R {recall:.3f}"
    )


def measure(folder: Path) -> None:
    """Print the table."""
    sets = {name: multi_rows(read_rows(folder, name)) for name in ("train", "dev", "regional")}
    for name, rows in {**sets, "look-alikes": look_alikes(folder)}.items():
        told = [row["event"] for row in rows]
        print(f"{name}: {len(rows)} texts, {len(set(told))} events")
        print(f"  singletons       {scores(told, range(len(rows)))}")
        for least in TFIDF:
            print(f"  TF-IDF from {least:<4} {scores(told, tfidf(rows, least))}")
        print(f"  stories          {scores(told, ours(rows))}")


def disputed(folder: Path) -> None:
    """Print the headlines of pairs joined against the labels, once for each pair of labels."""
    for name in ("train", "dev", "regional"):
        rows = [r for r in read_rows(folder, name) if r["rel"] >= 1]
        found = ours(rows)
        shown: set[frozenset[str]] = set()
        for a, b in combinations(range(len(rows)), 2):
            events = frozenset((rows[a]["event"], rows[b]["event"]))
            if found[a] != found[b] or len(events) == 1 or events & SAGAS or events in shown:
                continue
            shown.add(events)
            print(f"{name} {rows[a]['title'][:90]} ## {rows[b]['title'][:90]}")


def time_grouping(count: int) -> None:
    """Print the seconds for `count` made-up articles of 250 words, a third of them copies."""
    draw = random.Random(1)
    words = list(json.loads(TABLE.read_text(encoding="utf-8"))["words"])
    names = [f"Name{n}" for n in range(count)]
    made: list[Row] = []
    for n in range(count):
        if made and draw.random() < 1 / 3:
            old = draw.choice(made)
            title, text = old["title"], old["text"][: len(old["text"]) // 2]
        else:
            title = " ".join(draw.choices(words, k=8) + draw.choices(names, k=2))
            text = " ".join(draw.choices(words, k=250))
        made.append({"title": title, "text": text, "outlet": f"o{n % 50}"})
    articles = [
        assessed_of({**row, "language": "en", "date": "2026-11-25"}, n)
        for n, row in enumerate(made)
    ]
    start = time.perf_counter()
    found = group_stories(articles)
    print(f"{count} articles, {len(found)} stories, {time.perf_counter() - start:.1f} s")


def made_article(draw: random.Random, words: Sequence[str], old: Row | None) -> Row:
    """Return a made-up article of 250 words, or half of one there was."""
    if old is not None:
        return {"title": old["title"], "text": old["text"][: len(old["text"]) // 2]}
    names = [f"Name{draw.randrange(10**6)}" for _ in range(2)]
    title = " ".join([*draw.choices(words, k=8), *names])
    return {"title": title, "text": f"{' '.join(draw.choices(words, k=250))} {' '.join(names)}"}


def grow(most: int, shown: float = 0.1) -> None:
    """Print what folding costs in a store of more and more articles, of which a share is told of.

    In seconds of processor time. A third are copies of one of the last 300; 500 come in a day.
    """
    from monitor.desk import stories_stamp
    from monitor.storage.store import open_store
    from monitor.stories.clustering import place

    draw = random.Random(1)
    words = list(json.loads(TABLE.read_text(encoding="utf-8"))["words"])
    stamp, judge = stories_stamp(), "relevance-en@1+made"
    start = datetime(2020, 1, 1, tzinfo=UTC)
    feed = Feed("f", "https://made.example/rss", "Made", "")
    last: list[Row] = []
    with tempfile.TemporaryDirectory() as folder, open_store(f"sqlite:///{folder}/a") as store:
        store.add_feeds([feed], start)
        spent, folded, told = 0.0, 0, 1000

        def bring(first: int, count: int) -> None:
            """Store and judge some articles."""
            at = start + timedelta(days=first / 500)
            entries = []
            for n in range(first, first + count):
                copied = draw.choice(last[-300:]) if last and draw.random() < 1 / 3 else None
                row = made_article(draw, words, copied)
                last.append(row)
                sha = hashlib.sha256(f"{n}".encode()).hexdigest()
                entries.append(
                    Incoming(
                        f"a{n:07}",
                        f"https://made.example/{n}",
                        row["title"],
                        row["text"],
                        "",
                        "en",
                        at,
                        "feed",
                        sha,
                        sha,
                    )
                )
            made = Poll(feed, FeedState(), at, fetched=count, incoming=tuple(entries))
            store.record_poll(made, at)
            due = store.due(judge, limit=count)
            said = [
                Assessment(
                    judge,
                    0.9 if n % round(1 / shown) == 0 else 0.01,
                    n % round(1 / shown) == 0,
                    False,
                )
                for n in range(len(due))
            ]
            store.record_assessments(list(zip(due, said, strict=True)), at)

        for n in range(0, most, 500):
            bring(n, 500)
            begun = time.process_time()
            while count := store.fold(stamp, [judge], place, start, limit=64):
                folded += count
            spent += time.process_time() - begun
            if n + 500 == told:
                times = []
                for extra in range(20):
                    bring(10**6 + told + extra, 1)
                    begun = time.process_time()
                    store.fold(stamp, [judge], place, start, limit=64)
                    times.append(1000 * (time.process_time() - begun))
                print(
                    f"{told:7} stored, {folded:6} folded in {spent:.1f} s; one more article:"
                    f" median {sorted(times)[10]:.1f} ms, most {max(times):.1f} ms",
                    flush=True,
                )
                told *= 10


def make_table(folder: Path) -> None:
    """Write the table of document frequencies, with the share of capitals inside sentences."""
    seen: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    upper: Counter[str] = Counter()
    documents = 0
    for row in (row for n in ("train", "regional", "pool") for row in read_rows(folder, n)):
        documents += 1
        words = list(written_words(row["text"]))
        seen.update({word for _, word, _ in (*words, *written_words(row["title"]))})
        lower.update({word for written, word, _ in words if written[0].islower()})
        upper.update({w for written, w, begins in words if written[0].isupper() and not begins})
    lines = [
        f"{json.dumps(word, ensure_ascii=False)}: [{n}, {_share(upper[word], lower[word])}]"
        for word, n in sorted(seen.items())
        if n >= LEAST and not word.isdigit()
    ]
    head = f'{{\n"documents": {documents},\n"least": {LEAST},\n"words": {{\n'
    TABLE.write_text(head + ",\n".join(lines) + "\n}\n}\n", encoding="utf-8")
    print(f"{len(lines)} words, {TABLE.stat().st_size} bytes")


def _share(upper: int, lower: int) -> float:
    return round(upper / (upper + lower), 2) if upper + lower >= LEAST // 4 else 0.5


if __name__ == "__main__":
    command, argument = sys.argv[1:3]  # and of `grow` the share
    if command == "time":
        time_grouping(int(argument))
    elif command == "grow":
        grow(int(argument), *map(float, sys.argv[3:]))
    else:
        commands = {"measure": measure, "table": make_table, "disputed": disputed}
        commands[command](Path(argument))
