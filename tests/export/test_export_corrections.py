"""What is corrected in a tool comes back as a review: exported, changed, and brought back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
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
    each_line,
    key,
    remove_flag,
    remove_form,
)
from monitor.export.columns import CorrectedFormat
from monitor.review.review_queue import Reviewer, undo
from store_samples import NOW

CONFIRMED = (
    "Ama",
    "relevant",
    {
        "form": ("forced_labour", "other"),
        "place": ("TH",),
        "response": ("prosecution",),
        "victim": ("adult",),
    },
)
"""What somebody says who hands in what was exported as it was."""

# One thing corrected, in each format --------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_tag_taken_away_is_said_and_nothing_else(home: Home, format: CorrectedFormat) -> None:
    applied = home.bring(remove_form(home, format), format)
    assert home.said() == [("Ama", "relevant", {"form": ("forced_labour",)})]
    assert home.flags() == {}
    assert (applied.read, applied.corrected, applied.flags, applied.listed) == (3, 1, 0, ())
    if format == "labelstudio":  # which tells that the others were submitted as they were
        assert (applied.confirmed, applied.unchanged, applied.reviews) == (2, 0, 3)
        assert home.said("b") == home.said("c") == [CONFIRMED]
    else:
        assert (applied.confirmed, applied.unchanged, applied.reviews) == (0, 2, 1)
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
    assert (applied.reviews - applied.confirmed, applied.flags) == (0, 1)


@pytest.mark.parametrize("format", ["brat", "labelstudio", "jsonl"])
def test_relevance_changed_is_a_verdict(home: Home, format: CorrectedFormat) -> None:
    home.bring(change_relevance(home, format), format)
    assert home.said() == [("Ama", "borderline", {})]


def unchanged(home: Home, format: CorrectedFormat, **facts: Any) -> Path:
    """Export, and bring back what nobody changed; `facts` are of Label Studio's annotations."""
    out = home.export(format)
    if format == "labelstudio":
        annotate(out, lambda result: None, **facts)
    return corrected_copy(home) if format == "jsonl" else out


@pytest.mark.parametrize(
    ("format", "facts"),
    [
        *((one, {}) for one in FORMATS if one != "labelstudio"),
        ("labelstudio", {"completed_by": None}),
        ("labelstudio", {"last_action": "prediction"}),  # all made of predictions in one go
        ("labelstudio", {"last_action": "imported"}),
        ("labelstudio", {"last_action": "propagated_annotation"}),
        ("labelstudio", {"last_action": "rejected"}),
        ("labelstudio", {"lead_time": None}),  # as older versions make them of predictions
    ],
)
def test_what_comes_back_as_it_was_says_nothing_without_proof_that_somebody_looked(
    home: Home, format: CorrectedFormat, facts: dict[str, Any]
) -> None:
    home.monitor.review(key("a"), "relevant", tags={"form": ["other"]}, reviewer="Kofi")
    before = home.said()
    applied = home.bring(unchanged(home, format, **facts), format)
    assert (applied.read, applied.confirmed, applied.unchanged) == (3, 0, 3)
    assert applied.listed == ()
    assert home.said() == before


# Confirmed by somebody who looked -----------------------------------------------------------------


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"last_action": "submitted", "lead_time": None},
        {"last_action": "updated", "completed_by": {"id": 3, "email": "esi@example.org"}},
        {"last_action": None, "lead_time": 12.5},
    ],
)
def test_a_submitted_annotation_confirms_what_was_exported(
    home: Home, facts: dict[str, Any]
) -> None:
    path = unchanged(home, "labelstudio", **facts)
    applied = home.bring(path, "labelstudio")
    assert (applied.corrected, applied.confirmed, applied.unchanged) == (0, 3, 0)
    assert home.said() == [CONFIRMED]
    assert home.flags() == {}, "that words stay flagged is no word on them"
    again = home.bring(path, "labelstudio")
    assert (again.confirmed, again.said, again.listed) == (0, 3, ())
    assert home.said() == [CONFIRMED]
    (review,) = home.monitor.store.reviews(key("a"))
    assert (review.reviewer, review.at) == ("Ama", NOW)
    undo(home.monitor, review.decision, AMA)
    assert home.said() == []


