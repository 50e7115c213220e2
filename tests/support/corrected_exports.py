"""A desk with three articles, exported and corrected as annotation tools do it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from light_desk import LightDesk
from monitor.app import Monitor
from monitor.export.columns import CorrectedFormat, ExportFormat, TextDegree
from monitor.export.corrections_import import ImportedCorrections, apply_corrections
from monitor.export.exporter import export as corpus_export
from monitor.export.identification_risk import DisclosureRules
from monitor.export.publication import PublicationPolicy
from monitor.export.selection import chosen, read_at
from monitor.feeds.urls import article_id
from monitor.records.finding import Span
from monitor.records.hidden_names import Shown
from monitor.records.tag import Tag
from monitor.review.review_queue import Reviewer
from monitor.settings import Settings
from store_samples import NOW, feed, flagged, incoming, judged, poll, tagged

TITLE = "Slave 😀 ring broken up"
BODY = "The men 😀 had been forced to work.\r\nA guard had beaten them. The owner was charged."
AMA = Reviewer("Ama")
FORMATS: tuple[CorrectedFormat, ...] = ("brat", "labelstudio", "doccano", "jsonl")


@dataclass
class Home:
    """A desk with three articles, and the export of them."""

    monitor: Monitor
    folder: Path
    text: TextDegree = "full"

    def export(self, format: ExportFormat) -> Path:
        out = self.folder / f"out-{format}"
        policy = PublicationPolicy(text=self.text, restricted=True)
        records = chosen(self.monitor, {}, read_at(self.monitor, NOW))
        corpus_export(records, out, format=format, policy=policy)
        return out

    def give_away(self, format: ExportFormat) -> Path:
        """Export for anybody: `charged` is a hidden name, and the flag is one on identification.

        A low one: an article with another would be withheld.
        """
        out = self.folder / f"public-{format}"
        records = (
            replace(
                one,
                shown=Shown(one.assessed.article.title, (span("charged"),)),
                assessed=replace(
                    one.assessed,
                    findings=tuple(
                        replace(f, severity="suggestion") for f in one.assessed.findings
                    ),
                ),
            )
            for one in chosen(self.monitor, {}, read_at(self.monitor, NOW))
        )
        guard = DisclosureRules(frozenset({"victim-as-slave"}), frozenset({"thb-en"}))
        corpus_export(
            records, out, format=format, policy=PublicationPolicy(text="full"), guard=guard
        )
        return out

    def bring(
        self, path: Path, format: CorrectedFormat, who: Reviewer = AMA, **more: Any
    ) -> ImportedCorrections:
        if format == "jsonl":
            more.setdefault("exported", self.folder / "out-jsonl")
        return apply_corrections(self.monitor, path, format, who, **more)

    def said(self, name: str = "a") -> list[tuple[str, str, dict[str, tuple[str, ...]]]]:
        reviews = self.monitor.store.reviews(key(name))
        return [(one.reviewer, one.verdict, dict(one.tags)) for one in reviews]

    def flags(self, name: str = "a") -> dict[tuple[str, str, int, int], bool]:
        sha256 = self.monitor.store.article(key(name), ()).article.sha256
        return self.monitor.store.flags_said(key(name), sha256, AMA.name)


def key(name: str) -> str:
    return article_id(url(name))


def url(name: str) -> str:
    return f"https://news.example/{name}"


def span(words: str) -> Span:
    return Span("text", BODY.index(words), BODY.index(words) + len(words))


TAGS = (
    Tag("form", "forced_labour", 0.9, (span("forced to work"),)),
    Tag("form", "other", 0.4, (span("beaten"),)),
    Tag("response", "prosecution", 0.8, (span("work.\r\nA guard"), span("charged"))),
    Tag("place", "TH", 0.8, (span("The men 😀"),), "exploitation"),
    Tag("place", "GH", 0.7, (), "origin"),
    Tag("victim", "adult", 0.6),
    Tag("indicator", "isolation", 0.6, (span("guard"),)),
)


def fill(folder: Path) -> None:
    """Store and judge the articles a, b and c in a folder that is there."""
    with LightDesk(Settings(home=folder), now=lambda: NOW) as monitor:
        monitor.store.add_feeds([feed()], NOW)
        entries = [
            incoming(name, f"{BODY} {name}", title=TITLE, article_id=key(name), url=url(name))
            for name in "abc"
        ]
        monitor.store.record_poll(poll(feed(), entries), NOW)
        for entry in entries:
            article = monitor.store.article(entry.article_id, ()).article
            said = (judged(0.9), tagged(*TAGS), flagged(article))
            monitor.store.record_assessments([(article, one) for one in said], NOW)


@contextmanager
def open_home(folder: Path, filled: Path) -> Iterator[Home]:
    """Open a copy of a desk that was filled once."""
    shutil.copytree(filled, folder / "desk")
    with LightDesk(Settings(home=folder / "desk"), now=lambda: NOW) as monitor:
        yield Home(monitor, folder)


# Corrections as each tool writes them -----------------------------------------------------------

Edit = Callable[[dict[str, Any]], None]


def rewrite(path: Path, edit: Callable[[str], str]) -> None:
    before = path.read_text("utf-8")
    after = edit(before)
    assert after != before
    path.write_text(after, encoding="utf-8", newline="")


def each_line(path: Path, edit: Edit) -> None:
    """Change the row of article a in a file of JSON Lines."""

    def changed(text: str) -> str:
        rows = [json.loads(line) for line in text.splitlines()]
        for row in rows:
            if key("a") in (row.get("id"), row.get("article")):
                edit(row)
        return "".join(json.dumps(row) + "\n" for row in rows)

    rewrite(path, changed)


def standoff(out: Path, name: str = "a") -> Path:
    (path,) = out.rglob(f"{key(name)}.ann")
    return path


def annotate(out: Path, edit: Callable[[list[dict[str, Any]]], None], **facts: Any) -> None:
    """Annotate every task as Label Studio does, from its prediction; change that of article a."""
    path = out / "labelstudio-0001.json"
    tasks = json.loads(path.read_text("utf-8"))
    for number, task in enumerate(tasks):
        result = json.loads(json.dumps(task["predictions"][0]["result"]))
        for n, one in enumerate(result):
            one["id"] = f"Xy{n}"  # Label Studio gives regions ids of its own
        if task["data"]["article"] == key("a"):
            edit(result)
        task["annotations"].append(
            {"id": 7, "completed_by": 1, "result": result, "parent_prediction": number + 1, **facts}
        )
        task["predictions"] = []
    path.write_text(json.dumps(tasks, ensure_ascii=False), encoding="utf-8")


def remove_form(home: Home, format: CorrectedFormat) -> Path:
    """Take `form: other` away, in the way of each tool."""
    out = home.export(format)
    if format == "brat":
        rewrite(standoff(out), lambda text: re.sub(r"T\d+\tform-other .*\n#\d+\t.*\n", "", text))
    elif format == "labelstudio":
        annotate(out, lambda result: _drop(result, "form-other"))
    elif format == "doccano":
        each_line(out / "doccano.jsonl", lambda row: row["label"].remove(_label(row, "form-other")))
    else:
        out = corrected_copy(home)
        each_line(out, lambda row: row["tags"].pop(tag_number(row, "form", "other")))
    return out


def _drop(result: list[dict[str, Any]], name: str) -> None:
    (gone,) = [one for one in result if name in one["value"].get("labels", ())]
    result.remove(gone)


def _label(row: dict[str, Any], name: str) -> list[Any]:
    (found,) = [one for one in row["label"] if one[2] == name]
    return found


def tag_number(row: dict[str, Any], scheme: str, label: str) -> int:
    (found,) = [
        n for n, tag in enumerate(row["tags"]) if (tag["scheme"], tag["label"]) == (scheme, label)
    ]
    return found


def corrected_copy(home: Home) -> Path:
    path = home.folder / "corrected.jsonl"
    shutil.copy(home.folder / "out-jsonl" / "articles.jsonl", path)
    return path


def add_form(home: Home, format: CorrectedFormat) -> Path:
    """Mark `beaten` as forced begging too."""
    out = home.export(format)
    at = len(TITLE) + 2 + BODY.index("beaten")
    if format == "brat":
        rewrite(standoff(out), lambda t: f"{t}T90\tform-forced_begging {at} {at + 6}\tbeaten\n")
    elif format == "labelstudio":
        value = {"start": at, "end": at + 6, "text": "beaten", "labels": ["form-forced_begging"]}
        mark = {"id": "q", "from_name": "form", "to_name": "text", "type": "labels", "value": value}
        annotate(out, lambda result: result.append(mark))
    elif format == "doccano":
        units = at + 2  # two emoji stand before it
        each_line(
            out / "doccano.jsonl",
            lambda row: row["label"].append([units, units + 6, "form-forced_begging"]),
        )
    else:
        out = corrected_copy(home)
        tag = {"scheme": "form", "label": "forced_begging", "score": 1, "evidence": []}
        each_line(out, lambda row: row["tags"].append(tag))
    return out


def remove_flag(home: Home, format: CorrectedFormat) -> Path:
    out = home.export(format)
    if format == "brat":
        rewrite(standoff(out), lambda text: re.sub(r"T\d+\tfinding-.*\n#\d+\t.*\n", "", text))
    elif format == "labelstudio":
        annotate(out, lambda result: _drop(result, "finding-victim-as-slave"))
    elif format == "doccano":
        name = "finding-victim-as-slave"
        each_line(out / "doccano.jsonl", lambda row: row["label"].remove(_label(row, name)))
    else:
        out = corrected_copy(home)
        each_line(out, lambda row: row["findings"].clear())
    return out


def change_relevance(home: Home, format: CorrectedFormat) -> Path:
    out = home.export(format)
    if format == "brat":
        rewrite(
            standoff(out),
            lambda text: text.replace("Relevance T1 relevant", "Relevance T1 borderline"),
        )
    elif format == "labelstudio":
        annotate(out, _say_borderline)
    else:
        out = corrected_copy(home)
        each_line(out, lambda row: row.update(relevant=False, borderline=True))
    return out


def _say_borderline(result: list[dict[str, Any]]) -> None:
    (chosen,) = [one for one in result if one["from_name"] == "relevance"]
    chosen["value"]["choices"] = ["borderline"]
