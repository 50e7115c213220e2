"""Several guidelines in force: a newsroom's own beside the one that it extends, and others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from time import monotonic, sleep

import pytest

import own_guide
from monitor.check.drafts import GuidelineResult, answer_json, in_language
from monitor.records.errors import GuidelineError, UsageError
from monitor.rules.checker import check_document
from monitor.rules.rule_reloading import (
    LOOK_EVERY_S,
    GuidelineLoader,
    InForce,
    rule_on,
)
from monitor.text.document import Document

HARBOUR = own_guide.RULE.replace("unfortunate-victim", "no-harbour").replace(
    "unfortunate", "harbour"
)
"""A rule of the same words at another place."""
TEXT = "The unfortunate victim saw a harbour victim."


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`tiny`, `ours` and `theirs` that extend it, `other` in Spanish with the same rule."""
    parent = tmp_path_factory.mktemp("guides")
    own_guide.tiny(parent)
    own_guide.own(parent, "ours", HARBOUR)
    own_guide.own(parent, "theirs", HARBOUR.replace("no-harbour", "a-port"))
    own_guide.tiny(parent, "other", language="es")
    return parent


@pytest.fixture(scope="module")
def all_four(folders: Path) -> InForce:
    return loaded(folders, "ours", "other", "theirs")


def loaded(folders: Path, *names: str) -> InForce:
    return GuidelineLoader([folders / name for name in names]).in_force


def told(in_force: InForce, document: Document) -> Iterator[GuidelineResult]:
    for ruling in in_force.rulings:
        guideline, severity = ruling.guideline, ruling.severity
        found = check_document(guideline, document, disable=ruling.disable, severity=severity)
        yield GuidelineResult(guideline, found, ruling.missed)


def test_what_is_extended_runs_once_and_each_has_its_own_rules(all_four: InForce) -> None:
    rules = {one.id: [rule.id for rule in one.rules] for one in all_four.guidelines}
    assert rules == {
        "tiny": ["unfortunate-victim"],
        "ours": ["no-harbour"],
        "other": ["unfortunate-victim"],
        "theirs": ["a-port"],
    }
    assert all_four.stamp.split() == [one.stamp for one in all_four.guidelines]
    assert len(set(all_four.stamp.split())) == 4


def test_findings_of_all_stand_by_place_and_name_theirs(all_four: InForce) -> None:
    answer = answer_json(list(told(all_four, Document(TEXT, language="en"))), Document(TEXT))
    found = [(f["match"], f["rule"], f["guideline"]) for f in answer["findings"]]
    assert found == [
        ("unfortunate victim", "unfortunate-victim", "tiny"),
        ("unfortunate victim", "unfortunate-victim", "other"),
        ("harbour victim", "no-harbour", "ours"),
        ("harbour victim", "a-port", "theirs"),
    ]
    assert answer["coverage"]["checked"] == "part"  # in English, and short; not "none" in Spanish


def test_some_are_chosen_by_id_or_stamp_with_what_they_extend(all_four: InForce) -> None:
    assert all_four.chosen(None) is all_four
    assert ids(all_four.chosen("theirs")) == ["tiny", "theirs"]
    assert ids(all_four.chosen(["tiny"])) == ["tiny"]
    assert ids(all_four.chosen([all_four.guidelines[2].stamp, "ours"])) == [
        "tiny",
        "ours",
        "other",
    ]
    with pytest.raises(UsageError, match=r"no guideline 'absent' here .*tiny, ours, other"):
        all_four.chosen(["ours", "absent"])
    with pytest.raises(UsageError, match="name a guideline"):
        all_four.chosen([])


def test_those_in_its_language_speak_of_a_text(all_four: InForce) -> None:
    def speaking(language: str | None, text: str = "") -> list[str]:
        spoken = in_language(all_four, Document(text, language=language))
        return [ruling.guideline.id for ruling in spoken]

    assert speaking("en-GB") == ["tiny", "ours", "theirs"]
    assert speaking("es") == ["other"]
    assert speaking(None, "La policía encontró a las víctimas en un bar del puerto.") == ["other"]
    assert speaking("fr") == speaking(None) == ids(all_four)


def ids(in_force: InForce) -> list[str]:
    return [guideline.id for guideline in in_force.guidelines]


