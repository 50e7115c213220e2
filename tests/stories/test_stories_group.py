"""Folding copies and near-equal headlines, and keeping apart what a template made alike."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.records.article import Article, AssessedArticle
from monitor.stories.clustering import group_stories, same_event
from monitor.stories.near_duplicates import make_fingerprint, read_fingerprint, write_fingerprint

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)

WIRE = (
    "Police in the port of Takoradi freed nineteen men from three trawlers on Tuesday after a "
    "cook swam ashore and told a customs officer that nobody on board had been paid since March. "
    "The men, from Benin and Togo, said the skipper kept their passports in a locked cabin and "
    "that they slept four hours a night on the nets. A magistrate remanded the skipper and two "
    "mates until the ninth of December. The fisheries ministry said it would inspect every vessel "
    "of the company, which owns forty boats along the western coast, before the season opens."
)
REWRITE = (
    "Nineteen crew members are ashore in Takoradi tonight. A cook swam ashore and told a customs "
    "officer that nobody on board had been paid since March, our correspondent reports, and the "
    "harbour police went out within the hour. They said the skipper kept their passports in a "
    "locked cabin and that they slept four hours a night on the nets. Charities are looking "
    "after the group in a hostel near the market."
)


def assessed(key, title, text="", *, outlet="", hours=0.0, relevance=0.9, published=True):
    at = NOON + timedelta(hours=hours)
    article = Article(
        id=key,
        url=f"https://{key}.example/",
        title=title,
        text=text,
        outlet=outlet or f"outlet {key}",
        language="en",
        published=at if published else None,
        seen=at,
        sha256="0" * 64,
    )
    return AssessedArticle(article, relevance, True, False, None, (), (), (), ())


def folded(*articles):
    return [[a.article.id for a in story.articles] for story in group_stories(articles)]


def test_reprint_cut_to_a_third_folds():
    short = WIRE[: len(WIRE) // 3]
    assert folded(
        assessed("a", "Trawler crew freed", WIRE), assessed("b", "Unpaid at sea", short)
    ) == [["a", "b"]]


def test_rewritten_wire_copy_folds_though_jaccard_is_low():
    a, b = assessed("a", "Trawler crew freed", WIRE), assessed("b", "A night at the quay", REWRITE)
    one, two = make_fingerprint(a.article).shingles, make_fingerprint(b.article).shingles
    assert len(one & two) / len(one | two) < 0.5
    assert folded(a, b) == [["a", "b"]]


def test_one_outlet_using_its_own_phrases_again_does_not_fold():
    a = assessed("a", "Trawler crew freed in Takoradi", WIRE, outlet="Coast Daily")
    b = assessed("b", "Hostel for crew short of beds", REWRITE, outlet="Coast Daily")
    assert folded(a, b) == [["a"], ["b"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Nineteen fishermen freed from trawlers off Takoradi - Coast Daily",
            "Fishermen freed from trawlers off Takoradi, skipper held | Radio West",
        ),
        (
            "31 arrested, 4 minors found in Lakeview human trafficking sting",
            "Lakeview sting: 31 arrests, 4 children found - Channel 5",
        ),
    ],
)
def test_snippets_with_near_equal_headlines_fold(one, other):
    assert len(folded(assessed("a", one), assessed("b", other))) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "Man charged with human trafficking in Hall County",
            "Man charged with human trafficking in Cobb County",
        ),
        (
            "Two men arrested and charged with human trafficking after traffic stop in Hall County",
            "Two men arrested and charged with human trafficking after traffic stop in Cobb County",
        ),
        ("12 arrested in Phoenix human trafficking sting", "31 arrested in Phoenix sting"),
        ("Police arrest man for human trafficking", "Man arrested in human trafficking case"),
        ("Morning briefing", "Morning briefing"),
    ],
)
def test_one_template_filled_twice_does_not_fold(one, other):
    assert len(folded(assessed("a", one), assessed("b", other))) == 2


def test_same_headline_a_month_later_is_another_story():
    title = "Fishermen freed from trawlers off Takoradi"
    assert len(folded(assessed("a", title), assessed("b", title, hours=24 * 30))) == 2
    late = assessed("b", title, hours=24 * 30, published=False)
    assert len(folded(assessed("a", title), late)) == 2


def test_story_is_named_after_the_first_seen_and_led_by_the_most_certain():
    first = assessed("zz", "Trawler crew freed", WIRE, relevance=0.7)
    second = assessed("aa", "Trawler crew is freed", WIRE, hours=1, relevance=0.95)
    unknown = assessed("bb", "Trawler crew ashore", WIRE, hours=2, relevance=None)
    (story,) = group_stories([unknown, second, first])
    assert story.id == "zz"
    assert [a.article.id for a in story.articles] == ["aa", "zz", "bb"]


def test_stories_come_most_certain_first():
    low = assessed("a", "Fishermen freed off Takoradi", relevance=0.6)
    high = assessed("b", "Brick kiln owner jailed in Punjab", relevance=0.9)
    assert folded(low, high) == [["b"], ["a"]]


def test_nothing_gives_nothing():
    assert group_stories([]) == ()


def test_a_story_of_many_copies_holds_together():
    copies = [assessed(f"{n:03}", "Trawler crew freed", WIRE, hours=n / 60) for n in range(200)]
    (story,) = group_stories(copies)
    assert len(story.articles) == 200


def _batch():
    rng = random.Random(7)
    words = WIRE.split()
    batch = []
    for n in range(40):
        cut = rng.randrange(0, len(words) - 20)
        text = " ".join(words[cut : cut + rng.randrange(5, 80)])
        title = " ".join(rng.sample(words, 6))
        outlet = f"o{n % 6}"
        batch.append(assessed(f"{n}", title, text, outlet=outlet, relevance=rng.random()))
    return batch


BATCH = _batch()


@given(st.permutations(BATCH))
@settings(max_examples=8, deadline=None)
def test_order_does_not_show(shuffled):
    assert group_stories(shuffled) == group_stories(BATCH)


def test_every_article_is_in_exactly_one_story():
    stories = group_stories(BATCH)
    ids = [a.article.id for story in stories for a in story.articles]
    assert sorted(ids) == sorted(a.article.id for a in BATCH)
    assert all(story.id in {a.article.id for a in story.articles} for story in stories)


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=300), st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_text_is_compared_alike_both_ways(title_a, title_b, text_a, text_b):
    a = make_fingerprint(assessed("a", title_a, text_a).article)
    b = make_fingerprint(assessed("b", title_b, text_b).article)
    assert same_event(a, b) == same_event(b, a)
    assert read_fingerprint(write_fingerprint(a)) == a
