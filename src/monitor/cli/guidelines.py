"""`monitor guidelines`: the rules, what they rest on, and whether their examples hold."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.output import say, show
from monitor.errors import UsageError

app = typer.Typer(
    help="The reporting guideline's rules.", no_args_is_help=True, rich_markup_mode=None
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """Print the rules, one a line: id, severity, kind, title."""
    from monitor.cli.app import monitor_of

    for rule in monitor_of(context).guideline.rules:
        show(f"{rule.id}\t{rule.severity}\t{rule.kind}\t{rule.title}")


@app.command("show")
def show_(
    context: typer.Context, rule: Annotated[str, typer.Argument(help="The rule's id.")]
) -> None:
    """Print one rule: what, why, examples and sources."""
    from monitor.cli.app import monitor_of

    for candidate in monitor_of(context).rules():
        if candidate["id"] == rule:
            show(_as_text(candidate))
            return
    raise UsageError(f"no rule '{rule}' (monitor guidelines list shows them)")


def _as_text(rule: dict[str, object]) -> str:
    lines = [f"{rule['id']}: {rule['title']}", f"{rule['severity']}, {rule['principle']}", ""]
    lines += [str(rule["message"]), "", f"Why: {rule['why']}"]
    for heading, key in (("Better", "suggest"),):
        lines += [f"{heading}: {text}" for text in rule[key]]  # type: ignore[attr-defined]
    examples: dict[str, list[str]] = rule["examples"]  # type: ignore[assignment]
    for heading, key in (("Flagged", "bad"), ("Not flagged", "good"), ("In quotes", "quoted")):
        if examples.get(key):
            lines += ["", f"{heading}:", *(f"  {text}" for text in examples[key])]
    lines += ["", "Sources:"]
    sources: list[dict[str, str]] = rule["sources"]  # type: ignore[assignment]
    lines += [f"  {s['title']}, {s['section']} <{s['url']}>" for s in sources]
    return "\n".join(lines)


@app.command("test")
def run_tests(
    context: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(help="A guideline's folder (default: the one in force).")
    ] = None,
) -> None:
    """Run every rule's own examples; exit 1 if one does not hold."""
    from monitor.cli.app import monitor_of
    from monitor.guidelines import load_guideline, run_examples

    guideline = load_guideline(directory) if directory else monitor_of(context).guideline
    failures = run_examples(guideline)
    for failure in failures:
        show(str(failure))
    count = sum(len(rule.examples) for rule in guideline.rules)
    say(
        f"{guideline.stamp}: {len(guideline.rules)} rules, {count} examples, {len(failures)} failed"
    )
    raise typer.Exit(1 if failures else 0)
