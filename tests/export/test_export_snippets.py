"""The examples of docs/researcher.md run as they stand there, over an export."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from digest_samples import TAGS, article
from monitor.export.exporter import export
from monitor.records.article_record import FullRecord
from monitor.records.finding import ScorecardItem
from monitor.records.hidden_names import Shown
from monitor.records.tag import Tag

PAGE = Path(__file__).parents[2] / "docs" / "researcher.md"


def snippet(language):
    section = PAGE.read_text(encoding="utf-8").partition("\n## An export\n")[2]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


@pytest.fixture
def folder(tmp_path):
    """Relevant, relevant, not relevant and not judged; each of the last two has the tag as well."""
    met = tuple(ScorecardItem(name, met, "") for name, met in (("one", True), ("two", None)))
    namibia = (*TAGS, Tag("place", "NA", 0.5, (), "mentioned"))
    records = [
        article(tags=TAGS, scorecard=met),
        article("a2", tags=namibia),
        article("a3", tags=()),
    ]
    records.append(article("a4", tags=TAGS, relevance=0.1, relevant=False))
    nobody = article("a5", "Grüße aus ไทย", tags=TAGS)
    records.append(replace(nobody, relevance=None, relevant=None, borderline=None))
    now = datetime(2026, 11, 28, tzinfo=UTC)
    looked_through = [FullRecord(one, shown=Shown(one.article.title)) for one in records]
    export(looked_through, tmp_path / "corpus", format="csv", now=now)
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
    code = f"{snippet('python')}print(list(relevant.index), tags.experimental.dtype)"
    assert run(folder, sys.executable, "-c", code).splitlines()[-1] == "[0, 1, 2] bool"


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not installed here")
def test_r(folder):
    told = run(folder, "Rscript", "-e", snippet("r"))
    assert re.search(r"forced_labour\s*\n\s*2\b", told), told
    asks = "cat(articles$relevant, '|', nrow(relevant), nrow(articles[which(articles$relevant), ]))"
    asks += "; cat('|', class(articles$relevant), class(tags$experimental), class(card$met))"
    asks += "; cat('|', sum(!tags$experimental) == nrow(tags))"
    told = run(folder, "Rscript", "-e", f"{snippet('r')}card <- read('scorecard.csv'); {asks}")
    assert [part.split() for part in told.splitlines()[-1].split("|")] == [
        ["TRUE", "TRUE", "TRUE", "FALSE", "NA"],
        ["3", "3"],
        ["logical"] * 3,
        ["TRUE"],
    ]
