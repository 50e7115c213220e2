"""Which articles make a day's digest, and when a day begins and ends."""

import weakref
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from digest_samples import LEDGER, article, each_its_own, tag
from monitor.digest.build import build_digest
from monitor.records.article import AssessedArticle
from monitor.records.dates import day_bounds
from monitor.records.digest import Story
from monitor.records.errors import UsageError


class Watched(AssessedArticle):
    """One that can be watched being let go."""

    __slots__ = ("__weakref__",)
    __hash__ = object.__hash__


PLAIN = article("no", relevance=0.01)


def build(*articles, group=each_its_own):
    return build_from(articles, group=group)


def build_from(articles, group=each_its_own):
    return build_digest(
        articles, day="2026-11-25", timezone="UTC", ledger=LEDGER, stamps=["s@1+0"], group=group
    )


def test_relevant_first_borderline_apart_others_out():
    digest = build(
        article("low", relevance=0.61),
        article("no", relevance=0.01),
        article("thai", relevance=0.0, relevant=None, borderline=None, not_judged="language"),
        article("edge", relevance=0.4),
        article("high", relevance=0.99),
    )
    assert [story.id for story in digest.relevant] == ["high", "low"]
    assert [story.id for story in digest.borderline] == ["edge"]
    assert digest.stamps == ("s@1+0",)


def test_policy_news_beside_trafficking_is_kept_apart():
    def told(key, *labels):
        return article(key, relevance=0.01, tags=tuple(tag(*each, 0.9) for each in labels))

    news = (
        told("law", ("instrument", "gcm")),
        told("office", ("institution", "iom"), ("topic", "smuggling")),
        told("flood", ("institution", "unicef")),
        told("border", ("topic", "smuggling")),
    )
    digest = build(*news)
    assert [story.id for story in digest.context] == ["law", "office"]
    assert (digest.relevant, digest.borderline) == ((), ())
    whole = build_digest(
        news, day="all", timezone="UTC", ledger=LEDGER, stamps=[], group=each_its_own
    )
    assert whole.context == (), "of all days they would not fit into memory"


def test_articles_left_out_are_not_held():
    held = weakref.WeakSet()

    def of_a_whole_archive():
        for n in range(50):
            one = Watched(**{f: getattr(PLAIN, f) for f in PLAIN.__slots__})
            held.add(one)
            yield one
            del one
            assert len(held) <= 2, n

    assert build_from(of_a_whole_archive()).relevant == ()


def test_a_relevant_article_is_never_borderline_too():
    digest = build(article("a", relevance=0.9, borderline=True))
    assert (len(digest.relevant), len(digest.borderline)) == (1, 0)


def test_copies_are_grouped_by_the_function_given():
    def one_story(articles):
        return (Story("first", tuple(articles)),) if articles else ()

    digest = build(article("a"), article("b"), group=one_story)
    assert [len(story.articles) for story in digest.relevant] == [2]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-11-25", "UTC", 24),
        ("2026-03-29", "Europe/Rome", 23),
        ("2026-10-25", "Europe/Rome", 25),
        ("2026-11-25", "Africa/Accra", 24),
        ("2026-04-05", "Australia/Lord_Howe", 24.5),
        ("2023-04-28", "Africa/Cairo", 23),  # clocks go forward at midnight itself
    ],
)
def test_day_has_the_hours_of_the_clock(day, zone, hours):
    since, until = day_bounds(day, ZoneInfo(zone))
    assert until - since == timedelta(hours=hours)
    assert since.tzinfo is UTC


def test_days_join_without_gap_over_a_year():
    for name in ("Europe/Rome", "Africa/Cairo", "America/Santiago", "Asia/Dili"):
        zone = ZoneInfo(name)
        end = None
        for n in range(366):
            day = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=n)).date().isoformat()
            since, until = day_bounds(day, zone)
            assert end in (None, since)
            end = until


def test_day_of_timor_leste_begins_the_afternoon_before_in_utc():
    since, _ = day_bounds("2026-11-25", ZoneInfo("Asia/Dili"))
    assert since == datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_all_has_no_bounds():
    assert day_bounds("all", ZoneInfo("UTC")) == (None, None)


@pytest.mark.parametrize(
    "day",
    ["", "today", "2026-02-30", "20261125", "2026-W48-3", "25.11.2026", "9999-12-31", "x" * 999],
)
def test_no_day_is_a_usage_error(day):
    with pytest.raises(UsageError, match="is no day") as caught:
        day_bounds(day, ZoneInfo("UTC"))
    assert len(str(caught.value)) < 100
