"""The gate before the models: what opens it, and files it refuses."""

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.classify.relevance import Prefilter, parse_prefilter, prefilter_json
from monitor.evaluate.labelled_data import Labelled
from monitor.records.errors import ModelError
from training.relevance import GateOptions, fit_gate

GATE = Prefilter(("traffick",), {"locked": 4.0, "passport": 3.0, "match": -5.0}, -2.0, 0.0)


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("TRAFFICKING charges", True),
        ("He locked the door and kept her passport.", True),
        ("The match was won.", False),
        ("", False),
        ("A passport for the match", False),
    ],
)
def test_what_opens(text, opens):
    assert (GATE.shut_out(text) is None) is opens


def test_headline_and_text_count_together():
    alone = Prefilter((), {"locked": 2.0, "passport": 2.0}, -2.5, 0.0)
    assert alone.shut_out("Locked") is not None
    assert alone.shut_out("Locked", "in, without a passport") is None


@given(st.text())
def test_any_text_is_weighed(text):
    assert GATE.shut_out(text, text) is None or GATE.weigh(text, text) < GATE.threshold


def test_a_gate_survives_its_file():
    assert parse_prefilter(json.loads(json.dumps(prefilter_json(GATE))), "gate.json") == GATE


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"more": 1}, "nothing else"),
        ({"weights": {"a": "b"}}, "'weights'"),
        ({"openers": [""]}, "'openers'"),
        ({"threshold": None}, "'threshold'"),
    ],
)
def test_a_broken_file_is_named(change, said):
    with pytest.raises(ModelError, match=rf"gate\.json: .*{said}"):
        parse_prefilter(prefilter_json(GATE) | change, "gate.json")


def row(number, text, rel):
    return Labelled(str(number), str(number), "s", "en", "News", text, rel, "annotated", sure=True)


def test_fitting_keeps_what_it_promises():
    dice = random.Random(3)
    noise = [f"word{i}" for i in range(40)]
    rows = []
    for number in range(120):
        rel = 2 if number % 4 == 0 else 0
        told = ["locked", "passport"] if rel else ["match", "goal"]
        rows.append(row(number, " ".join([*dice.sample(noise, 12), *told]), rel))
    every = np.ones(len(rows), dtype=bool)
    fitted = fit_gate(rows, every, 0, GateOptions(keep=30, recall=1.0))
    assert fitted.passed["rel 2"] == 1.0
    assert fitted.passed["rel 0"] < 0.2
    assert len(fitted.gate.weights) == 30
    main, any_ = fitted.shut
    assert main.probability(-5) < main.probability(5)
    assert main == any_
    again = fit_gate(rows, every, 0, GateOptions(keep=30, recall=1.0))
    assert (again.gate, again.shut) == (fitted.gate, fitted.shut)
