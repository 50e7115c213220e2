"""The desk's day as it is typed: `ingest`, `assess`, `run`, `digest`."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from sqlalchemy import URL

from desk import MISSED, Desk, make_desk, use_database
from postgres import new_database

if TYPE_CHECKING:
    from conftest import Followed

LEDGER = re.compile(r"(.+): fetched (\d+) = stored (\d+)((?: \+ \d+ \S+)*)")


def test_each_feed_has_a_ledger_line_on_stdout(followed: Followed) -> None:
    said = followed.said["ingest"]
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert len(lines) == 6
    stored = 0
    for line in lines:
        found = LEDGER.fullmatch(line)
        assert found, line
        drops = [int(number) for number in re.findall(r"\+ (\d+)", found[4])]
        assert int(found[2]) == int(found[3]) + sum(drops)
        stored += int(found[3])
    assert stored == len(followed.expected)
    assert said.err == ""


def test_a_second_round_finds_nothing_due(followed: Followed) -> None:
    again = followed.said["ingest again"]
    assert (again.code, again.out) == (0, "")
    assert re.fullmatch(
        r"no feed is due yet: the next is .+ at \d\d:\d\d.* \(UTC\);.*\n", again.err
    )


ASSESSORS = [
    *("relevance-en", "tags-en"),
    *(f"relevance-{language}" for language in ("es", "fr", "id", "pt", "tet", "th")),
    *("policy", "languages", "thb-en"),
]


def test_assessing_tells_of_each_assessor(followed: Followed) -> None:
    said = followed.said["assess"]
    assert (said.code, said.out) == (0, "")
    lines = said.err.splitlines()
    assert [line.partition("@")[0] for line in lines] == [*ASSESSORS, "names"]
    number = len(followed.expected)
    assert all(line.endswith(f": {number} assessed") for line in lines[:-1]), lines
    assert lines[-1].endswith(f": {number} looked through for names")


def test_a_run_does_what_is_left_and_prints_the_digest(followed: Followed) -> None:
    said = followed.said["run"]
    assert said.code == 1
    assert re.search(r"^Gone: failed: http\S+/absent: status 404$", said.err, re.MULTILINE)
    assert said.err.count(": 0 assessed") == len(ASSESSORS)
    digest = json.loads(said.out)
    assert digest["schema"] == 1
    assert digest["ledger"]["failed"] == 1
    urls = {a["url"] for story in digest["relevant"] for a in story["articles"]}
    relevant = {url for url, kind in followed.expected.items() if kind == "relevant"}
    assert {urlsplit(url).path for url in relevant - urls} == MISSED


@pytest.mark.parametrize(("kind", "head"), [("md", "# "), ("html", "<!doctype html>")])
def test_the_digest_comes_in_other_formats(followed: Followed, kind: str, head: str) -> None:
    said = followed.desk.type("digest", "--day", "all", "--format", kind, "--names")
    assert (said.code, said.err) == (0, "")
    assert said.out.lower().startswith(head)
    for story in json.loads(followed.said["run"].out)["relevant"]:
        url = story["articles"][0]["url"]
        assert url is None or url.partition("://")[2] in said.out


def test_names_that_were_asked_for_are_counted(followed: Followed) -> None:
    wrong = followed.desk.refuses("digest", "--names", "--format", "atom")
    assert wrong == "error: --names goes with --format text, md, html or json\n"
    before = asked(followed)
    followed.desk.type("digest", "--day", "all", "--names")
    digest = json.loads(followed.said["run"].out)
    kinds = ("relevant", "borderline")
    told = sum(len(story["articles"]) for kind in kinds for story in digest[kind])
    assert asked(followed) - before >= told > 0


def asked(followed: Followed) -> int:
    said = followed.desk.type("names", "asked", "--format", "json").out
    return sum(json.loads(said).values())


def test_articles_are_told_surest_first_and_judged(followed: Followed) -> None:
    digest = json.loads(followed.said["run"].out)
    scores = [max(a["relevance"] for a in story["articles"]) for story in digest["relevant"]]
    assert scores == sorted(scores, reverse=True)
    assert {stamp.partition("@")[0] for stamp in digest["stamps"]} == set(ASSESSORS)


def test_a_day_without_news_says_so(followed: Followed) -> None:
    said = followed.desk.type("digest", "--day", "2001-02-03")
    assert said.code == 0
    assert "2001" in said.out
    assert not any(url in said.out for url in followed.expected)


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", ""])
def test_a_day_that_is_none_is_refused(followed: Followed, day: str) -> None:
    said = followed.desk.refuses("digest", "--day", day)
    assert "such as 2026-11-25, or all" in said


def test_a_desk_without_feeds_says_what_to_do(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert "monitor feeds add" in desk.refuses("ingest")
    assert "monitor feeds add" in desk.refuses("run")
    assert desk.type("digest", "--format", "pdf").code == 2


@pytest.mark.postgres
def test_the_same_day_on_postgresql(
    followed: Followed, tmp_path: Path, postgres_server: URL
) -> None:
    desk = make_desk(tmp_path / "postgres", "parallel = 1")
    use_database(desk, new_database(postgres_server))
    followed.outlets.opml(desk.folder / "feeds.opml")
    assert desk.type("feeds", "import", "feeds.opml").code == 0
    said = desk.type("feeds", "add", f"{followed.outlets.url}/absent", "--title", "Gone")
    assert said.code == 0, said.err
    said = desk.type("run", "--format", "json")
    assert said.code == 1, said.err
    assert not (desk.folder / "monitor.sqlite").exists()
    digest, wanted = json.loads(said.out), json.loads(followed.said["run"].out)
    assert digest["relevant"]
    assert {**digest, "day": None} == {**wanted, "day": None}
