"""`monitor models promote`: a version takes over only if it is nowhere below the floors.

Training writes trial versions. Promotion measures one on the floors' own data, refuses it if any
figure is below its floor, and else raises the floors to what it reached: a floor never falls here,
lowering one by hand is a change that a reviewer sees.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.relevance import NAME as RELEVANCE
from monitor.classify.relevance import encoder_folder
from monitor.errors import DataError, ModelError
from monitor.evaluate.evaluate_models import figures_of, travel_figures
from monitor.evaluate.labelled_data import file_sha256
from monitor.nlp.artefact import (
    META,
    find_model,
    load_folder,
    model_versions,
)
from training.floors import FLOORS, read_floors, write_floors

TRAVELS = "sources"
"""The section of floors, behind a model's name, for what is measured by sources left out."""


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
    every = read_floors(models)
    floors = every.get(name)
    if floors is None:
        raise ModelError(f"{name}: {_promoted_how(name)}")
    if file_sha256(data) != floors.data_sha256:
        raise DataError(f"{data}: is not the file that {FLOORS} was measured on (other sha256)")
    reached = figures_of(load_folder(folder), data)
    refused = [f"{name} {version}: {sentence}" for sentence in floors.below(reached)]
    travels = f"{name}/{TRAVELS}"
    told: Mapping[str, float] = {}
    if travels in every:
        told = travel_figures(load_folder(folder).meta)
        refused += [f"{name} {version}, {TRAVELS}: {s}" for s in every[travels].below(told)]
    refused += _older(models, name, folder)
    if refused:
        return Promotion(reached, tuple(refused), {})
    _release(folder)
    encoder = encoder_folder(load_folder(folder)) if name == RELEVANCE else None
    if encoder is not None:
        _release(encoder.path)
    raised, better = {**every, name: floors.raised(reached)}, floors.better(reached)
    if travels in every:
        raised[travels] = every[travels].raised(told)
        better |= {f"{TRAVELS} {key}": both for key, both in every[travels].better(told).items()}
    write_floors(models, raised)
    return Promotion(reached, (), better)


def _promoted_how(name: str) -> str:
    if name == ENCODER:
        return "is promoted with the relevance model that uses it"
    return f"no floors for such a model in {FLOORS}"


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


def _release(folder: Path) -> None:
    """Set `released` in `meta.json`; the files and their sha256 stay as they are."""
    meta: dict[str, Any] = asdict(load_folder(folder).meta) | {"released": True}
    text = json.dumps(meta, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / META).write_text(text + "\n", encoding="utf-8", newline="\n")
