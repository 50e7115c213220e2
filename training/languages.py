"""Relevance models of other languages than English: linear, with cross-validated metrics.

Every figure is of rows that the model at hand did not see, over `SEEDS` ways of cutting the folds.
Where nearly nothing relevant is labelled in a language, the project's own texts say what is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from monitor.classify.calibration import Calibration
from monitor.classify.cue_phrases import CueTable
from monitor.classify.features import StoryCounter, opening, read_article
from monitor.classify.model_stamps import relevance_name
from monitor.classify.uncovered_languages import load_terms
from monitor.classify.word_tokens import splitter_of
from monitor.evaluate import linear_fit
from monitor.evaluate.evaluate_models import rounded
from monitor.evaluate.labelled_data import SAMPLED, Labelled, read_labelled
from monitor.evaluate.learn_from_reviews import join_copies
from monitor.evaluate.linear_fit import FitOptions, Floats
from monitor.evaluate.metrics import average_precision, recall_at_precision
from monitor.records.errors import DataError
from monitor.records.finding import MEASURED_FROM
from training.model_cards import save_model
from training.relevance import LIBRARIES, PRECISION, pack_linear
from training.rows import (
    TEXTS,
    Corpus,
    cues_of,
    load_cues,
    read_texts,
    rel_counts,
    targets_of,
    text_files,
    training_record,
)

TOGETHER = 3
"""So many of the texts that are not relevant stand behind one another, and behind others."""
FEW = 5
"""With fewer relevant articles than this a model learns what is relevant from own texts alone."""
Bools = np.typing.NDArray[np.bool_]
DATA = "multilingual.jsonl.gz"
OPTIONS = FitOptions(story_weight=0.1)
"""As for English, but cues weigh three times as much: they carry over to other outlets and
countries, one outlet's words do not. Of 0.03, 0.1 and 0.2 (average precision pt 0.983, 0.984,
0.977; es 0.969, 1, 1) 0.1 also finds more of the project's own texts, unlearned: pt 2, 5, 5 of 14,
es 0, 1, 1."""
FEW_OPTIONS = replace(OPTIONS, keep=12_000)
"""Own texts alone have no more to tell; Thai runs of letters would fill a megabyte."""
SEEDS = 5
OPENING = 300
"""Characters of an article that are read where a model has learned from own texts alone: as many as
these are lengthened to."""
OWN_WEIGHT = 0.3
"""Of an own text beside labelled rows that can be learned from. With 0.15, 0.3, 0.6 and 1 average
precision is 0.989, 0.988, 0.988, 0.988 in Portuguese, 1, 1, 1, 0.996 in Spanish; of relevant own
texts, cross-fitted, 0.3 shows as many as any (32 and 24 of 54)."""
WRITTEN = "written"
"""What the data call the basis of the project's own texts."""
Say = Callable[[str], None]


def lengthen(texts: Sequence[Labelled], least: int) -> list[Labelled]:
    """Return each text twice, once lengthened to `least` by irrelevant others of its `event`."""
    unlike = [text for text in texts if text.rel == 0]
    count = len(unlike) // TOGETHER
    made: list[Labelled] = []
    for number in range(count):
        group = unlike[number::count]
        for text in (*group, *[text for text in texts if text.rel > 0][number::count]):
            short = replace(text, event=group[0].event)
            whole = text.text
            for other in group:
                if other is not text and len(whole) < least:
                    whole = f"{whole} {other.title}. {other.text}"
            made += [short, replace(short, id=f"{text.id}+", text=whole)]
    return made or list(texts)


@dataclass(frozen=True, slots=True, eq=False)
class Crossed:
    """Log odds (seeds x rows x outputs) of models that saw no copy of the row; its cues `terms`."""

    corpus: Corpus
    odds: Floats
    terms: Floats

    @property
    def mean(self) -> Floats:
        """The mean over the seeds (rows x outputs)."""
        mean: Floats = self.odds.mean(0)
        return mean

    @property
    def few(self) -> bool:
        """Whether the labelled rows are too few to learn from."""
        return int((self.corpus.rel[self.corpus.real] == 2).sum()) < FEW


@dataclass(frozen=True, slots=True)
class Decisions:
    """How log odds become probabilities, and from which on an article is shown."""

    calibration: Sequence[Calibration]
    thresholds: dict[str, float]

    def shown(self, corpus: Corpus, odds: Floats, rows: Bools) -> dict[str, int]:
        """Return how many of `rows` of each kind are shown."""
        rel = corpus.rel[rows]
        main, any_ = linear_fit.probabilities(self.calibration, odds[rows])
        relevant = main >= self.thresholds["relevant"]
        shown = relevant | (any_ >= self.thresholds["borderline"])
        return {
            f"rel {value} {name}": int((kind & (rel == value)).sum())
            for value in (2, 1, 0)
            for name, kind in (("relevant", relevant), ("shown", shown))
        }


