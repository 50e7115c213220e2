"""The guidelines in force: ours, and a newsroom's own beside it, read anew when it edits its own.

A guideline that extends another is two: the one extended, and its own rules. So each rule runs
once, and after an edit of the newsroom's rules only they have the archive to go through. What is
edited into something that cannot be used changes nothing, and is said.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

from monitor.labels.data_files import data_dir
from monitor.records.errors import MonitorError, UsageError
from monitor.records.finding import Severity
from monitor.rules.compiler import Guideline
from monitor.rules.loading import load_guideline, load_in_order, load_own_rules
from monitor.rules.measured_precision import Measured, load_measured, missed_words
from monitor.rules.national_law import Country, load_countries
from monitor.rules.rule_schema import Rule

logger = logging.getLogger("monitor.guidelines")

LOOK_EVERY_S = 1.0
"""How often files are looked at, at most, however often rules are asked for."""
LOOK_AT_LEAST_S = 2.0
"""How often they are looked at though nobody asks, so that all processes see the same edits."""

State = tuple[tuple[str, int, int, int], ...]
"""Of each file of a folder: name, time and size, and which file it is."""


@dataclass(frozen=True)
class Ruling:
    """One guideline in force, with the desk's settings of its rules; `cache` as for loading."""

    guideline: Guideline
    disable: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    cache: Path | None = None

    @cached_property
    def countries(self) -> Mapping[str, Country]:
        """The countries whose law and helplines it knows, by code, in order of name."""
        return load_countries(self.guideline.path, cache=self.cache)

    @cached_property
    def measured(self) -> Measured | None:
        """How often its rules were right; that is not known of rules on top of another's."""
        return None if self.guideline.extends else load_measured(self.guideline.path)

    @cached_property
    def missed(self) -> str | None:
        """How much it misses, as measured, in a sentence."""
        return missed_words(self.measured)


@dataclass(frozen=True, slots=True)
class InForce:
    """The guidelines in force, each once, in the order of the settings."""

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
        """Return those `wanted`, by id or stamp, and what these extend; raises `UsageError`."""
        if wanted is None:
            return self
        ids: set[str] = set()
        for name in (wanted,) if isinstance(wanted, str) else wanted:
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
    some = (guideline for guideline in guidelines if of in ("", guideline.id))
    return [(guideline, rule) for guideline in some for rule in guideline.rules if rule.id == id_]


def rule_on(
    guidelines: Sequence[Guideline],
    *,
    disable: Sequence[str] = (),
    severity: Mapping[str, Severity] | None = None,
    cache: Path | None = None,
) -> InForce:
    """Return the guidelines with the settings of their rules.

    Raises `UsageError` for a setting of a rule that is not there, or that several of them have.
    """

    def the_rule(name: str) -> tuple[Guideline, str]:
        found = [(guideline, rule.id) for guideline, rule in rules_called(guidelines, name)]
        if len(found) == 1:
            return found[0]
        ids = ", ".join(guideline.id for guideline in guidelines)
        said = f"none of the guidelines {ids} has a rule '{name}'"
        if found:
            ways = " or ".join(f"{guideline.id}/{rule}" for guideline, rule in found)
            said = f"several guidelines have a rule '{name}': write {ways}"
        elif len(guidelines) == 1:
            said = f"guideline {ids} has no rule '{name}'"
        raise UsageError(said)

    off = list(map(the_rule, disable))
    loud = [(*the_rule(name), level) for name, level in (severity or {}).items()]
    rulings = []
    for one in guidelines:
        silent = tuple(rule for of, rule in off if of is one)
        levels = {rule: level for of, rule, level in loud if of is one}
        rulings.append(Ruling(one, silent, levels, cache))
    return InForce(tuple(rulings))


@dataclass(frozen=True, slots=True)
class _Set:
    """What is in force: guidelines by folder, and how the folders looked before they were read."""

    loaded: Mapping[Path, Guideline]
    in_force: InForce
    states: Mapping[Path, State]


