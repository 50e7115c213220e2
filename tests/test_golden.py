"""What is judged of our own texts stays as it was, unless a behaviour number says otherwise."""

import copy

import pytest

import golden
from monitor.records.stamps import BEHAVIOUR


def test_texts_are_judged_as_the_file_says() -> None:
    then, now = golden.read(), golden.make()
    others = golden.differing(then, now)
    assert not others, golden.advice(others)
    if then["libraries"] != now["libraries"]:
        pytest.skip("made with other versions of libraries: other stamps")
    same = then["stamps"].keys() == now["stamps"].keys() and then["texts"] == now["texts"]
    assert same, "data, texts or numbers changed: python tests/support/golden.py --write"


def test_a_commit_that_judges_otherwise_raises_a_number() -> None:
    then = golden.before()
    if then is None:
        pytest.skip("no history here to compare with")
    others = golden.differing(then, golden.read())
    assert not others, golden.advice(others)


def test_what_differs_is_told_with_the_number_to_raise() -> None:
    then = golden.read()
    now = copy.deepcopy(then)
    assert golden.differing(then, now) == []
    for name in ("tags-en", "thb-en", "names"):
        stamp = next(stamp for stamp in then["stamps"] if stamp.startswith(f"{name}@"))
        now["stamps"][stamp]["articles"]["sha256"] = "0" * 64
    others = golden.differing(then, now)
    assert len(others) == 3
    assert 'raise "tags", "guideline", "names" in BEHAVIOUR' in golden.advice(others)
    assert {golden.behaviour_of(stamp) for stamp in then["stamps"]} == set(BEHAVIOUR)


def test_scores_may_differ_by_the_tolerance_and_no_more() -> None:
    then = golden.read()
    stamp = next(iter(then["stamps"]))
    for more, others in ((2, []), (3, [stamp])):
        now = copy.deepcopy(then)
        said = now["stamps"][stamp]["articles"]
        first, *rest = said["scores"].split()
        said["scores"] = " ".join((str(int(first) + more), *rest))
        assert golden.differing(then, now) == others


def test_other_texts_and_other_stamps_are_not_compared() -> None:
    then = golden.read()
    now = copy.deepcopy(then)
    for said in now["stamps"].values():
        said["examples"]["sha256"] = "0" * 64
    assert golden.differing(then, now)
    now["texts"]["examples"] = "0" * 64
    assert golden.differing(then, now) == []
    now["stamps"] = {f"{stamp}0": said for stamp, said in then["stamps"].items()}
    assert golden.differing(then, now) == []
