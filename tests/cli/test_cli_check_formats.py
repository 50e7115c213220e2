"""`monitor check` in CI and before a commit: formats, files, baseline, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import own_guide
import workflow_commands
from desk import Desk, make_desk
from monitor.app import Monitor
from monitor.cli.check import check_files, expand, processes
from monitor.records.errors import UsageError
from monitor.settings import CheckSettings, Settings
from sarif_reader import results_of

BAD = "The unfortunate victim was asked."
SILENT = "<!-- monitor-ignore unfortunate-victim: a quotation -->"


@pytest.fixture(scope="module", name="guide")
def _guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return own_guide.make(tmp_path_factory.mktemp("guide"))


@pytest.fixture(name="desk")
def _desk(tmp_path: Path, guide: Path) -> Desk:
    desk = make_desk(tmp_path / "desk")
    (desk.folder / "monitor.toml").write_text(
        f"[check]\nfail_on = 'warning'\nguideline = '{guide.as_posix()}'\n"
    )
    (desk.folder / "drafts").mkdir()
    (desk.folder / "drafts" / "a.md").write_text(f"# One\n\n{BAD}\n\n{BAD} {SILENT}\n")
    return desk


def test_one_run_annotates_and_reports(desk: Desk) -> None:
    said = desk.type("check", "drafts", "--format", "github", "--report", "out.sarif",
                     "--report", "drafts/out.html")  # fmt: skip
    assert (said.code, said.err) == (1, "1 finding in 1 document\n")
    [command] = workflow_commands.read(said.out)
    assert (command.name, command.properties["line"]) == ("warning", "3")
    shown, silenced = results_of((desk.folder / "out.sarif").read_text())
    assert "suppressions" not in shown
    assert silenced["suppressions"] == [
        {"kind": "inSource", "status": "accepted", "justification": "a quotation"}
    ]
    page = (desk.folder / "drafts" / "out.html").read_text()
    assert "<mark" in page
    again = desk.type("check", "drafts", "--report", "drafts/out.html", "-o", "o.txt")
    assert (again.out, again.code) == ("", 1), "its own report is no draft"
    assert "drafts/a.md: 1 finding, 1 ignored by comments" in (desk.folder / "o.txt").read_text()


def test_a_baseline_leaves_what_is_new(desk: Desk) -> None:
    made = desk.type("check", "drafts", "--write-baseline", "known.json")
    assert (made.code, made.err) == (0, "known.json: 1 findings are known from now on\n")
    kept = (desk.folder / "known.json").read_text()
    assert "victim" not in kept
    draft = desk.folder / "drafts" / "a.md"
    draft.write_text("A line before.\n\n" + draft.read_text())
    said = desk.type("check", "drafts", "--baseline", "known.json", "--format", "json")
    [document] = json.loads(said.out)["documents"]
    assert (said.code, document["findings"], document["known"]) == (0, [], 1)
    draft.write_text(draft.read_text() + f"\nLater on, somebody else said: {BAD}\n")
    said = desk.type("check", "drafts", "--baseline", "known.json", "--format", "sarif")
    assert said.code == 1
    new, _silenced = results_of(said.out)
    assert (new["baselineState"], len(new["partialFingerprints"])) == ("new", 2)
    empty = json.dumps({**json.loads(kept), "findings": []})
    (desk.folder / "none.json").write_text(empty)
    both = ("--baseline", "none.json", "--write-baseline", "now.json", "--format", "json")
    said = desk.type("check", "drafts", *both)
    [document] = json.loads(said.out)["documents"]
    assert (said.code, len(document["findings"]), document["known"]) == (1, 2, 0)
    (desk.folder / "drafts" / "b.md").write_bytes(b"\0")
    told = desk.type("check", "drafts", "--write-baseline", "known.json")
    assert told.code == 2
    assert "not written" in told.err
    assert (desk.folder / "known.json").read_text() == kept
    assert "absent.json" in desk.refuses("check", "drafts", "--baseline", "absent.json")


def test_what_excludes_each_other_is_refused(desk: Desk) -> None:
    assert "exclude" in desk.refuses("check", "drafts", "--redact", "--include-text")
    assert "o.pdf" in desk.refuses("check", "drafts", "--report", "o.pdf")
    settings = desk.folder / "monitor.toml"
    settings.write_text("[check]\nbaseline_key = 'x'\n")
    assert "MONITOR_CHECK_BASELINE_KEY" in desk.refuses("check", "drafts")


def test_globs_and_folders_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b/z.md", "b/a.txt", "b/c/d.HTML", "b/.git/e.md", "b/x.pdf", "f[1].md", "a.md"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("words")
    assert expand(["f[1].md", "b", "a.md"]) == [
        "f[1].md",
        "b/a.txt",
        "b/c/d.HTML",
        "b/z.md",
        "a.md",
    ]
    assert expand(["b/**/*.md", "*.md", "b", "-"]) == [
        "b/z.md", "a.md", "f[1].md", "b/a.txt", "b/c/d.HTML", "-"
    ]  # fmt: skip
    assert expand(["b/**"]) == ["b/a.txt", "b/c/d.HTML", "b/z.md"]
    assert expand(["b"], leave_out=[Path("b/z.md")]) == ["b/a.txt", "b/c/d.HTML"]
    assert expand(["absent.md"]) == ["absent.md"]
    assert expand(["a.md", "a.md", "*.md"]) == ["a.md", "a.md", "f[1].md"]
    for name in ("drafts/**/*.md", "b/*.pdf"):
        with pytest.raises(UsageError) as error:
            expand([name])
        assert name in str(error.value)


def test_processes_are_started_where_they_are_worth_it(tmp_path: Path) -> None:
    paths = []
    for number in range(30):
        paths.append(str(tmp_path / f"{number}.md"))
        Path(paths[-1]).write_text("x" * 4000)
    assert processes(paths[:1], 8) == 1
    assert processes(paths[:12], 8) == 1
    assert processes(paths, 8) == 3
    assert processes(paths, 2) == 2
    assert processes([*paths[:2], "absent", "-"], 8, 1000) == 4


def documents(guide: Path, paths: list[str], *, worth: int) -> list[dict[str, Any]]:
    monitor = Monitor(Settings(check=CheckSettings(guideline=str(guide))))
    return check_files(monitor, paths, {"country": ""}, jobs=2, worth=worth, keep=dict)


def test_two_processes_say_the_same_in_the_same_order(tmp_path: Path, guide: Path) -> None:
    paths = []
    for number in range(8):
        paths.append(str(tmp_path / f"{number}.md"))
        Path(paths[-1]).write_text(f"{'Words. ' * (number % 3)}{BAD * (number % 2)} End.")
    paths.insert(3, str(tmp_path / "absent.md"))
    beside = documents(guide, paths, worth=1)
    assert beside == documents(guide, paths, worth=10**9)
    assert [one["path"] for one in beside] == paths
    assert "No such file" in beside[3]["error"]
