"""No word of a draft is left by `monitor lsp`: open, changed, asked wrongly, and killed."""

import sys
from pathlib import Path

import pytest

from holding import CANARY, DRAFT, Place, abort, holds_canary
from lsp_client import Client
from monitor.storage.health import feedback_in

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="as the dumps are looked for")


def test_a_server_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path)
    with place.run("lsp") as process:
        assert process.stdin
        assert process.stdout
        client = Client(process.stdin, process.stdout)
        client.initialize(place.folder, options={"feedback": True})
        client.notify("$/setTrace", {"value": "verbose"})
        uri = f"file:///{CANARY}/draft.md"
        client.open(uri, DRAFT, "markdown")
        flags = client.flags(uri, 1)
        assert [flag["code"] for flag in flags] == ["unfortunate-victim"]
        offered = client.actions(uri, flags[0])
        asked = [one["command"] for one in offered if one.get("command")]
        right = next(one for one in asked if one["command"] == "thb-monitor.feedback")
        client.request("workspace/executeCommand", right)
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}}
        client.change(uri, 2, {"range": whole, "text": f"{CANARY}\n\n{DRAFT}"})
        client.change(uri, 3, {"range": {"start": CANARY}, "text": CANARY})
        for method in ("textDocument/codeAction", f"{CANARY}/method", "workspace/executeCommand"):
            client.notify(method, {"command": CANARY, "text": DRAFT})
        assert "error" in client.request(f"{CANARY}/method", {"text": DRAFT})
        client.open(uri, DRAFT, "markdown", version=4)
        client.flags(uri, 4)
        dumped, said = abort(process)
    logged = [note for note in client.notes if note["method"] != "textDocument/publishDiagnostics"]
    assert not holds_canary(repr(logged).encode())
    assert not holds_canary(said)
    assert not dumped
    assert place.leaks() == []
    (told,) = feedback_in(f"sqlite:///{place.folder / 'monitor.sqlite'}")
    assert (told.client, told.right + told.wrong) == ("lsp", 1)
