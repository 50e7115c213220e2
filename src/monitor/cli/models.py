"""`monitor train`, `monitor evaluate`, `monitor models`: make, measure, verify."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from monitor.cli.context import monitor_of
from monitor.cli.output import plain, say, show
from monitor.config import data_dir

if TYPE_CHECKING:
    from monitor.core import Monitor
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
    model: Annotated[
        Literal["relevance", "tags", "encoder", "rules"], typer.Argument(help="Which model.")
    ],
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="The folder of the labelled news; rules: the one above it and spans.",
        ),
    ],
    version: Annotated[str, typer.Option(help="The new version, like 1.1.0.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Default: the models folder."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Same data and seed, same model.")] = 0,
    encoder: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION",
            help="Relevance: the encoder to fuse with, trained first if it is not there yet. "
            "Default: the newest there; none: linear alone.",
        ),
    ] = None,
    language: Annotated[
        str, typer.Option(metavar="CODE", help="Relevance: es, fr, id, pt, tet, th; linear.")
    ] = "en",
    with_reviews: Annotated[
        bool, typer.Option("--with-reviews", help="Also learn from what reviewers agree on.")
    ] = False,
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Rules: where trained parts are kept. Default: a cache folder."
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="PART",
            help="Rules: train 0, 1, 2 or whole alone. Default: all, then the model.",
        ),
    ] = None,
    run: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="Rules: parts trained before (0-RUN.npz), fitted to what the rules flag now.",
        ),
    ] = None,
) -> None:
    """Train a model from data files, with its card and measured scores.

    An encoder's training that was stopped goes on where it was; the judge of the rules is trained
    in four parts, which several processes may share. New versions are on trial until
    `monitor models promote`.
    """
    from training.make import make_model

    out = output or data_dir("models")
    reviews = _reviews(context) if with_reviews else ()
    meta = make_model(
        model,
        data,
        out,
        version=version,
        seed=seed,
        encoder=encoder,
        language=language,
        reviews=reviews,
        work=work,
        part=part,
        run=run,
        say=say,
    )
    if meta:
        show(str(out / meta["name"] / meta["version"]))


def _reviews(context: typer.Context) -> Sequence[Labelled]:
    """Return the desk's reviews as rows; tell how many there are and where reviewers differ."""
    from monitor.evaluate.learn_from_reviews import review_rows

    found = review_rows(monitor_of(context).store.reviewed(), language="en")
    for conflict in found.conflicts:
        said = "; ".join(f"{name or 'unnamed'}: {label}" for name, label in conflict.said.items())
        say(f"reviewers differ on {conflict.article_id}, {conflict.scheme}: {said}")
    say(f"{len(found.rows)} reviewed articles to learn from, {len(found.conflicts)} conflicts")
    return found.rows


evaluate_app = typer.Typer(
    help="Measure models and rules on labelled data.", no_args_is_help=True, rich_markup_mode=None
)


@evaluate_app.command()
def relevance(
    data: DataFile,
    format: AsFormat = "text",
    language: Annotated[
        str | None,
        typer.Option(metavar="CODE", help="Refit and cross-validate the model of this language."),
    ] = None,
) -> None:
    """Measure the relevance model: average precision, recall, calibration, per source.

    On data without English: the models of its languages, refitted with five seeds.
    """
    from monitor.evaluate.evaluate_models import evaluate_relevance

    _show_evaluation(evaluate_relevance(data_dir("models"), data, language), format)


@evaluate_app.command()
def tags(data: DataFile, format: AsFormat = "text") -> None:
    """Measure the taggers: precision and recall of each label."""
    from monitor.evaluate.evaluate_models import evaluate_tags

    _show_evaluation(evaluate_tags(data_dir("models"), data), format)


