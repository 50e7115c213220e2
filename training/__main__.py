"""Command line of the makers of models: `python -m training`, run from a checkout."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from monitor.evaluate.labelled_data import Labelled
from monitor.labels.data_files import data_dir
from monitor.records.errors import MonitorError

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
        Path | None,
        typer.Option(metavar="DESK", help="Also learn from the reviews of the desk there."),
    ] = None,
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

    An encoder's training that was stopped goes on where it was; the model of the rules is trained
    in four parts, which several processes may share. New versions are on trial until promoted.
    """
    from training.make import make_model

    out = output or data_dir("models")
    meta = make_model(
        model,
        data,
        out,
        version=version,
        seed=seed,
        encoder=encoder,
        language=language,
        reviews=_reviews(with_reviews) if with_reviews else (),
        work=work,
        part=part,
        run=run,
        say=say,
    )
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
    from training.model_cards import render_languages

    treated = treatment(data_dir("models"), read_labelled(data))
    result = {**evaluate_languages(data, language or ()), "treated": treated}
    typer.echo(_json(result) if format == "json" else render_languages(result))


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
    from training.model_cards import render_labels
    from training.tag_scores import evaluate_labels, evaluate_policy

    measure = evaluate_policy if model == "policy" else evaluate_labels
    result = measure(data_dir("models"), data)
    typer.echo(_json(result) if format == "json" else render_labels(result))


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


def _json(result: Mapping[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    try:
        app()
    except MonitorError as error:
        say(f"error: {error}")
        sys.exit(2)
