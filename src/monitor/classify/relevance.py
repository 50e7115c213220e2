"""Is an article about trafficking in human beings? A linear model, and a cascade behind it.

Two outputs: that the subject is a main one (`rel` 2), and that it is any (`rel` 1 or 2);
borderline is what the second sees and the first does not. The linear model reads every article,
the cascade's encoder what is uncertain then.

Sentences about trafficking that belong to no story: definitions and calls to a hotline.

Some offices append them to every release. They are left out only where the headline names nothing
of trafficking: in a story that is about it they do no harm, and a piece that explains the crime is
made of them. `models/relevance-en/*/README.md` says what that changes.

Of which countries it was measured how well the English relevance model finds articles.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.classify.calibration import Calibration, parse_calibration
from monitor.classify.cascade import ANY, Cascade, load_cascade
from monitor.classify.cue_phrases import CueTable, load_cue_table
from monitor.classify.features import Reading, StoryCounter, opening, read_article
from monitor.classify.linear_model import LinearModel
from monitor.classify.model_files import META, ModelFolder, find_model, read_meta
from monitor.classify.model_stamps import RELEVANCE, encoder_folder
from monitor.classify.prefilter import Gate, parse_gate
from monitor.classify.word_tokens import split_words
from monitor.records.errors import ModelError

NAME = RELEVANCE
WEIGHTS, VOCABULARY, CUES = "weights.npz", "vocabulary.json", "cues.json"
GATE = "gate.json"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`main` and `any`: calibrated probabilities of `rel` 2 and of `rel` >= 1."""

    main: float
    any: float
    relevant: bool
    borderline: bool


@dataclass(frozen=True, slots=True, eq=False)
class RelevanceModel:
    """Scores articles one by one.

    `calibration` is that of each output of the linear model alone; `thresholds` cut the
    calibrated probabilities: `relevant` the first output's, `borderline` the second's. What the
    `gate` keeps out is read no further: `shut` makes probabilities of its weight. Without a
    `cascade` the linear model settles everything else. Of a text no more than `opening` characters
    are read, where a model has learned from nothing longer.
    """

    cues: CueTable
    counter: StoryCounter
    linear: LinearModel
    calibration: Sequence[Calibration]
    thresholds: Mapping[str, float]
    cascade: Cascade | None = None
    gate: Gate | None = None
    shut: Sequence[Calibration] = ()
    opening: int | None = None

    def judge(self, title: str, text: str) -> Judgement:
        """Judge one article."""
        return self.judge_all([(title, text)])[0][0]

    def judge_all(self, articles: Sequence[tuple[str, str]]) -> list[tuple[Judgement, bool]]:
        """Judge articles by title and text; also say which ones the encoder was asked about.

        The same article is judged the same alone and in any company.
        """
        return [self._judge(title, text) for title, text in articles]

    def opens(self, title: str, text: str) -> bool:
        """Whether the gate lets an article through."""
        return self.gate is None or self.gate.opens(title, text)

    def read(self, title: str, text: str) -> tuple[str, Reading]:
        """Return the text without what offices append to every story, and its reading."""
        told = without_appended(title, opening(text, self.opening), self.cues)
        return told, read_article(title, told, self.cues)

    def _judge(self, title: str, text: str) -> tuple[Judgement, bool]:
        weight = None if self.gate is None else self.gate.shut_out(title, text)
        if weight is not None:
            return self.decide(*self.shut_out(weight)), False
        told, reading = self.read(title, text)
        linear = self.log_odds(reading)
        strange = self.is_strange(title, text, linear)
        if self.cascade is None or not (strange or self.cascade.is_uncertain(linear)):
            return self.decide(*self.settled(linear)), False
        both = self.cascade.probabilities(linear, title, told, reading, self.cues, strange=strange)
        return self.decide(*both), True

    def is_strange(self, title: str, text: str, linear: Sequence[float]) -> bool:
        """Whether the linear model sees nothing in words that weigh much in the gate."""
        if self.gate is None or self.cascade is None or linear[ANY] >= self.cascade.lower:
            return False
        return self.cascade.is_strange(linear, self.gate.weigh(title, text))

    def settled(self, linear: Sequence[float]) -> tuple[float, float]:
        """Return the probabilities of both outputs by the linear model alone."""
        main, any_ = (
            calibration.probability(odds)
            for odds, calibration in zip(linear, self.calibration, strict=True)
        )
        # a main subject is a subject
        return main, max(main, any_)

    def shut_out(self, weight: float) -> tuple[float, float]:
        """Return the probabilities of both outputs for what the gate keeps out."""
        main, any_ = (calibration.probability(weight) for calibration in self.shut)
        return main, max(main, any_)

    def decide(self, main: float, any_: float) -> Judgement:
        """Return the judgement that two probabilities amount to."""
        relevant = main >= self.thresholds["relevant"]
        borderline = not relevant and any_ >= self.thresholds["borderline"]
        return Judgement(main, any_, relevant, borderline)

    def log_odds(self, reading: Reading) -> list[float]:
        """Return the log odds of both outputs, before calibration."""
        odds: list[float] = self.linear.decide(reading, self.counter.count(reading)).tolist()
        return odds


