"""Exports of a desk for anybody: names looked for first, and two attackers with every file."""

import gzip
import json
import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

import shipped
from attacks import raid, stored
from monitor.app import Monitor
from monitor.export import selection
from monitor.export.publication import PublicationPolicy
from monitor.jobs.mask_names import mask_due
from monitor.records.article import Assessment
from monitor.records.finding import Finding, Span
from monitor.records.tag import Tag
from monitor.rules.loading import identifying, protecting
from monitor.settings import CheckSettings, Settings
from named_marks import names as marks
from named_marks import texts
from shared_data import SHARED, needs_shared
from store_samples import GUIDELINE, NOW, feed, incoming, poll

NAMED = (
    "Amina Yusuf, 14, was sold to a man in Accra and forced to work in a bar. Police freed her "
    "on Monday. Yusuf is safe now. Kofi Mensah, 41, was charged with trafficking. "
) + "The hearing goes on next week in the old court by the port. " * 20
MINOR = (
    "Amina, 14, was sold to a man in Accra and forced to work in a bar. Police freed the girl on "
    "Monday. "
) + "The hearing goes on next week in the old court by the port. " * 20
FOREIGN = "La policía de Lima dijo el martes que dos niñas fueron halladas en un bar del puerto."


class Marks:
    """Flags two names of each article, and every sentence, as no model would."""

    stamp = GUIDELINE

    def assess(self, articles):
        return [self._said(one.text) for one in articles]

    def _said(self, text):
        named = [found.span() for found in re.finditer(r"[A-Z]\w+ [A-Z]\w+", text)][:2]
        sentences = [found.span() for found in re.finditer(r"[^.]{20,}", text)][:12]
        findings = [self._finding(text, *at, "child-name-identified") for at in named]
        findings += [self._finding(text, *at, "passive-no-agent") for at in sentences]
        evidence = tuple(Span("text", *at) for at in sentences)
        return Assessment(
            self.stamp, findings=tuple(findings), tags=(Tag("victim", "child", 0.9, evidence),)
        )

    def _finding(self, text, start, end, rule):
        words = text[start:end]
        return Finding(
            rule,
            "warning",
            "privacy",
            "body",
            "text",
            start,
            end,
            words,
            "no",
            f"'{words}' ({text[end : end + 60]}).",
            "Why.",
            (words,),
            (),
            guideline="thb-en",
        )


@pytest.fixture(name="monitor")
def _monitor(tmp_path):
    (tmp_path / "desk").mkdir()
    with Monitor(Settings(home=tmp_path / "desk"), now=lambda: NOW) as monitor:
        vars(monitor).update(shelf=shipped.shelf(), assessors=(Marks(),))  # seconds to load, each
        yield monitor


def told(monitor, tmp_path, **options):
    options.setdefault("key", tmp_path / "key.jsonl")
    report = selection.export(monitor, tmp_path / "out", format="jsonl", **options)
    return report, [json.loads(line) for line in report.path.read_text("utf-8").splitlines()]


def test_names_are_looked_for_before_anything_is_given(monitor, tmp_path):
    entries = [
        incoming("told", NAMED, title="Amina Yusuf freed"),
        incoming("minor", MINOR, title="A girl freed"),
        incoming("plain", "Parliament passed a law on trafficking in May.", title="New law"),
        incoming("foreign", FOREIGN, title="Dos niñas halladas", language="es"),
    ]
    monitor.store.add_feeds([feed()], NOW)
    monitor.store.record_poll(poll(feed(), entries), NOW)
    monitor.assess()
    counted = []
    report, lines = told(
        monitor, tmp_path, policy=PublicationPolicy(text="full"), report=counted.append
    )
    assert sum(counted) == 4
    minor, plain = lines  # of the others nothing is told that 20 stories do not share
    assert minor["text"].startswith("█████, 14, was sold")
    assert (minor["title"], minor["url"]) == ("A girl freed", "https://news.example/minor")
    assert (plain["title"], plain["url"]) == ("New law", "https://news.example/plain")
    assert not (tmp_path / "key.jsonl").exists()
    assert (report.rows, report.withheld("names")) == (2, 1)
    assert mask_due(monitor) == 0  # what was found is stored
    vars(monitor)["mask"] = None  # and not looked for again
    assert told(monitor, tmp_path, policy=PublicationPolicy(text="full"))[1] == lines


