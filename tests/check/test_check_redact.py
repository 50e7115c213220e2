"""Redacted, not a word of the draft is left in any format."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

import own_guide
from monitor.app import Monitor
from monitor.check.baseline import with_fingerprints
from monitor.check.batch import Batch, redacted
from monitor.cli.check import Format, render_batch
from monitor.settings import CheckSettings, Settings

DRAFT = """\
# Zinnober headline Quasselstrippe

The Unfortunate Victim of Krimskrams ran. <!-- monitor-ignore own-guide: Schabernack -->

An unfortunate victim in Firlefanz. <!-- monitor-ignore unfortunate-victim: Larifari -->
"""
SECRETS = ["Zinnober", "Quasselstrippe", "Krimskrams", "Firlefanz", "Schabernack", "Larifari"]


@pytest.fixture(scope="module", name="document")
def _document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = own_guide.make(tmp_path_factory.mktemp("guide"))
    drafts = Monitor(Settings(check=CheckSettings(guideline=str(folder))))
    entry = drafts.check_text(DRAFT, format="md", include_text=True)
    item = {"item": "no-helpline", "met": False, "reason": "‘Krimskrams’", "evidence": []}
    entry = {"path": "a.md", **entry, "scorecard": [item, {**item, "ignored": "Larifari"}]}
    return with_fingerprints(entry, DRAFT, "")


@pytest.mark.parametrize("format", get_args(Format))
def test_no_word_of_the_draft_is_left(document: dict[str, Any], format: Format) -> None:
    assert (len(document["findings"]), len(document["ignored"])) == (1, 1)
    rules = {"unfortunate-victim": {"title": "Pity in place of facts", "why": "w", "severity":
             "warning", "sources": [], "suggest": []}}  # fmt: skip
    kept = redacted(document, rules, keyed=False)
    written = render_batch(Batch((kept,), "g", rules, Path("/work"), redacted=True), format)
    for word in (*SECRETS, "Unfortunate Victim"):
        assert word.lower() not in written.lower().replace("unfortunate-victim", ""), word
    assert not re.search(r"[0-9a-f]{32}", written)
    assert "Pity in place of facts" in written
    assert "monitor-ignore own-guide" not in written
    plain = render_batch(Batch((document,), "g", rules, Path("/work")), format)
    assert "unfortunate victim" in plain.lower()


def test_with_a_key_hashes_stay(document: dict[str, Any]) -> None:
    assert "fingerprint" in redacted(document, {}, keyed=True)["findings"][0]
