"""The second stage: an encoder for the articles that the linear model leaves uncertain.

Its log odds are added to the linear model's. Both see different things, words anywhere and the
sense of a passage, and their sum errs less than either. The encoder costs 50 ms where the linear
model costs one, so it sees only what lies between two limits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.classify.artefact import ModelFolder
from monitor.classify.calibration import Calibration, parse_calibration
from monitor.classify.cues import CueTable
from monitor.classify.encoder import NAME, RELEVANCE, EncoderModel, Heads, load_encoder
from monitor.classify.reading import Reading
from monitor.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAIN, ANY = 0, 1
"""The two outputs: a main subject (`rel` 2), and any subject (`rel` 1 or 2)."""
FEATURES = ("linear main", "linear any", "first main", "first any", "later main", "later any")
"""What a fusion weighs: log odds of the linear model and of the encoder's first window, and by
how much the later window's are higher, if there is one."""


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
    at most `upper` for a main one. `fusions` are of the two outputs.
    """

    encoder: EncoderModel
    lower: float
    upper: float
    fusions: tuple[Fusion, Fusion]

    def is_uncertain(self, linear: Sequence[float]) -> bool:
        """Whether the encoder is asked about an article with these linear log odds."""
        return linear[ANY] >= self.lower and linear[MAIN] <= self.upper

    def probabilities(
        self, linear: Sequence[float], title: str, text: str, reading: Reading, cues: CueTable
    ) -> tuple[float, float]:
        """Return the calibrated probabilities of both outputs for an uncertain article."""
        features = fusion_features(linear, *self.encoder.windows(title, text, reading, cues))
        main, any_ = (fusion.probability(features) for fusion in self.fusions)
        # a main subject is a subject
        return main, max(main, any_)


def fusion_features(
    linear: Sequence[float], first: Heads, later: Heads | None
) -> tuple[float, ...]:
    """Return the numbers of `FEATURES`."""
    main, any_ = relevance_odds(first[RELEVANCE])
    rise_main = rise_any = 0.0
    if later is not None:
        later_main, later_any = relevance_odds(later[RELEVANCE])
        rise_main, rise_any = max(0.0, later_main - main), max(0.0, later_any - any_)
    return (*linear, main, any_, rise_main, rise_any)


def relevance_odds(numbers: NDArray[np.float32]) -> tuple[float, float]:
    """Return log odds of a main subject against none, and of any against none.

    Borderline is left out of the first: it says whether trafficking is told of at all, and how
    much of a main subject it is, the linear model's story counts know better.
    """
    import math

    none, borderline, main = map(float, numbers)
    top = max(borderline, main)
    either = top + math.log(math.exp(borderline - top) + math.exp(main - top))
    return main - none, either - none


def load_cascade(raw: Mapping[str, Any], encoder: ModelFolder, where: str) -> Cascade:
    """Build the cascade of `meta.json`; raises `ModelError` if `encoder` is not that it names."""
    named = raw.get("encoder")
    files = dict(encoder.meta.files)
    if named != {"name": NAME, "version": encoder.meta.version, "files": files}:
        raise ModelError(f"{where}: is not made for {encoder.path} (other version or sha256)")
    try:
        main, any_ = (
            Fusion(_weights(part["weights"]), parse_calibration(part["calibration"]))
            for part in raw["fusions"]
        )
        lower, upper = float(raw["lower"]), float(raw["upper"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: cascade: {error}") from error
    return Cascade(load_encoder(encoder), lower, upper, (main, any_))


def _weights(raw: Any) -> tuple[float, ...]:
    weights = tuple(map(float, raw))
    if len(weights) != len(FEATURES) or min(weights) < 0:
        raise ValueError(f"'weights' must be {len(FEATURES)} numbers, none below 0")
    return weights


def cascade_json(cascade: Cascade, encoder: ModelFolder) -> dict[str, Any]:
    """Return a cascade as `meta.json` holds it, with the encoder's files by sha256."""
    from dataclasses import asdict

    return {
        "encoder": {
            "name": NAME,
            "version": encoder.meta.version,
            "files": dict(encoder.meta.files),
        },
        "lower": cascade.lower,
        "upper": cascade.upper,
        "features": list(FEATURES),
        "fusions": [asdict(fusion) for fusion in cascade.fusions],
    }