def test_settings_of_rules_hold_over_all_by_id_or_whole_name(all_four: InForce) -> None:
    set_ = rule_on(
        all_four.guidelines,
        disable=["a-port", "other/unfortunate-victim"],
        severity={"no-harbour": "error"},
    )
    assert [ruling.disable for ruling in set_.rulings] == [
        (),
        (),
        ("unfortunate-victim",),
        ("a-port",),
    ]
    assert [dict(ruling.severity) for ruling in set_.rulings] == [
        {},
        {"no-harbour": "error"},
        {},
        {},
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "unfortunate-victim",
            "'unfortunate-victim': write tiny/unfortunate-victim or other/unfortunate-victim",
        ),
        ("absent", "none of the guidelines tiny, ours, other, theirs has a rule 'absent'"),
        ("ours/a-port", "has a rule 'ours/a-port'"),
    ],
)
def test_a_setting_of_no_one_rule_is_refused(all_four: InForce, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        rule_on(all_four.guidelines, disable=[name])
    with pytest.raises(UsageError, match=said):
        rule_on(all_four.guidelines, severity={name: "error"})


def test_a_rule_or_a_guideline_called_as_another_is_refused(folders: Path, tmp_path: Path) -> None:
    shutil.copytree(folders / "tiny", tmp_path / "tiny")
    own_guide.own(tmp_path, "ours", own_guide.RULE)
    with pytest.raises(
        GuidelineError, match=r"rules.yaml, rule 'unfortunate-victim', line 3: .*ta"
    ):
        loaded(tmp_path, "ours")
    with pytest.raises(GuidelineError, match=r"two guidelines are called 'tiny': .* and .*"):
        _ = GuidelineLoader([folders / "tiny", tmp_path / "tiny"]).in_force


def test_an_edit_is_in_force_at_the_next_look_and_a_broken_one_is_not(
    folders: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("tiny", "ours"):
        shutil.copytree(folders / name, tmp_path / name)
    file, time = tmp_path / "ours" / "rules.yaml", [0.0]
    shelf = GuidelineLoader((tmp_path / "ours",), ("no-harbour",), clock=lambda: time[0])
    first = shelf.in_force
    file.write_text(HARBOUR.replace("kind: phrase", "kind: fraze"), encoding="utf-8")
    assert shelf.in_force is first, "files are looked at once a second at most"
    time[0] += LOOK_EVERY_S
    assert shelf.in_force is first
    assert (shelf.problem or "").startswith("ours/rules.yaml, rule 'no-harbour', line 6: 'kind'")
    assert f"{file}, rule 'no-harbour', line 6: 'kind'" in caplog.text
    time[0] += LOOK_EVERY_S
    assert shelf.in_force is first
    assert caplog.text.count("stay in force") == 1, "it is said once"
    file.write_text(HARBOUR.replace("severity: warning", "severity: error"), encoding="utf-8")
    time[0] += LOOK_EVERY_S
    second = shelf.in_force
    assert (second.guidelines[1].rules[0].severity, shelf.problem) == ("error", None)
    assert second.guidelines[0] is first.guidelines[0], "what was not edited is not read again"
    assert first.guidelines[1].rules[0].severity == "warning"
    assert second.guidelines[1].stamp != first.guidelines[1].stamp


@pytest.mark.parametrize("gone", ["rule", "folder"])
def test_what_a_setting_or_the_desk_needs_is_not_taken_away(
    folders: Path, tmp_path: Path, gone: str
) -> None:
    for name in ("tiny", "ours"):
        shutil.copytree(folders / name, tmp_path / name)
    time = [0.0]
    shelf = GuidelineLoader((tmp_path / "ours",), ("no-harbour",), clock=lambda: time[0])
    first = shelf.in_force
    if gone == "folder":
        shutil.move(tmp_path / "ours", tmp_path / "away")
    else:
        own_guide.own(tmp_path, "ours", HARBOUR.replace("no-harbour", "renamed"))
    time[0] += LOOK_EVERY_S
    assert shelf.in_force is first
    assert ("ours" if gone == "folder" else "'no-harbour'") in (shelf.problem or "")
    if gone == "folder":
        shutil.move(tmp_path / "away", tmp_path / "ours")
    else:
        own_guide.own(tmp_path, "ours", HARBOUR)
    time[0] += LOOK_EVERY_S
    assert shelf.in_force.stamp == first.stamp
    assert shelf.problem is None


def test_files_are_looked_at_though_nobody_asks(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.rules.rule_reloading.LOOK_AT_LEAST_S", 0.01)
    for name in ("tiny", "ours"):
        shutil.copytree(folders / name, tmp_path / name)
    shelf = GuidelineLoader((tmp_path / "ours",), clock=count(step=2).__next__)
    first = shelf.in_force
    with shelf.watched():
        own_guide.own(tmp_path, "ours", HARBOUR.replace("gate: none", "gate: nine"))
        end = monotonic() + 10
        while shelf.problem is None and monotonic() < end:
            sleep(0.01)
    assert "line 9" in (shelf.problem or "")
    assert first.guidelines == shelf.in_force.guidelines


def test_what_comes_along_is_never_looked_at_again() -> None:
    shelf = GuidelineLoader([])
    assert shelf.in_force.guidelines == ()
    with shelf.watched():
        pass
    assert shelf.in_force.guidelines == ()
