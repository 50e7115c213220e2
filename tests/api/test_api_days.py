"""Days at the ends of the calendar, and days that are none, by API, page and command."""

from __future__ import annotations

import re
from itertools import product
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from desk import make_desk
from monitor.cli.app import app
from monitor.records.errors import MonitorError

EDGES = ("0001-01-01", "0001-01-02", "9999-12-30", "9999-12-31")
LISTS = ("/v1/articles", "/v1/stories", "/articles", "/stories")
PERIODS = ("/v1/trends", "/v1/outlets", "/v1/coverage", "/trends", "/outlets", "/outlets.csv")
DAY_PATHS = ("/v1/coverage/sample?day={}", "/review?day={}", "/v1/digests/{}", "/digests/{}")
HTML = {"accept": "text/html"}


@pytest.mark.parametrize("path", [*LISTS, *PERIODS, "/v1/outlets/x/scorecard", "/outlets/x/letter"])
def test_no_day_is_too_much_for_a_route(client: httpx.Client, path: str) -> None:
    for day, name in product(EDGES, ("since", "until")):
        answer = client.get(path, params={name: day}, headers=HTML)
        assert answer.status_code in (200, 404, 422), (path, name, day)
    for day in EDGES:
        both = client.get(path, params={"since": day, "until": day}, headers=HTML)
        assert both.status_code in (200, 404, 422), (path, day)
        if path in LISTS:
            assert both.status_code == 200


@pytest.mark.parametrize("path", DAY_PATHS)
def test_nor_for_one_that_takes_a_day(client: httpx.Client, path: str) -> None:
    for day in EDGES:
        answer = client.get(path.format(day), headers=HTML)
        assert answer.status_code in (200, 400, 404, 422), (path, day)


def test_until_is_part_of_it_everywhere(client: httpx.Client) -> None:
    day = {"since": "2026-11-25", "until": "2026-11-25"}
    assert len(client.get("/v1/articles", params=day).json()["articles"]) == 3
    assert client.get("/v1/articles", params={"until": "2026-11-24"}).json()["articles"] == []
    for path in ("/v1/trends", "/v1/outlets", "/v1/coverage"):
        told = client.get(path, params=day).json()
        assert (told["since"], told["until"]) == ("2026-11-25", "2026-11-25"), path
    assert client.get("/v1/trends", params=day).json()["stored"] == 3
    assert "3 articles" in client.get("/articles", params=day, headers=HTML).text
    before = {"since": "2026-11-25", "to": "2026-11-25"}  # what it was called on pages
    assert "3 articles" in client.get("/articles", params=before, headers=HTML).text
    shown = client.get("/trends", params=before, headers=HTML).text
    assert re.search(r'<input[^>]* name="until"[^>]* value="2026-11-25"', shown)


@pytest.mark.parametrize("path", [*LISTS, *PERIODS])
@pytest.mark.parametrize("day", ["20261125", "2026-11-25T07:00", "yesterday", "2026-02-30"])
def test_one_way_to_write_a_day_is_read(client: httpx.Client, path: str, day: str) -> None:
    assert client.get(path, params={"until": day}, headers=HTML).status_code == 422


COMMANDS: list[tuple[str, ...]] = [
    ("articles", "search"),
    ("stories", "list"),
    ("trends",),
    ("outlets",),
    ("coverage",),
    ("export", "--format", "jsonl", "-o", "out"),
]
DAY_COMMANDS: list[tuple[str, ...]] = [
    ("reviews", "sample", "--day"),
    ("digest", "--day"),
    ("guidelines", "try", "rule.yaml", "--since"),
]


def test_no_day_is_too_much_for_a_command(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but an expected error ends one; a day that is none names its option."""
    desk = make_desk(tmp_path / "desk")
    monkeypatch.chdir(desk.folder)
    run = CliRunner()

    def typed(*words: str) -> tuple[BaseException | None, str]:
        done = run.invoke(app, words)
        error = done.exception
        assert error is None or isinstance(error, (MonitorError, SystemExit)), (words, error)
        return error, f"{error}"

    for words in COMMANDS:
        typed(*words, "--until", EDGES[0])
        typed(*words, "--since", EDGES[-1], "--until", EDGES[-1])
        error, says = typed(*words, "--until", "20261125")
        assert isinstance(error, MonitorError), words
        assert says == "--until: '20261125' is no date such as 2026-11-25"
    for words, day in product(DAY_COMMANDS, (EDGES[0], EDGES[-1])):
        typed(*words, day)
    typed("report", "--month", "9999-12", "-o", "out")
    assert typed("articles", "search", "--to", "2026-11-25") == typed(
        "articles", "search", "--until", "2026-11-25"
    )