@evaluate_app.command()
def policy(data: DataFile, format: AsFormat = "text") -> None:
    """Measure policy context: institutions, instruments, topics, vulnerability, partnership.

    On those rows of the data that the project has read for it: in train and dev.
    """
    from training.policy_labels import evaluate_policy

    _show_evaluation(evaluate_policy(data_dir("models"), data), format)


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
    from monitor.cli.feedback import said_by_editors
    from monitor.guidelines.evaluate import evaluate_guideline
    from monitor.guidelines.literal import load_literals

    monitor = monitor_of(context)
    phrases = load_literals(literals) if literals else None
    result = evaluate_guideline(monitor.guideline, data, literals=phrases)
    result["feedback"] = said_by_editors(monitor)
    if write_measured:
        _write_measured(monitor, result, write_measured, data, general, unseen=unseen)
    show(json.dumps(result, ensure_ascii=False, indent=2) if format == "json" else _rules(result))


def _write_measured(
    monitor: Monitor,
    result: Mapping[str, Any],
    path: Path,
    data: Path,
    news: Path | None,
    *,
    unseen: bool,
) -> None:
    """Write what pages tell of each rule: the result, and hits in general news if there are any."""
    from monitor.guidelines.evaluate import evaluate_general
    from monitor.guidelines.measured import load_measured, measured_of, write_measured

    counted = (_short(news), evaluate_general(monitor.guideline, news)) if news else None
    before = load_measured(monitor.guideline.path)
    content = measured_of(
        monitor.guideline,
        result,
        data=_short(data),
        unseen=unseen,
        day=monitor.now().date(),
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
    from monitor.guidelines.evaluate import evaluate_general

    result = evaluate_general(monitor_of(context).guideline, data, force_topic=topic_forced)
    show(json.dumps(result, ensure_ascii=False, indent=2))


@evaluate_app.command()
def sources(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="The folder of the labelled news.")],
    work: Annotated[
        Path, typer.Option("--work", metavar="DIR", help="Where each group's scores are kept.")
    ],
    write: Annotated[
        Path | None,
        typer.Option(
            "--write",
            metavar="PATH",
            help="Write the figures there; what it has stays.",
        ),
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option("--group", metavar="NAME", help="Train only this one; may be given again."),
    ] = None,
) -> None:
    """Measure how relevance travels: every group of sources by models trained without it.

    Hours of a processor. What is done is kept in --work, and a run that was stopped goes on.
    """
    from training.leave_out import measure_sources, merged

    result = measure_sources(data, work, groups=group or None, say=say)
    if write and write.exists():
        result = merged(result, json.loads(write.read_text(encoding="utf-8")))
    text = json.dumps(result, ensure_ascii=False, indent=1)
    if write:
        write.write_text(text + "\n", encoding="utf-8", newline="\n")
    show(text)


def _show_evaluation(result: Mapping[str, Any], format: str) -> None:
    from monitor.evaluate.evaluation_report import render_evaluation

    if format == "json":
        show(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        show(render_evaluation(result))


def _rules(result: Mapping[str, Any]) -> str:
    """Return the guideline's figures as a table, with the first misses and false flags."""
    from monitor.cli.feedback import said_lines
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
    from monitor.classify import list_models

    for state in list_models(data_dir("models")):
        use = "in use" if state.used else ("released" if state.released else "trial")
        show(f"{state.name}\t{state.version}\t{state.problem or use}")


@app.command()
def verify() -> None:
    """Check every file of every model against its sha256; exit 1 if one is not whole."""
    from monitor.classify import list_models

    states = list_models(data_dir("models"))
    for state in states:
        show(f"{state.name} {state.version}: {state.problem or 'whole'}")
    raise typer.Exit(1 if any(state.problem for state in states) else 0)


@app.command()
def promote(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Like relevance-en.")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="Like 1.1.0.")],
    data: Annotated[
        Path, typer.Option("--data", metavar="DATA", help="The rows that floors.json names.")
    ],
) -> None:
    """Put a trained version to use, if it is nowhere below the floors; raise them if it is better.

    Exit 1 where it is refused.
    """
    from training.promote import promote as promote_version

    done = promote_version(data_dir("models"), name, version, data)
    for sentence in done.refused:
        show(sentence)
    if done.refused:
        raise typer.Exit(1)
    show(f"{name} {version} is in use")
    for key, (old, new) in done.floors.items():
        show(f"floor of {key}: {old} -> {new}")
