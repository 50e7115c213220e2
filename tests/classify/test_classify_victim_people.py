"""Victims by the people table: gender, age and place, whoever else a text tells of."""

import re
from dataclasses import replace

import pytest

from monitor.check.drafts import english_people
from monitor.classify.model_files import find_model, load_folder
from monitor.classify.tags import TagsModel, load_tags
from monitor.classify.victim_people import sure_age
from monitor.labels.data_files import data_dir
from monitor.records.finding import Span
from monitor.records.people import (
    MentionKind,
    PeopleReader,
    PeopleTable,
    PersonMention,
    PersonRole,
    TextPerson,
)
from monitor.records.tag import Tag

MODEL = load_tags(load_folder(find_model(data_dir("models"), "tags-en")))
SHIPPED = replace(MODEL, reader=english_people())
GROUPS: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("victim", "minor", "relative"), (0.8, 0.02)),
    **dict.fromkeys(("suspect", "convicted"), (0.02, 0.8)),
}


def person(
    text: str,
    role: PersonRole,
    *words: str,
    kind: MentionKind = "noun",
    age: int | None = None,
    minor: bool | None = None,
    several: bool = False,
) -> TextPerson:
    """Somebody whom words of a text mean; a pronoun is told by its letters."""
    found = [re.search(rf"\b{word}\b", text) for word in words]
    spans = [Span("text", *one.span()) for one in found if one]
    pronouns = {"she", "her", "he", "him", "his", "they"}
    mentions = tuple(
        PersonMention(span, "pronoun" if word.lower() in pronouns else kind)
        for word, span in zip(words, spans, strict=True)
    )
    protected, accused = GROUPS.get(role, (0.02, 0.02))
    return TextPerson(1, mentions, role, protected, accused, minor=minor, age=age, several=several)


def told(*people: TextPerson) -> TagsModel:
    """The taggers with a table that is told."""
    return replace(MODEL, reader=PeopleReader("told", lambda _title, _text: PeopleTable(people)))


def tag(model: TagsModel, scheme: str, text: str, title: str = "") -> Tag | None:
    return next((one for one in model.tag(title, text) if one.scheme == scheme), None)


def label(model: TagsModel, scheme: str, text: str, title: str = "") -> str | None:
    found = tag(model, scheme, text, title)
    return found.label if found else None


def places(model: TagsModel, text: str) -> list[str]:
    found = model.tag("", text)
    return sorted(one.label for one in found if one.role == "exploitation")


BOYS = (
    "A woman appeared in court at Kpandu after police rescued 19 boys. The boys were trafficked to "
    "the lake and forced to dive for nets. The woman denied the charge, and she was remanded."
)


def test_a_woman_who_is_charged_makes_no_boys_female() -> None:
    woman = person(BOYS, "suspect", "A woman", "The woman", "she")
    boys = person(BOYS, "victim", "19 boys", "The boys", several=True)
    found = tag(told(woman, boys), "gender", BOYS)
    assert found
    assert found.label == "male"
    assert [BOYS[one.start : one.end] for one in found.evidence] == ["19 boys", "The boys"]
    assert label(SHIPPED, "gender", BOYS) == "male"


def test_words_at_large_tell_where_the_table_has_nobody() -> None:
    text = "Women who were trafficked are often blamed for it."
    assert label(told(), "gender", text) == label(MODEL, "gender", text) == "female"
    accused = person(text, "suspect", "Women", several=True)
    assert label(told(accused), "gender", text) is None


def test_clients_are_no_victims() -> None:
    text = (
        "Nine women were trafficked into a brothel in Accra; the women were held. Men who came "
        "as clients were abused by nobody, said the judge."
    )
    women = person(text, "victim", "Nine women", "the women", several=True)
    clients = person(text, "other", "Men", "clients", several=True)
    assert label(told(women, clients), "gender", text) == "female"


@pytest.mark.parametrize(
    ("words", "several", "gender"),
    [
        (("her son", "he"), False, "male"),
        (("the boy's mother", "she"), False, "female"),
        (("girls and boys",), True, "both"),
        (("worker", "she", "her"), False, "female"),
        (("worker", "she", "he", "him"), False, "male"),
        (("worker",), False, None),
    ],
)
def test_gender_by_kin_and_pronouns(
    words: tuple[str, ...], several: bool, gender: str | None
) -> None:
    text = f"Trafficking: {', '.join(words)}."
    assert label(told(person(text, "victim", *words, several=several)), "gender", text) == gender


def test_names_tell_no_gender() -> None:
    text = "Trafficking: Maria Lopes of Baucau was sold to a farm."
    assert label(told(person(text, "victim", "Maria Lopes", kind="name")), "gender", text) is None


def test_victims_count_before_children_of_whom_nothing_is_told() -> None:
    text = "Three men were trafficked. The men were freed. A girl next door called the police."
    men = person(text, "victim", "Three men", "The men", several=True)
    girl = person(text, "minor", "A girl", minor=True)
    assert label(told(men, girl), "gender", text) == "male"


ADULT = (
    "An 18-year-old girl was trafficked from Tamale to a brothel in Accra, where she was held for "
    "a year. The 18-year-old girl told officers that she had been promised work as a cook."
)


def test_a_girl_of_18_is_an_adult() -> None:
    girl = person(ADULT, "victim", "An 18-year-old girl", "she", age=18)
    assert label(told(girl), "victim", ADULT) == "adult"
    assert label(SHIPPED, "victim", ADULT) == "adult"


@pytest.mark.parametrize(
    ("people", "age"),
    [
        ([("victim", "the girl", 17, None)], "child"),
        ([("victim", "the girl", 18, None)], "adult"),
        ([("victim", "the woman", 31, True)], "child"),  # who was a child when she was sold
        ([("victim", "the girl", 18, None), ("victim", "the boy", None, None)], None),
        ([("victim", "the girl", 16, None), ("victim", "the woman", 40, None)], "child"),
        ([("victim", "the girl", None, None)], None),
    ],
)
def test_what_ages_tell_for_certain(
    people: list[tuple[PersonRole, str, int | None, bool | None]], age: str | None
) -> None:
    text = "Trafficking: the girl, the woman, the boy."
    table = [person(text, role, word, age=old, minor=minor) for role, word, old, minor in people]
    facts = told(*table).read("", text)
    assert sure_age(facts.reading, facts.victims) == age


def test_a_child_beside_adults_makes_both() -> None:
    text = (
        "Forty workers were held in debt bondage at a brick kiln in Punjab. The workers, men and "
        "women, were never paid; among them was Ravi, fourteen, who was beaten."
    )
    workers = person(text, "victim", "Forty workers", "The workers", several=True)
    boy = person(text, "victim", "Ravi", kind="name", age=14, minor=True)
    assert label(told(workers), "victim", text) == "adult"
    assert label(told(workers, boy), "victim", text) == "both"


def test_the_place_is_where_it_happened_to_people() -> None:
    text = (
        "The women were held in a house in Muscat, Oman, and never paid. The shelter they came to "
        "is funded by Norway. A researcher at a university in Canada read their statements."
    )
    women = person(text, "victim", "The women", "they", several=True)
    assert places(told(women), text) == ["OM"]
    assert places(SHIPPED, text) == ["OM"]
