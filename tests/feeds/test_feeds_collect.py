"""The whole pipeline against a real server, with a store that is a dictionary."""

import gzip
import re
import socket
import struct
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feed_server import STORY, Answer, item, page, rss, send
from monitor.cli import demo_site as demo_outlets
from monitor.feeds.article_pages import PageAnswer
from monitor.feeds.feed_parser import parse_feed
from monitor.feeds.http_client import FetchResult, open_client
from monitor.feeds.opml import parse_opml
from monitor.feeds.polling import FeedWork, collect
from monitor.feeds.polling_plan import due_feeds
from monitor.feeds.starter_feeds import make_feed
from monitor.feeds.urls import article_id
from monitor.records.article import Enclosure
from monitor.records.errors import StoreError
from monitor.records.feed import FeedState, KnownArticle

FULL = f"<p>{STORY}</p>"
START = datetime(2026, 11, 25, 12, tzinfo=UTC)


class Desk:
    """Keeps what is delivered as a store would, and moves its own clock."""

    def __init__(self, settings):
        self.settings = settings
        self.clock = START
        self.states = {}
        self.known = {}
        self.texts = {}

    def poll(self, *feeds):
        polls = {}

        def deliver(poll):
            assert threading.current_thread() is threading.main_thread()
            entries = [*poll.incoming, *poll.sightings]
            assert poll.fetched == len(entries) + sum(poll.dropped.values())
            polls[poll.feed.id] = poll
            self.states[poll.feed.id] = poll.state
            for entry in entries:
                self._store(poll, entry)

        with open_client(self.settings) as client:
            collect(
                [(feed, self.states.get(feed.id, FeedState())) for feed in feeds],
                client=client,
                known=lambda ids: {key: self.known[key] for key in ids if key in self.known},
                now=lambda: self.clock,
                deliver=deliver,
            )
        return [polls[feed.id] for feed in feeds]

    def _store(self, poll, entry):
        key = entry.article_id
        had = self.known.get(key)
        origin = getattr(entry, "origin", None) or had.origin
        sha256 = getattr(entry, "sha256", None) or had.sha256
        seen = {**(had.feed_sha256 if had else {}), poll.feed.id: entry.feed_sha256}
        tries = (had.page_tries if had else 0) + (entry.page_error is not None)
        self.known[key] = KnownArticle(origin, sha256, seen, tries)
        if hasattr(entry, "text"):
            self.texts[key] = entry.text


@pytest.fixture
def desk(settings):
    return Desk(settings)


@pytest.fixture
def feed(server):
    return make_feed(server.url + "/feed", title="A feed")


def test_a_feed_with_full_text(desk, server, feed):
    links = [f"{server.url}/{n}" for n in range(3)]
    date = "Wed, 25 Nov 2026 07:10:00 GMT"
    server.script["/feed"] = Answer(
        rss(*(item(link, f"T{link[-1]}", content=FULL, date=date) for link in links)),
        headers={"ETag": '"1"'},
    )
    (poll,) = desk.poll(feed)
    assert (poll.fetched, poll.error, poll.dropped, poll.warnings) == (3, None, {}, ())
    assert (poll.title, poll.site, poll.at) == ("A feed", "https://outlet.example/", START)
    first = poll.incoming[0]
    assert [entry.title for entry in poll.incoming] == ["T0", "T1", "T2"]
    assert (first.url, first.article_id) == (links[0], article_id(links[0]))
    assert (first.text, first.origin, first.language) == (STORY, "feed", "en")
    assert first.published == datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
    assert poll.state.etag == '"1"'
    assert poll.state.next_poll == START + timedelta(minutes=72.5), "a quarter of its pause"
    assert server.paths() == ["/feed"]

    server.script["/feed"] = Answer(status=304)
    (again,) = desk.poll(feed)
    assert (again.not_modified, again.fetched, again.error) == (True, 0, None)
    assert (again.state.etag, again.state.failures) == ('"1"', 0)
    assert server.requests[-1][1]["if-none-match"] == '"1"'


