"""What is known stays known through edits, and the file that knows it holds no word."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.check.baseline import make_baseline, only_new, read_baseline, with_fingerprints
from monitor.records.errors import DataError

FLAG = "unfortunate victim"
FIRST = f"The court heard on Monday that the {FLAG} had been told to pay a debt of 900 euros."
SECOND = f"Neighbours in Fenmarsh called her an {FLAG} of the men who ran the farm for years."


def checked(text: str, key: str = "") -> dict[str, Any]:
    """A document as the check returns it, every place of the flagged words a finding."""
    found = [
        {"rule": "pity", "match": one[0], "start": one.start(), "end": one.end()}
        for one in re.finditer(r"(?i)unfortunate[\s\u00a0]+vic\u00ad?tim", text)
    ]
    return with_fingerprints({"path": "a.md", "findings": found}, text, key)


def new(before: str, after: str) -> list[int]:
    """Where what is new in `after` begins."""
    baseline = read_baseline(make_baseline([checked(before)], ""), "b", "")
    [document] = only_new([checked(after)], baseline)
    assert document["known"] + len(document["findings"]) == len(checked(after)["findings"])
    return [finding["start"] for finding in document["findings"]]


WHOLE = f"{FIRST}\n\n{SECOND}\n"


@pytest.mark.parametrize(
    "after",
    [
        WHOLE,
        f"A new paragraph.\n\n\n{FIRST}\n\nAnother one.\n\n{SECOND}\n",
        WHOLE.replace("\n", "\r\n"),
        WHOLE.replace("court heard", "judge was told"),
        WHOLE.replace("had been told", "was made"),
        f"{SECOND}\n\n{FIRST}",
        WHOLE.replace("the unfortunate victim", "the “Unfortunate\u00a0vic\u00adtim”"),
        f"{SECOND}\n",
    ],
)
def test_known_findings_stay_known(after: str) -> None:
    assert new(WHOLE, after) == []


def test_what_is_new_is_told_once() -> None:
    third = f"Later an {FLAG} was seen by a driver near the harbour of another town."
    after = f"{third}\n\n{WHOLE}"
    assert new(WHOLE, after) == [after.index(FLAG)]
    assert len(new(WHOLE, f"{WHOLE}\n{FIRST}")) == 1, "the same again is new"
    assert len(new("", WHOLE)) == 2


def test_an_other_rule_for_the_same_words_is_new() -> None:
    one = checked(FIRST)
    other = {**one, "findings": [{**one["findings"][0], "rule": "other"}]}
    other = with_fingerprints(other, FIRST, "")
    baseline = read_baseline(make_baseline([one], ""), "b", "")
    assert only_new([other], baseline)[0]["known"] == 0


def test_what_could_not_be_read_stays_an_error() -> None:
    baseline = read_baseline(make_baseline([], ""), "b", "")
    assert only_new([{"path": "x", "error": "no"}], baseline) == [{"path": "x", "error": "no"}]


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=200))
def test_edits_far_away_change_nothing(before: str, behind: str, edit: str) -> None:
    near = f"{before} and here the {FLAG} had been told {behind}"
    far = " ".join(["word"] * 200)
    assert new(f"{near} {far}", f"{near} {far} {edit}") == []


def test_the_file_holds_hashes_only() -> None:
    text = make_baseline([checked(WHOLE)], "")
    left = re.sub(r"[0-9a-f]{32}", "", text)
    assert set(re.findall(r"[A-Za-z]+", left)) == {"schema", "key", "null", "findings"}
    assert json.loads(text)["findings"] == sorted(json.loads(text)["findings"])


def test_a_key_makes_other_hashes_and_is_asked_for() -> None:
    keyed, plain = (checked(WHOLE, key) for key in ("a secret of the desk", ""))
    assert not set(hashes([keyed])) & set(hashes([plain]))
    text = make_baseline([keyed], "a secret of the desk")
    assert "secret" not in text
    assert only_new([keyed], read_baseline(text, "b", "a secret of the desk"))[0]["known"] == 2
    for key in ("", "another"):
        with pytest.raises(DataError, match="MONITOR_CHECK_BASELINE_KEY"):
            read_baseline(text, "b.json", key)
    with pytest.raises(DataError, match="MONITOR_CHECK_BASELINE_KEY"):
        read_baseline(make_baseline([plain], ""), "b.json", "a secret of the desk")


def hashes(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    return [one for d in documents for finding in d["findings"] for one in finding["fingerprint"]]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"schema": 2, "key": null, "findings": []}',
     '{"schema": 1, "key": null, "findings": [["a", "b"]]}',
     '{"schema": 1, "key": null, "findings": {}}', '{"schema": 1, "key": null}'],
)  # fmt: skip
def test_another_file_is_refused_by_name(text: str) -> None:
    with pytest.raises(DataError, match=r"b\.json"):
        read_baseline(text, "b.json", "")


def test_a_short_side_takes_the_other_with_it() -> None:
    """Rule and wording alone would be guessed from a list of phrases."""
    alone, longer = checked(f"{FLAG} found"), checked(f"{FLAG} lost")
    assert not set(hashes([alone])) & set(hashes([longer]))
