"""What publishers say of mining their texts: each way of saying it, and all through a poll."""

from dataclasses import replace

import pytest

from feed_server import STORY, TDMREP, Answer, item, page, rss
from monitor.feeds.http_client import open_client
from monitor.feeds.polling import collect
from monitor.feeds.starter_feeds import make_feed
from monitor.feeds.text_mining_rights import (
    Terms,
    header_terms,
    markup_terms,
    parse_tdmrep,
    rule_terms,
    strictest,
)
from monitor.records.feed import FeedState

URL = "https://outlet.example/news/1"
POLICY = "https://outlet.example/policy.json"
RESERVED, ALLOWED, NOTHING = Terms("reserved"), Terms("allowed"), Terms()


@pytest.mark.parametrize(
    ("headers", "terms"),
    [
        ({}, NOTHING),
        ({"tdm-reservation": "1"}, RESERVED),
        ({"tdm-reservation": "1", "tdm-policy": "/policy.json"}, Terms("reserved", POLICY)),
        ({"tdm-reservation": "1", "tdm-policy": "javascript:alert(1)"}, RESERVED),
        ({"tdm-reservation": "0"}, ALLOWED),
        ({"tdm-reservation": "yes", "tdm-policy": POLICY}, NOTHING),
        ({"x-robots-tag": "noindex, noai"}, RESERVED),
        ({"x-robots-tag": "otherbot: noai"}, RESERVED),
        ({"x-robots-tag": "noimageai, noarchive"}, NOTHING),
        ({"x-robots-tag": "noai", "tdm-reservation": "0"}, RESERVED),
    ],
)
def test_what_headers_say(headers, terms):
    assert header_terms(headers, URL) == terms


@pytest.mark.parametrize(
    ("markup", "terms"),
    [
        ("<meta name='robots' content='index,follow'>", NOTHING),
        ('<META NAME="Robots" CONTENT="NOAI, noimageai">', RESERVED),
        ("<meta content=noai name=robots>", RESERVED),
        ('<meta name="robots" content="noindex"><meta name="robots" content="noai">', RESERVED),
        ('<meta name="robots" content="noimageai">', NOTHING),
        ('<meta name="tdm-reservation" content="0">', ALLOWED),
        (
            '<meta name=tdm-reservation content="1"/><meta name=tdm-policy content=/policy.json>',
            Terms("reserved", POLICY),
        ),
        ("<p>noai tdm-reservation 1</p><meta charset=utf-8><meta>", NOTHING),
    ],
)
def test_what_a_page_says(markup, terms):
    assert markup_terms(f"<html><head>{markup}</head>", URL) == terms


FILE = b"""[
 {"location": "/", "tdm-reservation": 1, "tdm-policy": "/policy.json"},
 {"location": "/open/*", "tdm-reservation": 0},
 {"location": "/open/*.pdf$", "tdm-reservation": "1"},
 {"location": "relative", "tdm-reservation": 0}, 7, {"location": 5}, {}
]"""


@pytest.mark.parametrize(
    ("path", "terms"),
    [
        ("", Terms("reserved", POLICY)),
        ("/news/1", Terms("reserved", POLICY)),
        ("/open/1", ALLOWED),
        ("/open/1.pdf", RESERVED),
        ("/open/1.pdf?x=1", ALLOWED),
    ],
)
def test_what_the_file_of_a_host_says(path, terms):
    rules = parse_tdmrep(FILE, "https://outlet.example" + TDMREP)
    assert len(rules) == 3
    assert rule_terms(rules, "https://outlet.example" + path) == terms


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"null", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_such_file_says_nothing(body):
    assert parse_tdmrep(body, URL) == ()
    assert rule_terms((), URL) == NOTHING


def test_the_strictest_counts():
    assert strictest(ALLOWED, NOTHING, RESERVED) == RESERVED
    assert strictest(RESERVED, Terms("reserved", POLICY)).policy == POLICY
    assert strictest(NOTHING, ALLOWED) == ALLOWED
    assert strictest() == NOTHING


def test_it_is_kept_with_each_article_and_the_file_asked_for_once(server, settings, now):
    full = f"<p>{STORY}</p>"
    noai = page(f"3. {STORY}").replace(b"<head>", b'<head><meta name="robots" content="noai">')
    server.script = {
        "/feed": Answer(
            rss(
                item("/open/1", "One", content=full),
                item("/closed/2", "Two", content=full.replace("harbour", "court")),
                item("/open/3", "Three", summary="Short."),
                item("/open/4", "Four", summary="Short."),
                item("https://elsewhere.example/5", "Five", content=full.replace("day", "night")),
            )
        ),
        "/open/3": Answer(noai),
        "/open/4": Answer(page(f"4. {STORY}"), headers={"tdm-reservation": "1"}),
        TDMREP: Answer(
            b'[{"location": "/closed/", "tdm-reservation": 1, "tdm-policy": "/policy"},'
            b' {"location": "/open/1", "tdm-reservation": 0}]'
        ),
    }
    polls = []
    with open_client(replace(settings, allow_hosts=("127.0.0.1", "localhost"))) as client:
        for _ in range(2):
            collect(
                [(make_feed(server.url + "/feed"), FeedState())],
                client=client,
                known=lambda _: {},
                now=lambda: now,
                deliver=polls.append,
            )
    said = {one.title: (one.mining, one.mining_policy) for one in polls[0].incoming}
    assert said == {
        "One": ("allowed", ""),
        "Two": ("reserved", f"{server.url}/policy"),
        "Three": ("reserved", ""),
        "Four": ("reserved", ""),
        "Five": (None, ""),
    }
    assert server.paths().count(TDMREP) == 1
