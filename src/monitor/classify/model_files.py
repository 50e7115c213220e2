"""Model folders: `models/<name>/<version>/` with `meta.json`, data files and a model card.

Nothing in them is code: JSON and NumPy arrays read with `allow_pickle=False`, each file checked
against the sha256 that `meta.json` holds before it is opened.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.records.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCHEMA = 1
RELEVANT = "relevant"
"""A relevance model that has this among its `experimental` labels has too few examples."""
META = "meta.json"


@dataclass(frozen=True, slots=True)
class ModelMeta:
    """The content of `meta.json`.

    `labels` by scheme; `experimental` those with too few examples to be measured; `settings` are
    what serving needs besides the files (calibration, field names); `training` says how the
    folder was made (data with sha256, seed, settings, library versions); `files` gives each
    data file's sha256. A folder whose `released` is false is never loaded by default.
    """

    schema: int
    name: str
    version: str
    language: str
    released: bool
    labels: Mapping[str, Sequence[str]]
    experimental: Mapping[str, Sequence[str]]
    thresholds: Mapping[str, float]
    settings: Mapping[str, Any]
    scores: Mapping[str, Any]
    training: Mapping[str, Any]
    files: Mapping[str, str]

    @property
    def measured(self) -> bool:
        """Whether a relevance model has examples enough for what it shows to be relied on."""
        return RELEVANT not in self.experimental.get("relevance", ())


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A verified model folder and the bytes of its files."""

    path: Path
    meta: ModelMeta
    content: Mapping[str, bytes]

    @property
    def stamped_files(self) -> tuple[Path, ...]:
        """The files a stamp covers: all but the card."""
        return (self.path / META, *(self.path / name for name in self.meta.files))

    @property
    def checked(self) -> dict[Path, str]:
        """The sha256 of each data file, as it was found to be."""
        return {self.path / name: sha256 for name, sha256 in self.meta.files.items()}

    def json(self, name: str) -> Any:
        """Return a JSON file's content; raises `ModelError`."""
        try:
            return json.loads(self.bytes_of(name))
        except ValueError as error:
            raise ModelError(f"{self.path / name}: no JSON ({error})") from error

    def arrays(self, name: str) -> dict[str, NDArray[np.float64]]:
        """Return the arrays of an .npz file, as float64; raises `ModelError`."""
        import numpy as np

        try:
            with np.load(io.BytesIO(self.bytes_of(name)), allow_pickle=False) as arrays:
                return {key: arrays[key].astype(np.float64) for key in arrays.files}
        except (ValueError, OSError, EOFError) as error:
            raise ModelError(f"{self.path / name}: no NumPy arrays ({error})") from error

    def bytes_of(self, name: str) -> bytes:
        """Return the content of a file; raises `ModelError` where there is none."""
        if name not in self.content:
            raise ModelError(f"{self.path / META}: lists no file '{name}'")
        return self.content[name]


def model_versions(models: Path, name: str) -> list[Path]:
    """Return the version folders of a model, oldest first; raises `ModelError` if there is none."""
    version = re.compile(r"\d+\.\d+\.\d+")
    folders = [p for p in (models / name).glob("*") if p.is_dir() and version.fullmatch(p.name)]
    if not folders:
        raise ModelError(f"{models / name}: no model there")
    return sorted(folders, key=lambda p: tuple(map(int, p.name.split("."))))


def find_model(models: Path, name: str) -> Path:
    """Return the folder of the newest released version; raises `ModelError`."""
    for folder in reversed(model_versions(models, name)):
        if read_meta(folder).released:
            return folder
    raise ModelError(f"{models / name}: no released version")


