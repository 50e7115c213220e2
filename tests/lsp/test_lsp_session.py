"""What an editor sees of a session: order, failures, settings; the checking is the test's."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal

import lsp_client
from monitor.jobs.draft_processes import Job, Worker, WorkerEnded, WorkerError
from monitor.lsp.server import make_server
from monitor.lsp.session import Checker
from monitor.records.errors import DocumentError, DocumentTooLarge, NotFound, UsageError
from monitor.settings import Settings

CANARY = "zanzibarquark"
FINDING = {
    "rule": "a-rule",
    "severity": "warning",
    "quoted": "no",
    "message": "Not this.",
    "why": "",
    "suggestions": ["that"],
    "sources": [],
}


def flag_marks(text: str) -> dict[str, Any]:
    """Flag each `marked`."""
    parts = text.split("marked")
    starts = [sum(map(len, parts[:n])) + 6 * (n - 1) for n in range(1, len(parts))]
    found = [{"start": at, "end": at + 6, "match": "marked"} | FINDING for at in starts]
    return {"findings": found, "coverage": {"checked": "whole", "note": None}}


class Checking(Checker):
    """Checks in the test, when the test lets it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.asked: list[dict[str, Any]] = []
        self.begun = threading.Semaphore(0)
        self.go = threading.Semaphore(0)
        self.waits = False
        self.closed = False
        self.do: Callable[[str], dict[str, Any]] = flag_marks

    async def load(self) -> None:
        pass

    async def check(self, options: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(dict(options))
        self.begun.release()
        if self.waits:
            await asyncio.get_running_loop().run_in_executor(None, self.go.acquire)
        return self.do(options["text"])

    async def say_flag(self, options: Mapping[str, Any]) -> None:
        if options["rule"] != "a-rule":
            raise NotFound("no such rule")
        self.asked.append(dict(options))

    def close(self) -> None:
        self.closed = True


class Editing:
    """A client of a server that runs here, and the checkers that it made."""

    def __init__(self, client: lsp_client.Client, checkers: list[Checking]) -> None:
        self.client, self.checkers = client, checkers
        self.can: Any = None

    def messages(self) -> list[str]:
        notes = self.client.notes
        return [n["params"]["message"] for n in notes if n["method"] == "window/showMessage"]

    def published(self, uri: str) -> list[int | None]:
        method = "textDocument/publishDiagnostics"
        found = [n["params"] for n in self.client.notes if n["method"] == method]
        return [params.get("version") for params in found if params["uri"] == uri]


@contextmanager
def editing(folder: Path, **said: Any) -> Iterator[Editing]:
    checkers: list[Checking] = []

    def make(settings: Settings) -> Checking:
        checkers.append(Checking(settings))
        return checkers[-1]

    here = Path.cwd()
    server, session = make_server(None, make)
    to_server, from_client = os.pipe()
    to_client, from_server = os.pipe()
    given, taken = os.fdopen(to_server, "rb"), os.fdopen(from_server, "wb")
    to, back = os.fdopen(from_client, "wb"), os.fdopen(to_client, "rb")
    thread = threading.Thread(target=server.start_io, args=(given, taken))
    thread.start()
    client = lsp_client.Client(to, back)
    found = Editing(client, checkers)
    try:
        found.can = client.initialize(folder, **said)
        yield found
        client.finish()
    finally:
        to.close()
        thread.join(30)
        session.close()
        client.reader.join(30)
        for stream in (given, taken, back):
            with suppress(OSError):
                stream.close()
        os.chdir(here)


URI = "file:///draft.txt"


class Ending(Worker):
    """A process that ends at its first jobs, as many as `left` says."""

    left = 1

    def do(self, job: Job) -> bytes:
        if self.left:
            self.left -= 1
            raise WorkerEnded("a checking process ended (exit code -9)")
        return b'{"findings": []}'


def test_where_the_process_ended_a_new_one_tries_once_more(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    checker = Checker(settings)
    checker._worker = worker = Ending(settings)
    # A loop of its own thread: where a browser is open, Playwright's runs in this one.
    with start_blocking_portal() as portal:
        assert portal.call(checker.check, {"text": "a"}) == {"findings": []}
        worker.left = 2
        with pytest.raises(WorkerEnded):
            portal.call(checker.check, {"text": "a"})
    checker.close()


def test_flags_come_with_their_version_and_go_when_closed(tmp_path: Path) -> None:
    with editing(tmp_path) as editor:
        client = editor.client
        client.open(URI, "one\nmarked 😀 marked")
        first, second = client.flags(URI, 1)
        assert first["range"]["start"] == {"line": 1, "character": 0}
        assert second["range"]["start"] == {"line": 1, "character": 10}  # UTF-16
        at = {"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 10}}
        client.change(URI, 2, {"range": at, "text": ""}, {"range": at, "text": "the marked"})
        (only,) = client.flags(URI, 2)
        assert only["range"]["start"] == {"line": 1, "character": 4}
        client.forget()
        client.close(URI)
        assert (
            client.wait_for(lambda n: n["method"].endswith("publishDiagnostics"))["params"][
                "diagnostics"
            ]
            == []
        )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_positions_are_counted_as_the_client_wants(tmp_path: Path, encoding: str) -> None:
    offered = {"general": {"positionEncodings": [encoding, "utf-16"]}}
    with editing(tmp_path, capabilities=lsp_client.CAPABILITIES | offered) as editor:
        assert editor.can["positionEncoding"] == encoding
        assert editor.can["textDocumentSync"]["change"] == 2
        editor.client.open(URI, "é😀\u2028marked")
        (flag,) = editor.client.flags(URI, 1)
        wanted = {"utf-8": 9, "utf-16": 4, "utf-32": 3}[encoding]
        assert flag["range"]["start"] == {"line": 0, "character": wanted}


def test_an_older_answer_is_never_published(tmp_path: Path) -> None:
    with editing(tmp_path) as editor:
        client = editor.client
        client.open(URI, "marked")
        client.flags(URI, 1)
        checker = editor.checkers[0]
        checker.waits = True
        for version in (2, 3, 4):  # typed in one go: checked once
            client.change(URI, version, {"text": "marked " * version})
        assert checker.begun.acquire(timeout=30)  # the first
        assert checker.begun.acquire(timeout=30)
        client.change(URI, 5, {"text": "marked marked"})
        client.request("textDocument/codeAction", _asked(URI))  # typing does not wait
        checker.go.release()
        checker.go.release()
        assert len(client.flags(URI, 5)) == 2
        assert editor.published(URI) == [1, 5]
        assert [options["text"] for options in checker.asked[1:]] == [
            "marked " * 4,
            "marked marked",
        ]


def _asked(uri: str) -> dict[str, Any]:
    start = {"line": 0, "character": 0}
    return {
        "textDocument": {"uri": uri},
        "range": {"start": start, "end": start},
        "context": {"diagnostics": []},
    }


def test_settings_reach_the_check_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('[check]\ncountry = "TH"\n', encoding="utf-8")
    options = {"country": "GH", "minConfidence": 0.4, "onTopic": True, "colour": "red"}
    with editing(tmp_path, options=options) as editor:
        client = editor.client
        client.open(URI, "marked")
        client.flags(URI, 1)
        (checker,) = editor.checkers
        assert checker.settings.check.country == "TH"
        assert checker.asked[0] == {
            "text": "marked",
            "format": "txt",
            "people": True,
            "country": "GH",
            "min_confidence": 0.4,
            "on_topic": True,
        }
        assert "unknown setting 'colour'" in editor.messages()[0]
        client.forget()
        client.settings = {"severity": "error", "guideline": "house"}
        client.notify("workspace/didChangeConfiguration", {"settings": None})
        assert client.flags(URI, 1) == []
        assert checker.asked[1] == {
            "text": "marked",
            "format": "txt",
            "people": True,
            "guideline": "house",
        }
        client.forget()
        client.notify("workspace/didChangeConfiguration", {"settings": {"monitor": {}}})
        assert len(client.flags(URI, 1)) == 1


def test_a_changed_or_broken_monitor_toml_is_told(tmp_path: Path) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text("[chek]\n", encoding="utf-8")
    with editing(tmp_path) as editor:
        client = editor.client
        watched = client.wait_for(lambda n: n["method"] == "client/registerCapability")
        (registration,) = watched["params"]["registrations"]
        globs = ["**/monitor.toml", "**/*.yaml"]
        assert registration["registerOptions"]["watchers"] == [{"globPattern": g} for g in globs]
        client.wait_for(lambda n: "unknown key 'chek'" in str(n["params"].get("message")))
        client.open(URI, "marked")
        file.write_text("[check]\nmax_chars = 7\n", encoding="utf-8")
        change = {"uri": file.as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        client.flags(URI, 1)
        assert editor.checkers[0].settings.check.max_chars == 7
        client.notify("workspace/didChangeWatchedFiles", {"changes": [change]})
        client.forget()
        client.flags(URI, 1)
        assert editor.checkers[0].closed
        client.forget()
        rules = {"uri": (tmp_path / "house" / "rules.yaml").as_uri(), "type": 2}
        client.notify("workspace/didChangeWatchedFiles", {"changes": [rules]})
        client.flags(URI, 1)
        assert [checker.closed for checker in editor.checkers] == [True, False]


def _raises(error: Exception) -> Callable[[str], dict[str, Any]]:
    def check(_: str) -> dict[str, Any]:
        raise error

    return check


def test_failures_are_told_without_a_word_of_the_draft(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    with editing(tmp_path) as editor:
        client = editor.client
        client.open(URI, CANARY)
        client.flags(URI, 1)
        checker = editor.checkers[0]
        for version, error in enumerate(
            (
                KeyError(CANARY),
                WorkerError("KeyError at x.py:1 f"),
                UsageError("no such guideline"),
            ),
            2,
        ):
            checker.do = _raises(error)
            client.change(URI, version, {"text": f"{CANARY} {version}"})
            client.wait_for(lambda n, v=version: len(editor.messages()) == v - 1)  # type: ignore[misc]
        checker.do = _raises(DocumentTooLarge("the document has 9 characters; the limit is 5"))
        client.change(URI, 5, {"text": CANARY * 2})
        (flag,) = client.flags(URI, 5)
        assert flag["code"] == "too-large"
        checker.do = _raises(DocumentError("the document is empty"))
        client.change(URI, 6, {"text": ""})
        assert client.flags(URI, 6) == []
        # a change that makes no sense, a request and a command that fail
        client.notify("textDocument/didChange", {"textDocument": CANARY})
        client.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": CANARY, "version": 1}, "contentChanges": [{"text": CANARY}]},
        )
        command = {"command": "thb-monitor.ignoreWords", "arguments": [CANARY]}
        assert CANARY not in str(client.request("workspace/executeCommand", command))
        assert CANARY not in str(editor.messages())
    assert CANARY not in str(editor.messages())


def test_what_is_ignored_stays_away_until_it_is_taken_back(tmp_path: Path) -> None:
    other = "file:///other.txt"
    with editing(tmp_path) as editor:
        client = editor.client
        for uri in (URI, other):
            client.open(uri, "marked")
            client.flags(uri, 1)
        (flag,) = client.flags(URI, 1)
        *_, here, everywhere = client.actions(URI, flag)
        client.forget()
        client.request("workspace/executeCommand", here["command"])
        assert client.flags(URI, 1) == []
        assert client.flags(other, 1) != []
        client.forget()
        client.request("workspace/executeCommand", everywhere["command"])
        assert client.flags(other, 1) == []
        client.forget()
        client.request("workspace/executeCommand", {"command": "thb-monitor.forgetIgnored"})
        assert len(client.flags(URI, 1)) == len(client.flags(other, 1)) == 1
        assert len(editor.checkers[0].asked) == 2


def test_feedback_is_counted_only_where_it_was_asked_for(tmp_path: Path) -> None:
    with editing(tmp_path, options={"feedback": True}) as editor:
        client = editor.client
        client.open(URI, "marked")
        (flag,) = client.flags(URI, 1)
        *_, right, wrong = client.actions(URI, flag)
        assert "right" in right["title"]
        client.request("workspace/executeCommand", wrong["command"])
        said = editor.checkers[0].asked[-1]
        assert said == {
            "rule": "a-rule",
            "right": False,
            "client": "lsp",
            "guideline": None,
            "severity": "warning",
        }
        other = wrong["command"] | {"arguments": ["b-rule", True, None, "warning"]}
        client.request("workspace/executeCommand", other)
        counted, refused = editor.messages()
        assert counted == "monitor: Counted for the desk: a-rule"
        assert refused == "monitor: Your answer was not counted: no such rule"
        client.notify("workspace/didChangeConfiguration", {"settings": {}})
        client.request("workspace/executeCommand", wrong["command"])
        assert len([a for a in editor.checkers[0].asked if "right" in a]) == 1


def test_actions_without_data_and_of_other_kinds(tmp_path: Path) -> None:
    with editing(tmp_path) as editor:
        client = editor.client
        client.open(URI, "marked")
        (flag,) = client.flags(URI, 1)
        bare = {key: value for key, value in flag.items() if key != "data"}
        assert len(client.actions(URI, bare)) == 3
        assert client.actions(URI, flag, only=["refactor"]) == []
        assert len(client.actions(URI, flag, only=["quickfix"])) == 3
        assert len(client.request("textDocument/codeAction", _asked(URI))) == 3
        assert client.actions("file:///unknown.txt", flag) == []


def test_a_client_that_only_asks_is_answered(tmp_path: Path) -> None:
    capabilities = {"textDocument": {"diagnostic": {}}}
    with editing(tmp_path, capabilities=capabilities) as editor:
        client = editor.client
        assert editor.can["diagnosticProvider"]["workspaceDiagnostics"] is False
        client.open(URI, "marked marked")
        asked = {"textDocument": {"uri": URI}}
        report = client.request("textDocument/diagnostic", asked)
        assert (report["kind"], len(report["items"])) == ("full", 2)
        assert editor.published(URI) == []


def test_other_documents_are_left_alone(tmp_path: Path) -> None:
    with editing(tmp_path) as editor:
        client = editor.client
        client.open("file:///a.py", "marked", "python")
        client.open("file:///monitor.toml", "marked", "plaintext")
        client.open(URI, "marked")
        client.flags(URI, 1)
        assert len(editor.checkers[0].asked) == 1
        client.notify("workspace/didChangeConfiguration", {"settings": {"languages": ["python"]}})
        client.flags("file:///a.py", 1)
