"""`monitor train`, `monitor evaluate`, `monitor models`: refit, measure, verify."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.common import monitor_of, plain, say, show
from monitor.labels.data_files import data_dir
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.evaluate.labelled_data import Labelled

app = typer.Typer(help="The models on this machine.", no_args_is_help=True, rich_markup_mode=None)

DataFile = Annotated[
    Path, typer.Argument(metavar="DATA", help="Labelled rows, .jsonl or .jsonl.gz.")
]
AsFormat = Annotated[Literal["text", "json"], typer.Option(help="How to write it.")]
Phrases = Annotated[
    Path | None,
    typer.Option(
        "--literals",
        help="A catalogue (JSON: id, patterns) whose literal phrases are counted apart.",
    ),
]
Measured = Annotated[
    Path | None,
    typer.Option(
        "--write-measured",
        metavar="PATH",
        help="Write what the rules' pages tell of it (measured.json in the guideline's folder).",
    ),
]
News = Annotated[
    Path | None,
    typer.Option("--general", metavar="PATH", help="With it: news for hits in its rel 0 rows."),
]
Unseen = Annotated[
    bool, typer.Option("--unseen", help="With it: the rules' authors did not know these articles.")
]
TopicForced = Annotated[
    bool, typer.Option("--topic-forced", help="Treat every text as one on trafficking.")
]
SHOWN = 20
"""How many misses and false flags of the guideline are written as text; JSON has all."""


def train(
    context: typer.Context,
    model: Annotated[  # noqa: ARG001 - the one that a desk can refit
        Literal["relevance"], typer.Argument(help="Which model.")
    ],
    version: Annotated[str, typer.Option(help="The new version, like 1.5.0.")],
    data: Annotated[
        Path | None,
        typer.Argument(metavar="DATA", help="Labelled rows to learn from, .jsonl or .jsonl.gz."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Default: the models folder."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same rows and seed, same model.")] = 0,
    with_reviews: Annotated[
        bool, typer.Option("--with-reviews", help="Learn from what reviewers agree on.")
    ] = False,
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


def _rows(context: typer.Context, data: Path | None, *, with_reviews: bool) -> list[Labelled]:
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


evaluate_app = typer.Typer(
    help="Measure models and rules on labelled data.", no_args_is_help=True, rich_markup_mode=None
)


@evaluate_app.command()
def relevance(
    data: DataFile,
    format: AsFormat = "text",
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Measure the model of this language."),
    ] = None,
) -> None:
    """Measure the relevance model: average precision, recall, calibration, per source.

    On data without English: the models of its languages, and what becomes of its articles.
    """
    from monitor.evaluate.evaluate_models import evaluate_relevance

    _show_evaluation(evaluate_relevance(data_dir("models"), data, language), format)


@evaluate_app.command()
def tags(data: DataFile, format: AsFormat = "text") -> None:
    """Measure the taggers: precision and recall of each label."""
    from monitor.evaluate.evaluate_models import evaluate_tags

    _show_evaluation(evaluate_tags(data_dir("models"), data), format)


@evaluate_app.command()
def guideline(
    context: typer.Context,
    data: DataFile,
    format: AsFormat = "text",
    literals: Phrases = None,
    write_measured: Measured = None,
    general: News = None,
    unseen: Unseen = False,
) -> None:
    """Measure the rules on articles in which editors marked the breaches.

    Apart from that: what editors of this desk said of flags of their drafts, if there is a desk.
    """
    from monitor.cli.reviews import said_by_editors
    from monitor.evaluate.rule_precision import evaluate_guideline, load_literals

    monitor = monitor_of(context)
    phrases = load_literals(literals) if literals else None
    result = evaluate_guideline(monitor.guideline, data, literals=phrases)
    result["feedback"] = said_by_editors(monitor)
    if write_measured:
        _write_measured(monitor, result, write_measured, data, general, unseen=unseen)
    show(json.dumps(result, ensure_ascii=False, indent=2) if format == "json" else _rules(result))


def _write_measured(
    desk: Desk,
    result: Mapping[str, Any],
    path: Path,
    data: Path,
    news: Path | None,
    *,
    unseen: bool,
) -> None:
    """Write what pages tell of each rule: the result, and hits in general news if there are any."""
    from monitor.evaluate.rule_precision import evaluate_general
    from monitor.rules.measured_precision import load_measured, measured_of, write_measured

    counted = (_short(news), evaluate_general(desk.guideline, news)) if news else None
    before = load_measured(desk.guideline.path)
    content = measured_of(
        desk.guideline,
        result,
        data=_short(data),
        unseen=unseen,
        day=desk.now().date(),
        general=counted,
        sentences=before.sentences if before else None,
    )
    write_measured(path, content)
    say(f"{path}: {len(content['rules'])} rules")


def _short(file: Path) -> str:
    """Return a data file's name with its folder's, which says what kind of data it is."""
    return "/".join(file.resolve().parts[-2:])


@evaluate_app.command()
def general(context: typer.Context, data: DataFile, topic_forced: TopicForced = False) -> None:
    """Count how often the rules speak in general news: the rel 0 rows of labelled news."""
    from monitor.evaluate.rule_precision import evaluate_general

    result = evaluate_general(monitor_of(context).guideline, data, force_topic=topic_forced)
    show(json.dumps(result, ensure_ascii=False, indent=2))


def _show_evaluation(result: Mapping[str, Any], format: str) -> None:
    from monitor.evaluate.evaluation_report import render_evaluation

    if format == "json":
        show(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        show(render_evaluation(result))


def _rules(result: Mapping[str, Any]) -> str:
    """Return the guideline's figures as a table, with the first misses and false flags."""
    from monitor.cli.reviews import said_lines
    from monitor.evaluate.evaluation_report import columns

    keys = ("sure", "found", "recall", "flags", "right", "precision")
    rows = [(name, *(_cell(row[key]) for key in keys)) for name, row in result["rules"].items()]
    rows.append(("all", *(_cell(result["overall"][key]) for key in keys)))
    if beyond := result.get("beyond_literal"):
        rows.append(("beyond literal phrases", *(_cell(beyond[key]) for key in keys)))
    lines = [f"{result['guideline']} on {result['articles']} articles", ""]
    lines += [columns([("rule", *keys), *rows])]
    lines += said_lines(result["feedback"])
    for name in ("misses", "false_flags"):
        found = result[name]
        lines += ["", f"{name.replace('_', ' ')}: {len(found)}, the first {SHOWN}:"]
        lines += [f"  {plain(json.dumps(entry, ensure_ascii=False))}" for entry in found[:SHOWN]]
    return "\n".join(lines)


def _cell(value: Any) -> Any:
    return "-" if value is None else value


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
    raise typer.Exit(1 if any(state.problem for state in states) else 0)


@app.command()
def promote(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Like relevance-en.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Like 1.1.0.")],
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DATA", help="Labelled rows to measure on. Default: the reviews."
        ),
    ] = None,
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
        raise typer.Exit(1)
    show(f"{name} {version} is in use")
    for key, figure in done.reached.items():
        show(f"{key}: {done.before[key]} -> {figure}")
