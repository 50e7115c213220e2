"""`monitor evaluate`, `train` and `models`: measured on labelled data, refitted and promoted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Context, Exit

from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, say, show, show_as, show_json
from monitor.labels.data_files import data_dir
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.evaluate.labelled_data import Labelled

app, models_app = common.group(), common.group()

ERRORS_SHOWN = 20
"""How many misses and false flags of the guideline are written as text; JSON has all."""
DataFile = Annotated[Path, Argument(metavar="DATA", help="Labelled rows, .jsonl or .jsonl.gz.")]


@app.command()
def relevance(
    data: DataFile,
    format: common.TextOrJson = "text",
    language: str | None = option("Measure the model of this language.", metavar="CODE"),
) -> None:
    """Measure the relevance model: average precision, recall, calibration, per source.

    On data without English: the models of its languages, and what becomes of its articles.
    """
    from monitor.evaluate.evaluate_models import evaluate_relevance
    from monitor.evaluate.evaluation_report import render_evaluation

    result = evaluate_relevance(data_dir("models"), data, language)
    show_as(format, result, render_evaluation(result).split("\n"), indent=2)


@app.command()
def tags(data: DataFile, format: common.TextOrJson = "text") -> None:
    """Measure the taggers: precision and recall of each label."""
    from monitor.evaluate.evaluate_models import evaluate_tags
    from monitor.evaluate.evaluation_report import render_evaluation

    result = evaluate_tags(data_dir("models"), data)
    show_as(format, result, render_evaluation(result).split("\n"), indent=2)


@app.command()
def guideline(
    context: Context,
    data: DataFile,
    format: common.TextOrJson = "text",
    literals: Path | None = option(
        "A catalogue (JSON: id, patterns) whose literal phrases are counted apart."
    ),
    write_measured: Path | None = option(
        "Write what the rules' pages tell of it (measured.json in the guideline's folder).",
        metavar="PATH",
    ),
    general: Path | None = option("With it: news for hits in its rel 0 rows.", metavar="PATH"),
    unseen: bool = flag("--unseen", "With it: the rules' authors did not know these articles."),
) -> None:
    """Measure the rules on articles in which editors marked the breaches.

    Apart from that: what editors of this desk said of flags of their drafts, if there is a desk.
    """
    from monitor.cli.reviews import said_by_editors, said_lines
    from monitor.evaluate.evaluation_report import columns
    from monitor.evaluate.rule_precision import evaluate_general, evaluate_guideline, load_literals
    from monitor.rules.measured_precision import load_measured, measured_of
    from monitor.rules.measured_precision import write_measured as write_file

    monitor = monitor_of(context)
    phrases = load_literals(literals) if literals else None
    result = evaluate_guideline(monitor.guideline, data, literals=phrases)
    result["feedback"] = said_by_editors(monitor)
    if write_measured:  # what pages tell of each rule, with hits in general news if there is any
        # a data file's folder says what kind of data it is
        named, *of_news = ("/".join(file.resolve().parts[-2:]) for file in (data, general) if file)
        before = load_measured(monitor.guideline.path)
        content = measured_of(
            monitor.guideline,
            result,
            data=named,
            unseen=unseen,
            day=monitor.now().date(),
            general=(of_news[0], evaluate_general(monitor.guideline, general)) if general else None,
            sentences=before.sentences if before else None,
        )
        write_file(write_measured, content)
        say(f"{write_measured}: {len(content['rules'])} rules")
    keys = ("sure", "found", "recall", "flags", "right", "precision")
    rules = [*result["rules"].items(), ("all", result["overall"])]
    if beyond := result.get("beyond_literal"):
        rules.append(("beyond literal phrases", beyond))
    rows = [
        (name, *("-" if figures[key] is None else figures[key] for key in keys))
        for name, figures in rules
    ]
    lines = [f"{result['guideline']} on {result['articles']} articles", ""]
    lines += columns([("rule", *keys), *rows]).split("\n")
    lines += said_lines(result["feedback"])
    for name in ("misses", "false_flags"):
        found = result[name]
        lines += ["", f"{name.replace('_', ' ')}: {len(found)}, the first {ERRORS_SHOWN}:"]
        lines += [f"  {json.dumps(one, ensure_ascii=False)}" for one in found[:ERRORS_SHOWN]]
    show_as(format, result, lines, indent=2)


@app.command()
def editors(
    context: Context,
    data: DataFile,
    second: Path = argument("Marks in the same articles by an editor who worked apart."),
    judged: list[Path] | None = option(
        "Flags that an editor judged: JSON Lines with id, rule, start, end, verdict.",
        metavar="PATH",
    ),
    ask: Path | None = option(
        "Write the flags that nobody marked nor judged, mixed with decoys, to be judged.",
        metavar="PATH",
    ),
    format: common.TextOrJson = "text",
) -> None:
    """Measure the rules against two editors, beside what these find of each other's marks.

    A flag is right where either marked it, or where it was judged right; recall counts what both
    hold sure.
    """
    from monitor.evaluate import two_editors

    guideline = monitor_of(context).guideline
    read = two_editors.read_twice(guideline, two_editors.read_pairs(data, second))
    known = two_editors.read_judged(judged or ())
    if ask:
        rows = two_editors.flags_to_judge(guideline, read, known)
        ask.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        say(f"{ask}: {len(rows)} flags to judge")
    result = two_editors.compare_editors(guideline, read, known)
    show_as(format, result, two_editors.render_editors(result), indent=2)


@app.command()
def general(
    context: Context,
    data: DataFile,
    topic_forced: bool = flag("--topic-forced", "Treat every text as one on trafficking."),
) -> None:
    """Count how often the rules speak in general news: the rel 0 rows of labelled news."""
    from monitor.evaluate.rule_precision import evaluate_general

    result = evaluate_general(monitor_of(context).guideline, data, force_topic=topic_forced)
    show_json(result, indent=2)


def train(
    context: Context,
    model: Literal["relevance"] = argument("Which model."),  # noqa: ARG001 - the only one
    version: str = option("The new version, like 1.5.0.", ...),
    data: Path | None = argument(
        "Labelled rows to learn from, .jsonl or .jsonl.gz.", None, metavar="DATA"
    ),
    output: Path | None = option(
        "Default: the models folder.", None, "-o", "--output", metavar="DIR"
    ),
    seed: int = option("Same rows and seed, same model.", 0),
    with_reviews: bool = flag("--with-reviews", "Learn from what reviewers agree on."),
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


@models_app.command("list")
def list_() -> None:
    """Print the models: name, version, whether it is in use."""
    from monitor.classify.model_files import list_models

    for state in list_models(data_dir("models")):
        use = "in use" if state.used else ("released" if state.released else "trial")
        show(f"{state.name}\t{state.version}\t{state.problem or use}")


@models_app.command()
def verify() -> None:
    """Check every file of every model against its sha256; exit 1 if one is not whole."""
    from monitor.classify.model_files import list_models

    states = list_models(data_dir("models"))
    for state in states:
        show(f"{state.name} {state.version}: {state.problem or 'whole'}")
    raise Exit(1 if any(state.problem for state in states) else 0)


@models_app.command()
def promote(
    context: Context,
    name: str = argument("Like relevance-en.", metavar="NAME"),
    version: str = argument("Like 1.1.0.", metavar="VERSION"),
    data: Path | None = option(
        "Labelled rows to measure on. Default: the reviews.", metavar="DATA"
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
