"""Labels of articles that looked like trafficking to a model: ids and labels, no text.

Rows of the unlabelled pool that a model ranked high, each read before it was used: most are the
near neighbours that a model has to learn to leave out, and some are on the subject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.errors import DataError
from monitor.evaluate.labelled_data import Labelled, read_labelled
from training.label_files import read_labels

LABELS_FILE = Path(__file__).parent / "data" / "mined.jsonl"
BASIS = "mined"
CAUSES = (
    *("labour", "other-crime", "peril", "women-children", "sexual-other", "war", "history"),
    *("adoption", "organs", "smuggling", "named-only", "celebrity", "policy", "other"),
)
"""What an article is about that is not on the subject, or not mainly."""
_KEYS = {"id", "rel", "why", "sure", "form", "response", "place", "victim", "flow"}


def load_mined(pool: Path, labels: Path = LABELS_FILE) -> list[Labelled]:
    """Return the labelled articles of the file `pool`; raises `DataError`."""
    return read_labelled(pool, load_mined_labels(labels))


def load_mined_labels(path: Path = LABELS_FILE) -> dict[str, dict[str, Any]]:
    """Return the labels by id; raises `DataError` naming file and line."""
    found: dict[str, dict[str, Any]] = {}
    for raw, where in read_labels(path):
        _check(raw, where)
        labels = {key: value for key, value in raw.items() if key not in ("id", "why")}
        found[raw["id"]] = {**labels, "basis": BASIS}
    return found


def causes(path: Path = LABELS_FILE) -> Counter[str]:
    """Return how many articles there are by what they are about, or `rel` 2."""
    return Counter(raw.get("why", "rel 2") for raw, _ in read_labels(path))


def _check(raw: Mapping[str, Any], where: str) -> None:
    if not {"rel", "sure"} <= raw.keys():
        raise DataError(f"{where}: must have rel and sure")
    if unknown := sorted(raw.keys() - _KEYS):
        raise DataError(f"{where}: unknown field '{unknown[0]}'")
    if (raw["rel"] == 2) == ("why" in raw) or raw.get("why", CAUSES[0]) not in CAUSES:
        raise DataError(f"{where}: 'why' must be one of {', '.join(CAUSES)}, save for rel 2")
