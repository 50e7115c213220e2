"""The documents' examples, typed as they stand there; only addresses are this machine's."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import documents
import feed_server
import workflow_commands
from action_steps import run_step
from desk import clean_environ, make_desk
from monitor.settings import Settings, load_settings
from serving import address, desk

__all__ = ["address", "desk"]

README = (documents.ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = documents.section(README, "## Five examples")
BLOCKS = documents.fenced(EXAMPLES)
SETTINGS = [
    pytest.param(text, id=f"{path.stem}-{number}")
    for path in documents.DOCUMENTS
    for number, (kind, text) in enumerate(documents.fenced(path.read_text(encoding="utf-8")))
    if kind == "toml"
]
PAGE = "http://127.0.0.1:8000"
FEED = "https://outlet.example/feed.xml"
HEADLINE = "Farm owner charged with human trafficking of eleven workers"
STORY = """Prosecutors charged a farm owner with human trafficking on Monday. They say that he kept
eleven workers from Thailand in a locked barn, took their passports and paid them nothing for five
months. Two of the women told the court that they had been forced into prostitution to pay off a
debt."""


def block(language: str, words: str = "") -> str:
    [found] = [text for kind, text in BLOCKS if kind == language and words in text]
    return found


@pytest.fixture(name="shell_path")
def _shell_path(tmp_path: Path) -> str:
    """A `PATH` on which `monitor` is the one under test."""
    folder = tmp_path / "bin"
    folder.mkdir()
    script = folder / "monitor"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m monitor "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def shell(script: str, folder: Path, path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={**clean_environ(), "PATH": path},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_there_are_five() -> None:
    kinds = [kind for kind, _ in BLOCKS if kind != "text"]
    assert kinds == ["console", "sh", "python", "yaml", "sh"]


def test_the_command_prints_what_is_shown(tmp_path: Path, shell_path: str) -> None:
    typed, *shown = block("console").splitlines()
    said = shell(typed.removeprefix("$ "), tmp_path, shell_path)
    assert said.returncode == 1, said.stderr
    assert shown[-1].strip() == "…"
    assert said.stdout.splitlines()[: len(shown) - 1] == shown[:-1]


def test_the_call_with_curl_finds_the_phrase(address: str, tmp_path: Path, shell_path: str) -> None:
    typed = block("sh", "curl")
    assert PAGE in typed
    said = shell(typed.replace(PAGE, address), tmp_path, shell_path)
    assert said.returncode == 0, said.stderr
    [finding] = json.loads(said.stdout)["findings"]
    assert finding["rule"] == "child-prostitute"


def test_the_python_prints_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(block("python"), "README.md", "exec"), {})
    assert capsys.readouterr().out == block("text")


def test_the_job_in_ci_fails_where_a_draft_does(tmp_path: Path, shell_path: str) -> None:
    """Its step names the action, whose own step is run as a runner does, but for installing."""
    [job] = YAML(typ="safe").load(block("yaml"))["jobs"].values()
    [step] = [step for step in job["steps"] if step["uses"].startswith("./")]
    drafts = tmp_path / "drafts"
    drafts.mkdir()
    (drafts / "good.txt").write_text("Police found two children.\n", encoding="utf-8")
    (drafts / "bad.txt").write_text("Police found two child prostitutes.\n", encoding="utf-8")
    programs = tmp_path / "thb-monitor" / "bin"
    programs.mkdir(parents=True)
    monitor = shutil.which("monitor", path=shell_path)
    assert monitor
    (programs / "monitor").symlink_to(monitor)
    said = run_step("Check", tmp_path, step["with"], action=documents.ROOT, temp=tmp_path)
    assert said.returncode == 1, said.stderr
    [command] = workflow_commands.read(said.stdout)
    assert (command.name, command.properties["file"]) == ("error", "drafts/bad.txt")


def test_a_feed_is_followed_and_its_news_printed(tmp_path: Path, shell_path: str) -> None:
    typed = block("sh", "feeds add")
    assert FEED in typed
    folder = make_desk(tmp_path / "desk").folder
    with feed_server.serve() as outlet:
        item = feed_server.item(f"{outlet.url}/farm", HEADLINE, content=STORY)
        outlet.script["/feed.xml"] = feed_server.Answer(feed_server.rss(item))
        said = shell(typed.replace(FEED, f"{outlet.url}/feed.xml"), folder, shell_path)
    assert said.returncode == 0, said.stderr
    assert HEADLINE in said.stdout


def test_the_python_of_developers_prints_what_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = (documents.ROOT / "docs" / "developer.md").read_text(encoding="utf-8")
    blocks = dict(documents.fenced(documents.section(page, "## In Python")))
    exec(compile(blocks["python"], "developer.md", "exec"), {})
    assert capsys.readouterr().out == blocks["text"]


@pytest.mark.parametrize("text", SETTINGS)
def test_settings_that_are_shown_can_be_used(text: str, tmp_path: Path) -> None:
    file = tmp_path / "monitor.toml"
    file.write_text(text.replace("…", "0"), encoding="utf-8")
    assert load_settings(file, environ={}) != Settings(home=tmp_path)


def test_the_first_steps_of_a_desk_work(tmp_path: Path, shell_path: str) -> None:
    """Up to the first poll, which needs the outlets."""
    page = (documents.ROOT / "docs" / "desk.md").read_text(encoding="utf-8")
    steps = documents.section(page, "## Your own desk").split("\n\n")[1].splitlines()
    typed = [line.split("#")[0].strip() for line in steps]
    first, last = typed.index("monitor init desk"), typed.index("monitor run")
    said = shell(" && ".join([*typed[first:last], "monitor feeds list"]), tmp_path, shell_path)
    assert said.returncode == 0, said.stderr
    assert "https://" in said.stdout
