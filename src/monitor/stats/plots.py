"""Plots that are read in black and white: hatching and labels, never colour alone.

matplotlib: the page needs SVG and Word needs PNG of the same plot, with a font that is there on
every machine. Its text is never read as mathematics.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HATCHES = ("", "////", "---", "xxxx")
SHADES = ("0.35", "0.9", "1.0", "0.75")
LABEL_CHARS = 44
_STYLE: Any = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "monitor",
    "font.size": 9,
    "hatch.linewidth": 0.6,
}
_PROLOGUE = re.compile(r"\A.*?(?=<svg)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars of one or several series; `labels` name the bars, `marks` stand at some (by place).

    `stacked` is false for series that overlap in what they count: they stand side by side.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    across: bool = False
    marks: tuple[int, ...] = ()


def draw(bars: Bars, kind: Literal["svg", "png"]) -> bytes:
    """Return a plot as SVG (UTF-8, an element to stand in a page) or as PNG.

    A page sizes the SVG; screen readers, which pass it over, read the table that stands beside it.
    """
    import matplotlib as mpl

    with warnings.catch_warnings(), mpl.rc_context(_STYLE):
        # A letter that the font does not have is a box in Word; the table beside names it.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        high = max(2.2, 0.9 + 0.3 * len(bars.labels) * max(1, len(bars.series) / 2))
        figure = Figure(figsize=(7.2, min(high, 12)) if bars.across else (7.2, 2.8), dpi=150)
        FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        _fill(axes, bars)
        axes.spines[["top", "right"]].set_visible(False)
        if len(bars.series) > 1:
            axes.legend(frameon=False, fontsize=8, loc="best", handlelength=2.5)
        figure.tight_layout()
        file = io.BytesIO()
        metadata: dict[str, Any] = {"Date": None} if kind == "svg" else {"Software": None}
        figure.savefig(file, format=kind, metadata=metadata)
    if kind == "png":
        return file.getvalue()
    text = _PROLOGUE.sub("", file.getvalue().decode())
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    head, _, rest = text.partition(">")
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    prefix = re.sub(r"\W+", "-", bars.title.casefold())
    rest = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>{prefix}-", rest)
    return f'{head} aria-hidden="true">{rest}'.encode()


def _fill(axes: Axes, bars: Bars) -> None:
    """Draw bars across, the first on top, with numbers; or by day, dashed where feeds changed."""
    from matplotlib.ticker import MaxNLocator

    thick = 0.8 / len(bars.series)
    for place, (name, values) in enumerate(bars.series):
        at = [n + place * thick - 0.4 + thick / 2 for n in range(len(values))]
        drawn = (axes.barh if bars.across else axes.bar)(
            at,
            values,
            thick,
            label=name,
            hatch=HATCHES[place % len(HATCHES)],
            facecolor=SHADES[place % len(SHADES)],
            edgecolor="black",
            linewidth=0.6,
        )
        if bars.across:
            axes.bar_label(drawn, padding=2, fontsize=7)
    if bars.across:
        axes.set_yticks(range(len(bars.labels)), [_short(label) for label in bars.labels])
        axes.invert_yaxis()
        if len(bars.series) == 1:
            axes.set_xlabel(bars.series[0][0])
    else:
        for mark in bars.marks:
            axes.axvline(mark - 0.5, color="black", linestyle="--", linewidth=0.9)
        shown = range(0, len(bars.labels), max(1, -(-len(bars.labels) // 10)))
        axes.set_xticks(list(shown), [bars.labels[n] for n in shown])
    axis: Any = axes.xaxis if bars.across else axes.yaxis
    axis.set_major_locator(MaxNLocator(integer=True))


def _short(label: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in label)
    return shown if len(shown) <= LABEL_CHARS else shown[: LABEL_CHARS - 1] + "…"
