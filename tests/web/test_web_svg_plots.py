"""Plots as the server draws them: places, words, and nothing that depends on colour."""

from itertools import pairwise

import pytest
from lxml import html

from monitor.stats.panels import Proportion, Ranges
from monitor.stats.plots import Bars
from monitor.web.page_frame import environment
from monitor.web.svg_plots import Plot, plot_bars, plot_ranges

HOSTILE = '"><script>alert(1)</script>'


def drawn(plot: Plot) -> html.HtmlElement:
    source = '{% from "plots.html" import plot %}{{ plot(one) }}'
    return html.fromstring(environment().from_string(source).render(one=plot))


def test_bars_stand_within_the_plot_and_are_as_high_as_they_count() -> None:
    bars = Bars("By week", ("a", "b"), (("items", (10, 4)), ("stories", (5, 0))), marks=(1,))
    plot = plot_bars(bars, "p")
    assert [round(box.high, 1) for box in plot.boxes] == [180.0, 72.0, 90.0, 0.0]
    assert all(box.y + box.high == pytest.approx(plot.boxes[0].y + 180) for box in plot.boxes)
    assert all(0 <= box.x <= box.x + box.wide <= 100 for box in plot.boxes)
    assert [line.kind for line in plot.lines].count("mark") == 1
    values = [word.text for word in plot.words if word.kind == "value"]
    assert values == ["10", "4", "5", "0"]
    assert "Feeds changed at 1" in plot.told


@pytest.mark.parametrize("most", [0, 1, 3, 7, 12, 99, 100, 101, 4_321, 1_000_000])
def test_the_scale_reaches_the_highest_bar_in_whole_steps(most: int) -> None:
    plot = plot_bars(Bars("T", ("a",), (("n", (most,)),)), "p")
    ticks = [int(w.text.replace(",", "")) for w in plot.words if w.kind == "tick" and w.x == 9.0]
    assert ticks[0] == 0
    assert ticks[-1] >= most
    assert 2 <= len(ticks) <= 6
    assert len({b - a for a, b in pairwise(ticks)}) == 1


def test_many_bars_have_few_labels_and_no_numbers() -> None:
    plot = plot_bars(Bars("T", tuple(map(str, range(90))), (("n", (1,) * 90),)), "p")
    assert not [w for w in plot.words if w.kind == "value"]
    assert len([w for w in plot.words if w.kind == "tick" and w.x > 9]) <= 6


def test_a_series_is_told_by_its_pattern_and_named_beside() -> None:
    one = drawn(plot_bars(Bars("T", ("a",), (("items", (2,)), ("stories", (1,)))), "p"))
    fills = {rect.get("fill") for rect in one.xpath(".//*[name()='svg'][@role]/*[name()='rect']")}
    assert fills == {"url(#p-p0)", "url(#p-p1)"}
    assert [" ".join(li.text_content().split()) for li in one.xpath(".//li")] == [
        *("items", "stories")
    ]
    assert not one.xpath(".//*[@style]")


def test_words_from_outside_are_words() -> None:
    across = plot_bars(Bars("T", (HOSTILE,), (("n", (3,)),), across=True), "p")
    ranges = plot_ranges([Ranges(HOSTILE, (Proportion("n", 5, 20, (0.1, 0.4)),))], "T", "q")
    assert ranges is not None
    for plot in (across, ranges):
        shown = drawn(plot)
        assert not shown.xpath("//script")
        assert HOSTILE in shown.text_content()


def test_shares_have_their_figures_beside_them_and_none_is_made_up() -> None:
    few = Ranges("Post", (), "No share is told: 3 stories, and a share takes 20.")
    plot = plot_ranges(
        [Ranges("Echo", (Proportion("flagged", 5, 20, (0.112, 0.469)),)), few], "T", "p"
    )
    assert plot is not None
    said = [word.text for word in plot.words]
    assert "5 of 20, 25 % (11 to 47)" in said
    assert few.why in said
    assert len([line for line in plot.lines if line.kind == "range"]) == 3
    assert plot_ranges([few], "T", "p") is None
