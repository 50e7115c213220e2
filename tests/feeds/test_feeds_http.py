import gzip
import threading
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from feed_server import Answer, rss, send
from monitor.feeds.http_client import CheckedBackend, Deadline, fetch, open_client, retry_after
from monitor.records.errors import FeedError, UnsafeAddress

BODY = rss()


def get(client, server, path="/feed", **options):
    return fetch(client, server.url + path, now=datetime(2026, 11, 25, 12, tzinfo=UTC), **options)


def test_an_answer_with_its_validators(client, server, settings):
    server.script["/feed"] = Answer(BODY, headers={"ETag": 'W/"1"', "Last-Modified": "a date"})
    result = get(client, server)
    assert (result.status, result.body, result.not_modified) == (200, BODY, False)
    assert (result.etag, result.modified) == ('W/"1"', "a date")
    assert result.final_url == server.url + "/feed"
    ((_, headers),) = server.requests
    assert headers["user-agent"] == settings.user_agent
    assert "gzip" in headers["accept-encoding"]
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert "if-none-match" not in headers


def test_a_conditional_request_and_304(client, server):
    server.script["/feed"] = Answer(status=304, headers={"ETag": '"2"'})
    result = get(client, server, etag='"1"', modified="Wed, 25 Nov 2026 07:00:00 GMT")
    assert (result.not_modified, result.body) == (True, None)
    headers = server.requests[0][1]
    assert headers["if-none-match"] == '"1"'
    assert headers["if-modified-since"] == "Wed, 25 Nov 2026 07:00:00 GMT"


def test_a_stored_validator_cannot_add_header_lines(client, server):
    server.script["/feed"] = Answer(BODY)
    get(client, server, etag='"1"\r\nX-Evil: yes\u20ac')
    headers = server.requests[0][1]
    assert "x-evil" not in headers
    assert headers["if-none-match"] == '"1"X-Evil: yes'


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", lambda data: zlib.compress(data)[2:-4]),
        ("identity", bytes),
        ("gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("gzip", lambda data: gzip.compress(data) + b"\0" * 512),
    ],
)
def test_compressed_answers(client, server, encoding, pack):
    server.script["/feed"] = Answer(pack(BODY), headers={"Content-Encoding": encoding})
    result = get(client, server)
    assert (result.body, result.truncated) == (BODY, False)


@pytest.mark.parametrize(
    ("encoding", "body", "says"),
    [
        ("gzip", b"not compressed", "broken"),
        ("br", BODY, "not asked for"),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY)), "not asked for"),
        ("gzip", gzip.compress(bytes(60_000_000)), "larger than"),
        ("deflate", zlib.compress(bytes(5_000_000)), "larger than"),
    ],
)
def test_bombs_and_broken_compression(client, server, encoding, body, says):
    server.script["/feed"] = Answer(body, headers={"Content-Encoding": encoding})
    with pytest.raises(FeedError, match=says):
        get(client, server)


def test_sixty_megabytes_announced_are_not_read(client, server):
    server.script["/feed"] = Answer(b"x", cut=60_000_000)
    with pytest.raises(FeedError, match="larger than 1,000,000 bytes"):
        get(client, server)


def test_sixty_megabytes_unannounced_are_read_to_the_limit(client, server):
    sent = []

    def stream(handler):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        chunk = bytes(1_000_000)
        for _ in range(60):
            handler.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            sent.append(len(chunk))
        handler.wfile.write(b"0\r\n\r\n")

    server.script["/feed"] = stream
    with pytest.raises(FeedError, match="larger than"):
        get(client, server)
    assert sum(sent) < 30_000_000


def test_an_answer_that_ends_early_is_marked(client, server):
    server.script["/feed"] = Answer(BODY, headers={"ETag": '"1"'}, cut=100)
    result = get(client, server)
    assert (result.body, result.truncated, result.etag) == (BODY, True, None)
    server.script["/zip"] = Answer(
        gzip.compress(bytes(range(256)) * 99)[:-20], headers={"Content-Encoding": "gzip"}
    )
    assert get(client, server, "/zip").truncated


def test_a_connection_that_says_nothing(client, server):
    def hang_up(handler):
        handler.close_connection = True

    server.script["/feed"] = hang_up
    with pytest.raises(FeedError, match=r"/feed: the connection failed"):
        get(client, server)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503, 204, 206])
def test_a_status_is_an_answer(client, server, status):
    server.script["/feed"] = Answer(b"" if status == 204 else b"no", status=status)
    result = get(client, server)
    assert (result.status, result.body) == (status, None)


def test_redirects(client, server):
    server.script |= {
        "/feed": Answer(status=301, headers={"Location": "/b"}),
        "/b": Answer(
            status=308, headers={"Location": f"{server.url}/c?x=ü#part".encode().decode("latin-1")}
        ),
        "/c?x=%C3%BC": Answer(BODY),
        "/temporary": Answer(status=302, headers={"Location": "/feed"}),
        "/half": Answer(status=301, headers={"Location": "/t2"}),
        "/t2": Answer(status=307, headers={"Location": "/c?x=%C3%BC"}),
    }
    end = f"{server.url}/c?x=%C3%BC"
    result = get(client, server)
    assert (result.final_url, result.permanent_redirect, result.body) == (end, end, BODY)
    assert get(client, server, "/temporary").permanent_redirect is None
    assert get(client, server, "/half").permanent_redirect == f"{server.url}/t2"


