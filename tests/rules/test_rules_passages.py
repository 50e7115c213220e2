"""A round-up: rules on trafficking speak in its stories on trafficking, and only there."""

import time

import pytest

import shipped
from monitor.rules.checker import check_document
from monitor.rules.matching import open_draft
from monitor.rules.preconditions import find_passages, find_topic, is_open
from monitor.text.document import Document

THB = shipped.thb()

OURS = """Two men were convicted of trafficking three women to a brothel on the coast, a court found
on Monday. The women had been promised work in a hotel and had paid for the journey.

The judge said that the men had kept their passports and told them what they owed. One of the women
spoke in court on the second day and asked for her wages.

Prosecutors asked for ten years. The sentence will be read in March, and the women will be able to
apply for compensation from the state."""
SPORT = """Rovers beat the league leaders by two goals to one on Saturday, and the supporters sang.
The striker scored both before half time.

Their coach said that the match had been rescued by the goalkeeper, who saved a penalty in the last
minute. The women's team has now won five in a row.

The cup final is in May. Tickets go on sale on Friday, and the stadium will open its new stand. The
women's captain will miss the match because of an injury to her knee."""
BUDGET = "{} the council will vote on the budget, and the women on it want more for road works."


def passages(text):
    draft = open_draft(THB, Document(text, language="en"))
    return draft, find_passages(draft, find_topic(draft))


def told(text):
    """Which marker words stand in a passage on trafficking."""
    draft, found = passages(text)
    shadow = draft.text.view.shadow
    words = ("convicted", "passports", "compensation", "Rovers", "penalty", "injury", "council")
    return [word for word in words if word in shadow and is_open(found, shadow.index(word))]


ALL_OURS = ["convicted", "passports", "compensation"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OURS, ALL_OURS),
        (f"{OURS}\n\n{SPORT}", ALL_OURS),
        (f"{SPORT}\n\n{OURS}", ALL_OURS),
        (f"{SPORT}\n\n***\n\n{OURS}", ALL_OURS),
        (f"{OURS}\n\n{BUDGET.format('Elsewhere,')}", ALL_OURS),
        (f"{OURS}\n\n{BUDGET.format('On Tuesday')}", [*ALL_OURS, "council"]),
        (SPORT, []),
    ],
    ids=["ours", "then sport", "sport first", "stars", "cue", "no cue", "sport"],
)
def test_stories(text, expected):
    assert told(text) == expected


def test_a_story_on_trafficking_in_a_round_up_of_other_things_is_open():
    news = "\n\n".join([SPORT, "***", SPORT.replace("Rovers", "United"), "***", OURS])
    assert told(news.replace("compensation", "compensation again")) == ALL_OURS


def test_the_gate_is_that_of_the_passage():
    said = "It was a horrific night."
    ours = f"{OURS} {said}"
    both = f"{OURS}\n\n{SPORT} {said}"

    def count(text):
        findings = check_document(THB, Document(text, language="en")).findings
        return sum(finding.rule == "hyperbole-adjectives" for finding in findings)

    assert count(ours) > count(OURS)
    assert count(both) == count(OURS)


def test_the_persons_of_the_story_keep_a_paragraph_open():
    text = f"{OURS}\n\nThe women now play in the league: they scored in a match at the stadium."
    draft, found = passages(text)
    assert is_open(found, draft.text.view.shadow.index("league"))


@pytest.mark.parametrize(
    "unit", [OURS + "\n\n", SPORT + "\n\n", "***\n\n", "Elsewhere, goals.\n\n"]
)
def test_time_is_linear(unit):
    def seconds(length):
        text = (OURS + "\n\n" + unit * (length // len(unit) + 1))[:length]
        draft = open_draft(THB, Document(text, language="en"))
        topic = find_topic(draft)
        start = time.process_time()
        find_passages(draft, topic)
        return time.process_time() - start

    seconds(2_000)
    # the better of two: a search for garbage may fall into one
    assert min(seconds(120_000), seconds(120_000)) < 0.5 + 6 * seconds(60_000)
