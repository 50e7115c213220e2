"""Withheld articles in exports for anybody: who has the archive and this program finds none."""

from __future__ import annotations

import json
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import shipped
from archive_attack import archive, in_both, rows, suspects, told
from monitor.app import Monitor
from monitor.export import as_of, selection
from monitor.export.exporter import ExportReport
from monitor.export.publication import PublicationPolicy
from monitor.export.record import record_schema
from monitor.records.article import Article, Assessment
from monitor.records.finding import Finding, Span
from monitor.records.hidden_names import Mask
from monitor.records.tag import Tag
from monitor.settings import Settings
from monitor.storage.stories import StoryPlacement
from store_samples import GUIDELINE, feed, incoming, poll

K = 20
BEGUN = datetime(2026, 10, 1, 8, tzinfo=UTC)
TABLES = ("jsonl", "csv", "parquet")
FORMS = ("sexual_exploitation", "forced_labour", "forced_criminality")
ABOUT = re.compile(r"Case (\w+) (\w+) (\w+) (withheld|open)\.")
AGES = ("child", "child", "adult", "unknown")
LETTERS = "bdfgklmnprstvz"

Case = tuple[int, str, str, str]
"""Its number, form, age, and whether it is withheld."""


class Judge:
    """Says of an article what its first sentence says."""

    stamp = GUIDELINE

    def assess(self, articles: Sequence[Article]) -> list[Assessment]:
        return [self._said(one.text) for one in articles]

    def _said(self, text: str) -> Assessment:
        case, form, age, hidden = ABOUT.findall(text)[0]
        relevant = form != "none"
        score = 0.5 + int(case) / 1000
        tags = (Tag("form", form, score, (Span("text", 5, 8),)),) if relevant else ()
        if age != "unknown":
            tags += (Tag("victim", age, score),)
        known = (
            (Finding(*_RULE, *_words(text), guideline="thb-en"),) if hidden == "withheld" else ()
        )
        return Assessment(
            self.stamp,
            relevance=score if relevant else 0.1,
            relevant=relevant,
            borderline=False,
            tags=tags,
            findings=known,
        )


_RULE = ("child-name-identified", "warning", "privacy", "body", "text")


def _words(text: str) -> tuple[Any, ...]:
    return 0, 4, text[:4], "no", "Named.", "Why.", (), ()


def text_of(case: int, form: str, age: str, hidden: str) -> str:
    """Return a text of words that no other case has."""
    dice = random.Random(case)
    words = ["".join(dice.choices(LETTERS, k=7)) for _ in range(40 + case % 60)]
    return f"Case {case:03} {form} {age} {hidden}. {' '.join(words)}."


class Desk:
    """A desk of three outlets, with more withheld articles of most kinds than open ones."""

    def __init__(self, monitor: Monitor, clock: list[datetime], folder: Path) -> None:
        self.monitor, self.clock, self.folder = monitor, clock, folder
        self._stories: dict[str, str] = {}

    def add(self, *cases: Case, outlet: int = 0, day: int = 0) -> None:
        """Store, judge and fold articles of cases, all of them looked through for names."""
        self.store(cases, outlet, day)
        self.judge()

    def store(self, cases: Sequence[Case], outlet: int, day: int) -> None:
        """Store articles of cases."""
        at = BEGUN + timedelta(days=day, hours=outlet)
        self.clock[0] = max(self.clock[0], at) + timedelta(microseconds=1)
        source = replace(feed(f"{outlet}"), outlet=f"Paper {outlet}")
        self.monitor.store.add_feeds([source], at)
        entries = []
        for case in cases:
            text, name = text_of(*case), f"{case[0]:03}-{outlet}"
            title = f"Headline {case[0]}{'!' * (case[0] % 7)}"
            entries.append(incoming(name, text, title=title, published=at - timedelta(hours=1)))
        self.monitor.store.record_poll(poll(source, entries, at=at), at)
        stamp = self.monitor.names_stamp
        masks = [Mask(one.article_id, one.sha256, stamp) for one in entries]
        self.monitor.store.record_masks(masks, at)

    def judge(self) -> None:
        """Judge and fold what came in."""
        self.monitor.assess()
        stories = self.monitor.stories_stamp
        self.monitor.store.fold(stories, [GUIDELINE], self._place, self.clock[0], limit=999)

    def _place(self, article: Article, _: object = None) -> StoryPlacement:
        story = self._stories.setdefault(article.id[:-1], article.id)
        return StoryPlacement(story, "", (), article.seen)

    def export(self, name: str, kind: str = "jsonl", **options: Any) -> ExportReport:
        """Export under a name, some time after the last."""
        self.clock[0] += timedelta(seconds=1)
        key = self.folder / f"{name}.key.jsonl"
        out = self.folder / name
        return selection.export(self.monitor, out, format=kind, key=key, **options)  # type: ignore[arg-type]


@contextmanager
def opened(folder: Path, since: str) -> Iterator[Desk]:
    """Open the desk in a folder, in which exports are written beside it."""
    clock, judge = [datetime.fromisoformat(since)], Judge()
    with Monitor(Settings(home=folder / "desk"), now=lambda: clock[0]) as monitor:
        vars(monitor).update(shelf=shipped.shelf(), assessors=(judge,), classifiers=(judge,))
        yield Desk(monitor, clock, folder)


