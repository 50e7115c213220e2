"""Every format: what it says, what it must not say, and hostile text in every place."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from digest_samples import BODY, LEDGER, TAGS, TITLE, article, finding, sample_digest, tag
from monitor.digest.coverage_account import duration_words
from monitor.digest.render import render_digest
from monitor.records.digest import Digest, Story
from monitor.records.errors import UsageError
from monitor.records.feed import FailedFeed, Ledger, SilentFeed
from monitor.records.finding import Citation, Span
from monitor.records.tag import Tag
from monitor.text.safe_text import clean, excerpt, safe_url

FORMATS = ("html", "text", "md", "json")
PAGES = ("html", "text", "md")
HOSTILE = (
    "<script>alert(1)</script>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "right\u202eto left\u2066 \u200fmark",
    "](javascript:alert(1)) [x](https://evil.example)",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %} ${x} `code` *b* _i_ ~~s~~ # h",
    "line\nbreak\r\n\r\n# heading\n- item\n\n    code",
    "nul\x00 bell\x07 back\x08space \udc80 lone",
    "&lt;b&gt; &amp; &#60;",
    "https://evil.example www.evil.example @someone",
)
FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def render(digest, form, **options):
    names = {"GH": "Ghana"}
    return render_digest(
        digest,
        form,
        title="Trafficking in the news",
        country_name=lambda code: names.get(code, code),
        **options,
    )


def flat(page, form):
    return re.sub(r"\s+", " ", "".join(Page(page).text) if form == "html" else page)


def digest_of(*articles, **changes):
    base = Digest("2026-11-25", "UTC", (Story("s", articles),), (), LEDGER, ("s@1+0",))
    return replace(base, **changes)


def hostile(text):
    flag = finding(text, text, why=text, message=text, suggestions=(text,))
    flag = replace(flag, sources=(Citation(text, text, "javascript:alert(1)"),))
    evil = article(
        title=text,
        text=text,
        outlet=text,
        url=f"javascript:{text}",
        language=text,
        findings=(flag,),
        tags=(
            Tag("form", text, 0.5, (Span("text", 0, len(text)),)),
            Tag("place", text, 0.5, (), text),
            Tag(text, "x", 0.5),
        ),
    )
    odd_link = replace(evil, article=replace(evil.article, id="b", url=f"https://e.example/{text}"))
    ledger = Ledger(
        fetched=1,
        dropped={text: 1},
        not_judged={text: 1},
        page_failures={text: 1},
        failures=(FailedFeed(f"https://e.example/{text}", text, text),),
        silences=(SilentFeed(f"https://e.example/{text}", text),),
    )
    return digest_of(evil, odd_link, ledger=ledger, stamps=(text,))


class Page(HTMLParser):
    """Collects tags, attributes and text of a page."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(source)

    def handle_starttag(self, name, attributes):
        self.tags.append(name)
        self.attributes += [(name, key, value) for key, value in attributes]

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize("form", PAGES)
def test_page_says_what_a_reader_needs(form):
    page = flat(render(sample_digest(), form), form)
    for said in (
        "Wednesday 25 November 2026",
        "Africa/Nairobi",
        "10:10",
        "very likely",
        "forced labour · prosecution · Ghana",
        "Names a person by what was done to her.",
        "survivors of trafficking",
        "a1",
        "Outlet 3",
        "Radio West",
        "1 of 6 feeds could not be read",
        "6 feeds polled, 1 failed, 1 silent",
        "Could not be read:",
        "Gone Gazette (https",
        "gone.example/feed): status 404 (Not Found); last read 23 November 2026, 10:10",
        "Silent for longer than their own rhythm explains:",
        "Quiet Quarterly: nothing new since 16 November 2026, 10:10; it usually pauses for 8 hours",
        "120 items: 2 new, 1 changed, 116 seen before, 1 left out (1 without a link)",
        "5 article pages asked for in vain: 4 refused (403), 1 kept out by robots.txt",
        "3 not judged (3 language)",
        "relevance-en@1.0.0+0123456789ab",
        "first seen 10:30",
        "ตำรวจช่วยเหยื่อค้ามนุษย์",
    ):
        assert said in page, said
    assert page.index("Coast Daily") < page.lower().index("trafficking may be a side matter")


@pytest.mark.parametrize("form", PAGES)
def test_what_was_seen_before_is_not_called_dropped(form):
    assert "drop" not in flat(render(sample_digest(), form), form).lower()