def test_a_feed_with_summaries_has_its_pages_fetched_once(desk, server, feed):
    server.script |= {
        "/feed": Answer(
            rss(item("/1", "One", summary="Short."), item("/2", "Two", summary="Brief."))
        ),
        "/1": Answer(page(title="One")),
        "/2": Answer(page(title="Two")),
    }
    (poll,) = desk.poll(feed)
    assert [entry.origin for entry in poll.incoming] == ["page", "page"]
    assert poll.incoming[0].summary == "Short."
    assert poll.incoming[0].text.startswith("Sentence 0")
    assert server.paths() == ["/feed", "/robots.txt", "/1", "/2"]
    (again,) = desk.poll(feed)
    assert (len(again.sightings), again.incoming, again.fetched) == (2, (), 2)
    assert server.paths()[4:] == ["/feed"]


def test_changed_text_comes_in_again(desk, server, feed):
    server.script["/feed"] = Answer(rss(item("/1", content=FULL), item("/2", content=FULL)))
    (before,) = desk.poll(feed)
    server.script["/feed"] = Answer(
        rss(item("/1", content=FULL.replace("harbour", "court")), item("/2", content=FULL))
    )
    (after,) = desk.poll(feed)
    assert ([len(after.incoming), len(after.sightings)]) == [1, 1]
    assert after.incoming[0].article_id == before.incoming[0].article_id
    assert after.incoming[0].sha256 != before.incoming[0].sha256


def test_one_article_through_two_feeds_is_fetched_once(desk, server, feed):
    other = make_feed(server.url + "/other")
    server.script |= {
        "/feed": Answer(rss(item("/1?utm_source=rss", summary="Short."))),
        "/other": Answer(rss(item("/1", summary="Another teaser."))),
        "/1": Answer(page()),
    }
    desk.poll(feed)
    (poll,) = desk.poll(other)
    assert [entry.article_id for entry in poll.sightings] == [article_id(server.url + "/1")]
    assert server.paths().count("/1") == 1
    assert [len(poll.sightings) for poll in desk.poll(feed, other)] == [1, 1]


def test_a_page_that_fails_leaves_the_summary_and_is_tried_again(desk, server, feed):
    server.script |= {
        "/feed": Answer(rss(item("/1", summary="Short.")), headers={"ETag": '"1"'}),
        "/1": Answer(status=500),
    }
    (poll,) = desk.poll(feed)
    (entry,) = poll.incoming
    assert (entry.origin, entry.text) == ("summary", "Short.")
    assert "status 500" in entry.page_error
    assert poll.state.etag is None, "a 304 would hide the entry whose page is missing"
    server.script["/1"] = Answer(page())
    (again,) = desk.poll(feed)
    assert [entry.origin for entry in again.incoming] == ["page"]
    assert again.state.etag == '"1"'


def test_a_page_is_not_tried_for_ever(desk, server, feed):
    server.script |= {
        "/feed": Answer(rss(item("/1", summary="Short.")), headers={"ETag": '"1"'}),
        "/1": Answer(status=500),
    }
    states = [desk.poll(feed)[0].state for _ in range(5)]
    assert server.paths().count("/1") == 3
    assert [state.etag for state in states] == [None, None, '"1"', '"1"', '"1"']


def test_a_try_without_a_working_extractor_does_not_count(desk, server, feed):
    """Else a page would be given up for a fault of the installation."""
    parsed = parse_feed(rss(item(f"{server.url}/1", summary="Short.")), "", feed.url)
    result = FetchResult(feed.url, feed.url, 200, {}, None, False, '"1"', None, None, None)
    work = FeedWork(feed, FeedState(), result, parsed)
    assert work.start(START, lambda _: {}, ("127.0.0.1",)) == [0]
    work.take_page(0, PageAnswer(None, "the extractor cannot work", "extractor", retry=True))
    poll = work.finish(900)
    assert (poll.page_failures, poll.warnings) == ({"extractor": 1}, ())
    assert (poll.incoming[0].origin, poll.incoming[0].page_error) == ("summary", None)
    assert poll.state.etag is None


def test_a_failing_page_never_replaces_a_text_by_a_summary(desk, server, feed):
    server.script |= {"/feed": Answer(rss(item("/1", summary="Short."))), "/1": Answer(page())}
    desk.poll(feed)
    text = dict(desk.texts)
    server.script["/feed"] = Answer(rss(item("/1", summary="Short, corrected.")))
    server.script["/1"] = Answer(status=503)
    (poll,) = desk.poll(feed)
    assert (len(poll.sightings), poll.incoming) == (1, ())
    assert desk.texts == text
    server.script["/1"] = Answer(page(STORY.replace("harbour", "court")))
    (again,) = desk.poll(feed)
    assert "court" in again.incoming[0].text


