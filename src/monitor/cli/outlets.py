"""The demo's outlets on a local HTTP server.

    python -m monitor.cli.outlets --port 8765 --opml feeds.opml     # until Ctrl-C

Answers as decent outlets do: ETag, Last-Modified and 304, gzip, robots.txt, 404, and one feed
that has moved (301).
"""

from __future__ import annotations

import argparse
import gzip
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from monitor.cli.demo_site import DATA, Kind, load_outlets
from monitor.cli.site import Resource, build_site

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Outlets:
    """The running server. `url` has no slash at its end."""

    url: str
    port: int

    def opml(self, path: Path) -> Path:
        """Write the list of feeds, badly formed in one place on purpose, and return `path`."""
        template = (DATA / "feeds.opml").read_text(encoding="utf-8")
        path.write_text(template.replace("{port}", str(self.port)), encoding="utf-8")
        return path

    def expected(self) -> dict[str, Kind]:
        """Return what a desk should make of each article, by its URL."""
        return expected(self.url)


def expected(base: str = "") -> dict[str, Kind]:
    """Return the kind of every article by URL; by path where no `base` is given."""
    return {base + a.path: a.kind for outlet in load_outlets() for a in outlet.articles}


@contextmanager
def serve(port: int = 0) -> Iterator[Outlets]:
    """Serve the outlets on the loopback address until the block ends; port 0 takes a free one."""
    with _Server((HOST, port), _Handler) as server:
        outlets = Outlets(f"http://{HOST}:{server.server_port}", server.server_port)
        server.site = build_site(load_outlets(), outlets.url)
        # poll often: leaving the block waits for one poll
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield outlets
        finally:
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    site: Mapping[str, Resource]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away; tell of everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_version = "DemoOutlets"
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the demo's own output is what matters."""

    def _answer(self) -> None:
        resource = self.server.site.get(self.path.partition("?")[0])
        if resource is None:
            page = b"<!DOCTYPE html><title>Not found</title><h1>Page not found</h1>"
            self._send(HTTPStatus.NOT_FOUND, page, {"Content-Type": "text/html; charset=utf-8"})
        elif resource.location:
            self._send(HTTPStatus.MOVED_PERMANENTLY, b"", {"Location": resource.location})
        else:
            self._send_resource(resource)

    def _send_resource(self, resource: Resource) -> None:
        headers = {
            "ETag": resource.etag,
            "Last-Modified": format_datetime(resource.modified.astimezone(UTC), usegmt=True),
            "Vary": "Accept-Encoding",
        }
        if self._is_current(resource):
            self._send(HTTPStatus.NOT_MODIFIED, None, headers)
            return
        headers["Content-Type"] = resource.media_type
        body = resource.body
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body, mtime=0)
            headers["Content-Encoding"] = "gzip"
        self._send(HTTPStatus.OK, body, headers)

    def _is_current(self, resource: Resource) -> bool:
        """Whether the client has this version; its ETag, where it sends one, decides alone."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            return resource.etag in {tag.strip() for tag in tags.split(",")}
        since = self.headers.get("If-Modified-Since")
        return since is not None and resource.modified <= _http_date(since)

    def _send(self, status: HTTPStatus, body: bytes | None, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if body is not None:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(body)


def _http_date(text: str) -> datetime:
    """Read an HTTP date; one that cannot be read is long past, so that the body is sent."""
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--opml", type=Path, metavar="FILE", help="write the list of feeds here")
    options = parser.parse_args()
    with serve(options.port) as outlets:
        print(f"Six sample outlets at {outlets.url}; Ctrl-C ends them.", flush=True)
        if options.opml:
            print(f"Their feeds: {outlets.opml(options.opml)}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("\nClosed.")


if __name__ == "__main__":
    main()
