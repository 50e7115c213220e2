"""What an article tells of: form of exploitation, response, places, victims, flow.

Each scheme is tagged in the way that measured best on dev (see the model card). `form` is ruled:
points for the phrases of a form, because most forms have a handful of examples and a learned
model only remembers names. `response`, `victim` and `flow` are learned. `place` is a gazetteer
with a small learned choice. Every tag has evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from monitor.classify.artefact import ModelFolder
from monitor.classify.cues import CueTable
from monitor.classify.evidence import SPANS, cue_spans, heaviest_spans, in_order
from monitor.classify.linear import LinearModel, probability
from monitor.classify.places import (
    FEATURES,
    Gazetteer,
    Mention,
    place_features,
    place_role,
)
from monitor.classify.reading import LEAD_WORDS, Reading, read_article
from monitor.classify.relevance import CUES, load_linear
from monitor.classify.story import StoryCounter
from monitor.errors import ModelError
from monitor.types import RESPONSES, Span, Tag

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "tags-en"
PLACES = "places.json"
OUTPUTS: tuple[tuple[str, str], ...] = (
    *(("response", label) for label in RESPONSES),
    ("victim", "child"),
    ("victim", "adult"),
    ("victim", "both"),
    ("flow", "domestic"),
    ("flow", "cross_border"),
)
"""The learned labels, in the order of the model's outputs."""
POINTS_TITLE, POINTS_LEAD = 3, 2
"""A form's phrase counts 3 in the headline, 2 in the lead, 1 elsewhere."""
WORDS_PER_POINT, MOST_NEEDED = 200, 4
"""Long texts must say it more often: one point per 200 words, between 2 and 4."""
SHARE_OF_MAIN = 0.34
"""A second form needs a third of the points of the first."""
_VICTIM_CUES = {"child": ("child",), "adult": ("adult",), "both": ("child", "adult")}
_FLOW_CUES = {"domestic": ("domestic_flow",), "cross_border": ("cross_border",)}


@dataclass(frozen=True, slots=True, eq=False)
class PlaceModel:
    """Weights over `places.FEATURES` that say whether the exploitation happened there."""

    mean: Sequence[float]
    scale: Sequence[float]
    weights: Sequence[float]
    intercept: float

    def log_odds(self, features: Sequence[float]) -> float:
        """Return the log odds that a country with these features is where it happened."""
        terms = zip(features, self.mean, self.scale, self.weights, strict=True)
        return self.intercept + sum((f - m) / s * w for f, m, s, w in terms)


@dataclass(frozen=True, slots=True, eq=False)
class TagsModel:
    """Tags articles one by one; `thresholds` are probabilities by `scheme` or `scheme.label`."""

    cues: CueTable
    counter: StoryCounter
    linear: LinearModel
    gazetteer: Gazetteer
    places: PlaceModel
    thresholds: Mapping[str, float]

    def tag(self, title: str, text: str) -> tuple[Tag, ...]:
        """Return every tag of an article about trafficking."""
        reading = read_article(title, text, self.cues)
        odds = self.linear.decide(reading, self.counter.count(reading))
        mentions = self.gazetteer.find(title, text, reading)
        return (
            *tag_forms(reading, self.cues),
            *self._responses(reading, odds),
            *self._places(reading, mentions),
            *self._single(reading, odds, "victim", _VICTIM_CUES, ()),
            *self._single(reading, odds, "flow", _FLOW_CUES, _mention_spans(reading, mentions)),
        )

    @property
    def core(self) -> frozenset[int]:
        """The cue groups that speak of trafficking itself."""
        return self.cues.of_kind("term", "means", "purpose")

    def _responses(self, reading: Reading, odds: NDArray[np.float64]) -> list[Tag]:
        tags: list[Tag] = []
        for output, (scheme, label) in enumerate(OUTPUTS):
            if scheme != "response":
                continue
            score = probability(float(odds[output]))
            if score >= self.thresholds[f"response.{label}"]:
                evidence = self._cue_spans(reading, (label,)) or heaviest_spans(
                    reading, self.linear.word_weights(reading, output)
                )
                if evidence:
                    tags.append(Tag("response", label, round(score, 4), evidence))
        return tags

    def _single(
        self,
        reading: Reading,
        odds: NDArray[np.float64],
        scheme: str,
        groups: Mapping[str, tuple[str, ...]],
        otherwise: tuple[Span, ...],
    ) -> list[Tag]:
        """Return the likeliest label of a scheme of which an article has one, if likely enough.

        Evidence is the label's phrases, or `otherwise`; without either there is no tag, since no
        reader would see why.
        """
        outputs = [i for i, (name, _) in enumerate(OUTPUTS) if name == scheme]
        best = max(outputs, key=lambda i: float(odds[i]))
        score = probability(float(odds[best]))
        if score < self.thresholds[scheme]:
            return []
        label = OUTPUTS[best][1]
        evidence = self._cue_spans(reading, groups[label]) or otherwise
        return [Tag(scheme, label, round(score, 4), evidence)] if evidence else []

    def _cue_spans(self, reading: Reading, groups: Sequence[str]) -> tuple[Span, ...]:
        return cue_spans(reading, {self.cues.index[name] for name in groups}, self.core)

    def _places(self, reading: Reading, mentions: Sequence[Mention]) -> list[Tag]:
        tags: list[Tag] = []
        for country, features in place_features(reading, mentions, self.core).items():
            own = [mention for mention in mentions if mention.country == country]
            score = probability(self.places.log_odds(features))
            where = score >= self.thresholds["place"]
            role = "exploitation" if where else place_role(reading, own)
            sure = score if where else 1 - score
            tags.append(Tag("place", country, round(sure, 4), _mention_spans(reading, own), role))
        return tags


