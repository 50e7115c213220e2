"""What part a country plays, and which flow follows from it."""

import pytest

from monitor.classify.features import Reading
from monitor.classify.outlet_homes import NOWHERE, Home
from monitor.classify.place_roles import (
    FEATURES,
    FLOW_NAMES,
    PlaceCuts,
    chosen_places,
    flow_numbers,
    flow_of_roles,
    home_evidence,
    place_features,
    place_role,
    roles_of,
    story_places,
)
from monitor.classify.word_tokens import split_words
from place_names import places

CUTS = PlaceCuts(0.25, 0.75)


def read(text: str, title: str = "") -> Reading:
    return Reading(split_words(title), split_words(text), [], [])


def roles(text: str) -> dict[str, set[str]]:
    reading = read(text)
    found: dict[str, set[str]] = {}
    for mention in places()[0].find(reading):
        found.setdefault(mention.country, set()).update(roles_of(reading, mention))
    return found


@pytest.mark.parametrize(
    ("text", "country", "role"),
    [
        ("Nine men were held in Laos.", "LA", "held"),
        ("She took a job in Kuwait.", "KW", "sent"),
        ("He was sent to Oman by an agent.", "OM", "sent"),
        ("They worked for a scam compound in Laos.", "LA", "scene"),
        ("He had to serve in the Russian army.", "RU", "scene"),
        ("Nationals of Kenya were freed.", "KE", "origin"),
        ("Timorese and Cambodian workers were freed.", "TL", "origin"),
        ("Timorese and Cambodian workers were freed.", "KH", "origin"),
        ("Women from Nepal and Bhutan were freed.", "BT", "origin"),
        ("Nepal's migrant workers were freed.", "NP", "origin"),
        ("They came via Qatar.", "QA", "transit"),
        ("They were rescued from Oman.", "OM", "freed"),
        ("Officers were trained by Australia.", "AU", "party"),
        ("The embassy of Japan paid.", "JP", "party"),
        ("The ministers met in Vienna.", "AT", "host"),
        ("They spoke at the Rabat meeting.", "MA", "host"),
        ("The summit was hosted by Morocco.", "MA", "host"),
    ],
)
def test_words_beside_a_name_say_its_role(text: str, country: str, role: str) -> None:
    assert role in roles(text)[country]


@pytest.mark.parametrize(
    ("text", "country", "role"),
    [
        ("They were rescued from Oman.", "OM", "origin"),
        ("Thai police officers spoke.", "TH", "origin"),
        ("A Chinese man was charged.", "CN", "origin"),
        ("The embassy in Kuwait helped.", "KW", "held"),
        ("He spoke in Laos. Held for nine days, they wept.", "LA", "held"),
    ],
)
def test_and_what_it_is_not(text: str, country: str, role: str) -> None:
    assert role not in roles(text)[country]


def test_one_role_is_given_where_it_did_not_happen() -> None:
    text = "Women from Nepal went via Qatar. Japan paid."
    reading = read(text)
    found = places()[0].find(reading)
    given = {m.country: place_role(reading, [m]) for m in found}
    assert given == {"NP": "origin", "QA": "transit", "JP": "mentioned"}


def test_a_host_is_no_place_unless_it_is_the_outlets_home() -> None:
    text = "The ministers met in Vienna. Nine men were held in Laos."
    reading = read(text)
    found = places()[0].find(reading)
    assert story_places(reading, found) == ({"AT", "LA"}, {"AT"})
    assert story_places(reading, found, Home("AT")) == ({"AT", "LA"}, frozenset())
    told = {"AT", "LA"}, {"AT"}
    assert chosen_places({"AT": 0.9, "LA": 0.3, "US": 0.1}, *told, CUTS) == {"LA"}


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ({"LA": 0.9, "NP": 0.8, "US": 0.1}, {"LA", "NP"}),
        ({"LA": 0.9, "NP": 0.7, "US": 0.1}, {"LA"}),
        ({"LA": 0.3, "NP": 0.2, "US": 0.5}, {"LA"}),
        ({"LA": 0.2, "NP": 0.1, "US": 0.5}, set()),
        ({"LA": 0.3, "NP": 0.1, "US": 0.7}, {"US"}),
        ({"LA": 0.5, "NP": 0.1, "US": 0.7}, {"LA"}),
    ],
)
def test_the_likeliest_country_needs_less_than_a_further_one(
    scores: dict[str, float], expected: set[str]
) -> None:
    assert chosen_places(scores, {"LA", "NP"}, (), CUTS) == expected


def test_the_outlets_country_is_asked_about_too() -> None:
    text = "Police freed a girl."
    reading = read(text)
    features = place_features(reading, [], frozenset(), 0.0, Home("GH", section="KE"))
    assert features.keys() == {"US", "GH", "KE"}
    assert {len(line) for line in features.values()} == {len(FEATURES)}
    at = FEATURES.index("the outlet's home, not named, nor any other")
    assert [features[code][at] for code in ("GH", "KE", "US")] == [1.0, 0.0, 0.0]


def test_what_shows_a_country_that_is_not_named() -> None:
    title = "Girl freed from hotel - The Daily Post"
    reading = read("Police freed a girl.", title)
    (name,) = home_evidence(reading, 4)
    assert title[name.start : name.end] == "The Daily Post"
    (police,) = home_evidence(reading, len(reading.title))
    assert (police.field, police.start, police.end) == ("text", 0, 6)
    (start,) = home_evidence(read("A girl was freed."), 0)
    assert start.start == 0


@pytest.mark.parametrize(
    ("text", "chosen", "abroad", "flow"),
    [
        ("Nepali women were held in Kuwait.", {"KW"}, False, "cross_border"),
        ("Nepali women were held in Nepal.", {"NP"}, False, "domestic"),
        ("Nepali women were held in Nepal.", {"NP"}, True, None),
        ("Women were held in Kuwait. Nepal paid.", {"KW"}, False, None),
        ("Nepali women were freed.", set(), False, None),
    ],
)
def test_flow_follows_from_roles(
    text: str, chosen: set[str], abroad: bool, flow: str | None
) -> None:
    reading = read(text)
    found = places()[0].find(reading)
    assert flow_of_roles(reading, found, chosen, abroad=abroad) == flow
    assert len(flow_numbers(reading, found, chosen, NOWHERE)) == len(FLOW_NAMES)
