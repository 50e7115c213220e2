"""Real news through the whole program: labelled articles served as feeds, ingested, assessed.

    python tests/support/real_input.py [../shared/data/relevance/dev.jsonl.gz]

Serves each source of the file as RSS feeds of 200 entries on this machine (full articles with their
text, alerts with their snippet and a page that is gone), types `feeds import`, `ingest`, `assess`
and `digest` at a fresh desk, and compares the digest with the labels. Prints counts and times.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape as xml_escape

from desk import Desk, Said, make_desk
from shared_data import SHARED

SNIPPETS = {"stopht_google_alerts", "rss_link_db_2022"}
FEED_SIZE = 200


def rss(rows: list[tuple[int, dict[str, Any]]], base: str, title: str) -> bytes:
    items = []
    for number, row in rows:
        paragraphs = [p for p in row["text"].split("\n") if p.strip()]
        if row["source"] in SNIPPETS:
            body = f"<description>{xml_escape(escape(row['text']))}</description>"
        else:
            text = "".join(f"<p>{escape(p)}</p>" for p in paragraphs)
            body = f"<content:encoded>{xml_escape(text)}</content:encoded>"
        items.append(
            f"<item><title>{xml_escape(escape(row['title']))}</title>"
            f"<link>{base}/article/{number}</link>{body}</item>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{xml_escape(title)}</title><link>{base}/</link><description>x</description>"
        f"{''.join(items)}</channel></rss>"
    ).encode("utf-8", "replace")


def feeds_of(rows: list[dict[str, Any]]) -> dict[str, list[tuple[int, dict[str, Any]]]]:
    by_source: dict[str, list[tuple[int, dict[str, Any]]]] = {}
    for number, row in enumerate(rows):
        by_source.setdefault(row["source"], []).append((number, row))
    return {
        f"{source}-{start // FEED_SIZE}": found[start : start + FEED_SIZE]
        for source, found in by_source.items()
        for start in range(0, len(found), FEED_SIZE)
    }


@contextmanager
def serve(rows: list[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Serve the rows; yield the base URL and the feeds' names."""
    feeds = feeds_of(rows)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/feed/")
            known = name in feeds
            body = rss(feeds[name], base, name) if known else b"gone"
            self.send_response(200 if known else 404)
            self.send_header("Content-Type", "application/rss+xml" if known else "text/plain")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield base, list(feeds)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def timed(desk: Desk, *words: str) -> tuple[Said, float]:
    start = time.monotonic()
    said = desk.type(*words, timeout=3600)
    return said, time.monotonic() - start


def run(rows: list[dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Do the whole job once; return counts and times in seconds."""
    with serve(rows) as (base, feeds):
        desk = make_desk(folder / "desk", "max_bytes = 50_000_000")
        outlines = "".join(f'<outline text="{f}" xmlUrl="{base}/feed/{f}"/>' for f in feeds)
        opml = f'<opml version="2.0"><head/><body>{outlines}</body></opml>'
        (desk.folder / "feeds.opml").write_text(opml, encoding="utf-8")
        desk.type("feeds", "import", "feeds.opml")
        seconds: dict[str, float] = {}
        ingested, seconds["ingest"] = timed(desk, "ingest")
        assessed, seconds["assess"] = timed(desk, "assess")
        told, seconds["digest"] = timed(desk, "digest", "--format", "json")
    digest = json.loads(told.out)
    result: dict[str, Any] = {
        "rows": len(rows),
        "exit codes": [ingested.code, assessed.code, told.code],
        "seconds": {name: round(value, 1) for name, value in seconds.items()},
        "ledger": digest["ledger"],
        "rel in file": dict(Counter(row["rel"] for row in rows)),
    }
    for section in ("relevant", "borderline"):
        stories = digest[section]
        articles = [a for story in stories for a in story["articles"]]
        labels = [rows[int(a["url"].rsplit("/", 1)[1])]["rel"] for a in articles]
        result[section] = {"stories": len(stories), "articles": len(articles)}
        result[section]["by rel"] = {str(k): v for k, v in sorted(Counter(labels).items())}
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    default = SHARED / "data" / "relevance" / "dev.jsonl.gz"
    parser.add_argument("data", nargs="?", type=Path, default=default)
    data = parser.parse_args().data
    with gzip.open(data, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(rows, Path(folder)), indent=2))


if __name__ == "__main__":
    main()
