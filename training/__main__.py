"""Command line of the makers of models: `python -m training`, run from a checkout."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from monitor.classify.model_files import model_versions
from monitor.classify.model_stamps import ENCODER
from monitor.evaluate.labelled_data import Labelled
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError, MonitorError, UsageError

app = typer.Typer(
    name="training",
    help="Make the models that are shipped, measure them, put them to use.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
DataFile = Annotated[
    Path, typer.Argument(metavar="DATA", help="Labelled rows, .jsonl or .jsonl.gz.")
]
AsFormat = Annotated[Literal["text", "json"], typer.Option(help="How to write it.")]


def say(line: str) -> None:
    """Print a line about the work to stderr."""
    typer.echo(line, err=True)


@app.command()
def fit(
    model: Annotated[
        Literal["relevance", "tags", "encoder", "rules", "people"],
        typer.Argument(help="Which model."),
    ],
    data: Annotated[
        Path,
        typer.Argument(
            metavar="DATA",
            help="The folder of the labelled news; rules, people: the one above it.",
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
        Path | None,
        typer.Option(metavar="DESK", help="Also learn from the reviews of the desk there."),
    ] = None,
    work: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Rules, people: where trained parts are kept. Default: a cache."
        ),
    ] = None,
    part: Annotated[
        str | None,
        typer.Option(
            metavar="PART",
            help="Rules, people: train 0, 1, 2 or whole alone. Default: all, then the model.",
        ),
    ] = None,
    start: Annotated[
        Path | None,
        typer.Option(
            metavar="MODEL",
            help="Rules: the folder of an earlier version to go on from, which has not learned "
            "from the articles of two editors.",
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

    An encoder's training that was stopped goes on where it was; the models of the rules and of
    people are trained in four parts, which several processes may share. New versions are on trial
    until promoted.
    """
    out = output or data_dir("models")
    common: dict[str, Any] = {"version": version, "seed": seed, "say": say}
    reviews = _reviews(with_reviews) if with_reviews else ()
    in_parts, foreign = model in ("rules", "people"), language != "en"
    more = encoder is not None or bool(reviews)
    other = not in_parts and foreign and (model != "relevance" or more)
    for message, wrong in {
        f"the model of the {model} is English, needs no encoder or reviews": in_parts
        and (foreign or more),
        "--work and --part are for the model of the rules": not in_parts and any((work, part)),
        "--run and --start are for the model of the rules": model != "rules" and bool(run or start),
        f"'{language}' has a relevance model only, without encoder or reviews": other,
        "the encoder does not learn from reviews; train relevance with them": reviews
        and model == "encoder",
    }.items():
        if wrong:
            raise UsageError(message)
    from training.encoder import train_encoder

    if in_parts:
        from training.people_roles import train_roles
        from training.rule_model import train_rules

        common |= {"work": work, "part": part}
        meta = (
            train_roles(data, out, **common)
            if model == "people"
            else train_rules(data, out, run=run, start=start, **common)
        )
    elif foreign:
        from training.languages import train_language

        meta = train_language(data, out, language=language, **common)
    elif model == "encoder":
        meta = train_encoder(data, out, **common)
    else:
        from training.relevance import train_relevance
        from training.tags import train_tags

        fused = None if encoder is None else out / ENCODER / encoder
        if fused is None:
            try:
                fused = model_versions(out, ENCODER)[-1]
            except ModelError:
                say(f"no encoder in {out}: the model will be linear alone")
        elif not fused.exists():
            train_encoder(data, out, **common | {"version": encoder})
        train = train_tags if model == "tags" else train_relevance
        meta = train(data, out, encoder=fused, reviews=reviews, **common)
    if meta:
        typer.echo(out / meta["name"] / meta["version"])


def _reviews(desk: Path) -> Sequence[Labelled]:
    from monitor.app import open_monitor
    from monitor.evaluate.learn_from_reviews import review_rows
    from monitor.settings import load_settings

    with open_monitor(load_settings(desk / "monitor.toml")) as monitor:
        found = review_rows(monitor.store.reviewed(), language="en")
    say(f"{len(found.rows)} reviewed articles to learn from, {len(found.conflicts)} conflicts")
    return found.rows


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
        typer.echo(sentence)
    if done.refused:
        raise typer.Exit(1)
    typer.echo(f"{name} {version} is in use")
    for key, (old, new) in done.floors.items():
        typer.echo(f"floor of {key}: {old} -> {new}")


@app.command()
def languages(
    data: DataFile,
    format: AsFormat = "text",
    language: Annotated[
        list[str] | None, typer.Option(metavar="CODE", help="Only this one; may be given again.")
    ] = None,
) -> None:
    """Cross-validate relevance in other languages than English, refitted with five seeds."""
    from monitor.evaluate.evaluate_models import treatment
    from monitor.evaluate.labelled_data import read_labelled
    from training.languages import evaluate_languages

    treated = treatment(data_dir("models"), read_labelled(data))
    result = {**evaluate_languages(data, language or ()), "treated": treated}
    _show(result, "languages.txt", format)


@app.command()
def labels(
    model: Annotated[Literal["tags", "policy"], typer.Argument(help="Which model.")],
    data: DataFile,
    format: AsFormat = "text",
) -> None:
    """Measure a model on the rows of DATA that the project has labelled by hand.

    Tags: indicators, victims, places of origin and transit. Policy: institutions, instruments,
    topics, vulnerability, partnership.
    """
    from training.tag_scores import evaluate_labels, evaluate_policy

    measure = evaluate_policy if model == "policy" else evaluate_labels
    _show(measure(data_dir("models"), data), "labels.txt", format)


@app.command()
def answers(
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="The folder above relevance and spans.")
    ],
) -> None:
    """Compare the answers to questions on whole texts with those of editors, as counts."""
    from monitor.app import open_monitor
    from training.answer_scores import score_answers

    found = score_answers(open_monitor().guideline, data)
    typer.echo(json.dumps(found, indent=1))


@app.command()
def sources(
    data: Annotated[Path, typer.Argument(metavar="DATA", help="The folder of the labelled news.")],
    work: Annotated[
        Path, typer.Option("--work", metavar="DIR", help="Where each group's scores are kept.")
    ],
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="PATH", help="Write the figures there; what it has stays."),
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
    typer.echo(text)


def _show(result: dict[str, Any], template: str, format: Literal["text", "json"]) -> None:
    from monitor.evaluate.evaluation_report import render
    from training.model_cards import TEMPLATES

    if format == "json":
        typer.echo(json.dumps(result, ensure_ascii=False, indent=2))
    else:
        typer.echo(render(template, TEMPLATES, result=result))


if __name__ == "__main__":
    try:
        app()
    except MonitorError as error:
        say(f"error: {error}")
        sys.exit(2)
