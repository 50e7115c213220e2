"""`monitor guidelines try`: what a rule would flag in the archive, before it is in force."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, progress, say, show

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.evaluate.try_rules import Hit, RuleTrial, Trial
    from monitor.rules.compiler import Guideline
    from monitor.rules.example_tests import ExampleFailure

_SPAN = re.compile(r"([1-9]\d{0,3})([dw])")
OUTLETS = 10
"""Outlets named in the text; JSON has all."""
_WHY_NOT = {"language": "in another language", "expired": "expired"}


def try_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of rules, RULE.yaml.")],
    since: Annotated[
        str | None,
        typer.Option(help="First seen since then: 90d, 12w or an ISO date. Default: all."),
    ] = None,
    shown: Annotated[
        int, typer.Option("--examples", min=0, max=1000, help="Hits of each rule to print.")
    ] = 10,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Show what rules would flag in the desk's archive; they need not be in force.

    Their own examples are run first; exit 1 if one does not hold.
    """
    from monitor.evaluate.try_rules import tried_rules, try_rules
    from monitor.rules.example_tests import run_examples

    monitor = monitor_of(context)
    start = _since(monitor, since)
    guideline = tried_rules(monitor, file)
    failures = run_examples(guideline)
    for failure in failures:
        say(str(failure))
    count = sum(len(rule.examples) for rule in guideline.rules)
    say(f"{file}: {len(guideline.rules)} rules, {count} examples, {len(failures)} failed")
    with progress() as bar:
        task = bar.add_task("looking through the archive", total=None)
        trial = try_rules(
            monitor, guideline, since=start, shown=shown, report=lambda n: bar.advance(task, n)
        )
    if format == "json":
        told = _json(guideline, trial, failures, start)
        show(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        show("\n".join(_text(monitor, guideline, trial)))
    raise typer.Exit(1 if failures else 0)


def _since(desk: Desk, value: str | None) -> datetime | None:
    """Return a moment: so many days or weeks ago, or when a day begins. Raises `UsageError`."""
    from monitor.records.dates import midnight, parse_day

    if value is None:
        return None
    if told := _SPAN.fullmatch(value):
        days = int(told[1]) * (7 if told[2] == "w" else 1)
        return desk.now() - timedelta(days=days)
    return midnight(parse_day(value, "--since (or 90d, 12w)"), desk.settings.zone)


def _text(desk: Desk, guideline: Guideline, trial: Trial) -> Iterator[str]:
    apart = ", ".join(f"{count:,} {_WHY_NOT[why]}" for why, count in trial.not_judged)
    beside = f" (not looked at: {apart})" if apart else ""
    yield (
        f"{_articles(trial.looked_at)} looked at{beside}, {trial.relevant:,} of them in digests;"
        f" {trial.with_hit:,} with a hit"
    )
    titles = {rule.id: rule.title for rule in guideline.rules}
    for rule in trial.rules:
        yield ""
        yield f"{rule.rule}: {titles[rule.rule]}"
        yield from _counts(rule, trial)
        for hit in rule.shown:
            yield ""
            yield from _hit_lines(desk, hit)


def _counts(rule: RuleTrial, trial: Trial) -> Iterator[str]:
    if rule.answers:
        yield "  " + ", ".join(f"{answer} {count:,}" for answer, count in rule.answers)
        if not rule.hits:
            return
    share = f", {100 * rule.articles / trial.looked_at:.1f} %" if trial.looked_at else ""
    digests = f", {rule.relevant:,} of them in digests" if rule.relevant else ""
    many = "" if rule.hits == 1 else "s"
    yield f"  {rule.hits:,} hit{many} in {_articles(rule.articles)}{share}{digests}"
    if rule.severities:
        yield "  " + ", ".join(f"{level} {count:,}" for level, count in rule.severities)
    if rule.outlets:
        named = [f"{plain(name)} {count:,}" for name, count in rule.outlets[:OUTLETS]]
        more = len(rule.outlets) - len(named)
        yield "  articles by outlet: " + ", ".join([*named, *([f"{more} more"] if more else [])])


def _hit_lines(desk: Desk, hit: Hit) -> Iterator[str]:
    day = hit.seen.astimezone(desk.settings.zone).date().isoformat()
    yield plain(f"  {day} {hit.outlet}: {hit.title}")
    yield plain(f"    … {hit.before} [[{hit.match}]] {hit.after} …")
    if hit.message:
        better = f" Better: {' or '.join(hit.suggestions)}." if hit.suggestions else ""
        yield plain(f"    {hit.severity}: {hit.message}{better}")
    yield plain(f"    {hit.article_id}{f' {hit.url}' if hit.url else ''}")


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _json(
    guideline: Guideline, trial: Trial, failures: list[ExampleFailure], since: datetime | None
) -> dict[str, Any]:
    from monitor.records.json_shapes import time_json

    failed = [
        {"rule": one.rule, "kind": one.kind, "number": one.number, "problem": one.problem}
        for one in failures
    ]
    return {
        "schema": 1,
        "since": time_json(since),
        "examples": {
            "count": sum(len(rule.examples) for rule in guideline.rules),
            "failed": failed,
        },
        "looked_at": trial.looked_at,
        "relevant": trial.relevant,
        "with_hit": trial.with_hit,
        "not_judged": dict(trial.not_judged),
        "rules": [_rule_json(rule) for rule in trial.rules],
    }


def _rule_json(rule: RuleTrial) -> dict[str, Any]:
    from monitor.records.json_shapes import time_json

    return {
        "rule": rule.rule,
        "hits": rule.hits,
        "articles": rule.articles,
        "relevant": rule.relevant,
        "by_outlet": dict(rule.outlets),
        "by_severity": dict(rule.severities),
        "answers": dict(rule.answers),
        "shown": [
            {
                "id": hit.article_id,
                "url": hit.url,
                "seen": time_json(hit.seen),
                "outlet": hit.outlet,
                "title": hit.title,
                "severity": hit.severity,
                "before": hit.before,
                "match": hit.match,
                "after": hit.after,
                "message": hit.message,
                "suggestions": list(hit.suggestions),
            }
            for hit in rule.shown
        ],
    }
