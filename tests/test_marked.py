"""The drafts that figures rest on: whole, marked where the words stand, of every kind."""

import json

import pytest

import marked
import shipped

THB = shipped.thb()


@pytest.mark.parametrize("half", marked.HALVES)
def test_every_mark_stands_in_its_draft(half: str) -> None:
    rules = {rule.id for rule in THB.rules}
    items = marked.drafts(half)
    assert len(items) == 18
    for item in items:
        assert 250 <= len(item.document.text.split()) <= 620
        assert item.not_met | item.met <= rules
        assert not item.not_met & item.met
        for mark in item.marks:
            assert mark.rule in rules
            assert mark.spans, f"{item.id}: {mark.quote}"


def test_the_halves_share_no_draft_and_both_have_clean_ones() -> None:
    developed, unread = map(marked.drafts, marked.HALVES)
    assert not {item.id for item in developed} & {item.id for item in unread}
    for items in (developed, unread):
        clean = [item for item in items if not any(mark.sure for mark in item.marks)]
        assert len(clean) >= 5


def test_there_are_drafts_of_many_kinds() -> None:
    files = [marked.DRAFTS / f"{half}.texts.jsonl" for half in marked.HALVES]
    rows = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert len({row["kind"] for row in rows}) >= 18
    assert len({row["outlet"] for row in rows}) >= 30