@pytest.mark.parametrize("form", PAGES)
def test_no_figure_claims_more_than_is_known(form):
    """Scores are no decimals; borderline articles have no figure: theirs is another question."""
    tags = (replace(TAGS[0], score=0.41), *TAGS[1:])
    for relevance, said in (
        (0.9994, "very likely"),
        (0.742, "likely, about 75%"),
        (0.31, "possible, about 30%"),
        (0.019, "possible, under 5%"),
    ):
        one = article(relevance=relevance, relevant=True, tags=tags)
        side = article("b", relevance=0.03, tags=tags)
        digest = digest_of(one, borderline=(Story("b", (side,)),))
        page = flat(render(digest, form), form)
        assert said in page
        assert not re.search(
            r"0\.\d", page.partition("Coverage")[0].replace("relevance-en@1.0.0", "")
        )
        assert "3%" not in page
        assert "Ghana?" in page
        assert "less than sure" in page


@pytest.mark.parametrize("form", PAGES)
@pytest.mark.parametrize(
    ("confidence", "said"), [(0.66, "about 7 in 10"), (0.97, "over 9 in 10"), (0, "under 1 in 10")]
)
def test_a_flag_says_how_often_editors_mark_such_a_one(form, confidence, said):
    words = f"by what was done to her. Editors mark {said} such flags."
    flag = finding(TITLE, "Sex slave", confidence=confidence)
    lead, copy = article(findings=(flag,)), article("b", findings=(flag,))
    digest = digest_of(relevant=(Story("s", (lead, copy)),))
    assert flat(render(digest, form), form).count(words) == 2
    unknown = finding(TITLE, "Sex slave", confidence=None)
    assert "Editors mark" not in render(digest_of(article(findings=(unknown,))), form)


@pytest.mark.parametrize("form", ["text", "md"])
def test_evidence_is_given_where_it_is_asked_for(form):
    digest = sample_digest()
    for words in ("kept their passports in a locked cabin", "A label such as this", "reporters"):
        assert words not in flat(render(digest, form), form)
        assert words in flat(render(digest, form, evidence=True), form)


def test_html_keeps_the_evidence_behind_a_line():
    page = render(sample_digest(), "html")
    in_sight = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    for words in ("kept their passports in a locked cabin", "A label such as this", "<code>a1<"):
        assert words in page
        assert words not in in_sight


@pytest.mark.parametrize("form", PAGES)
def test_what_was_judged_on_its_summary_only_says_so(form):
    digest = digest_of(article(origin="summary"), article("b"))
    page = flat(render(digest, form), form)
    assert page.count("judged on its summary only") == 1
    assert "1 of 2 articles shown judged on the summary only" in page
    assert "summary only" not in flat(render(digest_of(article()), form), form)


@pytest.mark.parametrize("form", FORMATS)
def test_no_password_of_a_feed_is_told(form):
    url = "https://ama:secret@gone.example/feed"
    failed = FailedFeed(url, "", f"{url}: sent on to {url}")
    ledger = Ledger(feeds=1, failed=1, failures=(failed,), silences=(SilentFeed(url, ""),))
    page = render(digest_of(article(), ledger=ledger), form)
    assert "secret" not in page
    assert "gone.example/feed" in page


@pytest.mark.parametrize("form", PAGES)
def test_of_very_many_failed_feeds_the_first_are_named(form):
    failed = tuple(FailedFeed(f"https://f.example/{n}", f"Feed {n:03}", "?") for n in range(999))
    page = flat(
        render(digest_of(relevant=(), ledger=Ledger(feeds=999, failed=999, failures=failed)), form),
        form,
    )
    assert "Feed 029" in page
    assert "Feed 030" not in page
    assert "and 969 more" in page


def test_headings_go_down_one_step_at_a_time():
    levels = [
        int(tag[1])
        for tag in Page(render(sample_digest(), "html")).tags
        if tag[0] == "h" and tag[1:].isdigit()
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "1 minute"),
        (timedelta(minutes=89, seconds=30), "90 minutes"),
        (timedelta(minutes=91), "2 hours"),
        (timedelta(hours=48), "48 hours"),
        (timedelta(hours=49), "3 days"),
    ],
)
def test_lengths_of_time_are_rounded_up(length, words):
    assert duration_words(length) == words


@pytest.mark.parametrize("form", FORMATS)
def test_no_more_of_the_text_than_the_evidence(form):
    page = render(sample_digest(), form)
    assert "Secret tail" not in page
    assert "Police in the port" not in page


@pytest.mark.parametrize("form", PAGES)
def test_evidence_that_covers_the_text_is_cut(form):
    words = " ".join(f"word{n}" for n in range(400))
    spans = [Span("text", n, n + 200) for n in range(0, len(words) - 200, 200)]
    tags = tuple(Tag("form", f"label{n}", 0.9, tuple(spans[n : n + 3])) for n in range(len(spans)))
    options = {} if form == "html" else {"evidence": True}
    page = render(digest_of(article(text=words, tags=tags)), form, **options)
    shown = set(re.findall(r"word\d+", page))
    assert 0 < len(shown) < 120


