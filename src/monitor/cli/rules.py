"""`monitor guidelines`: the rules, what they rest on, and whether their examples hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from monitor.cli import handbook, trying
from monitor.cli.common import monitor_of
from monitor.cli.output import say, show
from monitor.records.errors import UsageError

app = typer.Typer(
    help="The reporting guideline's rules.", no_args_is_help=True, rich_markup_mode=None
)


app.command("try")(trying.try_)
app.command("handbook")(handbook.handbook)


@app.command("list")
def list_(context: typer.Context) -> None:
    """Print the rules, one a line: id, severity, kind, title, guideline."""
    for guideline in monitor_of(context).guidelines:
        for rule in guideline.rules:
            show(f"{rule.id}\t{rule.severity}\t{rule.kind}\t{rule.title}\t{guideline.id}")


@app.command("show")
def show_(
    context: typer.Context,
    rule: Annotated[str, typer.Argument(help="The rule's id, or GUIDELINE/ID.")],
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print one rule: what, why, examples, law by country, limits, how often it is right."""
    from monitor.cli.rule_text import rule_text
    from monitor.review.flag_feedback import describe_rule
    from monitor.storage.health import feedback_in

    monitor = monitor_of(context)
    found = describe_rule(monitor, rule, feedback_in(monitor.settings.database_url))
    if found is None:
        raise UsageError(f"no rule '{rule}' (monitor guidelines list shows them)")
    if found["also"]:
        ways = " or ".join((f"{found['guideline']}/{found['id']}", *found["also"]))
        raise UsageError(f"several guidelines have a rule '{rule}': write {ways}")
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
    from monitor.labels.folders import data_dir
    from monitor.rules.skeleton import write_skeleton
    from monitor.settings import guideline_dir

    if directory is None:
        settings = monitor_of(context).settings
        ours = data_dir("guidelines").resolve()
        folders = [guideline_dir(name, settings.home) for name in settings.check.guidelines]
        own = [path for path in folders if not path.resolve().is_relative_to(ours)]
        directory = own[-1] if own else Path("our-rules")
    for file in write_skeleton(directory, rule):
        say(f"wrote {file}")
    say(f"fill in what is empty there, then: monitor guidelines test {directory}")


@app.command("test")
def run_tests(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(help="A guideline's folder (default: all in force).")
    ] = None,
) -> None:
    """Run every rule's own examples; exit 1 if one does not hold.

    Of a guideline that extends another, those of the rules that it adds.
    """
    from monitor.rules.example_tests import run_examples
    from monitor.rules.loading import load_guideline
    from monitor.rules.national_law import load_countries

    # one that extends another with all rules of that: what it suggests is held against them too
    guidelines = [load_guideline(directory)] if directory else monitor_of(context).guidelines
    failed = False
    for in_force in guidelines:
        guideline = load_guideline(in_force.folder) if in_force.extends else in_force
        load_countries(guideline.path)
        failures = run_examples(guideline, only=guideline.added)
        for failure in failures:
            show(str(failure))
        added = guideline.added or {rule.id for rule in guideline.rules}
        count = sum(len(rule.examples) for rule in guideline.rules if rule.id in added)
        said = f"{len(added)} rules, {count} examples, {len(failures)} failed"
        say(f"{guideline.stamp}: {said}")
        failed = failed or bool(failures)
    raise typer.Exit(1 if failed else 0)


@app.command("stats")
def stats(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(help="A guideline's folder (default: the first in force).")
    ] = None,
    format: Annotated[Literal["text", "json"], typer.Option(help="How to write it.")] = "text",
) -> None:
    """Print how much there is to read: entries of each rule and of the lists, long lines."""
    from monitor.cli.size_text import size_json, size_text
    from monitor.rules.rulebook_size import measure_size
    from monitor.settings import cache_dir, guideline_dir

    settings = monitor_of(context).settings
    folder = directory or guideline_dir(settings.check.guidelines[0], settings.home)
    size = measure_size(folder, cache=cache_dir())
    show(json.dumps(size_json(size), indent=2) if format == "json" else size_text(size))
