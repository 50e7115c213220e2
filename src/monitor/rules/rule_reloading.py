"""The guidelines in force, read anew when a newsroom edits its own.

Whoever asks gets a whole set: the one from before until a new one is loaded and fits the settings.
What is edited into something that cannot be used changes nothing, and is said.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from monitor.labels.data_files import data_dir
from monitor.records.errors import MonitorError
from monitor.rules.compiler import Guideline
from monitor.rules.house_style import InForce, RuleNames, load_guidelines, rule_on

logger = logging.getLogger("monitor.guidelines")

LOOK_EVERY_S = 1.0
"""How often files are looked at, at most, however often rules are asked for."""
LOOK_AT_LEAST_S = 2.0
"""How often they are looked at though nobody asks, so that all processes see the same edits."""

State = tuple[tuple[str, int, int, int], ...]
"""Of each file of a folder: name, time and size, and which file it is."""


@dataclass(frozen=True, slots=True)
class _Set:
    """What is in force: guidelines by folder, and how the folders looked before they were read."""

    loaded: Mapping[Path, Guideline]
    in_force: InForce
    states: Mapping[Path, State]


@dataclass(frozen=True, slots=True)
class GuidelineSettings:
    """Which guidelines are wanted, by folder, and the settings of their rules."""

    folders: tuple[Path, ...]
    disable: tuple[str, ...] = ()
    severity: RuleNames = field(default_factory=dict)


class GuidelineLoader:
    """Loads guidelines when first asked for them, and again what was edited since.

    Folders that come along with the program are not looked at again: an upgrade restarts it.
    """

    def __init__(
        self,
        rules: GuidelineSettings,
        *,
        cache: Path | None = None,
        models: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = rules
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
        shelf = cls(GuidelineSettings(()))
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
        if states == kept.states:
            if self.problem:
                logger.info("the guidelines are as they were: %s", kept.in_force.stamp)
            self.problem = self._refused = None
            return kept
        if states == self._refused:
            return kept
        same = {
            path: guideline
            for path, guideline in kept.loaded.items()
            if all(states.get(p) == kept.states.get(p) for p in _folders(guideline))
        }
        asked = self._rules
        try:
            new = self._load(same)
        except Exception as error:  # noqa: BLE001 - no edit may keep a draft from being checked
            known = isinstance(error, MonitorError)
            said = str(error) if known else f"{type(error).__name__}: {error}"
            logger.warning("the rules from before stay in force: %s", said)
            # for readers who need not know where on the machine a folder is
            folders = (path for folder in asked.folders for path in (folder, folder.resolve()))
            for parent in {path.parent for path in folders}:
                said = said.replace(f"{parent}{os.sep}", "") if parent.name else said
            self.problem, self._refused = said, states
            return kept
        self.problem = self._refused = None
        logger.info("guidelines in force: %s", new.in_force.stamp)
        return new

    def _load(self, same: Mapping[Path, Guideline]) -> _Set:
        """Load what is not the `same` as before."""
        asked = self._rules
        before = _states(_watched(asked.folders))
        loaded = load_guidelines(asked.folders, cache=self._cache, models=self._models, kept=same)
        in_force = rule_on(
            tuple(loaded.values()),
            disable=asked.disable,
            severity=asked.severity,
            cache=self._cache,
        )
        folders = _watched(path for one in loaded.values() for path in _folders(one))
        for ruling in in_force.rulings:
            if folders & set(_folders(ruling.guideline)):
                _ = ruling.countries  # what cannot be read is told now, not with some draft
        return _Set(loaded, in_force, {**_states(folders), **before})


def _folders(guideline: Guideline) -> tuple[Path, ...]:
    return tuple(dict.fromkeys((guideline.path.resolve(), guideline.folder.resolve())))


def _watched(folders: Iterable[Path]) -> set[Path]:
    """Return the folders that may be edited while the program runs."""
    ours = data_dir("guidelines").resolve()
    return {path.resolve() for path in folders if not path.resolve().is_relative_to(ours)}


def _states(folders: Iterable[Path]) -> dict[Path, State]:
    return {folder: (*_state(folder), *_state(folder / "countries")) for folder in folders}


def _state(folder: Path) -> State:
    """Return how the files of a folder look; one that is not there has none."""
    try:
        with os.scandir(folder) as entries:
            found = [
                (entry.name, stat.st_mtime_ns, stat.st_size, stat.st_ino)
                for entry in entries
                if entry.name.endswith((".yaml", ".json"))
                for stat in (entry.stat(),)
            ]
    except OSError:
        return ()
    return tuple(sorted(found))
