"""What `quotes` give of an article: no more than its share, however its files are put together."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attacks import Loot, recovered
from digest_samples import article, finding
from monitor.export.copyright_cap import NumberedWords, QuotationBudget
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.records.article_record import FullRecord
from monitor.records.finding import ScorecardItem, Span
from monitor.records.tag import Tag

TEXT = " ".join(f"word{n}" for n in range(2_000))


def quotes(assessed, **options):
    return publish(canonical(FullRecord(assessed)), PublicationPolicy(restricted=True, **options))


def taken(text, *places, share=0.1, most=90):
    budget = QuotationBudget(NumberedWords(text), share, most)
    return [budget.take(*place) for place in places]


def place(first, last):
    """Where `TEXT` has these words."""
    words = NumberedWords(TEXT)
    return words.starts[first], words.ends[last]


def loot_of(values):
    """All that one record gives, as an attacker has it."""
    loot = Loot()

    def gather(value):
        if isinstance(value, str):
            loot.strings.append(value)
        elif isinstance(value, dict):
            if "match" in value:
                loot.spans.append((value["field"], value["start"], value["match"]))
            for one in value.values():
                gather(one)
        elif isinstance(value, list):
            for one in value:
                gather(one)

    gather(values)
    return loot


def test_the_text_cannot_be_put_together_from_its_spans():
    step = 100
    evidence = [Span("text", n, min(n + step, len(TEXT))) for n in range(0, len(TEXT), step)]
    published = quotes(article(text=TEXT, tags=(Tag("form", "other", 0.9, tuple(evidence)),)))
    (tag,) = published.values["tags"]
    assert len(tag["evidence"]) == len(evidence)
    given_away = [span for span in tag["evidence"] if "match" in span]
    assert 0 < sum(len(NumberedWords(span["match"])) for span in given_away) <= 90
    assert published.withheld["quotes"] == len(evidence) - len(given_away)
    assert 0 < len(recovered("", TEXT, loot_of(published.values), Loot())) <= 90


def test_the_share_counts_where_it_is_less_than_the_words():
    text = " ".join(f"word{n}" for n in range(100))
    each = [
        Span("text", *found)
        for found in zip(NumberedWords(text).starts, NumberedWords(text).ends, strict=True)
    ]
    values = quotes(article(text=text, tags=(Tag("form", "other", 0.9, tuple(each[::5])),))).values
    assert sum("match" in span for span in values["tags"][0]["evidence"]) <= 10
    none = quotes(
        article(text=text, tags=(Tag("form", "other", 0.9, tuple(each[::5])),)), quote_words=0
    )
    assert not any("match" in span for span in none.values["tags"][0]["evidence"])


def test_overlapping_spans_count_once():
    spans = [place(0, 29), place(10, 29), place(0, 29), place(10, 25)]
    assert taken(TEXT, *spans, place(500, 529), place(900, 935)) == [True] * 5 + [False]


def test_neighbours_are_one_passage():
    """Spans that touch, or that two words at most keep apart, can be joined."""
    assert taken(TEXT, place(0, 19), place(20, 39), place(40, 59)) == [True, True, False]
    assert taken(TEXT, place(0, 21), place(24, 45)) == [True, False]
    assert taken(TEXT, place(0, 21), place(25, 46)) == [True, True]


def test_the_worst_finding_is_quoted_first():
    long = " ".join(f"word{n}" for n in range(100, 160))
    suggestion = finding(TEXT, long[:280], field="text", scope="body", severity="suggestion")
    error = finding(TEXT, "word900 word901", field="text", scope="body")
    late = replace(suggestion, start=5000, end=5280, match=TEXT[5000:5280])
    more = replace(suggestion, start=9000, end=9280, match=TEXT[9000:9280])
    values = quotes(article(text=TEXT, findings=(suggestion, late, more, error))).values
    assert ["match" in one for one in values["findings"]] == [True, True, False, True]


def test_a_headline_that_repeats_the_text_is_withheld():
    title = "Nineteen men were freed from three trawlers in the port of Takoradi"
    short = quotes(article(title=title, text=f"{title} on Tuesday. Nobody had been paid since."))
    assert short.values["title"] is None
    assert short.withheld["titles"] == 1
    assert short.values["length"]["title"] == len(title)
    long = quotes(article(title=title, text=f"{title} on Tuesday. {TEXT}"))
    assert long.values["title"] == title
    assert quotes(article(title=title, text=TEXT)).values["title"] == title


@pytest.mark.parametrize("name", ["message", "why", "suggestions"])
def test_what_is_said_of_words_counts_too(name):
    said = "Not '" + " ".join(f"word{n}" for n in range(300, 400)) + "'."
    one = finding(TEXT, "word7", field="text", scope="body")
    loud = replace(one, **{name: (said,) if name == "suggestions" else said})
    values = quotes(article(text=TEXT, findings=(loud,))).values["findings"][0]
    assert not values.get(name)
    assert values["match"] == "word7"
    assert quotes(article(text=TEXT, findings=(one,))).values["findings"][0][name]


def test_so_do_a_scorecards_reasons_and_words_quoted_singly():
    reason = "It says 'word10', 'word500', 'word900', 'word1300' and 'word1700'."
    whole = replace(article(text=TEXT), scorecard=(ScorecardItem("item", True, reason),))
    assert quotes(whole).values["scorecard"][0]["reason"] == reason
    assert "reason" not in quotes(whole, quote_words=4).values["scorecard"][0]


def test_categories_and_bylines_smuggle_nothing():
    hostile = replace(article(text=TEXT).article, categories=("crime", TEXT), authors=(TEXT,))
    values = quotes(replace(article(text=TEXT), article=hostile)).values
    assert (values["categories"], values["authors"]) == (["crime"], [])


def test_scripts_without_spaces_are_counted():
    thai = "ตำรวจช่วยเหลือแรงงานสิบเก้าคนจากเรือประมง" * 50
    assert len(thai) / 5 < len(NumberedWords(thai)) <= len(thai) / 3
    assert taken(thai, (0, len(thai) // 5)) == [False]
    assert taken("", (0, 0)) == [True]


WORD = st.sampled_from(
    [
        *("the", "a", "of", "sold", "girl", "port", "men", "were"),
        "7",
        "🚢",
        "e\u0301te",
        "عمل",
        "ทะเล",
    ]
)
TEXTS = st.lists(WORD, max_size=400).map(" ".join)
PIECES = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 120)), max_size=30)


@given(TEXTS, TEXTS, PIECES, PIECES, st.integers(0, 40))
@settings(max_examples=120, deadline=None)
def test_no_article_gives_more_than_its_share(text, title, pieces, said, cut):
    def spans(chosen):
        ends = [(min(a, len(text)), min(a + n, len(text))) for a, n in chosen]
        return [(a, b) for a, b in ends if a < b]

    evidence = tuple(Span("text", a, b) for a, b in spans(pieces))
    found = tuple(
        replace(
            finding("x", "x", field="text", scope="body"),
            start=a,
            end=b,
            match=text[a:b],
            message=f"'{text[a:b]}' ({text[:cut]})",
            why=text[b : b + cut],
        )
        for a, b in spans(said)
    )
    one = article(
        title=title, text=text, tags=(Tag("form", "other", 0.9, evidence),), findings=found
    )
    values = quotes(one).values
    got = recovered(title, text, loot_of(values), Loot())
    assert len(got) <= min(int(0.1 * len(NumberedWords(text))), 90)
