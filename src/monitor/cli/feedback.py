"""`monitor reviews feedback`: what editors said of flags of their drafts, by rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, say, show
from monitor.records.errors import StoreError

if TYPE_CHECKING:
    from monitor.desk import Desk


def feedback(
    context: typer.Context,
    format: Annotated[
        Literal["text", "json", "measured"], typer.Option(help="How to write it.")
    ] = "text",
) -> None:
    """Print how often editors said that flags of their drafts were right, by rule.

    JSON has a line for each day's counts; measured is a file like the guideline's measured.json.
    """
    from monitor.review.flag_feedback import as_measured, evaluated

    monitor = monitor_of(context)
    rows = monitor.store.feedback()
    if format == "measured":
        content = as_measured(rows, monitor.guideline, monitor.now().date())
        show(json.dumps(content, indent=1))
    elif format == "json":
        for row in rows:
            show(json.dumps({**asdict(row), "day": row.day.isoformat()}))
    else:
        told = [evaluated(rows, guideline) for guideline in monitor.guidelines]
        lines = [line for each in told for line in said_lines(each) if line]
        show("\n".join(lines) or "nobody has said anything of a draft's flags")


def said_by_editors(desk: Desk) -> dict[str, Any] | None:
    """Return what editors said of all rules' flags, None without a desk or without any answer."""
    from monitor.review.flag_feedback import evaluated
    from monitor.storage.health import feedback_in

    try:
        rows = feedback_in(desk.settings.database_url)
    except StoreError as error:
        say(f"what editors said of flags is left out: {error}")
        return None
    return evaluated(rows, desk.guideline)


def said_lines(feedback: Mapping[str, Any] | None) -> list[str]:
    """Return what `said_by_editors` gave as lines after a blank one, nothing for nothing."""
    if feedback is None:
        return []
    lines = ["", f"{feedback['data']} (no measurement: they choose which):"]
    for rule, said in feedback["rules"].items():
        low, high = (f"{100 * end:.0f}" for end in said["interval"])
        now = "" if said["current"] else f"; as it is now {_of(said, 'current_')}"
        told = f"{rule}: right {_of(said, '')} ({low} to {high} %){now}"
        lines.append(f"  {plain(told)}")
    return lines


def _of(said: Mapping[str, Any], kind: str) -> str:
    return f"{said[f'{kind}right']} of {said[f'{kind}hits']}"
