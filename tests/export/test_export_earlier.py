"""A desk of version 0.1.0 opens, nothing is judged again, and its exports are made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import pytest

import own_guide
from earlier_desk import as_before
from light_desk import Silent
from monitor.app import Monitor
from monitor.desk import stories_stamp
from monitor.export.as_of import compare, export_again, read_earlier
from monitor.export.publication import PublicationPolicy
from monitor.export.selection import export, read_at
from monitor.jobs.mask_names import mask_due
from monitor.labels.data_files import data_dir
from monitor.records.article import Assessor
from monitor.records.stamps import earlier_stamp, make_stamp, marked
from monitor.records.tag import Tag
from monitor.review.recall_estimate import gaps_until
from monitor.review.sampling import sample_of
from monitor.rules.loading import names_stamp
from monitor.settings import CheckSettings, Settings
from store_samples import NOW, at, feed, flagged, incoming, judged, poll, tagged

RELEVANCE = make_stamp("relevance-en", "1", "relevance", files=[])
TAGS = make_stamp("tags-en", "1", "tags", "relevance", files=[])
GUIDELINE = marked(make_stamp("thb-en", "1", "guideline", files=[]), RELEVANCE)
STAMPS = (RELEVANCE, TAGS, GUIDELINE)


class Now(Monitor):
    """A desk with such assessors."""

    @cached_property
    def assessors(self) -> tuple[Assessor, ...]:
        return tuple(Silent(stamp) for stamp in STAMPS)

    @property
    def stamps(self) -> tuple[str, ...]:
        return self.carried(one.stamp for one in self.assessors)

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        return self.assessors[:2]


class Then(Now):
    """The same as version 0.1.0 called them."""

    @cached_property
    def assessors(self) -> tuple[Assessor, ...]:
        return tuple(Silent(earlier_stamp(stamp)) for stamp in STAMPS)

    @cached_property
    def stories_stamp(self) -> str:
        return earlier_stamp(stories_stamp())

    @cached_property
    def names_stamp(self) -> str:
        guidelines = {one.path: one.about for one in self._readers.values()}
        return earlier_stamp(names_stamp(guidelines, models=data_dir("models")))


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    (tmp_path / "home").mkdir()
    check = CheckSettings(guideline=str(own_guide.tiny(tmp_path / "home", "thb-en")))
    return Settings(home=tmp_path / "home", check=check)


@pytest.fixture(name="before")
def _before(settings: Settings) -> Iterator[Then]:
    with Then(settings, now=lambda: at(24 * 60)) as desk:
        desk.store.add_feeds([feed()], NOW)
        body = "Police freed eleven workers from a brick kiln; Ama Mensah, 15, was raped there. "
        entries = [incoming(name, body * (n + 3)) for n, name in enumerate("abc")]
        desk.store.record_poll(poll(feed(), entries), NOW)
        said = (judged(0.9), tagged(Tag("form", "forced_labour", 0.9)))
        for article in desk.store.due(desk.stamps[0], limit=9):
            every = zip((*said, flagged(article)), desk.stamps, strict=True)
            both = [(article, replace(one, stamp=stamp)) for one, stamp in every]
            desk.store.record_assessments(both, NOW)
        desk.fold()
        mask_due(desk)
        assert sample_of(desk).draw.stamp == desk.stamps[0]
        yield desk


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_desk_of_before_opens_and_nothing_is_judged_again(
    before: Then, settings: Settings, tmp_path: Path
) -> None:
    full = PublicationPolicy(text="full", restricted=True)
    digest = before.render_digest(before.digest("all"), "json")
    for kind in ("jsonl", "csv"):
        export(before, tmp_path / "then" / kind, format=kind, policy=full)
    gaps, masks = gaps_until(before, "2026-12-01"), before.store.masks(_keys(before))
    before.close()
    as_before(settings.database_url)

    with Now(settings, now=lambda: at(48 * 60)) as desk:
        for kind in ("jsonl", "csv"):
            earlier = read_earlier(tmp_path / "then" / kind)
            again = export_again(desk, tmp_path / "again" / kind, earlier)
            assert compare(desk, earlier, again).same
            assert files(tmp_path / "again" / kind) == files(tmp_path / "then" / kind)
        assert desk.assess() == {stamp: {"assessed": 0, "failed": 0} for stamp in STAMPS}
        assert (desk.fold(), mask_due(desk)) == (0, 0)
        now = json.loads(desk.render_digest(desk.digest("all"), "json"))
        assert _named(json.loads(digest)) == _named(now)
        assert now["stamps"] == list(STAMPS)
        assert gaps_until(desk, "2026-12-01") == gaps
        told = desk.store.masks(_keys(desk))
        assert {one.stamp for one in told.values()} == {desk.names_stamp}
        then = {key: replace(one, stamp=desk.names_stamp) for key, one in masks.items()}
        assert told == then

        at_time = export(
            desk,
            tmp_path / "time",
            format="jsonl",
            policy=full,
            read=read_at(desk, at(24 * 60)),
            created=at(24 * 60),
        )
        assert at_time.rows == 3
        assert files(tmp_path / "time") == files(tmp_path / "then" / "jsonl")
        export(desk, tmp_path / "now", format="jsonl", policy=full)
        record = json.loads((tmp_path / "now" / "articles.jsonl").read_text("utf-8").split("\n")[0])
        assert record["stamps"] == list(STAMPS)
        assert read_earlier(tmp_path / "now").read.stories == stories_stamp()


def _keys(desk: Monitor) -> list[tuple[str, str]]:
    return [(one.article.id, one.article.sha256) for one in desk.articles()]


def _named(value: object) -> str:
    """Return data as text with earlier stamps for those of today."""
    told = repr(value)
    for stamp in (*STAMPS, stories_stamp()):
        told = told.replace(stamp, earlier_stamp(stamp))
    return told
