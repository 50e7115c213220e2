"""Several guidelines over HTTP: asked for by name, shown as rules, edited while they are served."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

import own_guide
from light_desk import Silent
from monitor.app import Monitor
from monitor.rules.rule_reloading import LOOK_EVERY_S, GuidelineLoader
from monitor.settings import CheckSettings, Settings
from monitor.web.server import create_app
from store_samples import CLASSIFIER

HARBOUR = own_guide.RULE.replace("unfortunate-victim", "no-harbour").replace(
    "unfortunate", "harbour"
)
TEXT = "The unfortunate victim saw a harbour victim."


@dataclass
class Served:
    """A desk of three guidelines, served; `ours` extends the first, `other` stands alone."""

    client: TestClient
    folder: Path
    time: list[float]

    def check(self, **asked: Any) -> list[tuple[str, str]]:
        answer = self.client.post("/v1/check", json={"text": TEXT, **asked})
        assert answer.status_code == 200, answer.text
        return [(f["guideline"], f["rule"]) for f in answer.json()["findings"]]

    def file(self, **asked: Any) -> Any:
        return self.client.post("/v1/check/file", files={"file": ("a.txt", TEXT)}, data=asked)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    own_guide.tiny(tmp_path)
    own_guide.own(tmp_path, "ours", HARBOUR)
    own_guide.tiny(tmp_path, "other")
    names = tuple(str(tmp_path / name) for name in ("ours", "other"))
    settings = Settings(home=tmp_path, check=CheckSettings(guideline=names))
    time = [0.0]
    with Monitor(settings) as monitor:
        monitor.shelf = GuidelineLoader(tuple(map(Path, names)), clock=lambda: time[0])
        monitor.classifiers = (Silent(CLASSIFIER),)
        app = create_app(monitor)
        with TestClient(app, "http://127.0.0.1", client=("127.0.0.1", 5)) as client:
            yield Served(client, tmp_path, time)


PITY, PORT, ALONE = (
    ("tiny", "unfortunate-victim"),
    ("ours", "no-harbour"),
    ("other", "unfortunate-victim"),
)


def test_a_request_names_its_guidelines(served: Served) -> None:
    assert served.check() == [PITY, ALONE, PORT]
    assert served.check(guideline="ours") == [PITY, PORT]
    assert served.check(guideline=["tiny", "other"]) == [PITY, ALONE]
    found = served.file(guideline=["other"]).json()["findings"]
    assert [(f["guideline"], f["rule"]) for f in found] == [ALONE]
    assert len(served.file(guideline=["tiny", "ours"]).json()["findings"]) == 2


@pytest.mark.parametrize("name", ["absent", ["ours", "absent"]])
def test_a_guideline_that_is_not_here_is_refused(served: Served, name: Any) -> None:
    for answer in (
        served.client.post("/v1/check", json={"text": TEXT, "guideline": name}),
        served.file(guideline=name),
    ):
        assert answer.status_code == 400
        assert "there is tiny, ours, other" in answer.json()["detail"]
        assert "absent" not in answer.text


def test_what_is_no_name_is_refused_before(served: Served) -> None:
    for wrong in ([], "x" * 201, [""] * 21, 7):
        answer = served.client.post("/v1/check", json={"text": TEXT, "guideline": wrong})
        assert answer.status_code == 422, wrong
    for wrong in (["x" * 201], [""], ["x"] * 21):
        assert served.file(guideline=wrong).status_code in (400, 422), wrong


def test_rules_of_all_are_shown_and_one_by_its_whole_name(served: Served) -> None:
    get = served.client.get
    listed = get("/v1/rules").json()
    assert listed["problem"] is None
    assert [(rule["guideline"], rule["id"]) for rule in listed["rules"]] == [PITY, PORT, ALONE]
    assert get("/v1/rules/no-harbour").json()["also"] == []
    first = get("/v1/rules/unfortunate-victim").json()
    assert (first["guideline"], first["also"]) == ("tiny", ["other/unfortunate-victim"])
    assert get("/v1/rules/other/unfortunate-victim").json()["guideline"] == "other"
    assert get("/v1/rules/other/no-harbour").status_code == 404
    page = get("/rules").text
    assert 'href="/rules/tiny/unfortunate-victim"' in page
    assert 'href="/rules/no-harbour"' in page
    assert "of other" in get("/rules/other/unfortunate-victim").text


def test_an_edit_is_served_and_a_broken_one_is_told(served: Served) -> None:
    own_guide.own(served.folder, "ours", HARBOUR.replace("harbour victim", "victim saw"))
    assert served.check(guideline="ours") == [PITY, PORT]
    served.time[0] += LOOK_EVERY_S
    assert served.client.get("/readyz").json()["stale"] is False
    answer = served.client.post("/v1/check", json={"text": TEXT, "guideline": "ours"}).json()
    assert [f["match"] for f in answer["findings"]] == ["unfortunate victim", "victim saw"]
    own_guide.own(served.folder, "ours", HARBOUR.replace("gate: none", "gate: <b>"))
    served.time[0] += LOOK_EVERY_S
    assert served.check(guideline="ours") == [PITY, PORT]
    assert served.client.get("/readyz").json()["stale"] is True
    problem = served.client.get("/v1/rules").json()["problem"]
    assert "rules.yaml, rule 'no-harbour', line 9: 'gate'" in problem
    page = served.client.get("/rules").text
    assert "the rules from before stay in force" in page
    assert "line 9: &#39;gate&#39;" in page
