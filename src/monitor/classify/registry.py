"""What models lie in a models folder, and whether their files are whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from monitor.classify.model_files import META, find_model, load_folder, model_versions, read_meta
from monitor.records.errors import ModelError


@dataclass(frozen=True, slots=True)
class ModelState:
    """One version of a model: `used` if it is the one that judges, `problem` if it is broken.

    What one that is not `measured` shows is only possible.
    """

    name: str
    version: str
    path: Path
    released: bool
    used: bool
    problem: str | None = None
    measured: bool = True


def list_models(models: Path) -> list[ModelState]:
    """Return every model version in `models`, each file checked against its sha256.

    A broken version is listed with its `problem`; raises `ModelError` if there is no model at all.
    """
    names = sorted({meta.parent.parent.name for meta in models.glob(f"*/*/{META}")})
    if not names:
        raise ModelError(f"{models}: no model there")
    return [
        _state(folder, used=folder == _used(models, name))
        for name in names
        for folder in model_versions(models, name)
    ]


def _used(models: Path, name: str) -> Path | None:
    try:
        return find_model(models, name)
    except ModelError:
        return None


def _state(folder: Path, *, used: bool) -> ModelState:
    released, measured, problem = False, True, None
    try:
        meta = read_meta(folder)
        released, measured = meta.released, meta.measured
        load_folder(folder)
    except ModelError as error:
        problem = str(error)
    return ModelState(folder.parent.name, folder.name, folder, released, used, problem, measured)
