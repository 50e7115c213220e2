"""A small real server that speaks LanguageTool's contract, or breaks it as it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


def match(offset: int, length: int, rule: str = "THE_THE", **change: Any) -> dict[str, Any]:
    """A match as LanguageTool sends it."""
    return {
        "message": "Possible typo",
        "shortMessage": "Repetition",
        "replacements": [{"value": "the"}],
        "offset": offset,
        "length": length,
        "context": {"text": "the the", "offset": 0, "length": 7},
        "sentence": "the the",
        "type": {"typeName": "Other"},
        "rule": {
            "id": rule,
            "description": "Repeated word",
            "issueType": "duplication",
            "category": {"id": "GRAMMAR", "name": "Grammar"},
        },
        "ignoreForIncompleteSentence": False,
        "contextForSureMatch": 1,
        **change,
    }


class LtServer(ThreadingHTTPServer):
    """Answers `matches` for every check, after `delay_s`; keeps what it was sent."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.matches: Any = []
        self.status = 200
        self.delay_s = 0.0
        self.body: bytes | None = None
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v2"


class _Handler(BaseHTTPRequestHandler):
    server: LtServer

    def do_GET(self) -> None:
        self._answer([{"name": "German", "code": "de", "longCode": "de-DE"}, {"odd": 1}])

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["content-length"])).decode()
        fields = {name: values[-1] for name, values in parse_qs(sent).items()}
        self.server.asked.append((self.path, fields))
        self._answer({"matches": self.server.matches, "language": {"code": "en-US"}})

    def _answer(self, answer: object) -> None:
        time.sleep(self.server.delay_s)
        body = json.dumps(answer).encode() if self.server.body is None else self.server.body
        self.send_response(self.server.status)
        self.send_header("location", "http://127.0.0.1:9/elsewhere")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def lt_server() -> Iterator[LtServer]:
    """Run one on a free port."""
    server = LtServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
