"""`monitor reviews`: what people say of articles and of flags, and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from typer import Context, Exit

from monitor.cli import common
from monitor.cli.common import argument, monitor_of, option, plain, plural, say, show, show_as
from monitor.export.columns import CorrectedFormat
from monitor.records.article import VERDICTS
from monitor.records.errors import NotFound, StoreError, UsageError
from monitor.records.json_shapes import review_json

if TYPE_CHECKING:
    from monitor.desk import Desk

app = common.group()


@app.command()
def add(
    context: Context,
    article: str = argument("The article's id or its URL, as digests say.", metavar="ARTICLE"),
    verdict: str = argument("relevant, borderline or not_relevant."),
    tag: list[str] | None = option(
        "A tag that holds; SCHEME= says that none does.", metavar="SCHEME=LABEL"
    ),
    by: common.By = "",
) -> None:
    """Store a review of an article's current version; the reviewer's latest one holds."""
    from monitor.feeds.urls import article_id

    meant = next((v for v in VERDICTS if v == verdict.replace("-", "_")), None)
    if meant is None:
        raise UsageError(f"'{verdict}' is none of {', '.join(VERDICTS)}")
    monitor = monitor_of(context)
    tags: dict[str, list[str]] = {}
    for entry in tag or ():
        scheme, sign, label = entry.partition("=")
        if not sign:
            raise UsageError(f"--tag: '{entry}' is not of the form SCHEME=LABEL")
        tags.setdefault(scheme, []).extend([label] if label else [])
    found = article
    if "/" in article:  # a URL, however it is spelt
        found = article_id(article if "://" in article else f"https://{article}")
    try:
        said = monitor.review(found, meant, tags=tags, reviewer=by)
    except NotFound as error:
        if found == article:
            raise
        raise NotFound(f"no article at {article} (its id would be {found})") from error
    common.show_json(review_json(said), indent=None)


@app.command("list")
def list_(
    context: Context,
    conflicts: bool = common.flag("--conflicts", "Only where reviewers differ."),
    waiting: bool = common.flag("--waiting", "Only what volunteers said and nobody has confirmed."),
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
                    common.show_json(review_json(review), indent=None)
        return
    for conflict in review_rows(reviewed, language="en").conflicts:
        said = "; ".join(f"{name or 'unnamed'}: {label}" for name, label in conflict.said.items())
        article = monitor.store.article(conflict.article_id, ()).article
        shown = monitor.shown([article], patient=True)[article.id]
        title = f"({shown.withheld})" if shown.withheld else shown.title
        show(plain(f"{conflict.article_id}\t{conflict.scheme}\t{said}\t{title}"))


@app.command()
def undo(
    context: Context,
    decision: int = argument("Its number, as `reviews add` says.", metavar="DECISION"),
    by: str = option("Who said it.", ""),
) -> None:
    """Take a review of one's own back; it stays stored and counts no more."""
    from monitor.review.review_queue import Reviewer
    from monitor.review.review_queue import undo as take_back

    undone = take_back(monitor_of(context), decision, Reviewer(by))
    say(f"undone: {undone.verdict or 'what was said of flags'} of {undone.article_id}")


@app.command()
def sample(
    context: Context,
    day: str | None = option("A day that is over; default yesterday."),
    format: common.TextOrJson = "text",
) -> None:
    """Print a few random articles below the threshold, to be reviewed."""
    from monitor.review.recall_estimate import sample_json
    from monitor.review.sampling import sample_of

    monitor = monitor_of(context)
    drawn = sample_of(monitor, day)
    told = sample_json(monitor, drawn, patient=True)
    lines = []
    for one in told["articles"]:
        done = "\treviewed" if one["reviewed"] else ""
        title = f"({one['withheld']})" if one["title"] is None else one["title"]
        url = one["url"] or "(address not shown)"
        lines.append(f"{one['id']}\t{one['outlet']}\t{title}\t{url}{done}")
    show_as(format, told, lines)
    if format == "text":
        say(
            f"{len(drawn.articles)} of {sum(s.population for s in drawn.draw.strata)} articles of"
            f" {drawn.draw.day} that were not shown, {len(drawn.reviewed)} reviewed;"
            " monitor reviews add ID relevant|borderline|not_relevant"
        )