@pytest.fixture(name="made", scope="module")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    (folder / "desk").mkdir()
    with opened(folder, "2026-11-05T00:00Z") as desk:
        for half in (0, 1):
            told_by: dict[int, list[Case]] = {0: [], 1: [], 2: []}
            for number in range(33 * half, 33 * half + 33):
                form, age = FORMS[number % 7 % 3], AGES[number % 4]
                case = (number, form, age, "withheld" if number % 6 else "open")
                told_by[number % 2].append(case)
                if number % 3 == 0:  # another paper has it too
                    told_by[2].append(case)
            for outlet, cases in told_by.items():
                desk.store(cases, outlet, 30 * half)
        desk.store([(n, "none", "unknown", "withheld") for n in range(100, 130)], 0, 33)
        desk.store([(n, "none", "unknown", "open") for n in range(130, 140)], 0, 34)
        desk.judge()
    return folder


@pytest.fixture(name="desk")
def _desk(made: Path, tmp_path: Path) -> Iterator[Desk]:
    shutil.copytree(made / "desk", tmp_path / "desk")
    with opened(tmp_path, "2026-11-20T00:00Z") as desk:
        yield desk


def given(folder: Path) -> list[Any]:
    return list(rows(folder))


@pytest.mark.parametrize("kind", TABLES)
def test_a_row_may_be_of_twenty_stories_in_one_export_and_in_two(desk: Desk, kind: str) -> None:
    desk.export("first", kind, policy=PublicationPolicy(text="none"))
    before = suspects(archive(desk.monitor, text="none"), desk.folder / "first")
    desk.add((70, "forced_labour", "child", "withheld"), outlet=1, day=60)
    for name, options in {
        "full": {"policy": PublicationPolicy(text="full")},
        "until": {"filters": {"until": BEGUN + timedelta(days=25)}},
        "since": {"filters": {"since": datetime(2026, 1, 1, tzinfo=UTC)}},
    }.items():
        desk.export(name, kind, **options)
        policy = options.get("policy", PublicationPolicy()).text
        filters = options.get("filters")
        found = suspects(archive(desk.monitor, filters, text=policy), desk.folder / name)
        assert found
        assert all(len(stories) >= K for stories in found.values()), name
        both = in_both(before, found)
        assert both
        assert all(len(stories) >= K for stories in both)
        one, other = (Counter(map(told, given(desk.folder / n))) for n in ("first", name))
        assert all(n % K == 0 for counts in (one, other) for n in counts.values())
        ids = [{row["id"] for row in given(desk.folder / n)} for n in ("first", name)]
        assert not ids[0] & ids[1]
    assert len(before) == 2  # relevant ones and others
    assert all(len(stories) >= K for stories in before.values())


def test_one_more_withheld_article_leaves_no_trace(desk: Desk) -> None:
    kinds = (*TABLES, "brat", "labelstudio", "doccano")
    for kind in kinds:
        desk.export(f"before-{kind}", kind)
    desk.add((70, "forced_labour", "child", "withheld"), outlet=1, day=60)
    for kind in kinds:
        desk.export(f"after-{kind}", kind)
        one, other = (_traces(desk.folder / f"{when}-{kind}") for when in ("before", "after"))
        assert one == other, kind


def _traces(folder: Path) -> dict[str, Any]:
    """Return all that a folder tells, but for ids, hashes, sizes and the moment."""
    found: dict[str, Any] = {"rows": sorted(map(told, rows(folder)))}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".md", ".cff"):
            text = path.read_text(encoding="utf-8")
            found[path.name] = re.sub(
                r"\d{4}-\d\d-\d\d(T[\d:]+Z)?|\d+ \|$", "", text, flags=re.MULTILINE
            )
        elif path.name in ("manifest.json", "loss.json"):
            values = json.loads(path.read_text(encoding="utf-8"))
            for entry in values.get("files", ()):
                for key in ("bytes", "sha256", "created", "read"):
                    del entry[key]
            found[path.name] = values
        elif path.suffix != ".parquet" and path.name != "SHA256SUMS" and path.is_file():
            lines = path.read_text(encoding="utf-8").splitlines()
            own = re.compile('2026-11-[23]0|"hash"|"bytes"')
            found[path.name] = [line for line in lines if not own.search(line)]
    for name in ("articles.csv", "articles.jsonl", "ctdc.csv", "croissant.json"):
        found.pop(name, None)  # compared row by row, or with the moment in it
    return found


def test_what_is_chosen_otherwise_than_by_day_has_no_row(desk: Desk) -> None:
    for number, filters in enumerate(
        (
            {"outlet": "Paper 0"},
            {"form": "sexual_exploitation"},
            {"relevant": False},
            {"query": "Case"},
            {"outlet": "Paper 1", "since": BEGUN, "until": BEGUN + timedelta(days=1)},
            {"since": BEGUN},  # in the middle of a year
        )
    ):
        report = desk.export(f"chosen-{number}", filters=filters)
        assert not given(report.path.parent), filters
        told = report.facts.withheld_counts
        assert told
        assert all(cell["articles"] % K == 0 for cell in told.at_least)
        one_day = "until" in filters
        assert (told.articles == 0) is one_day


