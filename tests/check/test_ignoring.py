"""Comments that silence a rule: where they reach, what they must say, what the answer tells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import own_guide
from monitor.app import Monitor
from monitor.check.ignore_comments import ignore_comment, read_comments, with_ignored
from monitor.settings import CheckSettings, Settings
from monitor.text.positions import Positions
from monitor.text.readers import make_document

RULE = "unfortunate-victim"
BAD = "The unfortunate victim was asked."
SILENT = f"<!-- monitor-ignore {RULE}: quoted from the ruling -->"


@pytest.fixture(scope="module", name="drafts")
def _drafts(tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    folder = own_guide.make(tmp_path_factory.mktemp("guide"))
    return Monitor(Settings(check=CheckSettings(guideline=str(folder))))


def places(entry: dict[str, Any], key: str = "findings") -> list[int]:
    return [finding["line"] for finding in entry.get(key, ())]


@pytest.mark.parametrize(
    ("format", "text", "found", "ignored"),
    [
        ("md", f"{BAD} {SILENT}\n\n{BAD}\n", [3], [1]),
        ("md", f"One line of\n{BAD} {SILENT}\nand one more. {BAD}\n\n{BAD}", [5], [2, 3]),
        ("md", f"{BAD}\n\n{SILENT}\n\n{BAD}\n\n{BAD}\n", [1, 7], [5]),
        ("md", f"{BAD}\n\n{SILENT}\n{BAD}\n\n{BAD}\n", [1, 6], [4]),
        ("md", f"{SILENT} {BAD}\n\n{BAD}", [3], [1]),
        ("md", f"## {BAD} {SILENT}\n\n{BAD}\n", [3], [1]),
        ("md", f"- {BAD}\n- {BAD} {SILENT}\n- {BAD}\n", [1, 3], [2]),
        (
            "md",
            f"> {BAD}\n> {SILENT.replace(': quoted', ': long' + chr(10) + '> quoted')}\n",
            [1],
            [],
        ),
        ("md", f"| a | b |\n|---|---|\n| {BAD} | {BAD} {SILENT} |\n", [3], [3]),
        ("md", f"```\n{SILENT}\n```\n\n{BAD} `{SILENT}`\n", [5], []),
        ("md", f"{SILENT.replace('ignore', 'ignore-file')}\n\n# {BAD}\n\n{BAD}\n", [], [3, 5]),
        ("md", f"{BAD}\n\n<!-- monitor-ignore-file {RULE}: last word -->", [], [1]),
        ("html", f"<p>{BAD}<p>{BAD}{SILENT}<p>{BAD}", [1, 1], [1]),
        ("html", f"<div>{SILENT}\n<p>{BAD}</p>\n<p>{BAD}</p></div>", [3], [2]),
        ("html", f"<ul>\n<li>{BAD}\n<li>{BAD} {SILENT}<ul>\n<li>{BAD}</ul></ul>", [2, 4], [3]),
        (
            "html",
            f"<script>x = '{SILENT}'</script><h1>A</h1><textarea>{SILENT}</textarea><p>{BAD}",
            [1],
            [],
        ),
        (
            "html",
            f"<head>{SILENT.replace('ignore', 'ignore-file')}</head>\n<p>{BAD}\n<p>{BAD}",
            [],
            [2, 3],
        ),
        ("html", f"<p>A map <img alt='{BAD}'> here. {SILENT}</p>\n<p>{BAD}", [2], [1]),
        ("txt", f"{BAD} {SILENT}", [1, 1], []),
    ],
)
def test_a_comment_reaches_its_block_or_the_next(
    drafts: Monitor, format: str, text: str, found: list[int], ignored: list[int]
) -> None:
    entry = drafts.check_text(text, format=format)
    assert (places(entry), places(entry, "ignored")) == (found, ignored)


def test_what_is_silenced_keeps_its_place_and_says_why(drafts: Monitor) -> None:
    text = f"\ufeff---\r\ntitle: x\r\n---\r\n\r\nCafe\u0301 😀\u00a0{BAD} {SILENT}\r\n"
    entry = drafts.check_bytes(text.encode(), "a.md")
    [one] = entry["ignored"]
    source = text.removeprefix("\ufeff")
    assert source[one["source_start"] : one["source_end"]] == "unfortunate victim"
    assert (one["line"], one["rule"], one["reason"]) == (5, RULE, "quoted from the ruling")
    assert "ignore_problems" not in entry


@pytest.mark.parametrize(
    ("comment", "says"),
    [
        (f"<!-- monitor-ignore {RULE} -->", "without a reason"),
        (f"<!-- monitor-ignore {RULE}: -->", "without a reason"),
        ("<!-- monitor-ignore : it is so -->", "names no rule"),
        ("<!--monitor-ignore-->", "names no rule"),
        ("<!-- monitor-ignore unlucky: it is so -->", "'unlucky', which is no rule"),
        ("<!-- monitor-ignore The victim said: it -->", "in a rule's place"),
    ],
)
def test_a_comment_that_cannot_hold_says_where(drafts: Monitor, comment: str, says: str) -> None:
    text = f"A line.\n\n{BAD} {comment}\n"
    entry = drafts.check_text(text, format="md")
    [problem] = entry["ignore_problems"]
    assert says in problem["message"]
    assert (problem["line"], problem["column"]) == (3, len(BAD) + 2)
    assert text[problem["source_start"] : problem["source_end"]] == comment
    assert (places(entry), "ignored" in entry) == ([3], False)


def test_an_unknown_rule_beside_a_known_one_does_not_spoil_it(drafts: Monitor) -> None:
    text = f"{BAD} <!-- monitor-ignore unlucky, own-guide/{RULE}: it is so -->"
    entry = drafts.check_text(text, format="md")
    assert places(entry, "ignored") == [1]
    assert len(entry["ignore_problems"]) == 1


def test_a_comment_with_nothing_after_it_says_so(drafts: Monitor) -> None:
    entry = drafts.check_text(f"{BAD}\n\n{SILENT}\n", format="md")
    assert places(entry) == [1]
    assert "no paragraph after it" in entry["ignore_problems"][0]["message"]


def test_other_comments_are_none_of_ours(drafts: Monitor) -> None:
    text = f"{BAD} <!-- monitor-ignored {RULE}: x --> <!-- TODO: {RULE} --> <!--> <!-- -->"
    for kind in ("md", "html"):
        entry = drafts.check_text(text, format=kind)
        assert (places(entry), "ignore_problems" in entry) == ([1], False)


def test_a_document_rule_is_silenced_for_the_whole_file() -> None:
    item = {"item": "no-helpline", "met": False, "reason": "none", "evidence": []}
    other = {**item, "item": "no-context"}
    silent = "<!-- monitor-ignore{} no-helpline: the broadcast shows it -->"
    for kind, reasons in (("-file", ["the broadcast shows it", None]), ("", [None, None])):
        text = f"{silent.format(kind)}\n\nWords."
        document = make_document(text, format="md", max_chars=1000)
        entry = {"findings": [], "scorecard": [item, other]}
        told = with_ignored(entry, document.comments, {"no-helpline"}, Positions(text))
        assert [one.get("ignored") for one in told["scorecard"]] == reasons


@settings(max_examples=30, deadline=None)
@given(st.text(), st.booleans(), st.sampled_from(["md", "html"]))
def test_a_written_comment_is_read_again(reason: str, whole: bool, format: str) -> None:
    written = ignore_comment([RULE, "other-rule"], f"so {reason}", whole_file=whole)
    if any(ord(c) < 32 or "\ud800" <= c <= "\udfff" for c in written) or "\x85" in written:
        return
    text = f"Words before. {written} Words after."
    document = make_document(text, format=format, max_chars=10_000)
    assert document.text == "Words before. Words after."
    [silence], problems = read_comments(document.comments, {RULE, "other-rule"})
    assert problems == []
    assert silence.rules == (RULE, "other-rule")
    assert silence.reason.startswith("so")
    assert silence.block == (None if whole else (0, len(document.text)))