@contextmanager
def understood(where: str) -> Iterator[None]:
    """Make a `ModelError` that says `where` of what goes wrong while values are read."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{where}: {error}") from error


def read_meta(folder: Path) -> ModelMeta:
    """Read and check `meta.json`; raises `ModelError` for a wrong schema or key."""
    path = folder / META
    try:
        raw = json.loads(_read(path))
    except ValueError as error:
        raise ModelError(f"{path}: cannot be read ({error})") from error
    if not isinstance(raw, dict):
        raise ModelError(f"{path}: must be an object")
    if raw.get("schema") != SCHEMA:
        raise ModelError(f"{path}: schema {raw.get('schema')!r} is not {SCHEMA}")
    known = {field.name for field in fields(ModelMeta)}
    for key in sorted(raw.keys() ^ known):
        raise ModelError(f"{path}: {'unknown' if key in raw else 'missing'} key '{key}'")
    kinds = {"schema": int, "name": str, "version": str, "language": str, "released": bool}
    for key, value in raw.items():
        if not isinstance(value, kinds.get(key, dict)):
            raise ModelError(f"{path}: '{key}' has a value of the wrong kind")
    meta = ModelMeta(**raw)
    if not all(isinstance(d, str) and Path(name).name == name for name, d in meta.files.items()):
        raise ModelError(f"{path}: 'files' must map plain file names to sha256 values")
    if not all(isinstance(value, (int, float)) for value in meta.thresholds.values()):
        raise ModelError(f"{path}: 'thresholds' must be numbers")
    if (meta.name, meta.version) != (folder.parent.name, folder.name):
        raise ModelError(f"{path}: is of {meta.name} {meta.version}")
    return meta


def load_folder(folder: Path) -> ModelFolder:
    """Read a model folder, every file checked; raises `ModelError` that names the file."""
    meta = read_meta(folder)
    content: dict[str, bytes] = {}
    for name, digest in meta.files.items():
        content[name] = _read(folder / name)
        if hashlib.sha256(content[name]).hexdigest() != digest:
            wrong = f"is not the file that {META} describes (wrong sha256)"
            raise ModelError(f"{folder / name}: {wrong}")
    return ModelFolder(folder, meta, content)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ModelError(f"{path}: missing") from error
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror})") from error


def save_folder(
    folder: Path, meta: Mapping[str, Any], content: Mapping[str, bytes], card: str
) -> ModelMeta:
    """Write a model folder; `meta` is all of `ModelMeta` but `schema` and `files`."""
    files = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())}
    full = ModelMeta(schema=SCHEMA, files=files, **meta)
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    text = json.dumps(asdict(full), indent=1, ensure_ascii=False, allow_nan=False)
    (folder / META).write_text(text + "\n", encoding="utf-8", newline="\n")
    (folder / "README.md").write_text(card, encoding="utf-8", newline="\n")
    return full


def pack_json(value: Any) -> bytes:
    """Return the one JSON form of `value`, so that the same content has the same hash."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def pack_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return an .npz of `arrays` as float32; the same arrays give the same bytes."""
    import numpy as np

    buffer, small = io.BytesIO(), {k: np.asarray(v, np.float32) for k, v in arrays.items()}
    np.savez_compressed(buffer, allow_pickle=False, **small)
    return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class ModelState:
    """One version of a model: `used` if it judges, `problem` if it is broken, `measured` or not."""

    name: str
    version: str
    path: Path
    released: bool
    used: bool
    problem: str | None = None
    measured: bool = True


def list_models(models: Path) -> list[ModelState]:
    """Return every model version, a broken one with its problem; raises `ModelError` for none."""
    states: list[ModelState] = []
    for name in sorted({meta.parent.parent.name for meta in models.glob(f"*/*/{META}")}):
        try:
            used = find_model(models, name)
        except ModelError:
            used = None
        for folder in model_versions(models, name):
            released, measured, problem = False, True, None
            try:
                meta = read_meta(folder)
                released, measured = meta.released, meta.measured
                load_folder(folder)
            except ModelError as error:
                problem = str(error)
            here = name, folder.name, folder
            states.append(ModelState(*here, released, folder == used, problem, measured))
    if not states:
        raise ModelError(f"{models}: no model there")
    return states