@pytest.mark.parametrize(
    ("script", "says", "cause"),
    [
        ({"/1": Answer(status=401)}, "status 401", "login"),
        ({"/1": Answer(status=403)}, "status 403", "refused"),
        ({"/1": Answer(status=404)}, "status 404", "not_found"),
        ({"/1": Answer(status=410)}, "status 410", "not_found"),
        ({"/1": Answer(status=418)}, "status 418", "status"),
        ({"/1": Answer(status=500)}, "status 500", "server_error"),
        ({"/1": Answer(status=503)}, "status 503", "busy"),
        ({"/1": Answer(b"GIF89a")}, "no HTML", "not_html"),
        ({"/1": Answer(b"%PDF-1.7")}, "the PDF cannot be read", "broken"),
        ({"/1": Answer(b"{}", headers={"Content-Type": "text/html"})}, "no article", "no_text"),
        ({"/1": Answer(b"<html><p>Cookies?</p></html>")}, "no article text", "no_text"),
        ({"/1": Answer(page(STORY[:180]))}, "less text than the feed", "less_text"),
        ({"/robots.txt": Answer(b"User-agent: *\nDisallow: /1")}, "robots.txt forbids", "robots"),
        (
            {"/robots.txt": Answer(b"User-agent: thb-monitor\nDisallow: /")},
            "robots.txt forbids",
            "robots",
        ),
        ({"/robots.txt": Answer(status=500)}, "robots.txt could not be read", "robots"),
        ({"/1": Answer(page(), cut=9)}, "ended early", "no_answer"),
        ({"/1": Answer(b"x", cut=60_000_000)}, "larger than", "no_answer"),
        ({"/1": Answer(status=302, headers={"Location": "/1"})}, "redirect loop", "no_answer"),
    ],
)
def test_pages_that_cannot_be_had(desk, server, feed, script, says, cause):
    short = "Short. " * 40
    server.script |= {
        "/feed": Answer(rss(item("/1", summary=short))),
        "/1": Answer(page()),
        **script,
    }
    (poll,) = desk.poll(feed)
    assert poll.error is None
    assert poll.page_failures == {cause: 1}
    assert (poll.incoming[0].origin, poll.incoming[0].text) == ("summary", short.strip())
    assert says in poll.incoming[0].page_error
    assert any(says in warning for warning in poll.warnings)


def test_robots_txt_that_allows(desk, server, feed):
    server.script |= {
        "/feed": Answer(rss(item("/1", summary="Short."))),
        "/robots.txt": Answer(b"User-agent: *\nDisallow: /feed\nUser-agent: other\nDisallow: /"),
        "/1": Answer(page()),
    }
    assert desk.poll(feed)[0].incoming[0].origin == "page"


def test_a_host_whose_pages_do_not_answer_is_left_alone(desk, server, feed):
    def hang_up(handler):
        handler.close_connection = True

    server.script["/feed"] = Answer(rss(*(item(f"/{n}", summary="Short.") for n in range(9))))
    server.script |= {f"/{n}": hang_up for n in range(9)}
    (poll,) = desk.poll(feed)
    assert len(poll.incoming) == 9
    assert sum(path[1:].isdigit() for path in server.paths()) == 3
    assert poll.page_failures == {"no_answer": 9}


def test_pages_at_unsafe_addresses_are_counted(desk, server, feed):
    server.script["/feed"] = Answer(rss(item("/1", summary="Short.")))
    server.script["/1"] = Answer(status=302, headers={"Location": "http://169.254.169.254/"})
    (poll,) = desk.poll(feed)
    assert (poll.page_failures, poll.dropped) == ({"unsafe": 1}, {"unsafe_address": 1})


