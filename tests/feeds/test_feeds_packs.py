"""Packs of feeds: each address a real one with where it was seen, none of them twice."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from desk import make_desk
from monitor.feeds.starter_feeds import all_packs, find_pack
from monitor.labels.countries import language_name
from monitor.records.errors import UsageError

NAMES = ["ghana", "international", "south-east-asia", "thailand", "timor-leste", "west-africa"]


def test_there_is_a_pack_of_each_place() -> None:
    assert [pack.name for pack in all_packs()] == NAMES
    counts = {pack.name: len(pack.feeds) for pack in all_packs()}
    assert counts == {
        "ghana": 13,
        "international": 24,
        "south-east-asia": 48,
        "thailand": 15,
        "timor-leste": 5,
        "west-africa": 51,
    }


def test_every_feed_tells_where_it_was_seen_and_that_it_was_not_called() -> None:
    own = [each for pack in all_packs() for each in pack.own]
    assert len({each.feed.id for each in own}) == len(own)
    for each in own:
        assert urlsplit(each.feed.url).scheme == "https"
        assert each.feed.site
        assert each.seen
        assert not each.verified
        assert each.by in ("outlet", "institution")
        assert language_name(each.language) != each.language
        assert each.known.startswith("verified: no; seen in ")


def test_an_unknown_pack_lists_those_there_are() -> None:
    with pytest.raises(UsageError, match=f"no pack 'gana' .*{', '.join(NAMES)}"):
        find_pack("gana")


def test_a_pack_is_followed_once(tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "desk")
    first = desk.type("feeds", "add", "--pack", "timor-leste")
    assert (first.code, first.out) == (0, "")
    assert first.err.count("added: ") == 5
    assert "verified: no; seen in public code" in first.err
    assert "5 added, 0 already followed" in first.err
    wider = desk.type("feeds", "add", "--pack", "south-east-asia").err
    assert "43 added, 5 already followed" in wider
    again = desk.type("feeds", "add", "--pack", "south-east-asia")
    assert (again.code, again.err.splitlines()[-1]) == (0, "0 added, 48 already followed")
    assert len(desk.type("feeds", "list").out.splitlines()) == 48
    assert "either an address" in desk.refuses("feeds", "add")
    assert "no pack 'nowhere'" in desk.refuses("feeds", "add", "--pack", "nowhere")
    assert desk.type("feeds", "packs").out.splitlines()[0].startswith("ghana\t13\t0 verified\t")
