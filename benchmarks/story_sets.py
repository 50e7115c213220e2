"""The texts on which stories are fitted and measured: read, or made, from the labelled data.

Nothing of them is kept here but ids. Rows of one `event` tell the same story.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.types import Article, AssessedArticle

REPORTS = Path(__file__).with_name("story_reports.json")
SAGAS = {"xb3204e8fb4", "e0008", "e0025"}
"""Labels that join no event: a year of one saga, and two templates of one prosecutor's office."""
ONE_EVENT = {
    "e0017": (
        "e0071",
        "stopht_google_alerts:1074",
        "stopht_google_alerts:1081",
        "stopht_google_alerts:1073",
        "stopht_google_alerts:894",
        "stopht_google_alerts:895",
        "stopht_google_alerts:902",
    ),
    "e0022": (
        "e0060",
        "e0070",
        "stopht_google_alerts:1444",
        "stopht_google_alerts:1749",
        "stopht_google_alerts:2009",
    ),
    "e0058": (
        "e0065",
        "stopht_google_alerts:299",
    ),
    "e0006": (
        "e0054",
        "stopht_google_alerts:2081",
    ),
    "e0023": (
        "stopht_google_alerts:828",
        "stopht_google_alerts:976",
    ),
    "e0007": ("stopht_google_alerts:333",),
    "e0019": ("stopht_google_alerts:561",),
    "e0035": (
        "stopht_google_alerts:725",
        "stopht_google_alerts:721",
        "stopht_google_alerts:760",
        "stopht_google_alerts:748",
        "stopht_google_alerts:745",
    ),
    "e0024": (
        "stopht_google_alerts:1660",
        "stopht_google_alerts:1500",
        "stopht_google_alerts:1753",
    ),
    "e0012": ("stopht_google_alerts:1713",),
    "e0038": ("stopht_google_alerts:1677",),
    "e0049": (
        "stopht_google_alerts:2053",
        "stopht_google_alerts:2049",
    ),
    "stopht_google_alerts:77": ("stopht_google_alerts:167",),
    "stopht_google_alerts:201": ("stopht_google_alerts:198",),
    "stopht_google_alerts:406": ("stopht_google_alerts:450",),
    "stopht_google_alerts:445": ("stopht_google_alerts:442",),
    "stopht_google_alerts:508": ("stopht_google_alerts:505",),
    "stopht_google_alerts:875": (
        "stopht_google_alerts:820",
        "stopht_google_alerts:778",
        "stopht_google_alerts:774",
        "stopht_google_alerts:870",
        "stopht_google_alerts:771",
        "stopht_google_alerts:786",
    ),
    "stopht_google_alerts:537": (
        "stopht_google_alerts:1475",
        "stopht_google_alerts:1355",
        "stopht_google_alerts:1352",
    ),
    "stopht_google_alerts:651": ("stopht_google_alerts:648",),
    "stopht_google_alerts:682": ("stopht_google_alerts:900",),
    "stopht_google_alerts:943": ("stopht_google_alerts:1027",),
    "stopht_google_alerts:1166": (
        "stopht_google_alerts:1389",
        "stopht_google_alerts:2205",
        "stopht_google_alerts:2204",
    ),
    "stopht_google_alerts:1474": ("stopht_google_alerts:1428",),
    "stopht_google_alerts:1311": ("stopht_google_alerts:1421",),
    "stopht_google_alerts:1657": ("stopht_google_alerts:1682",),
    "stopht_google_alerts:1802": ("stopht_google_alerts:1985",),
    "stopht_google_alerts:2170": ("stopht_google_alerts:2095",),
    "stopht_google_alerts:873": ("stopht_google_alerts:788",),
    "stopht_google_alerts:1439": ("stopht_google_alerts:1436",),
    "e0018": ("news_long_lk:lankan-diplomat-found-gu.5914d17e",),
}
"""Other labels of train and dev that were read as the same event (one case, one operation, one
meeting), among those that a rule had joined."""
MERGED = {other: label for label, others in ONE_EVENT.items() for other in others}
NO_EVENT = {
    "e0030",
    "e0039",
    "e0042",
    "e0053",
    "e0082",
    "e0086",
    "e0092",
    "e0101",
    "e0103",
}
"""Labels of train and dev that were read as several events of one outlet: nothing is fitted to
their pairs. They are measured as labelled."""
PIECES = 3
Row = dict[str, Any]


def read_rows(folder: Path, name: str) -> list[Row]:
    """Read the labelled rows of one file."""
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def day_of(row: Row) -> datetime | None:
    """Return the day a row is dated, if it is a whole one."""
    day = row["date"] or ""
    if not re.match(r"\d{4}-\d\d-\d\d", day):
        return None
    return datetime.fromisoformat(day[:10]).replace(tzinfo=UTC)


