"""What pages tell of a rule: limits that follow from its making, and honest measurements."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.records.errors import GuidelineError
from monitor.rules.loading import load_guideline
from monitor.rules.measured_precision import (
    MEASURED,
    load_measured,
    measured_json,
    measured_of,
    measured_words,
    write_measured,
)
from monitor.rules.national_law import load_countries
from monitor.rules.rule_descriptions import describe_rule

THB = Path(__file__).resolve().parents[2] / "guidelines" / "thb-en"
RESULT = {
    "guideline": "thb-en@1.0.0+abc",
    "articles": 150,
    "rules": {
        "slave-noun": {"sure": 4, "found": 3, "flags": 10, "right": 8, "recall": 0.75},
        "sex-slave": {"sure": 0, "found": 0, "flags": 0, "right": 0},
    },
    "scorecard": {
        "no-helpline": {"agree": 6, "false_met": 1, "false_not_met": 2, "unanswered": 4},
    },
}
NEWS = {"articles": 900, "words": 400_000, "rules": {"slave-noun": 2}}


@pytest.fixture(scope="module")
def guideline():
    return load_guideline(THB)


@pytest.fixture
def file(guideline, tmp_path):
    return write(guideline, tmp_path)


def write(guideline, folder, *, unseen=True, general=("news", NEWS)):
    day = date(2026, 11, 25)
    content = measured_of(guideline, RESULT, data="dev", unseen=unseen, day=day, general=general)
    write_measured(folder / MEASURED, content)
    return folder / MEASURED


def rule(guideline, name):
    return next(rule for rule in guideline.rules if rule.id == name)


def test_what_was_measured_is_told(guideline, file):
    told = measured_json(guideline, "slave-noun", load_measured(file.parent))
    assert (told["hits"], told["right"], told["precision"]) == (10, 8, 0.8)
    assert told["independent_hits"] == 10
    assert (told["sure"], told["found"], told["recall"]) == (4, 3, 0.75)
    assert told["general_hits_per_100k_words"] == 0.5
    assert told["examples"] == len(rule(guideline, "slave-noun").examples)
    assert told["current"] is False
    words = " ".join(measured_words(told))
    for part in ("8 of the 10 places", "3 of the 4", "0.5 times", "rules have changed since"):
        assert part in words
    assert "No independent hits" not in words


def test_articles_that_the_authors_knew_are_no_independent_hits(guideline, tmp_path):
    measured = load_measured(write(guideline, tmp_path, unseen=False).parent)
    told = measured_json(guideline, "slave-noun", measured)
    assert (told["hits"], told["independent_hits"]) == (10, 0)
    words = " ".join(measured_words(told))
    assert "8 of the 10 places" in words
    assert "No independent hits yet: those who wrote the rules" in words


def test_the_stamp_in_force_is_told_as_such(guideline, file):
    measured = load_measured(file.parent)
    same = replace(guideline, stamp=RESULT["guideline"])
    told = measured_json(same, "slave-noun", measured)
    assert told["current"] is True
    assert "changed" not in " ".join(measured_words(told))


@pytest.mark.parametrize("name", ["sex-slave", "shelter-location"])
def test_a_rule_without_hits_is_not_praised(guideline, file, name):
    told = measured_json(guideline, name, load_measured(file.parent))
    assert told["precision"] is None
    words = " ".join(measured_words(told))
    assert "No independent hits yet" in words
    assert "not known" in words


def test_a_rule_on_whole_texts_is_not_said_to_flag_nothing(guideline, file):
    told = measured_json(guideline, "no-helpline", load_measured(file.parent))
    assert (told["answers"], told["as_editors"]) == (9, 6)
    words = " ".join(measured_words(told))
    assert "in 6 of 9 articles among 150 as editors had" in words
    assert "flags nothing" not in words


def test_without_measurements_none_are_told(guideline, tmp_path):
    assert load_measured(tmp_path) is None
    told = measured_json(guideline, "slave-noun", None)
    assert told is None
    assert "No independent hits yet" in " ".join(measured_words(told))


def test_every_rule_has_its_line_without_news_too(guideline, tmp_path):
    measured = load_measured(write(guideline, tmp_path, general=None).parent)
    assert list(measured.rules) == [rule.id for rule in guideline.rules]
    told = measured_json(guideline, "slave-noun", measured)
    assert told["general_hits_per_100k_words"] is None
    assert "general news" not in " ".join(measured_words(told))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"date": "yesterday"}, "date"),
        ({"colour": 1}, "colour"),
        ({"schema": 2}, "schema"),
        ({"rules": {"a": {"sure": 1}}}, "rules.a"),
    ],
)
def test_a_wrong_file_is_named(file, change, named):
    file.write_text(json.dumps(json.loads(file.read_text()) | change))
    with pytest.raises(GuidelineError) as caught:
        load_measured(file.parent)
    assert MEASURED in str(caught.value)
    assert named in str(caught.value)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / MEASURED).write_text("{")
    with pytest.raises(GuidelineError, match=MEASURED):
        load_measured(tmp_path)


def test_a_country_whose_law_was_not_found_is_there_with_its_note(guideline):
    told = describe_rule(
        guideline,
        rule(guideline, "child-name-identified"),
        countries=load_countries(THB),
        measured=None,
    )
    countries = {country["code"]: country for country in told["countries"]}
    assert countries["TL"]["law"] == []
    assert "could not be read" in countries["TL"]["note"]
    assert countries["GB"]["law"]
    assert all(country["helplines"] == [] for country in countries.values())


def test_limits_follow_from_how_a_rule_is_made(guideline):
    def limits(name):
        told = describe_rule(guideline, rule(guideline, name), countries={}, measured=None)
        return " ".join(told["limits"])

    document = limits("no-helpline")
    assert "texts of 180 words or more" in document
    assert "does not call the number" in document
    assert "quotation" not in document
    assert "captions and alternative texts only" in limits("child-photo-caption")
    for one in guideline.rules:
        said = limits(one.id)
        assert all(" ".join(limit.split()) in said for limit in one.limits)
        assert ("do not show that they are about trafficking" in said) == (one.gate != "none")
