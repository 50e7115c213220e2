"""The main job on the sample outlets: what is relevant, and no hard negative, in the digest."""

from __future__ import annotations

import json
import re
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from desk import MISSED, Desk, make_desk
from monitor.cli import demo_site as demo_outlets


@pytest.fixture(scope="module", name="desk")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk that has followed the sample outlets for a day."""
    desk = make_desk(tmp_path_factory.mktemp("demo") / "desk")
    with demo_outlets.serve() as outlets:
        outlets.opml(desk.folder / "feeds.opml")
        assert desk.type("feeds", "import", "feeds.opml").code == 0
        said = desk.type("run")
    assert said.code == 0, said.err
    return desk


@pytest.fixture(scope="module", name="digest")
def _digest(desk: Desk) -> dict[str, Any]:
    said = desk.type("digest", "--format", "json")
    assert said.code == 0, said.err
    digest: dict[str, Any] = json.loads(said.out)
    return digest


def paths(stories: list[dict[str, Any]]) -> set[str]:
    return {urlsplit(a["url"]).path for story in stories for a in story["articles"]}


def of_kind(*kinds: str) -> set[str]:
    return {path for path, kind in demo_outlets.expected().items() if kind in kinds}


def test_the_relevant_articles_are_in_the_digest(digest: dict[str, Any]) -> None:
    assert of_kind("relevant") - paths(digest["relevant"]) == MISSED


def test_no_negative_is_in_the_digest(digest: dict[str, Any]) -> None:
    assert not paths(digest["relevant"]) & of_kind("negative")
    assert not paths(digest["borderline"]) & of_kind("negative")


def test_copies_fold_into_one_story(digest: dict[str, Any]) -> None:
    sizes = [len(story["articles"]) for story in digest["relevant"]]
    assert max(sizes) == 3


def test_the_ledger_adds_up(digest: dict[str, Any]) -> None:
    ledger = digest["ledger"]
    assert ledger["feeds"] == 6
    assert ledger["failed"] == 0
    assert ledger["fetched"] == ledger["stored"] + sum(ledger["dropped"].values())
    assert ledger["stored"] == len(demo_outlets.expected())


def test_evidence_lies_in_the_text(desk: Desk) -> None:
    whole = ("export", "--restricted", "--text", "full")
    said = desk.type(*whole, "--format", "jsonl", "-o", "out")
    assert said.code == 0, said.err
    lines = (desk.folder / "out" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert len(rows) == len(demo_outlets.expected())
    seen = 0
    for row in rows:
        for finding in row["findings"]:
            field = row[finding["field"]]
            assert field[finding["start"] : finding["end"]] == finding["match"]
            seen += 1
        for tag in row["tags"]:
            for span in tag["evidence"]:
                assert row[span["field"]][span["start"] : span["end"]].strip()
    assert seen


def test_the_demo_keeps_its_desk_where_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "kept" / "desk").mkdir(parents=True)
    here = Desk(tmp_path)
    assert "already there" in here.refuses("demo", "--once", "--directory", "kept")


def test_the_demo_serves_its_page_until_it_is_stopped(tmp_path: Path) -> None:
    """On a free port where the usual one is taken; as Ctrl-C ends it, nothing is left behind."""
    temporary, here = tmp_path / "temporary", tmp_path / "here"
    temporary.mkdir()
    here.mkdir()
    with socket.socket() as usual:
        with suppress(OSError):  # another program of this machine has it
            usual.bind(("127.0.0.1", 8000))
        usual.listen()
        process = Desk(here).start("demo", TMPDIR=str(temporary))
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line.decode()
            if found := re.search(r"running on (http://\S+)", said):
                break
        assert found, said
        assert not found[1].endswith(":8000")
        with urlopen(f"{found[1]}/healthz", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=60)[0].decode()
    assert process.returncode == 0
    for step in ("init desk", "feeds import demo.opml", "run"):
        assert f"$ monitor {step}" in told
    assert re.search(r"\d\d items: \d\d new", told), told
    assert [*here.iterdir(), *temporary.iterdir()] == [], "it leaves something behind"
