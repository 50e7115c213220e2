"""Metrics of classifiers: average precision, recall, F1, calibration error, kinds of errors."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.classify.relevance import Judgement
from monitor.evaluate.labelled_data import Labelled
from monitor.labels.regions import region_of as m49_region
from monitor.labels.regions import subregion_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
ABOVE, BINS = 0.02, 10
"""Scores that count, and the bins of equal mass they are put in."""
CHANCE_DRAWS = 200
"""Draws of truths by which chance is told."""
HARD_KINDS = {
    "drugs, arms, wildlife": (
        r"\b(arms|guns?) traffick|\bdrugs?\b|\bcocaine|\bheroin|\bfentanyl|\bnarcotic|\bwildlife"
    ),
    "people smuggling": r"\bsmuggl",
    "slavery in history": r"\bslave (trade|owner|ship|market)|\babolition|\bplantation",
    "sex work, pimping": r"\bprostitut|\bpimp|\bpander|\bbrothel|\bescort",
    "child abuse": r"\b(child|minor|girl|boy|underage).{0,60}\b(abus|porn|molest|sexual|rape)",
    "celebrity case": r"\bEpstein|\bMaxwell|\bNXIVM|\bTate\b|\bDiddy|\bR\.? Kelly",
    "migration and labour": r"\bmigrant|\brefugee|\bimmigra|\blabou?r\b|\bworkers?\b",
}
"""Words by which hard negatives are sorted, in any capitals; the data names no kinds."""
SNIPPETS = frozenset({"stopht_google_alerts", "rss_link_db_2022"})
RELEASES = frozenset({"us_prosecutor_press_releases"})
_OTHERWISE = {"CY": "Europe", "TL": "Oceania", "CC": "Asia", "IO": "Asia"} | dict.fromkeys(
    ("BV", "GS", "HM", "TF"), "elsewhere"
)
"""Countries that figures have always counted to another continent than M49 does."""
PREVALENCE = 0.003
"""Share of main-subject articles in a national feed."""
HARD_IN_FEED = 0.003
"""Share of hard negatives (a strong term, another subject) in a national feed."""
_FIGURES = ("precision", "recall", "f1")
DRAWS = 400
"""Bootstrap draws; the ends of an interval move by 0.01 from one seed to another."""


def calibration_error(truth: Bools, scores: Floats, *, above: float = ABOVE) -> float:
    """Return the mean gap of score and truth over bins of equal mass of scores above `above`."""
    parts = _parts(scores, above)
    gaps = [abs(scores[part].mean() - truth[part].mean()) * len(part) for part in parts]
    return float(sum(gaps) / max(1, sum(map(len, parts))))


def chance_error(scores: Floats) -> float:
    """Return the calibration error that perfect probabilities of these sizes have on average.

    With few rows in a bin, chance alone makes a gap: an error below this is luck or a fit to
    the very rows.
    """
    draw = np.random.default_rng(0)
    errors = [
        calibration_error(draw.random(len(scores)) < scores, scores) for _ in range(CHANCE_DRAWS)
    ]
    return float(np.mean(errors)) if len(scores) else 0.0


def reliability(truth: Bools, scores: Floats) -> list[dict[str, Any]]:
    """Return for each bin the rows in it, their mean score and the share that is true."""
    return [
        {"rows": len(part), "said": float(scores[part].mean()), "true": float(truth[part].mean())}
        for part in _parts(scores, ABOVE)
    ]


def _parts(scores: Floats, above: float) -> list[NDArray[np.intp]]:
    chosen = np.flatnonzero(scores > above)
    order = chosen[np.argsort(scores[chosen], kind="stable")]
    return [part for part in np.array_split(order, BINS) if len(part)]


def reliability_plot(curve: Sequence[Mapping[str, Any]], *, size: int = 10) -> str:
    """Return the curve as a plot in text: `o` a bin, `.` the diagonal of perfect probabilities."""
    grid = [[" "] * (2 * size + 1) for _ in range(size + 1)]
    for step in range(size + 1):
        grid[size - step][2 * step] = "."
    for point in curve:
        grid[size - round(point["true"] * size)][round(point["said"] * 2 * size)] = "o"
    lines = [f"{(size - at) / size:.1f} |{''.join(line).rstrip()}" for at, line in enumerate(grid)]
    axis = "    +" + "-" * (2 * size + 1)
    return "\n".join(["true", *lines, axis, "    0.0       0.5       1.0 said"])


def hard_kinds(
    rows: Sequence[Labelled], relevant: Bools, borderline: Bools
) -> dict[str, dict[str, int]]:
    """Return, for annotated rows of no main subject, how many of each kind are shown.

    There are no labels for kinds: a row is of the first kind of `HARD_KINDS` whose words it
    has, in the headline before the text.
    """
    table: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row, is_relevant, is_borderline in zip(rows, relevant, borderline, strict=True):
        if row.rel != 2 and row.basis == "annotated":
            said = {"rows": 1, "relevant": int(is_relevant), "borderline": int(is_borderline)}
            table[f"{kind_of(row)}, rel {row.rel}"].update(said)
    return {kind: dict(cell) for kind, cell in sorted(table.items())}


def kind_of(row: Labelled) -> str:
    """Return the kind of hard negative by its words."""
    for text in (row.title, row.text):
        for kind, words in HARD_KINDS.items():
            if re.search(words, text, re.IGNORECASE):
                return kind
    return "other"


def error_list(rows: Sequence[Labelled], said: Sequence[Judgement]) -> list[dict[str, Any]]:
    """Return the missed and the falsely shown rows, the worst first, by id."""
    errors: list[tuple[float, str, dict[str, Any]]] = []
    for row, judgement in zip(rows, said, strict=True):
        shown = "relevant" if judgement.relevant else "borderline" if judgement.borderline else ""
        missed = row.rel == 2 and not judgement.relevant
        if missed or (row.rel == 0 and shown):
            entry = {
                "id": row.id,
                "rel": row.rel,
                "relevance": round(judgement.main, 4),
                "any": round(judgement.any, 4),
                "shown": shown,
                "kind": "missed" if missed else kind_of(row),
            }
            errors.append((judgement.main if missed else 1 - judgement.main, row.id, entry))
    return [entry for *_, entry in sorted(errors, key=itemgetter(0, 1))]


def average_precision(truth: Bools, scores: Floats, weight: Floats | None = None) -> float:
    """Return average precision, or 0 where nothing is true; `weight` is of each row."""
    from sklearn.metrics import average_precision_score

    if not truth.any():
        return 0.0
    return float(average_precision_score(truth, scores, sample_weight=weight))


def recall_at_precision(
    truth: Bools, scores: Floats, precision: float = 0.9, *, weight: Floats | None = None
) -> float:
    """Return the best recall at which `precision` holds, or 0 where nothing is true."""
    from sklearn.metrics import precision_recall_curve

    if not truth.any():
        return 0.0
    precisions, recalls, _ = precision_recall_curve(truth, scores, sample_weight=weight)
    return float(recalls[precisions >= precision].max())


def relevance_scores(
    rows: Sequence[Labelled], said: Sequence[Judgement], asked: Bools | None = None
) -> dict[str, Any]:
    """Return every figure of a relevance model on labelled rows.

    The main figures leave `rel` 1 rows out. `asked` marks rows that the encoder has read.
    """
    rel = np.array([row.rel for row in rows])
    main, any_ = np.array([j.main for j in said]), np.array([j.any for j in said])
    relevant = np.array([j.relevant for j in said])
    borderline = np.array([j.borderline for j in said])
    clear = rel != 1
    shown = relevant | borderline
    annotated = np.array([row.basis == "annotated" for row in rows])
    truth = rel == 2
    return {
        "rows": len(rows),
        "rel": {str(value): int((rel == value).sum()) for value in (2, 1, 0)},
        **_ranking(truth[clear], main[clear]),
        "average_precision_rel1_negative": average_precision(truth, main),
        "average_precision_rel1_positive": average_precision(rel >= 1, main),
        "average_precision_any": average_precision(rel >= 1, any_),
        "at_threshold": {
            "precision": share_of(truth[clear & relevant]),
            "recall": share_of(relevant[truth]),
            "precision_rel1_negative": share_of(truth[relevant]),
            "recall_with_borderline": share_of(shown[truth]),
            "rel1_relevant": share_of(relevant[rel == 1]),
            "rel1_borderline": share_of(borderline[rel == 1]),
            "borderline": int(borderline.sum()),
            "borderline_precision_any": share_of(rel[borderline] >= 1),
        },
        "calibration_error": calibration_error(truth, main),
        "calibration_error_annotated": calibration_error(truth[annotated], main[annotated]),
        "calibration_error_by_chance": chance_error(main),
        "calibration_error_annotated_by_chance": chance_error(main[annotated]),
        "reliability": reliability(truth, main),
        "reliability_annotated": reliability(truth[annotated], main[annotated]),
        "general_outlets_interval": general_interval(rows, rel, main),
        "sources": _sources(rows, rel, main),
        "regions": _regions(rows, relevant, shown),
        "hard_kinds": hard_kinds(rows, relevant, borderline),
        "feed": project_to_feed(rel, annotated, relevant),
        "asked": {} if asked is None else _asked(rel, annotated, asked),
    }


def _ranking(truth: Bools, scores: Floats) -> dict[str, float]:
    return {
        "average_precision": average_precision(truth, scores),
        "recall_at_precision_0.90": recall_at_precision(truth, scores),
    }


def share_of(values: Bools) -> float:
    """Return how many of `values` are true, 0 where there are none."""
    return float(values.mean()) if len(values) else 0.0


def _sources(rows: Sequence[Labelled], rel: NDArray[np.int_], main: Floats) -> dict[str, Any]:
    """Return average precision within each source that has positives, and in general outlets."""
    source = np.array([row.source for row in rows])
    groups: dict[str, Bools] = {name: source == name for name in sorted(set(source.tolist()))}
    groups["full articles of general outlets"] = general_outlets(rows)
    table: dict[str, Any] = {}
    for name, member in groups.items():
        chosen = member & (rel != 1)
        truth = rel[chosen] == 2
        if truth.any():
            counts = {"rows": int(chosen.sum()), "positives": int(truth.sum())}
            table[name] = counts | _ranking(truth, main[chosen])
    return table


def general_outlets(rows: Sequence[Labelled]) -> Bools:
    """Return which rows are full articles of general outlets: no snippets, no releases."""
    return np.array([row.source not in SNIPPETS | RELEASES for row in rows])


def general_interval(
    rows: Sequence[Labelled], rel: NDArray[np.int_], main: Floats
) -> dict[str, list[float]]:
    """Return 95 % bootstrap intervals for full articles of general outlets, `rel` 1 left out.

    Main subjects and others are drawn apart, so that every draw has as many of both.
    """
    chosen = general_outlets(rows) & (rel != 1)
    truth, scores = rel[chosen] == 2, main[chosen]
    hits, others = np.flatnonzero(truth), np.flatnonzero(~truth)
    if not len(hits) or not len(others):
        return {}
    draw = np.random.default_rng(0)
    drawn: list[dict[str, float]] = []
    for _ in range(DRAWS):
        at = np.concatenate([draw.choice(hits, len(hits)), draw.choice(others, len(others))])
        drawn.append(_ranking(truth[at], scores[at]))
    return {
        key: np.quantile([one[key] for one in drawn], (0.025, 0.975)).tolist() for key in drawn[0]
    }


def _asked(rel: NDArray[np.int_], annotated: Bools, asked: Bools) -> dict[str, float]:
    """Return the share that the encoder reads of each kind of row, and of a natural mix."""
    negative = rel == 0
    parts = (rel == 2, rel == 1, negative & annotated, negative & ~annotated)
    main, borderline, hard, easy = (share_of(asked[part]) for part in parts)
    in_feed = HARD_IN_FEED * hard + (1 - HARD_IN_FEED) * easy
    return {
        "rel2": main,
        "rel1": borderline,
        "hard_negatives": hard,
        "sampled_negatives": easy,
        "natural_mix": PREVALENCE * main + (1 - PREVALENCE) * share_of(asked[negative]),
        "feed": PREVALENCE * main + (1 - PREVALENCE) * in_feed,
    }


def _regions(rows: Sequence[Labelled], relevant: Bools, shown: Bools) -> dict[str, Any]:
    """Return how many of the main-subject rows placed in each region are found."""
    members: defaultdict[str, list[int]] = defaultdict(list)
    for at, row in enumerate(rows):
        for region in {region_of(code) for code in row.place or ("",)} if row.rel == 2 else ():
            members[region].append(at)
    return {
        region: {
            "n": len(at),
            "relevant": share_of(relevant[at]),
            "relevant_or_borderline": share_of(shown[at]),
        }
        for region, at in sorted(members.items())
    }


def region_of(country: str) -> str:
    """Return the continent of a country; the US by itself, since most articles are from there."""
    if country in ("US", ""):
        return country or "no place"
    part = subregion_of(country)
    if part in ("Northern America", "Central America", "Caribbean"):
        return "North America without US"
    continent = part if part == "South America" else m49_region(country)
    return _OTHERWISE.get(country) or continent or "elsewhere"


def project_to_feed(rel: NDArray[np.int_], annotated: Bools, relevant: Bools) -> dict[str, float]:
    """Project precision to a national feed: `PREVALENCE` of positives, two mixes of negatives.

    `as_sampled` takes negatives as they are in the rows (about 6 % hard ones), `as_in_feed` weighs
    annotated (hard) negatives down to `HARD_IN_FEED`.
    """
    negative = rel == 0
    hard = negative & annotated
    parts = (rel == 2, hard, negative & ~annotated)
    recall, hard_rate, easy_rate = (share_of(relevant[part]) for part in parts)
    result = {
        "prevalence": PREVALENCE,
        "hard_negative_rate": hard_rate,
        "easy_negative_rate": easy_rate,
    }
    hits = recall * PREVALENCE
    sampled = float(hard.sum() / max(1, negative.sum()))
    for name, share in (("as_sampled", sampled), ("as_in_feed", HARD_IN_FEED)):
        false = (1 - PREVALENCE) * (share * hard_rate + (1 - share) * easy_rate)
        result[f"precision_{name}"] = hits / (hits + false) if hits + false else 0.0
        result[f"false_per_10000_{name}"] = false * 10_000
    return result


def label_scores(
    gold: Sequence[Collection[str]], said: Sequence[Collection[str]], labels: Sequence[str]
) -> dict[str, Any]:
    """Return micro-averaged and per-label precision, recall and F1 of label sets.

    `labels` are those that get a line, if they occur; all that occur count in the average.
    """
    from sklearn.metrics import precision_recall_fscore_support
    from sklearn.preprocessing import MultiLabelBinarizer

    every = sorted(set().union(*gold, *said))
    if not every:
        return {"rows": len(gold), "micro": dict.fromkeys(_FIGURES, 0.0), "labels": {}}
    # with a label that nothing has: a single column would be taken for yes and no, both counted
    binarizer = MultiLabelBinarizer(classes=[*every, ""])
    truth, answer = binarizer.fit_transform(gold), binarizer.transform(said)
    options: dict[str, Any] = {"zero_division": 0.0}
    *micro, _ = precision_recall_fscore_support(truth, answer, average="micro", **options)
    *figures, counts = precision_recall_fscore_support(truth, answer, average=None, **options)
    table = {
        label: {"n": int(n), **dict(zip(_FIGURES, map(float, each), strict=True))}
        for label, *each, n in zip(binarizer.classes_, *figures, counts, strict=True)
    }
    return {
        "rows": len(gold),
        "micro": dict(zip(_FIGURES, map(float, micro), strict=True)),
        "labels": {label: table[label] for label in labels if label in every},
    }
