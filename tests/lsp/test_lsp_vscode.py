"""The VS Code extension: what it declares is what the server knows; and, for the proof, at work.

VS Code itself is not at hand here: its client library, which is what speaks to the server, is real;
the `vscode` module around it is a stub.
"""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import own_guide
from desk import MONITOR, clean_environ
from monitor import __version__
from monitor.lsp import diagnostics as commands
from monitor.lsp.editor_settings import read_options

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((FOLDER / "package.json").read_text(encoding="utf-8"))
SCRIPT = (FOLDER / "extension.js").read_text(encoding="utf-8")


def test_settings_are_the_server_s() -> None:
    properties = MANIFEST["contributes"]["configuration"]["properties"]
    names = {name.removeprefix("monitor.") for name in properties}
    declared = names - {"command", "trace.server"}
    defaults = {name: properties[f"monitor.{name}"]["default"] for name in declared}
    assert read_options(defaults)[1] == ()
    known = read_options({"": 1})[1][0].partition("known: ")[2].rstrip(")").split(", ")
    assert declared == set(known)
    sent = re.search(r"SETTINGS = \[(.*?)\];", SCRIPT, re.DOTALL)
    assert sent
    assert set(re.findall(r'"(\w+)"', sent[1])) == declared


def test_manifest_says_what_is_so() -> None:
    assert MANIFEST["version"] == __version__
    assert MANIFEST["license"] == "Apache-2.0"
    assert MANIFEST["activationEvents"] == [
        f"onLanguage:{language}" for language in ("markdown", "html", "plaintext")
    ]
    declared = [command["command"] for command in MANIFEST["contributes"]["commands"]]
    for command in declared:
        assert f'registerCommand("{command}"' in SCRIPT
    ours = {value for value in vars(commands).values() if isinstance(value, str)}
    assert not ours & set(declared), "the client registers the server's commands itself"
    assert commands.FORGET_IGNORED in SCRIPT


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_script_parses() -> None:
    subprocess.run(["node", "--check", FOLDER / "extension.js"], check=True)


@pytest.mark.skipif(not os.environ.get("EDITORS"), reason="for the proof: fetches from npm")
def test_the_extension_is_made_and_works(tmp_path: Path) -> None:
    extension, work = tmp_path / "extension", tmp_path / "work"
    shutil.copytree(FOLDER, extension, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copy(FOLDER.parents[1] / "LICENSE", extension)
    _run(extension, "npm", "install", "--no-audit", "--no-fund")
    listed = _run(extension, "npx", "vsce", "ls")
    assert "node_modules/vscode-languageclient/lib/node/main.js" in listed
    made = _run(extension, "npx", "vsce", "package", "--allow-missing-repository")
    print(made.strip().splitlines()[-1])
    assert list(extension.glob("*.vsix"))

    work.mkdir()
    own_guide.make(work)
    (work / "monitor.toml").write_text('[check]\nguideline = "own-guide"\n', encoding="utf-8")
    draft = work / "draft.md"
    draft.write_text("# A\n\n😀 The unfortunate victim stood.\n", encoding="utf-8")
    stub = extension / "node_modules" / "vscode" / "index.js"
    stub.parent.mkdir()
    shutil.copy(HERE / "vscode_stub.js", stub)
    found = json.loads(_run(work, "node", HERE / "vscode_drive.js", extension, draft, *MONITOR))
    print({name: found[name] for name in ("flags", "titles", "newText")})
    assert found["code"]["value"] == "unfortunate-victim"
    assert found["start"] == {"line": 2, "character": 7}
    assert (found["severity"], found["newText"], found["preferred"]) == (1, "person", True)
    assert found["messages"] == []


def _run(folder: Path, *words: object) -> str:
    done = subprocess.run(
        list(map(str, words)),
        cwd=folder,
        env=clean_environ(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
