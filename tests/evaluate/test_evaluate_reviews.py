"""Reviews as training rows: agreement, second thoughts, conflicts."""

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest

from monitor.classify.features import read_article
from monitor.classify.model_files import load_folder
from monitor.classify.relevance import load_relevance
from monitor.evaluate.learn_from_reviews import review_rows
from monitor.labels.schemes import check_labels
from monitor.records.article import Article, Review
from monitor.records.errors import UsageError
from training.relevance import train_relevance

TOLD = ("A goal in the cup.", "Smuggled over the border.", "Forced labour in a kiln.")
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def article(name="a", language="en"):
    text = "Police freed nine workers."
    return Article(name, "", "Case", text, "", language, None, NOW, f"sha-{name}")


def review(reviewer, verdict, **tags):
    return Review("a", "sha-a", reviewer, verdict, tags, NOW)


def test_what_all_agree_on_is_a_row():
    tags = {"form": ("forced_labour",), "victim": ("adult",)}
    said = [review("Ama", "relevant", **tags), review("Kofi", "relevant")]
    result = review_rows([(article(), said)], language="en")
    (row,) = result.rows
    assert (row.rel, row.form, row.victim, row.place) == (2, ("forced_labour",), "adult", None)
    assert row.basis == "review"
    assert result.conflicts == ()


def test_the_latest_review_of_each_holds():
    said = [review("Ama", "relevant"), review("Ama", "not_relevant")]
    result = review_rows([(article(), said)], language="en")
    assert [row.rel for row in result.rows] == [0]
    assert result.conflicts == ()


def test_a_conflict_is_told_and_not_learned():
    said = [review("Ama", "relevant"), review("Kofi", "not_relevant")]
    result = review_rows([(article(), said)], language="en")
    assert result.rows == ()
    (conflict,) = result.conflicts
    assert (conflict.article_id, conflict.scheme) == ("a", "relevance")
    assert conflict.said == {"Ama": "relevant", "Kofi": "not_relevant"}


def test_a_conflict_of_tags_leaves_the_verdict():
    said = [
        review("Ama", "relevant", form=("forced_labour",), place=("GH",)),
        review("Kofi", "relevant", form=("forced_begging",)),
    ]
    result = review_rows([(article(), said)], language="en")
    (row,) = result.rows
    assert (row.rel, row.form, row.place) == (2, None, ("GH",))
    assert [conflict.scheme for conflict in result.conflicts] == ["form"]


def test_another_language_is_not_learned():
    assert (
        review_rows([(article(language="pt"), [review("", "relevant")])], language="en").rows == ()
    )


def test_labels_are_checked():
    assert check_labels({"place": ["th", "GH"], "form": []}) == {"form": (), "place": ("GH", "TH")}
    for tags, said in (
        ({"form": ["slavery"]}, "'slavery' is no label of 'form'"),
        ({"colour": ["red"]}, "'colour' is no scheme"),
        ({"place": ["XX"]}, "'XX' is no ISO 3166-1"),
        ({"victim": []}, "exactly one"),
    ):
        with pytest.raises(UsageError, match=said):
            check_labels(tags)


def made(folder):
    """A labelled corpus in which nobody has heard of zorbing."""
    for name in ("train", "dev"):
        rows = []
        for number in range(60):
            rel = number % 3
            text = ("A goal in the cup.", "Smuggled over the border.", "Forced labour in a kiln.")[
                rel
            ]
            rows.append(
                {
                    "id": f"{name}{number}",
                    "source": "made",
                    "language": "en",
                    "rel": rel,
                    "title": f"News {number}",
                    "text": f"{text} On day {number}.",
                    "basis": "annotated",
                }
            )
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in rows)


def test_the_model_learns_from_reviews(tmp_path):
    made(tmp_path)
    reviewed = [
        (
            replace(
                article(f"z{n}"), title=f"Zorbing case {n}", text="They zorbed him for months."
            ),
            [replace(review("Ama", "relevant"), article_id=f"z{n}")],
        )
        for n in range(12)
    ]
    rows = review_rows(reviewed, language="en").rows
    make = partial(train_relevance, tmp_path, ablations=False)
    without = make(tmp_path / "a", version="9.0.0")
    learned = make(tmp_path / "b", version="9.0.0", reviews=rows)
    assert "reviews_rel" not in without["training"]
    assert learned["training"]["reviews_rel"] == {"2": 12, "1": 0, "0": 0}
    assert learned["training"]["reviews_until"] == NOW.isoformat()
    odds = []
    for folder in ("a", "b"):
        model = load_relevance(load_folder(tmp_path / folder / "relevance-en" / "9.0.0"))
        reading = read_article("Zorbing again", "They zorbed her for months.", model.cues)
        odds.append(model.log_odds(reading)[0])
    assert odds[1] > odds[0] + 1