def decide(crossed: Crossed) -> Decisions:
    """Choose calibration and thresholds on cross-fitted rows, the labelled ones if enough.

    `relevant` keeps `PRECISION` with the best recall, `borderline` is where F1 of `rel` >= 1 is
    best; among own texts alone it keeps `PRECISION` too: F1 would let too much through.
    """
    real = crossed.corpus.real
    rows = np.ones_like(real) if crossed.few else real
    rel, odds = crossed.corpus.rel[rows], crossed.mean[rows]
    truths = (rel == 2, rel >= 1)
    calibration = [linear_fit.fit_calibration(odds[:, n], truth) for n, truth in enumerate(truths)]
    main, any_ = linear_fit.probabilities(calibration, odds)
    clear = rel != 1
    relevant = linear_fit.threshold_for(main[clear], rel[clear] == 2, PRECISION)
    borderline = linear_fit.best_f1_threshold(any_, rel >= 1)
    if crossed.few:
        borderline = linear_fit.threshold_for(any_, rel >= 1, PRECISION)
    thresholds = {"relevant": relevant, "borderline": borderline}
    return Decisions(calibration, {key: round(value, 4) for key, value in thresholds.items()})


def language_scores(crossed: Crossed) -> dict[str, Any]:
    """Return the figures of labelled rows, ranges over seeds; `own_`: of own texts, where few."""
    corpus, few = crossed.corpus, crossed.few
    rows = [corpus.rows[number] for number in np.flatnonzero(corpus.real).tolist()]
    ranked = corpus.own if few else corpus.real
    clear = ranked & (corpus.rel != 1)
    truth, any_ = corpus.rel[clear] == 2, corpus.rel[ranked] >= 1
    of_seeds = {
        "average_precision": [average_precision(truth, o[clear, 0]) for o in crossed.odds],
        "recall_at_precision_0.90": [recall_at_precision(truth, o[clear, 0]) for o in crossed.odds],
        "average_precision_any": [average_precision(any_, o[ranked, 1]) for o in crossed.odds],
    }
    ranking: dict[str, Any] = {
        key: {"mean": sum(values) / len(values), "low": min(values), "high": max(values)}
        for key, values in of_seeds.items()
    }
    ranking["average_precision_of_terms"] = average_precision(truth, crossed.terms[clear])
    return {
        "rows": len(rows),
        "rel": rel_counts(rows),
        "annotated": sum(row.basis != SAMPLED for row in rows),
        "stories": len({row.event for row in rows}),
        "seeds": len(crossed.odds),
        **{f"own_{key}" if few else key: value for key, value in ranking.items()},
    }


def train_language(
    data: Path,
    out: Path,
    *,
    language: str,
    version: str,
    seed: int = 0,
    released: bool = False,
    say: Say = lambda _: None,
) -> dict[str, Any]:
    """Train on `data/DATA`, write a version; return its meta; raises `DataError`, `ModelError`."""
    say("reading the rows")
    rows = _rows(read_labelled(data / DATA), language)
    cues = _cues(language)
    say(f"cross-fitting with {SEEDS} seeds")
    crossed = cross_language(language, rows, cues, seed=seed)
    corpus, few, own = crossed.corpus, crossed.few, crossed.corpus.own
    decisions = decide(crossed)
    scores = language_scores(crossed)
    if not few:
        say("the same without the project's own texts")
        bare = cross_language(language, rows, cues, seed=seed, with_own=False)
        scores["without_own_texts"] = language_scores(bare)
    say("fitting the model")
    targets, options = _targets(few, corpus), FEW_OPTIONS if few else OPTIONS
    linear = linear_fit.fit_linear(corpus.matrix, targets, options, seed)
    # what a model says of the kind of rows that it has not learned from at all
    learned = np.flatnonzero(own if few else corpus.real)
    apart = linear_fit.fit_linear(corpus.matrix, targets, options, seed, learned)
    unseen = linear_fit.score_rows(apart, corpus.matrix, np.arange(len(corpus.rows)))
    others = decide(cross_language(language, (), cues, seed=seed)) if few else decisions
    of_rows = {"learned": decisions.shown(corpus, crossed.mean, corpus.real)}
    of_texts = {"learned": decisions.shown(corpus, crossed.mean, own)}
    asked, table = (corpus.real, of_rows) if few else (own, of_texts)
    table["not_learned"] = others.shown(corpus, unseen, asked)
    silent = own & (corpus.rel == 2) & (crossed.terms == 0)
    scores |= {
        "at_threshold": of_rows,
        "own_texts": {
            "texts": rel_counts([corpus.rows[at] for at in np.flatnonzero(own).tolist()]),
            "without_term": int(silent.sum()),
            "without_term_shown": decisions.shown(corpus, crossed.mean, silent)["rel 2 shown"],
            **of_texts,
        },
    }
    labels = ["relevant", "borderline"]
    also = {code for each in load_terms() if each.language == language for code in each.also}
    record = training_record(seed, options, [data / DATA], language_files(language), LIBRARIES)
    sources = Counter(row.source for row in corpus.rows if row.basis != WRITTEN)
    return save_model(
        out,
        pack_linear(linear, cues),
        name=relevance_name(language),
        version=version,
        language=language,
        released=released,
        labels={"relevance": labels},
        experimental={} if scores["rel"]["2"] >= MEASURED_FROM else {"relevance": labels},
        thresholds=decisions.thresholds,
        settings={
            "calibration": [asdict(each) for each in decisions.calibration],
            **({"opening": OPENING} if few else {}),
            "also": sorted(also),
        },
        scores=rounded(scores),
        training={**record, "own_weight": OWN_WEIGHT, "sources": dict(sources)},
    )


