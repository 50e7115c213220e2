"""The prefilter: could an article be about trafficking at all? A weight for each word, in one pass.

Nine of ten news items need no more than this. It is wide on purpose: whatever it lets through is
judged by the models behind it, and what it costs in recall is in `models/relevance-en/*/README.md`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from monitor.records.errors import ModelError

_WORD = re.compile(r"[^\W_]+")
_KEYS = {"openers", "weights", "intercept", "threshold"}


@dataclass(frozen=True, slots=True)
class Gate:
    """Opens where the letters of an opener stand, or where the words weigh enough.

    The weight of a text is `intercept` plus the mean of its different words' `weights`, times the
    square root of their number: log odds of a linear model over a vector of length 1.
    """

    openers: tuple[str, ...]
    weights: Mapping[str, float]
    intercept: float
    threshold: float

    def opens(self, *texts: str) -> bool:
        """Whether texts (headline, summary, body) together could be about trafficking."""
        return self.shut_out(*texts) is None

    def shut_out(self, *texts: str) -> float | None:
        """Return the log odds of texts that the gate keeps out, `None` for those it lets in."""
        lower = "\n".join(texts).lower()
        if any(opener in lower for opener in self.openers):
            return None
        weight = self.weigh(lower)
        return weight if weight < self.threshold else None

    def weigh(self, *texts: str) -> float:
        """Return the log odds of texts by their words alone."""
        lower, get = "\n".join(texts).lower(), self.weights.get
        found = [weight for word in words_of(lower) if (weight := get(word)) is not None]
        return self.intercept + (sum(found) / sqrt(len(found)) if found else 0.0)


def words_of(lower: str) -> set[str]:
    """Return the different words of a text in lower case."""
    return set(_WORD.findall(lower))


def parse_gate(raw: Any, where: str) -> Gate:
    """Return the gate of `gate.json`; raises `ModelError` naming the key."""
    if not isinstance(raw, dict) or raw.keys() != _KEYS:
        raise ModelError(f"{where}: must have {', '.join(sorted(_KEYS))} and nothing else")
    weights, openers = raw["weights"], raw["openers"]
    if not isinstance(weights, dict) or not all(map(_is_number, weights.values())):
        raise ModelError(f"{where}: 'weights' must map words to numbers")
    if not isinstance(openers, list) or not all(isinstance(o, str) and o for o in openers):
        raise ModelError(f"{where}: 'openers' must be a list of strings")
    for key in ("intercept", "threshold"):
        if not _is_number(raw[key]):
            raise ModelError(f"{where}: '{key}' must be a number")
    return Gate(tuple(openers), weights, float(raw["intercept"]), float(raw["threshold"]))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def gate_json(gate: Gate) -> dict[str, Any]:
    """Return a gate as `gate.json` holds it."""
    weights = dict(sorted(gate.weights.items()))
    return asdict(gate) | {"openers": list(gate.openers), "weights": weights}