def assessed_of(row: Row, number: int = 0) -> AssessedArticle:
    """Wrap a labelled row."""
    published = day_of(row)
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


def merged(rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the labels of one event made one."""
    return [{**row, "event": MERGED.get(row["event"], row["event"])} for row in rows]


def told_rows(folder: Path, name: str) -> list[Row]:
    """Return rows that are shown to somebody, of whatever event, and all of events with several."""
    rows = read_rows(folder, name)
    kept = {row["id"] for row in multi_rows(rows)}
    return merged(
        [r for r in rows if (r["rel"] >= 1 or r["id"] in kept) and r["event"] not in SAGAS]
    )


def undated(rows: Sequence[Row]) -> list[Row]:
    """Return the rows without their dates: like events of other years are then told in one hour."""
    return [{**row, "date": None} for row in rows]


def reports(folder: Path) -> list[Row]:
    """Return reports of several outlets, sorted into events by their headlines and first words.

    They were found by TF-IDF, average linkage from .24, among those of three days: recall on them
    flatters it. Like events (congratulations of three governments, two days of one operation)
    stand beside each other.
    """
    known = {row["id"]: row for name in ("train", "pool") for row in read_rows(folder, name)}
    events = json.loads(REPORTS.read_text(encoding="utf-8"))["events"]
    return [{**known[i], "event": f"r{n:03}"} for n, ids in enumerate(events) for i in ids]


def look_alikes(
    folder: Path,
    names: Sequence[str] = ("dev", "regional"),
    topics: int = 40,
    days_apart: int = 0,
    seed: int = 1,
) -> list[Row]:
    """Deal the sentences of full articles out to texts, two like articles in each topic, no dates.

    No such text shares a copied phrase with another; only the names and the words of its event.
    From `days_apart` on, two articles of a topic are surely not one event; then no source may
    give more than a third of the topics one side.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    rows = {r["event"]: r for n in names for r in read_rows(folder, n)}
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
    sources: Counter[str] = Counter()
    made: list[Row] = []
    for _, i, j in pairs:
        if {i, j} & used or len(used) >= 2 * topics or _copies(long[i], long[j]):
            continue
        if days_apart and (
            3 * sources[long[i]["source"]] >= topics or not _far(long[i], long[j], days_apart)
        ):
            continue
        used |= {i, j}
        sources[long[i]["source"]] += 1
        made += [*_deal(long[i]), *_deal(long[j])]
    return made


def _far(a: Row, b: Row, days: int) -> bool:
    one, two = day_of(a), day_of(b)
    return one is not None and two is not None and abs((one - two).days) >= days


def _copies(a: Row, b: Row) -> bool:
    one, two = (set(zip(*[r["text"].split()[k:] for k in range(4)], strict=False)) for r in (a, b))
    return len(one & two) > 0.03 * min(len(one), len(two))


def _deal(row: Row) -> list[Row]:
    sentences = [s for s in re.split(r"(?<=[.!?])\s+|\n+", row["text"][:5000]) if len(s) > 20]
    blocks = [" ".join(sentences[k : k + 2]) for k in range(0, len(sentences), 2)]
    pieces = [" ".join(blocks[n::PIECES]) for n in range(PIECES)]
    made = {"title": "", "date": None, "language": "en", "source": "", "event": row["event"]}
    return [{**made, "outlet": "", "text": text} for text in pieces]


def measured_sets(folder: Path) -> dict[str, list[Row]]:
    """Return by name the sets of the table."""
    train, dev, regional = (multi_rows(read_rows(folder, n)) for n in ("train", "dev", "regional"))
    told = reports(folder)
    return {
        "train": train,
        "train, labels merged": merged(train),
        "train, labels merged, no dates": undated(merged(train)),
        "train, with single reports": told_rows(folder, "train"),
        "dev": dev,
        "dev, with single reports": told_rows(folder, "dev"),
        "dev, no dates": undated(dev),
        "regional": regional,
        "regional, no dates": undated(regional),
        "reports": told,
        "reports, no dates": undated(told),
        "look-alikes": look_alikes(folder),
        "look-alikes of train, a month apart": dealt_of_train(folder),
        "look-alikes of dev, a month apart": look_alikes(folder, ("dev",), 60, 31),
    }


def dealt_of_train(folder: Path) -> list[Row]:
    """Return the look-alikes to which is fitted."""
    return look_alikes(folder, ("train",), 60, 31)
