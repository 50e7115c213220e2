"""The foot of a digest says which languages were not judged, and what may be missed."""

import json
import re
from dataclasses import replace

import pytest

from digest_samples import render, sample_digest
from monitor.records.review import RecallEstimate
from monitor.review.recall_estimate import gaps


@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_gaps_stand_at_the_foot(form):
    found = sample_digest()
    ledger = replace(found.ledger, languages={"th": 2, "": 1}, unasked=2)
    told = gaps(RecallEstimate(), [], short=True)
    page = render(replace(found, ledger=ledger, gaps=told), form)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\\", "")
    assert "2 followed feeds not polled" in text
    assert "Not judged for their language: 2 Thai, 1 not known which" in text
    assert "Missed below the threshold: not known; monitor reviews sample offers" in text
    assert "Learned of elsewhere: too few to say (0 of the 20 cases needed)" in text


def test_the_json_has_the_figures():
    told = gaps(RecallEstimate(), [], short=True)
    coverage = json.loads(render(replace(sample_digest(), gaps=told), "json"))["coverage"]
    assert coverage["gaps"]["missed"]["recall"] is None
    assert coverage["gaps"]["elsewhere"] == {
        "cases": 0,
        "needed": 20,
        "shown": 0,
        "by": {},
        "share": None,
        "interval": None,
    }
