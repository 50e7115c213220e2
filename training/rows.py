"""The rows that models of English learn from, and what is kept from them.

Rows of one event stay together, and so do those of one source where a source is left out: whatever
is measured on rows must not have been read in another paper's words either.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.evaluate.labelled_data import Labelled, read_labelled, read_texts
from monitor.evaluate.linear_fit import make_folds
from training.mined_labels import load_mined

TRAIN, DEV, REGIONAL = "train.jsonl.gz", "dev.jsonl.gz", "regional.jsonl.gz"
WEAK, POOL = "weak_positive.jsonl.gz", "pool.jsonl.gz"
LEARNED = (TRAIN, REGIONAL, WEAK, POOL)
"""Files that a model learns from; `DEV` is for what is fitted behind it."""
LARGE = 10
"""Main-subject rows of one event from which on it is a famous case."""


@dataclass(frozen=True, slots=True)
class Rows:
    """`train` and `regional` are labelled news, `mined` rows of the pool that the project labelled.

    `weak` was labelled by its words alone, `own` was written by the project.
    """

    train: Sequence[Labelled]
    regional: Sequence[Labelled]
    mined: Sequence[Labelled]
    weak: Sequence[Labelled]
    own: Sequence[Labelled]

    @property
    def news(self) -> list[Labelled]:
        """All labelled news, in the mix it came in."""
        return [*self.train, *self.regional]

    def without(self, *, events: Collection[str] = (), sources: Collection[str] = ()) -> Rows:
        """Return the rows of other events and other sources."""

        def kept(rows: Sequence[Labelled]) -> list[Labelled]:
            return [row for row in rows if row.event not in events and row.source not in sources]

        return Rows(*map(kept, (self.train, self.regional, self.mined, self.weak, self.own)))


def load_rows(data: Path) -> Rows:
    """Read what there is in the folder `data`, and the project's own texts.

    `TRAIN` must be there; raises `DataError`.
    """
    train = read_labelled(data / TRAIN)
    regional, weak = (
        read_labelled(data / name) if (data / name).exists() else [] for name in (REGIONAL, WEAK)
    )
    mined = load_mined(data / POOL) if (data / POOL).exists() else []
    return Rows(train, regional, mined, weak, read_texts())


def held_out_events(news: Sequence[Labelled], folds: int, seed: int) -> frozenset[str]:
    """Return the events of the one fold that no encoder sees: what stands behind is fitted there.

    Large events stay outside: one famous case would be all that a source has there.
    """
    size: dict[str, int] = {}
    for row in news:
        size[row.event] = size.get(row.event, 0) + (row.rel == 2)
    events = [row.event for row in news]
    fold = {events[i] for i in make_folds(events, folds, seed)[0]}
    return frozenset(event for event in fold if size[event] <= LARGE)
