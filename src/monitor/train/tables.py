"""Figures as tables of plain text (terminal) or Markdown (model cards)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a Markdown table; figures get three digits."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(figure, line)) + " |" for line in lines)


def text_table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a table in columns for a terminal."""
    cells = [[figure(cell) for cell in line] for line in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def figure(value: Any) -> str:
    """Return a cell: floats with three digits, all else as it is."""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def relevance_rows(scores: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the figures of a relevance model as name and value, in reading order."""
    at, feed = scores["at_threshold"], scores["feed"]
    return [
        ("rows (rel 2 / 1 / 0)", " / ".join(str(scores["rel"][k]) for k in ("2", "1", "0"))),
        ("average precision, rel 1 left out", scores["average_precision"]),
        ("recall at precision 0.90, rel 1 left out", scores["recall_at_precision_0.90"]),
        ("average precision, rel 1 as negative", scores["average_precision_rel1_negative"]),
        ("average precision, rel >= 1 as positive", scores["average_precision_rel1_positive"]),
        ("the same by the output for rel >= 1", scores["average_precision_any"]),
        ("at the threshold: precision, rel 1 left out", at["precision"]),
        ("at the threshold: recall", at["recall"]),
        ("at the threshold: precision, rel 1 as negative", at["precision_rel1_negative"]),
        ("recall with the borderline section", at["recall_with_borderline"]),
        ("rel 1 shown as relevant", at["rel1_relevant"]),
        ("rel 1 shown as borderline", at["rel1_borderline"]),
        ("borderline items", at["borderline"]),
        ("borderline items that are rel 1 or 2", at["borderline_precision_any"]),
        ("calibration error", scores["calibration_error"]),
        ("the same by chance alone", scores["calibration_error_by_chance"]),
        ("calibration error, annotated rows", scores["calibration_error_annotated"]),
        ("the same by chance alone", scores["calibration_error_annotated_by_chance"]),
        ("precision projected to 0.3 %, negatives as sampled", feed["precision_as_sampled"]),
        ("precision projected to 0.3 %, hard negatives at 0.3 %", feed["precision_as_in_feed"]),
        ("false alarms in 10,000 articles, as in a feed", feed["false_per_10000_as_in_feed"]),
    ]


def source_rows(scores: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the figures within each source."""
    keys = ("positives", "rows", "average_precision", "recall_at_precision_0.90")
    return [(name, *(row[key] for key in keys)) for name, row in scores["sources"].items()]


def interval_rows(scores: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the bootstrap intervals of full articles of general outlets."""
    names = {
        "average_precision": "average precision",
        "recall_at_precision_0.90": "recall at precision 0.90",
    }
    return [
        (names[key], f"{low:.3f} to {high:.3f}")
        for key, (low, high) in scores["general_outlets_interval"].items()
    ]


def kind_rows(scores: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return how many hard negatives of each kind are shown."""
    keys = ("rows", "relevant", "borderline")
    return [(kind, *(cell[key] for key in keys)) for kind, cell in scores["hard_kinds"].items()]


def reliability_rows(curve: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Return a reliability curve bin by bin."""
    return [(bin_["rows"], bin_["said"], bin_["true"]) for bin_ in curve]


def asked_rows(scores: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the share of each kind of row that the encoder reads."""
    names = {
        "rel2": "main subject",
        "rel1": "borderline",
        "hard_negatives": "annotated negatives",
        "sampled_negatives": "sampled negatives",
        "natural_mix": "these negatives with 0.3 % main subjects",
        "feed": "a national feed: the same with 0.3 % hard negatives",
    }
    return [(names[key], f"{share:.1%}") for key, share in scores["asked"].items()]


def label_rows(scores: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return n, precision, recall and F1 of each label, then of all together."""
    keys = ("precision", "recall", "f1")
    rows: list[tuple[Any, ...]] = [
        (label, row["n"], *(row[key] for key in keys)) for label, row in scores["labels"].items()
    ]
    rows.append(("micro", "", *(scores["micro"][key] for key in keys)))
    if "micro_without_majority" in scores:
        without = scores["micro_without_majority"]
        rows.append(
            ("micro without the majority label, or unknown", "", *(without[key] for key in keys))
        )
    return rows


def experimental_text(experimental: Mapping[str, Sequence[str]]) -> str:
    """Return the labels with few examples as one line; `*` is every label not named elsewhere."""
    return "; ".join(
        f"{scheme}: {', '.join('all others' if label == '*' else label for label in labels)}"
        for scheme, labels in experimental.items()
        if labels
    )


def region_rows(scores: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return how many main-subject articles of each region are found."""
    keys = ("n", "relevant", "relevant_or_borderline")
    return [(region, *(row[key] for key in keys)) for region, row in scores["regions"].items()]


REGION_HEADER = ("region of exploitation", "n", "relevant", "relevant or borderline")
SOURCE_HEADER = ("source", "positives", "rows", "average precision", "recall at precision 0.90")
KIND_HEADER = ("annotated rows by their words", "rows", "relevant", "borderline")
RELIABILITY_HEADER = ("rows", "mean score", "share that is main")
ASKED_HEADER = ("rows", "read by the encoder")
SPREAD_FIGURES = {
    "average_precision": "average precision",
    "recall_at_precision_0.90": "recall at precision 0.90",
    "average_precision_any": "average precision, rel >= 1 as positive",
}
LABEL_HEADER = ("label", "n", "precision", "recall", "F1")


def render_evaluation(result: Mapping[str, Any]) -> str:
    """Return what `evaluate_relevance` or `evaluate_tags` found, for a terminal."""
    if "languages" in result:
        return _render_languages(result)
    parts = [f"{result['model']} on {result['data']}"]
    if "schemes" in result:
        for scheme, scores in result["schemes"].items():
            parts += [f"{scheme}, {scores['rows']} rows"]
            parts += [text_table(LABEL_HEADER, label_rows(scores))]
        for part, tables in result.get("indicators", {}).items():
            for name, scores in tables.items():
                parts += [f"{name}, {part}, {scores['rows']} rows, one annotator"]
                parts += [text_table(LABEL_HEADER, label_rows(scores))]
        parts += [f"experimental (under 20 examples): {experimental_text(result['experimental'])}"]
    else:
        parts += [text_table(("figure", "value"), relevance_rows(result["scores"]))]
        parts += [text_table(SOURCE_HEADER, source_rows(result["scores"]))]
        parts += [text_table(REGION_HEADER, region_rows(result["scores"]))]
        parts += _relevance_parts(result)
    return "\n\n".join(parts)


def spread(value: Mapping[str, float]) -> str:
    """Return a figure over several seeds as a cell: mean, lowest, highest."""
    return f"{value['mean']:.3f} ({value['low']:.3f} to {value['high']:.3f})"


def _render_languages(result: Mapping[str, Any]) -> str:
    rows = [
        (
            language,
            " / ".join(str(scores["rel"][k]) for k in ("2", "1", "0")),
            scores["stories"],
            *(spread(scores[key]) for key in SPREAD_FIGURES),
            scores["average_precision_of_terms"],
        )
        for language, scores in result["languages"].items()
    ]
    header = ("language", "rel 2 / 1 / 0", "stories", *SPREAD_FIGURES.values(), "counting terms")
    treated = [
        (language, ", ".join(f"{count} {what}" for what, count in counts.items()))
        for language, counts in result["treated"].items()
    ]
    return "\n\n".join(
        (
            f"cross-validated on {result['data']}",
            "mean (lowest to highest) over five seeds, near-duplicates in one fold, rel 1 left out",
            text_table(header, rows),
            "where nothing tells the language but the text:",
            text_table(("language", "articles"), treated),
        )
    )


def _relevance_parts(result: Mapping[str, Any]) -> list[str]:
    scores = result["scores"]
    interval = text_table(("general outlets", "95 % interval"), interval_rows(scores))
    parts = [interval, text_table(KIND_HEADER, kind_rows(scores))]
    for name in ("reliability", "reliability_annotated"):
        parts += [name, text_table(RELIABILITY_HEADER, reliability_rows(scores[name]))]
    if scores["asked"]:
        parts.append(text_table(ASKED_HEADER, asked_rows(scores)))
    errors = result["errors"]
    keys = ("id", "kind", "relevance", "any", "shown")
    rows = [tuple(error[key] for key in keys) for error in errors]
    return [*parts, f"errors: {len(errors)}, the worst first", text_table(keys, rows)]
