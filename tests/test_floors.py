"""Nothing that was reached is lost: every figure of `models/floors.json`, measured again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import floors
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.relevance import Judgement, RelevanceModel, load_relevance
from monitor.evaluate.labelled_data import Labelled
from monitor.evaluate.metrics import relevance_scores
from monitor.records.errors import DataError
from monitor.records.finding import SCORE_TOLERANCE
from shared_data import needs_shared
from training.promote import Floors, read_floors, write_floors

FLOORS = Floors(
    data="somewhere",
    data_sha256="00",
    repeat="do it again",
    at_least={"found": 90, "precision": 0.5},
    at_most={"flagged": 3},
    within=0.001,
)
REACHED = {"found": 90, "precision": 0.5, "flagged": 3}


@pytest.mark.parametrize("name", [name for name, how in floors.MEASURES.items() if not how.slow])
def test_no_figure_is_below_its_floor(name: str, better: dict[str, str]) -> None:
    if not floors.MEASURES[name].here:
        pytest.skip(f"needs development data in {floors.SHARED}")
    written, now = read_floors(floors.MODELS)[name], floors.measure(name, floors.MEASURES[name])
    assert written.data_sha256 == now.data_sha256, (
        "other data: python tests/support/floors.py --raise"
    )
    reached = {**now.at_least, **now.at_most}
    assert written.below(reached) == []
    assert reached.keys() == {**written.at_least, **written.at_most}.keys()
    for key, (floor, figure) in written.better(reached).items():
        better[f"{name} {key}"] = f"{figure:g}, above its floor of {floor:g}"


@needs_shared
def test_the_card_holds_what_the_shipped_model_scores() -> None:
    folder = load_folder(find_model(floors.MODELS, "relevance-en"))
    model = load_relevance(folder)
    rows, said, asked = floors.judged()
    card = numbers(folder.meta.scores["dev"])
    possible = [
        numbers(relevance_scores(rows, nudged(model, rows, said, by), asked))
        for by in (-SCORE_TOLERANCE, 0.0, SCORE_TOLERANCE)
    ]
    assert card.keys() == possible[0].keys()
    for name, value in card.items():
        values = [table[name] for table in possible]
        # one row may fall into the next bin
        slack = SCORE_TOLERANCE + 1 / 170 if name.startswith("calibration") else 0.0001
        assert min(values) - slack <= value <= max(values) + slack, (name, value, values)


def nudged(
    model: RelevanceModel, rows: Sequence[Labelled], said: Sequence[Judgement], by: float
) -> list[Judgement]:
    """Judge again with all scores moved: up where it is about trafficking, down elsewhere."""
    moves = [by if row.rel == 2 else -by for row in rows]
    return [
        model.decide(judgement.main + move, judgement.any + move)
        for judgement, move in zip(said, moves, strict=True)
    ]


def numbers(scores: Mapping[str, Any], above: str = "") -> dict[str, float]:
    """Return every single number by its path; curves are left out."""
    found: dict[str, float] = {}
    for name, value in scores.items():
        if isinstance(value, Mapping):
            found |= numbers(value, f"{above}{name}.")
        elif isinstance(value, int | float):
            found[f"{above}{name}"] = value
    return found


def test_every_section_is_measured_and_says_how() -> None:
    written = read_floors(floors.MODELS)
    assert written.keys() == floors.MEASURES.keys()
    for name, section in written.items():
        assert section.repeat.startswith(
            ("monitor evaluate ", "python -m training ", f"python tests/support/floors.py {name}")
        )
        assert section.within == floors.MEASURES[name].within


def test_counts_have_no_slack() -> None:
    for name, section in read_floors(floors.MODELS).items():
        assert (section.within == 0) == name.startswith("thb-en/")


@pytest.mark.parametrize(
    ("worse", "sentence"),
    [
        ({"found": 89}, "found is 89, its floor is 90"),
        ({"flagged": 4}, "flagged is 4, its floor is 3"),
        ({"precision": float("nan")}, "precision is nan, its floor is 0.5"),
        ({"precision": 0.4989}, "precision is 0.4989, its floor is 0.5"),
    ],
)
def test_what_is_worse_is_told(worse: dict[str, float], sentence: str) -> None:
    assert FLOORS.below(REACHED | worse) == [sentence]
    assert FLOORS.better(REACHED | worse) == {}
    assert FLOORS.raised(REACHED | worse) == FLOORS


def test_what_lies_within_another_processor_s_rounding_is_not_worse() -> None:
    assert FLOORS.below(REACHED | {"precision": 0.499}) == []
    assert FLOORS.raised(REACHED | {"precision": 0.499}) == FLOORS


def test_a_figure_that_was_not_measured_is_worse() -> None:
    assert FLOORS.below({"found": 90, "precision": 0.5}) == [
        "flagged is not measured, its floor is 3"
    ]


def test_floors_rise_to_what_was_reached() -> None:
    reached = {"found": 91, "precision": 0.5, "flagged": 1}
    assert FLOORS.better(reached) == {"found": (90, 91), "flagged": (3, 1)}
    raised = FLOORS.raised(reached)
    assert raised.at_least == {"found": 91, "precision": 0.5}
    assert raised.at_most == {"flagged": 1}


def test_other_data_give_figures_anew() -> None:
    now = Floors("elsewhere", "01", "do it again", {"found": 12}, {"flagged": 9})
    assert floors.raised(FLOORS, now) == now
    assert floors.raised(None, now) == now


def test_floors_are_read_as_written(tmp_path: Path) -> None:
    every = {"a": FLOORS, "b": Floors("d", "00", "r", {}, {"errors": 0})}
    write_floors(tmp_path, every)
    assert read_floors(tmp_path) == every


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "floors.json"),
        ("[]", "floors.json"),
        ('{"a": 1}', "'a' must be an object"),
        ('{"a": {"data": "d"}}', "'a': a key is missing"),
        ('{"a": {"slack": 1}}', "'a' must be an object with keys of at_least"),
        ('{"a": {"data": "", "data_sha256": "", "repeat": "", "at_least": {"n": "1"}}}', "'n' is"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: str, told: str) -> None:
    (tmp_path / "floors.json").write_text(content)
    with pytest.raises(DataError, match=told):
        read_floors(tmp_path)


def test_the_command_tells_and_writes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "data.txt"
    file.write_text("data")
    made = {"made": floors.Measure((file,), "data.txt", lambda: ({"found": 5}, {"flagged": 2}))}
    now = floors.measure("made", made["made"])
    write_floors(tmp_path, {"made": replace(now, at_least={"found": 4})})
    assert floors.main([], made, tmp_path) == 0
    assert "found 5 (floor: 4)" in capsys.readouterr().out
    assert floors.main(["--raise"], made, tmp_path) == 0
    assert json.loads((tmp_path / "floors.json").read_text())["made"]["at_least"] == {"found": 5}
    write_floors(tmp_path, {"made": replace(now, at_least={"found": 6})})
    assert floors.main(["--raise"], made, tmp_path) == 1
    assert "WORSE: found is 5, its floor is 6" in capsys.readouterr().out
    assert read_floors(tmp_path)["made"].at_least == {"found": 6}