@app.command("import")
def import_(
    context: Context,
    path: Path = argument("What came back: file or folder.", metavar="PATH"),
    format: CorrectedFormat = option("The tool that it comes from.", ...),
    by: str = option("Who corrected it.", ...),
    exported: Path | None = option(
        "Of jsonl: the export that was corrected, as it was.", metavar="PATH"
    ),
    key: Path | None = option(
        "The export's key file, for articles it has no name of.", metavar="FILE"
    ),
    approved: bool = common.flag(
        "--approved", "Of doccano: only approved documents were exported; confirm them."
    ),
    dry_run: bool = common.flag("--dry-run", "Say what would be stored, and store nothing."),
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
    with common.counter("reading") as report:
        applied = apply_corrections(
            monitor,
            path,
            format,
            Reviewer(by),
            exported=exported,
            keys=read_keys(key) if key else None,
            approved=approved,
            dry_run=dry_run,
            report=report,
        )
    for one in applied.listed:
        show(plain(f"{one.kind}\t{one.article_id}\t{one.where}\t{one.why}"))
    say(
        f"{applied.read} came back: {applied.corrected} corrected (reviews: {applied.reviews},"
        f" flags called wrong: {applied.flags}), {applied.confirmed} confirmed,"
        f" {applied.unchanged} as they were, {applied.said} said before"
        f"{'; nothing was stored' if dry_run else ''}"
    )
    if applied.unchanged:
        count = f"{applied.unchanged:,} unchanged article{plural(applied.unchanged)}"
        say(f"{count}: not counted as read, since {format_module(format).NO_PROOF}")
    raise Exit(1 if any(one.kind == "not applied" for one in applied.listed) else 0)


@app.command()
def flag(
    context: Context,
    article: str = argument("The article's id or its URL.", metavar="ARTICLE"),
    rule: str = argument("The rule that flags it.", metavar="RULE"),
    verdict: str = argument("right or wrong.", metavar="VERDICT"),
    by: common.By = "",
) -> None:
    """Store whether a rule's flags in an article are right; scorecards count what is confirmed."""
    from monitor.stats.trend_queries import judge_flag

    if verdict not in ("right", "wrong"):
        raise UsageError(f"'{verdict}' is none of right, wrong")
    number = judge_flag(monitor_of(context), article, rule, right=verdict == "right", reviewer=by)
    say(f"{number} flag{plural(number)} of {rule} said to be {verdict}")


@app.command()
def feedback(
    context: Context,
    format: Literal["text", "json", "measured"] = option("How to write it.", "text"),
) -> None:
    """Print how often editors said that flags of their drafts were right, by rule.

    JSON has a line for each day's counts; measured is a file like the guideline's measured.json.
    """
    from monitor.review.flag_feedback import as_measured, evaluated

    monitor = monitor_of(context)
    rows = monitor.store.feedback()
    if format == "measured":
        common.show_json(as_measured(rows, monitor.guideline, monitor.now().date()), ascii=True)
    elif format == "json":
        for row in rows:
            common.show_json({**asdict(row), "day": row.day.isoformat()}, indent=None, ascii=True)
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


def said_lines(feedback: Mapping[str, Any] | None) -> Iterator[str]:
    """Yield what `said_by_editors` gave as lines after a blank one, nothing for nothing."""
    if feedback is None:
        return
    yield from ("", f"{feedback['data']} (no measurement: they choose which):")
    for rule, said in feedback["rules"].items():
        low, high = (f"{100 * end:.0f}" for end in said["interval"])
        now = ""
        if not said["current"]:
            now = f"; as it is now {said['current_right']} of {said['current_hits']}"
        yield plain(f"  {rule}: right {said['right']} of {said['hits']} ({low} to {high} %){now}")
