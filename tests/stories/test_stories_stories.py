"""A desk's stories as its user sees them, and what an outlet takes back."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.app import Monitor
from monitor.archive.story_details import list_stories, story_json
from monitor.archive.withdrawals import IDENTIFYING, taken_out, withdraw
from monitor.cli.app import app
from monitor.records.errors import NotFound
from monitor.records.hidden_names import WITHHELD, hide
from monitor.settings import Settings
from store_samples import NOW, at, feed, incoming, judged, poll

BODY = (
    "Police in Takoradi freed a girl of 15 from a brothel near the harbour on Tuesday. The girl,"
    " Abena Owusu-Tetteh, said that two men had held her there for a month and taken her wages."
)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Monitor]:
    with Monitor(Settings(home=tmp_path_factory.mktemp("loaded"))) as opened:
        yield opened


@pytest.fixture
def monitor(tmp_path: Path, loaded: Monitor) -> Iterator[Monitor]:
    with Monitor(Settings(home=tmp_path), now=lambda: NOW) as opened:
        opened.classifiers, opened.shelf = loaded.classifiers, loaded.shelf
        yield opened


def bring(monitor: Monitor, name: str, minute: int, **changes: str) -> None:
    values = {"body": BODY, "title": "Girl freed from brothel in Takoradi", **changes}
    body = values.pop("body")
    entry = incoming(name, body, **values)
    source = feed(name)
    monitor.store.add_feeds([source], NOW)
    monitor.store.record_poll(poll(source, [entry]), at(minute))
    stamp = monitor.classifiers[0].stamp
    due = monitor.store.due(stamp, limit=9)
    monitor.store.record_assessments([(a, judged(0.9, stamp=stamp)) for a in due], NOW)


def test_a_story_tells_what_each_outlet_made_of_it(monitor: Monitor) -> None:
    bring(monitor, "a", 0)
    bring(monitor, "b", 1, body=BODY.replace("freed", "rescued"))
    assert monitor.fold() == 2
    (listed,) = list_stories(monitor, limit=5)["stories"]
    assert (listed["story"], listed["count"]) == ("article-a", 2)
    told = story_json(monitor, "article-a", patient=True)
    assert told["first"] == "article-a"
    (change,) = told["articles"][1]["changes"]
    (first,) = (monitor.store.article("article-a", ()).article,)
    seen = hide("text", first.text, monitor.shown([first], patient=True)["article-a"].spans)
    assert seen[change["old_start"] : change["old_end"]] == "freed"
    with pytest.raises(NotFound, match="no story 'article-b'"):
        story_json(monitor, "article-b")


def test_a_name_that_is_taken_out_is_not_told_and_erased(monitor: Monitor) -> None:
    bring(monitor, "a", 0)
    monitor.fold()
    clean = BODY.replace("The girl, Abena Owusu-Tetteh,", "She")
    new = incoming("a", clean, title="Girl freed from brothel in Takoradi")
    monitor.store.record_poll(poll(feed("a"), [new]), at(5))
    done = withdraw(monitor, NOW)
    assert (done.compared, done.withdrawn, done.erased) == (1, 1, 0)
    stamp = monitor.classifiers[0].stamp
    due = monitor.store.due(stamp, limit=9)
    monitor.store.record_assessments([(a, judged(0.9, stamp=stamp)) for a in due], NOW)
    told = story_json(monitor, "article-a", patient=True)
    assert "Owusu" not in json.dumps(told)
    assert [v["withdrawn"] for v in told["articles"][0]["versions"]].count(True) == 1
    assert withdraw(monitor, NOW + timedelta(days=6)).erased == 0
    assert withdraw(monitor, NOW + timedelta(days=8)).erased == 1


def test_what_is_only_moved_was_not_taken_out(monitor: Monitor) -> None:
    bring(monitor, "a", 0)
    (article,) = (a.article for a in monitor.store.assessed(()))
    moved = replace(article, title="ABENA OWUSU-TETTEH is free", text="Police freed a girl.")
    assert taken_out(frozenset({"Abena Owusu-Tetteh"}), (), moved) == ""
    gone = replace(moved, title="A girl is free")
    assert taken_out(frozenset({"Abena Owusu-Tetteh"}), (), gone) == "name"


def test_the_rules_on_identification_are_rules(monitor: Monitor) -> None:
    assert {rule.id for rule in monitor.guideline.rules} >= IDENTIFYING


def test_the_commands(monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monitor, "a", 0)
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    monitor.fold()
    assert "article-a  2026-11-25" in run.invoke(app, ["stories", "list"]).stdout
    assert "published first" in run.invoke(app, ["stories", "show", "article-a"]).stdout


def test_the_commands_hide_names_unless_they_are_asked_for(
    monitor: Monitor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://news.example/abena-owusu-tetteh-freed"
    bring(monitor, "a", 0, title="Abena Owusu-Tetteh freed", url=url)
    bring(monitor, "b", 1, title="Abena Owusu-Tetteh freed in Takoradi", url=f"{url}-2")
    monkeypatch.chdir(tmp_path)
    run = CliRunner()
    assert monitor.fold() == 2
    for command in (["list"], ["show", "article-a"]):
        for form in ("text", "json"):
            typed = ["stories", *command, "--format", form]
            told = run.invoke(app, typed).stdout
            assert f"{WITHHELD} freed" in told
            for part in ("abena", "owusu", "tetteh"):
                assert part not in told.lower()
            before = len(monitor.store.asking_times())
            told = run.invoke(app, [*typed, "--names"]).stdout
            assert "Abena Owusu-Tetteh freed" in told
            assert len(monitor.store.asking_times()) == before + (1 if command == ["list"] else 2)
