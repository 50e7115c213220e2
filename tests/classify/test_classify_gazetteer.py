"""Names of places: what each means, with what the rest of the article and the outlet say."""

import pytest

from monitor.classify.features import Reading
from monitor.classify.place_disambiguation import PlaceMention, unpack_names
from monitor.classify.word_tokens import split_words
from place_names import places
from training.gazetteer import build_gazetteer, ordinary_words, pack_names


def mentions(text: str, title: str = "", home: str | None = None) -> list[PlaceMention]:
    reading = Reading(split_words(title), split_words(text), [], [])
    return places()[0].find(reading, home)


def countries(text: str, title: str = "", home: str | None = None) -> set[str]:
    return {mention.country for mention in mentions(text, title, home)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("States of the Rabat Process spoke of visas.", set()),
        ("The Palermo Protocol defines trafficking.", set()),
        ("Ministers of the Bali Process met in Adelaide.", {"AU"}),
        ("They signed the Budapest Convention.", set()),
        ("A process in Rabat went on for years.", {"MA"}),
        ("The news was given by Agence France-Presse.", set()),
        ("The Bangkok Post wrote of it.", set()),
        ("The Times of India wrote of it.", set()),
        ("A fine of 900 Singapore dollars was paid.", set()),
        ("A man paid 900 dollars in Singapore.", {"SG"}),
    ],
)
def test_instruments_papers_and_currencies_are_no_places(text: str, expected: set[str]) -> None:
    assert countries(text) == expected


@pytest.mark.parametrize(
    ("text", "home", "expected"),
    [
        ("Police in the Central Region freed eleven boys.", None, set()),
        ("Police in the Central Region freed eleven boys.", "GH", {"GH"}),
        ("Ghanaian police in the Central Region freed eleven boys.", None, {"GH"}),
        ("Women from the Northern Province were freed.", "PG", {"PG"}),
        ("Police in Hamilton freed a girl.", None, set()),
        ("Police in Hamilton freed a girl.", "CA", {"CA"}),
        ("Police in Hamilton, New Zealand, freed a girl.", None, {"NZ"}),
        ("Judge Hamilton spoke in Canada.", None, {"CA"}),
        ("A talk was held in Guelph and Wellington County.", None, {"CA"}),
        ("A court in Colombo heard the maid.", None, {"LK"}),
        ("Colombo asked for help.", None, {"LK"}),
        ("Police in Dundalk freed a boy.", "IE", {"IE"}),
        ("Police in Dundalk freed a boy; the Irish court heard him.", None, {"IE"}),
        ("Women were held in Sao Paulo and São Paulo state.", None, {"BR"}),
        ("At Southwark Crown Court a jury heard of it.", None, {"GB"}),
        ("A pupil in Suai wrote to her mother.", None, {"TL"}),
    ],
)
def test_a_name_of_several_places_needs_support(
    text: str, home: str | None, expected: set[str]
) -> None:
    assert countries(text, home=home) == expected


@pytest.mark.parametrize(
    ("text", "home", "expected"),
    [
        ("Police in Paris freed a girl.", "US", {"US"}),
        ("Police in Paris freed a girl.", "FR", {"FR"}),
        ("Police in Paris freed a girl.", None, {"FR"}),
        ("A court in Athens heard a man from Palestine.", "US", {"US"}),
        ("Police in Paris freed a girl; the French minister thanked them.", "US", {"FR"}),
        ("She was flown to Paris and held in Lyon.", "US", {"FR"}),
        ("Protests for Palestine; the Palestinian envoy spoke.", "US", {"PS"}),
        ("PARIS (AP) - Nine men were freed in Paris.", "US", {"FR"}),
        ("PARIS - Nine men were freed in Paris.", "US", {"US"}),
        ("Police in Paris, Texas, freed a girl. Paris has a court.", None, {"US"}),
        ("Police in Lima, OH, freed a girl. Lima has a court.", None, {"US"}),
        ("Police in Athens, Ga., freed a girl.", None, {"US"}),
        ("Police in Tbilisi, Georgia, freed a girl.", None, {"GE"}),
        ("Women came from London, Oregon.", "GB", {"US"}),
        ("Women came from Lebanon, N.H., to the coast.", None, {"US"}),
        ("They went by Paris, La Rochelle and the coast.", None, {"FR"}),
        ("They saw London, New York and Berlin.", "DE", {"GB", "US", "DE"}),
    ],
)
def test_a_paper_at_home_in_the_us_means_the_town_there(
    text: str, home: str | None, expected: set[str]
) -> None:
    assert countries(text, home=home) == expected


def test_an_outlet_for_the_world_means_the_city() -> None:
    text = "Police in Paris freed a girl."
    reading = Reading(split_words(""), split_words(text), [], [])
    found = places()[0].find(reading, "US", world=True)
    assert [mention.country for mention in found] == ["FR"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deputies charged Lena Flores. The house was rented by Flores.", set()),
        ("Lena Flores, 34, was charged. Flores said nothing.", set()),
        ("Judge Flores spoke. Later Flores left.", set()),
        ("Mr. Flores spoke. Later Flores left.", set()),
        ("Fishermen from Flores were freed.", {"ID"}),
        ("Near Flores a boat sank; Lena Flores saw it.", {"ID"}),
        ("Last week Flores was hit. Central Flores was not.", {"ID"}),
        ("A man called Ben Garcia was held. He sold girls for Garcia.", set()),
    ],
)
def test_a_person_s_name_is_no_place(text: str, expected: set[str]) -> None:
    assert countries(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "ACCRA, Nov 3 (GNA) - Nine men were freed.",
        "ACCRA: Nine men were freed.",
        "Accra, Nov 3. Nine men were freed.",
        "ACCRA - Nine men were freed.",
        "ACCRA. Nine men were freed.",
        "ACCRA, Ghana (wire) – Nine men were freed.",
    ],
)
def test_a_dateline_says_where_it_was_written(text: str) -> None:
    first = mentions(text)[0]
    assert first.country == "GH"
    assert first.frame
    assert first.dateline


def test_a_sentence_is_no_dateline() -> None:
    (mention,) = mentions("Accra police freed nine men: they were boys.")
    assert not mention.frame


def test_an_outlet_behind_a_headline_is_a_frame() -> None:
    (mention,) = mentions("", title="Girls freed from hotel - Hamilton Spectator", home="CA")
    assert mention.frame
    assert not mention.dateline


def test_a_row_of_countries_is_known_as_one() -> None:
    found = mentions("Women from Laos, Kenya and Peru went from Nepal to Oman. Qatar was silent.")
    rows = {mention.country: mention.row for mention in found}
    assert rows["LA"] == rows["KE"] == rows["PE"] == (2, 6)
    assert rows["NP"] is rows["OM"] is rows["QA"] is None


def test_names_are_packed_without_loss() -> None:
    names = build_gazetteer(set())["names"]
    assert unpack_names(pack_names(names)) == {name: tuple(entry) for name, entry in names.items()}


def test_a_text_without_capitals_makes_no_word_ordinary() -> None:
    assert "auckland" not in ordinary_words(["the chef from auckland won", "Auckland won"])
    assert "tour" in ordinary_words(["A tour of pubs", "The tour ended"])
