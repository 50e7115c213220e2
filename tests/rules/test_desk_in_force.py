"""A decision is in force everywhere on the next view: pages, mail, exports; undone it is not."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

import httpx
import jsonschema
import pytest

import mail_server
import serving
from light_desk import LightDesk
from monitor.archive.story_details import (
    list_stories,
    read_stories,
    read_story,
    story_json,
)
from monitor.digest.build import choose
from monitor.digest.mail_delivery import send_day, send_due
from monitor.export.as_of import compare, export_again, read_earlier
from monitor.export.columns import ExportFormat
from monitor.export.publication import PublicationPolicy
from monitor.export.record import record_schema
from monitor.export.rehydration import read_records
from monitor.export.selection import export
from monitor.records.article import Article
from monitor.records.errors import NotFound
from monitor.records.hidden_names import Mask
from monitor.records.tag import Tag
from monitor.review.review_queue import Reviewer, decide, undo
from monitor.settings import Filter, Recipient, Settings, SmtpSettings
from monitor.stats.trend_queries import read_period
from monitor.storage.stories import StoryChoice, StoryPlacement
from store_samples import CLASSIFIER, NOW, at, feed, incoming, judged, poll, tagged

DAY = "2026-11-25"
AMA = Reviewer("Ama")
KINDS = {"wrong": 0.95, "first": 0.9, "twin": 0.8, "side": 0.85, "missed": 0.05, "form": 0.7}
"""Articles by what the model said; `twin` and `first` are one story, all others stories apart."""
TEXTS = {
    "wrong": "The museum showed a chain from the harbour, and children drew pictures of it.",
    "twin": "A judge in Tema heard how nine men were made to fish without wages for a year.",
    "first": "Nine men were made to fish off Tema without wages, a judge was told at length.",
    "side": "A bridge was opened; one speaker named trafficking among the worries of the town.",
    "missed": "Girls were promised shop work and were sold at a mine, their uncle told police.",
    "form": "Carpet weavers had to beg at night for the owner, whom police have now charged.",
}


class Clock:
    """The desk's clock, which a test moves."""

    now = NOW + timedelta(hours=1)

    def __call__(self) -> Any:
        return self.now


def place(article: Article, _: Any) -> StoryPlacement:
    story = "article-first" if article.id == "article-twin" else None
    return StoryPlacement(story, "", [], NOW)


@pytest.fixture(name="desk")
def _desk(tmp_path: Path) -> Iterator[LightDesk]:
    (tmp_path / "home").mkdir()
    with LightDesk(Settings(home=tmp_path / "home"), now=Clock()) as desk:
        store = desk.store
        for minute, (name, relevance) in enumerate(KINDS.items()):
            source = feed("herald" if name == "twin" else "daily")
            store.add_feeds([source], NOW)
            entry = incoming(name, TEXTS[name], title=f"News of the {name}")
            store.record_poll(poll(source, [entry]), at(minute))
            article = store.article(entry.article_id, ()).article
            tags = (Tag("form", "other", 0.55), Tag("place", "GH", 0.9, role="exploitation"))
            said = [judged(relevance), tagged(*tags) if relevance > 0.5 else tagged()]
            store.record_assessments([(article, one) for one in said], NOW)
            # so that no page depends on how many are looked through while it waits
            store.record_masks([Mask(article.id, article.sha256, "names@1")], NOW)
        store.fold(desk.stories_stamp, [CLASSIFIER], place, NOW, limit=50)
        yield desk


def say(desk: LightDesk, name: str, verdict: Any, who: Reviewer = AMA, **tags: Any) -> int:
    key = f"article-{name}"
    sha256 = desk.store.article(key, ()).article.sha256
    return decide(desk, key, verdict, who, sha256=sha256, tags=tags)


def decide_all(desk: LightDesk) -> list[int]:
    """Reject one, and one of a story; make one borderline, accept one, correct a tag."""
    return [
        say(desk, "wrong", "not_relevant"),
        say(desk, "first", "not_relevant"),
        say(desk, "side", "borderline"),
        say(desk, "missed", "relevant", form=["forced_labour"], place=["NG"]),
        say(desk, "form", "relevant", form=["forced_begging"]),
    ]


def sections(desk: LightDesk) -> tuple[set[str], set[str]]:
    """Return the articles of the digest's relevant and borderline stories."""
    told = json.loads(desk.render_digest(desk.digest(DAY), "json"))
    relevant, borderline = (
        {one["id"].removeprefix("article-") for story in told[name] for one in story["articles"]}
        for name in ("relevant", "borderline")
    )
    return relevant, borderline


