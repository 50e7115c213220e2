"""A real HTTP server with scripted answers, on the loopback address."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TDMREP = "/.well-known/tdmrep.json"
"""Asked of every host once a day; noted only where a test has it in its script."""


@dataclass(frozen=True)
class Answer:
    """A scripted answer; `cut` announces that many bytes more than are sent."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


Script = Answer | Callable[[BaseHTTPRequestHandler], None]


@dataclass
class FeedServer:
    """`script` maps paths to answers; `requests` holds path and headers of what was asked."""

    port: int
    script: dict[str, Script] = field(default_factory=dict)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    most_at_once: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    """Set when the test ends: what blocks waits for it."""
    _under_way: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self._under_way += 1
            self.most_at_once = max(self.most_at_once, self._under_way)
            if handler.path != TDMREP or TDMREP in self.script:
                headers = {k.lower(): v for k, v in handler.headers.items()}
                self.requests.append((handler.path, headers))
        script = self.script.get(handler.path, Answer(status=404))
        try:
            if callable(script):
                script(handler)
            else:
                send(handler, script)
        finally:
            with self._lock:
                self._under_way -= 1


def send(handler: BaseHTTPRequestHandler, answer: Answer) -> None:
    handler.send_response(answer.status)
    for name, value in answer.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(answer.body) + answer.cut))
    handler.end_headers()
    handler.wfile.write(answer.body)
    if answer.cut:
        handler.close_connection = True


@contextmanager
def serve() -> Iterator[FeedServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each answer waits 40 ms for the client's ACK

        def do_GET(self) -> None:
            try:
                served.answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served = FeedServer(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield served
        finally:
            served.over.set()
            server.shutdown()
            thread.join()


def rss(*items: str, title: str = "A feed", channel: str = "") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{title}</title><link>https://outlet.example/</link>{channel}"
        + "".join(items)
        + "</channel></rss>"
    ).encode()


def item(url: str, title: str = "A title", *, summary: str = "", content: str = "", date: str = ""):
    parts = [f"<link>{url}</link>" if url else "", f"<title>{title}</title>" if title else ""]
    if summary:
        parts.append(f"<description><![CDATA[{summary}]]></description>")
    if content:
        parts.append(f"<content:encoded><![CDATA[{content}]]></content:encoded>")
    if date:
        parts.append(f"<pubDate>{date}</pubDate>")
    return f"<item>{''.join(parts)}</item>"


STORY = " ".join(f"Sentence {n} tells what happened in the harbour that day." for n in range(20))


def page(text: str = STORY, title: str = "A page") -> bytes:
    half = len(text) // 2
    return (
        f"<html lang='en'><head><title>{title}</title></head><body><nav>Home News Sport</nav>"
        f"<article><h1>{title}</h1><p>{text[:half]}</p><p>{text[half:]}</p></article></body></html>"
    ).encode()
