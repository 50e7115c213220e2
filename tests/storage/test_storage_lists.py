"""Lists of stories, confirmed flags, and what is kept of counting; on both databases."""

from datetime import timedelta

import pytest

from monitor.records.article import Review
from monitor.records.errors import NotFound
from monitor.records.tag import Tag
from monitor.storage.store import open_store
from monitor.storage.stories import StoryChoice, StoryPlacement
from store_samples import (
    CLASSIFIER,
    NOW,
    STAMPS,
    at,
    feed,
    flagged,
    incoming,
    judged,
    poll,
    sha,
    tagged,
)

STAMP = "stories@1+dddddddddddd"
WHERE = Tag("place", "TH", 0.9, role="exploitation")
FORM = Tag("form", "forced_labour", 0.9)
DAY = timedelta(days=1)


def bring(store, name, minute, outlet="daily", tags=(FORM, WHERE), body="A text."):
    source = feed(outlet)
    store.add_feeds([source], NOW)
    entry = incoming(name, body, published=at(minute))
    store.record_poll(poll(source, [entry]), at(minute))
    article = store.article(entry.article_id, ()).article
    said = [judged(0.9), tagged(*tags), flagged(article)]
    store.record_assessments([(article, one) for one in said], NOW)
    return article


def fold(store, story_of=()):
    of = {f"article-{name}": f"article-{story}" for name, story in dict(story_of).items()}

    def place(article, shelf):
        return StoryPlacement(of.get(article.id), "", [], at(0))

    while store.fold(STAMP, [CLASSIFIER], place, NOW, limit=50):
        pass


def ids(store, limit=9, after=None, **choice):
    found = store.newest_stories(STAMP, STAMPS, StoryChoice(**choice), limit=limit, after=after)
    assert store.count_stories(STAMP, STAMPS, StoryChoice(**choice)) >= len(found)
    return [story.id.removeprefix("article-") for story in found]


def test_stories_come_newest_first_a_page_at_a_time(store):
    for minute, name in enumerate("abcd"):
        bring(store, name, minute)
    fold(store, {"b": "a"})
    assert ids(store) == ["d", "c", "a"]
    assert ids(store, limit=2) == ["d", "c"]
    assert ids(store, limit=2, after="article-c") == ["a"]
    assert store.count_stories(STAMP, STAMPS, StoryChoice()) == 3
    with pytest.raises(NotFound):
        ids(store, after="article-nobody")


def test_a_story_is_chosen_by_one_of_its_articles(store):
    bring(store, "a", 0)
    other = Tag("place", "TH", 0.9, role="origin")
    bring(store, "b", 1, outlet="other", tags=(Tag("form", "forced_begging", 0.8), other))
    bring(store, "c", 2 * 24 * 60)
    fold(store, {"b": "a"})
    assert ids(store, outlet="The Other") == ["a"]
    assert ids(store, labels={"form": "forced_begging"}) == ["a"]
    assert ids(store, labels={"form": "forced_begging", "place": "TH"}) == []
    assert ids(store, labels={"form": "forced_labour", "place": "TH"}) == ["c", "a"]
    assert ids(store, several=True) == ["a"]
    assert ids(store, since=NOW + DAY) == ["c"]
    assert ids(store, until=NOW + DAY) == ["a"]
    assert store.story_outlets(STAMP, ["article-a"]) == {"article-a": ("The Daily", "The Other")}
    assert store.story_choices(STAMP) == (["The Daily", "The Other"], ["TH"])
    assert store.story_labels(STAMP, STAMPS, "article-a") == [
        ("form", "forced_begging", 1),
        ("form", "forced_labour", 1),
        ("place", "TH", 1),
    ]


def test_the_articles_of_a_story_come_as_they_were_published(store):
    bring(store, "a", 5)
    bring(store, "b", 6)
    entry = incoming("late", published=at(-90))
    store.record_poll(poll(feed(), [entry]), at(7))
    article = store.article("article-late", ()).article
    store.record_assessments([(article, judged(0.9))], NOW)
    fold(store, {"b": "a", "late": "a"})
    found = store.story_by_time(STAMP, "article-a")
    assert [one.id[8:] for one in found] == ["late", "a", "b"]
    with pytest.raises(NotFound):
        store.story_by_time(STAMP, "article-b")


def test_flags_are_confirmed_by_all_or_not(store):
    for minute, name in enumerate("abc"):
        bring(store, name, minute)
    say = {"rule": "victim-as-slave", "stamps": STAMPS, "now": NOW}

    def judge(name, *, right, who):
        store.add_flag_verdict(f"article-{name}", right=right, reviewer=who, **say)

    judge("a", right=True, who="x")
    judge("b", right=True, who="x")
    judge("b", right=False, who="y")
    judge("c", right=False, who="x")
    judge("c", right=True, who="x")
    found = store.confirmed_flags("The Daily", NOW - DAY, NOW + DAY)
    assert [(one.article_id, one.rule, one.field) for one in found] == [
        ("article-c", "victim-as-slave", "title"),
        ("article-a", "victim-as-slave", "title"),
    ]
    assert store.confirmed_flags("The Other", NOW - DAY, NOW + DAY) == []
    assert store.confirmed_flags("The Daily", NOW + DAY, NOW + 2 * DAY) == []


