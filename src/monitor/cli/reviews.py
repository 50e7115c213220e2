"""`monitor reviews`: what people say of articles, and where they differ."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from monitor.cli.common import monitor_of
from monitor.cli.output import plain, say, show
from monitor.records.article import VERDICTS
from monitor.records.errors import NotFound, UsageError
from monitor.records.json_shapes import review_json

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
