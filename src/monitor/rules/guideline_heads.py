"""`guideline.yaml` of the guidelines in force, with their stamps; no rule is read or compiled.

Whoever only asks by which guideline something was judged, or who is protected, needs no more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from monitor.classify.model_files import ModelFolder, find_model, load_folder
from monitor.classify.onnx_encoder import LIBRARIES
from monitor.labels.data_files import data_dir
from monitor.records.errors import GuidelineError
from monitor.records.stamps import make_stamp
from monitor.rules.rule_schema import ExtensionFile, GuidelineFile
from monitor.rules.yaml_files import line_of, read_yaml
from monitor.text.spacy_pipeline import nlp_versions

GUIDELINE, FIGURES = "guideline.yaml", "figures.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuidelineHead:
    """What is known of a guideline before its rules are read."""

    id: str
    version: str
    language: str
    title: str
    stamp: str
    path: Path
    about: GuidelineFile
    extends: str = ""
    """The guideline whose words and persons its rules use, where it holds only rules on top."""
    own: Path | None = None
    """The newsroom's own folder; `path` is then the one of the guideline that it extends."""

    @property
    def folder(self) -> Path:
        """Where its rules stand."""
        return self.own or self.path


Loaded = TypeVar("Loaded", bound=GuidelineHead)


def read_heads(folders: Iterable[Path], *, cache: Path | None, models: Path) -> list[GuidelineHead]:
    """Read the heads of guidelines as `load_in_order` orders them; raises `GuidelineError`."""

    def read(path: Path, base: GuidelineHead | None) -> GuidelineHead:
        if base is not None:
            own = own_about(path, base.about, cache)
            return GuidelineHead(**head_fields(own, base.path, own=path, extends=base.id))
        about = read_yaml(path / GUIDELINE, GuidelineFile, cache)
        return GuidelineHead(**head_fields(about, path, judge=judge_folder(about, models)))

    return list(load_in_order(folders, read).values())


def head_fields(
    about: GuidelineFile,
    path: Path,
    *,
    own: Path | None = None,
    extends: str = "",
    judge: ModelFolder | None = None,
) -> dict[str, Any]:
    """Return the fields of a `GuidelineHead`; any change that could change a finding changes it."""
    files = [*path.glob("*.yaml"), *path.glob("countries/*.yaml")]
    files += [*(own.glob("*.yaml") if own else ()), *(judge.stamped_files if judge else ())]
    libraries = [*nlp_versions(), "ahocorasick-rs", *(LIBRARIES if judge else ())]
    known = judge.checked if judge else {}
    whole = (about.id, about.version, "guideline")
    stamp = make_stamp(*whole, files=files, libraries=libraries, known=known)
    told = {name: getattr(about, name) for name in ("id", "version", "language", "title")}
    return {**told, "stamp": stamp, "path": path, "about": about, "own": own, "extends": extends}


def load_in_order(
    folders: Iterable[Path],
    load: Callable[[Path, Loaded | None], Loaded],
    kept: Mapping[Path, Loaded] | None = None,
) -> dict[Path, Loaded]:
    """Load guidelines by their folders, each after the one that it extends; none twice.

    `load` is given a folder, and what was loaded of the guideline that it extends. Those in `kept`
    are not loaded again. Raises `GuidelineError` where two have the same id.
    """
    found: dict[Path, Loaded] = {}
    for folder in folders:
        below = extended_folder(folder)
        base: Loaded | None = None
        for path in (below, folder) if below else (folder,):
            key = path.resolve()
            if key not in found:
                found[key] = (kept or {}).get(key) or load(path, base)
            base = found[key]
    for guideline in found.values():
        same = [str(g.folder) for g in found.values() if g.id == guideline.id]
        if len(same) > 1:
            raise GuidelineError(
                f"two guidelines are called '{guideline.id}': {' and '.join(same)}"
            )
    return found


def check_folder(path: Path) -> None:
    """Raise `GuidelineError` where a folder holds no guideline."""
    if not (path / GUIDELINE).is_file():
        raise GuidelineError(f"{path}: no guideline here ('{GUIDELINE}' is missing)")


def extended_folder(path: Path) -> Path | None:
    """Return the folder of the guideline that the one in `path` extends; None: it extends none."""
    found = read_extension(path, None)
    return found[1] if found else None


def read_extension(path: Path, cache: Path | None) -> tuple[ExtensionFile, Path] | None:
    """Return the head of a guideline that extends another, and the folder of that other.

    It is beside it, or built in. None for a guideline of its own.
    """
    check_folder(path)
    file = path / GUIDELINE
    text = file.read_text(encoding="utf-8", errors="replace")
    if not re.search(r"^extends:", text, re.MULTILINE):
        return None
    for name in (FIGURES, "countries"):
        if (path / name).exists():
            raise GuidelineError(f"{path / name}: a guideline that extends another has none")
    own = read_yaml(file, ExtensionFile, cache)
    folder = path.resolve().parent / own.extends
    if not (folder / GUIDELINE).is_file():
        folder = data_dir("guidelines") / own.extends
    if not (folder / GUIDELINE).is_file():
        line = line_of(file, own.extends)
        raise GuidelineError(f"{file}, line {line}: there is no guideline '{own.extends}'")
    return own, folder


def own_about(path: Path, base: GuidelineFile, cache: Path | None) -> GuidelineFile:
    """Return what holds for the rules alone that the folder `path` adds to another guideline."""
    found = read_extension(path, cache)
    assert found
    mine = found[0].model_dump(exclude={"extends"})
    return base.model_copy(update={**mine, "judge": None, "siblings": []})


def judge_folder(about: GuidelineFile, models: Path) -> ModelFolder | None:
    """Return the verified folder of the judge that a guideline names, if any."""
    return load_folder(find_model(models, about.judge.model)) if about.judge else None


def protecting(guideline: GuidelineHead) -> frozenset[str]:
    """Return the rules that keep people from being identified: never hidden, and told first."""
    judge = guideline.about.judge
    return frozenset(judge.protecting if judge else ())


def identifying(guideline: GuidelineHead) -> frozenset[str]:
    """Return the rules that tell by which words somebody can be known, and their siblings."""
    rules = protecting(guideline)
    families = (group for group in guideline.about.siblings if not rules.isdisjoint(group))
    return rules.union(*families)
