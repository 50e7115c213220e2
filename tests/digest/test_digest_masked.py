"""A digest without names: every quote and flag moved along, nothing said of what is withheld."""

import json
import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_samples import article, finding, sample_digest, tag
from monitor.digest.render import render_digest
from monitor.people.masked_quotes import articles_in, mask_assessed
from monitor.records.digest import Digest, Story
from monitor.records.finding import Span
from monitor.records.hidden_names import REASONS, WITHHELD, Mask, Shown, shown_by, withheld
from monitor.records.tag import FoundTerm

TITLE = "Sex slave Amina Yusuf, 14, freed"
TEXT = "Police freed Amina Yusuf. Yusuf, Amina's aunt, paid for Amina Yusuf to be sold."


def spans_of(field, text, *words):
    return tuple(
        Span(field, found.start(), found.end()) for found in re.finditer("|".join(words), text)
    )


SPANS = (
    *spans_of("title", TITLE, "Amina Yusuf"),
    *spans_of("text", TEXT, "Amina Yusuf", "Amina", "Yusuf"),
)
LEAD = article(
    "a1",
    TITLE,
    TEXT,
    url="https://coast.example/amina-yusuf",
    tags=(
        tag("form", "forced_labour", 0.9, "freed Amina", "Amina Yusuf to be sold", text=TEXT),
        tag("victim", "child", 0.9, "Yusuf, Amina's aunt", text=TEXT),
    ),
    findings=(
        finding(TITLE, "Sex slave Amina", message="“Sex slave Amina” labels Amina Yusuf."),
        finding(TITLE, "freed", message="Says freed."),
    ),
)
MASK = Mask("a1", LEAD.article.sha256, "names@1+0", SPANS, link_tells=True)


def shown_of(mask=MASK):
    return shown_by(LEAD.article, mask)


def day(*stories, **changes):
    return Digest("2026-11-25", "UTC", stories, (), sample_digest().ledger, ("s@1+0",), **changes)


def rendered(found, form, shown):
    return render_digest(found, form, title="News", evidence=True, shown=shown)


def test_quotes_and_flags_are_moved_along():
    masked = mask_assessed(LEAD, shown_of())
    assert masked.article.title == f"Sex slave {WITHHELD}, 14, freed"
    assert masked.article.text == (
        f"Police freed {WITHHELD}. {WITHHELD}'s aunt, paid for {WITHHELD} to be sold."
    )
    assert masked.article.url == ""
    quoted = [masked.article.text[s.start : s.end] for t in masked.tags for s in t.evidence]
    assert quoted == [f"freed {WITHHELD}", f"{WITHHELD} to be sold", f"{WITHHELD}'s aunt"]
    assert [f.match for f in masked.findings] == [f"Sex slave {WITHHELD}", "freed"]
    for one in masked.findings:
        assert masked.article.title[one.start : one.end] == one.match
    assert masked.findings[0].message == f"“Sex slave {WITHHELD}” labels {WITHHELD}."


@given(st.lists(st.tuples(st.integers(0, len(TITLE)), st.integers(0, len(TITLE))), max_size=4))
def test_what_is_not_hidden_is_quoted_as_before(places):
    spans = tuple(Span("title", a, b) for a, b in places if a < b)
    kept = [f for f in LEAD.findings if not any(s.start < f.end and f.start < s.end for s in spans)]
    found = mask_assessed(LEAD, Shown("", spans)).findings
    for before in kept:
        assert before.match in [one.match for one in found]
    hidden = {n for s in spans for n in range(s.start, s.end)}
    for before, after in zip(LEAD.findings, found, strict=True):
        left = "".join(c for n, c in enumerate(before.match, before.start) if n not in hidden)
        assert len(after.match.replace(WITHHELD, "")) <= len(left)


@pytest.mark.parametrize("form", ["html", "text", "md"])
def test_no_page_has_the_names(form):
    copy = replace(LEAD, article=replace(LEAD.article, id="c1", outlet="Radio West"))
    found = day(Story("a1", (LEAD, copy)))
    page = rendered(found, form, {one.id: shown_of() for one in articles_in(found)})
    assert not re.search("amina|yusuf", page, re.IGNORECASE)
    flat = re.sub(r"\s+", " ", unescape(page).replace("\\", ""))
    assert "Sex slave" in flat
    assert WITHHELD in flat
    assert "The article's address is not shown" in flat
    assert "as far as a program can tell them" in flat


@pytest.mark.parametrize("form", ["html", "text", "md"])
def test_where_names_cannot_be_told_a_line_of_tags_stands_for_the_headline(form):
    term = FoundTerm("trata", "es", "trafficking term", (Span("title", 0, 5),))
    listed = article("p1", "Dos niñas", "Ana", language="es")
    lead = replace(LEAD, article=replace(LEAD.article, url="https://coast.example/1"))
    found = day(Story("a1", (lead,)), unjudged=(replace(listed, terms=(term,)),))
    shown = {one.id: withheld(one, "language") for one in articles_in(found)}
    page = re.sub(r"\s+", " ", rendered(found, form, shown))
    assert not re.search("amina|Dos|Sex slave", page)
    assert page.count(f"Headline not shown: {REASONS['language']}.") == 2
    assert "Forced labour" in page
    assert "trata" not in page
    assert "trafficking term" in page


def test_what_was_asked_for_is_shown_in_json_too():
    found = day(Story("a1", (LEAD,)))
    page = rendered(found, "text", {"a1": shown_by(LEAD.article, MASK, asked=True)})
    assert TITLE in page
    assert "coast.example/amina-yusuf" in page
    assert "as far as a program" not in page
    record = json.loads(rendered(found, "json", {"a1": shown_by(LEAD.article, MASK, asked=True)}))
    assert record["relevant"][0]["articles"][0]["title"] == TITLE


def test_json_has_no_hidden_name_and_says_what_is_withheld():
    found = day(Story("a1", (LEAD,)))
    text = rendered(found, "json", {"a1": shown_of()})
    assert not re.search("amina|yusuf", text, re.IGNORECASE)
    (one,) = json.loads(text)["relevant"][0]["articles"]
    assert (one["url"], one["title"]) == (None, f"Sex slave {WITHHELD}, 14, freed")
    assert "withheld" not in one
    for flag in one["findings"]:
        assert one["title"][flag["start"] : flag["end"]] == flag["match"]
    text = rendered(found, "json", {"a1": withheld(LEAD.article, "language")})
    (one,) = json.loads(text)["relevant"][0]["articles"]
    assert (one["url"], one["title"]) == (None, None)
    assert one["withheld"] == REASONS["language"]
    assert one["findings"] == []