class GuidelineLoader:
    """Loads the guidelines of `folders` when first asked for them, and again what was edited since.

    Folders that come along with the program are not looked at again: an upgrade restarts it.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        disable: Sequence[str] = (),
        severity: Mapping[str, Severity] | None = None,
        *,
        cache: Path | None = None,
        models: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._folders, self._disable, self._severity = folders, disable, severity
        self._cache, self._models, self._clock = cache, models, clock
        self._lock = threading.Lock()
        self._set: _Set | None = None
        self._refused: Mapping[Path, State] | None = None
        self._next = 0.0
        self.problem: str | None = None
        """Why an edit is not in force, with file, rule and line; None where all is as it says."""

    @classmethod
    def of(cls, guidelines: Sequence[Guideline]) -> Self:
        """Return a shelf of guidelines that are loaded, and never looked for again."""
        shelf = cls(())
        shelf._set = _Set({}, rule_on(guidelines), {})
        return shelf

    @property
    def in_force(self) -> InForce:
        """The guidelines in force now; raises `GuidelineError` where there were never any."""
        kept = self._set
        if kept is None:
            with self._lock:
                kept = self._set = self._set or self._load({})
                self._next = self._clock() + LOOK_EVERY_S
        elif kept.states and self._clock() >= self._next and self._lock.acquire(blocking=False):
            try:  # others go on with what there is
                kept = self._set = self._looked(kept)
                self._next = self._clock() + LOOK_EVERY_S
            finally:
                self._lock.release()
        return kept.in_force

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Look at the files every two seconds, too, while the context lasts."""
        ended = threading.Event()

        def look() -> None:
            while not ended.wait(LOOK_AT_LEAST_S):
                kept = self._set
                if kept and not kept.states:
                    return  # nothing here is ever edited
                if kept:
                    _ = self.in_force

        thread = threading.Thread(target=look, name="guidelines", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _looked(self, kept: _Set) -> _Set:
        """Return the set in force after a look at its files."""
        states = _states(kept.states)
        if states == self._refused:
            return kept
        if states == kept.states:
            if self.problem:
                logger.info("the guidelines are as they were: %s", kept.in_force.stamp)
            self.problem = self._refused = None
            return kept
        edited = {path for path in states if states[path] != kept.states[path]}
        same = {path: g for path, g in kept.loaded.items() if not edited & _folders(g)}
        try:
            new = self._load(same)
        except Exception as error:  # noqa: BLE001 - no edit may keep a draft from being checked
            known = isinstance(error, MonitorError)
            said = str(error) if known else f"{type(error).__name__}: {error}"
            logger.warning("the rules from before stay in force: %s", said)
            # for readers who need not know where on the machine a folder is
            folders = (path for one in self._folders for path in (one, one.resolve()))
            for parent in {path.parent for path in folders}:
                said = said.replace(f"{parent}{os.sep}", "") if parent.name else said
            self.problem, self._refused = said, states
            return kept
        self.problem = self._refused = None
        logger.info("guidelines in force: %s", new.in_force.stamp)
        return new

    def _load(self, same: Mapping[Path, Guideline]) -> _Set:
        """Load what is not the `same` as before."""
        cache = self._cache
        before = _states(_watched(self._folders))

        def load(path: Path, base: Guideline | None) -> Guideline:
            if base is None:
                return load_guideline(path, cache=cache, models=self._models)
            return load_own_rules(path, base, cache=cache)

        loaded = load_in_order(self._folders, load, same)
        off, loud = self._disable, self._severity
        in_force = rule_on(tuple(loaded.values()), disable=off, severity=loud, cache=cache)
        folders = _watched(path for one in loaded.values() for path in _folders(one))
        for ruling in in_force.rulings:
            if folders & _folders(ruling.guideline):
                _ = ruling.countries  # what cannot be read is told now, not with some draft
        return _Set(loaded, in_force, {**_states(folders), **before})


def _folders(guideline: Guideline) -> set[Path]:
    return {guideline.path.resolve(), guideline.folder.resolve()}


def _watched(folders: Iterable[Path]) -> set[Path]:
    """Return the folders that may be edited while the program runs."""
    ours = data_dir("guidelines").resolve()
    return {path.resolve() for path in folders if not path.resolve().is_relative_to(ours)}


def _states(folders: Iterable[Path]) -> dict[Path, State]:
    """Return how the files of folders look; one that is not there has none."""
    found: dict[Path, State] = {}
    for folder in folders:
        found[folder] = ()
        for place in (folder, folder / "countries"):
            with suppress(OSError), os.scandir(place) as entries:
                told = ((e.name, e.stat()) for e in entries if e.name.endswith((".yaml", ".json")))
                files = sorted((n, s.st_mtime_ns, s.st_size, s.st_ino) for n, s in told)
                found[folder] += tuple(files)
    return found
