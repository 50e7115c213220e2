"""What comes of reviews: how many the model has not learned from, and where it says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitor.labels.folders import data_dir

if TYPE_CHECKING:
    from monitor.desk import Desk

NAME = "relevance-en"
"""The model that learns from reviews."""


@dataclass(frozen=True, slots=True)
class Learning:
    """Of the reviewed articles, `new` are not yet learned from; the model judged `judged` of these.

    Of `differ` it says otherwise. `model` is the English one in force, which learned from the
    `learned` reviewed articles up to the moment `until` (None: from none of a desk's).
    """

    model: str
    learned: int
    until: datetime | None
    reviewed: int
    new: int
    judged: int
    differ: int


def learning_of(desk: Desk) -> Learning:
    """Return what the model in force has not learned yet; nothing is trained for it."""
    training = _training()
    last = _until(training)
    stamps = [s for s in desk.relevance_stamps if s.startswith(f"{NAME}@")]
    reviewed, _, _ = desk.store.count_reviews(stamps)
    new, judged, differ = desk.store.count_reviews(stamps, last)
    return Learning(
        model=stamps[0].partition("+")[0] if stamps else NAME,
        learned=sum(training.get("reviews_rel", {}).values()),
        until=last,
        reviewed=reviewed,
        new=new,
        judged=judged,
        differ=differ,
    )


def count_new(desk: Desk) -> int:
    """Return how many reviewed articles the model in force has not learned from."""
    return desk.store.count_reviewed(_until(_training()))


def _training() -> Mapping[str, Any]:
    from monitor.classify.model_files import find_model, read_meta

    return read_meta(find_model(data_dir("models"), NAME)).training


def _until(training: Mapping[str, Any]) -> datetime | None:
    until = training.get("reviews_until")
    return datetime.fromisoformat(until) if until else None