def test_formats_of_texts_have_none_of_them(desk: Desk) -> None:
    hidden = [one for one in archive(desk.monitor) if one.withheld]
    for kind in ("brat", "labelstudio", "doccano"):
        report = desk.export(kind, kind, policy=PublicationPolicy(text="full"))
        assert report.rows == len(archive(desk.monitor)) - len(hidden)
        said = b"".join(p.read_bytes() for p in report.path.parent.rglob("*") if p.is_file())
        for one in hidden:
            assert one.given["id"].encode() not in said
            assert one.record["id"].encode() not in said
    rest = desk.export("lines")
    told = report.facts.withheld_counts
    assert told
    assert rest.facts.withheld_counts == replace(told, rows=80)
    assert rest.rows == report.rows + 80


def test_they_are_counted_by_form_and_age_in_manifest_loss_and_card(desk: Desk) -> None:
    report = desk.export("counted")
    folder = report.path.parent
    (entry,) = json.loads((folder / "manifest.json").read_text("utf-8"))["files"]
    told_of = entry["withheld_articles"]
    assert told_of["k"] == K
    assert json.loads((folder / "loss.json").read_text("utf-8"))["withheld_articles"] == told_of
    cells = {(one["form"], one["age"]): one["articles"] for one in told_of["at_least"]}
    truth: Counter[tuple[Any, Any]] = Counter()
    stories: dict[tuple[Any, Any], set[str]] = {}
    for one in archive(desk.monitor):
        if one.withheld:
            labels = {tag["scheme"]: tag["label"] for tag in one.record["tags"]}
            form, age = labels.get("form", "unknown"), labels.get("victim", "unknown")
            for cell in ((form, age), (form, None), (None, age), (None, None)):
                truth[cell] += 1
                stories.setdefault(cell, set()).add(one.story)
    for cell, count in truth.items():
        assert cells.get(cell, 0) % K == 0
        assert len(stories[cell]) // K * K <= cells.get(cell, 0) <= count
    assert cells.keys() <= truth.keys()
    assert cells[None, "child"] >= K
    card = (folder / "README.md").read_text("utf-8")
    assert f"| all | child | {cells[None, 'child']} |" in card
    hidden = entry["counts"].keys() & {"addresses", "untold", "identification_findings"}
    assert not hidden  # exact counts of what is withheld would tell one article from the next


def test_an_export_made_again_has_the_same_bytes_and_key(desk: Desk) -> None:
    for kind in TABLES:
        first = desk.export(kind, kind)
    desk.add((70, "forced_labour", "child", "withheld"), outlet=1, day=60)
    for kind in TABLES:
        earlier = as_of.read_earlier(desk.folder / kind)
        key = desk.folder / f"again-{kind}.key.jsonl"
        out = desk.folder / f"again-{kind}"
        report = as_of.export_again(desk.monitor, out, earlier, key=key)
        assert as_of.compare(desk.monitor, earlier, report).same
        assert key.read_bytes() == (desk.folder / f"{kind}.key.jsonl").read_bytes()
    assert first.rows == report.rows


def test_the_key_has_a_line_for_each_row_and_no_other(desk: Desk) -> None:
    report = desk.export("keyed")
    assert report.key
    lines = [json.loads(line) for line in report.key.read_text("utf-8").splitlines()]
    assert {line["id"] for line in lines} == {row["id"] for row in given(report.path.parent)}
    assert len({line["url"] for line in lines}) == len(lines) == 80


def test_rows_are_of_the_schema_last_and_say_nothing_else(desk: Desk) -> None:
    report = desk.export("schema")
    every = [json.loads(line) for line in report.path.read_text("utf-8").splitlines()]
    for row in every:
        Draft202012Validator(json.loads(record_schema())).validate(row)
    hidden = [row for row in every if "withheld_year" in row]
    assert every[-80:] == hidden == sorted(hidden, key=lambda row: row["id"])
    for row in hidden:
        known = ("id", "schema", "relevant", "borderline", "experimental", "stamps")
        empty = ("length", "flow_region", "provenance", "withheld_year")
        assert not any(value for name, value in row.items() if name not in (*known, *empty))
        assert row["withheld_year"] == 2026
        assert row["length"] == {"title": None, "text": None}
        assert row["flow_region"] == {"kind": "unknown", "bodies": []}
        assert row["provenance"] == {"feed": None, "origin": None, "fetched": None}


def test_a_restricted_export_has_all(desk: Desk) -> None:
    report = desk.export("restricted", policy=PublicationPolicy(text="full", restricted=True))
    every = [json.loads(line) for line in report.path.read_text("utf-8").splitlines()]
    assert len(every) == len(archive(desk.monitor))
    assert all(row["url"] and row["text"] for row in every)
    assert report.facts.withheld_counts is None
