"""Training rows: files, events and sources kept apart, feature matrix, targets and weights.

The linear model of English does not learn from the project's own texts: it learns their manner, and
on sources it has not read its ranking falls (mean average precision over six groups of sources 0.91
without, 0.85 with them, 0.87 with a weight of 0.1). The encoder does learn from them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.cue_phrases import CueGroup, CueTable, parse_cues
from monitor.classify.features import StoryCounter, read_article
from monitor.evaluate.labelled_data import Labelled, file_sha256, read_labelled, read_yaml
from monitor.evaluate.linear_fit import Matrix, Target, build_matrix, make_folds, relevance_targets
from monitor.records.errors import DataError, ModelError
from training.label_files import MINED_FILE, load_mined_labels

CUES_FILE = Path(__file__).parent / "data" / "cues.yaml"
TEXTS = Path(__file__).parent / "texts"
"""Training texts written by the project, for forms and regions that real data hardly has."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "alerts": ("stopht_google_alerts",),
    "releases": ("us_prosecutor_press_releases", "news21-pressReleasesDOJ", "sanity-sapper-sapper"),
    "Sri Lanka": ("lk_news", "news_long_lk"),
    "full articles, world": (
        *("finescoop_dailymail2020", "adverse_media_ut2020", "masakhanews", "bbc_kaggle_2004"),
        *("newsagendas", "bbc_archive_2026", "intl_2024_topics", "aljazeera_2025"),
        *("textyml_2016", "cnn-dailymail"),
    ),
    "feeds, world": (
        *("rss_link_db_2021", "rss_link_db_2022", "rss_link_db_2026"),
        *("news-dataset-pipeline", "reddit-scraped-worldnews-dataset"),
    ),
    "regional papers": (
        *("nepal_newsapi", "png_news", "ph_newspapers", "bangkokpost_2021", "bd_dailystar"),
        *("bd_clir", "ghana_news_feed", "africa_news_edition", "india_crime_2025"),
    ),
}
"""Six groups with at least 8 main-subject rows each."""
TRAIN, DEV, REGIONAL = "train.jsonl.gz", "dev.jsonl.gz", "regional.jsonl.gz"
WEAK, POOL = "weak_positive.jsonl.gz", "pool.jsonl.gz"
TRAIN2 = "train2.jsonl.gz"
CHOSEN = (TRAIN2, "headlines.jsonl.gz")
"""Labelled news that was chosen for what it tells: it stands in no mix that a feed has."""
LEARNED = (TRAIN, REGIONAL, WEAK, POOL, *CHOSEN)
"""Files that a model learns from; `DEV` is for what is fitted behind it."""
KEPT_APART = 64
"""Of the 256 values of an event's first byte of SHA-256, those never learned from."""
LARGE = 10
"""Main-subject rows of one event from which on it is a famous case."""


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Labelled news, rows of the pool (`mined`), of `CHOSEN`, of words alone (`weak`), and own."""

    train: Sequence[Labelled]
    regional: Sequence[Labelled]
    mined: Sequence[Labelled]
    chosen: Sequence[Labelled]
    weak: Sequence[Labelled]
    own: Sequence[Labelled]

    @property
    def news(self) -> list[Labelled]:
        """All labelled news, in the mix it came in."""
        return [*self.train, *self.regional]

    def without(
        self, *, events: Collection[str] = (), sources: Collection[str] = ()
    ) -> TrainingRows:
        """Return the rows of other events and other sources."""

        def kept(rows: Sequence[Labelled]) -> list[Labelled]:
            return [row for row in rows if row.event not in events and row.source not in sources]

        every = self.train, self.regional, self.mined, self.chosen, self.weak, self.own
        return TrainingRows(*map(kept, every))


def cues_of(language: str) -> Path:
    """Return where the cue groups of a language would lie."""
    return CUES_FILE if language == "en" else CUES_FILE.with_name(f"cues-{language}.yaml")


def load_cues(path: Path = CUES_FILE) -> list[CueGroup]:
    """Read cue groups from YAML; raises `ModelError` naming file and group."""
    return parse_cues(read_yaml(path, ModelError), str(path))


def load_rows(data: Path) -> TrainingRows:
    """Read what there is in a folder, `TRAIN` at least, and own texts; raises `DataError`."""
    train = read_labelled(data / TRAIN)
    regional, weak = (
        read_labelled(data / name) if (data / name).exists() else [] for name in (REGIONAL, WEAK)
    )
    pool = data / POOL
    mined = read_labelled(pool, load_mined_labels()) if pool.exists() else []
    return TrainingRows(train, regional, mined, load_chosen(data, *CHOSEN), weak, read_texts())


def load_chosen(data: Path, *names: str, apart: bool = False) -> list[Labelled]:
    """Read what there is of files of `CHOSEN` but events kept `apart`, or these alone."""
    rows = [row for path in existing(data, *names) for row in read_labelled(path)]
    return [row for row in rows if is_kept_apart(row.event) == apart]


def is_kept_apart(event: str) -> bool:
    """Whether articles of this event are never learned from."""
    return hashlib.sha256(event.encode()).digest()[0] < KEPT_APART


def read_texts(folder: Path = TEXTS) -> list[Labelled]:
    """Read all files of the project's own training texts, in the order of their names."""
    return [row for path in text_files(folder) for row in read_labelled(path)]


