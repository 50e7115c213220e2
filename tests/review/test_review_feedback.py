"""Was this flag right: counted, in words, and in the form of `measured.json`."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import own_guide
from monitor.app import Monitor
from monitor.records.errors import NotFound, UsageError
from monitor.review.flag_feedback import (
    ChangedError,
    as_measured,
    describe_rule,
    evaluated,
    said_words,
    say_flag,
)
from monitor.rules.measured_precision import Measured
from monitor.settings import CheckSettings, Settings
from store_samples import NOW

RULE = "unfortunate-victim"


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[Monitor]:
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=str(own_guide.make(tmp_path))))
    with Monitor(settings, now=lambda: NOW) as monitor:
        yield monitor


def test_what_is_said_is_told_with_its_interval(desk: Monitor) -> None:
    rows = desk.store.feedback
    assert describe_rule(desk, RULE, rows())["feedback"] is None
    assert said_words(None) == []
    for right in (True, True, True, False):
        say_flag(desk, RULE, right=right, client="page", guideline=desk.guideline.stamp)
    told = describe_rule(desk, RULE, rows())["feedback"]
    assert (told["hits"], told["right"], told["precision"]) == (4, 3, 0.75)
    assert told["interval"] == [0.301, 0.954]
    assert told["current"]
    assert said_words(told)[0] == (
        "Editors said of 3 of 4 flags of their drafts that they were right, on "
        f"{NOW.date()} (95 % interval: 30 to 95 %)."
    )
    assert evaluated(rows(), desk.guideline)["rules"] == {RULE: told}
    assert describe_rule(desk, "no-such-rule", rows()) is None


def test_what_was_said_of_earlier_rules_is_told_apart(desk: Monitor) -> None:
    earlier = "own-guide@0.9.0+0123456789ab"
    day = (NOW - timedelta(days=3)).date()
    desk.store.count_feedback(earlier, RULE, right=False, day=day, client="page")
    desk.store.count_feedback("other@1+0", RULE, right=False, day=day, client="page")
    said = say_flag(desk, RULE, right=True, client="lsp", severity="warning")
    assert (said.hits, said.right, said.current_hits, said.current_right) == (2, 1, 1, 1)
    told = describe_rule(desk, RULE, desk.store.feedback())["feedback"]
    assert (told["since"], told["date"]) == (day.isoformat(), NOW.date().isoformat())
    assert not told["current"]
    assert said_words(told)[-1] == "Of the rules as they are now: 1 of 1."
    content = as_measured(desk.store.feedback(), desk.guideline, NOW.date())
    row = Measured.model_validate(content).rules[RULE]
    assert (row.flags, row.right) == (1, 1)


def test_of_two_guidelines_each_has_its_own(tmp_path: Path) -> None:
    one = own_guide.make(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    for file in one.iterdir():
        text = file.read_text(encoding="utf-8").replace("own-guide", "other")
        (other / file.name).write_text(text, encoding="utf-8")
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=(str(one), str(other))))
    with Monitor(settings, now=lambda: NOW) as desk:
        say_flag(desk, RULE, right=False, client="page", guideline="other")
        say_flag(desk, RULE, right=True, client="page")
        rows = desk.store.feedback()
        for name, right in ((RULE, 1), (f"own-guide/{RULE}", 1), (f"other/{RULE}", 0)):
            told = describe_rule(desk, name, rows)["feedback"]
            assert (told["hits"], told["right"]) == (1, right), name


def test_no_word_from_outside_is_stored(desk: Monitor) -> None:
    with pytest.raises(NotFound):
        say_flag(desk, "a word of a draft", right=True, client="page")
    with pytest.raises(ChangedError):
        say_flag(desk, RULE, right=True, client="page", guideline="a word of a draft")
    with pytest.raises(UsageError):
        say_flag(desk, RULE, right=True, client="a word of a draft")
    with pytest.raises(UsageError):
        say_flag(desk, RULE, right=True, client="page", severity="a word of a draft")
    assert desk.store.feedback() == []
