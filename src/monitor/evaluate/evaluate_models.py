"""Evaluation of the models in use on a file of labelled articles: relevance and tags."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.check.drafts import english_people
from monitor.classify.assessors import load_classifiers
from monitor.classify.model_files import ModelFolder, find_model, load_folder
from monitor.classify.model_stamps import relevance_name
from monitor.classify.outlet_homes import ArticleSource
from monitor.classify.relevance import Judgement, RelevanceModel, load_relevance
from monitor.classify.tags import NAME as TAGS_NAME
from monitor.classify.tags import TagsModel, load_tags
from monitor.classify.uncovered_languages import language_of
from monitor.evaluate.country_scores import country_scores
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.evaluate.metrics import error_list, label_scores, relevance_scores
from monitor.labels.schemes import FORMS, RESPONSES
from monitor.records.article import Article
from monitor.records.errors import DataError, ModelError
from monitor.records.tag import Tag

ENGLISH = "en"
SCHEMES: Mapping[str, tuple[str, ...]] = {
    "form": FORMS,
    "response": RESPONSES,
    "place": (),
    "victim": ("child", "adult", "both"),
    "flow": ("domestic", "cross_border"),
}
"""The labels of each scheme; `place` has all countries. `unknown` is no label."""
RULED = ("gender", "protection", "indicator")
"""Schemes that rest on phrases alone, measured on labels of the project."""
MAJORITY = {"form": "unspecified", "place": "US"}
"""The label that a lazy tagger would always give; figures are given without it too."""
UNKNOWN = ("victim", "flow")
"""Schemes whose majority is unknown: the second figure leaves rows of unknown out."""
ADDED_IS_FALSE = ("form", "victim", "flow")
"""Where a row without a label counts what is said of it as false."""
_SAME_TIME = datetime.fromtimestamp(0, UTC)


def evaluate_relevance(models: Path, data: Path, language: str | None = None) -> dict[str, Any]:
    """Return `{model, data, scores, errors}` of the relevance model on labelled articles.

    Other languages than the model's are left out. Of a file without English, where no `language`
    is given, `{data, languages, treated}`: the figures of the model of each language, and what
    becomes of its articles. Raises `ModelError` or `DataError`.
    """
    rows = read_labelled(data)
    spoken = {row.language for row in rows}
    if language is not None or ENGLISH in spoken:
        name = relevance_name(language or ENGLISH)
        return evaluate_relevance_folder(load_folder(find_model(models, name)), data)
    found = {}
    for code in sorted(spoken):
        try:
            folder = find_model(models, relevance_name(code))
        except ModelError:
            continue
        found[code] = evaluate_relevance_folder(load_folder(folder), data)
    if not found:
        raise DataError(f"{data}: no article in a language that has a relevance model")
    return {"data": str(data), "languages": found, "treated": treatment(models, rows)}


def evaluate_relevance_folder(folder: ModelFolder, data: Path) -> dict[str, Any]:
    """Return what `evaluate_relevance` does, for one version, released or not."""
    rows = rows_in(data, folder.meta.language)
    said, asked = judge_rows(load_relevance(folder), rows)
    return {
        "model": f"{folder.meta.name} {folder.meta.version}",
        "data": str(data),
        "scores": rounded(relevance_scores(rows, said, asked))
        | {"countries": country_scores(rows, said)},
        "errors": error_list(rows, said),
    }


def judge_rows(
    model: RelevanceModel, rows: Sequence[Labelled]
) -> tuple[list[Judgement], NDArray[np.bool_]]:
    """Return the judgement of each row, and whether the encoder was asked."""
    said = model.judge_all([(row.title, row.text) for row in rows])
    return [judgement for judgement, _ in said], np.array([asked for _, asked in said])


def treatment(models: Path, rows: Sequence[Labelled]) -> dict[str, dict[str, int]]:
    """Return what becomes of the articles of each language when nothing tells what it is.

    By language: how many the model of which language judges, how many are not judged, and of these
    how many have trafficking terms.
    """
    coverage = load_classifiers(models)[-1]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        article = as_article(replace(row, language=""))
        (said,) = coverage.assess([article])
        judged = f"judged as {language_of(article)}"
        counts[row.language].update([judged if said.not_judged is None else "not judged"])
        counts[row.language]["with terms"] += bool(said.terms)
    return {language: dict(sorted(counts[language].items())) for language in sorted(counts)}


def as_article(row: Labelled) -> Article:
    """Return a labelled row as an article of an outlet of its own."""
    return Article(
        id=row.id,
        url="",
        title=row.title,
        text=row.text,
        outlet=row.id,
        language=row.language or None,
        published=None,
        seen=_SAME_TIME,
        sha256="",
    )


def rows_in(data: Path, language: str) -> list[Labelled]:
    """Return the rows of a file in one language; raises `DataError` if there is none."""
    rows = [row for row in read_labelled(data) if row.language == language]
    if not rows:
        raise DataError(f"{data}: no article in '{language}'")
    return rows


def evaluate_tags(models: Path, data: Path) -> dict[str, Any]:
    """Return `{model, data, schemes, experimental}`: the taggers on rows of `rel` 2.

    They are measured alone, on every such row, whatever the relevance model says of it.
    """
    return evaluate_tags_folder(load_folder(find_model(models, TAGS_NAME)), data)


def evaluate_tags_folder(folder: ModelFolder, data: Path) -> dict[str, Any]:
    """Return what `evaluate_tags` does, for one version, released or not."""
    people, rows = english_people(), rows_in(data, folder.meta.language)
    return {
        "model": f"{TAGS_NAME} {folder.meta.version}",
        "data": str(data),
        "schemes": rounded(score_tags(load_tags(folder, people=people), rows)),
        "experimental": folder.meta.experimental,
    }


def gold_of(row: Labelled, scheme: str) -> tuple[str, ...]:
    """Return the labels of a row; none where unknown or not annotated."""
    value = getattr(row, scheme)
    if value is None or value == "unknown":
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def score_tags(model: TagsModel, rows: Sequence[Labelled]) -> dict[str, Any]:
    """Return the figures of every scheme on the `rel` 2 rows.

    A row without a label of a scheme is no example of it; what is said there counts as false for
    `form`, `victim` and `flow` only. Places count where the role is exploitation.
    """
    main = [row for row in rows if row.rel == 2]
    tagged = (model.tag(row.title, row.text, ArticleSource(row.url, row.outlet)) for row in main)
    said = [said_of(tags) for tags in tagged]
    return {
        scheme: score_scheme(scheme, labels, main, [answer[scheme] for answer in said])
        for scheme, labels in SCHEMES.items()
    }


def said_of(
    tags: Iterable[Tag], schemes: Iterable[str] = (*SCHEMES, *RULED)
) -> dict[str, set[str]]:
    """Return the labels given, by scheme; of places those of exploitation."""
    found: dict[str, set[str]] = {scheme: set() for scheme in schemes}
    for tag in tags:
        if tag.role in (None, "exploitation"):
            found[tag.scheme].add(tag.label)
    return found


def score_scheme(
    scheme: str, labels: Sequence[str], rows: Sequence[Labelled], said: Sequence[Collection[str]]
) -> dict[str, Any]:
    """Return the figures of one scheme, with and without its majority label."""
    gold = [gold_of(row, scheme) for row in rows]
    counted = [i for i, truth in enumerate(gold) if truth or scheme in ADDED_IS_FALSE]
    truth, answer = [gold[i] for i in counted], [said[i] for i in counted]
    known = labels or sorted({label for each in (*truth, *answer) for label in each})
    scores = label_scores(truth, answer, known)
    if scheme in MAJORITY or scheme in UNKNOWN:
        drop = {MAJORITY.get(scheme)}
        pairs = [(set(t) - drop, set(a) - drop) for t, a in zip(truth, answer, strict=True)]
        some = [pair for pair in pairs if pair[0] or scheme in MAJORITY]
        without = label_scores([t for t, _ in some], [a for _, a in some], known)
        scores["micro_without_majority"] = without["micro"]
    return scores


def rounded(value: Any, digits: int = 4) -> Any:
    """Return nested figures rounded."""
    if isinstance(value, dict):
        return {key: rounded(item, digits) for key, item in value.items()}
    return round(value, digits) if isinstance(value, float) else value
