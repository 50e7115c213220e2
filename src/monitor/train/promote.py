"""`monitor models promote`: a version takes over only if it is nowhere below the floors.

Training writes trial versions. Promotion measures one on the floors' own data, refuses it if any
figure is below its floor, and else raises the floors to what it reached: a floor never falls here,
lowering one by hand is a change that a reviewer sees.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitor.classify.artefact import (
    META,
    ModelFolder,
    find_model,
    load_folder,
    model_versions,
)
from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.relevance import NAME as RELEVANCE
from monitor.classify.relevance import encoder_folder, name_of
from monitor.classify.tags import NAME as TAGS
from monitor.errors import DataError, ModelError
from monitor.train.data import file_sha256
from monitor.train.evaluate import (
    FLOORS,
    evaluate_relevance_folder,
    evaluate_tags_folder,
    read_floors,
)

SLACK = 0.005
"""A floor is set this far below what was reached: another processor rounds otherwise."""
_STEP = 200


@dataclass(frozen=True, slots=True)
class Promotion:
    """What was `reached`, the sentences why it is `refused` (empty: promoted), `floors` raised."""

    reached: Mapping[str, float]
    refused: tuple[str, ...]
    floors: Mapping[str, tuple[float, float]]


def promote(models: Path, name: str, version: str, data: Path) -> Promotion:
    """Measure a version on `data`, the floors' own file, and release it if it holds all floors.

    A language whose model learned from that very file is measured by refitting.

    Raises `ModelError` for an unknown or older version, `DataError` for other data.
    """
    folder = models / name / version
    if folder not in model_versions(models, name):
        raise ModelError(f"{folder}: no such version")
    floors = read_floors(models)
    # a language's floors have a file of their own; `place` is where this model's floors stand
    place = floors.get("languages", {}) if _language(name) else floors
    if file_sha256(data) != place.get("data_sha256"):
        raise DataError(f"{data}: is not the file that {FLOORS} was measured on (other sha256)")
    kind, reached = _measure(folder, name, data)
    wanted: Mapping[str, float] = place.get(kind, {})
    refused = [
        f"{name} {version}: {key} is {reached.get(key, 0.0)}, below its floor {floor}"
        for key, floor in wanted.items()
        if reached.get(key, 0.0) < floor
    ]
    refused += _older(models, name, folder)
    if refused:
        return Promotion(reached, tuple(refused), {})
    raised = {
        key: (floor, higher)
        for key, floor in wanted.items()
        if (higher := _floor_of(reached[key])) > floor
    }
    place[kind] = {**wanted, **{key: new for key, (_, new) in raised.items()}}
    _release(folder)
    encoder = encoder_folder(load_folder(folder)) if name == RELEVANCE else None
    if encoder is not None:
        _release(encoder.path)
    (models / FLOORS).write_text(json.dumps(floors, indent=1) + "\n", "utf-8", newline="\n")
    return Promotion(reached, (), raised)


def _language(name: str) -> str | None:
    """Return the language of a relevance model that is measured by refitting."""
    prefix = name_of("")
    return name.removeprefix(prefix) if name.startswith(prefix) and name != RELEVANCE else None


def _measure_language(folder: ModelFolder, language: str, data: Path) -> dict[str, float]:
    """Return the mean figures of a language; raises `DataError` if it is not what was trained."""
    from monitor.train.languages import evaluate_languages, text_hashes

    if folder.meta.training["texts"] != text_hashes(language):
        raise DataError(f"{folder.path}: cues or texts have changed since; train it again")
    scores = evaluate_languages(data, [language])["languages"][language]
    return {
        key: value["mean"]
        for key, value in scores.items()
        if isinstance(value, dict) and "mean" in value
    }


def _measure(folder: Path, name: str, data: Path) -> tuple[str, dict[str, float]]:
    """Return which floors hold for a model, and its figures by their names."""
    loaded = load_folder(folder)
    if language := _language(name):
        return language, _measure_language(loaded, language, data)
    if name == RELEVANCE:
        scores = evaluate_relevance_folder(loaded, data)["scores"]
        return "relevance", {key: v for key, v in scores.items() if isinstance(v, float)}
    if name == TAGS:
        schemes = evaluate_tags_folder(loaded, data)["schemes"]
        return "tags", {scheme: table["micro"]["f1"] for scheme, table in schemes.items()}
    if name == ENCODER:
        raise ModelError(f"{name}: is promoted with the relevance model that uses it")
    raise ModelError(f"{name}: no floors for such a model")


def _older(models: Path, name: str, folder: Path) -> list[str]:
    """Return why a version would not be used: a newer one is released already."""
    try:
        used = find_model(models, name)
    except ModelError:
        return []
    versions = model_versions(models, name)
    if versions.index(used) > versions.index(folder):
        return [f"{name} {folder.name}: {used.name} is newer and released"]
    return []


def _floor_of(reached: float) -> float:
    return math.floor((reached - SLACK) * _STEP + 1e-9) / _STEP


def _release(folder: Path) -> None:
    """Set `released` in `meta.json`; the files and their sha256 stay as they are."""
    meta: dict[str, Any] = asdict(load_folder(folder).meta) | {"released": True}
    text = json.dumps(meta, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / META).write_text(text + "\n", encoding="utf-8", newline="\n")
