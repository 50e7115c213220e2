"""What the shipped taggers say of articles written for this test."""

import shutil
from pathlib import Path

import pytest

from monitor.classify.model_files import find_model, load_folder
from monitor.classify.tags import load_tags
from monitor.labels.data_files import data_dir
from monitor.records.errors import ModelError
from monitor.records.tag import Tag

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


@pytest.mark.parametrize(
    ("title", "text", "country", "named"),
    [
        ("Waco man charged", "", "US", True),
        ("Officer Waco Smith spoke", "", "US", False),
        ("Talk on exploitation in Guelph", "", "CA", True),
        ("", "Extended Stay America answered the suit.", "US", False),
    ],
)
def test_towns_count_beside_words_for_places(
    title: str, text: str, country: str, named: bool
) -> None:
    assert (country in place_roles(title, text)) is named


def test_freed_from_a_country_is_no_origin() -> None:
    roles = place_roles(
        "Nine nurses rescued from Oman",
        "The nurses were repatriated from Oman to Kenya. Kenyan women were held in Oman.",
    )
    assert roles["OM"] == "exploitation"
    assert roles["KE"] == "origin"


INDICATED = [
    ("The agent lured the women with a false promise of work.", "deception"),
    ("The men were locked in the dormitory at night.", "restriction_of_movement"),
    ("She was not allowed to phone her family.", "isolation"),
    ("The foreman beat the boys with a cable.", "physical_and_sexual_violence"),
    ("He threatened to kill her mother.", "intimidation_and_threats"),
    ("The owner took their passports on the first day.", "retention_of_identity_documents"),
    ("The workers were never paid.", "withholding_of_wages"),
    ("The women had to work off a debt for the trip.", "debt_bondage"),
    ("The pickers slept on the floor without water.", "abusive_working_and_living_conditions"),
    ("They worked 16 hours a day.", "excessive_overtime"),
    ("He preyed on homeless girls.", "abuse_of_vulnerability"),
]


@pytest.mark.parametrize(("text", "label"), INDICATED)
def test_each_indicator_is_found_where_it_is_told(text: str, label: str) -> None:
    found = tags("Police free workers", text, "indicator")
    assert label in found
    for span in found[label].evidence:
        assert text[span.start : span.end].strip()


@pytest.mark.parametrize(
    "text",
    [
        "Signs of trafficking: a worker is not allowed to leave and was never paid.",
        "Traffickers often take passports and threaten to kill families.",
        "Human trafficking is the use of force, fraud or coercion to make people work.",
        "“Duress” includes a direct or implied threat of force against a person.",
        "The heavy rain beat the crops.",
    ],
)
def test_a_poster_or_a_definition_is_no_indicator(text: str) -> None:
    assert tags("Know more", text, "indicator") == {}


def test_ages_of_suspects_are_not_the_victims() -> None:
    text = (
        "Mark Hill, 17, and Dan Reed, 44, were charged with the trafficking of three women "
        "aged 22, 25 and 31. The women were sold for sex in motels."
    )
    assert set(tags("Two men charged with trafficking women", text, "victim")) <= {"adult"}
    text = "A man of 52 was charged with the sex trafficking of a 15-year-old girl and a boy of 13."
    assert set(tags("Man charged", text, "victim")) == {"child"}


def test_standing_text_is_no_evidence() -> None:
    case = "A man was charged with pimping a woman in Fresno."
    standing = (
        "Under the penal code, “commercial sex act” means sexual conduct for a thing of value."
    )
    text = f"{case}\n\n{standing}"
    for tag in MODEL.tag("Man charged with human trafficking", text):
        for span in tag.evidence:
            assert span.field == "title" or span.end <= len(case), tag


def test_labels_with_few_examples_say_so() -> None:
    text = "The girls were sold as brides and kept in forced marriage in Nepal."
    found = MODEL.tag("Brides freed", text)
    flags = {(tag.scheme, tag.label): tag.experimental for tag in found}
    assert flags["form", "forced_marriage"]
    assert flags["place", "NP"]
    us = tags("", "The FBI said the girls were sold for sex in Texas.", "place")["US"]
    assert not us.experimental


def test_a_model_whose_encoder_is_missing_names_it(tmp_path: Path) -> None:
    source = find_model(data_dir("models"), "tags-en")
    shutil.copytree(source, tmp_path / "tags-en" / source.name)
    with pytest.raises(ModelError, match=r"encoder-en.*missing"):
        load_tags(load_folder(tmp_path / "tags-en" / source.name))
