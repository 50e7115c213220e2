"""Figures as people read them: model cards in Markdown, evaluations in a terminal.

The words are in `templates/`; here is only how they are laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from training.judge_options import NAME as RULES

from monitor.classify.encoder import NAME as ENCODER
from monitor.classify.relevance import NAME as RELEVANCE
from monitor.classify.tags import NAME as TAGS
from monitor.countries import country_name
from monitor.evaluate.reliability import reliability_plot
from monitor.types import MEASURED_FROM, SCORE_TOLERANCE

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = {RELEVANCE: "relevance.md", TAGS: "tags.md", ENCODER: "encoder.md", RULES: "rules.md"}
_ERROR_KEYS = ("id", "kind", "relevance", "any", "shown")


def model_card(meta: Mapping[str, Any], files: Mapping[str, bytes]) -> str:
    """Return the card of a model, its `README.md`, from its `meta.json` and its files."""
    # only the relevance models of languages with little news have no name of their own
    template = _TEMPLATES.get(meta["name"], "language.md")
    more: dict[str, Any] = {
        "megabytes": sum(map(len, files.values())) / 1e6,
        "score_tolerance": SCORE_TOLERANCE,
        "measured_from": MEASURED_FROM,
    }
    if template == "relevance.md":
        more |= _of_relevance(meta["scores"])
    return _environment().get_template(template).render(meta=meta, **more)


def render_evaluation(result: Mapping[str, Any]) -> str:
    """Return what `evaluate_relevance` or `evaluate_tags` found, for a terminal."""
    template = "languages.txt" if "languages" in result else "evaluation.txt"
    errors = [[each[key] for key in _ERROR_KEYS] for each in result.get("errors", ())]
    text = (
        _environment().get_template(template).render(result=result, errors=[_ERROR_KEYS, *errors])
    )
    return text.removesuffix("\n")


def columns(rows: str | Iterable[Sequence[Any]]) -> str:
    """Return a table in columns for a terminal, its first row the heads.

    `rows` may be a text with a row a line and cells between bars.
    """
    cells = _cells(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    )


def _markdown(rows: str | Iterable[Sequence[Any]]) -> str:
    head, *body = _cells(rows)
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(rows: str | Iterable[Sequence[Any]]) -> list[list[str]]:
    if isinstance(rows, str):
        return [[cell.strip() for cell in line.split("|")] for line in rows.strip().splitlines()]
    return [[_figure(cell) for cell in row] for row in rows]


def _figure(value: Any) -> str:
    """Return a cell: floats with three digits, all else as it is."""
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _percent(share: float, digits: int = 0) -> str:
    return f"{share:.{digits}%}"


def _of_relevance(scores: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a relevance card tells besides the figures: columns, and the mix of dev."""
    from training.fusion import KEPT
    from training.source_groups import GROUPS

    from monitor.evaluate.linear_fit import LEAST_SLOPE

    measured = {"linear, cross-validated": scores["cross_validation"]}
    if "dev_crossed" in scores:
        measured["held-out train events"] = scores["held_out"]
        if "held_out_regional" in scores:
            measured["held-out regional events"] = scores["held_out_regional"]
        measured["dev, cross-fitted"] = scores["dev_crossed"]
    measured["dev, as shipped"] = scores["dev"]
    kinds = scores["dev"]["hard_kinds"]
    travelled = scores.get("sources", {}).get("groups", {})
    return {
        "measured": measured,
        "annotated": sum(cell["rows"] for cell in kinds.values()),
        "hard": sum(cell["rows"] for kind, cell in kinds.items() if kind.endswith("rel 0")),
        "kept": KEPT,
        "least_slope": LEAST_SLOPE,
        "groups": GROUPS,
        "missing": [group for group in GROUPS if group not in travelled],
    }


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - cards are Markdown, evaluations plain text
        loader=PackageLoader("monitor.train"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "columns": columns,
        "country": country_name,
        "figure": _figure,
        "markdown": _markdown,
        "percent": _percent,
        "plot": reliability_plot,
    }
    return environment
