"""`monitor train` and `monitor models`: refitting, verifying and promoting models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from typer import Argument, Context, Exit, Option

from monitor.cli.common import group, monitor_of, say, show
from monitor.labels.data_files import data_dir
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.evaluate.labelled_data import Labelled

app = group()


def train(
    context: Context,
    model: Literal["relevance"] = Argument(..., help="Which model."),  # noqa: ARG001 - the only one
    version: str = Option(..., help="The new version, like 1.5.0."),
    data: Path | None = Argument(
        None, metavar="DATA", help="Labelled rows to learn from, .jsonl or .jsonl.gz."
    ),
    output: Path | None = Option(
        None, "-o", "--output", metavar="DIR", help="Default: the models folder."
    ),
    seed: int = Option(0, help="Same rows and seed, same model."),
    with_reviews: bool = Option(
        False, "--with-reviews", help="Learn from what reviewers agree on."
    ),
) -> None:
    """Refit the relevance model in use from this desk's reviews, with its card and figures.

    The linear stage and the thresholds are fitted anew, from its weights on. One reviewed article
    in five is held out. New versions are on trial until `monitor models promote`.
    """
    from monitor.evaluate.learn_from_reviews import refit_relevance

    out, models = output or data_dir("models"), data_dir("models")
    rows = _rows(context, data, with_reviews=with_reviews)
    meta = refit_relevance(models, out, rows, version=version, seed=seed, say=say)
    show(str(out / meta["name"] / meta["version"]))


def _rows(context: Context, data: Path | None, *, with_reviews: bool) -> list[Labelled]:
    """Return labelled rows of a file and of the desk's reviews; tell where reviewers differ."""
    from monitor.evaluate.labelled_data import read_labelled
    from monitor.evaluate.learn_from_reviews import review_rows

    if data is None and not with_reviews:
        raise UsageError("nothing to learn from: a file of labelled rows, or --with-reviews")
    rows = [] if data is None else read_labelled(data)
    if with_reviews:
        found = review_rows(monitor_of(context).store.reviewed(), language="en")
        for conflict in found.conflicts:
            said = "; ".join(f"{name or 'unnamed'}: {word}" for name, word in conflict.said.items())
            say(f"reviewers differ on {conflict.article_id}, {conflict.scheme}: {said}")
        say(f"{len(found.rows)} reviewed articles to learn from, {len(found.conflicts)} conflicts")
        rows += found.rows
    return rows


@app.command("list")
def list_() -> None:
    """Print the models: name, version, whether it is in use."""
    from monitor.classify.model_files import list_models

    for state in list_models(data_dir("models")):
        use = "in use" if state.used else ("released" if state.released else "trial")
        show(f"{state.name}\t{state.version}\t{state.problem or use}")


@app.command()
def verify() -> None:
    """Check every file of every model against its sha256; exit 1 if one is not whole."""
    from monitor.classify.model_files import list_models

    states = list_models(data_dir("models"))
    for state in states:
        show(f"{state.name} {state.version}: {state.problem or 'whole'}")
    raise Exit(1 if any(state.problem for state in states) else 0)


@app.command()
def promote(
    context: Context,
    name: str = Argument(..., metavar="NAME", help="Like relevance-en."),
    version: str = Argument(..., metavar="VERSION", help="Like 1.1.0."),
    data: Path | None = Option(
        None, metavar="DATA", help="Labelled rows to measure on. Default: the reviews."
    ),
) -> None:
    """Put a refitted version to use, if it does no worse on held-out reviews than the one in use.

    Exit 1 where it is refused.
    """
    from monitor.evaluate.learn_from_reviews import promote_on_reviews

    rows = _rows(context, data, with_reviews=data is None)
    done = promote_on_reviews(data_dir("models"), name, version, rows)
    for sentence in done.refused:
        show(sentence)
    if done.refused:
        raise Exit(1)
    show(f"{name} {version} is in use")
    for key, figure in done.reached.items():
        show(f"{key}: {done.before[key]} -> {figure}")