BEFORE = ({"wrong", "twin", "first", "side", "form"}, set[str]())
AFTER = ({"twin", "missed", "form"}, {"side"})


def test_the_digest_obeys_at_once_and_undo_restores(desk: LightDesk) -> None:
    assert sections(desk) == BEFORE
    made = decide_all(desk)
    assert sections(desk) == AFTER
    for decision in made:
        undo(desk, decision, AMA)
    assert sections(desk) == BEFORE


@pytest.mark.parametrize("format", ["html", "text", "md", "atom", "jsonfeed"])
def test_every_form_of_the_digest_obeys(desk: LightDesk, format: Any) -> None:
    before = desk.render_digest(desk.digest(DAY), format)
    assert "News of the wrong" in before
    assert "News of the missed" not in before
    decide_all(desk)
    after = desk.render_digest(desk.digest(DAY), format)
    assert "News of the wrong" not in after
    assert "News of the first" not in after
    assert "News of the missed" in after
    assert "orced begging" in after
    assert "orced begging?" not in after
    if format in ("html", "text", "md"):
        assert "decided in review" in after


def test_a_volunteers_word_counts_once_it_is_confirmed(desk: LightDesk) -> None:
    waits = say(desk, "wrong", "not_relevant", Reviewer("Kofi", provisional=True))
    assert sections(desk) == BEFORE
    confirmed = desk.store.judge_decision(waits, "Ama", desk.now(), right=True)
    assert "wrong" not in sections(desk)[0]
    desk.store.undo(confirmed, "Ama", desk.now())
    assert sections(desk) == BEFORE


def test_of_reviewers_who_differ_the_last_word_holds(desk: LightDesk) -> None:
    say(desk, "wrong", "not_relevant")
    later = say(desk, "wrong", "borderline", Reviewer("Kofi"))
    assert "wrong" in sections(desk)[1]
    undo(desk, later, Reviewer("Kofi"))
    assert "wrong" not in sections(desk)[0] | sections(desk)[1]


def test_what_recipients_asked_for_goes_by_it(desk: LightDesk) -> None:
    def chosen(**wanted: Any) -> set[str]:
        digest = choose(desk.digest(DAY), Filter(**wanted))
        return {a.article.id.removeprefix("article-") for s in digest.relevant for a in s.articles}

    assert chosen(form=("forced_begging",)) == set()
    assert chosen(min_relevance=0.9) == {"wrong", "first", "twin"}
    decide_all(desk)
    assert chosen(form=("forced_begging",)) == {"form"}
    assert chosen(form=("other",)) == {"twin"}
    assert chosen(place=("NG",)) == {"missed"}
    # people are sure of what they decided, whatever a model's figure
    assert chosen(min_relevance=0.9) == {"missed", "form"}