def text_files(folder: Path = TEXTS) -> list[Path]:
    """Return the files of the project's own training texts; raises `DataError` if none."""
    paths = sorted(folder.glob("*.jsonl"))
    if not paths:
        raise DataError(f"{folder}: no training texts there")
    return paths


def held_out_events(news: Sequence[Labelled], folds: int, seed: int) -> frozenset[str]:
    """Return the events of the fold that no encoder sees, but for those of famous cases."""
    size = Counter(row.event for row in news if row.rel == 2)
    events = [row.event for row in news]
    fold = {events[i] for i in make_folds(events, folds, seed)[0]}
    return frozenset(event for event in fold if size[event] <= LARGE)


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """All rows a model learns from, read; `real` marks labelled news, in the mix it came in."""

    rows: Sequence[Labelled]
    matrix: Matrix
    real: np.typing.NDArray[np.bool_]
    own: np.typing.NDArray[np.bool_]

    @property
    def rel(self) -> np.typing.NDArray[np.int_]:
        """The `rel` value of every row."""
        return np.array([row.rel for row in self.rows])


def make_corpus(
    rows: TrainingRows, cues: CueTable, counter: StoryCounter, reviews: Sequence[Labelled] = ()
) -> Corpus:
    """Read labelled news, mined and chosen rows, own texts; `reviews` are further rows."""
    every = [*rows.news, *rows.own, *rows.mined, *rows.chosen, *reviews]
    number = np.arange(len(every))
    real = number < len(rows.news)
    written = ~real & (number < len(rows.news) + len(rows.own))
    readings = [read_article(row.title, row.text, cues) for row in every]
    return Corpus(every, build_matrix(readings, counter), real, written)


def targets_of(corpus: Corpus, *, with_own: bool = True) -> list[Target]:
    """Return what the two outputs learn."""
    share = np.where(corpus.own, float(with_own), 1.0)
    return [replace(each, weight=each.weight * share) for each in relevance_targets(corpus.rows)]


def rel_counts(rows: Sequence[Labelled]) -> dict[str, int]:
    """Return how many rows there are by `rel`."""
    return {str(value): sum(row.rel == value for row in rows) for value in (2, 1, 0)}


def existing(folder: Path, *names: str) -> list[Path]:
    """Return the files of a folder that are there."""
    return [folder / name for name in names if (folder / name).exists()]


def english_texts() -> list[Path]:
    """Return the project's own files that every model of English learns from."""
    return [*text_files(), CUES_FILE, MINED_FILE]


def training_record(
    seed: int, options: Any, data: Iterable[Path], texts: Iterable[Path], libraries: Iterable[str]
) -> dict[str, Any]:
    """Return what a model is made from: whoever has the same gets the same."""
    return {
        "seed": seed,
        "options": asdict(options),
        "data": {path.name: file_sha256(path) for path in data},
        "texts": {path.name: file_sha256(path) for path in texts},
        "libraries": {name: metadata.version(name) for name in libraries},
    }