@pytest.mark.parametrize("form", PAGES)
def test_quiet_day_says_so(form):
    assert "A quiet day" in render(digest_of(relevant=()), form)


def test_a_day_on_which_nothing_was_read_is_not_called_quiet():
    for ledger in (Ledger(feeds=3, failed=3), Ledger()):
        page = render(digest_of(relevant=(), ledger=ledger), "text")
        assert "quiet" not in page
        assert "nothing can be said about this day" in page


def test_a_day_that_is_not_judged_yet_is_not_called_quiet():
    ledger = Ledger(feeds=3, fetched=9, stored=9, not_judged={"pending": 9})
    page = render(digest_of(relevant=(), ledger=ledger), "text")
    assert "quiet" not in page
    assert "9 articles wait to be judged" in page


def test_account_that_does_not_add_up_says_so():
    page = render(digest_of(article(), ledger=Ledger(feeds=1, fetched=9, stored=5)), "text")
    assert "does not add up, 4 unaccounted for" in page


def test_all_days_has_dates_beside_times():
    page = render(digest_of(article(), day="all"), "text")
    assert "All days (UTC)" in page
    assert "25 November 2026, 07:10" in page


def test_unknown_format_is_a_usage_error():
    with pytest.raises(UsageError, match="known: html, text, md, json"):
        render(digest_of(), "pdf")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", FORMATS)
def test_hostile_text_leaves_no_control_in_any_format(form, text):
    page = render(hostile(text), form)
    assert not FORBIDDEN.search(page)
    page.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_adds_no_markup_to_html(text):
    plain = Page(render(hostile("plain words"), "html"))
    page = Page(render(hostile(text), "html"))
    assert page.tags == plain.tags
    assert [a[:2] for a in page.attributes] == [a[:2] for a in plain.attributes]
    for _, name, value in page.attributes:
        assert not name.startswith("on")
        if name in {"href", "src"}:
            assert value.startswith(("https://", "#", "data:,"))
    assert clean(text) in "".join(page.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_to_the_letter_in_markdown(text):
    def tokens(source):
        parsed = MarkdownIt("commonmark").parse(source)
        return [t for token in parsed for t in (token, *(token.children or ()))]

    page = tokens(render(hostile(text), "md"))
    kinds = {t.type for t in page}
    assert not kinds & {"html_block", "html_inline", "image", "fence", "code_block"}
    assert all(
        t.attrGet("href").startswith("https://e.example/") for t in page if t.type == "link_open"
    )
    plain = tokens(render(hostile("plain"), "md"))
    count = [sum(t.type == "heading_open" for t in found) for found in (page, plain)]
    assert count[0] == count[1]
    shown = "".join(t.content for t in page if t.type in {"text", "text_special", "code_inline"})
    assert clean(text) in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_json_keeps_the_text_as_it_came(text):
    found = json.loads(render(hostile(text), "json"))
    assert found["relevant"][0]["articles"][0]["title"] == text


def test_json_has_the_contracts_shape():
    title = TITLE
    lead = article(
        tags=(tag("place", "GH", 0.9, "Takoradi", role="exploitation"),),
        findings=(
            finding(title, "Sex slave"),
            finding(BODY, "skipper", field="text", scope="body"),
        ),
    )
    digest = json.loads(render(digest_of(lead), "json"))
    assert list(digest) == [
        *("schema", "day", "timezone", "relevant", "borderline", "ledger", "stamps", "unjudged"),
        *("possible", "coverage"),
    ]
    (story,) = digest["relevant"]
    assert list(story) == ["story", "articles"]
    (found,) = story["articles"]
    assert list(found) == [
        *("id", "url", "title", "outlet", "published", "language", "origin", "relevance", "tags"),
        "findings",
    ]
    assert found["published"] == "2026-11-25T07:10:00Z"
    assert found["tags"] == [
        {
            "scheme": "place",
            "label": "GH",
            "role": "exploitation",
            "score": 0.9,
            "evidence": [
                {
                    "field": "text",
                    "start": BODY.index("Takoradi"),
                    "end": BODY.index("Takoradi") + 8,
                }
            ],
        }
    ]
    assert [f["match"] for f in found["findings"]] == ["Sex slave"]
    assert found["findings"][0]["start"] == 0
    assert found["findings"][0]["confidence"] is None
    assert digest["ledger"] == {
        "feeds": 6,
        "failed": 1,
        "silent": 1,
        "fetched": 120,
        "stored": 3,
        "dropped": {"duplicate": 2, "known": 114, "no_link": 1},
        "not_judged": {"language": 3},
    }
    assert digest["coverage"] == {
        "changed": 1,
        "summary_only": 0,
        "unmeasured_countries": [],
        "page_failures": {"refused": 4, "robots": 1},
        "failed_feeds": [
            {
                "url": "https://gone.example/feed",
                "title": "Gone Gazette",
                "reason": "https://gone.example/feed: status 404",
                "last_read": "2026-11-23T07:10:00Z",
            }
        ],
        "ended_feeds": [],
        "silent_feeds": [
            {
                "url": "https://quiet.example/feed",
                "title": "Quiet Quarterly",
                "since": "2026-11-16T07:10:00Z",
                "usual_gap_s": 25500,
            }
        ],
        "languages": {},
        "feeds_not_polled": 0,
        "feeds_paused": 0,
        "gaps": None,
        "undelivered": [],
    }


def test_text_is_78_columns_but_for_addresses():
    page = render(sample_digest(), "text")
    assert all(len(line) <= 78 for line in page.splitlines() if "https://" not in line)


@given(st.lists(st.text(max_size=120), max_size=6).map(" ".join))
@settings(max_examples=80, deadline=None)
def test_any_text_is_wrapped_and_whole(text):
    page = render(digest_of(article(title=text, outlet="x", url="")), "text")
    assert all(len(line) <= 156 for line in page.splitlines())
    assert not FORBIDDEN.search(page)
    wanted = re.sub(r"\s", "", clean(text)) or "(noheadline)"
    assert wanted in re.sub(r"\s", "", page)


@given(st.text(max_size=60))
@settings(max_examples=80, deadline=None)
def test_any_text_makes_a_page_of_the_same_shape(text):
    plain, odd = Page(render(hostile("plain words"), "html")), Page(render(hostile(text), "html"))
    if clean(text):
        assert set(odd.tags) <= set(plain.tags)
    assert not FORBIDDEN.search("".join(odd.text))


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//host/x", "", "x"),
        *(
            "https://",
            "http://[bad",
            "ftp://host/x",
            " \x00javascript:alert(1)",
            "file:///etc/passwd",
        ),
    ],
)
def test_only_web_addresses_are_links(url):
    assert safe_url(url) is None


