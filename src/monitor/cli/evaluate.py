"""`monitor evaluate`: models and rules measured on labelled data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Context, Option

from monitor.cli.common import TextOrJson, group, monitor_of, say, show_as, show_json
from monitor.labels.data_files import data_dir

app = group()

ERRORS_SHOWN = 20
"""How many misses and false flags of the guideline are written as text; JSON has all."""
DataFile = Annotated[Path, Argument(metavar="DATA", help="Labelled rows, .jsonl or .jsonl.gz.")]


@app.command()
def relevance(
    data: DataFile,
    format: TextOrJson = "text",
    language: str | None = Option(None, metavar="CODE", help="Measure the model of this language."),
) -> None:
    """Measure the relevance model: average precision, recall, calibration, per source.

    On data without English: the models of its languages, and what becomes of its articles.
    """
    from monitor.evaluate.evaluate_models import evaluate_relevance
    from monitor.evaluate.evaluation_report import render_evaluation

    result = evaluate_relevance(data_dir("models"), data, language)
    show_as(format, result, render_evaluation(result).split("\n"), indent=2)


@app.command()
def tags(data: DataFile, format: TextOrJson = "text") -> None:
    """Measure the taggers: precision and recall of each label."""
    from monitor.evaluate.evaluate_models import evaluate_tags
    from monitor.evaluate.evaluation_report import render_evaluation

    result = evaluate_tags(data_dir("models"), data)
    show_as(format, result, render_evaluation(result).split("\n"), indent=2)


@app.command()
def guideline(
    context: Context,
    data: DataFile,
    format: TextOrJson = "text",
    literals: Path | None = Option(
        None, help="A catalogue (JSON: id, patterns) whose literal phrases are counted apart."
    ),
    write_measured: Path | None = Option(
        None,
        metavar="PATH",
        help="Write what the rules' pages tell of it (measured.json in the guideline's folder).",
    ),
    general: Path | None = Option(
        None, metavar="PATH", help="With it: news for hits in its rel 0 rows."
    ),
    unseen: bool = Option(
        False, "--unseen", help="With it: the rules' authors did not know these articles."
    ),
) -> None:
    """Measure the rules on articles in which editors marked the breaches.

    Apart from that: what editors of this desk said of flags of their drafts, if there is a desk.
    """
    from monitor.cli.reviews import said_by_editors
    from monitor.evaluate.rule_precision import (
        evaluate_general,
        evaluate_guideline,
        load_literals,
    )
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
    show_as(format, result, _guideline_lines(result), indent=2)


@app.command()
def general(
    context: Context,
    data: DataFile,
    topic_forced: bool = Option(
        False, "--topic-forced", help="Treat every text as one on trafficking."
    ),
) -> None:
    """Count how often the rules speak in general news: the rel 0 rows of labelled news."""
    from monitor.evaluate.rule_precision import evaluate_general

    result = evaluate_general(monitor_of(context).guideline, data, force_topic=topic_forced)
    show_json(result, indent=2)


def _guideline_lines(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield the guideline's figures as a table, with the first misses and false flags."""
    from monitor.cli.reviews import said_lines
    from monitor.evaluate.evaluation_report import columns

    keys = ("sure", "found", "recall", "flags", "right", "precision")
    named = [*result["rules"].items(), ("all", result["overall"])]
    if beyond := result.get("beyond_literal"):
        named.append(("beyond literal phrases", beyond))
    rows = [
        (name, *("-" if figures[key] is None else figures[key] for key in keys))
        for name, figures in named
    ]
    yield from (f"{result['guideline']} on {result['articles']} articles", "")
    yield from columns([("rule", *keys), *rows]).split("\n")
    yield from said_lines(result["feedback"])
    for name in ("misses", "false_flags"):
        found = result[name]
        yield from ("", f"{name.replace('_', ' ')}: {len(found)}, the first {ERRORS_SHOWN}:")
        for entry in found[:ERRORS_SHOWN]:
            yield f"  {json.dumps(entry, ensure_ascii=False)}"
