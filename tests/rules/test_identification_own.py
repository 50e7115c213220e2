"""Invented court reports and drafts by writers who had not read the rules: what is caught."""

import json
from pathlib import Path

import pytest

import shipped
from monitor.classify.assessors import load_shown
from monitor.labels.data_files import data_dir
from monitor.people.identifiability import FLAG
from monitor.records.finding import Span
from monitor.rules import preconditions
from monitor.rules.matching import open_draft
from monitor.text.document import Document

FOLDER = Path(__file__).parents[1] / "data" / "people"
THB = shipped.thb()
SHOWN = load_shown(data_dir("models"), "en")


def places(text, strings):
    """Where strings stand in a text."""
    for words in strings:
        start = text.find(words)
        while start >= 0:
            yield start, start + len(words)
            start = text.find(words, start + 1)


def told(row):
    """The spans of the text's people who are flagged, and of those flagged or asked about."""
    draft = open_draft(THB, Document(row["text"], row["title"], language="en"))
    preconditions.set_topic(draft)
    if draft.topic != "thb" and SHOWN(row["title"], row["text"]):  # as the draft page does
        preconditions.set_topic(draft, forced=True)
    flagged, told = list[Span](), list[Span]()
    for person in draft.people.people if draft.abuse else ():
        spans = [one.span for one in (*person.mentions, *person.details)]
        is_flag = person.identifiable == "yes" and not person.consent
        flagged += spans if is_flag and (person.protected >= FLAG or person.restricted) else []
        told += spans if is_flag or person.questions else []
    return flagged, told


def caught(name, step):
    """How many passages identify somebody, touch a flag, touch a flag or a question."""
    counts = [0, 0, 0]
    for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[::step]:
        row = json.loads(line)
        found = [list(places(row["text"], [passage])) for passage in row["identifying"]]
        everything = [Span("text", 0, len(row["text"]))]
        for number, spans in enumerate((everything, *told(row))):
            counts[number] += sum(any(touches(at, spans) for at in some) for some in found)
    return tuple(counts)


def touches(at, spans):
    """Whether a place of the text shares a character with one of the spans."""
    start, end = at
    return any(one.field == "text" and one.start < end and start < one.end for one in spans)


@pytest.mark.parametrize(
    ("name", "step", "passages", "flagged", "asked"),
    [("own-courts", 3, 57, 14, 33), ("own-drafts", 1, 67, 12, 44)],
)
def test_what_identifies_somebody_is_flagged_or_asked_about(name, step, passages, flagged, asked):
    """As measured; before people were read 15 of 207 were caught."""
    told_of, by_flag, by_any = caught(name, step)
    assert told_of == passages
    assert by_flag >= flagged, by_flag
    assert by_any >= asked, by_any
