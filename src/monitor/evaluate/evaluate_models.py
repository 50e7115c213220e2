"""`monitor evaluate`: the figures of the models in use on a file of labelled articles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from training.judge_options import NAME as JUDGE_NAME
from training.make import ENGLISH
from training.relevance import judge_rows, rounded
from training.source_groups import GROUPS
from training.tag_scores import score_indicators, score_tags, score_victims

from monitor.classify.relevance import NAME, load_relevance, name_of
from monitor.classify.tags import NAME as TAGS_NAME
from monitor.classify.tags import load_tags
from monitor.entities import MODEL as POLICY_NAME
from monitor.errors import DataError, ModelError
from monitor.evaluate.country_scores import country_scores
from monitor.evaluate.hard_cases import error_list
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.evaluate.metrics import relevance_scores
from monitor.nlp.artefact import ModelFolder, ModelMeta, find_model, load_folder


def evaluate_relevance(models: Path, data: Path, language: str | None = None) -> dict[str, Any]:
    """Return `{model, data, scores, errors}` of the relevance model on labelled articles.

    Other languages than the model's are left out. Of another `language`, or of all the file's
    where it has no English, the models are refitted and `{data, languages, treated}` is returned:
    their own training data is all there is. Raises `ModelError` or `DataError`.
    """
    rows = read_labelled(data)
    english = any(row.language == ENGLISH for row in rows)
    if language not in (None, ENGLISH) or (language is None and not english):
        from training.languages import evaluate_languages, treatment

        chosen = () if language is None else (language,)
        return {**evaluate_languages(data, chosen), "treated": treatment(models, rows)}
    return evaluate_relevance_folder(load_folder(find_model(models, NAME)), data)


def evaluate_relevance_folder(folder: ModelFolder, data: Path) -> dict[str, Any]:
    """Return what `evaluate_relevance` does, for one version, released or not."""
    rows = _rows(data, folder.meta.language)
    said, asked = judge_rows(load_relevance(folder), rows)
    return {
        "model": f"{NAME} {folder.meta.version}",
        "data": str(data),
        "scores": rounded(relevance_scores(rows, said, asked))
        | {"countries": country_scores(rows, said)},
        "errors": error_list(rows, said),
    }


def evaluate_tags(models: Path, data: Path) -> dict[str, Any]:
    """Return what the taggers are worth on rows of `rel` 2.

    The taggers are measured alone, on every such row, whatever the relevance model says of it;
    `indicators` and `victims` only where `data` has articles that the project labelled, beside
    `model`, `data`, `schemes` and `experimental`.
    """
    return evaluate_tags_folder(load_folder(find_model(models, TAGS_NAME)), data)


def evaluate_tags_folder(folder: ModelFolder, data: Path) -> dict[str, Any]:
    """Return what `evaluate_tags` does, for one version, released or not."""
    model, rows = load_tags(folder), _rows(data, folder.meta.language)
    return {
        "model": f"{TAGS_NAME} {folder.meta.version}",
        "data": str(data),
        "schemes": rounded(score_tags(model, rows)),
        **rounded(score_indicators(model, rows)),
        **rounded(score_victims(model, rows)),
        "experimental": folder.meta.experimental,
    }


def figures_of(folder: ModelFolder, data: Path) -> dict[str, float]:
    """Return the figures of one version on `data` by the names that floors have for them.

    A language whose model learned from that very file is measured by refitting. Raises `DataError`
    if that is not what was trained, `ModelError` for a model that has no figures.
    """
    name = folder.meta.name
    if name == NAME:
        scores = evaluate_relevance_folder(folder, data)["scores"]
        return {key: value for key, value in scores.items() if isinstance(value, float)}
    if name == TAGS_NAME:
        schemes = evaluate_tags_folder(folder, data)["schemes"]
        return {scheme: table["micro"]["f1"] for scheme, table in schemes.items()}
    if name == JUDGE_NAME:
        from training.rule_model_figures import rules_figures

        return rules_figures(folder, data)
    if name == POLICY_NAME:
        from training.policy_labels import policy_figures

        return policy_figures(folder, data)
    if name == name_of(folder.meta.language):
        return _figures_of_language(folder, data)
    raise ModelError(f"{name}: no figures for such a model")


def travel_figures(meta: ModelMeta) -> dict[str, float]:
    """Return how a relevance model travels, as its folder tells it: by sources left out.

    These need models trained anew and are measured by `monitor evaluate sources`, before training.
    Mean and worst are told where every group was left out once; empty where none was.
    """
    sources = meta.scores.get("sources") or {}
    whole = sources.get("groups", {}).keys() == GROUPS.keys()
    return {
        f"{part}_{key}": float(sources[part][key])
        for part in (("regional", "mean", "worst") if whole else ("regional",))
        for key in sorted(sources.get(part, {}))
        if key.startswith(("average_precision", "recall"))
    }


def _figures_of_language(folder: ModelFolder, data: Path) -> dict[str, float]:
    from training.languages import evaluate_languages, text_hashes

    language = folder.meta.language
    if folder.meta.training["texts"] != text_hashes(language):
        raise DataError(f"{folder.path}: cues or texts have changed since; train it again")
    scores = evaluate_languages(data, [language])["languages"][language]
    return {
        key: value["mean"]
        for key, value in scores.items()
        if isinstance(value, dict) and "mean" in value
    }


def _rows(data: Path, language: str) -> list[Labelled]:
    rows = [row for row in read_labelled(data) if row.language == language]
    if not rows:
        raise DataError(f"{data}: no article in '{language}'")
    return rows
