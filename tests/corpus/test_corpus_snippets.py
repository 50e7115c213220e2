"""The examples of README run as they stand there, over an export."""

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest_samples import TAGS, article
from monitor import corpus
from monitor.recorded import Recorded
from monitor.types import Tag

README = Path(__file__).parents[2] / "README.md"


def snippet(language):
    section = README.read_text(encoding="utf-8").partition("## Corpora for research")[2]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture
def folder(tmp_path):
    """Three articles, one of them with two places for one tag and one without a tag."""
    namibia = (*TAGS, Tag("place", "NA", 0.5, (), "mentioned"))
    records = [article(tags=TAGS), article("a2", tags=namibia), article("a3", tags=())]
    now = datetime(2026, 11, 28, tzinfo=UTC)
    corpus.export(map(Recorded, records), tmp_path / "corpus", format="csv", now=now)
    return tmp_path


def run(folder, *command):
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pandas(folder):
    pytest.importorskip("pandas")
    told = run(folder, sys.executable, "-c", snippet("python"))
    assert re.search(r"forced_labour\s+\S.*\s2\b", told), told
    code = "import pandas as pd; t = pd.read_csv('corpus/tags.csv', keep_default_na=False)"
    assert "NA" in run(folder, sys.executable, "-c", f"{code}; print(set(t.label))")


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here")
def test_r(folder):
    told = run(folder, "Rscript", "-e", snippet("r"))
    assert re.search(r"forced_labour\s*\n\s*2\b", told), told
