"""Was this flag right? What editors say of flags of their drafts: counted, and nothing else kept.

Nobody is asked unless they want to be. What is kept says neither which draft it was nor who said
it: a rule, the guideline's stamp, a day, and how often flags were right and wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from monitor.records.confidence_interval import wilson
from monitor.records.errors import NotFound, UsageError
from monitor.records.finding import SEVERITIES, Severity
from monitor.records.review import CLIENTS, Client, Feedback
from monitor.records.stamps import is_same

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.rules.compiler import Guideline

DATA = "what editors said of flags of their drafts"
"""What such figures were measured on, as `measured.json` names it."""


class ChangedError(UsageError):
    """The flag was made by a guideline that is not in force (any more)."""


@dataclass(frozen=True, slots=True)
class FlagFeedback:
    """How often a rule's flags were said to be right; `current_*`: of the guideline in force."""

    stamp: str
    right: int
    hits: int
    since: date
    last: date
    current_right: int
    current_hits: int


def say_flag(
    desk: Desk,
    rule: str,
    *,
    right: bool,
    client: Client,
    guideline: str | None = None,
    severity: Severity | None = None,
) -> FlagFeedback:
    """Count that a flag of `rule` is right, or wrong; return what is known of the rule now.

    `guideline` is the id or the stamp of the one that flagged. Raises `NotFound` for a rule that
    there is not, `ChangedError` for a guideline not in force, `UsageError` for a client or a
    severity that is none: no word from outside is stored.
    """
    if client not in CLIENTS:
        raise UsageError(f"the client must be one of {', '.join(CLIENTS)}")
    if severity is not None and severity not in SEVERITIES:
        raise UsageError(f"the severity must be one of {', '.join(SEVERITIES)}")
    having = [one for one in desk.guidelines if any(r.id == rule for r in one.rules)]
    if not having:
        raise NotFound("no such rule")
    named = (one for one in having if guideline in (None, one.id) or is_same(guideline, one.stamp))
    if (found := next(named, None)) is None:
        raise ChangedError("the flag was made by a guideline that is not in force here")
    desk.store.count_feedback(
        found.stamp, rule, severity=severity or "", right=right, day=desk.today, client=client
    )
    return said_of(desk.store.feedback(rule), found)[rule]


def said_of(rows: Iterable[Feedback], guideline: Guideline) -> dict[str, FlagFeedback]:
    """Return by rule what was said of a guideline's flags, under whichever of its stamps."""
    by_rule: defaultdict[str, list[Feedback]] = defaultdict(list)
    for row in rows:
        if row.stamp.partition("@")[0] == guideline.id:
            by_rule[row.rule].append(row)
    found = {}
    for rule, those in sorted(by_rule.items()):
        current = [row for row in those if is_same(row.stamp, guideline.stamp)]
        right, of_now = (sum(row.right for row in some) for some in (those, current))
        found[rule] = FlagFeedback(
            stamp=guideline.stamp,
            right=right,
            hits=right + sum(row.wrong for row in those),
            since=min(row.day for row in those),
            last=max(row.day for row in those),
            current_right=of_now,
            current_hits=of_now + sum(row.wrong for row in current),
        )
    return found


def said_json(said: FlagFeedback | None) -> dict[str, Any] | None:
    """Return what was said of a rule's flags beside `measured`, under the same names."""
    if said is None:
        return None
    return {
        "since": said.since.isoformat(),
        "date": said.last.isoformat(),
        "data": DATA,
        "guideline": said.stamp,
        "current": said.current_hits == said.hits,
        "hits": said.hits,
        "right": said.right,
        "precision": round(said.right / said.hits, 3),
        "interval": [round(end, 3) for end in wilson(said.right / said.hits, said.hits)],
        "current_hits": said.current_hits,
        "current_right": said.current_right,
    }


def describe_rule(desk: Desk, name: str, rows: Iterable[Feedback]) -> dict[str, Any] | None:
    """Return what `describe_ruled` does with `feedback`, what editors said of it; None for none."""
    from monitor.rules.rule_descriptions import describe_ruled

    found = describe_ruled(desk.in_force, name)
    if found is None:
        return None
    guideline = next(one for one in desk.guidelines if one.id == found["guideline"])
    said = said_of(rows, guideline).get(found["id"])
    return {**found, "feedback": said_json(said)}


def evaluated(rows: Iterable[Feedback], guideline: Guideline) -> dict[str, Any] | None:
    """Return what was said of all rules' flags, for `evaluate`: None where nothing was."""
    rules = {rule: said_json(one) for rule, one in said_of(rows, guideline).items()}
    return {"data": DATA, "rules": rules} if rules else None


def said_words(feedback: Mapping[str, Any] | None) -> list[str]:
    """Return in sentences what `said_json` says, nothing where nobody said anything."""
    if feedback is None:
        return []
    low, high = (f"{100 * end:.0f}" for end in feedback["interval"])
    first, last = feedback["since"], feedback["date"]
    days = f"on {last}" if first == last else f"from {first} to {last}"
    counted = f"{feedback['right']} of {feedback['hits']} flags of their drafts"
    said = f"that they were right, {days} (95 % interval: {low} to {high} %)."
    lines = [f"Editors said of {counted} {said}"]
    lines.append("They choose which flags to judge, so that is no measurement.")
    if not feedback["current"]:
        of_now = f"{feedback['current_right']} of {feedback['current_hits']}"
        lines.append(f"Of the rules as they are now: {of_now}.")
    return lines


def as_measured(rows: Iterable[Feedback], guideline: Guideline, day: date) -> dict[str, Any]:
    """Return what was said of flags in force as `measured.json`: nobody said what was missed."""
    said = said_of((row for row in rows if is_same(row.stamp, guideline.stamp)), guideline)
    counts = {rule: {"flags": one.hits, "right": one.right} for rule, one in said.items()}
    none = {"flags": 0, "right": 0}
    return {
        "schema": 1,
        "guideline": guideline.stamp,
        "date": day.isoformat(),
        "data": DATA,
        "unseen": True,
        "articles": 0,
        "general": None,
        "sentences": None,
        "rules": {
            rule.id: {
                "sure": 0,
                "found": 0,
                **counts.get(rule.id, none),
                "general": None,
                "examples": len(rule.examples),
            }
            for rule in guideline.rules
        },
    }
