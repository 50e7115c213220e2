"""What is too long for CI, run and written down: `make proof`.

    python tests/support/proof.py [STEP ...]

Runs every step (or those named), and writes what each printed, with date, commit and machine, into
its section of models/proof.md; sections of steps that were not run stay as they were. Ends with 1
where a step failed. Steps that need the development data are left out where it is absent.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "models" / "proof.md"
DEV = "../shared/data/relevance/dev.jsonl.gz"
HEAD = """\
# Proof

What is too long for every change, as it was last run: `make proof` runs all of it and writes this
page, `python tests/support/proof.py STEP` one section. Each says when, at which commit and on what
machine.
"""


@dataclass(frozen=True)
class Step:
    """One thing to run: Python with `words`, from the repository's root, with `environ` added."""

    name: str
    about: str
    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)
    needs: str = ""
    """A path that must exist."""

    @property
    def title(self) -> str:
        """The section's heading."""
        return f"{self.name}: {self.about}"

    @property
    def command(self) -> str:
        """The line to type."""
        before = "".join(f"{name}={value} " for name, value in self.environ.items())
        return f"{before}python {' '.join(self.words)}"


PYTEST = ("-m", "pytest", "-q", "-s", "-p", "no:randomly")
STEPS = (
    Step(
        "kills",
        "`kill -9` at random moments loses and doubles nothing",
        (
            *PYTEST,
            "tests/test_kill.py",
            "tests/storage/test_storage_kill.py",
            "tests/storage/test_storage_stories.py::test_killed_while_folding",
        ),
        {"KILLS": "100"},
    ),
    Step(
        "papers",
        "handbook, brochures, slides and tests of the shipped rules, printed and looked through",
        ("tests/support/handbook_proof.py",),
    ),
    Step(
        "offers",
        "no offered wording hides another finding: every example, 2,000 pairs, all drafts",
        (*PYTEST, "tests/rules/test_rules_offers.py", "-k", "hides_a_finding"),
        {"OFFERS": "all"},
    ),
    Step("week", "300 feeds for a week on a virtual clock", ("tests/support/week.py",)),
    Step(
        "schedule",
        "`serve --watch` and `ingest --watch` as processes",
        (*PYTEST, "tests/jobs/test_desk_watch.py"),
        {"SERVED": "1"},
    ),
    Step(
        "workers",
        "processes that share what is due: throughput, nothing twice, nothing left, one killed",
        ("tests/support/workers_proof.py",),
    ),
    Step(
        "mail",
        "`kill -9` while digests are sent: none twice, what is unknown listed",
        (*PYTEST, "tests/digest/test_desk_mail.py", "-k", "killed_at_any"),
        {"KILLS": "200"},
    ),
    Step(
        "digests",
        "10,000 random histories of recipients: every story in one mail, late, filtered or resent",
        ("tests/support/mail_walks.py", "10000"),
    ),
    Step(
        "wheel",
        "installed with all it depends on by the pip that Python brings",
        (*PYTEST, "tests/test_wheel.py"),
        {"FRESH": "1"},
    ),
    Step(
        "hostile",
        "2,220 ways to write script into what comes from outside, on every page in Chromium",
        (*PYTEST, "tests/web/test_web_hostile.py"),
        {"XSS": "2220"},
    ),
    Step(
        "browsers",
        "axe-core on every page and state, nothing wider than the window",
        (
            *PYTEST,
            "tests/web/test_web_axe.py",
            "tests/web/test_web_figures.py",
            "tests/web/test_web_review_axe.py",
        ),
        {"WIDTHS": "360,390,768,1280,1600"},
    ),
    Step(
        "review",
        "a reviewer's half hour by the keyboard, and what the store then has",
        ("tests/support/review_session.py",),
        needs=DEV,
    ),
    Step(
        "languagetool",
        "LibreOffice, annotatedtext-rehype, pyLanguagetool and a page in Chromium against `/v2`",
        (*PYTEST, "tests/api/test_api_languagetool_clients.py"),
        {"LANGUAGETOOL": "1"},
    ),
    Step(
        "word",
        "commented Word files before Microsoft's SDK and LibreOffice",
        ("tests/support/word_proof.py",),
    ),
    Step(
        "lsp",
        "the language server in Neovim, and under VS Code's client library",
        (*PYTEST, "tests/lsp"),
        {"EDITORS": "1"},
    ),
    Step(
        "ci",
        "`monitor check` before a commit, in a GitHub action and as SARIF, for real",
        ("tests/support/ci_proof.py",),
    ),
    Step(
        "annotation",
        "exports before brat's server, Label Studio's page and doccano's",
        ("tests/support/annotation_proof.py",),
    ),
    Step(
        "load",
        "50 clients at once for a minute",
        ("benchmarks/bench_load.py", "--clients", "50", "--seconds", "60"),
    ),
    Step("check", "a draft beside a pass of spaCy", ("benchmarks/bench_check.py",)),
    Step(
        "long",
        "a draft of 2,000 words beside a pass of spaCy",
        ("benchmarks/bench_check.py", "--words", "2000", "--rounds", "30"),
    ),
    Step("ingest", "pages with storing beside bare extraction", ("benchmarks/bench_ingest.py",)),
    Step("feeds", "feeds with storing beside feedparser", ("benchmarks/bench_feeds.py",)),
    Step("guideline", "rules over news", ("benchmarks/bench_guideline.py", DEV), needs=DEV),
    Step("cascade", "classifying a natural mix", ("benchmarks/bench_cascade.py", DEV), needs=DEV),
    Step("stories", "folding made-up articles", ("benchmarks/bench_stories.py", "time", "20000")),
    Step(
        "recall",
        "whether the interval of what is missed covers the truth, and when it speaks",
        ("tests/support/recall_simulation.py",),
        needs="../shared/data/relevance/pool.jsonl.gz",
    ),
    Step(
        "growth",
        "folding into a store that grows, every article told of",
        ("benchmarks/bench_stories.py", "grow", "10000", "1.0"),
    ),
    Step(
        "stored",
        "what a day costs in a store that grows",
        ("benchmarks/bench_growth.py", "100000"),
    ),
    Step(
        "archive",
        "first bytes of lists and searches, 100,000 articles stored",
        ("benchmarks/bench_archive.py", "100000"),
    ),
    Step(
        "pages",
        "stories, trends, outlets and review among 100,000 articles",
        ("benchmarks/bench_pages.py", "100000"),
    ),
    Step(
        "exports",
        "every format over 100,000 articles: rows, seconds, peak memory",
        ("tests/support/export_proof.py", "100000"),
    ),
    Step(
        "attacks",
        "two attackers with every file of exports of 200 real articles",
        ("tests/support/attacks.py",),
        needs=DEV,
    ),
    Step(
        "archives",
        "who has the archive of 1,500 real articles, and this program, hunts for what is withheld",
        ("tests/support/archive_attack.py", "1500"),
        needs=DEV,
    ),
    Step(
        "names",
        "200 planted people whose names are known, and all that a desk of 300 articles gives out",
        ("tests/support/given_out.py",),
    ),
    Step(
        "real-names",
        "names that the masks hide in 1,500 real articles, in what is given out of each",
        ("tests/support/given_out.py", "--real", "1500"),
        needs=DEV,
    ),
    Step(
        "known",
        "how many planted people the masks know by themselves",
        ("tests/support/planted.py",),
    ),
    Step(
        "copy",
        "a desk from SQLite to PostgreSQL and back",
        ("benchmarks/bench_copy.py", "5000"),
    ),
    Step(
        "ray",
        "pages of a web archive on a Ray cluster, a worker killed, beside local",
        ("tests/support/ray_proof.py",),
        {"PAGES": "10000"},
    ),
    Step("floors", "every figure beside its floor", ("tests/support/floors.py",), needs=DEV),
    Step("news", "the whole job on real news", ("tests/support/real_input.py",), needs=DEV),
    Step(
        "kernels",
        "what hangs on scores, on emulated processors",
        ("tests/support/kernels.py",),
        needs=DEV,
    ),
)