def test_drops_are_named(desk, server, feed):
    server.script |= {
        "/feed": Answer(
            rss(
                item("", "No link", content=FULL),
                item("mailto:a@b.example", "No link either", content=FULL),
                item("http://192.168.0.1/x", content=FULL),
                item("http://localhost/x", content=FULL),
                item("http://127.1/x", content=FULL),
                item("/away", summary="Short."),
                item("/empty", ""),
                item("/1", "One", content=FULL),
                item("/1#again", "One", content=FULL),
                item("/headline", "Only a headline"),
                item("/long", "T" * 5000, content=FULL),
                item("/longer", content="word " * 100_000),
            )
        ),
        "/away": Answer(status=302, headers={"Location": "http://10.0.0.1/"}),
    }
    (poll,) = desk.poll(feed)
    assert poll.dropped == {
        "no_link": 2,
        "unsafe_address": 4,
        "empty": 1,
        "repeated": 1,
        "too_long": 2,
    }
    assert [(entry.title, entry.origin) for entry in poll.incoming] == [
        ("One", "feed"),
        ("Only a headline", "summary"),
    ]
    assert poll.fetched == 12


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (Answer(b"<html><body>Hello</body></html>"), "HTML page"),
        (Answer(b""), "empty"),
        (Answer(b"x", cut=60_000_000), "larger than"),
        (Answer(status=302, headers={"Location": "/feed"}), "redirect loop"),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/"}), "allow_hosts"),
        (Answer(status=404), "status 404"),
        (Answer(b'<!DOCTYPE r [<!ENTITY a "b">]><rss/>'), "entities"),
    ],
)
def test_a_broken_feed_is_recorded_and_the_run_goes_on(desk, server, feed, answer, says):
    good = make_feed(server.url + "/good")
    server.script |= {"/feed": answer, "/good": Answer(rss(item("/1", content=FULL)))}
    broken, fine = desk.poll(feed, good)
    assert says in broken.error
    assert (broken.state.failures, broken.state.error) == (1, broken.error)
    assert (broken.fetched, len(fine.incoming)) == (0, 1)
    assert due_feeds([feed, good], desk.states, START + timedelta(seconds=901), 900) == [good]


