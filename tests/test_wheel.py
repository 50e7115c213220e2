"""The built wheel works outside the checkout, with its rules and models inside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from desk import clean_environ

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module", name="site")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked by pip where only it can be found before the libraries."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*build, str(ROOT)], check=True, capture_output=True)
    [wheel] = folder.glob("thb_monitor-*.whl")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(folder / "site"), str(wheel)], check=True)
    return folder / "site"


def run(site: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {**clean_environ(), "PYTHONPATH": str(site)}
    return subprocess.run(
        [sys.executable, "-m", "monitor", *words],
        cwd=site.parent,
        env=environ,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_it_is_the_wheel_that_runs(site: Path) -> None:
    code = "import monitor; print(monitor.__file__)"
    environ = {**os.environ, "PYTHONPATH": str(site)}
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=site.parent,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(out.stdout.strip()).is_relative_to(site)


def test_rules_travel_in_the_wheel(site: Path) -> None:
    said = run(site, "check", "-", stdin="Police said the two child prostitutes were found.")
    assert said.returncode == 1, said.stderr
    assert "child-prostitute" in said.stdout


def test_models_travel_in_the_wheel(site: Path) -> None:
    line = (
        '{"id": "1", "title": "Two charged with human trafficking", "text": "Police said the women'
        ' had been trafficked and forced into prostitution in Accra."}\n'
    )
    said = run(site, "classify", "-", stdin=line)
    assert said.returncode == 0, said.stderr
    assert '"relevant": true' in said.stdout


def test_migrations_travel_in_the_wheel(site: Path) -> None:
    assert run(site, "digest").returncode == 0
    assert (site.parent / "monitor.sqlite").is_file()
