"""`monitor articles search` and `index` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from desk import Desk, make_desk
from monitor.app import Monitor
from monitor.jobs.mask_names import mask_due
from monitor.settings import Settings
from monitor.text.search_terms import HIDDEN
from store_samples import NOW, feed, incoming, poll


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Desk:
    desk = make_desk(tmp_path / "desk")
    with Monitor(Settings(home=desk.folder), now=lambda: NOW) as monitor:
        monitor.store.add_feeds([feed()], NOW)
        entries = [
            incoming("a", "Police said that Ama Boateng, 14, was trafficked.", title="Ama Boateng"),
            incoming("b", "Boats and forced labour.", title="Boats"),
        ]
        monitor.store.record_poll(poll(feed(), entries), NOW)
    return desk


def test_articles_are_looked_up(desk: Desk) -> None:
    found = desk.type("articles", "search", '"forced labour"', "boat*")
    assert found.out == "article-b\t2026-11-25\tThe Daily\tBoats\n"
    assert found.err == f"looked for: “forced labour” and boat…; {HIDDEN}\n1 article\n"
    none = desk.type("articles", "search", "--", "-boats", "-police")
    assert (none.code, none.out) == (0, "")
    assert none.err.endswith("0 articles\n")
    told = json.loads(desk.type("articles", "search", "--format", "json", "--limit", "1").out)
    assert (told["total"], told["next"]) == (2, "article-b")
    more = desk.type("articles", "search", "--after", "article-b")
    assert more.out.split("\t")[0] == "article-a"
    assert "is no date such as" in desk.refuses("articles", "search", "--since", "monday")
    assert "no scheme of tags" in desk.refuses("articles", "search", "--tag", "colour=red")


def test_one_argument_or_several_are_the_same(desk: Desk) -> None:
    one, two = (
        desk.type("articles", "search", *typed) for typed in (["lab* boats"], ["lab*", "boats"])
    )
    assert one == two
    assert one.out.startswith("article-b\t")
    either = desk.type("articles", "search", "police OR boats")
    assert [line.split("\t")[0] for line in either.out.splitlines()] == ["article-b", "article-a"]
    refused = desk.refuses("articles", "search", "police | boats")
    assert "| is not read: OR between two words is either of them" in refused


def test_a_search_for_a_hidden_name_says_what_any_other_says(desk: Desk) -> None:
    """Whether somebody of the name is hidden is not told by it."""
    with Monitor(Settings(home=desk.folder), now=lambda: NOW) as monitor:
        mask_due(monitor)
    hidden = desk.type("articles", "search", "boateng")
    nobody = desk.type("articles", "search", "mensah")
    assert (hidden.out, hidden.code) == ("", 0)
    assert f"looked for: boateng; {HIDDEN}\n" in hidden.err
    assert hidden.err.replace("boateng", "mensah") == nobody.err


def test_names_are_shown_on_asking(desk: Desk) -> None:
    hidden = desk.type("articles", "search", "police")
    assert "Ama" not in hidden.out
    assert "[name withheld]" in hidden.out
    shown = desk.type("articles", "search", "police", "--names")
    assert "Ama Boateng" in shown.out
    assert "Ama" not in desk.type("articles", "search", "police").out


def test_the_index_is_made_anew(desk: Desk) -> None:
    assert "0 articles" in desk.type("articles", "index").err
    again = desk.type("articles", "index", "--rebuild")
    assert (again.code, again.err) == (0, "2 articles taken into the index\n")
    assert desk.type("articles", "search", "boats").out.startswith("article-b")
