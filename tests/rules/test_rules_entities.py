"""Entities are looked for only where a match hangs on them, and nothing is lost by it."""

import pytest

from monitor.rules.spacy_patterns import ENTITIES, TOKENS, TokenPatterns, without_entities
from monitor.text.spacy_pipeline import analysis, find_entities

PERSON = [{"ENT_TYPE": "PERSON", "OP": "+"}, {"LOWER": ","}, {"LIKE_NUM": True}]
NO_PLACE = [{"IS_TITLE": True, "ENT_TYPE": {"NOT_IN": ["GPE"]}}, {"LOWER": "said"}]
NOT_AFTER = [{"ENT_TYPE": "ORG", "OP": "!"}, {"LOWER": "said"}]


def words(_name):
    return ()


def test_the_looser_patterns_ask_for_no_entity():
    loose = without_entities([PERSON, NO_PLACE, NOT_AFTER])
    assert loose == [
        [{"OP": "+"}, {"LOWER": ","}, {"LIKE_NUM": True}],
        [{"IS_TITLE": True}, {"LOWER": "said"}],
        [{"LOWER": "said"}],
    ]
    patterns = TokenPatterns([PERSON], words)
    assert (patterns.level, patterns.base) == (ENTITIES, TOKENS)
    assert TokenPatterns([[{"LOWER": "said"}]], words).loose is None


@pytest.mark.parametrize("pattern", [PERSON, NO_PLACE, NOT_AFTER])
@pytest.mark.parametrize(
    "text",
    [
        "Maria Lopez, 24, came from Ghana.",
        "Ghana said that Maria said so.",
        "Police said nothing.",
        "It rained in Leeds.",
        "Microsoft said on Monday, 14 days later, that Ana Popa, 31, had left.",
        "",
    ],
)
def test_what_they_find_they_may_find(pattern, text):
    patterns = TokenPatterns([pattern], words)
    with analysis() as nlp:
        doc = nlp.make_doc(text)
        may = patterns.may_find(doc)
        find_entities(nlp, [doc])
        assert may or not list(patterns.find(doc))
