"""Hand labels without texts, as JSON Lines: a line has the id of its article and its labels.

The articles are rows of the labelled files, of which the project may keep no sentence, read by one
annotator as far as `read` says. Mined rows are of the unlabelled pool, ranked high by a model.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from monitor.classify.policy import LABELS
from monitor.evaluate.labelled_data import is_country, parse_object
from monitor.labels.institutions import known_entities
from monitor.labels.schemes import GENDERS, INDICATORS, POLICY_SCHEMES, PROTECTIONS
from monitor.records.errors import DataError

DATA = Path(__file__).parent / "data"
INDICATORS_FILE, VICTIMS_FILE = DATA / "indicators.jsonl", DATA / "victims.jsonl"
MINED_FILE = DATA / "mined.jsonl"
DEVELOPMENT, HELD_OUT = "development", "held-out"
MINED = "mined"
"""The `basis` of mined rows."""
CAUSES = (
    *("labour", "other-crime", "peril", "women-children", "sexual-other", "war", "history"),
    *("adoption", "organs", "smuggling", "named-only", "celebrity", "policy", "other"),
)
"""What a mined article is about that is not on the subject, or not mainly."""
_MINED_KEYS = {"id", "rel", "why", "sure", "form", "response", "place", "victim", "flow"}
_FIELDS: Mapping[str, Collection[str]] = {
    "indicators": ("indicators", "places"),
    "victims": ("gender", "protection"),
    "policy": POLICY_SCHEMES,
}
"""What the lines of each file hold besides the article's id, part, and how far was read."""


@dataclass(frozen=True, slots=True)
class HandLabels:
    """Labels by scheme of the first `read` code points of an article; a `role` is "origin LK"."""

    id: str
    part: str
    read: int
    labels: Mapping[str, tuple[str, ...]]


def load_hand_labels(
    kind: Literal["indicators", "victims", "policy"], path: Path | None = None
) -> list[HandLabels]:
    """Read a label file of that kind; raises `DataError` naming file and line."""
    every = {"id", "part", "read", *_FIELDS[kind]}
    found: list[HandLabels] = []
    for raw, where in _lines(path or DATA / f"{kind}.jsonl"):
        if raw.keys() != every:
            raise DataError(f"{where}: must have exactly the keys {', '.join(sorted(every))}")
        if raw["part"] not in (DEVELOPMENT, HELD_OUT):
            raise DataError(f"{where}: unknown part '{raw['part']}'")
        if type(raw["read"]) is not int or raw["read"] < 0:
            raise DataError(f"{where}: 'read' must be a number of code points")
        try:
            if kind == "indicators":
                labels = _indicators(raw)
            elif kind == "victims":
                labels = {"gender": _known("gender", [raw["gender"]], GENDERS)}
                labels["protection"] = _known("protection", raw["protection"], PROTECTIONS)
            else:
                labels = {s: _known(s, raw[s], policy_labels(s)) for s in POLICY_SCHEMES}
        except (TypeError, KeyError, ValueError) as error:
            raise DataError(f"{where}: {error}") from error
        found.append(HandLabels(raw["id"], raw["part"], raw["read"], labels))
    return found


def _indicators(raw: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    for mark in raw["indicators"]:
        if not isinstance(mark, dict) or mark.keys() != {"label", "field", "start", "end"}:
            raise ValueError("of an indicator a key is missing or unknown")
        label, field, start, end = (mark[key] for key in ("label", "field", "start", "end"))
        _known("field", [field], ("title", "text"))
        _known("indicator", [label], INDICATORS)
        if not 0 <= start < end or (field == "text" and end > raw["read"]):
            raise ValueError(f"'{label}' lies outside of what was read")
    for place in raw["places"]:
        if not isinstance(place, dict) or place.keys() != {"role", "country"}:
            raise ValueError("of a place a key is missing or unknown")
        _known("role", [place["role"]], ("origin", "transit"))
        if not is_country(place["country"]):
            raise ValueError(f"unknown country '{place['country']}'")
    return {
        "indicator": tuple(mark["label"] for mark in raw["indicators"]),
        "role": tuple(f"{place['role']} {place['country']}" for place in raw["places"]),
    }


def _known(name: str, labels: Any, known: Collection[str]) -> tuple[str, ...]:
    if not isinstance(labels, list):
        raise TypeError(f"'{name}' must be a list")
    if unknown := [label for label in labels if label not in known]:
        raise ValueError(f"unknown {name} '{unknown[0]}'")
    return tuple(labels)


def policy_labels(scheme: str) -> tuple[str, ...]:
    """Return the labels of a scheme of policy context."""
    return LABELS[scheme] if scheme in LABELS else tuple(known_entities(scheme))


def load_mined_labels(path: Path = MINED_FILE) -> dict[str, dict[str, Any]]:
    """Return the labels by id; raises `DataError` naming file and line."""
    found: dict[str, dict[str, Any]] = {}
    for raw, where in _lines(path):
        if not {"rel", "sure"} <= raw.keys():
            raise DataError(f"{where}: must have rel and sure")
        if unknown := sorted(raw.keys() - _MINED_KEYS):
            raise DataError(f"{where}: unknown field '{unknown[0]}'")
        if (raw["rel"] == 2) == ("why" in raw) or raw.get("why", CAUSES[0]) not in CAUSES:
            raise DataError(f"{where}: 'why' must be one of {', '.join(CAUSES)}, save for rel 2")
        labels = {key: value for key, value in raw.items() if key not in ("id", "why")}
        found[raw["id"]] = {**labels, "basis": MINED}
    return found


def _lines(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield each line's object and where it stands; no article is labelled twice."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error})") from error
    known: set[str] = set()
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        raw = parse_object(line, where)
        if not isinstance(raw.get("id"), str):
            raise DataError(f"{where}: 'id' must be a string")
        if raw["id"] in known:
            raise DataError(f"{where}: '{raw['id']}' is labelled twice")
        known.add(raw["id"])
        yield raw, where