def reset(handler):
    """Abort the connection, as a crashed server or a firewall does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def begin(handler, *headers, body=b""):
    handler.send_response(200)
    for name, value in headers:
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
    handler.wfile.flush()


HEAD = rss(channel="<description>About</description>").partition(b"</channel>")[0]
LENGTH = ("Content-Length", "5000")
CHUNKED = ("Transfer-Encoding", "chunked")


@pytest.mark.parametrize(
    ("headers", "body", "end", "says"),
    [
        ([LENGTH], b"", reset, "failed|ended before"),
        ([LENGTH], b"<?xml ", reset, "no feed|cut off|ended"),
        ([LENGTH], HEAD, reset, "ended"),
        ([LENGTH], HEAD, None, "ended early"),
        ([LENGTH], HEAD + b"<item><title>A", None, "ended early"),
        ([CHUNKED], b"%x\r\n%s\r\n" % (len(HEAD), HEAD), None, "ended early"),
        ([CHUNKED], b"fff\r\n" + HEAD, None, "ended early"),
        ([CHUNKED], b"", None, "ended before"),
        ([("Connection", "close")], HEAD, None, "cut off, with no whole entry"),
        ([("Connection", "close")], b'{"version": "https://jsonfeed.org/ve', None, "broken JSON"),
        (
            [LENGTH, ("Content-Encoding", "gzip")],
            gzip.compress(HEAD + b"x" * 500)[:150],
            None,
            "ended",
        ),
    ],
    ids=lambda value: "",
)
def test_an_answer_cut_before_its_first_entry_is_a_failure(
    desk, server, feed, headers, body, end, says
):
    def cut(handler):
        begin(handler, *headers, body=body)
        if end:
            end(handler)
        handler.close_connection = True

    server.script["/feed"] = cut
    (poll,) = desk.poll(feed)
    assert poll.error is not None
    assert re.search(says, poll.error), poll.error
    assert poll.warnings == (), "it is told once"
    assert (poll.fetched, poll.state.failures, poll.state.last_success) == (0, 1, None)
    server.script["/feed"] = Answer(rss())
    assert desk.poll(feed)[0].error is None, "whole and empty is fine"


def test_a_feed_that_is_gone_says_so_and_is_asked_no_more(desk, server, feed):
    server.script["/feed"] = Answer(status=410)
    (poll,) = desk.poll(feed)
    assert poll.error == (
        f"{server.url}/feed: gone (410): the publisher has removed this feed; it is asked no more"
        " unless added anew"
    )
    assert poll.state.gone == START
    assert poll.state.error == poll.error


def test_a_moved_feed_that_is_gone_is_asked_for_where_it_was(desk, server, feed):
    server.script |= {
        "/feed": Answer(status=301, headers={"Location": "/new"}),
        "/new": Answer(rss(item("/1", content=FULL))),
    }
    desk.states[feed.id] = FeedState(moved_to=f"{server.url}/new")
    server.script["/new"] = Answer(status=410)
    (poll,) = desk.poll(feed)
    assert poll.error.endswith("/new: status 410")
    assert poll.state.next_poll < START + timedelta(hours=1)
    assert (poll.state.moved_to, poll.state.gone) == (None, None)
    (poll,) = desk.poll(feed)
    assert poll.error.endswith("/feed: status 410"), "by way of a redirect"
    assert poll.state.gone is None


def test_no_user_name_or_password_is_kept_or_told(desk, server, feed, caplog):
    host = server.url.removeprefix("http://")
    with_login = f"http://someone:s3cret@{host}"
    away = make_feed(server.url + "/away")
    server.script |= {
        "/feed": Answer(
            rss(
                item(f"{with_login}/1", content=FULL),
                item("/moved", summary="Short."),
                channel=f"<image><url>{with_login}/i</url></image>",
            ).replace(b"https://outlet.example/", f"{with_login}/".encode())
        ),
        "/away": Answer(status=301, headers={"Location": f"{with_login}/new"}),
        "/moved": Answer(status=302, headers={"Location": f"{with_login}/2"}),
    }
    polls = desk.poll(feed, away)
    assert [entry.url for entry in polls[0].incoming] == [f"{server.url}/1", f"{server.url}/moved"]
    assert polls[0].site == f"{server.url}/"
    assert "redirects to an address with a user name or password" in polls[1].error
    assert "s3cret" not in repr(polls) + caplog.text
    assert "someone" not in repr(polls) + caplog.text
    assert not any("authorization" in headers for _, headers in server.requests)


def test_an_entry_without_an_address_is_the_drop_no_link(desk, server, feed):
    server.script["/feed"] = Answer(
        rss("<item><title>x</title><guid>abc</guid></item>", item("/1", content=FULL))
    )
    (poll,) = desk.poll(feed)
    assert (poll.dropped, poll.fetched, len(poll.incoming)) == ({"no_link": 1}, 2, 1)


def test_what_a_feed_says_besides_text_comes_along(desk, server, feed):
    said = "<author>Ama Mensah</author><category>Courts</category><enclosure url='/a.jpg'/></item>"
    server.script["/feed"] = Answer(
        rss(
            item("/1", content=FULL).replace("</item>", said),
            channel="<description>About us</description>"
            "<lastBuildDate>Wed, 25 Nov 2026 07:10:00 GMT</lastBuildDate>",
        )
    )
    (poll,) = desk.poll(feed)
    (entry,) = poll.incoming
    assert (entry.authors, entry.categories) == (("Ama Mensah",), ("Courts",))
    assert entry.enclosures == (Enclosure(server.url + "/a.jpg", ""),)
    assert (poll.description, poll.updated) == (
        "About us",
        datetime(2026, 11, 25, 7, 10, tzinfo=UTC),
    )


def test_a_truncated_feed_keeps_its_entries_and_no_validator(desk, server, feed):
    body = rss(item("/1", content=FULL), item("/2", content=FULL))
    server.script["/feed"] = Answer(
        body[: body.rindex(b"<item>") + 30], headers={"ETag": '"1"'}, cut=500
    )
    (poll,) = desk.poll(feed)
    assert [entry.url for entry in poll.incoming] == [server.url + "/1"]
    assert poll.state.etag is None
    assert len(poll.warnings) == 2


def test_retry_after_and_recovery(desk, server, feed):
    server.script["/feed"] = Answer(status=429, headers={"Retry-After": "7200"})
    (poll,) = desk.poll(feed)
    assert poll.state.next_poll == START + timedelta(hours=2)
    assert poll.state.not_before == START + timedelta(hours=2)
    server.script["/feed"] = Answer(rss())
    (poll,) = desk.poll(feed)
    assert poll.state.not_before is None
    assert (poll.state.failures, poll.state.error, poll.state.last_success) == (0, None, START)


def test_a_feed_that_moved_is_followed_and_remembered(desk, server, feed):
    server.script |= {
        "/feed": Answer(status=301, headers={"Location": "/new"}),
        "/new": Answer(rss(item("/1", content=FULL))),
    }
    for _ in range(2):
        (poll,) = desk.poll(feed)
        assert poll.state.moved_to is None
        desk.clock += timedelta(hours=12)
    (poll,) = desk.poll(feed)
    assert poll.state.moved_to == server.url + "/new"
    desk.poll(feed)
    assert server.paths() == ["/feed", "/new"] * 3 + ["/new"]


def test_dates_that_cannot_be(desk, server, feed):
    dates = [
        "Mon, 31 Feb 2026 10:00:00 GMT",
        "Fri, 25 Dec 2026 10:00:00 GMT",
        "Thu, 26 Nov 2026 07:00:00 GMT",
    ]
    entries = [item(f"/{n}", content=FULL, date=date) for n, date in enumerate(dates)]
    server.script["/feed"] = Answer(rss(*entries))
    (poll,) = desk.poll(feed)
    found = [entry.published for entry in poll.incoming]
    assert found == [None, None, datetime(2026, 11, 26, 7, tzinfo=UTC)]
    assert len(poll.warnings) == 2
    assert max(poll.state.recent) == START


def test_several_feeds_at_once_but_one_request_per_host(desk, server, settings):
    """One server under two names: two requests at once are seen only across the names."""
    desk.settings = replace(settings, allow_hosts=("127.0.0.1", "localhost"), parallel=4)
    both = threading.Barrier(2, timeout=20)

    def meet(handler):
        both.wait()
        send(handler, Answer(rss(item("/1", content=FULL))))

    server.script |= {"/a": meet, "/b": Answer(rss())}
    names = [server.url, server.url.replace("127.0.0.1", "localhost")]
    feeds = [make_feed(name + path) for name in names for path in ("/a", "/b")]
    assert [poll.error for poll in desk.poll(*feeds)] == [None] * 4
    assert server.most_at_once == 2


def test_what_the_store_raises_ends_the_run(client, server, feed, now):
    server.script["/feed"] = Answer(rss(item("/1", content=FULL)))

    def fail(poll):
        raise StoreError("locked")

    with pytest.raises(StoreError, match="locked"):
        collect(
            [(feed, FeedState())],
            client=client,
            known=lambda ids: {},
            now=lambda: now,
            deliver=fail,
        )


def test_a_fault_of_ours_is_recorded_and_logged(desk, server, feed, caplog):
    desk.settings = replace(desk.settings, max_bytes=None)
    server.script["/feed"] = Answer(rss())
    (poll,) = desk.poll(feed)
    assert "unexpected TypeError" in poll.error
    assert poll.state.failures == 1
    assert "Traceback" in caplog.text


def test_the_demo_outlets_come_in_whole(desk, tmp_path):
    with demo_outlets.serve() as outlets:
        listed = parse_opml(outlets.opml(tmp_path / "feeds.opml").read_bytes())
        feeds = [make_feed(feed.url, title=feed.title, site=feed.site) for feed in listed]
        polls = desk.poll(*feeds)
        assert [(poll.error, poll.warnings) for poll in polls] == [(None, ())] * len(feeds)
        assert {article_id(url) for url in demo_outlets.expected(outlets.url)} == set(desk.known)
        assert {known.origin for known in desk.known.values()} == {"feed", "page"}
        assert all(len(text) > 500 for text in desk.texts.values())
        again = desk.poll(*feeds)
        assert [poll.not_modified for poll in again] == [True] * len(feeds)


@pytest.mark.parametrize(
    ("summary", "title"),
    [
        ("&lt;p&gt;Four men were held.&lt;/p&gt;More.", "Four men were held."),
        ("word " * 30, f"{('word ' * 20).strip()}…"),
        ("x" * 200, f"{'x' * 100}…"),
    ],
)
def test_an_entry_without_a_headline_has_the_first_words_of_its_summary(
    desk, server, feed, summary, title
):
    server.script["/feed"] = Answer(
        rss(f"<item><link>/1</link><description>{summary}</description></item>")
    )
    [poll] = desk.poll(feed)
    assert [entry.title for entry in poll.incoming] == [title]