@dataclass(frozen=True)
class Ran:
    """What running a step gave."""

    code: int
    seconds: float
    said: str


def run(step: Step) -> Ran:
    """Run a step; what it prints is shown and kept."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, *step.words],
        cwd=ROOT,
        env=os.environ | dict(step.environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    print(done.stdout)
    return Ran(done.returncode, time.monotonic() - start, done.stdout)


def section(step: Step, ran: Ran, *, at: datetime, commit: str, machine: str) -> str:
    """Return a step's section."""
    end = "" if ran.code == 0 else f" **Failed** with exit code {ran.code}."
    said = ran.said.replace(str(ROOT), ".").replace("```", "'''").strip()
    return (
        f"## {step.title}\n\n`{step.command}`\n\n{at:%Y-%m-%d}, commit {commit}, {machine};"
        f" {ran.seconds:.0f} s.{end}\n\n```text\n{said}\n```\n"
    )


def merge(page: str, sections: Mapping[str, str], steps: Sequence[Step] = STEPS) -> str:
    """Return `page` with the `sections` (by step) in place of their older selves, in order."""
    old = {part.partition(":")[0]: f"## {part}" for part in page.split("\n## ")[1:]}
    known = {**old, **sections}
    parts = [known[step.name].strip() for step in steps if step.name in known]
    return "\n\n".join((HEAD.strip(), *parts)) + "\n"


def commit_of(root: Path) -> str:
    """Return the commit checked out, and whether files differ from it."""
    git = ("git", "-C", str(root))
    at = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, check=True)
    changed = subprocess.run([*git, "status", "--porcelain"], capture_output=True, check=True)
    lines = [line for line in changed.stdout.decode().splitlines() if "models/proof.md" not in line]
    return at.stdout.decode().strip() + (" with changes" if lines else "")


def machine() -> str:
    """Return the machine in a few words."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores ({platform.machine()}, {platform.system()}), Python {sys.version[:6]}"


def main() -> int:
    """Run the steps asked for; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    names = [step.name for step in STEPS]
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(names))
    wanted = parser.parse_args().steps
    if unknown := [name for name in wanted if name not in names]:
        parser.error(f"no step '{unknown[0]}' (there are: {', '.join(names)})")
    failed = False
    for step in STEPS:
        if wanted and step.name not in wanted:
            continue
        if step.needs and not (ROOT / step.needs).exists():
            print(f"{step.name}: left out, needs {step.needs}")
            continue
        print(f"== {step.title}\n{step.command}", flush=True)
        ran = run(step)
        failed = failed or ran.code != 0
        page = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
        told = section(step, ran, at=datetime.now(UTC), commit=commit_of(ROOT), machine=machine())
        FILE.write_text(merge(page, {step.name: told}), encoding="utf-8")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
