"""The judge, a neural model of what rules find: how likely an editor would mark a finding.

One encoder with a head per rule reads the text in windows of whole sentences behind the headline,
the same that people's roles are read in. What it says of the flagged words, and how often the rule
was right on annotated articles, make a confidence. Each window is run by itself: a draft gets the
same numbers in any company.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from monitor.classify.model_files import ModelFolder
from monitor.classify.onnx_encoder import EncoderSession
from monitor.classify.tokenizer import TextTokenizer, load_tokenizer
from monitor.people.people_table import FieldPlace
from monitor.records.errors import ModelError
from monitor.records.finding import Finding
from monitor.rules.people_roles import WINDOW, TokenPlaces, Window, read_windows
from monitor.text.analysis import Scene
from monitor.text.phrase_search import key_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


WEIGHTS, PLACES = ("judge", "best", "prior", "loud", "offset"), ("again", "quoted", "title")
"""What a formula weighs; models of before 1.2.0 say nothing of places."""
DIGITS = 3
"""More would say more than the encoder's numbers are the same to on every processor."""


@dataclass(frozen=True, slots=True)
class Formula:
    """From the judge's numbers to a confidence; a logistic regression on annotated articles.

    `judge` weighs the log odds (from `low` to `high`) of the rule or a sibling at the words, `best`
    those of any rule, `prior` the rule's own, `loud` that it is no suggestion, `again` that it has
    spoken of other words before, `quoted` that speech is flagged, `title` the headline.
    """

    judge: float
    best: float
    prior: float
    loud: float
    again: float
    quoted: float
    title: float
    offset: float
    low: float
    high: float
    priors: Mapping[str, float]
    unknown_prior: float

    def confidence(self, finding: Finding, own: float, best: float, *, again: bool) -> float:
        """Return a share between 0 and 1."""
        odds = (
            self.offset
            + self.judge * min(self.high, max(self.low, own))
            + self.best * best
            + self.prior * self.priors.get(finding.rule, self.unknown_prior)
            + self.loud * (finding.severity != "suggestion")
            + self.again * again
            + self.quoted * (finding.quoted == "attributed")
            + self.title * (finding.field == "title")
        )
        return round(1 / (1 + math.exp(-odds)), DIGITS)


@dataclass(frozen=True, slots=True)
class SuggestionModel:
    """From the judge's log odds at its surest word to a confidence, and what is told.

    `rules` are those that speak alone, each with its own offset; `least` is the confidence from
    which a suggestion is made. Words belong to it whose log odds are at most `edge` below, `words`
    at most.
    """

    slope: float
    rules: Mapping[str, float]
    high: float
    least: float
    edge: float
    words: int

    def confidence(self, rule: str, odds: float) -> float:
        """Return a share between 0 and 1."""
        said = self.rules[rule] + self.slope * min(self.high, odds)
        return round(1 / (1 + math.exp(-said)), DIGITS)


def alone_of(settings: Mapping[str, object], heads: Collection[str]) -> SuggestionModel:
    """Return it from `meta.json`; raises `KeyError`, `TypeError` or `ValueError`."""
    given = (str(settings[name]) for name in ("slope", "high", "least", "edge"))
    slope, high, least, edge = map(float, given)
    words = int(str(settings["words"]))
    rules = settings["rules"]
    if not isinstance(rules, Mapping):
        raise TypeError("'rules' must be an object")
    if strange := sorted(rules.keys() - set(heads)):
        raise ValueError(f"'rules': '{strange[0]}' has no head")
    if not 0 <= least <= 1:
        raise ValueError(f"'least' is a number from 0 to 1, not {least:g}")
    own = {str(rule): float(offset) for rule, offset in rules.items()}
    return SuggestionModel(slope, own, high, least, edge, words)


ReadWindows = dict[tuple[int, ...], "NDArray[np.float32]"]
"""Tokens x rules of each window that was read, by its token ids."""