def test_skipped_drafts_and_bare_predictions_confirm_nothing(home: Home) -> None:
    path = unchanged(home, "labelstudio", was_cancelled=True) / "labelstudio-0001.json"
    assert home.bring(path, "labelstudio").read == 0
    tasks = json.loads(path.read_text("utf-8"))
    for task in tasks:
        task["drafts"], task["annotations"] = task["annotations"], []
    path.write_text(json.dumps(tasks), encoding="utf-8")
    assert home.bring(path, "labelstudio").read == 0
    assert home.said() == []


def test_an_annotation_begun_anew_confirms_what_it_says(home: Home) -> None:
    """One without a word on relevance says nothing; what is not marked was not taken away."""
    path = unchanged(home, "labelstudio", parent_prediction=None) / "labelstudio-0001.json"
    tasks = json.loads(path.read_text("utf-8"))
    for n, task in enumerate(tasks):
        result = task["annotations"][0]["result"]
        names = ("relevance", "response") if n == 0 else ("response",)
        task["annotations"][0]["result"] = [one for one in result if one["from_name"] in names]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    applied = home.bring(path, "labelstudio")
    assert (applied.confirmed, applied.unchanged) == (1, 2)
    assert [home.said(name) for name in "abc"].count([]) == 2
    (said,) = [home.said(name) for name in "abc" if home.said(name)]
    assert said == [("Ama", "relevant", {"response": ("prosecution",)})]


@pytest.mark.parametrize("mark", [{"annotation_approver": "esi"}, {"is_confirmed": True}, {}])
def test_doccanos_approval_confirms_what_was_exported(home: Home, mark: dict[str, Any]) -> None:
    """Older versions write it in each line; later ones only export what is approved."""
    out = home.export("doccano")
    if mark:
        each_line(out / "doccano.jsonl", lambda row: row.update(mark))
    applied = home.bring(out, "doccano", approved=not mark)
    assert applied.confirmed == (1 if mark else 3)
    marked = {scheme: CONFIRMED[2][scheme] for scheme in ("form", "place", "response")}
    assert home.said() == [("Ama", "relevant", marked)], "schemes without words to mark: unseen"
    assert home.bring(out, "doccano", approved=not mark).said == applied.confirmed
    assert len(home.said()) == 1


def test_ones_own_word_holds_before_what_was_left_as_it_was(home: Home) -> None:
    path = unchanged(home, "labelstudio")
    home.monitor.review(key("a"), "borderline", reviewer="Ama")
    home.monitor.review(key("b"), "not_relevant", reviewer="Kofi")
    applied = home.bring(path, "labelstudio")
    assert (applied.confirmed, applied.said) == (2, 1)
    assert home.said() == [("Ama", "borderline", {})]
    assert [one.why for one in applied.listed] == [
        "Ama said borderline, which holds",
        "Kofi says not_relevant",
    ]


def test_agreement_counts_what_was_confirmed(home: Home) -> None:
    """Of three articles two people read, one was corrected: two in three agree."""
    path = home.folder / "first"
    shutil.copytree(change_relevance(home, "labelstudio"), path)
    other = unchanged(home, "labelstudio")
    home.bring(path, "labelstudio")
    home.bring(other, "labelstudio", Reviewer("Esi"))
    told = json.loads((home.export("jsonl") / "manifest.json").read_text("utf-8"))
    agreement = told["files"][0]["labels"]["agreement"]
    assert (agreement["articles"], round(agreement["share"], 2)) == (3, 0.67)


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_file_again_changes_nothing(home: Home, format: CorrectedFormat) -> None:
    out = remove_form(home, format)
    home.bring(out, format)
    before = home.said()
    applied = home.bring(out, format)
    assert (applied.corrected, applied.confirmed) == (0, 0)
    assert applied.said == (3 if format == "labelstudio" else 1)
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
    out = remove_form(home, "doccano")
    home.monitor.review(key("a"), "not_relevant", tags={"form": ["other"]}, reviewer="Kofi")
    home.monitor.review(key("b"), "not_relevant", reviewer="Kofi")
    applied = home.bring(out, "doccano")
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
