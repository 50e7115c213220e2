"""Names told by the shape of what stands around them; measured on names marked by hand."""

import time

import pytest

import shipped
from monitor.people.anonymisation import mask_names, shaped, whole_name
from named_marks import MEASURED, by, figures, names, outcomes, shipped_hide


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Abena K. kept count on a cupboard door.", "Abena K"),
        ("She is Rosa Mensah, 14, of Low Street.", "Rosa Mensah"),
        ("One of them, Johan Lind, a carpenter, wept.", "Johan Lind"),
        ("One of the freed girls, who gave her name as Chipo, wept.", "Chipo"),
        ("It was told by Rosa Mensah, one of his accusers.", "Rosa Mensah"),
        ("Then Rosa's husband came.", "Rosa"),
        ("It was told by the mother of Selvi, who is grown.", "Selvi"),
        ("A woman named Mei held the door.", "Mei"),
        ("He is charged because he abused Ana Ruci when she was small.", "Ana Ruci"),
        ("“I was ten,” said Justin, now a mason.", "Justin"),
        ("DAKAR - Kwabena's fingers show what he did.", "Kwabena"),
        ("The mother of Zeinabou mint Ahmed wept.", "Zeinabou mint Ahmed"),
        ("A girl called Ángel del Río wept.", "Ángel del Río"),
    ],
)
def test_shapes_that_tell_a_name(text, name):
    assert name in {text[start:end] for start, end in shaped(text)}


@pytest.mark.parametrize(
    "text",
    [
        "The mother of all courts is in Accra.",
        "On Monday, 14, men were freed. Police said he was held.",
        "Judge Ruth Owusu, 44, said so. Mr Asante's wife wept.",
        "J. K. Addo spoke. Parliament passed a law.",
        "One of the Sri Lankans wept. Thailand, 6, and Russia, 9, voted. The mother of Ghanaians.",
        "Prime Minister, 44, of them. It broke Article 6, they said.",
    ],
)
def test_shapes_that_tell_none(text):
    assert not list(shaped(text))


def test_a_name_is_hidden_whole():
    text = "Dona Francisca das Neves and Khaled al-Rashed met Judge Ada Obi there."
    assert text[slice(*whole_name(text, *where(text, "Neves")))] == "Dona Francisca das Neves"
    assert text[slice(*whole_name(text, *where(text, "Khaled")))] == "Khaled al-Rashed"
    assert text[slice(*whole_name(text, *where(text, "Obi")))] == "Ada Obi"
    found = mask_names(
        "Amina Yusuf, 14, was sold to a man in Accra and forced to work in a bar. Yusuf is safe.",
        shipped.thb().person_lists,
        unsure=True,
    )
    assert "Amina" not in found.text


def where(text, word):
    return text.index(word), text.index(word) + len(word)


@pytest.mark.parametrize("piece", ["Aa ", "A-", "A", "“A” ", "mother of Aa ", "Aa B. ", "Aa de "])
def test_time_grows_with_length_only(piece):
    started = time.perf_counter()
    list(shaped(piece * (20_000 // len(piece))))
    assert time.perf_counter() - started < 2


def test_names_marked_by_hand_are_hidden():
    """Of invented texts whose names nobody looked at while the masking was written."""
    unread = [m for m in names() if m.half == "held-out" and m.origin == "own"]
    found = figures(outcomes(shipped_hide, unread))
    assert found["hidden"] >= 0.85 * found["names"], found


def test_what_travels_with_exports_is_of_these_names():
    import json

    told = json.loads(MEASURED.read_text("utf-8"))
    marks = [(mark, 0) for mark in names()]
    assert told["all"]["all"]["names"] == len(marks) >= 150
    counted = {name: one["names"] for name, one in by("region", marks).items()}
    assert {name: one["names"] for name, one in told["all"]["region"].items()} == counted
