"""`monitor lsp` as an editor starts it: a process, in a workspace with a guideline of its own."""

import os
import signal
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import own_guide
from desk import MONITOR, clean_environ
from lsp_client import Client, started
from monitor.lsp.documents import Lines

CANARY = "zanzibarquark"
TEXT = f"""# A head 😀

The unfortunate victim {CANARY} was *here*.

An unfortunate *victim* too.
"""


def edited(text: str, action: dict[str, Any]) -> str:
    """The text after an action's edit."""
    ((edit,),) = (change["edits"] for change in action["edit"]["documentChanges"])
    start, end = (tuple(edit["range"][edge].values()) for edge in ("start", "end"))
    return Lines(text).edited(start, end, edit["newText"])


def make_workspace(folder: Path) -> None:
    own_guide.make(folder)
    settings = '[check]\nguideline = "own-guide"\nmax_chars = 2000\n'
    (folder / "monitor.toml").write_text(settings, encoding="utf-8")


def test_a_draft_is_checked_mended_and_silenced(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    uri = (tmp_path / "draft.md").as_uri()
    with started(tmp_path, options={"feedback": True}) as (client, process):
        client.open(uri, TEXT, "markdown")
        flag, torn = client.flags(uri, 1)
        client.wait_for(lambda n: n["params"].get("value", {}).get("kind") == "begin")
        assert (flag["code"], flag["severity"]) == ("unfortunate-victim", 2)
        assert flag["codeDescription"] == {"href": "https://guide.example/"}
        assert flag["range"]["start"] == {"line": 2, "character": 4}
        assert flag["message"].endswith("\nWhy: It is a test.")

        fix, here, _, right, _ = client.actions(uri, flag)
        mended = edited(TEXT, fix)
        assert "The person zanz" in mended
        assert client.actions(uri, torn)[0]["disabled"]
        silenced = edited(TEXT, here)
        client.change(uri, 2, {"text": silenced})
        assert len(client.flags(uri, 2)) == 1
        client.change(uri, 3, {"text": silenced.replace("kept on purpose: say why", "")})
        assert [f["code"] for f in client.flags(uri, 3)].count("ignore-comment") == 1

        client.request("workspace/executeCommand", here["command"])
        shown = client.wait_for(lambda n: n["method"] == "window/showDocument")
        assert shown["params"]["selection"]["start"]["line"] == 2

        client.request("workspace/executeCommand", right["command"])
        client.wait_for(lambda n: "Counted for the desk" in str(n["params"].get("message")))
        with closing(sqlite3.connect(tmp_path / "monitor.sqlite")) as database:
            rows = list(database.execute("SELECT rule, client FROM flag_feedback"))
        assert rows == [("unfortunate-victim", "lsp")]

        client.change(uri, 4, {"text": TEXT * 40})
        (large,) = client.flags(uri, 4)
        assert (large["code"], large["range"]["end"]) == ("too-large", {"line": 0, "character": 0})

        if os.environ.get("EDITORS") and Path("/proc/self").exists():  # loads everything twice
            _killed_at_work(client, process, uri)
        assert CANARY not in str([n for n in client.notes if n["method"].startswith("window/")])


def _killed_at_work(client: Client, process: subprocess.Popen[bytes], uri: str) -> None:
    """The checking process ends, as for want of memory: the next draft is checked by a new one."""
    lists = Path(f"/proc/{process.pid}/task").glob("*/children")
    children = [int(child) for each in lists for child in each.read_text().split()]
    checkers = [
        child for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    assert len(checkers) == 1
    os.kill(checkers[0], signal.SIGKILL)
    client.change(uri, 5, {"text": TEXT})
    assert len(client.flags(uri, 5)) == 2


def test_without_an_editor_it_ends() -> None:
    done = subprocess.run(
        [*MONITOR, "lsp"], input=b"", capture_output=True, env=clean_environ(), check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
