import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.starter_feeds import make_feed
from monitor.feeds.urls import (
    article_id,
    canonical_url,
    feed_id,
    has_login,
    host_of,
    join_url,
    request_url,
    same_outlet,
    shown_url,
)
from monitor.records.errors import FeedError
from monitor.records.feed import Feed

SAME = [
    ("HTTP://WWW.Example.COM:80/a", "http://www.example.com/a"),
    ("https://example.com:443", "https://example.com/"),
    ("https://example.com.:8443/", "https://example.com:8443/"),
    ("https://example.com/a#part", "https://example.com/a"),
    ("https://example.com/a/./b/../c", "https://example.com/a/c"),
    ("https://example.com/%7euser/%e2%82%ac", "https://example.com/~user/%E2%82%AC"),
    ("https://example.com/€ 1", "https://example.com/%E2%82%AC%201"),
    ("https://example.com/100%", "https://example.com/100%25"),
    ("https://example.com/?b=2&a=1&&", "https://example.com/?a=1&b=2"),
    ("https://example.com/?utm_source=x&UTM_Medium=y&id=3&fbclid=z", "https://example.com/?id=3"),
    ("https://example.com/a?at_medium=RSS&at_campaign=KARANGA", "https://example.com/a"),
    ("https://example.com/?utm%5Fsource=x", "https://example.com/"),
    ("https://user:secret@example.com/", "https://example.com/"),
    ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
    ("http://[2606:4700:0::1]:80/", "http://[2606:4700::1]/"),
    ("  https://example.com/a\n", "https://example.com/a"),
]
NOT_URLS = [
    "",
    "example.com",
    "/a",
    "ftp://example.com/",
    "javascript:alert(1)",
    "https://",
    "http:///a",
    "http://[::1",
    "http://a:99999/",
    "http://a:b/",
    "https://exa mple.com/",
    "https://a%00b/",
    "https://\ud800.example/",
    "http://%31%32/%",
    "mailto:a@b.example",
]


@pytest.mark.parametrize(("given_url", "expected"), SAME)
def test_canonical(given_url, expected):
    assert canonical_url(given_url) == expected
    assert article_id(given_url) == article_id(expected)


def test_what_differs_stays_apart():
    urls = [
        "https://e.example/a",
        "https://e.example/A",
        "https://e.example/a/",
        "https://e.example/a?id=1",
        "https://e.example/a?id=2",
        "https://f.example/a",
        "https://e.example/a%2Fb",
        "https://e.example/a/b",
        "https://e.example:8000/a",
    ]
    assert len({article_id(url) for url in urls}) == len(urls)


def test_http_and_https_are_one_article_with_two_urls():
    assert article_id("http://e.example/a") == article_id("https://e.example/a")
    assert (
        feed_id("http://e.example/a")
        == feed_id("https://e.example/a")
        != article_id("https://e.example/a")
    )
    assert canonical_url("http://e.example/a") != canonical_url("https://e.example/a")


@pytest.mark.parametrize("url", [u for u in NOT_URLS if u != "http://%31%32/%"])
def test_no_url(url):
    with pytest.raises(FeedError):
        canonical_url(url)
    with pytest.raises(FeedError):
        request_url(url)


