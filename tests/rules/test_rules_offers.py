"""Taking an offered wording hides no other finding: it would not be offered.

With `OFFERS=all` every example and draft is tried (`make proof`), else some of each.
"""

import os
import random

import pytest

import marked
import shipped
from monitor.rules.checker import make_policy, run_policy
from monitor.rules.example_tests import example_cases
from monitor.rules.findings import MOST, gone_with, put_in
from monitor.text.document import Document

ALL = os.environ.get("OFFERS") == "all"
RESCUED = "Police rescued the boy, Emmanuel Tetteh, 11, who had worked on the lake for two years."


def check(guideline, *documents):
    policy = make_policy(guideline, (), {})
    return run_policy(guideline, documents, policy)


def examples(guideline):
    """The rules' bad and quoted examples, each alone and before another: who is flagged twice."""
    rules = [rule for rule in guideline.compiled if not rule.check]
    cases = [case for rule in rules for case in example_cases(rule)]
    chance = random.Random(24)
    told = [case.document for case in cases if case.kind in ("bad", "quoted")]
    every = [case.document for case in cases] if ALL else chance.sample(told, 20)
    pairs = [chance.sample(told, 2) for _ in range(2_000 if ALL else 25)]
    return every + [
        Document(f"{one.text}\n\n{other.text}", one.title, language="en") for one, other in pairs
    ]


def drafts(_):
    halves = marked.HALVES if ALL else ("developed",)
    found = [item.document for half in halves for item in marked.drafts(half)]
    return found if ALL else found[::2]


@pytest.mark.parametrize("judge", [False, True], ids=["lists", "judge"])
@pytest.mark.parametrize("texts", [examples, drafts])
def test_no_offer_hides_a_finding(texts, judge):
    guideline = shipped.thb(judge=judge)
    siblings = guideline.about.siblings
    documents = texts(guideline)
    tried, hidden = 0, []
    for document, checked in zip(documents, check(guideline, *documents), strict=True):
        findings = checked.findings
        offers = [(f, new) for f in findings for new in f.suggestions]
        texts = [put_in(document, finding, new) for finding, new in offers]
        for (finding, new), after in zip(offers, check(guideline, *texts), strict=True):
            gone = gone_with(findings, finding, new, after.findings, siblings)
            hidden += [(finding.match, new, lost.rule, lost.match) for lost in gone]
            tried += len(findings) > 1
    print(f"{tried} wordings tried in {len(documents)} texts")
    assert hidden == []
    assert tried > 5


def test_says_what_comes_first():
    """The name is a victim's because the boy was rescued: the name is dealt with first."""
    thb = shipped.thb()
    (checked,) = check(thb, Document(RESCUED, language="en"))
    word, name = checked.findings
    assert (word.match, word.suggestions) == ("rescued", ())
    assert (name.rule, name.match) == ("child-name-identified", "Emmanuel Tetteh")
    assert "'child-name-identified' has found" in word.why
    assert name.match not in word.why  # what a page masks of a name stays masked

    (mended,) = check(thb, Document(RESCUED.replace(", Emmanuel Tetteh,", ","), language="en"))
    (word,) = mended.findings
    assert word.suggestions == ("found", "identified")
    assert "child-name-identified" not in word.why


def test_offered_wording_shows_what_the_old_one_did():
    """ "Slaves" and what is offered instead are victims alike, so both may be mended in turn."""
    thb = shipped.thb()
    text = "Twelve slaves were freed from a traveller site at dawn."
    (checked,) = check(thb, Document(text, language="en"))
    slaves, freed = checked.findings
    assert (slaves.match, freed.match) == ("slaves", "were freed from")
    assert slaves.suggestions == ("people held in forced labour",)


@pytest.mark.parametrize("judge", [False, True], ids=["lists", "judge"])
@pytest.mark.parametrize(
    "text",
    [
        "Police said the slaves had been smuggled into the country and locked in a shed.",
        "The gang smuggled slaves from Hungary to work in a mattress factory.",
    ],
)
def test_smuggled_stays_when_slaves_goes(text, judge):
    thb = shipped.thb(judge=judge)
    document = Document(text, language="en")
    slaves = next(f for f in check(thb, document)[0].findings if f.match == "slaves")
    for new in slaves.suggestions:
        (after,) = check(thb, put_in(document, slaves, new))
        assert "smuggled" in [finding.match for finding in after.findings]


def test_tried_offers_are_bounded():
    """However many words are flagged, so many wordings are tried, and no other is offered."""
    text = " ".join(["The traffickers kept slaves."] * (MOST + 20))
    (checked,) = check(shipped.thb(), Document(text, language="en"))
    slaves = [finding for finding in checked.findings if finding.match == "slaves"]
    assert len(slaves) == MOST + 20
    assert sum(len(finding.suggestions) for finding in slaves) == MOST
    assert all(finding.suggestions for finding in slaves[:MOST])


def test_title_and_captions_move_with_the_words():
    text = "Two slaves were freed.\n\nPhoto: the slaves."
    document = Document(text, "The slaves", headline=None, captions=((24, 42),), language="en")
    thb = shipped.thb()
    title, first, *_ = [f for f in check(thb, document)[0].findings if f.match == "slaves"]
    new = put_in(document, first, "people held in forced labour")
    start, end = new.captions[0]
    assert new.text[start:end] == "Photo: the slaves."
    assert put_in(document, title, "people").title == "The people"
