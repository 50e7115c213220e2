"""Articles in a language without a model that have trafficking terms: a section of their own."""

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from digest_samples import article, digest, render
from monitor.digest.view import UNJUDGED
from monitor.records.finding import Span
from monitor.records.tag import FoundTerm

TITLE = "ตำรวจจับเครือข่ายค้ามนุษย์ที่แม่สอด"
FOUND = "ค้ามนุษย์"
START = TITLE.index(FOUND)
TERM = FoundTerm(FOUND, "th", "human trafficking", (Span("title", START, START + len(FOUND)),))
EVIL = "<script>alert(1)</script> [x](javascript:1) \x1b[31m \u202e"


def unjudged(key="t1", title=TITLE, *, terms=(TERM,), **changes):
    values = {"outlet": "ข่าวเหนือ", "language": "th", "not_judged": "language", **changes}
    whole = article(key, title, "เนื้อข่าว", relevance=0.0, **values)
    return replace(whole, relevance=None, relevant=None, borderline=None, terms=terms)


def test_only_unjudged_articles_with_terms_are_listed_in_order_of_sight():
    plain = unjudged("t2", terms=())
    judged = replace(article("a1"), terms=(TERM,))
    late = unjudged("t0")
    late = replace(late, article=replace(late.article, seen=late.article.seen.replace(hour=23)))
    found = digest(late, plain, judged, unjudged())
    assert [a.article.id for a in found.unjudged] == ["t1", "t0"]
    assert [story.id for story in found.relevant] == ["a1"]
    assert found.borderline == ()


@pytest.mark.parametrize("form", ["html", "text", "md"])
def test_pages_have_headline_outlet_link_and_meaning(form):
    page = render(digest(unjudged()), form)
    heading = UNJUDGED.upper() if form == "text" else UNJUDGED
    for words in (
        heading,
        TITLE,
        "ข่าวเหนือ",
        "https://coast.example/t1",
        FOUND,
        "human trafficking",
    ):
        assert words in page
    assert re.search(r"[\[`>]t1[\]`<]", page)  # its id, for `monitor reviews add`
    assert "1 not judged with trafficking terms" in page
    assert UNJUDGED.casefold() not in render(digest(article("a1")), form).casefold()


def test_json_gives_spans_and_never_a_relevance():
    (found,) = json.loads(render(digest(unjudged()), "json"))["unjudged"]
    assert found == {
        "id": "t1",
        "url": "https://coast.example/t1",
        "title": TITLE,
        "outlet": "ข่าวเหนือ",
        "published": "2026-11-25T07:10:00Z",
        "language": "th",
        "not_judged": "language",
        "terms": [
            {
                "term": FOUND,
                "language": "th",
                "meaning": "human trafficking",
                "evidence": [{"field": "title", "start": START, "end": START + len(FOUND)}],
            }
        ],
    }


class Tags(HTMLParser):
    def __init__(self, source):
        super().__init__()
        self.seen, self.links = set(), []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_hostile_text_stays_text():
    term = FoundTerm(EVIL, EVIL, EVIL, (Span("title", 0, len(EVIL)),))
    evil = unjudged(title=EVIL, terms=(term,), outlet=EVIL, language=EVIL, url=f"javascript:{EVIL}")
    found = digest(evil)
    for page in (render(found, "html"), MarkdownIt().render(render(found, "md"))):
        tags = Tags(page)
        assert "script" not in tags.seen
        assert not any("javascript" in link for link in tags.links)
    for form in ("html", "text", "md", "json"):
        assert not {"\x1b", "\u202e"} & set(render(found, form))


def test_lines_of_plain_text_fit_the_page():
    term = FoundTerm("x" * 300, "fr", "y " * 200, ())
    page = render(digest(unjudged(title="z" * 400, terms=(term,) * 5)), "text")
    assert all(len(line) <= 78 for line in page.splitlines())
