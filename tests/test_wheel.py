"""The built wheel works where nothing of the checkout is.

With `FRESH=1` (as the proof has it) it is installed as a newcomer does, with all it depends on, by
the pip that this Python brings, not upgraded: what that makes of the dependencies is what most
people get. Without, its environment reads the libraries that are here already.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from desk import clean_environ

ROOT = Path(__file__).resolve().parents[1]
FRESH = bool(os.environ.get("FRESH"))
IMPORT_ALL = """
import ast, importlib, pkgutil, sys
from pathlib import Path
import monitor

def wanted():
    for module in pkgutil.walk_packages(monitor.__path__, "monitor."):
        if not module.name.startswith(("monitor.__main__", "monitor.storage.migrations")):
            yield module.name
    for path in Path(monitor.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.module

for name in sorted(set(wanted())):
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(name, error.name or error)
"""
EXTRAS = {"pyarrow", "ray"}
"""What only `thb-monitor[parquet]` and `[cluster]` install."""


@dataclass(frozen=True)
class Installed:
    """An environment that has the wheel, and a folder to work in."""

    folder: Path
    python: Path
    monitor: Path

    def run(
        self, *words: str, stdin: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Type `monitor` with `words`."""
        return self.call(str(self.monitor), *words, stdin=stdin, cwd=cwd)

    def call(
        self, *words: str, stdin: str = "", cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; nothing of the checkout is on its path."""
        return subprocess.run(
            words,
            cwd=cwd or self.folder,
            env=outside_environ(),
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            timeout=600,
        )


def outside_environ() -> dict[str, str]:
    """Return the environment of somebody without the checkout."""
    return {k: v for k, v in clean_environ().items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}


def lend_libraries(installed: Installed) -> None:
    """Let the environment find the libraries of this one, after what is its own."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    theirs = installed.call(str(installed.python), "-c", code).stdout.strip()
    ours = sysconfig.get_path("purelib")
    (Path(theirs) / "lent.pth").write_text(f"{ours}\n", encoding="utf-8")


@pytest.fixture(scope="session", name="installed")
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    [wheel] = folder.glob("thb_monitor-*.whl")
    venv = folder / "venv"
    make = [sys.executable, "-m", "venv", *(() if FRESH else ("--without-pip",)), str(venv)]
    subprocess.run(make, check=True, capture_output=True)
    scripts = venv / ("Scripts" if os.name == "nt" else "bin")
    installed = Installed(folder, scripts / "python", scripts / "monitor")
    if FRESH:
        pip = (str(installed.python), "-m", "pip", "install")
    else:
        lend_libraries(installed)
        pip = (sys.executable, "-m", "pip", "--python", str(installed.python), "install")
        pip += ("--no-deps",)
    done = installed.call(*pip, "--quiet", "--no-compile", str(wheel))
    assert done.returncode == 0, done.stderr
    yield installed
    shutil.rmtree(venv, ignore_errors=True)  # half a gigabyte


def test_it_is_the_wheel_that_runs(installed: Installed) -> None:
    out = installed.call(str(installed.python), "-c", "import monitor; print(monitor.__file__)")
    assert Path(out.stdout.strip()).is_relative_to(installed.folder / "venv")


@pytest.mark.skipif(not FRESH, reason="FRESH=1 installs the wheel with all it depends on")
def test_everything_that_is_imported_was_installed(installed: Installed) -> None:
    """Every module of ours, and every library that one of ours names anywhere."""
    done = installed.call(str(installed.python), "-c", IMPORT_ALL)
    assert done.returncode == 0, done.stderr
    absent = {line.split()[1].partition(".")[0] for line in done.stdout.splitlines()}
    assert absent <= EXTRAS, done.stdout
    checked = installed.call(str(installed.python), "-m", "pip", "check")
    assert checked.returncode == 0, checked.stdout


@pytest.mark.skipif(not FRESH, reason="FRESH=1 runs the whole job on what was installed")
def test_its_demo_reads_every_page(installed: Installed) -> None:
    """Three of the six outlets' feeds give teasers only: the articles are on their pages."""
    said = installed.run("demo", "--once", "--directory", "demo")
    assert said.returncode == 0, said.stderr
    assert "$ monitor run" in said.stdout
    assert "warning" not in said.stderr
    with closing(sqlite3.connect(installed.folder / "demo" / "desk" / "monitor.sqlite")) as desk:
        origins = dict(desk.execute("SELECT origin, count(*) FROM versions GROUP BY origin"))
    assert origins["page"] > 10
    assert origins.keys() == {"page", "feed"}, origins


def test_rules_travel_in_the_wheel(installed: Installed) -> None:
    said = installed.run("check", "-", stdin="Police said the two child prostitutes were found.")
    assert said.returncode == 1, said.stderr
    assert "child-prostitute" in said.stdout


def test_models_travel_in_the_wheel(installed: Installed) -> None:
    line = (
        '{"id": "1", "title": "Two charged with human trafficking", "text": "Police said the women'
        ' had been trafficked and forced into prostitution in Accra."}\n'
    )
    said = installed.run("classify", "-", stdin=line)
    assert said.returncode == 0, said.stderr
    assert '"relevant": true' in said.stdout


def test_a_file_of_ones_own_is_evaluated_without_a_checkout(installed: Installed) -> None:
    row = {"id": "1", "source": "ours", "language": "en", "title": "Rain", "text": "It rained."}
    rows = [
        row | {"rel": 0},
        row | {"id": "2", "title": "Two charged with human trafficking", "rel": 2, "place": ["GH"]},
    ]
    data = installed.folder / "rows.jsonl"
    data.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    for model in ("relevance", "tags"):
        said = installed.run("evaluate", model, str(data), "--format", "json")
        assert said.returncode == 0, said.stderr
        assert json.loads(said.stdout)["model"].startswith(f"{model}-en ")
    absent = installed.call(str(installed.python), "-c", "import training")
    assert "No module named 'training'" in absent.stderr


def test_migrations_travel_in_the_wheel(installed: Installed) -> None:
    desk = installed.folder / "empty"
    desk.mkdir()
    assert installed.run("digest", cwd=desk).returncode == 0
    assert (desk / "monitor.sqlite").is_file()