def test_a_digest_sent_again_obeys(desk: LightDesk, tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    with mail_server.serve(tmp_path / "mail") as server:
        smtp = SmtpSettings(
            server.host,
            server.port,
            "starttls",
            mail_server.USER,
            mail_server.PASSWORD,
            "Desk <desk@example.org>",
            5.0,
            server.ca_file,
        )
        to = Recipient("officer@example.org", timezone="Africa/Accra")
        settings = Settings(home=desk.settings.home, smtp=smtp, recipients=(to,))
        with LightDesk(settings, now=desk.now) as mailing:
            send_day(mailing, DAY, mailing.now())
            decide_all(mailing)
            send_day(mailing, DAY, mailing.now(), to=to.address, again=True)
            send_due(mailing, NOW + timedelta(days=2))
        first, again, later = (one.get_body(("plain",)).get_content() for one in server.received)
    assert "News of the wrong" in first
    assert "News of the missed" not in first
    assert "News of the wrong" not in again
    assert "News of the form" in again
    # it was not in that mail, so it is in the next: never in two
    assert "News of the missed" not in again
    assert "News of the missed" in later
    assert "News of the form" not in later


def test_stories_are_told_without_what_was_rejected(desk: LightDesk) -> None:
    def listed() -> dict[str, int]:
        page = list_stories(desk, limit=50)
        rows = read_stories(desk, StoryChoice()).stories
        found = {row["id"].removeprefix("article-"): row["count"] for row in page["stories"]}
        assert found == {
            one.lead.article.id.removeprefix("article-"): one.story.articles for one in rows
        }
        assert read_stories(desk, StoryChoice()).total == len(rows)
        return found

    def labelled(**labels: str) -> set[str]:
        found = read_stories(desk, StoryChoice(labels=labels)).stories
        return {one.lead.article.id.removeprefix("article-") for one in found}

    assert listed() == {"wrong": 1, "first": 2, "side": 1, "form": 1}
    assert len(story_json(desk, "article-first")["articles"]) == 2
    assert [s.total for s in desk.digest(DAY).relevant if s.id == "article-first"] == [2]
    made = decide_all(desk)
    assert listed() == {"twin": 1, "side": 1, "form": 1}
    assert labelled(form="forced_begging") == {"form"}
    assert labelled(form="other") == {"twin", "side"}
    (one,) = story_json(desk, "article-first")["articles"]
    assert one["id"] == "article-twin"
    read = read_story(desk, "article-first")
    assert (read.total, read.outlets, read.first.assessed.article.id) == (1, 1, "article-twin")
    assert [s.total for s in desk.digest(DAY).relevant if s.id == "article-first"] == [1]
    assert ("form", "forced_begging", 1) in read_story(desk, "article-form").labels
    for gone in ("article-wrong",):
        with pytest.raises(NotFound):
            story_json(desk, gone)
        with pytest.raises(NotFound):
            read_story(desk, gone)
    desk.store.fold(desk.stories_stamp, [CLASSIFIER], place, NOW, limit=50, after=99)
    assert listed() == {"twin": 1, "side": 1, "form": 1, "missed": 1}
    undo(desk, made[0], AMA)
    assert "wrong" in listed()


def test_trends_count_what_the_digest_shows(desk: LightDesk) -> None:
    decide_all(desk)
    day = NOW.date()
    items = read_period(desk, day, day + timedelta(days=1)).items
    main = {item.id.removeprefix("article-") for item in items if item.main}
    side = {item.id.removeprefix("article-") for item in items if not item.main}
    assert (main, side) == AFTER == sections(desk)


# Pages and API --------------------------------------------------------------------------------


def test_pages_and_api_say_what_holds(desk: LightDesk) -> None:
    with serving.serve(desk, lifespan="off") as address, httpx.Client(base_url=address) as site:

        def found(**query: str) -> set[str]:
            told = site.get("/v1/articles", params=query).json()["articles"]
            page = site.get("/articles", params=query).text
            ids = {one["id"] for one in told}
            assert {f"article-{name}" for name in KINDS if f"/article-{name}" in page} == ids
            return {key.removeprefix("article-") for key in ids}

        assert found(relevant="true") == BEFORE[0]
        decide_all(desk)
        assert found(relevant="true") == AFTER[0]
        assert found(relevance="borderline") == AFTER[1]
        assert found(relevance="not_relevant") == {"wrong", "first"}
        assert found(form="forced_begging") == {"form"}
        assert found(form="other") == {"wrong", "twin", "first", "side"}
        assert found(place="NG", q="mine") == {"missed"}
        one = site.get("/v1/articles/article-form").json()
        assert [(t["label"], t["score"]) for t in one["tags"] if t["scheme"] == "form"] == [
            ("forced_begging", 1.0)
        ]
        assert (one["relevant"], one["relevance"]) == (True, 0.7)
        was = one["judged"]
        assert was["relevant"] is True
        assert was["tags"][0] == {"scheme": "form", "label": "other", "score": 0.55}
        assert site.get("/v1/articles/article-twin").json()["judged"] is None
        assert site.get("/v1/articles/article-wrong").json()["relevant"] is False
        for name, words in (
            ("wrong", "not relevant, decided in review (models: relevant)"),
            ("side", "borderline, decided in review (models: relevant)"),
            ("missed", "relevant, decided in review (models: not relevant)"),
            ("form", "relevant, decided in review"),
        ):
            assert words in site.get(f"/articles/article-{name}").text
            assert words in site.get("/articles").text
        today = site.get(f"/digests/{DAY}").text
        assert "News of the wrong" not in today
        assert "News of the missed" in today
        assert site.get("/stories/article-wrong").status_code == 404
        # the page of reviewing asks of the models' word: another's would be followed
        asked = site.get("/review", params={"article": "article-form"}).text
        assert "forced begging" not in asked.partition("<form")[0]


# Exports --------------------------------------------------------------------------------------


def exported(desk: LightDesk, out: Path, format: ExportFormat = "jsonl", **filters: Any) -> Path:
    policy = PublicationPolicy(text="full", restricted=True)
    return export(desk, out, format=format, policy=policy, filters=filters).path.parent


def rows(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "articles.jsonl").read_text("utf-8").splitlines()
    return {one["id"].removeprefix("article-"): one for one in map(json.loads, lines)}


def test_exports_have_both_values(desk: LightDesk, tmp_path: Path) -> None:
    decide_all(desk)
    found = rows(exported(desk, tmp_path / "jsonl"))
    check = jsonschema.Draft202012Validator(json.loads(record_schema()))
    for one in found.values():
        check.validate(one)
    told = {name: (one["relevant"], one["borderline"]) for name, one in found.items()}
    assert told == {
        "wrong": (False, False),
        "twin": (True, False),
        "first": (False, False),
        "side": (False, True),
        "missed": (True, False),
        "form": (True, False),
    }
    assert {name: one["relevance"] for name, one in found.items()} == KINDS
    was = {name: one["judged"] and one["judged"]["relevant"] for name, one in found.items()}
    assert was == {
        "wrong": True,
        "twin": None,
        "first": True,
        "side": True,
        "missed": False,
        "form": True,
    }
    assert [t["label"] for t in found["form"]["tags"]] == ["GH", "forced_begging"]
    assert [t["label"] for t in found["form"]["judged"]["tags"]] == ["other", "GH"]


def test_tables_have_both_values(desk: LightDesk, tmp_path: Path) -> None:
    decide_all(desk)
    folder = exported(desk, tmp_path / "csv", "csv")
    with (folder / "articles.csv").open(encoding="utf-8-sig", newline="") as file:
        table = {row["id"].removeprefix("article-"): row for row in csv.DictReader(file)}
    names = ("decided", "relevant", "judged_relevant", "tags", "judged_tags")
    wrong, twin, form = (
        [table[one][name].lower() for name in names] for one in ("wrong", "twin", "form")
    )
    both = "form:other;place:gh:exploitation"
    assert wrong == ["true", "false", "true", both, both]
    assert twin == ["false", "true", "true", both, both]
    assert form == ["true", "true", "true", "place:gh:exploitation;form:forced_begging", both]
    path = exported(desk, tmp_path / "parquet", "parquet") / "articles.parquet"
    again = {one["id"].removeprefix("article-"): one for one in read_records(path)}
    jsonl = rows(exported(desk, tmp_path / "jsonl"))
    assert {name: (one["judged"], one["tags"]) for name, one in again.items()} == {
        name: (one["judged"], one["tags"]) for name, one in jsonl.items()
    }


def test_filters_of_exports_go_by_what_holds(desk: LightDesk, tmp_path: Path) -> None:
    decide_all(desk)
    for number, (filters, wanted) in enumerate(
        [
            ({"relevant": True}, AFTER[0]),
            ({"borderline": True}, AFTER[1]),
            ({"relevance": ("not_relevant",)}, {"wrong", "first"}),
            ({"form": "other"}, {"wrong", "twin", "first", "side"}),
            ({"form": "forced_begging", "query": "carpet"}, {"form"}),
            ({"place": "NG"}, {"missed"}),
            ({"tags": (("form", "forced_labour"),)}, {"missed"}),
            ({"min_relevance": 0.9}, {"wrong", "first"}),
        ]
    ):
        assert rows(exported(desk, tmp_path / str(number), **filters)).keys() == wanted, filters


@pytest.mark.parametrize("format", get_args(ExportFormat))
def test_an_export_as_of_before_is_the_same(
    desk: LightDesk, tmp_path: Path, format: ExportFormat
) -> None:
    """What was decided afterwards does not count, nor what was undone afterwards."""
    first = say(desk, "wrong", "borderline")
    out = exported(desk, tmp_path / "before", format, relevance=("relevant", "borderline"))
    desk.now.now += timedelta(hours=1)  # type: ignore[attr-defined]
    undo(desk, first, AMA)
    decide_all(desk)
    earlier = read_earlier(out, format)
    report = export_again(desk, tmp_path / "again", earlier)
    assert compare(desk, earlier, report).same


def test_what_identifies_somebody_loses_the_models_word_too(
    desk: LightDesk, tmp_path: Path
) -> None:
    """Whoever holds the archive can have it judged again, and would find the article by that."""
    from monitor.export.identification_risk import DisclosureRules
    from monitor.export.publication import publish
    from monitor.export.record import canonical
    from monitor.export.selection import chosen, read_at
    from monitor.records.hidden_names import Shown

    decide_all(desk)
    for one in chosen(desk, {}, read_at(desk, desk.now())):
        shown = Shown(one.assessed.article.title, link_tells=True)
        given = publish(
            canonical(one), PublicationPolicy(), shown, DisclosureRules(secret="a secret")
        )
        assert given.values["url"] is None
        assert given.values["judged"] is None
