"""Reviews as training rows: agreement, second thoughts, conflicts."""

from datetime import UTC, datetime

import pytest

from monitor.errors import UsageError
from monitor.labels import check_labels
from monitor.train.reviews import review_rows
from monitor.types import Article, Review

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