def load_relevance(folder: ModelFolder, encoder: ModelFolder | None = None) -> RelevanceModel:
    """Build the model of a verified folder; raises `ModelError`.

    `encoder` is its `encoder_folder`, where that was loaded already.
    """
    cues = load_cue_table(folder, CUES)
    counter = StoryCounter(cues)
    linear = load_linear(folder, outputs=2, story=len(counter.names))
    meta = folder.meta
    try:
        calibration = [parse_calibration(raw) for raw in meta.settings["calibration"]]
        thresholds = {key: float(meta.thresholds[key]) for key in ("relevant", "borderline")}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{folder.path / 'meta.json'}: calibration or thresholds: {error}"
        ) from error
    if len(calibration) != 2:
        raise ModelError(f"{folder.path / 'meta.json'}: calibration of two outputs expected")
    return RelevanceModel(
        cues,
        counter,
        linear,
        calibration,
        thresholds,
        _cascade(folder, encoder),
        *_gate(folder),
        _opening(folder),
    )


def _opening(folder: ModelFolder) -> int | None:
    raw = folder.meta.settings.get("opening")
    if raw is not None and (type(raw) is not int or raw < 1):
        raise ModelError(f"{folder.path / 'meta.json'}: 'opening' is a number of characters")
    return raw


def _gate(folder: ModelFolder) -> tuple[Gate | None, Sequence[Calibration]]:
    """Return the gate of a folder and the calibrations of what it keeps out."""
    if GATE not in folder.meta.files:
        return None, ()
    gate = parse_gate(folder.json(GATE), str(folder.path / GATE))
    try:
        main, any_ = map(parse_calibration, folder.meta.settings["shut"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{folder.path / 'meta.json'}: 'shut': {error}") from error
    return gate, (main, any_)


def _cascade(folder: ModelFolder, encoder: ModelFolder | None) -> Cascade | None:
    encoder = encoder or encoder_folder(folder)
    if encoder is None:
        return None
    return load_cascade(folder.meta.settings["cascade"], encoder, str(folder.path / "meta.json"))


def load_linear(folder: ModelFolder, *, outputs: int, story: int) -> LinearModel:
    """Build the linear part of a model, shapes checked; raises `ModelError`."""
    arrays = folder.arrays(WEIGHTS)
    raw: Any = folder.json(VOCABULARY)
    vocabulary: dict[str, dict[str, int]] = {}
    size = 0
    try:
        for field, grams in raw.items():
            vocabulary[field] = {gram: size + i for i, gram in enumerate(grams)}
            size += len(grams)
        linear = LinearModel(vocabulary=vocabulary, **arrays)
        shapes = {
            "idf": (size,),
            "weights": (outputs, size),
            "story_mean": (story,),
            "story_scale": (story,),
            "story_weights": (outputs, story),
            "intercept": (outputs,),
        }
    except (AttributeError, TypeError) as error:
        raise ModelError(f"{folder.path}: {VOCABULARY} or {WEIGHTS}: {error}") from error
    for name, shape in shapes.items():
        if arrays[name].shape != shape:
            raise ModelError(
                f"{folder.path / WEIGHTS}: '{name}' has shape {arrays[name].shape}, not {shape}"
            )
    return linear


_TERM = (
    r"(?:(?:human|sex|labou?r|child) trafficking|trafficking in (?:persons|human beings)"
    r"|modern slavery)"
)
_APPENDED = re.compile(
    rf"\b{_TERM},? (?:which )?(?:is|involves|means|occurs when|happens when|takes many forms)\b"
    r"|\bforce, fraud,? (?:or|and) coercion\b"
    r"|\b(?:suspects?|see|seen|report|reporting|victims? of|signs of)\b[^.]{0,80}\btrafficking\b"
    r"[^.]{0,80}\b(?:call|text|contact|hotline|visit)\b"
    r"|\bhuman trafficking (?:resource )?(?:hotline|helpline)\b"
    r"|\b(?:task ?force|unit|office|coalition)\b[^.]{0,60}\b(?:against|on|combats?|prosecutes?"
    rf"|investigates)\b[^.]{{0,80}}\b{_TERM}\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+[\"”’')\]]*(?=\s|$)|\n|$|[.!?])")
_LETTERS = "traffick", "slavery", "coercion"


def without_appended(title: str, text: str, cues: CueTable) -> str:
    """Return `text` with blanks in place of appended sentences; offsets stay as they are.

    The first sentence always stays.
    """
    lower = text.lower()
    if not any(letters in lower for letters in _LETTERS) or _names_the_subject(title, cues):
        return text
    parts: list[str] = []
    for number, match in enumerate(_SENTENCE.finditer(text)):
        sentence = match.group()
        appended = number > 0 and _APPENDED.search(sentence) is not None
        parts.append(" " * len(sentence) if appended else sentence)
    return "".join(parts)


def _names_the_subject(title: str, cues: CueTable) -> bool:
    core = cues.of_kind("term", "purpose", "means")
    return any(cue.group in core for cue in cues.find(split_words(title).words))


def measured_countries(models: Path) -> frozenset[str] | None:
    """Return the countries (ISO codes) for which the model in use has a recall.

    `None` where it has no figures by country at all, as models before they were kept. Raises
    `ModelError` for figures that are not understood.
    """
    folder = find_model(models, NAME)
    table = read_meta(folder).scores.get("countries")
    if table is None:
        return None
    try:
        return frozenset(code for code, row in table.items() if row["recall"] is not None)
    except (AttributeError, KeyError, TypeError) as error:
        raise ModelError(f"{folder / META}: scores by country: {error}") from error