def test_address_is_made_of_address_characters():
    assert (
        safe_url("HTTPS://e.example/a b\"<'>?q=ñ#f")
        == "HTTPS://e.example/a%20b%22%3C'%3E?q=%C3%B1#f"
    )


def test_excerpt_is_cut_at_a_word():
    assert excerpt("one two three four", 12) == "one two…"
    assert excerpt("x" * 50, 10) == "x" * 9 + "…"
    assert excerpt("short", 10) == "short"


def test_page_loads_nothing_and_runs_nothing():
    page = render(sample_digest(), "html")
    assert not {"script", "iframe", "img", "object", "embed"} & set(Page(page).tags)
    assert "url(" not in page
    assert "@import" not in page
    links = [v for n, k, v in Page(page).attributes if n == "link" and k == "href"]
    assert links == ["data:,"]


def test_flagged_words_are_marked_in_the_headline():
    assert "<mark>Sex slave</mark> network" in render(sample_digest(), "html")


def test_same_flag_twice_is_one_with_a_count():
    title = "Slaves and slaves"
    twice = (finding(title, "Slaves"), finding(title, "slaves"))
    page = render(digest_of(article(title=title, findings=twice)), "text")
    assert page.count("Names a person") == 1
    assert "(2 times)" in page


def test_same_input_same_bytes():
    for form in FORMATS:
        assert render(sample_digest(), form) == render(sample_digest(), form)


def test_gender_and_help_stand_in_the_line_in_words():
    tags = (
        *(
            tag("victim", "child", 0.9),
            tag("gender", "both", 0.9),
            tag("protection", "return", 0.9),
        ),
        *(tag("protection", "shelter", 0.8), tag("protection", "non_punishment", 0.5)),
    )
    page = flat(render(digest_of(article(tags=tags)), "text"), "text")
    assert "child victims" in page
    assert "female and male victims" in page
    assert "help to return, shelter, non-punishment?" in page


@pytest.mark.parametrize("form", PAGES)
def test_feeds_that_are_asked_no_more_are_told(form):
    gone = FailedFeed("https://ended.example/feed", "Ended Examiner", "x: gone (410)")
    told = replace(sample_digest(), ledger=replace(LEDGER, ended=(gone,)))
    page = flat(render(told, form), form)
    assert "Removed by their publishers before, and asked no more:" in page
    assert "Ended Examiner" in page


@pytest.mark.parametrize("form", PAGES)
def test_a_story_of_other_days_says_since_when(form):
    digest = digest_of(article())
    (story,) = digest.relevant
    told = replace(story, since=datetime(2026, 11, 23, 9, tzinfo=UTC), total=4)
    page = flat(render(replace(digest, relevant=(told,)), form), form)
    assert "Told since Monday 23 November 2026, 4 articles in all" in page
    assert "Told since" not in flat(render(digest, form), form)
