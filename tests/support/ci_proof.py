"""What needs registries or minutes of `monitor check` in CI: a step of `make proof`.

    python tests/support/ci_proof.py [PART ...]

pre-commit in a scratch repository from a clone of this one, the action's own steps as a runner does
them, Microsoft's SARIF validator and the validator of actions (npm, left out where there is none),
and 200 files on one process and on two.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import workflow_commands
from action_steps import run_step
from sarif_reader import results_of

ROOT = Path(__file__).resolve().parents[2]
MULTITOOL = "@microsoft/sarif-multitool@5.7.0"
VALIDATOR = ("@action-validator/cli@0.6.0", "@action-validator/core@0.6.0")
BAD = "Police said the two child prostitutes were found near the harbour.\n"
GOOD = "Police said two sexually exploited children were found near the harbour.\n"
SENTENCES = (
    "Police said the two {who} were found in a house near the harbour on Monday.",
    "The court heard that the women had been brought across the border and sold.",
    "Prosecutors say the men took the workers' passports and kept their wages.",
    "The illegal immigrants were told to pay a debt of 900 euros, the indictment says.",
    "Neighbours had noticed nothing, they said; the bus stops there twice a day.",
    "The ministry did not answer questions about the raid by the evening.",
    "The trial goes on in March, and the verdict is expected before summer.",
)
WHO = ("child prostitutes", "girls", "women", "boys", "young workers")


def run(*words: str, at: Path, expect: int | None = 0, **environ: str) -> str:
    """Run a program that must end with `expect`; return what it said."""
    done = subprocess.run(
        words, cwd=at, env={**os.environ, **environ}, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    if expect is not None and done.returncode != expect:
        raise SystemExit(f"{' '.join(words)}: exit code {done.returncode}\n{said[-3000:]}")
    return said


def monitor(*words: str, at: Path, expect: int) -> str:
    """Type a command of ours."""
    here = {"PYTHONPATH": str(ROOT / "src")}
    return run(sys.executable, "-m", "monitor", *words, at=at, expect=expect, **here)


def clone(folder: Path) -> Path:
    """Return a clone of this repository, as the hook and the action come to a user."""
    run("git", "clone", "-q", str(ROOT), str(folder / "tool"), at=folder)
    return folder / "tool"


def pre_commit(folder: Path) -> None:
    """A commit with a flagged text is stopped, and goes through once it is mended."""
    tool = clone(folder)
    desk = folder / "desk"
    desk.mkdir()
    git = ("git", "-c", "user.name=Desk", "-c", "user.email=desk@example.org")
    run("git", "init", "-q", at=desk)
    sha = run("git", "rev-parse", "HEAD", at=tool).strip()
    (desk / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {tool}\n    rev: {sha}\n    hooks:\n      - id: monitor-check\n"
        "        args: [--fail-on, error]\n        files: ^drafts/\n"
    )
    (desk / "drafts").mkdir()
    (desk / "drafts" / "a.md").write_text(BAD)
    (desk / "notes.txt").write_text(BAD)
    hooks = {"PRE_COMMIT_HOME": str(folder / "hooks")}
    pre = (sys.executable, "-m", "pre_commit")
    run(*pre, "install", at=desk, **hooks)
    run("git", "add", "-A", at=desk)
    start = time.perf_counter()
    said = run(*git, "commit", "-m", "first", at=desk, expect=1, **hooks)
    first = time.perf_counter() - start
    assert "child-prostitute" in said, said
    assert "drafts/a.md" in said
    assert "notes.txt" not in said
    (desk / "drafts" / "a.md").write_text(GOOD)
    run("git", "add", "-A", at=desk)
    start = time.perf_counter()
    run(*git, "commit", "-m", "first", at=desk, **hooks)
    again = time.perf_counter() - start
    print(f"pre-commit: a flagged draft is stopped ({first:.0f} s with the installation), a mended")
    print(f"  one is committed ({again:.0f} s); what the hook is not for is not looked at")


def action(folder: Path) -> None:
    """The action's steps, one after the other, on a repository with and without findings."""
    desk = folder / "desk"
    (desk / "drafts").mkdir(parents=True)
    (desk / "drafts" / "a.md").write_text(f"# A trial\n\n{BAD}")
    tool = clone(folder)
    steps = {"action": tool, "temp": folder}
    start = time.perf_counter()
    done = run_step("Install", desk, {}, **steps)
    assert done.returncode == 0, done.stderr[-3000:]
    seconds = time.perf_counter() - start
    given = {"paths": "drafts/**/*.md\n", "sarif": "out.sarif"}
    done = run_step("Check", desk, given, **steps)
    assert done.returncode == 1, done
    [command] = workflow_commands.read(done.stdout)
    assert (command.name, command.properties["line"]) == ("error", "3")
    log = (desk / "out.sarif").read_text()
    assert "child prostitutes" not in done.stdout + done.stderr + log, "redacted"
    assert len(results_of(log)) == 1
    (desk / "drafts" / "a.md").write_text(GOOD)
    assert run_step("Check", desk, given, **steps).returncode == 0
    print(
        f"action: installed in {seconds:.0f} s by its own step; an error is annotated on its line"
    )
    print("  and fails the job, without the draft's words in log and SARIF; mended, it passes")