def changes(store):
    """Things that change what is counted, one at a time."""
    yield bring(store, "a", 0)
    yield bring(store, "b", 1)
    article = bring(store, "c", 2)
    yield
    store.record_assessments([(article, tagged())], NOW)  # no other word of that stamp is taken
    yield
    later = incoming("a", "Another text.", published=at(0))
    store.record_poll(poll(feed(), [later]), at(3))
    yield
    changed = store.article("article-a", ()).article
    store.record_assessments([(changed, judged(0.9))], NOW)
    yield
    store.record_assessments([(changed, tagged(WHERE)), (changed, flagged(changed))], NOW)
    yield
    store.add_flag_verdict(
        "article-a", "victim-as-slave", right=True, stamps=STAMPS, reviewer="x", now=NOW
    )
    yield
    store.add_review(Review("article-b", sha("b", "A text."), "x", "not_relevant"), NOW)
    yield
    store.record_poll(poll(feed(), [incoming("a", "A text.", published=at(0))]), at(4))
    yield  # as it was at first
    store.expire(at(1), NOW, limit=9)
    yield


def test_what_is_kept_of_counting_never_differs_from_counting_anew(store, url):
    for number, _ in enumerate(changes(store)):
        kept = store.items(NOW - DAY, NOW + DAY, STAMPS)
        with open_store(url) as anew:
            assert kept == anew.items(NOW - DAY, NOW + DAY, STAMPS), number
        assert store.items(NOW - DAY, NOW + DAY, STAMPS[:2]) == [*anew_items(url, STAMPS[:2])], (
            number
        )
    assert [item.id for item in kept] == ["article-a", "article-c"]
    assert kept[0].labels == {"form": ("forced_labour",), "place": ("TH",)}


def anew_items(url, stamps):
    with open_store(url) as anew:
        return anew.items(NOW - DAY, NOW + DAY, stamps)


def test_days_that_are_over_are_read_once_and_the_others_again(store):
    bring(store, "a", 0)
    today, before = NOW.date(), (NOW - 2 * DAY).date()
    bounds = {before: (NOW - 3 * DAY, NOW - 2 * DAY), today: (NOW - DAY, NOW + DAY)}
    first = store.stored_by_day_and_outlet(bounds, NOW - DAY)
    assert first == {before: {}, today: {"The Daily": 1}}
    bring(store, "b", 1, outlet="other")
    again = store.stored_by_day_and_outlet(bounds, NOW - DAY)
    assert again == {before: {}, today: {"The Daily": 1, "The Other": 1}}


def test_the_story_of_an_article_is_read_once(store):
    for minute, name in enumerate("ab"):
        bring(store, name, minute)
    assert store.kept_stories_of(STAMP, ["article-a"]) == {}
    fold(store, {"b": "a"})
    wanted = ["article-a", "article-b", "article-c"]
    for _ in range(2):
        assert store.kept_stories_of(STAMP, wanted) == {
            "article-a": "article-a",
            "article-b": "article-a",
        }
    assert store.kept_stories_of("stories@2", wanted) == {}


def test_postgresql_plans_each_query_for_its_values(store):
    if store._database.is_sqlite:
        pytest.skip("a matter of PostgreSQL")
    bring(store, "a", 0)
    for _ in range(12):
        store.items(NOW - DAY, NOW + DAY, STAMPS)
    with store._database.reading() as connection:
        prepared = connection.exec_driver_sql("SELECT count(*) FROM pg_prepared_statements")
        assert prepared.scalar() == 0


def test_a_story_is_told_without_what_people_rejected(store):
    for minute, name in enumerate("abc"):
        bring(store, name, minute, outlet="herald" if name == "b" else "daily")
    fold(store, {"b": "a"})
    assert ids(store) == ["c", "a"]
    assert ids(store, several=True) == ["a"]
    assert store.story_leads(STAMP, ["article-a", "article-c"])["article-a"] == "article-a"
    for name in "ac":
        version = store.article(f"article-{name}", ()).article.sha256
        said = [Review(f"article-{name}", version, "Ama", "not_relevant")]
        store.decide(said, [], reviewer="Ama", provisional=False, now=at(9))
    assert ids(store) == ids(store, outlet="The Herald") == ["a"]
    assert ids(store, several=True) == ids(store, outlet="The Daily") == []
    assert store.story_leads(STAMP, ["article-a", "article-c"]) == {"article-a": "article-b"}
    assert [one.articles for one in store.list_stories(STAMP, limit=9)] == [1]
    assert store.kept_stories(STAMP, ["article-a", "article-c"]).keys() == {"article-a"}
    assert [one.id for one in store.story_by_time(STAMP, "article-a")] == ["article-b"]
    assert store.story_outlets(STAMP, ["article-a"]) == {"article-a": ("The Herald",)}
    assert len(store.story_members(STAMP, "article-a")) == 2, "what was folded stays"
    with pytest.raises(NotFound):
        store.story_by_time(STAMP, "article-c")
    assert ("form", "forced_labour", 1) in store.story_labels(STAMP, STAMPS, "article-a")