def test_masks_of_earlier_code_do_not_count(monitor, tmp_path):
    monitor.store.add_feeds([feed()], NOW)
    monitor.store.record_poll(poll(feed(), [incoming("told", MINOR)]), NOW)
    monitor.assess()
    mask_due(monitor)
    (found,) = monitor.store.masks([("article-told", incoming("told", MINOR).sha256)]).values()
    monitor.store.record_masks([replace(found, stamp="names@0+0", spans=())], NOW)
    assert told(monitor, tmp_path, policy=PublicationPolicy(text="full"))[1][0]["text"].startswith(
        "███"
    )


def test_a_restricted_export_gives_all_and_asks_nothing(monitor, tmp_path):
    monitor.store.add_feeds([feed()], NOW)
    monitor.store.record_poll(poll(feed(), [incoming("told", NAMED, title="Amina freed")]), NOW)
    monitor.assess()
    vars(monitor)["mask"] = None
    report, (line,) = told(
        monitor, tmp_path, policy=PublicationPolicy(text="full", restricted=True), key=None
    )
    assert (line["title"], line["text"]) == ("Amina freed", NAMED)
    assert any(one["rule"] in protecting(shipped.thb()) for one in line["findings"])
    assert report.key is None


def test_expired_articles_tell_nothing(monitor, tmp_path):
    monitor.store.add_feeds([feed()], NOW)
    monitor.store.record_poll(poll(feed(), [incoming("told", NAMED, title="Amina freed")]), NOW)
    monitor.assess()
    monitor.store.expire(NOW + timedelta(days=1), NOW, limit=9)
    report, lines = told(monitor, tmp_path, policy=PublicationPolicy(text="full"))
    assert lines == []
    assert not report.facts.withheld


def test_rules_on_identification_and_their_siblings():
    rules = identifying(shipped.thb())
    assert protecting(shipped.thb()) < rules
    assert {"defendant-child-kinship", "child-photo-caption", "child-jigsaw"} < rules
    assert "child-prostitute" not in rules


def judges(disable=(), severity=None):
    """Whether the guideline tells of all by whom somebody can be known, with such settings."""
    thb, low = shipped.thb(), severity or {}
    ruling = SimpleNamespace(guideline=thb, disable=disable, severity=low)
    desk = SimpleNamespace(
        heads=[thb],
        in_force=SimpleNamespace(rulings=[ruling]),
        settings=Settings(check=CheckSettings(disable=disable, severity=low)),
        store=SimpleNamespace(read_only=False, key=str),
    )
    return selection.guard_of(desk, {}).judges == {"thb-en"}


def test_a_rule_that_is_put_off_tells_nobody_that_no_one_is_identified():
    assert judges()
    for rule, severity, told in (
        ("child-name-identified", "suggestion", False),
        ("child-name-identified", "error", True),
        ("sex-slave", "suggestion", True),
    ):
        assert judges(severity={rule: severity}) is told
    assert not judges(("family-identified",))
    assert judges(("sex-slave",))


def test_the_secret_is_the_desks_and_stays(monitor):
    one, two = (selection.guard_of(monitor, {}).secret for _ in range(2))
    assert one == two
    assert len(one) >= 32


FORMATS = ["jsonl", "csv", "brat", "labelstudio", "doccano"]
"""The others load libraries; the proof has all."""


def attacked(monitor, tmp_path, rows):
    stored(monitor, rows)
    monitor.assess()
    for text, formats in (("none", ["jsonl"]), ("quotes", FORMATS), ("full", ["jsonl"])):
        for one in raid(monitor, tmp_path / text, text, formats):
            assert one.got <= one.cap, (text, one)
            assert not one.read, (text, one)


def test_attackers_of_invented_articles(monitor, tmp_path):
    wanted = [mark.article for mark in marks() if mark.origin == "own"]
    told = {"title": "Old port", "text": NAMED, "url": "https://news.example/yusuf-freed"}
    attacked(monitor, tmp_path, [told, *texts(set(wanted[::40])).values()])


@needs_shared
def test_attackers_of_real_articles(monitor, tmp_path):
    wanted = {mark.article for mark in marks() if mark.origin == "shared/dev"}
    with gzip.open(SHARED / "data" / "relevance" / "dev.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if any(one in line for one in wanted)]
    assert rows
    attacked(monitor, tmp_path, [row for row in rows if len(row["text"]) < 4000][:2])
