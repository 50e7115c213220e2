"""The guidelines that hold together: ours, and a newsroom's own beside it.

A guideline that extends another is two: the one extended, and its own rules, which use the words
and persons of that one. So each rule runs once, whoever extends what, and each guideline has a
stamp of its own: after an edit of the newsroom's rules only they have the archive to go through.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from monitor.records.errors import UsageError
from monitor.records.finding import Severity
from monitor.rules.compiler import Guideline
from monitor.rules.guideline_heads import load_in_order
from monitor.rules.loading import load_guideline, load_own_rules
from monitor.rules.measured_precision import load_measured, missed_words
from monitor.rules.national_law import Country, load_countries
from monitor.rules.rule_schema import Rule

RuleNames = Mapping[str, Severity]


@dataclass(frozen=True)
class Ruling:
    """One guideline in force, with the desk's settings of its rules; `cache` as for loading."""

    guideline: Guideline
    disable: tuple[str, ...] = ()
    severity: RuleNames = field(default_factory=dict)
    cache: Path | None = None

    @cached_property
    def countries(self) -> Mapping[str, Country]:
        """The countries whose law and helplines it knows, by code, in order of name."""
        return load_countries(self.guideline.path, cache=self.cache)

    @cached_property
    def missed(self) -> str | None:
        """How much it misses, as measured, in a sentence."""
        if self.guideline.extends:
            return None
        return missed_words(load_measured(self.guideline.path))


@dataclass(frozen=True, slots=True)
class InForce:
    """The guidelines in force, in their order, none twice."""

    rulings: tuple[Ruling, ...]

    @property
    def guidelines(self) -> tuple[Guideline, ...]:
        """The guidelines alone."""
        return tuple(ruling.guideline for ruling in self.rulings)

    @property
    def stamp(self) -> str:
        """Their stamps, with a space between two."""
        return " ".join(guideline.stamp for guideline in self.guidelines)

    @property
    def countries(self) -> Mapping[str, Country]:
        """The countries that any of them knows, by code, in order of name; the first one's word."""
        found: dict[str, Country] = {}
        for ruling in self.rulings:
            found = {**ruling.countries, **found}
        return dict(sorted(found.items(), key=lambda item: item[1].name))

    def chosen(self, wanted: str | Sequence[str] | None) -> InForce:
        """Return those of them that are `wanted`, by id or stamp, with what these extend.

        `None` is all. Raises `UsageError` for one that is not in force.
        """
        if wanted is None:
            return self
        names = (wanted,) if isinstance(wanted, str) else tuple(wanted)
        ids: set[str] = set()
        for name in names:
            one = next((g for g in self.guidelines if name in (g.id, g.stamp)), None)
            if one is None:
                there = ", ".join(guideline.id for guideline in self.guidelines)
                raise UsageError(f"no guideline '{name}' here (there is: {there})")
            ids |= {one.id, one.extends}
        if not ids:
            raise UsageError("name a guideline, or leave 'guideline' out")
        return InForce(tuple(r for r in self.rulings if r.guideline.id in ids))


def rules_called(guidelines: Iterable[Guideline], name: str) -> list[tuple[Guideline, Rule]]:
    """Return the rules called `id` or `guideline/id`, each with its guideline."""
    of, _, id_ = name.rpartition("/")
    return [
        (guideline, rule)
        for guideline in guidelines
        if of in ("", guideline.id)
        for rule in guideline.rules
        if rule.id == id_
    ]


def the_rule(guidelines: Sequence[Guideline], name: str) -> tuple[Guideline, Rule]:
    """Return the one rule called so; raises `UsageError` where there is none, or more than one."""
    found = rules_called(guidelines, name)
    if len(found) == 1:
        return found[0]
    if found:
        ways = " or ".join(f"{guideline.id}/{rule.id}" for guideline, rule in found)
        raise UsageError(f"several guidelines have a rule '{name}': write {ways}")
    ids = ", ".join(guideline.id for guideline in guidelines)
    called = "guideline" if len(guidelines) == 1 else "none of the guidelines"
    has = "has no" if len(guidelines) == 1 else "has a"
    raise UsageError(f"{called} {ids} {has} rule '{name}'")


def rule_on(
    guidelines: Sequence[Guideline],
    *,
    disable: Sequence[str] = (),
    severity: RuleNames | None = None,
    cache: Path | None = None,
) -> InForce:
    """Return the guidelines with the settings of their rules.

    Raises `UsageError` for a setting of a rule that is not there, or that several of them have.
    """
    off = [the_rule(guidelines, name) for name in disable]
    raised = [(*the_rule(guidelines, name), level) for name, level in (severity or {}).items()]
    return InForce(
        tuple(
            Ruling(
                guideline,
                tuple(rule.id for of, rule in off if of is guideline),
                {rule.id: level for of, rule, level in raised if of is guideline},
                cache,
            )
            for guideline in guidelines
        )
    )


def load_guidelines(
    folders: Iterable[Path],
    *,
    cache: Path | None = None,
    models: Path | None = None,
    kept: Mapping[Path, Guideline] | None = None,
) -> dict[Path, Guideline]:
    """Read guidelines by their folders, each after the one that it extends; none twice.

    Those in `kept` are not read again. Raises `GuidelineError` where one cannot be read, or two
    have the same id.
    """

    def load(path: Path, base: Guideline | None) -> Guideline:
        if base is None:
            return load_guideline(path, cache=cache, models=models)
        return load_own_rules(path, base, cache=cache)

    return load_in_order(folders, load, kept)