def npm(folder: Path, *packages: str) -> bool:
    """Install programs of npm; say where that is not possible."""
    if shutil.which("npm") is None:
        print("  left out: no npm here")
        return False
    run("npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *packages, at=folder)
    return True


def sarif(folder: Path) -> None:
    """Microsoft's validator on logs of every kind; spoiled ones are refused."""
    if not npm(folder, MULTITOOL):
        return
    desk = folder / "désk, a b"
    desk.mkdir()
    odd = "\ufeff# Cafe\u0301 😀\r\n\r\n" + BAD.strip()
    texts = {
        "a.txt": BAD, "b.md": f"{odd} <!-- monitor-ignore child-prostitute: a quotation -->\r\n\r\n"
        f"The **child** prostitutes. <!-- monitor-ignore nothing: x -->\r\n\r\n{BAD}",
        "c.html": f"<h1>{BAD}</h1>\n<p>مرحبا child&nbsp;prostitutes {{0}} [a](1)</p>",
        "d,:%.md": BAD, "empty.txt": "",
    }  # fmt: skip
    for name, text in texts.items():
        (desk / name).write_bytes(text.encode())
    names = list(texts)
    monitor("check", names[0], "--write-baseline", "known", at=desk, expect=0)
    kinds: Mapping[str, Sequence[str]] = {
        "plain": names[:4],
        "unreadable": names,
        "redacted": [*names, "--redact"],
        "baseline": [*names[:4], "--baseline", "known"],
        "nothing": ["--baseline", "known", names[0]],
    }
    for kind, words in kinds.items():
        monitor("check", *words, "--format", "sarif", "-o", f"{kind}.sarif", at=desk,
                expect={"nothing": 0, "unreadable": 2, "redacted": 2}.get(kind, 1))  # fmt: skip
        told = _validated(folder, desk / f"{kind}.sarif")
        assert told == [], told
        count = len(results_of((desk / f"{kind}.sarif").read_text()))
        print(f"  {kind}: {count} results, nothing to say (rules for SARIF and for GitHub)")
    for name, spoil in SPOILED.items():
        log = json.loads((desk / "plain.sarif").read_text())
        spoil(log["runs"][0])
        (desk / "spoiled.sarif").write_text(json.dumps(log))
        told = _validated(folder, desk / "spoiled.sarif")
        assert told, name
        print(f"  spoiled, {name}: {told[0]}")


def _validated(folder: Path, log: Path) -> list[str]:
    """Return the rules by which the validator complains."""
    out = folder / "validated.sarif"
    out.unlink(missing_ok=True)
    tool = folder / "node_modules" / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    tool.chmod(0o755)
    run(str(tool), "validate", str(log), "--rule-kind", "Sarif;Ghas", "--output", str(out),
        at=folder, expect=None, DOTNET_SYSTEM_GLOBALIZATION_INVARIANT="1")  # fmt: skip
    read = json.loads(out.read_text(encoding="utf-8-sig"))
    return [f"{one['ruleId']}" for run_ in read["runs"] for one in run_.get("results", ())]


def _spoil_index(run_: Any) -> None:
    run_["results"][0]["ruleIndex"] = 99


def _spoil_region(run_: Any) -> None:
    run_["results"][0]["locations"][0]["physicalLocation"]["region"]["endLine"] = 0


def _spoil_uri(run_: Any) -> None:
    run_["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "a b.md"


def _spoil_schema(run_: Any) -> None:
    run_["results"][0]["suggestion"] = "an unknown key"


SPOILED: Mapping[str, Callable[[Any], None]] = {
    "a rule that is not there": _spoil_index,
    "a region that ends before it begins": _spoil_region,
    "a blank in a URI": _spoil_uri,
    "an unknown key": _spoil_schema,
}


def validator(folder: Path) -> None:
    """The schema of actions; a spoiled copy is refused."""
    if not npm(folder, *VALIDATOR):
        return
    program = str(folder / "node_modules" / ".bin" / "action-validator")
    run(program, str(ROOT / "action.yml"), at=folder)
    spoiled = folder / "spoiled"
    spoiled.mkdir()
    text = (ROOT / "action.yml").read_text().replace("shell: bash", "shel: bash", 1)
    (spoiled / "action.yml").write_text(text)
    said = run(program, str(spoiled / "action.yml"), at=folder, expect=None)
    assert "errors" in said, said
    print("action-validator: nothing to say of action.yml; a misspelt key in a copy is refused")


def speed(folder: Path) -> None:
    """200 files of 570 words on one process and on two: the same answer."""
    drafts = folder / "drafts"
    drafts.mkdir()
    dice = random.Random(13)
    words = 0
    for number in range(200):
        parts = [
            " ".join(dice.choice(SENTENCES).format(who=dice.choice(WHO)) for _ in range(5))
            for _ in range(9)
        ]
        text = f"# Trafficking trial number {number} goes on\n\n" + "\n\n".join(parts) + "\n"
        words += len(text.split())
        (drafts / f"{number:03}.md").write_text(text)
    said: dict[int, str] = {}
    for jobs in (1, 2):
        start, before = time.perf_counter(), os.times()
        said[jobs] = monitor("check", "drafts", "--jobs", str(jobs), "--format", "json", at=folder,
                             expect=1)  # fmt: skip
        seconds = time.perf_counter() - start
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        rate = f"{200 / seconds:.1f} files/s"
        print(f"--jobs {jobs}: {seconds:.1f} s, {rate}, {spent:.1f} s of processor time")
    assert said[1] == said[2]
    print(f"  200 files of {words // 200} words on average, with the start; the same answer twice")


PARTS: Mapping[str, Callable[[Path], None]] = {
    "sarif": sarif,
    "validator": validator,
    "speed": speed,
    "action": action,
    "pre-commit": pre_commit,
}


def main() -> int:
    """Run the parts asked for, each in a folder of its own."""
    os.environ.pop("PYTHONPATH", None)  # what is installed is to be tried, not what stands here
    for name in sys.argv[1:] or PARTS:
        print(f"{name}:", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
