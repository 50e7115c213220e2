"""Gender of victims and help for them, with the rules as they will be trained in."""

import pytest

from monitor.classify.cue_phrases import CueGroup, CueTable
from monitor.classify.features import read_article
from monitor.classify.phrase_tags import find_protection
from monitor.classify.victims import find_gender
from training.tags import load_tag_cues

CUES = load_tag_cues()


def gender(title: str, text: str = "") -> str | None:
    tag = find_gender(read_article(title, text, CUES), CUES)
    return None if tag is None else tag.label


def help_for(text: str) -> list[str]:
    return [tag.label for tag in find_protection(read_article("", text, CUES), CUES)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Man charged with trafficking a 15-year-old girl", "female"),
        ("Woman sentenced for pimping two teenagers", None),
        ("Two men and a woman arrested over scam compound", None),
        ("Police arrested a woman at the border", None),
        ("A court heard that men paid for sex", None),
        ("Six men were lured to a fishing boat and never paid", "male"),
        ("Boys sold to dive for nets", "male"),
        ("Gang forced women to have sex with men", "female"),
        ("Girls abused by dozens of men", "female"),
        ("The recruiter locked her in a flat in Accra", "female"),
        ("He was tricked into joining an army", "male"),
        ("Thirty women and men freed from a farm", "both"),
        ("Syndicate suspected of sending Thai women abroad", "female"),
        ("Police freed 30 workers from a farm", None),
    ],
)
def test_the_gender_of_victims_and_not_of_others(text: str, label: str | None) -> None:
    assert gender(text) == label


def test_gender_has_its_words_once_each() -> None:
    text = "Police freed the women. The women were trafficked. Police freed the women again."
    tag = find_gender(read_article("", text, CUES), CUES)
    assert tag is not None
    shown = [text[span.start : span.end] for span in tag.evidence]
    assert shown == ["freed the women", "women were trafficked"]


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("The freed maids were taken to a shelter in Kumasi.", ["shelter"]),
        ("The ministry flew 30 men home and reunited them with their families.", ["return"]),
        ("A judge ordered him to pay restitution to the cook.", ["compensation"]),
        ("Survivors sued the hotel for damages.", ["compensation"]),
        ("She was refused a residence permit.", ["residence"]),
        ("The court quashed the conviction of a boy made to grow cannabis.", ["non_punishment"]),
        ("A bill would let survivors vacate convictions.", ["non_punishment"]),
        ("If you need help, call the helpline or ask for shelter.", []),
        ("The men were deported.", []),
        ("Police freed 30 workers from a farm.", []),
    ],
)
def test_help_is_told_of_victims_and_not_offered(text: str, labels: list[str]) -> None:
    assert help_for(text) == labels


def test_several_kinds_of_help_each_with_its_words() -> None:
    text = (
        "The boys stay in a safe house until they are repatriated; their employer must pay damages."
    )
    found = find_protection(read_article("", text, CUES), CUES)
    words = {tag.label: [text[s.start : s.end] for s in tag.evidence] for tag in found}
    assert words == {
        "shelter": ["safe house"],
        "return": ["repatriated"],
        "compensation": ["pay damages"],
    }


def test_a_model_made_before_says_neither() -> None:
    old = CueTable([CueGroup("term", "term", ("trafficking",))])
    reading = read_article("Women freed, taken to shelter", "", old)
    assert find_gender(reading, old) is None
    assert find_protection(reading, old) == []
