"""An editor's side of the protocol, for tests: the real server as a process, message by message."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from desk import MONITOR, clean_environ

CAPABILITIES: dict[str, Any] = {
    "general": {"positionEncodings": ["utf-16"]},
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "workspace": {
        "workspaceEdit": {"documentChanges": True},
        "configuration": True,
        "didChangeWatchedFiles": {"dynamicRegistration": True},
    },
    "textDocument": {
        "publishDiagnostics": {"versionSupport": True, "dataSupport": True},
        "codeAction": {"disabledSupport": True, "dataSupport": True},
    },
}
Message = dict[str, Any]


class Client:
    """Sends, and keeps what comes; requests of the server are answered at once."""

    def __init__(self, to: IO[bytes], back: IO[bytes]) -> None:
        self._to, self._back = to, back
        self.notes: list[Message] = []
        self.answers: queue.Queue[Message] = queue.Queue()
        self.settings: Any = None
        self._came = threading.Condition()
        self._number = 0
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def request(self, method: str, params: Any = None) -> Any:
        """Return the result; an error is returned as `{"error": …}`."""
        self._number += 1
        self._send({"id": self._number, "method": method, "params": params})
        while True:
            answer = self.answers.get(timeout=240)
            if answer["id"] == self._number:
                return answer["result"] if "result" in answer else {"error": answer["error"]}

    def initialize(
        self, root: Path, *, options: Any = None, capabilities: Mapping[str, Any] = CAPABILITIES
    ) -> Any:
        """Begin; return what the server says it can do."""
        found = self.request(
            "initialize",
            {
                "processId": None,
                "rootUri": root.as_uri(),
                "workspaceFolders": [{"uri": root.as_uri(), "name": "desk"}],
                "capabilities": capabilities,
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return found["capabilities"]

    def finish(self) -> None:
        """End as an editor does."""
        assert self.request("shutdown") is None
        self.notify("exit")

    def notify(self, method: str, params: Any = None) -> None:
        self._send({"method": method, "params": params})

    def wait_for(self, wanted: Callable[[Message], bool], timeout: float = 240) -> Message:
        """Return the first message of the server that is `wanted`, also one that came before."""
        until = time.monotonic() + timeout
        with self._came:
            while True:
                for note in self.notes:
                    if wanted(note):
                        return note
                left = until - time.monotonic()
                assert left > 0, f"not said: {[n['method'] for n in self.notes]}"
                self._came.wait(left)

    def flags(self, uri: str, version: int) -> list[dict[str, Any]]:
        """Wait for the diagnostics of a version of a document."""
        found = self.wait_for(
            lambda note: (
                note["method"] == "textDocument/publishDiagnostics"
                and note["params"]["uri"] == uri
                and note["params"].get("version") == version
            )
        )
        flags: list[dict[str, Any]] = found["params"]["diagnostics"]
        return flags

    def forget(self) -> None:
        """Drop what came so far."""
        with self._came:
            self.notes.clear()

    def open(self, uri: str, text: str, language: str = "plaintext", version: int = 1) -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Mapping[str, Any]) -> None:
        document = {"uri": uri, "version": version}
        params = {"textDocument": document, "contentChanges": list(changes)}
        self.notify("textDocument/didChange", params)

    def close(self, uri: str) -> None:
        self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def actions(self, uri: str, flag: Mapping[str, Any], **context: Any) -> list[dict[str, Any]]:
        params = {
            "textDocument": {"uri": uri},
            "range": flag["range"],
            "context": {"diagnostics": [flag], **context},
        }
        found: list[dict[str, Any]] = self.request("textDocument/codeAction", params)
        return found

    def _send(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._to.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._to.flush()

    def _read(self) -> None:
        stream = self._back
        while head := stream.readline():
            length = int(head.split(b":")[1])
            while stream.readline() != b"\r\n":
                pass
            self._take(json.loads(stream.read(length)))

    def _take(self, message: Message) -> None:
        if "method" not in message:
            self.answers.put(message)
            return
        if "id" in message:
            answers = {
                "workspace/configuration": [self.settings],
                "window/showDocument": {"success": True},
            }
            self._send({"id": message["id"], "result": answers.get(message["method"])})
        with self._came:
            self.notes.append(message)
            self._came.notify_all()


@contextmanager
def started(folder: Path, **said: Any) -> Iterator[tuple[Client, subprocess.Popen[bytes]]]:
    """Start `monitor lsp` in `folder` as an editor does; it ends as an editor ends it."""
    process = subprocess.Popen(
        [*MONITOR, "lsp"],
        cwd=folder,
        env=clean_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    client = Client(process.stdin, process.stdout)
    try:
        client.initialize(folder, **said)
        yield client, process
        client.finish()
        assert process.wait(60) == 0
        assert process.stderr
        assert process.stderr.read() == b"", "words on stderr"
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()