MODEL, TOKENIZER, OUTPUT = "judge.onnx", "tokenizer.json", "rules"
MOST = 80
"""Windows that are read of one draft, with each offered wording in place too: a draft of 5,000
words has 45, and a processor reads so many in five seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """A verified model of one head per rule.

    Below the confidence `doubt` nothing is loud, below `silent` nothing is told, nor what gets less
    than `unlikely` log odds. It reads the `most` first windows that something is asked of.
    """

    folder: ModelFolder
    session: EncoderSession
    tokenizer: TextTokenizer
    heads: Mapping[str, int]
    formula: Formula
    doubt: float
    silent: float
    unlikely: float = -math.inf
    most: int = MOST
    alone: SuggestionModel | None = None


def says_again(before: dict[str, set[str]], finding: Finding) -> bool:
    """Whether a rule has found something `before` in a draft, but not these words; add them.

    An editor marks a rule's first words, and seldom others.
    """
    words, known = key_of(finding.match), before.setdefault(finding.rule, set())
    again = bool(known) and words not in known
    known.add(words)
    return again


@dataclass(frozen=True, slots=True, eq=False)
class TokenOdds:
    """Tokens of one place: where each stands in its field's shadow, and its row of log odds."""

    places: Sequence[tuple[int, int]]
    odds: NDArray[np.float32]


@dataclass(slots=True, eq=False)
class DraftReader:
    """Reads windows of one draft, title first, with the judge; `known` ones are not run again."""

    judge: Judge
    known: ReadWindows
    scenes: Sequence[Scene]
    _windows: Sequence[Window] | None = None
    _places: TokenPlaces = field(init=False)

    def weigh(
        self, scene: Scene, finding: Finding, siblings: Sequence[Sequence[str]], *, again: bool
    ) -> tuple[float, float] | None:
        """Return a finding's confidence and its words' log odds, `None` for a rule without a head.

        `again`: its rule has found other words before it in the draft.
        """
        heads = self.judge.heads
        if finding.rule not in heads:
            return None
        read = self.read((scene.field, *scene.view.to_shadow(finding.start, finding.end)))
        if read is None:  # beyond what is read of a draft
            return None
        family = {finding.rule}.union(*(group for group in siblings if finding.rule in group))
        own = float(read.odds[:, [heads[rule] for rule in family if rule in heads]].max())
        best = float(read.odds.max())
        return self.judge.formula.confidence(finding, own, best, again=again), own

    def read(self, place: FieldPlace) -> TokenOdds | None:
        """Return the tokens of a place of a field's shadow; `None` if none or not all are read."""
        import numpy as np

        if self._windows is None:
            fields = [(scene.field, scene.view) for scene in self.scenes]
            self._windows = read_windows(fields, self.judge.tokenizer.rust)
            self._places = TokenPlaces(self._windows)
        rows = []
        for number, token in self._places.of(place):
            window = self._windows[number]
            if window.ids not in self.known:
                if len(self.known) >= self.judge.most:
                    return None
                self.known[window.ids] = self.judge.session.run(window.ids)[OUTPUT]
            where = window.places[token]
            assert where
            rows.append((where[1:], self.known[window.ids][token]))
        if not rows:
            return None
        places, odds = zip(*rows, strict=True)
        return TokenOdds(places, np.stack(odds))


def load_judge(folder: ModelFolder) -> Judge:
    """Build the judge of a verified folder; raises `ModelError`."""
    meta = folder.path / "meta.json"
    settings: Mapping[str, Any] = folder.meta.settings
    for name in (MODEL, TOKENIZER):
        if name not in folder.content:
            raise ModelError(f"{meta}: lists no file '{name}'")
    try:
        raw, limits = settings["confidence"], folder.meta.thresholds
        low, high = map(float, raw["clip"])
        formula = Formula(
            **{key: float(raw[key]) for key in WEIGHTS},
            **{key: float(raw.get(key, 0)) for key in PLACES},
            low=low,
            high=high,
            priors={str(rule): float(value) for rule, value in raw["priors"].items()},
            unknown_prior=float(raw["unknown_prior"]),
        )
        heads = {rule: at for at, rule in enumerate(folder.meta.labels["rules"])}
        doubt, silent = float(limits["suggestion"]), float(limits["silent"])
        unlikely = float(limits.get("unlikely", -math.inf))
        alone = alone_of(settings["alone"], heads) if "alone" in settings else None
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{meta}: judge: {error}") from error
    session = EncoderSession(folder.content[MODEL], str(folder.path / MODEL), soon=True)
    where = str(folder.path / TOKENIZER)
    tokenizer = load_tokenizer(folder.content[TOKENIZER], limit=WINDOW, where=where)
    return Judge(folder, session, tokenizer, heads, formula, doubt, silent, unlikely, alone=alone)
