"""Known figures: numbers that circulate with a wrong label, or with no source that can be checked.

`figures.yaml` says how each is written, what it really was, on whose word, and what to write
instead. When a guideline is loaded each becomes matchers of the rule it names, with a message and
sources of its own: at run time a figure is found like any phrase.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from monitor.records.article import Severity
from monitor.records.errors import GuidelineError
from monitor.rules.figures import write_money, write_number, write_range
from monitor.rules.rule_schema import Clause, Matcher, Name, Rule, Slot, SourceEntry, Strict, Text
from monitor.rules.yaml_files import line_of, read_yaml

FIGURES = "figures.yaml"


def _iso_date(value: str) -> str:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"'{value}' is no date like 2026-11-25")
    date.fromisoformat(value)
    return value


IsoDate = Annotated[str, AfterValidator(_iso_date)]
"""A quoted date: unquoted, YAML would make it something that JSON cannot carry."""


Whole = Annotated[int, Field(ge=0)]


class DatedSource(SourceEntry):
    """A source with the day on which it was looked at."""

    checked: IsoDate


class Form(Strict):
    """One way a figure is written: numbers or ranges with what they count, a sequence, phrases."""

    numbers: tuple[Whole, ...] = ()
    ranges: tuple[tuple[Whole, Whole], ...] = ()
    money: bool = False
    before: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    sequence: tuple[Slot, ...] = ()
    phrases: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [bool(self.numbers or self.ranges), bool(self.sequence), bool(self.phrases)]
        if sum(ways) != 1:
            raise ValueError("a form has numbers (or ranges), a sequence, or phrases")
        if (self.of or self.before or self.money) and not ways[0]:
            raise ValueError("'before', 'of' and 'money' go with numbers")
        return self


class Right(Strict):
    """The figure as its source gives it."""

    number: Text
    counts: Text
    year: Text
    kind: Text
    by: Text


class Figure(Strict):
    """A figure that is known to be wrong as it is usually given; `right` where there is one."""

    id: Name
    rule: Name
    claim: Text
    written: Annotated[tuple[Form, ...], Field(min_length=1)]
    needs: tuple[Clause, ...] = ()
    unless: tuple[Clause, ...] = ()
    severity: Severity | None = None
    fact: Text
    instead: Text
    right: Right | None = None
    sources: Annotated[tuple[DatedSource, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fact_gives_the_figure(self) -> Self:
        if self.right and self.right.number not in self.fact:
            raise ValueError(f"'fact' does not give the right figure, {self.right.number}")
        return self


class FigureFile(Strict):
    """`figures.yaml`."""

    figures: Annotated[tuple[Figure, ...], Field(min_length=1)]


def load_figures(file: Path, cache: Path | None = None) -> tuple[Figure, ...]:
    """Read `figures.yaml`, if there is one; raises `GuidelineError` with file, figure and line."""
    if not file.is_file():
        return ()
    figures = read_yaml(file, FigureFile, cache).figures
    seen: set[str] = set()
    for figure in figures:
        if figure.id in seen:
            raise _error(file, figure, "this id is taken")
        seen.add(figure.id)
    return figures


def with_figures(rules: Sequence[Rule], figures: Iterable[Figure], file: Path) -> list[Rule]:
    """Return the rules with the figures that name them in place of their `figures: true`.

    Raises `GuidelineError` for a figure whose rule does not take any, and for a rule that takes
    figures where none names it.
    """
    by_rule: dict[str, list[Figure]] = {}
    takers = {rule.id for rule in rules if any(m.figures for m in rule.match)}
    for figure in figures:
        if figure.rule not in takers:
            raise _error(file, figure, f"no rule '{figure.rule}' has 'figures: true'")
        by_rule.setdefault(figure.rule, []).append(figure)
    for name in sorted(takers - by_rule.keys()):
        raise GuidelineError(f"{file}: rule '{name}' has 'figures: true', and no figure names it")
    return [_filled(rule, by_rule) if rule.id in takers else rule for rule in rules]


def _error(file: Path, figure: Figure, problem: str) -> GuidelineError:
    line = line_of(file, figure.rule, entry=figure.id)
    return GuidelineError(f"{file}, figure '{figure.id}', line {line}: {problem}")


def _filled(rule: Rule, by_rule: Mapping[str, Sequence[Figure]]) -> Rule:
    made = [m for figure in by_rule[rule.id] for m in figure_matchers(figure)]
    own = [matcher for matcher in rule.match if not matcher.figures]
    return rule.model_copy(update={"match": own + made})


def figure_matchers(figure: Figure) -> Iterator[Matcher]:
    """Yield the matchers of a figure, one for each way it is written."""
    for form in figure.written:
        yield Matcher(
            phrases=list(form.phrases),
            sequence=list(form.sequence) or _numbers(form),
            severity=figure.severity,
            message=f"'{{match}}': {figure.fact}",
            why=figure.instead,
            sources=[SourceEntry(**s.model_dump(exclude={"checked"})) for s in figure.sources],
            needs=list(figure.needs),
            unless=list(figure.unless),
        )


def _numbers(form: Form) -> list[Slot]:
    """Return the slots of a form with numbers: none for a form without."""
    write = write_money if form.money else write_number
    ways = [way for value in form.numbers for way in write(value)]
    ways += [way for low, high in form.ranges for way in write_range(low, high)]
    return [list(slot) for slot in (form.before, ways, form.of) if slot]
