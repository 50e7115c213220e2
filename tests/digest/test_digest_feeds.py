"""The digest as Atom and JSON Feed: whole, valid, masked as mail is."""

import json
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest_samples import sample_digest
from mail_samples import case, country, digest, letter, mask
from monitor.digest.newsletter import render_atom, render_jsonfeed
from monitor.digest.render import render_digest
from monitor.people.masked_quotes import articles_in
from monitor.records.errors import UsageError

DAY = "2026-11-24"


def test_a_reader_gets_every_story() -> None:
    found = letter(case("a"), case("b", url="https://o.example/amina-freed"))
    read = feedparser.parse(render_atom(found, period=DAY, public_url="https://desk.example/"))
    assert not read.bozo
    assert read.feed.title == "News, Tuesday 24 November 2026"
    assert read.feed.link == "https://desk.example/digests/2026-11-24"
    first, second = read.entries
    assert first.title == "Forced labour · Thailand · prosecution · adults"
    assert first.summary == "[name withheld] tells court · In Coast Daily"
    assert first.link == "https://o.example/a"
    assert first.id != second.id
    assert "links" not in second
    assert first.updated.startswith("2026-11-25T07:30:00")


def test_json_feed_says_the_same() -> None:
    found = letter(case("a"), case("b", url="https://o.example/amina-freed"))
    feed = json.loads(render_jsonfeed(found, period=DAY))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [item.get("url") for item in feed["items"]] == ["https://o.example/a", None]
    assert feed["items"][0]["content_text"] == "[name withheld] tells court · In Coast Daily"
    assert "Amina" not in json.dumps(feed)


@settings(max_examples=30)
@given(st.text(max_size=80))
def test_whatever_an_outlet_writes_it_stays_a_feed(text: str) -> None:
    found = letter(case("a", title=text, outlet=text, url=f"https://o.example/{text}", id=text))
    tree = ET.fromstring(render_atom(found, period=DAY).encode("utf-8", "strict"))
    assert len(tree.findall("{http://www.w3.org/2005/Atom}entry")) == 1
    assert len(json.loads(render_jsonfeed(found, period=DAY))["items"]) == 1


@pytest.mark.parametrize("form", ["atom", "jsonfeed"])
def test_nothing_goes_out_unmasked(form: str) -> None:
    with pytest.raises(UsageError, match="masked"):
        render_digest(digest(), form, title="News")
    shown = {one.id: mask(one) for one in articles_in(sample_digest())}
    made = render_digest(sample_digest(), form, title="News", country_name=country, shown=shown)
    assert "Headline not shown: it tells of violence in detail." in made
    assert "Sex slave" not in made
