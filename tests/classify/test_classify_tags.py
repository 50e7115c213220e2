"""What the shipped taggers say of articles written for this test."""

import pytest

from monitor.classify import find_model, load_folder
from monitor.classify.tags import load_tags
from monitor.config import data_dir
from monitor.types import Tag

MODEL = load_tags(load_folder(find_model(data_dir("models"), "tags-en")))


def tags(title: str, text: str, scheme: str) -> dict[str, Tag]:
    return {tag.label: tag for tag in MODEL.tag(title, text) if tag.scheme == scheme}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Police say the women were forced into prostitution in a brothel.", "sexual_exploitation"),
        ("The men were forced to work in a brick kiln as bonded labourers.", "forced_labour"),
        ("The housemaid was kept in domestic servitude by the family.", "domestic_servitude"),
        (
            "They were held in a scam compound and forced to defraud strangers.",
            "forced_criminality",
        ),
        ("A begging gang forced the children to beg on the streets.", "forced_begging"),
        ("The girls were sold as brides and kept in forced marriage.", "forced_marriage"),
        ("Brokers took a kidney from each man; organ trafficking is suspected.", "organ_removal"),
        ("Child soldiers were recruited by the armed group.", "armed_recruitment"),
        ("Newborn babies were sold by a baby factory.", "illegal_adoption"),
    ],
)
def test_each_form_is_found_with_its_words(text: str, form: str) -> None:
    found = tags("", text, "form")
    assert form in found
    assert "unspecified" not in found
    for span in found[form].evidence:
        assert text[span.start : span.end].strip() == text[span.start : span.end]


def test_a_term_without_a_form_is_unspecified() -> None:
    text = "Residents were told about human trafficking at the town hall."
    (tag,) = tags("", text, "form").values()
    assert tag.label == "unspecified"
    assert "human trafficking" in [text[s.start : s.end] for s in tag.evidence]


def place_roles(title: str, text: str) -> dict[str, str | None]:
    return {label: tag.role for label, tag in tags(title, text, "place").items()}


def test_where_and_whence() -> None:
    text = (
        "Nine women from Nepal were held in a house in Kuwait and never paid. "
        "The women in Kuwait had travelled via Sri Lanka."
    )
    assert place_roles("Maids freed in Kuwait", text) == {
        "KW": "exploitation",
        "NP": "origin",
        "LK": "transit",
    }


@pytest.mark.parametrize(
    ("title", "text", "country", "named"),
    [
        ("", "Police in Tbilisi, Georgia, freed two women.", "GE", True),
        (
            "",
            "The Georgia Bureau of Investigation and Atlanta police freed two women.",
            "GE",
            False,
        ),
        ("", "A man in Lebanon, Pa. was charged.", "LB", False),
        ("", "A maid in Lebanon was not paid.", "LB", True),
        ("", "Officer Chad Kelly freed two women.", "TD", False),
        ("", "Women in Chad near N'Djamena were freed.", "TD", True),
        ("", "Michael Jordan gave money to a shelter.", "JO", False),
        ("", "Maids in Jordan won back pay, an Amman court said.", "JO", True),
        ("", "She ate turkey and he carved the Turkey breast.", "TR", False),
        ("", "The men were taken to Istanbul in Turkey.", "TR", True),
        ("", "The FBI in New Mexico freed two girls.", "MX", False),
        ("", "They were kept like a Guinea pig, she said.", "GN", False),
        ("", "Police in New Jersey freed two girls.", "JE", False),
        ("", "They told us that it was us who had to pay.", "US", False),
        ("", "The US envoy spoke.", "US", True),
        ("", "The u.s. envoy spoke in the U.S. Senate.", "US", True),
        ("", "Boys from Guinea-Bissau were sent home.", "GW", True),
        ("", "Boys from Guinea-Bissau were sent home.", "GN", False),
        ("Dili raid", "Women in Timor-Leste were freed.", "TL", True),
    ],
)
def test_names_with_several_meanings(title: str, text: str, country: str, named: bool) -> None:
    assert (country in place_roles(title, text)) is named


def test_schemes_with_one_answer_give_one() -> None:
    text = "Prosecutors charged a man with the sex trafficking of two girls, aged 15 and 16."
    for scheme in ("victim", "flow"):
        assert len(tags("Man charged", text, scheme)) <= 1
    assert "prosecution" in tags("Man charged with sex trafficking", text, "response")
