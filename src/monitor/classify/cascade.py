"""The cascade: an encoder for the articles that the linear model leaves uncertain.

Its log odds are added to the linear model's: words anywhere, and the sense of a passage. It costs
50 ms where the linear model costs one, so it sees only what lies between two limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import exp, log
from typing import TYPE_CHECKING, Any

from monitor.classify.calibration import Calibration, parse_calibration
from monitor.classify.cue_phrases import CueTable
from monitor.classify.encoder import NAME, RELEVANCE, EncoderModel, Heads, load_encoder
from monitor.classify.features import Reading
from monitor.classify.model_files import ModelFolder, understood
from monitor.records.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAIN, ANY = 0, 1
"""The two outputs: a main subject (`rel` 2), and any subject (`rel` 1 or 2)."""
FEATURES = ("linear main", "linear any", "first main", "first any", "later main", "later any")
"""What a fusion weighs: log odds of the linear model and of the encoder's first window, and by
how much the later window's are higher, if it is read."""


@dataclass(frozen=True, slots=True)
class Fusion:
    """One output: the weighted sum of `FEATURES`, calibrated."""

    weights: tuple[float, ...]
    calibration: Calibration

    def log_odds(self, features: Sequence[float]) -> float:
        """Return the weighted sum."""
        return sum(weight * value for weight, value in zip(self.weights, features, strict=True))

    def probability(self, features: Sequence[float]) -> float:
        """Return the calibrated probability."""
        return self.calibration.probability(self.log_odds(features))


@dataclass(frozen=True, slots=True, eq=False)
class Cascade:
    """The encoder, what it is asked about, and how its answer is used.

    An article is uncertain where the linear log odds are at least `lower` for any subject and
    at most `upper` for a main one. It is strange where they are below `lower`, but its words weigh
    `strange` or more in the gate: there the encoder answers `alone`. A later window is read where
    the first log odds of a main subject are at least `later_from`.
    """

    encoder: EncoderModel
    lower: float
    upper: float
    fusions: tuple[Fusion, Fusion]
    strange: float
    alone: tuple[Fusion, Fusion]
    later_from: float

    def is_uncertain(self, linear: Sequence[float]) -> bool:
        """Whether the encoder is asked about an article with these linear log odds."""
        return linear[ANY] >= self.lower and linear[MAIN] <= self.upper

    def probabilities(
        self,
        linear: Sequence[float],
        title: str,
        text: str,
        reading: Reading,
        cues: CueTable,
        *,
        strange: bool = False,
    ) -> tuple[float, float]:
        """Return the calibrated probabilities of both outputs for an article to be asked about."""
        how = linear, self.encoder, self.later_from
        features = read_features(*how, title, text, reading, cues)
        fusions = self.alone if strange else self.fusions
        main, any_ = (fusion.probability(features) for fusion in fusions)
        return main, max(main, any_)  # a main subject is a subject


def read_features(
    linear: Sequence[float],
    encoder: EncoderModel,
    later_from: float,
    title: str,
    text: str,
    reading: Reading,
    cues: CueTable,
) -> tuple[float, ...]:
    """Return the numbers of `FEATURES` for an article, as a cascade with `later_from` does."""

    def goes_on(first: Heads) -> bool:
        return relevance_odds(first[RELEVANCE])[MAIN] >= later_from

    first, later = encoder.windows(title, text, reading, cues, goes_on)
    main, any_ = relevance_odds(first[RELEVANCE])
    later_main, later_any = relevance_odds((later or first)[RELEVANCE])
    return (*linear, main, any_, max(0.0, later_main - main), max(0.0, later_any - any_))


def relevance_odds(numbers: NDArray[np.float32]) -> tuple[float, float]:
    """Return log odds of a main subject against none, and of any against none.

    Borderline is left out of the first: it says whether trafficking is told of at all, and how
    much of a main subject it is, the linear model's story counts know better.
    """
    none, borderline, main = map(float, numbers)
    top = max(borderline, main)
    either = top + log(exp(borderline - top) + exp(main - top))
    return main - none, either - none


def load_cascade(raw: Mapping[str, Any], encoder: ModelFolder, where: str) -> Cascade:
    """Build the cascade of `meta.json`; raises `ModelError` if `encoder` is not that it names."""
    if raw.get("encoder") != _named(encoder):
        raise ModelError(f"{where}: is not made for {encoder.path} (other version or sha256)")
    with understood(f"{where}: cascade"):
        main, any_ = map(_fusion, raw["fusions"])
        main_alone, any_alone = map(_fusion, raw["alone"])
        numbers = {key: float(raw[key]) for key in ("lower", "upper", "strange", "later_from")}
    fusions, alone = (main, any_), (main_alone, any_alone)
    return Cascade(load_encoder(encoder), fusions=fusions, alone=alone, **numbers)


def _fusion(raw: Mapping[str, Any]) -> Fusion:
    weights = tuple(map(float, raw["weights"]))
    if len(weights) != len(FEATURES) or min(weights) < 0:
        raise ValueError(f"'weights' must be {len(FEATURES)} numbers, none below 0")
    return Fusion(weights, parse_calibration(raw["calibration"]))


def _named(encoder: ModelFolder) -> dict[str, Any]:
    meta = encoder.meta
    return {"name": NAME, "version": meta.version, "files": dict(meta.files)}


def cascade_json(cascade: Cascade, encoder: ModelFolder) -> dict[str, Any]:
    """Return a cascade as `meta.json` holds it, with the encoder's files by sha256."""
    return {
        "encoder": _named(encoder),
        "lower": cascade.lower,
        "upper": cascade.upper,
        "features": list(FEATURES),
        "fusions": [asdict(fusion) for fusion in cascade.fusions],
        "strange": cascade.strange,
        "alone": [asdict(fusion) for fusion in cascade.alone],
        "later_from": cascade.later_from,
    }
