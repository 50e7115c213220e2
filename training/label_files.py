"""Hand labels without texts, as JSON Lines: a line has the id of its article and its labels.

The articles are rows of the labelled files, of which the project may keep no sentence. Labels of
indicators, victims and policy context are of one annotator, who read the headline and the first
`read` code points of each article. Labels of mined rows are of articles of the unlabelled pool that
a model ranked high: most are near neighbours that a model has to learn to leave out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.classify.policy import LABELS
from monitor.evaluate.labelled_data import Labelled, is_country, parse_object, read_labelled
from monitor.labels.institutions import known_entities
from monitor.labels.schemes import GENDERS, INDICATORS, POLICY_SCHEMES, PROTECTIONS
from monitor.records.errors import DataError

DATA = Path(__file__).parent / "data"
INDICATORS_FILE, VICTIMS_FILE = DATA / "indicators.jsonl", DATA / "victims.jsonl"
POLICY_FILE, MINED_FILE = DATA / "policy.jsonl", DATA / "mined.jsonl"
DEVELOPMENT, HELD_OUT = "development", "held-out"
MINED = "mined"
"""The `basis` of mined rows."""
CAUSES = (
    *("labour", "other-crime", "peril", "women-children", "sexual-other", "war", "history"),
    *("adoption", "organs", "smuggling", "named-only", "celebrity", "policy", "other"),
)
"""What a mined article is about that is not on the subject, or not mainly."""
_MINED_KEYS = {"id", "rel", "why", "sure", "form", "response", "place", "victim", "flow"}
_ROLES = ("origin", "transit")


@dataclass(frozen=True, slots=True)
class IndicatorLabel:
    """An indicator and the words that show it: `start` to `end` of `field`, in code points."""

    label: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class RoleLabel:
    """A country and its role, `origin` or `transit`."""

    country: str
    role: str


@dataclass(frozen=True, slots=True)
class IndicatorLabels:
    """Indicators and places of origin and transit in what was read of an article."""

    id: str
    part: str
    read: int
    indicators: tuple[IndicatorLabel, ...]
    places: tuple[RoleLabel, ...]


@dataclass(frozen=True, slots=True)
class VictimLabels:
    """The victims' gender, and protection, in what was read of an article."""

    id: str
    part: str
    read: int
    gender: str
    protection: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PolicyLabels:
    """Policy context by scheme in what was read of an article."""

    id: str
    part: str
    read: int
    labels: Mapping[str, tuple[str, ...]]


def load_indicator_labels(path: Path = INDICATORS_FILE) -> list[IndicatorLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    found = []
    for raw, where in _readings(path, {"indicators", "places"}):
        try:
            marked = tuple(_indicator(item, raw["read"]) for item in raw.pop("indicators"))
            found.append(IndicatorLabels(**raw | {"indicators": marked, "places": _roles(raw)}))
        except (TypeError, KeyError, ValueError) as error:
            raise DataError(f"{where}: {error}") from error
    return found


def load_victim_labels(path: Path = VICTIMS_FILE) -> list[VictimLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    found = []
    for raw, where in _readings(path, {"gender", "protection"}):
        if raw["gender"] not in GENDERS:
            raise DataError(f"{where}: unknown gender '{raw['gender']}'")
        protection = _listed(raw, "protection", PROTECTIONS, where)
        found.append(VictimLabels(**raw | {"protection": protection}))
    return found


def load_policy_labels(path: Path = POLICY_FILE) -> list[PolicyLabels]:
    """Read the label file; raises `DataError` naming file and line."""
    return [
        PolicyLabels(
            raw["id"],
            raw["part"],
            raw["read"],
            {
                scheme: _listed(raw, scheme, policy_labels(scheme), where)
                for scheme in POLICY_SCHEMES
            },
        )
        for raw, where in _readings(path, POLICY_SCHEMES)
    ]


def policy_labels(scheme: str) -> tuple[str, ...]:
    """Return the labels of a scheme of policy context."""
    return LABELS[scheme] if scheme in LABELS else tuple(known_entities(scheme))


def load_mined(pool: Path, labels: Path = MINED_FILE) -> list[Labelled]:
    """Return the labelled articles of the file `pool`; raises `DataError`."""
    return read_labelled(pool, load_mined_labels(labels))


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


def causes(path: Path = MINED_FILE) -> Counter[str]:
    """Return how many mined articles there are by what they are about, or `rel` 2."""
    return Counter(raw.get("why", "rel 2") for raw, _ in _lines(path))


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


def _readings(path: Path, keys: Collection[str]) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the lines of an annotator's file: exactly `keys`, the part, and how far was read."""
    every = {"id", "part", "read", *keys}
    for raw, where in _lines(path):
        if raw.keys() != every:
            raise DataError(f"{where}: must have exactly the keys {', '.join(sorted(every))}")
        if raw["part"] not in (DEVELOPMENT, HELD_OUT):
            raise DataError(f"{where}: unknown part '{raw['part']}'")
        if type(raw["read"]) is not int or raw["read"] < 0:
            raise DataError(f"{where}: 'read' must be a number of code points")
        yield raw, where


def _listed(
    raw: Mapping[str, Any], key: str, known: Collection[str], where: str
) -> tuple[str, ...]:
    if not isinstance(raw[key], list):
        raise DataError(f"{where}: '{key}' must be a list")
    for label in raw[key]:
        if label not in known:
            raise DataError(f"{where}: unknown {key} '{label}'")
    return tuple(raw[key])


def _indicator(raw: Mapping[str, Any], read: int) -> IndicatorLabel:
    label = IndicatorLabel(**raw)
    if label.label not in INDICATORS:
        raise ValueError(f"unknown indicator '{label.label}'")
    if label.field not in ("title", "text"):
        raise ValueError(f"unknown field '{label.field}'")
    if not 0 <= label.start < label.end or (label.field == "text" and label.end > read):
        raise ValueError(f"'{label.label}' lies outside of what was read")
    return label


def _roles(raw: Mapping[str, Any]) -> tuple[RoleLabel, ...]:
    labels = tuple(RoleLabel(**each) for each in raw["places"])
    for label in labels:
        if label.role not in _ROLES:
            raise ValueError(f"unknown role '{label.role}'")
        if not is_country(label.country):
            raise ValueError(f"unknown country '{label.country}'")
    return labels