def evaluate_languages(data: Path, languages: Sequence[str] = ()) -> dict[str, Any]:
    """Return `{data, languages}`: cross-validated figures of all with cues; raises `DataError`."""
    every = read_labelled(data)
    scores = {}
    known = {row.language for row in every if cues_of(row.language).exists()} - {"en"}
    for language in languages or sorted(known):
        crossed = cross_language(language, _rows(every, language), _cues(language))
        scores[language] = rounded(language_scores(crossed))
    if not scores:
        raise DataError(f"{data}: no article in a language that could be learned")
    return {"data": str(data), "languages": scores}


def cross_language(
    language: str, rows: Sequence[Labelled], cues: CueTable, *, seed: int = 0, with_own: bool = True
) -> Crossed:
    """Cross-fit labelled rows of a language, if any, and own texts; cut where there are few."""
    few = sum(row.rel == 2 for row in rows) < FEW
    texts = _own_texts(language)
    own = lengthen(texts, OPENING) if few else texts
    joined = [*join_copies(rows), *own]
    real = np.arange(len(joined)) < len(rows)
    cut = OPENING if few else None
    readings = [read_article(row.title, opening(row.text, cut), cues) for row in joined]
    corpus = Corpus(joined, linear_fit.build_matrix(readings, StoryCounter(cues)), real, ~real)
    targets, events = _targets(few, corpus, with_own=with_own), [row.event for row in joined]
    options = FEW_OPTIONS if few else OPTIONS
    told = corpus.matrix, targets, events, options
    odds = [linear_fit.cross_fit(*told, seed + n) for n in range(SEEDS)]
    term = cues.index["term"]
    found = [[cue.group for cue in (*read.title_cues, *read.text_cues)] for read in readings]
    terms = [float(groups.count(term)) for groups in found]
    return Crossed(corpus, np.array(odds), np.array(terms))


def _targets(few: bool, corpus: Corpus, *, with_own: bool = True) -> list[linear_fit.Target]:
    """Return what the outputs learn; own texts count less where labelled rows can be learned."""
    share = np.where(corpus.own & (not few), OWN_WEIGHT, 1.0)
    return [
        linear_fit.Target(each.truth, each.weight * share)
        for each in targets_of(corpus, with_own=with_own)
    ]


def _cues(language: str) -> CueTable:
    return CueTable(load_cues(cues_of(language)), splitter_of(language))


def _rows(rows: Sequence[Labelled], language: str) -> list[Labelled]:
    chosen = [row for row in rows if row.language == language]
    relevant = sum(row.rel == 2 for row in chosen)
    if (relevant < FEW and not _own_texts(language)) or not cues_of(language).exists():
        raise DataError(f"'{language}': no relevant article to learn from, or no cues")
    return chosen


def _own_texts(language: str) -> list[Labelled]:
    folder = TEXTS / language
    return read_texts(folder) if folder.is_dir() else []


def language_files(language: str) -> list[Path]:
    """Return the files with the cues and own texts that a language's model is made of."""
    folder = TEXTS / language
    return [cues_of(language), *(text_files(folder) if folder.is_dir() else [])]
