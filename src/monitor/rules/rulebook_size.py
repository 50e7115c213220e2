"""How much of a guideline there is to read: the entries of its lists, and its long lines.

An entry is what somebody who reads a rule aloud has to say: a phrase, a word of a slot ("may be
empty" is one too), a phrase under `replace`, the name of a lexicon. It counts wherever it stands,
and what a YAML anchor names counts at every place that uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from monitor.rules.figures import load_figures
from monitor.rules.guideline_heads import FIGURES, check_folder
from monitor.rules.loading import load_lexicons, rule_files
from monitor.rules.rule_schema import Clause, Rule, RuleFile, Slot, Token
from monitor.rules.spacy_patterns import WORDS
from monitor.rules.yaml_files import read_yaml

WIDE = 120
"""Characters of the longest line that an editor reads without scrolling."""


@dataclass(frozen=True, slots=True)
class RuleSize:
    """Entries of one rule; `patterns` are words of its token patterns and triggers, besides."""

    rule: str
    entries: int
    patterns: int


@dataclass(frozen=True, slots=True)
class LongLine:
    """A line over `WIDE`."""

    file: str
    line: int
    characters: int


@dataclass(frozen=True, slots=True)
class GuidelineSize:
    """The size of a guideline, largest rule first; `lists` maps a lexicon to its entries."""

    rules: tuple[RuleSize, ...]
    lists: Mapping[str, int]
    figures: int
    longest: LongLine
    wide: tuple[LongLine, ...]

    @property
    def entries(self) -> int:
        """Entries of all rules."""
        return sum(rule.entries for rule in self.rules)

    @property
    def median(self) -> float:
        """Entries of a rule in the middle."""
        return median(rule.entries for rule in self.rules) if self.rules else 0

    @property
    def total(self) -> int:
        """Entries of rules, lexicons and known figures."""
        return self.entries + sum(self.lists.values()) + self.figures


def measure_size(path: Path, *, cache: Path | None = None) -> GuidelineSize:
    """Measure the guideline in folder `path`; raises `GuidelineError` for a file that is wrong."""
    check_folder(path)
    rules = [rule for f in rule_files(path) for rule in read_yaml(f, RuleFile, cache).rules]
    lists = {}
    for name, lexicon in load_lexicons(path, cache).items():
        parts = (lexicon.words, lexicon.stems, lexicon.include, lexicon.never_in)
        lists[name] = sum(map(len, parts)) + sum(map(_slots, lexicon.sequences))
    figures = 0
    for figure in load_figures(path / FIGURES, cache):
        figures += _clauses((*figure.needs, *figure.unless))
        for form in figure.written:
            slots = (form.numbers, form.ranges, form.phrases, form.before, form.of)
            figures += sum(map(len, slots)) + _slots(form.sequence)
    lines = [
        LongLine(file.relative_to(path).as_posix(), number, len(line))
        for file in sorted((*path.glob("*.yaml"), *path.glob("countries/*.yaml")))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    ]
    return GuidelineSize(
        rules=tuple(sorted(map(_size, rules), key=lambda size: (-size.entries, size.rule))),
        lists=lists,
        figures=figures,
        longest=max(lines, key=lambda line: line.characters, default=LongLine("", 0, 0)),
        wide=tuple(line for line in lines if line.characters > WIDE),
    )


def _size(rule: Rule) -> RuleSize:
    clauses = [*rule.needs, *rule.unless]
    if check := rule.check:
        clauses += [*check.about, *check.unless, *check.met, *check.broken]
    entries = 0
    tokens: list[Token] = []
    for matcher in rule.match:
        entries += len(matcher.phrases) + len(matcher.replace) + _slots(matcher.sequence)
        clauses += [*matcher.needs, *matcher.unless]
        tokens += [token for pattern in matcher.tokens for token in pattern]
        tokens += [node for pattern in matcher.dependency for node in pattern.nodes]
    tokens += [token for clause in clauses for pattern in clause.tokens for token in pattern]
    patterns = len(rule.trigger) + len(rule.trigger_stems) + sum(map(_said, tokens))
    return RuleSize(rule.id, entries + _clauses(clauses), patterns)


def _clauses(clauses: Iterable[Clause]) -> int:
    return sum(
        len(clause.lexicons) + len(clause.phrases) + sum(map(_slots, clause.sequences))
        for clause in clauses
    )


def _slots(slots: Iterable[Slot | Sequence[str]]) -> int:
    return sum(1 if isinstance(slot, str) else len(slot) for slot in slots)


def _said(value: Any, key: str = "") -> int:
    """Count the words that a token of a pattern asks for."""
    if isinstance(value, Mapping):
        inside = key if key in WORDS else ""
        return sum(_said(v, k if k in WORDS else inside) for k, v in value.items())
    if isinstance(value, list):
        return len(value) if key in WORDS else 0
    return int(isinstance(value, str) and key in WORDS)