def test_redirect_loops_and_chains(client, server):
    server.script["/feed"] = Answer(status=302, headers={"Location": "/other"})
    server.script["/other"] = Answer(status=302, headers={"Location": "/feed"})
    for n in range(9):
        server.script[f"/{n}"] = Answer(status=302, headers={"Location": f"/{n + 1}"})
    server.script["/9"] = server.script["/5x"] = Answer(BODY)
    with pytest.raises(FeedError, match="redirect loop"):
        get(client, server)
    with pytest.raises(FeedError, match="more than 5 redirects"):
        get(client, server, "/0")
    assert get(client, server, "/4").body == BODY


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:{port}/secret",
        "http://127.1:{port}/secret",
        "http://0:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://0x7f000001:{port}/secret",
        "http://0177.0.0.1:{port}/",
        "http://[::1]:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://169.254.169.254/latest/meta-data/",
        "http://[64:ff9b::7f00:1]:{port}/",
        "http://10.0.0.1/",
    ],
)
def test_redirects_to_local_addresses_are_refused(client, server, target):
    location = target.format(port=server.port)
    server.script["/feed"] = Answer(status=302, headers={"Location": location})
    server.script["/secret"] = Answer(b"secret")
    with pytest.raises(UnsafeAddress, match="allow_hosts"):
        get(client, server)
    assert server.paths() == ["/feed"]


def test_nothing_local_without_leave(server, settings):
    server.script["/feed"] = Answer(BODY)
    with (
        open_client(replace(settings, allow_hosts=())) as client,
        pytest.raises(UnsafeAddress, match=r"127\.0\.0\.1"),
    ):
        get(client, server)
    assert server.requests == []
    with open_client(replace(settings, allow_hosts=(f"127.0.0.1:{server.port}",))) as client:
        assert get(client, server).body == BODY


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://e.example/", "gopher://x/", "", "x"])
def test_other_schemes_are_refused(client, now, url):
    with pytest.raises(FeedError):
        fetch(client, url, now=now)


def test_redirects_to_other_schemes_are_refused(client, server):
    server.script["/feed"] = Answer(status=302, headers={"Location": "file:///etc/passwd"})
    with pytest.raises(FeedError, match="redirects to something"):
        get(client, server)


def test_a_host_that_is_none(client, now):
    with pytest.raises(FeedError, match="no address"):
        fetch(client, "http://nowhere.invalid/", now=now)


def test_proxies_of_the_environment_take_no_part(client, server, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.script["/feed"] = Answer(BODY)
    assert get(client, server).body == BODY


def test_a_server_that_never_answers(server, settings):
    server.script["/feed"] = lambda handler: server.over.wait()
    with (
        open_client(replace(settings, timeout_s=0.2)) as client,
        pytest.raises(FeedError, match="no answer in time"),
    ):
        get(client, server)


@pytest.mark.parametrize("part", ["header", "body"])
def test_a_server_that_drips_is_given_up_on(server, settings, part):
    def drip(handler):
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        if part == "body":
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not server.over.wait(0.05):
            handler.wfile.write(b"x")

    server.script["/feed"] = drip
    started = time.monotonic()
    with (
        open_client(replace(settings, timeout_s=0.3)) as client,
        pytest.raises(FeedError, match="no answer in time"),
    ):
        get(client, server)
    assert time.monotonic() - started < 3


def test_one_request_at_a_time_per_host(client, server):
    entered = threading.Semaphore(0)

    def wait_a_little(handler):
        entered.release()
        server.over.wait(0.02)
        send(handler, Answer(BODY))

    server.script["/feed"] = wait_a_little
    threads = [threading.Thread(target=get, args=(client, server)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.requests) == 8
    assert server.most_at_once == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Wed, 25 Nov 2026 12:01:30 GMT", 90.0),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0.0),
        ("Wed, 25 Nov 2026 13:01:30 +0100", 90.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
        ("Wed, 99 Nov 99999 12:01:30 GMT", None),
    ],
)
def test_retry_after(header, seconds, now):
    assert retry_after(header, now) == seconds


def test_retry_after_in_an_answer(client, server, now):
    later = now + timedelta(seconds=30)
    server.script["/feed"] = Answer(
        status=503, headers={"Retry-After": f"{later:%a, %d %b %Y %H:%M:%S} GMT"}
    )
    assert get(client, server).retry_after == 30.0


class Resolver:
    """Gives other addresses each time it is asked, as a rebinding name server does."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def __call__(self, host, port):
        return self.answers.pop(0)


def test_the_connection_goes_to_the_address_that_was_checked(server, settings):
    """The name exists nowhere: only the address that was given to the check can be reached."""
    named = replace(settings, allow_hosts=("outlet.example",))
    backend = CheckedBackend(named, Deadline(), Resolver(["127.0.0.1"]))
    stream = backend.connect_tcp("outlet.example", server.port, timeout=5)
    assert stream.get_extra_info("server_addr") == ("127.0.0.1", server.port)
    stream.close()


def test_rebinding_and_mixed_answers_are_refused(server, settings):
    answers = [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["2606:4700::1", "::1"]]
    backend = CheckedBackend(settings, Deadline(), Resolver(*answers))
    for _ in range(3):
        with pytest.raises(UnsafeAddress, match=r"outlet\.example"):
            backend.connect_tcp("outlet.example", server.port, timeout=5)
    assert server.requests == []


def test_the_next_address_is_tried_where_one_does_not_answer(server, settings):
    named = replace(settings, allow_hosts=("outlet.example",))
    backend = CheckedBackend(named, Deadline(), Resolver(["127.0.0.2", "127.0.0.1"]))
    stream = backend.connect_tcp("outlet.example", server.port, timeout=5)
    assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
    stream.close()
