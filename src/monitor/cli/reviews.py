"""`monitor reviews`: what people say of articles, and where they differ.

`monitor reviews import`: corrected annotations come back as reviews.

`monitor reviews feedback`: what editors said of flags of their drafts, by rule.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import monitor_of, plain, progress, say, show
from monitor.export.columns import CorrectedFormat
from monitor.records.article import VERDICTS
from monitor.records.errors import NotFound, StoreError, UsageError
from monitor.records.json_shapes import review_json

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.export.corrections_import import ImportedCorrections


app = typer.Typer(
    help="What people say of articles: relevant or not, and which tags hold.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def add(
    context: typer.Context,
    article: Annotated[
        str, typer.Argument(metavar="ARTICLE", help="The article's id or its URL, as digests say.")
    ],
    verdict: Annotated[str, typer.Argument(help="relevant, borderline or not_relevant.")],
    tag: Annotated[
        list[str] | None,
        typer.Option(metavar="SCHEME=LABEL", help="A tag that holds; SCHEME= says that none does."),
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = "",
) -> None:
    """Store a review of an article's current version; the reviewer's latest one holds."""
    meant = next((v for v in VERDICTS if v == verdict.replace("-", "_")), None)
    if meant is None:
        raise UsageError(f"'{verdict}' is none of {', '.join(VERDICTS)}")
    monitor = monitor_of(context)
    found = _id_of(article)
    try:
        said = monitor.review(found, meant, tags=_tags(tag or []), reviewer=by)
    except NotFound as error:
        if found == article:
            raise
        raise NotFound(f"no article at {article} (its id would be {found})") from error
    show(json.dumps(review_json(said), ensure_ascii=False))


@app.command("list")
def list_(
    context: typer.Context,
    conflicts: Annotated[
        bool, typer.Option("--conflicts", help="Only where reviewers differ.")
    ] = False,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="Only what volunteers said and nobody has confirmed.")
    ] = False,
) -> None:
    """Print the reviews that count as JSON lines, or where reviewers differ.

    What was undone or overruled counts no more, what volunteers said not before it is confirmed.
    """
    from monitor.evaluate.learn_from_reviews import review_rows

    monitor = monitor_of(context)
    reviewed = monitor.store.reviewed(provisional=waiting)
    if not conflicts:
        for _, reviews in reviewed:
            for review in reviews:
                if review.provisional == waiting:
                    show(json.dumps(review_json(review), ensure_ascii=False))
        return
    for conflict in review_rows(reviewed, language="en").conflicts:
        said = "; ".join(f"{name or 'unnamed'}: {label}" for name, label in conflict.said.items())
        article = monitor.store.article(conflict.article_id, ()).article
        shown = monitor.shown([article], patient=True)[article.id]
        title = f"({shown.withheld})" if shown.withheld else shown.title
        show(plain(f"{conflict.article_id}\t{conflict.scheme}\t{said}\t{title}"))


@app.command()
def undo(
    context: typer.Context,
    decision: Annotated[
        int, typer.Argument(metavar="DECISION", help="Its number, as `reviews add` says.")
    ],
    by: Annotated[str, typer.Option(help="Who said it.")] = "",
) -> None:
    """Take a review of one's own back; it stays stored and counts no more."""
    from monitor.review.review_queue import Reviewer
    from monitor.review.review_queue import undo as take_back

    undone = take_back(monitor_of(context), decision, Reviewer(by))
    say(f"undone: {undone.verdict or 'what was said of flags'} of {undone.article_id}")


def _id_of(article: str) -> str:
    """Return the id of an article given by that or by its URL, however that is spelt."""
    from monitor.feeds.urls import article_id

    if "/" not in article:
        return article
    return article_id(article if "://" in article else f"https://{article}")


def _tags(given: list[str]) -> dict[str, list[str]]:
    tags: dict[str, list[str]] = {}
    for entry in given:
        scheme, sign, label = entry.partition("=")
        if not sign:
            raise UsageError(f"--tag: '{entry}' is not of the form SCHEME=LABEL")
        tags.setdefault(scheme, []).extend([label] if label else [])
    return tags


def import_(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="What came back: file or folder.")],
    format: Annotated[CorrectedFormat, typer.Option(help="The tool that it comes from.")],
    by: Annotated[str, typer.Option(help="Who corrected it.")],
    exported: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Of jsonl: the export that was corrected, as it was."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The export's key file, for articles it has no name of."),
    ] = None,
    approved: Annotated[
        bool,
        typer.Option(
            "--approved", help="Of doccano: only approved documents were exported; confirm them."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be stored, and store nothing.")
    ] = False,
) -> None:
    """Store what was corrected in brat, Label Studio, doccano or JSONL as reviews.

    What came back as it was confirms the export where Label Studio tells that it was submitted, or
    doccano that it was approved. Prints a line for each conflict with another's word, for what
    could not be applied (exit 1), and for what no review can say. Nothing is overwritten; the same
    file again changes nothing.
    """
    from monitor.export.corrections_import import apply_corrections, read_keys
    from monitor.export.exporter import format_module
    from monitor.review.review_queue import Reviewer

    monitor = monitor_of(context)
    with progress() as bar:
        task = bar.add_task("reading", total=None)
        applied = apply_corrections(
            monitor,
            path,
            format,
            Reviewer(by),
            exported=exported,
            keys=read_keys(key) if key else None,
            approved=approved,
            dry_run=dry_run,
            report=lambda n: bar.advance(task, n),
        )
    for one in applied.listed:
        show(plain(f"{one.kind}\t{one.article_id}\t{one.where}\t{one.why}"))
    say(_words(applied, dry_run=dry_run))
    if applied.unchanged:
        count = f"{applied.unchanged:,} unchanged article{'' if applied.unchanged == 1 else 's'}"
        say(f"{count}: not counted as read, since {format_module(format).NO_PROOF}")
    raise typer.Exit(1 if any(one.kind == "not applied" for one in applied.listed) else 0)


def _words(applied: ImportedCorrections, *, dry_run: bool) -> str:
    return (
        f"{applied.read} came back: {applied.corrected} corrected (reviews: {applied.reviews},"
        f" flags called wrong: {applied.flags}), {applied.confirmed} confirmed,"
        f" {applied.unchanged} as they were, {applied.said} said before"
        f"{'; nothing was stored' if dry_run else ''}"
    )


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
