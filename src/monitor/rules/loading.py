"""Loading a guideline's folder, with file, rule and line in each error; a skeleton of a rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.labels.data_files import data_dir
from monitor.records.errors import GuidelineError, UsageError
from monitor.rules import guideline_heads as heads
from monitor.rules.compiler import Guideline, GuidelineCompiler
from monitor.rules.figures import Figure, load_figures, with_figures
from monitor.rules.rule_schema import GuidelineFile, Lexicon, LexiconFile, Rule, RuleFile
from monitor.rules.spacy_patterns import CompileError
from monitor.rules.yaml_files import line_of, read_yaml, where

if TYPE_CHECKING:
    from monitor.rules.neural_model import Judge

LEXICON = "lexicon.yaml"
FILES = (heads.GUIDELINE, LEXICON, heads.FIGURES)
"""What in a guideline's folder holds no rules."""


def load_guideline(
    path: Path, *, cache: Path | None = None, models: Path | None = None
) -> Guideline:
    """Read the guideline in folder `path`; the folder `cache` spares parsing its files again.

    Its judge, if it names one, is the newest of that name in the folder `models`. A folder whose
    `guideline.yaml` says `extends` adds its rules and lexicons to another guideline. Raises
    `GuidelineError` naming file, rule and line, and `ModelError` for a judge that cannot be read.
    """
    own, base = heads.read_extension(path, cache) or (None, path)
    about = read_yaml(base / heads.GUIDELINE, GuidelineFile, cache)
    judge: Judge | None = None
    if models and (named := heads.judge_folder(about, models)):
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
    figures, mine = load_figures(base / heads.FIGURES, cache), path if own else None
    parts = (about, lexicons, rules, path, base)
    return _compiled(*parts, own=mine, figures=figures, judge=judge, added=added)


def load_own_rules(path: Path, base: Guideline, *, cache: Path | None = None) -> Guideline:
    """Read the rules that a folder adds to `base`, and only these; raises `GuidelineError`."""
    about = heads.own_about(path, base.about, cache)
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
    about = read_yaml(folder / heads.GUIDELINE, GuidelineFile, cache)
    about = about.model_copy(update={"judge": None, "siblings": []})
    rules = _read_rules([file], cache)
    return _compiled(about, lexicons, rules, file.parent, folder, added=rules)


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
    judge: Judge | None = None,
    added: Iterable[str] = (),
) -> Guideline:
    """Return the rules, ready to run; an error names the line in `path` of what is used wrongly."""
    filled = with_figures([rule for rule, _ in rules.values()], figures, base / heads.FIGURES)
    folder = judge.folder if judge else None
    head = heads.head_fields(about, base, own=own, extends=extends, judge=folder)
    more = {**head, "figures": figures, "judge": judge, "added": frozenset(added)}
    try:
        return GuidelineCompiler(about, lexicons).guideline(filled, **more)
    except CompileError as error:
        file = path / (LEXICON if error.rule else heads.GUIDELINE)
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
    quotes: soften          # what a speaker says: soften, skip (leave alone) or flag
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
    file, head = folder / f"{rule}.yaml", folder / heads.GUIDELINE
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
