"""The GitHub action and the pre-commit hook: what they call, with what, and how it ends."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import documents
from action_steps import ACTION, ROOT, run_step

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
PROGRAM = """\
#!{python}
import json, sys
print(json.dumps(sys.argv[1:]))
sys.exit(1)
"""


def called(folder: Path, given: Mapping[str, str], programs: str = "bin") -> list[str]:
    """The words that the action calls the program with."""
    home = folder / "thb-monitor" / programs
    home.mkdir(parents=True, exist_ok=True)
    program = home / "monitor"
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)
    done = run_step("Check", folder, given, action=ROOT, temp=folder)
    assert (done.returncode, done.stderr) == (1, ""), "the job ends as the program does"
    words: list[str] = json.loads(done.stdout)
    return words


def test_by_itself_it_annotates_the_whole_repository(tmp_path: Path) -> None:
    assert called(tmp_path, {}) == ["check", "--format=github", "--redact", "--", "."]


def test_inputs_are_words_and_no_script(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("x")
    given = {
        "paths": "drafts/**/*.md\r\n\n$(touch here); `touch here`\n*.md\n--redact\n  two words ",
        "fail-on": "warning",
        "format": "text",
        "baseline": "known '\".json",
        "sarif": "out.sarif",
        "redact": "false",
        "config": "my.toml",
    }
    assert called(tmp_path, given, "Scripts") == [
        "--config=my.toml", "check", "--format=text", "--fail-on=warning",
        "--baseline=known '\".json", "--report=out.sarif", "--",
        "drafts/**/*.md", "$(touch here); `touch here`", "*.md", "--redact", "  two words ",
    ]  # fmt: skip
    assert not (tmp_path / "here").exists()


def test_what_it_calls_is_there() -> None:
    options = documents.commands()["monitor check"].options | {"--config"}
    [check] = [step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Check"]
    assert set(re.findall(r'"?(--[a-z-]+)(?==|\)|")', check)) <= options
    for step in ACTION["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+\.\d+\.\d+", step["uses"]), "pinned"


def test_the_hook_calls_the_check_on_what_it_can_read() -> None:
    [hook] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    assert (hook["entry"], hook["language"]) == ("monitor check", "python")
    assert hook["require_serial"], "it divides the files itself"
    assert set(hook["types_or"]) == {"markdown", "html", "plain-text"}