def test_request_keeps_the_query_as_given():
    assert request_url("https://e.example/?b=2&a=ü&utm_source=x#f") == (
        "https://e.example/?b=2&a=%C3%BC&utm_source=x"
    )
    with pytest.raises(FeedError, match="password"):
        request_url("https://user:secret@e.example/")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://someone:s3cret@e.example/feed", "https://e.example/feed"),
        ("https://s3cret@e.example/feed", "https://e.example/feed"),
        ("https://someone:s3/c#r?t@e.example/feed", "https://e.example/feed"),
        ("https://someone:s3@cret@e.example/feed", "https://e.example/feed"),
        ("HTTPS://someone:s3cret@[bad/feed", "HTTPS://[bad/feed"),
        ("feed:https://someone:s3cret@e.example/", "feed:https://e.example/"),
        ("feed://someone:s3cret@e.example/", "feed://e.example/"),
        ("ftp://someone:s3cret@e.example/", "ftp://e.example/"),
        ("someone:s3cret@e.example/feed", "e.example/feed"),
        ("//someone:s3cret@e.example/feed", "//e.example/feed"),
        ("https:\\\\someone:s3cret@e.example/", "https:\\\\e.example/"),
        ("https://someone:s3cret\n@e.example/", "https://e.example/"),
        ("https://e.example/@someone/feed", "https://e.example/@someone/feed"),
        ("https://e.example:8080/a@b", "https://e.example:8080/a@b"),
        ("https://[::1]:8080/a@b", "https://[::1]:8080/a@b"),
        ("https://e.example/?mail=a@b.example", "https://e.example/?mail=a@b.example"),
    ],
)
def test_a_user_name_and_password_are_never_shown(url, shown):
    assert shown_url(url) == shown
    assert has_login(url) is (url != shown)
    if has_login(url):
        with pytest.raises(FeedError) as refused:
            make_feed(url)
        said = f"{refused.value} {refused.value.__cause__}"
        assert "s3" not in said.replace(shown, "")
        assert "someone" not in said.replace(shown, "")


def test_a_url_with_a_login_is_refused_in_words():
    with pytest.raises(FeedError, match=r"^https://e\.example/f: .*behind a login are not read"):
        make_feed("https://someone:s3cret@e.example/f")


@given(st.text(st.sampled_from("ab:@/?#[]\\. \n1"), max_size=40))
def test_no_password_stays_in_what_is_shown(rest):
    assert "s3cret" not in shown_url(f"https://someone:s3cret@{rest}")
    assert "someone" not in shown_url(f"https://someone:s3cret@{rest}")


def test_a_long_url_is_looked_through_in_linear_time():
    started = time.process_time()
    for url in ("https://" + "a:" * 500_000, "https://" + "a:" * 500_000 + " @", "a:" * 500_000):
        shown_url(url)
    assert time.process_time() - started < 2


def test_join():
    assert join_url("https://e.example/", "https://a:b@f.example/c") == "https://f.example/c"
    assert join_url("https://e.example/a/feed.xml", "../b") == "https://e.example/b"
    assert join_url("https://e.example/", "javascript:x") is None
    assert join_url("", "b") is None
    assert join_url("https://e.example/", "http://[") is None
    assert host_of("http://[::1]:8000/") == "::1"


_url_like = st.builds(
    "{}://{}{}/{}?{}#{}".format,
    st.sampled_from(["http", "https", "HTTP"]),
    st.text(st.sampled_from("aB-.é%41:@[]1"), max_size=8),
    st.sampled_from(["", ":80", ":443", ":8080", ":x"]),
    st.text(max_size=20),
    st.text(st.sampled_from("ab&=%25+ utm_source;é/?"), max_size=20),
    st.text(max_size=5),
)


@given(_url_like | st.text())
def test_canonical_is_idempotent_ascii_and_fails_only_as_feed_error(url):
    with contextlib.suppress(FeedError):
        once = canonical_url(url)
        assert canonical_url(once) == once
        assert once.isascii()
        assert once.isprintable()
        assert " " not in once
        assert article_id(once) == article_id(url)
        assert canonical_url(request_url(once)) == once


@pytest.mark.parametrize(
    ("url", "followed"),
    [
        ("https://www.paper.example/raid", True),
        ("https://news.paper.example/raid", True),
        ("https://paper.example.org/raid", False),
        ("https://other.example/raid", False),
        ("https://site.example/x", True),
        ("no address", False),
    ],
)
def test_the_same_outlet_has_the_same_host_or_one_within(url: str, followed: bool) -> None:
    feeds = [
        Feed("f", "https://paper.example/rss", "", ""),
        Feed("g", "https://feeds.example/rss", "", "", site="https://www.site.example/"),
    ]
    assert same_outlet(url, feeds) is followed
