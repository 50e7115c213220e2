"""Which words of a text name persons, with spaCy's help and without."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.people.person_names import find_people_names, names_in
from monitor.text.analysis import view
from monitor.text.spacy_pipeline import analysis


@pytest.fixture(scope="module")
def named():
    """Return the names that are found in a text, as it has them."""

    def find(text):
        return [text[start:end] for start, end in find_people_names(text)]

    return find


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Inspector Kofi Boateng said so. Boateng left.", ["Kofi Boateng", "Boateng"]),
        ("Adwoa, 15, was sold.", ["Adwoa"]),
        ("They hired a cook named Dalisay.", ["Dalisay"]),
        ("Her husband, Godfrey, wept.", ["Godfrey"]),
        ("Police arrested Musa Danjuma, alias Chief.", ["Musa Danjuma"]),
        ("“I was beaten,” Blessing O. said.", ["Blessing O."]),
        ("Rosa Mensah was freed. Rosa’s brother came.", ["Rosa Mensah", "Rosa"]),
        ("The eight-year-old Ashanti girl and four-year-old Kwesi ran.", ["Kwesi"]),
        ("Mr Farouk was told by Dr. Sita Rai.", ["Farouk", "Sita Rai"]),
        ("Her children: six-year-old Kwesi and Efua, a 4-year-old.", ["Kwesi", "Efua"]),
        ("They met Jane Doe 1 there.", ["Jane Doe"]),
        ("She was identified in court as Dalisay.", ["Dalisay"]),
    ],
)
def test_persons_are_named(named, text, names):
    assert named(text) == names


@pytest.mark.parametrize(
    "text",
    [
        "The Ministry of Labour said so.",
        "The Hotel Miramar was raided in Accra.",
        "Arsenal beat Manchester United.",
        "Police of the Kaneshie District came.",
        "The Human Trafficking Act was passed.",
        "Suddenly, many left Nairobi.",
        "An 18-year-old girl was sold.",
        "The Ocean Star, 41, sank.",
        "They signed Order 66. He is in Grade 5.",
        "Nigerians were told by the Department of Labor.",
        "The girl is from the village of Gornje Selo, a poor place.",
    ],
)
def test_nobody_is_named(named, text):
    assert named(text) == []


def test_a_headline_has_the_names_of_its_text():
    title, text = view("Mensah Sold By Her Uncle"), view("Rosa Mensah, 15, was sold.")
    first, second = names_in([(title, ()), (text, ())])
    assert [title.shadow[slice(*name)] for name in first] == ["Mensah"]
    assert [text.shadow[slice(*name)] for name in second] == ["Rosa Mensah"]


def test_the_pipeline_that_is_lent_is_used():
    with analysis() as nlp:
        assert find_people_names("Rosa Mensah, 15, was sold.", nlp) == [(0, 11)]


WORDS = ["Rosa", "Mensah", "Mr", "said", "her son", "15", ",", ".", "O.", "the", "\n", "’s", "ﬁ"]


@given(st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join))
def test_names_are_within_the_text_in_order(text):
    seen = view(text)
    (found,) = names_in([(seen, ())])
    places = [seen.original(*name) for name in found]
    assert places == sorted(set(places))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(text[start].isupper() for start, end in places)