def _mention_spans(reading: Reading, mentions: Sequence[Mention]) -> tuple[Span, ...]:
    return in_order(reading, [(m.field, m.first, m.last) for m in mentions[:SPANS]])


def form_points(reading: Reading, cues: CueTable) -> dict[str, int]:
    """Return the points of every form with a phrase in the article."""
    points: dict[str, int] = {}
    for cue in reading.title_cues:
        if form := cues.groups[cue.group].form:
            points[form] = points.get(form, 0) + POINTS_TITLE
    for cue in reading.text_cues:
        if form := cues.groups[cue.group].form:
            points[form] = points.get(form, 0) + (POINTS_LEAD if cue.first < LEAD_WORDS else 1)
    return points


def groups_of_form(cues: CueTable, form: str) -> frozenset[int]:
    """Return the numbers of the cue groups that speak of a form."""
    return frozenset(i for i, group in enumerate(cues.groups) if group.form == form)


def tag_forms(reading: Reading, cues: CueTable) -> list[Tag]:
    """Return the forms of exploitation; `unspecified` alone where the term stands without one."""
    points = form_points(reading, cues)
    needed = max(2.0, min(len(reading.text) / WORDS_PER_POINT, MOST_NEEDED))
    most = max(points.values(), default=0)
    core = cues.of_kind("term", "means", "purpose")
    tags = [
        Tag(
            "form",
            form,
            round(number / (number + 1), 4),
            cue_spans(reading, groups_of_form(cues, form), core),
        )
        for form, number in points.items()
        if number >= needed and number >= SHARE_OF_MAIN * most
    ]
    if tags:
        return sorted(tags, key=lambda tag: (-tag.score, tag.label))
    evidence = cue_spans(reading, cues.of_kind("term"), core) or cue_spans(reading, core, core)
    score = round(1 / (1 + most), 4)
    return [Tag("form", "unspecified", score, evidence)] if evidence else []


def load_tags(folder: ModelFolder) -> TagsModel:
    """Build the model of a verified folder; raises `ModelError`."""
    cues = folder.cues(CUES)
    counter = StoryCounter(cues)
    linear = load_linear(folder, outputs=len(OUTPUTS), story=len(counter.names))
    raw: Any = folder.json(PLACES)
    try:
        gazetteer = Gazetteer(raw["names"], raw["ambiguous"])
        places = PlaceModel(**raw["model"])
        sizes = {len(values) for values in (places.mean, places.scale, places.weights)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{folder.path / PLACES}: {error}") from error
    if sizes != {len(FEATURES)}:
        raise ModelError(f"{folder.path / PLACES}: {len(FEATURES)} place features expected")
    needed = {"place", "victim", "flow", *(f"response.{label}" for label in RESPONSES)}
    if missing := sorted(needed - folder.meta.thresholds.keys()):
        raise ModelError(f"{folder.path / 'meta.json'}: no threshold '{missing[0]}'")
    return TagsModel(cues, counter, linear, gazetteer, places, folder.meta.thresholds)
