"""How fast articles come in: `ingest` of a local site's pages beside trafilatura alone.

    python benchmarks/bench_ingest.py [--pages 200] [--profile]

The pages are made up here, 50 to 150 KB each as news sites send them: much navigation and script,
some hundreds of words of article. Every feed has 40 of them on a host name of its own, with
teasers only. Timed in one run, in turn: bare trafilatura with metadata over the same bytes in one
thread, `extract_page` over them, and `ingest` over HTTP into a new SQLite file. Figures are pages a
second of processor time and of wall time; on a busy machine only their ratios mean anything.
`--profile` shows where `ingest` spends its time instead.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from monitor.app import Monitor
from monitor.feeds.page_extraction import extract_page
from monitor.feeds.starter_feeds import make_feed
from monitor.settings import FetchSettings, Settings

FEED_PAGES = 40
_WORDS = (
    "police court women men harbour labour ministry market river report council school "
    "winter ferry judge union village doctor bridge season minister factory family hearing budget"
)
WORDS = tuple(_WORDS.split())


def sentence(dice: random.Random) -> str:
    """Return a sentence of made-up news."""
    words = dice.choices(WORDS, k=dice.randint(8, 22))
    return f"The {' '.join(words[:4])} said on Monday that the {' '.join(words[4:])}."


def paragraph(dice: random.Random) -> str:
    """Return a paragraph as markup, now and then with a link in it."""
    text = " ".join(sentence(dice) for _ in range(dice.randint(2, 4)))
    return f'<p>{text} <a href="/topic/{dice.choice(WORDS)}">{dice.choice(WORDS)}</a>.</p>'


def make_page(number: int) -> bytes:
    """Return an article page of 50 to 150 KB."""
    dice = random.Random(number)
    title = f"Case {number}: {' '.join(dice.choices(WORDS, k=6))}"
    story = "\n".join(paragraph(dice) for _ in range(dice.randint(8, 20)))
    menu = "\n".join(
        f'<li class="menu-item menu-item-{n}"><a href="/section/{n}/{dice.choice(WORDS)}" '
        f'data-track="nav|{n}|{dice.random():.12f}">{dice.choice(WORDS).title()}</a></li>'
        for n in range(dice.randint(150, 400))
    )
    cards = "\n".join(
        f'<div class="card"><a href="/story/{n}"><img alt="" src="/img/{n}.jpg" '
        f'srcset="/img/{n}-400.jpg 400w, /img/{n}-800.jpg 800w"><h3>{sentence(dice)}</h3></a></div>'
        for n in range(dice.randint(20, 60))
    )
    state = ",".join(f'"k{n}":"{dice.random()}"' for n in range(dice.randint(500, 2000)))
    return f"""<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{title} | The Daily Sample</title>
<link rel="preload" href="/a.css" as="style"><link rel="stylesheet" href="/a.css">
<link rel="canonical" href="/story/{number}.html">
<meta property="og:title" content="{title}"><meta name="author" content="A. Writer">
<meta property="article:published_time" content="2026-11-2{number % 6}T08:00:00Z">
<script>window.__STATE__={{{state}}};</script></head>
<body><header><nav><ul>{menu}</ul></nav></header>
<main><article><h1>{title}</h1><p class="byline">By A. Writer</p>{story}</article></main>
<aside>{cards}</aside><footer><ul>{menu[: len(menu) // 3]}</ul></footer></body></html>""".encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    pages: list[bytes]

    def do_GET(self) -> None:
        """Answer feeds, pages and robots.txt."""
        kind, _, number = self.path.strip("/").removesuffix(".html").partition("/")
        if kind == "story":
            self._send(200, "text/html; charset=utf-8", self.pages[int(number)])
        elif kind == "feed":
            self._send(200, "application/rss+xml", self._feed(int(number)))
        else:
            self._send(404, "text/plain", b"")

    def _feed(self, number: int) -> bytes:
        host = self.headers["Host"]
        items = "".join(
            f"<item><title>Case {n}</title><link>http://{host}/story/{n}.html</link>"
            f"<description>A teaser of story {n}.</description></item>"
            for n in range(number * FEED_PAGES, min((number + 1) * FEED_PAGES, len(self.pages)))
        )
        title = f"<title>Feed {number}</title>"
        return f'<rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def _serve(count: int, told: Connection) -> None:
    handler = type("Handler", (_Handler,), {"pages": [make_page(n) for n in range(count)]})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        told.send(server.server_port)
        server.serve_forever()


@contextmanager
def site(count: int) -> Iterator[int]:
    """Serve the pages from a process of its own, whose time does not count; give the port."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(count, theirs), daemon=True)
    process.start()
    yield ours.recv()
    process.kill()


def ingest(port: int, count: int) -> None:
    """Follow the site's feeds into a new database."""
    with tempfile.TemporaryDirectory() as folder:
        hosts = ("127.0.0.1", "localhost")
        fetch = FetchSettings(allow_hosts=hosts, host_spacing_s=0.0)
        settings = Settings(home=Path(folder), fetch=fetch)
        with Monitor(settings) as monitor:
            numbers = range(-(-count // FEED_PAGES))
            feeds = [make_feed(f"http://{hosts[n % 2]}:{port}/feed/{n}") for n in numbers]
            monitor.add_feeds(feeds)
            monitor.ingest()
            rows = monitor.store.counts()
            assert rows["articles"] >= count, rows


def bare(pages: list[bytes]) -> None:
    """Extract with trafilatura alone, metadata included."""
    from trafilatura import bare_extraction

    for page in pages:
        document = bare_extraction(page, url="http://news.example/", with_metadata=True)
        assert document is not None


def whole(pages: list[bytes]) -> None:
    """Extract as `ingest` does."""
    for page in pages:
        assert extract_page(page, "text/html; charset=utf-8", "http://news.example/") is not None


def timed(action: Callable[[], None]) -> tuple[float, float]:
    """Return the processor time and the wall time of an action, in seconds."""
    wall, processor = time.perf_counter(), time.process_time()
    action()
    return time.process_time() - processor, time.perf_counter() - wall


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    pages = [make_page(number) for number in range(options.pages)]
    sizes = sorted(map(len, pages))
    print(f"{len(pages)} pages, {sizes[0] // 1000} to {sizes[-1] // 1000} KB")
    bare(pages[:5])
    whole(pages[:5])
    if options.profile:
        profile = cProfile.Profile()
        profile.runcall(whole, pages)
        pstats.Stats(profile).sort_stats("cumulative").print_stats(45)
        return
    with site(len(pages)) as port:
        ingest(port, min(FEED_PAGES, len(pages)))  # what is loaded once is no page's time
        rows = [
            ("trafilatura alone, with metadata", timed(lambda: bare(pages))),
            ("extract_page", timed(lambda: whole(pages))),
            ("ingest over HTTP with storing", timed(lambda: ingest(port, len(pages)))),
        ]
    for name, (processor, wall) in rows:
        ratio = rows[0][1][0] / processor
        print(
            f"{name:34} {len(pages) / processor:6.1f} pages/s of processor time (x {ratio:.2f}), "
            f"{len(pages) / wall:6.1f} of wall time"
        )


if __name__ == "__main__":
    main()
