"""How a model travels: groups of sources, votes of events, and runs that go on."""

from pathlib import Path

import numpy as np
import pytest

from monitor.classify.cascade import FEATURES
from monitor.evaluate.labelled_data import Labelled, read_labelled
from monitor.records.errors import DataError
from shared_data import SHARED, needs_shared
from training.__main__ import app
from training.leave_out import (
    GroupScores,
    Judged,
    figures,
    measure_sources,
    merged,
    summary,
)
from training.rows import CHOSEN, DEV, GROUPS, REGIONAL, TRAIN


def row(name: str, event: str, rel: int, source: str = "lk_news") -> Labelled:
    return Labelled(name, event, source, "en", "", "", rel, "annotated", sure=True)


ROWS = [
    *(row(f"f{i}", "famous", 2) for i in range(8)),
    row("a", "a", 2),
    row("b", "b", 1),
    row("c", "c", 0),
    row("d", "d", 0),
]


def test_the_rows_of_an_event_have_one_vote() -> None:
    # the famous case is found, the other one is not
    scores = np.array([9.0] * 8 + [-9, 0, 1, 2])
    told = figures(ROWS, scores)
    assert (told["rows"], told["main_subjects"], told["events"]) == (12, 9, 2)
    assert told["recall_at_precision_0.90_rows"] == pytest.approx(8 / 9)
    assert told["recall_at_precision_0.90"] == pytest.approx(1 / 2)
    assert told["average_precision"] == pytest.approx((1 + 2 / 4) / 2)


def test_what_the_encoder_was_not_asked_about_ranks_below() -> None:
    table = np.zeros((3, len(FEATURES)))
    table[0] = [-9, -9, -9, -9, 0, 0]
    table[1, 2:] = np.nan
    table[2] = [-1, -1, 2, 2, 1, 1]
    main = Judged([], table).main
    assert main[1] < main[0] < main[2]


def test_mean_and_worst_are_of_the_groups() -> None:
    good, bad = np.zeros((len(ROWS), len(FEATURES))), np.zeros((len(ROWS), len(FEATURES)))
    good[:, 2] = [each.rel for each in ROWS]
    bad[:, 2] = [-each.rel for each in ROWS]
    told = summary({"x": Judged(ROWS, good), "y": Judged(ROWS, bad)}, frozenset({"a", "c"}))
    assert told["groups"]["x"]["average_precision"] == 1.0
    worst = told["groups"]["y"]["average_precision"]
    assert told["worst"]["average_precision"] == worst < 1
    assert told["mean"]["average_precision"] == pytest.approx((1 + worst) / 2)
    assert told["regional"]["rows"] == 4


def test_scores_of_another_run_count_for_nothing(tmp_path: Path) -> None:
    kept = GroupScores(tmp_path, "feeds, world", "run")
    assert kept.load() is None
    kept.save(np.ones((2, 6)))
    assert kept.path.name == "feeds-world.npz"
    assert kept.load() is not None
    assert GroupScores(tmp_path, "feeds, world", "other").load() is None


def test_groups_that_are_known_are_kept_with_the_same_recipe() -> None:
    def told(group: str, figure: float, rows: int) -> dict[str, object]:
        line = {"average_precision": figure, "recall_at_precision_0.90": figure}
        return {"recipe": {"seed": 0}, "groups": {group: line}, "regional": {"rows": rows}}

    new, known = told("alerts", 0.9, 3), told("feeds, world", 0.7, 9)
    both = merged(new, known)
    assert list(both["groups"]) == ["alerts", "feeds, world"]
    assert both["mean"]["average_precision"] == pytest.approx(0.8)
    assert both["worst"]["average_precision"] == 0.7
    assert both["regional"] == {"rows": 9}
    assert merged(new, known | {"recipe": {"seed": 1}}) == new
    assert merged(new, {}) == new


def test_an_unknown_group_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no group of sources 'moon': there are alerts, releases"):
        measure_sources(tmp_path, tmp_path, groups=["moon"])


@needs_shared
def test_the_groups_hold_all_sources_and_enough_of_each() -> None:
    folder = SHARED / "data" / "relevance"
    names = TRAIN, DEV, REGIONAL
    rows = [each for name in names for each in read_labelled(folder / name)]
    chosen = {each.source for name in CHOSEN for each in read_labelled(folder / name)}
    sources = [source for group in GROUPS.values() for source in group]
    assert len(sources) == len(set(sources))
    held = {each.source for each in rows}
    assert held <= set(sources) <= held | chosen
    for group in GROUPS.values():
        assert sum(each.rel == 2 for each in rows if each.source in group) >= 8


def test_the_command_is_there() -> None:
    from typer.testing import CliRunner

    done = CliRunner().invoke(app, ["sources", "--help"])
    assert done.exit_code == 0
    assert "--work" in done.output
