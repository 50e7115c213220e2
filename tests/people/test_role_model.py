"""Roles of people as the shipped model reads them: sensible, and the same in any company."""

from pathlib import Path

import pytest

import shipped
from monitor.classify.model_files import find_model, load_folder
from monitor.labels.data_files import data_dir
from monitor.people.people_table import RolePerson
from monitor.records.people import PeopleTable, TextPerson
from monitor.rules.loading import head_fields, people_folder
from monitor.rules.matching import open_draft
from monitor.rules.people_roles import NAME, WINDOW, RoleModel, load_roles, read_windows
from monitor.text.analysis import view
from monitor.text.document import Document

TITLE = "Woman tells court of years in a locked flat"
TEXT = (
    "Rosa Mensah, 19, told the court that she was beaten and sold to a brothel in the port. Mensah "
    "said her passport was taken on the first day and that she was never paid. She cried as she "
    "spoke.\n\nDaniel Okai, 44, was charged with trafficking and pleaded not guilty. Prosecutors "
    "say Okai held the keys of the flat.\n\nInspector Grace Boateng, who leads the unit, told "
    "reporters that more arrests would follow. Boateng thanked the neighbours."
)
FIELDS = [("title", view(TITLE)), ("text", view(TEXT))]


@pytest.fixture(scope="module")
def model() -> RoleModel:
    return load_roles(load_folder(find_model(data_dir("models"), NAME)))


def asked(*names: str) -> RolePerson:
    places = sorted(
        (TEXT.index(name, at), TEXT.index(name, at) + len(name))
        for name in names
        for at in range(len(TEXT))
        if TEXT.startswith(name, at)
    )
    return RolePerson(tuple(("text", *place) for place in dict.fromkeys(places)), named=True)


PEOPLE = [asked("Rosa Mensah"), asked("Daniel Okai"), asked("Grace Boateng", "Boateng thanked")]


def people_of(text: str, title: str = "") -> PeopleTable:
    document = Document(text, title, language="en")
    return open_draft(shipped.thb(judge=True), document).people


def called(table: PeopleTable, text: str, name: str) -> TextPerson:
    at = text.index(name)
    person = table.at("text", at, at + len(name))
    assert person is not None
    return person


def test_who_is_harmed_accused_or_neither(model: RoleModel) -> None:
    victim, accused, officer = model(FIELDS, PEOPLE)
    assert victim.protected > 0.5 > victim.accused
    assert accused.accused > 0.5 > accused.protected
    assert officer.protected < 0.2
    assert officer.accused < 0.2
    assert (victim.role, accused.role, officer.role) == ("victim", "suspect", "official")


def test_scores_are_the_same_alone_and_in_company(model: RoleModel) -> None:
    together = model(FIELDS, PEOPLE)
    assert [model(FIELDS, [person])[0] for person in PEOPLE] == together
    assert model(FIELDS, PEOPLE[::-1])[::-1] == together


def test_a_role_rests_on_words_around_a_mention(model: RoleModel) -> None:
    for person, scores in zip(PEOPLE, model(FIELDS, PEOPLE), strict=True):
        assert scores.rests_on
        for field, start, end in scores.rests_on:
            held = [(low, high) for f, low, high in person.mentions if f == field]
            assert any(start <= low and high <= end for low, high in held)


def test_the_table_tells_the_roles() -> None:
    table = people_of(TEXT, TITLE)
    assert called(table, TEXT, "Rosa Mensah").protected > 0.5
    assert called(table, TEXT, "Daniel Okai").accused > 0.5
    assert called(table, TEXT, "Grace Boateng").protected < 0.2
    for person in table.people:
        assert 0 <= person.protected + person.accused <= 1.001


def test_texts_without_people_or_words_are_read(model: RoleModel) -> None:
    assert model([("text", view(""))], []) == []
    assert people_of("").people == ()
    nowhere = RolePerson((("text", 0, 0),), named=False)
    assert 0 <= model([("text", view("."))], [nowhere])[0].protected <= 1


def test_windows_hold_every_token_once_behind_the_headline(model: RoleModel) -> None:
    text = "\n\n".join([TEXT] * 9) + " and so on" * 400
    windows = read_windows([("title", view(TITLE)), ("text", view(text))], model.rust)
    assert max(len(window.ids) for window in windows) <= WINDOW
    places = [place for window in windows for place in window.places if place]
    assert len(places) == len(set(places))
    covered = {at for field, low, high in places if field == "text" for at in range(low, high)}
    assert all(at in covered for at, letter in enumerate(view(text).shadow) if letter.isalnum())
    assert {window.ids[:6] for window in windows} == {windows[0].ids[:6]}


def test_no_word_that_is_learned_has_a_capital(model: RoleModel) -> None:
    assert all(word == word.lower() for word in model.words)


def test_the_stamp_counts_the_model_and_a_missing_one_is_missed_by_nobody(tmp_path: Path) -> None:
    guideline = shipped.thb()
    assert people_folder(guideline.about, tmp_path) is None
    folder = people_folder(guideline.about, data_dir("models"))
    stamps = {
        head_fields(guideline.about, guideline.path, models=models)["stamp"]
        for models in ((), (folder,))
    }
    assert len(stamps) == 2
    document = Document(TEXT, TITLE, language="en")
    assert open_draft(guideline, document).people.people
