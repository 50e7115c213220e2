"""`monitor guidelines`: the rules, what they rest on, and whether their examples hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import say, show
from monitor.errors import UsageError

app = typer.Typer(
    help="The reporting guideline's rules.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """Print the rules, one a line: id, severity, kind, title."""
    for rule in monitor_of(context).guideline.rules:
        show(f"{rule.id}\t{rule.severity}\t{rule.kind}\t{rule.title}")


@app.command("show")
def show_(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="The rule's id.")],
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print one rule: what, why, examples, law by country, limits, how often it is right."""
    from monitor.cli.rule_text import rule_text
    from monitor.desk.feedback import describe_rule
    from monitor.store.condition import feedback_in

    monitor = monitor_of(context)
    found = describe_rule(monitor, rule, feedback_in(monitor.settings.database_url))
    if found is None:
        raise UsageError(f"no rule '{rule}' (monitor guidelines list shows them)")
    show(json.dumps(found, ensure_ascii=False, indent=2) if format == "json" else rule_text(found))


@app.command("new")
def new(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="The new rule's id: small letters and hyphens.")],
    directory: Annotated[
        Path | None,
        typer.Argument(help="A folder of rules (default: the one in force, else our-rules)."),
    ] = None,
) -> None:
    """Write a rule to fill in, RULE.yaml; nothing is overwritten."""
    from monitor.guidelines import write_skeleton

    if directory is None:
        named = Path(monitor_of(context).settings.check.guideline)
        directory = named if named.is_dir() else Path("our-rules")
    for file in write_skeleton(directory, rule):
        say(f"wrote {file}")
    say(f"fill in what is empty there, then: monitor guidelines test {directory}")


@app.command("test")
def run_tests(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(help="A guideline's folder (default: the one in force).")
    ] = None,
) -> None:
    """Run every rule's own examples; exit 1 if one does not hold.

    Of a guideline that extends another, those of the rules that it adds.
    """
    from monitor.guidelines import load_countries, load_guideline, run_examples

    guideline = load_guideline(directory) if directory else monitor_of(context).guideline
    load_countries(guideline.path)
    failures = run_examples(guideline, only=guideline.added)
    for failure in failures:
        show(str(failure))
    rules = [rule for rule in guideline.rules if rule.id in guideline.added or not guideline.added]
    count = sum(len(rule.examples) for rule in rules)
    say(f"{guideline.stamp}: {len(rules)} rules, {count} examples, {len(failures)} failed")
    raise typer.Exit(1 if failures else 0)


@app.command("stats")
def stats(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(help="A guideline's folder (default: the one in force).")
    ] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print how much there is to read: entries of each rule and of the lists, long lines."""
    from monitor.cli.size_text import size_json, size_text
    from monitor.config import cache_dir, guideline_dir
    from monitor.guidelines import measure_size

    folder = directory or guideline_dir(monitor_of(context).settings.check.guideline)
    size = measure_size(folder, cache=cache_dir())
    show(json.dumps(size_json(size), indent=2) if format == "json" else size_text(size))
