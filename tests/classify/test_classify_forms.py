"""Forms by kind: what the phrases alone say, with the rules as they will be trained in."""

import pytest

from monitor.classify.features import read_article
from monitor.classify.phrase_tags import ENOUGH, form_odds, form_support
from monitor.labels.schemes import FORMS
from training.tags import load_tag_cues

CUES = load_tag_cues()


def forms(title: str, text: str = "") -> set[str]:
    support = form_support(read_article(title, text, CUES), CUES)
    return {form for form, odds in form_odds(support, None).items() if odds >= 0}


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("Boys sold to fishermen dive to free nets on Lake Volta", "forced_labour"),
        ("Trafficked children found in fishing boats", "forced_labour"),
        ("Farm workers trapped by debt in polytunnels", "forced_labour"),
        ("Cocoa pickers never paid: migrants exploited on plantations", "forced_labour"),
        ("Teachers forced to pick cotton in the autumn", "forced_labour"),
        ("Gloves linked to Uyghur labour transfers", "forced_labour"),
        ("North Korean workers in a seafood plant", "forced_labour"),
        ("Twelve freed from cyber fraud den", "forced_criminality"),
        ("Youths lured into online fraud hub on the border", "forced_criminality"),
        (
            "Graduates trafficked to a scam building beaten for missing targets",
            "forced_criminality",
        ),
        ("County lines gang used boy of 13", "forced_criminality"),
        ("Dealers recruiting pupils in school chat", "forced_criminality"),
        ("Girl forced to carry heroin across the border", "forced_criminality"),
        ("Child combatants seek redress", "armed_recruitment"),
        ("Militia released 40 boys recruited by rebels", "armed_recruitment"),
        ("Cooks tricked into fighting in a foreign war", "armed_recruitment"),
        ("Sons killed fighting for Russian army, families say", "armed_recruitment"),
        ("Nurse held over babies sold to couples", "illegal_adoption"),
        ("Adoption agency forged birth certificates", "illegal_adoption"),
        ("Surrogates kept in a villa freed by police", "illegal_adoption"),
        ("Broker held over eggs sold by a schoolgirl", "organ_removal"),
        ("Transplant racket: farmer lost a kidney", "organ_removal"),
        ("Sisters bartered into marriage for cattle", "forced_marriage"),
        ("Child bride tells of her escape", "forced_marriage"),
        ("Disabled men sent to beg at junctions hand over takings", "forced_begging"),
        ("Maid scalded and unpaid for four years", "domestic_servitude"),
        ("Grooming gang abused girls above a takeaway", "sexual_exploitation"),
    ],
)
def test_each_kind_has_its_form(title: str, form: str) -> None:
    assert form in forms(title)


@pytest.mark.parametrize(
    "title",
    [
        "Farm workers win pay rise after talks",
        "Fishermen mend boats before the season",
        "Army opens recruitment drive for 5,000 soldiers",
        "Adoption figures fall for third year",
        "Eggs and milk dearer again",
        "Pupils pick apples on school trip",
        "Bank warns customers of online scams",
        "Couple marry on the beach",
        "Street musicians collect for charity",
    ],
)
def test_honest_work_and_plain_life_are_no_form(title: str) -> None:
    assert forms(title) == set()


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("Women forced to work as prostitutes", "sexual_exploitation"),
        ("Mother forced to sell her baby", "illegal_adoption"),
        ("Six home from forced labour in scam hub", "forced_criminality"),
    ],
)
def test_general_words_of_work_yield_to_the_kind_told(title: str, form: str) -> None:
    assert forms(title) == {form}


def test_words_of_work_beside_a_likelier_household_give_no_second_form() -> None:
    household, labour = FORMS.index("domestic_servitude"), FORMS.index("forced_labour")
    support = {"domestic_servitude": ENOUGH, "forced_labour": ENOUGH}
    head = [-3.0] * len(FORMS)
    head[household] = 1.0
    odds = form_odds(support, head)
    assert odds["domestic_servitude"] == 5.0
    assert odds["forced_labour"] < 0
    head[labour] = 2.0
    assert form_odds(support, head)["forced_labour"] == 6.0
