"""Evaluations as tables in text, from Jinja templates in `templates/`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.evaluate.metrics import reliability_plot
from monitor.labels.countries import country_name

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).parent / "templates"
_ERROR_KEYS = ("id", "kind", "relevance", "any", "shown")


def render_evaluation(result: Mapping[str, Any]) -> str:
    """Return what `evaluate_relevance` or `evaluate_tags` found, for a terminal."""
    if "languages" in result:
        parts = [render_evaluation(each) for each in result["languages"].values()]
        treated = render("treated.txt", treated=result["treated"])
        return "\n\n".join([*parts, treated])
    errors = [[each[key] for key in _ERROR_KEYS] for each in result.get("errors", ())]
    return render("evaluation.txt", result=result, errors=[_ERROR_KEYS, *errors])


def render(template: str, *folders: Path, **values: Any) -> str:
    """Return a template of `folders` or of this package, filled in, without the last line's end."""
    text: str = _environment(folders).get_template(template).render(**values)
    return text.removesuffix("\n")


def columns(rows: str | Iterable[Sequence[Any]]) -> str:
    """Return a table in columns for a terminal, its first row the heads.

    `rows` may be a text with a row a line and cells between bars.
    """
    cells = _cells(rows)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for first, *others in cells:
        right = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        lines.append("  ".join([first.ljust(widths[0]), *right]).rstrip())
    return "\n".join(lines)


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


@cache
def _environment(folders: tuple[Path, ...]) -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - cards are Markdown, evaluations plain text
        loader=FileSystemLoader([*folders, _TEMPLATES]),
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
