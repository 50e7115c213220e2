"""The options of a check, declared once for command line, API, page, editors and clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from monitor.check.people_answers import read_answers
from monitor.records.errors import UsageError


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckOptions:
    """How a draft is checked; each field is called so wherever it can be given.

    `guideline`: only these of those in force, by id or stamp, and what they extend. `country`
    (ISO 3166-1 alpha-2) brings that country's law and helplines; empty is none, and `None` the
    desk's own. Findings that are less sure than `min_confidence` (0 to 1) are left out, save those
    that protect people. `on_topic`: the draft is said to be about trafficking, whatever it reads
    as. `people`: those whom it tells of are told of too; a list is what the reporter says of them,
    as `read_answers` takes it. `silenced`: what rules would say of words of others is told too.
    `include_text` repeats the visible text, `path` the name, in what is told.

    Raises `UsageError` for a confidence that is no share, `AnswersError` for answers that are none.
    """

    guideline: str | Sequence[str] | None = None
    country: str | None = None
    min_confidence: float | None = None
    on_topic: bool = False
    people: bool | Sequence[Mapping[str, Any]] = False
    silenced: bool = False
    include_text: bool = False
    path: str | None = None

    def __post_init__(self) -> None:
        least = self.min_confidence
        if least is not None and not 0 <= least <= 1:
            raise UsageError(f"a least confidence is a number from 0 to 1, not {least:g}")
        if not isinstance(self.people, bool):
            read_answers(self.people)

    def given(self) -> dict[str, Any]:
        """Return what is not as by default, as JSON has it: keywords of `Drafts.check_text`."""
        values = ((one, getattr(self, one.name)) for one in fields(CheckOptions))
        return {
            one.name: list(value) if isinstance(value, tuple) else value
            for one, value in values
            if value != one.default
        }
