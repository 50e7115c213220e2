"""`monitor export` as it is typed, read back with nothing but json and csv."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from monitor.records.finding import SEVERITIES
from monitor.text.search_terms import HIDDEN

if TYPE_CHECKING:
    from conftest import Followed

csv.field_size_limit(10_000_000)

CONFIDENCE = "findings_confidence"


def rows(followed: Followed, folder: Path, *words: str) -> list[dict[str, Any]]:
    said = followed.desk.type(
        "export", "--restricted", "--format", "jsonl", "-o", str(folder), *words
    )
    assert (said.code, said.out) == (0, ""), said.err
    lines = (folder / "articles.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    first, *others = said.err.splitlines()
    assert first == f"{len(lines)} article{'' if len(lines) == 1 else 's'} written to {folder}"
    dated = any(word in ("--since", "--until") for word in words)
    assert [line.partition(":")[0] for line in others] == ["chosen by"] * dated
    return [json.loads(line) for line in lines]


def table(followed: Followed, folder: Path, *words: str) -> list[dict[str, str]]:
    said = followed.desk.type(
        "export", "--restricted", "--format", "csv", "-o", str(folder), *words
    )
    assert said.code == 0, said.err
    with (folder / "articles.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module", name="everything")
def _everything(
    followed: Followed, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    return rows(followed, tmp_path_factory.mktemp("full"), "--text", "full")


def test_every_article_is_a_line(followed: Followed, everything: list[dict[str, Any]]) -> None:
    assert {row["url"] for row in everything} == set(followed.expected)
    for row in everything:
        assert row["schema"] == 1
        assert len(row["stamps"]) == 11
        assert row["relevant"] in (True, False, None)
        for finding in row["findings"]:
            field = row[finding["field"]]
            assert field[finding["start"] : finding["end"]] == finding["match"]


def test_quotes_hold_no_text_but_the_words_meant(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    quotes = rows(followed, tmp_path)
    assert [row["id"] for row in quotes] == [row["id"] for row in everything]
    assert not any("text" in row for row in quotes)
    for row, whole in zip(quotes, everything, strict=True):
        assert [tag["label"] for tag in row["tags"]] == [tag["label"] for tag in whole["tags"]]
        for finding in row["findings"]:
            shown = finding.get("match")
            field = whole[finding["field"]]
            assert shown in (None, field[finding["start"] : finding["end"]])
    [entry] = json.loads((tmp_path / "manifest.json").read_text())["files"]
    assert entry["rows"] == len(quotes)
    data = (tmp_path / "articles.jsonl").read_bytes()
    assert entry["sha256"] == hashlib.sha256(data).hexdigest()


def test_none_holds_offsets_only(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    since, until = f"{today - timedelta(days=1)}", f"{today}"
    words = ("--min-relevance", "0.9", "--since", since, "--until", until)
    relevant = rows(followed, tmp_path, "--text", "none", *words)
    assert [row["id"] for row in relevant] == [
        row["id"] for row in everything if (row["relevance"] or 0) >= 0.9
    ]
    spans = [f for row in relevant for f in row["findings"]]
    spans += [span for row in relevant for tag in row["tags"] for span in tag["evidence"]]
    assert spans
    assert all("match" not in span and span["start"] < span["end"] for span in spans)


def test_tags_choose(followed: Followed, everything: list[dict[str, Any]], tmp_path: Path) -> None:
    def tagged(row: dict[str, Any], scheme: str, label: str) -> bool:
        return any((tag["scheme"], tag["label"]) == (scheme, label) for tag in row["tags"])

    chosen = rows(followed, tmp_path, "--form", "forced_labour", "--place", "gb")
    assert [row["id"] for row in chosen] == [
        row["id"]
        for row in everything
        if tagged(row, "form", "forced_labour") and tagged(row, "place", "GB")
    ]
    assert 0 < len(chosen) < len(everything)


def test_what_is_kept_of_articles_chooses(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    first = next(row for row in everything if row["story"])
    for option, wanted in (
        ("--outlet", {row["id"] for row in everything if row["outlet"] == first["outlet"]}),
        ("--language", {row["id"] for row in everything if row["language"] == first["language"]}),
        ("--story", {row["id"] for row in everything if row["story"] == first["story"]}),
    ):
        chosen = rows(followed, tmp_path, option, first[option.removeprefix("--")])
        assert [row["id"] for row in chosen] == [r["id"] for r in everything if r["id"] in wanted]
        assert chosen
        assert len(chosen) < len(everything) or option == "--language"  # all are in English
    words = "police -court"
    said = followed.desk.type("export", "--format", "jsonl", "-o", f"{tmp_path}", "--query", words)
    assert said.err.startswith(f"looked for: police without court; {HIDDEN}\n")
    found = followed.desk.type("articles", "search", "--limit", "100", "--", *words.split())
    ids = [line.split("\t")[0] for line in found.out.splitlines()]
    lines = (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert ids
    whole = tmp_path / "restricted"
    followed.desk.type(
        "export", "--restricted", "--format", "jsonl", "-o", f"{whole}", "--query", words
    )
    every = (whole / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in every] == ids[::-1]
    # what others may have leaves out an article that names somebody who was harmed
    naming = {row["id"] for row in everything if any(map(names_somebody, row["findings"]))}
    assert [json.loads(line)["id"] for line in lines] == [i for i in ids[::-1] if i not in naming]


def names_somebody(finding: dict[str, Any]) -> bool:
    return finding["rule"].endswith("-named") and finding["severity"] != "suggestion"


def test_every_line_is_of_the_schema(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    said = followed.desk.type("export", "--schema")
    validator = Draft202012Validator(json.loads(said.out))
    quotes = rows(followed, tmp_path)
    for row in [*everything, *quotes]:
        validator.validate(row)
        assert row["provenance"]["feed"].startswith("http://127.0.0.1")
        assert [one["sha256"] for one in row["versions"]] == [row["sha256"]]
    assert len({row["story"] for row in everything}) > 1


def test_nothing_chosen_is_an_empty_file(followed: Followed, tmp_path: Path) -> None:
    assert rows(followed, tmp_path, "--until", "2001-01-01") == []
    assert (tmp_path / "articles.jsonl").read_bytes() == b""


def test_a_table_says_the_same(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    found = table(followed, tmp_path, "--text", "full")
    assert [row["id"] for row in found] == [row["id"] for row in everything]
    for row, whole in zip(found, everything, strict=True):
        assert row["text"].removeprefix("'").splitlines() == whole["text"].splitlines()
        assert row["relevance"] == ("" if whole["relevance"] is None else repr(whole["relevance"]))
        counts = [f"findings_{severity}" for severity in SEVERITIES]
        assert sum(int(row[key]) for key in counts) == len(whole["findings"])
        sure = [one["confidence"] for one in whole["findings"] if one["confidence"] is not None]
        assert row[CONFIDENCE] == (repr(max(sure)) if sure else "")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--form", "slavery"], "--form: 'slavery' is none of sexual_exploitation"),
        (["--place", "Thailand"], "--place: 'THAILAND'"),
        (["--language", "English"], "--language: 'English' is no ISO 639 code"),
        (["--story", "nobody's"], "no story 'nobody's'"),
        (["--since", "last week"], "--since: 'last week'"),
        (["-o", "feeds.opml/out"], "cannot write feeds.opml/out: "),
    ],
)
def test_a_wrong_wish_is_named(followed: Followed, words: list[str], named: str) -> None:
    assert named in followed.desk.refuses("export", "--format", "csv", "-o", "wrong", *words)
    assert not (followed.desk.folder / "wrong").exists()


def test_the_parser_refuses_too(followed: Followed) -> None:
    said = followed.desk.type("export", "--format", "xlsx", "-o", "wrong")
    assert said.code == 2
    assert "xlsx" in said.err


def test_what_leads_to_who_is_identified_is_withheld(
    followed: Followed, everything: list[dict[str, Any]], tmp_path: Path
) -> None:
    out, key = tmp_path / "out", tmp_path / "own.jsonl"
    said = followed.desk.type("export", "--format", "jsonl", "-o", str(out), "--key", str(key))
    assert said.code == 0, said.err
    lines = (out / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    named = {row["id"] for row in map(json.loads, lines)}
    withheld = [row for row in everything if row["id"] not in named]
    assert withheld, "some article of the desk identifies somebody"
    assert f"{len(withheld)} withheld, as somebody can be known by them: 0 have a row" in said.err
    assert not key.exists()  # no 20 stories of this desk are alike, so that none has a row
    given = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file())
    assert not [row["url"] for row in withheld if row["url"].encode() in given]
    inside = followed.desk.type("export", "--format", "csv", "-o", str(out), "--key", f"{out}/k")
    assert inside.code == 2
    assert not (out / "k").exists()
