"""Places in every format: whatever the letters, line breaks and marks, they are the file's own."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import own_guide
import workflow_commands
from monitor.app import Monitor
from monitor.check.batch import Batch, rules_by_name
from monitor.check.report_formats import as_github, as_page, as_sarif
from monitor.settings import CheckSettings, Settings
from sarif_reader import results_of

FLAGGED = "unfortunate victim"
ODD = (
    "😀",
    "👩\u200d👩\u200d👧",
    "e\u0301",
    "é",
    "مرحبا \u200f",
    "שלום",
    "\u00a0",
    "soft\u00adhyphen",
    "“quoted”",
    "ग़रीब",
    "\r\n",
    "\n",
    "\r\n\r\n",
    "plain words ",
    "100% & more",
    "<b>x</b>",
    "*a* ",
    "c:d,e;",
)


@pytest.fixture(scope="module", name="drafts")
def _drafts(tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    folder = own_guide.make(tmp_path_factory.mktemp("guide"))
    return Monitor(Settings(check=CheckSettings(guideline=str(folder))))


def batch_of(drafts: Monitor, data: bytes, name: str, **options: Any) -> Batch:
    document = {"path": name, **drafts.check_bytes(data, name, include_text=True)}
    rules = rules_by_name(drafts.rules())
    return Batch((document,), "own-guide@1", rules, Path("/work"), **options)


def offset_of(source: str, line: int, column: int) -> int:
    """Where a line and column lie in a text, counted by another hand."""
    parts = re.split(r"(\r\n|\r|\n)", source)
    return sum(map(len, parts[: 2 * (line - 1)])) + column - 1


texts = st.lists(st.sampled_from(ODD), max_size=8).map("".join)


@settings(max_examples=40, deadline=None)
@given(texts, texts, st.sampled_from(["txt", "md", "html"]), st.booleans())
@example("😀\r\n\r\n", "e\u0301", "md", True)
def test_places_are_the_files_own(
    drafts: Monitor, before: str, behind: str, kind: str, bom: bool
) -> None:
    source = f"{before} the {FLAGGED} {behind}"
    batch = batch_of(drafts, (b"\xef\xbb\xbf" if bom else b"") + source.encode(), f"a.{kind}")
    [document] = batch.documents
    found = [one for one in document["findings"] if one["match"] == FLAGGED]
    assert found or kind != "txt"
    results = results_of(as_sarif(batch))
    commands = workflow_commands.read(as_github(batch))
    assert len(results) == len(commands) == len(document["findings"])
    for result, command, one in zip(results, commands, document["findings"], strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        start = offset_of(source, region["startLine"], region["startColumn"])
        end = offset_of(source, region["endLine"], region["endColumn"])
        assert (region["charOffset"], region["charLength"]) == (start, end - start)
        assert source[start:end] == one["match"]
        where = command.properties
        assert offset_of(source, int(where["line"]), int(where["col"])) == start
        assert offset_of(source, int(where["endLine"]), int(where["endColumn"])) == end
        mended = apply(source, result["fixes"][0])
        assert mended == f"{source[:start]}person{source[end:]}"
        marked = re.findall(r"<mark[^>]*>(.*?)</mark>", as_page(batch), re.DOTALL)
        assert html.unescape(marked[0]) == one["match"]


def apply(source: str, fix: dict[str, Any]) -> str:
    [change] = fix["artifactChanges"]
    [replacement] = change["replacements"]
    region = replacement["deletedRegion"]
    end = region["charOffset"] + region["charLength"]
    return source[: region["charOffset"]] + replacement["insertedContent"]["text"] + source[end:]


def test_a_match_with_markup_inside_has_a_place_and_no_fix(drafts: Monitor) -> None:
    for name, source in (
        ("a.md", "The **unfortunate** victim"),
        ("a.html", "<p>The unfortunate&nbsp;victim"),
    ):
        [result] = results_of(as_sarif(batch_of(drafts, source.encode(), name)))
        region = result["locations"][0]["physicalLocation"]["region"]
        end = region["charOffset"] + region["charLength"]
        assert source[region["charOffset"] : end].endswith("victim")
        assert "fixes" not in result


def test_a_word_file_is_its_own_place(drafts: Monitor) -> None:
    document = drafts.check_text(f"The {FLAGGED}.")
    batch = Batch(({"path": "a.docx", **document},), "g", {}, Path("/work"))
    [result] = results_of(as_sarif(batch))
    assert "region" not in result["locations"][0]["physicalLocation"]
    assert "fixes" not in result
    [command] = workflow_commands.read(as_github(batch))
    assert set(command.properties) == {"file", "title"}


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=20).map(lambda s: s.replace("\0", "").replace("/", "") or "a"))
@example("::error file=x::y")
@example("a,b:c%0A\r\nd")
@example("..")
@example("a b#ü?%41.md")
def test_any_file_name_is_read_back(name: str) -> None:
    name = name.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape")
    document = {"path": f"x/{name}", "error": f"{name}: not to be read: {name}"}
    batch = Batch((document,), "g", {}, Path("/work/here"))
    [command] = workflow_commands.read(as_github(batch))
    assert command.name == "error"
    assert command.properties["file"] == (batch.inside(f"x/{name}"))
    assert command.message == document["error"]
    [place] = [one["location"]["uri"] for one in artifacts_of(as_sarif(batch))]
    assert not re.search(r"[^!-~]|[<>\"\\^`{|}]", place)
    assert unquote(place, errors="surrogateescape") == batch.inside(f"x/{name}")
    as_page(batch)


def artifacts_of(log: str) -> list[dict[str, Any]]:
    import json

    found: list[dict[str, Any]] = json.loads(log)["runs"][0]["artifacts"]
    return found


def test_a_file_outside_the_folder_has_an_absolute_place() -> None:
    document = {"path": "../a b.md", "error": "x"}
    batch = Batch((document,), "g", {}, Path("/work/here"))
    assert artifacts_of(as_sarif(batch))[0]["location"]["uri"] == "file:///work/a%20b.md"
    assert workflow_commands.read(as_github(batch))[0].properties["file"] == "/work/a b.md"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
@example("a%0A::error::b\r\n::warning::c%")
@example("{0} [a](1) \\{{ ]( {12}")
def test_any_words_are_read_back(words: str) -> None:
    finding = {
        "rule": "r", "severity": "warning", "message": words, "suggestions": [words], "why": words,
        "match": words, "field": "text", "start": 0, "end": 1, "line": 1, "column": 1,
        "end_line": 1, "end_column": 2, "quoted": "no", "scope": "body", "protects": False,
        "confidence": None, "principle": "p", "sources": [],
    }  # fmt: skip
    document = {"path": "a.md", "findings": [finding], "scorecard": [], "words": 1}
    document |= {"language": "en", "coverage": {"checked": "whole", "note": None, "missed": None}}
    batch = Batch(({**document, "text": f"{words}…"},), "g", {}, Path("/work"))
    [command] = workflow_commands.read(as_github(batch))
    assert command.message == f"{words}\nBetter: {words}\n{words}"
    [result] = results_of(as_sarif(batch))
    said = result["message"]["text"]
    assert not re.search(r"(?<!\{)\{\d+\}", said)
    assert not re.search(r"(?<!\\)\[[^\]]*(?<!\\)\]\(", said)
    page = as_page(batch)
    assert "<script" not in page
    assert "\n::" not in as_github(batch)
