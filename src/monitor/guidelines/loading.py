"""Reads a guideline's folder; every error names file, rule and line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from monitor.errors import GuidelineError
from monitor.guidelines.about import GuidelineFile
from monitor.guidelines.compiled import CompileError, Guideline, compile_guideline
from monitor.guidelines.figures import FIGURES, load_figures, with_figures
from monitor.guidelines.reading import line_of, read_yaml, where
from monitor.guidelines.schema import Lexicon, LexiconFile, Rule, RuleFile
from monitor.guidelines.stamp import guideline_stamp
from monitor.nlp.artefact import find_model, load_folder

GUIDELINE, LEXICON = "guideline.yaml", "lexicon.yaml"


def load_guideline(
    path: Path, *, cache: Path | None = None, models: Path | None = None
) -> Guideline:
    """Read the guideline in folder `path`; the folder `cache` spares parsing its files again.

    Its judge, if it names one, is the newest of that name in the folder `models`; without one
    nothing is said of how sure a finding is.

    Raises `GuidelineError` naming file, rule and line for a file that is not valid YAML, an
    unknown or missing field, a rule id used twice, or the name of a lexicon that does not exist;
    `ModelError` for a judge that is not there or cannot be read.
    """
    check_folder(path)
    about = read_yaml(path / GUIDELINE, GuidelineFile, cache)
    lexicons = load_lexicons(path, cache)
    rules: dict[str, tuple[Rule, Path]] = {}
    for file in rule_files(path):
        for index, rule in enumerate(read_yaml(file, RuleFile, cache).rules):
            if rule.id in rules:
                place = where(file, ("rules", index))
                raise GuidelineError(f"{place}: this id is taken by a rule in {rules[rule.id][1]}")
            rules[rule.id] = rule, file
    figures = load_figures(path / FIGURES, cache)
    filled = with_figures([rule for rule, _ in rules.values()], figures, path / FIGURES)
    try:
        guideline = compile_guideline(about, lexicons, filled, path)
    except CompileError as error:
        raise GuidelineError(_locate(path, rules, error)) from error
    guideline = replace(guideline, figures=figures)
    return guideline if about.judge is None or models is None else _with_judge(guideline, models)


def _with_judge(guideline: Guideline, models: Path) -> Guideline:
    """Return the guideline with its judge, which counts in the stamp."""
    from monitor.guidelines.judge import load_judge

    named = guideline.about.judge
    assert named is not None
    judge = load_judge(load_folder(find_model(models, named.model)))
    stamp = guideline_stamp(guideline.id, guideline.version, guideline.path, judge.folder)
    return replace(guideline, judge=judge, stamp=stamp)


def check_folder(path: Path) -> None:
    """Raise `GuidelineError` where a folder holds no guideline."""
    if not (path / GUIDELINE).is_file():
        raise GuidelineError(f"{path}: no guideline here ('{GUIDELINE}' is missing)")


def rule_files(path: Path) -> list[Path]:
    """Return the rule files of a guideline's folder, sorted by name."""
    return sorted(p for p in path.glob("*.yaml") if p.name not in (GUIDELINE, LEXICON, FIGURES))


def load_lexicons(path: Path, cache: Path | None = None) -> dict[str, Lexicon]:
    """Return the named lists of a guideline's folder; there may be none."""
    file = path / LEXICON
    return dict(read_yaml(file, LexiconFile, cache).lexicons) if file.is_file() else {}


def _locate(path: Path, rules: dict[str, tuple[Rule, Path]], error: CompileError) -> str:
    """Find the line of a name that a rule or `guideline.yaml` uses wrongly."""
    if error.rule in rules:
        file = rules[error.rule][1]
    else:
        file = path / (LEXICON if error.rule else GUIDELINE)
    rule = f", rule '{error.rule}'" if error.rule else ""
    return f"{file}{rule}, line {line_of(file, error.name, entry=error.rule)}: {error}"
