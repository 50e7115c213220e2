"""An export made again is the same, whatever happened since; what is lost is counted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

import own_guide
from light_desk import LightDesk
from monitor.export.as_of import compare, export_again, read_earlier, read_time, refuse_other
from monitor.export.columns import ExportFormat
from monitor.export.publication import PublicationPolicy
from monitor.export.selection import export
from monitor.records.article import Review
from monitor.records.errors import UsageError
from monitor.records.finding import Span
from monitor.records.tag import Tag
from monitor.settings import CheckSettings, Settings
from monitor.storage.stories import StoryPlacement
from store_samples import (
    CLASSIFIER,
    NOW,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    tagged,
)

WHEN = at(60) + timedelta(microseconds=250_000)
FILTERS: dict[str, Any] = {"form": "forced_labour", "until": at(90), "min_relevance": 0.4}
SEARCH: dict[str, Any] = {"query": "heron -gull", "relevance": ("relevant",), "flag": "any"}
NAMES = "abcdef"


class Clock:
    now: datetime = WHEN

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[LightDesk]:
    (tmp_path / "home").mkdir()
    check = CheckSettings(guideline=str(own_guide.tiny(tmp_path / "home", "thb-en")))
    with LightDesk(Settings(home=tmp_path / "home", check=check), now=Clock()) as desk:
        fill(desk)
        yield desk


def body(name: str) -> str:
    return f"The heron of {name} waited 🐦 by the sluice. " * 9


def fill(desk: LightDesk) -> None:
    store = desk.store
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming(name, body(name)) for name in NAMES]), NOW)
    # back to an earlier text, and one that is changed
    store.record_poll(poll(feed(), [incoming("a", "Nothing."), incoming("b", body("B"))]), at(1))
    store.record_poll(poll(feed(), [incoming("a", body("a"))]), at(2))
    say(desk, at(3))
    store.fold(desk.stories_stamp, (CLASSIFIER,), placed, at(4), limit=4)
    review(desk, "a", at(5), provisional=True)
    review(desk, "b", at(5))


def say(desk: LightDesk, when: datetime, *, relevance: float = 0.9, stamp: str = "") -> None:
    for article in desk.store.due(stamp or CLASSIFIER, limit=99):
        tag = Tag("form", "forced_labour", 0.9, (Span("text", 4, 9),))
        every = [judged(relevance), tagged(tag), flagged(article)]
        every = [replace(one, stamp=one.stamp + stamp) for one in every]
        desk.store.record_assessments([(article, one) for one in every], when)


def placed(article: Any, _shelf: Any) -> StoryPlacement:
    return StoryPlacement(None if article.id == "article-a" else "article-a", "", (), NOW)


def review(desk: LightDesk, name: str, when: datetime, *, provisional: bool = False) -> int:
    article = desk.store.article(f"article-{name}", ()).article
    said = [Review(article.id, article.sha256, "Ann", "relevant")]
    return desk.store.decide(said, [], reviewer="Ann", provisional=provisional, now=when)


def change_the_world(desk: LightDesk) -> None:
    """New articles, changed texts, texts that come back, stamps, reviews; a story that grows."""
    store, later = desk.store, at(61)
    new = [incoming("new", body("new")), incoming("c", body("C") + "gull"), incoming("d", "Gone.")]
    back = [incoming("b", body("b"))]
    store.record_poll(poll(feed(), [*new, *back]), later)
    say(desk, later)
    say(desk, later, relevance=0.1, stamp="2")
    decision = review(desk, "a", later)
    store.undo(decision, "Ann", later)
    for one in store.waiting_decisions():
        store.judge_decision(one, "Bea", later, right=False)
    store.fold(desk.stories_stamp, (CLASSIFIER,), placed, later, limit=99)
    desk.now.now = at(100)  # type: ignore[attr-defined]


def files(folder: Path) -> dict[str, bytes]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_every_format_comes_out_in_the_same_bytes(desk: LightDesk, tmp_path: Path) -> None:
    full, then, now = (
        PublicationPolicy(text="full", restricted=True),
        tmp_path / "then",
        tmp_path / "again",
    )
    for kind in get_args(ExportFormat):
        made = export(desk, then / kind, format=kind, policy=full, filters=FILTERS)
        assert made.rows == len(NAMES)
    change_the_world(desk)
    desk.store.forget(["article-new"], "person", at(99))  # which came in after the export
    for kind in get_args(ExportFormat):
        earlier = read_earlier(then / kind)
        again = export_again(desk, now / kind, earlier)
        assert files(now / kind) == files(then / kind), kind
        said = compare(desk, earlier, again)
        assert (said.same, said.explained, said.rows, said.lost) == (True, True, len(NAMES), {})


def test_a_search_finds_what_it_found(desk: LightDesk, tmp_path: Path) -> None:
    made = export(desk, tmp_path / "then", format="jsonl", filters=SEARCH)
    assert made.rows == len(NAMES)
    change_the_world(desk)
    earlier = read_earlier(tmp_path / "then" / "manifest.json", "jsonl")
    export_again(desk, tmp_path / "again", earlier)
    assert files(tmp_path / "again") == files(tmp_path / "then")
    export(desk, tmp_path / "now", format="jsonl", filters=SEARCH)
    assert files(tmp_path / "now") != files(tmp_path / "then")


def test_what_was_lost_is_counted_and_the_rest_is_the_same(desk: LightDesk, tmp_path: Path) -> None:
    export(desk, tmp_path / "then", format="jsonl", filters=FILTERS)
    change_the_world(desk)
    store = desk.store
    store.forget(["article-a"], "person", at(101))
    store.check_versions(lambda old, _f, _n: "name" * (old.id == "article-c"), at(101), limit=99)
    earlier = read_earlier(tmp_path / "then")
    again = export_again(desk, tmp_path / "again", earlier)
    lines = (tmp_path / "then" / "articles.jsonl").read_text("utf-8").splitlines()
    kept = [line for line in lines if '"article-a"' not in line[:40] and "article-c" not in line]
    assert (tmp_path / "again" / "articles.jsonl").read_text("utf-8").splitlines() == kept
    said = compare(desk, earlier, again)
    assert (said.same, said.explained) == (False, True)
    assert said.lost == {"forgotten": 1, "withdrawn": 1}
    entry = (tmp_path / "again" / "manifest.json").read_text("ascii")
    assert '"forgotten": 1' in entry
    assert '"taken_back": 1' in entry
    card = (tmp_path / "again" / "README.md").read_text("utf-8")
    assert "asked to forget" in card
    assert "took words back" in card
    assert store.expire(at(999), at(102), limit=99) > 0
    more = export_again(desk, tmp_path / "more", earlier)
    said = compare(desk, earlier, more)
    assert said.lost == {"forgotten": 1, "withdrawn": 1, "expired": 4}
    assert more.rows == len(kept)


def test_what_contradicts_is_named_with_both(desk: LightDesk, tmp_path: Path) -> None:
    export(desk, tmp_path / "x", format="jsonl", filters=FILTERS)
    export(desk, tmp_path / "x", format="csv")
    with pytest.raises(UsageError, match="csv and jsonl: which --format"):
        read_earlier(tmp_path / "x")
    earlier = read_earlier(tmp_path / "x", "jsonl")
    refuse_other(earlier, {"form": "forced_labour", "text": "quotes", "place": None})
    with pytest.raises(UsageError, match=r"--text full contradicts .*manifest.json: quotes"):
        refuse_other(earlier, {"text": "full"})
    with pytest.raises(UsageError, match=r"--place TH contradicts .*: none"):
        refuse_other(earlier, {"place": "TH"})
    whole = (tmp_path / "x" / "manifest.json").read_text("utf-8")
    odd = [
        ('"quote_words": 90', '"quote_words": "90"'),
        ('"restricted": false', '"restricted": 0'),
        ('"form": "forced_labour"', '"relevance": ["odd"]'),
        ('"form": "forced_labour"', '"tags": [["form"]]'),
        ('"form": "forced_labour"', '"form": 1'),
    ]
    assert all(old in whole for old, _ in odd)
    empty = ["{", "{}", '{"files": [{"format": "jsonl"}]}']
    for broken in empty + [whole.replace(*one) for one in odd]:
        (tmp_path / "broken.json").write_text(broken, "utf-8")
        with pytest.raises(UsageError, match=r"broken.json: no manifest"):
            read_earlier(tmp_path / "broken.json", "jsonl")
    zone = desk.settings.zone
    assert read_time("2026-11-25", zone).isoformat().startswith("2026-11-25T00:00:00")
    with pytest.raises(UsageError, match="neither"):
        read_time("yesterday", zone)
    later = replace(earlier.read, moment=WHEN + timedelta(seconds=1))
    with pytest.raises(UsageError, match="is to come"):
        export_again(desk, tmp_path / "y", replace(earlier, read=later))
    assert not (tmp_path / "y").exists()


def test_a_manifest_of_before_means_what_it_meant(desk: LightDesk, tmp_path: Path) -> None:
    """Then `OR` was a word; its `until` is the moment behind the last day, then as now."""
    asked = {"query": "heron OR gull", "until": at(90)}
    export(desk, tmp_path / "out", format="jsonl", filters=asked)
    assert read_earlier(tmp_path / "out").filters == asked
    path = tmp_path / "out" / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    for entry in manifest["files"]:
        del entry["read"]["search"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    earlier = read_earlier(tmp_path / "out")
    assert earlier.filters == {"query": "heron or gull", "until": at(90)}
    with pytest.raises(UsageError, match=r"--until .* contradicts .*\(not included\)"):
        refuse_other(earlier, {"until": at(91)})


def test_either_word_is_looked_for_then_as_now(desk: LightDesk, tmp_path: Path) -> None:
    made = [
        export(desk, tmp_path / name, format="jsonl", filters={"query": query}).rows
        for name, query in (("both", "heron gull"), ("either", "heron OR gull"))
    ]
    change_the_world(desk)
    again = export_again(desk, tmp_path / "again", read_earlier(tmp_path / "either"))
    assert (made, again.rows) == ([0, 6], 6)
