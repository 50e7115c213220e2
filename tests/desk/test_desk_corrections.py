"""What is corrected in a tool comes back as a review: exported, changed, and brought back."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from corrected_exports import (
    AMA,
    FORMATS,
    Home,
    add_form,
    annotate,
    change_relevance,
    corrected_copy,
    key,
    remove_flag,
    remove_form,
)
from monitor.corpus.corrected import CorrectedFormat
from monitor.desk.reviewing import Reviewer, undo
from store_samples import NOW

# One thing corrected, in each format --------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_tag_taken_away_is_said_and_nothing_else(home: Home, format: CorrectedFormat) -> None:
    applied = home.bring(remove_form(home, format), format)
    assert home.said() == [("Ama", "relevant", {"form": ("forced_labour",)})]
    assert home.flags() == {}
    assert (applied.read, applied.corrected, applied.unchanged) == (3, 1, 2)
    assert (applied.reviews, applied.flags, applied.listed) == (1, 0, ())
    assert home.said("b") == home.said("c") == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_label_added_is_said(home: Home, format: CorrectedFormat) -> None:
    applied = home.bring(add_form(home, format), format)
    assert home.said() == [
        ("Ama", "relevant", {"form": ("forced_begging", "forced_labour", "other")})
    ]
    assert applied.listed == ()


@pytest.mark.parametrize("format", FORMATS)
def test_a_flag_taken_away_is_called_wrong(home: Home, format: CorrectedFormat) -> None:
    applied = home.bring(remove_flag(home, format), format)
    assert home.said() == []
    assert home.flags() == {("victim-as-slave", "title", 0, 5): False}
    assert (applied.reviews, applied.flags) == (0, 1)


@pytest.mark.parametrize("format", ["brat", "labelstudio", "jsonl"])
def test_relevance_changed_is_a_verdict(home: Home, format: CorrectedFormat) -> None:
    home.bring(change_relevance(home, format), format)
    assert home.said() == [("Ama", "borderline", {})]


@pytest.mark.parametrize("format", FORMATS)
def test_what_comes_back_as_it_was_says_nothing(home: Home, format: CorrectedFormat) -> None:
    home.monitor.review(key("a"), "relevant", tags={"form": ["other"]}, reviewer="Kofi")
    before = home.said()
    out = home.export(format)
    if format == "labelstudio":
        annotate(out, lambda result: None)
    elif format == "jsonl":
        out = corrected_copy(home)
    applied = home.bring(out, format)
    assert (applied.read, applied.unchanged, applied.listed) == (3, 3, ())
    assert home.said() == before


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_file_again_changes_nothing(home: Home, format: CorrectedFormat) -> None:
    out = remove_form(home, format)
    home.bring(out, format)
    before = home.said()
    applied = home.bring(out, format)
    assert (applied.corrected, applied.said) == (0, 1)
    assert home.said() == before


@pytest.mark.parametrize(
    ("format", "degree"),
    [("brat", "none"), ("labelstudio", "quotes"), ("doccano", "none"), ("jsonl", "quotes")],
)
def test_without_words_it_comes_back_all_the_same(
    home: Home, format: CorrectedFormat, degree: Any
) -> None:
    home.text = degree
    applied = home.bring(remove_form(home, format), format)
    assert applied.listed == ()
    assert home.said() == [("Ama", "relevant", {"form": ("forced_labour",)})]


# Beside what others and oneself said --------------------------------------------------------------


def test_anothers_word_stands_and_is_told(home: Home) -> None:
    home.monitor.review(key("a"), "not_relevant", tags={"form": ["other"]}, reviewer="Kofi")
    home.monitor.review(key("b"), "not_relevant", reviewer="Kofi")
    applied = home.bring(remove_form(home, "doccano"), "doccano")
    assert home.said() == [
        ("Kofi", "not_relevant", {"form": ("other",)}),
        ("Ama", "relevant", {"form": ("forced_labour",)}),
    ]
    (told,) = applied.listed
    assert (told.kind, told.article_id, told.why) == (
        "conflict",
        key("a"),
        "Kofi says of form: other",
    )
    assert told.where.endswith("doccano.jsonl:1")
    applied = home.bring(change_relevance(home, "brat"), "brat", Reviewer("Esi"))
    assert {one.why for one in applied.listed} == {"Kofi says not_relevant", "Ama says relevant"}


def test_two_annotators_in_one_file_are_told_apart(home: Home) -> None:
    """Both say it under one name, of which the later word holds."""
    path = change_relevance(home, "labelstudio") / "labelstudio-0001.json"
    tasks = json.loads(path.read_text("utf-8"))
    (task,) = [one for one in tasks if one["data"]["article"] == key("a")]
    second = json.loads(json.dumps(task["annotations"][0]).replace("borderline", "not_relevant"))
    task["annotations"].append(second)
    path.write_text(json.dumps(tasks), encoding="utf-8")
    (told,) = home.bring(path, "labelstudio").listed
    assert (told.kind, told.article_id) == ("conflict", key("a"))
    assert told.why.endswith(", annotation 1 says otherwise in the same name: the later holds")
    assert [verdict for _, verdict, _ in home.said()] == ["borderline", "not_relevant"]
    assert len(home.bring(path, "labelstudio").listed) == 2, "said before, and otherwise since"
    assert len(home.said()) == 2


def test_anothers_word_on_a_flag_stands_and_is_told(home: Home) -> None:
    home.bring(remove_flag(home, "jsonl"), "jsonl", Reviewer("Kofi"))
    assert home.bring(remove_flag(home, "brat"), "brat").listed == ()
    store = home.monitor.store
    version = store.article(key("a"), ()).article.sha256
    (_, said), *_ = store.flags_told(key("a"), version)
    store.decide([], [replace(said, right=True)], reviewer="Esi", provisional=False, now=NOW)
    applied = home.bring(remove_flag(home, "doccano"), "doccano", Reviewer("Yaw"))
    assert [one.why for one in applied.listed] == [
        "Esi says that the flag victim-as-slave is right"
    ]
    assert [(name, one.right) for name, one in store.flags_told(key("a"), version)] == [
        *(("Kofi", False), ("Ama", False), ("Esi", True), ("Yaw", False)),
    ]


def test_ones_own_earlier_word_goes_on(home: Home) -> None:
    home.monitor.review(key("a"), "borderline", tags={"gender": ["male"]}, reviewer="Ama")
    out = remove_form(home, "brat")
    home.bring(out, "brat")
    assert home.said() == [
        ("Ama", "borderline", {"gender": ("male",)}),
        ("Ama", "borderline", {"form": ("forced_labour",), "gender": ("male",)}),
    ]
    home.monitor.review(key("a"), "relevant", tags={"form": ["other"]}, reviewer="Ama")
    applied = home.bring(out, "brat")
    assert [one.why for one in applied.listed] == ["Ama said so before, and otherwise since"]
    assert len(home.said()) == 3
    assert home.said()[-1] == ("Ama", "relevant", {"form": ("other",)})


def test_it_is_undone_as_any_decision(home: Home) -> None:
    out = remove_form(home, "brat")
    home.bring(out, "brat")
    (review,) = home.monitor.store.reviews(key("a"))
    undo(home.monitor, review.decision, AMA)
    assert home.said() == []
    home.bring(out, "brat")
    assert len(home.said()) == 1


def test_a_dry_run_stores_nothing(home: Home) -> None:
    applied = home.bring(remove_form(home, "brat"), "brat", dry_run=True)
    assert (applied.corrected, applied.reviews) == (1, 1)
    assert home.said() == []
