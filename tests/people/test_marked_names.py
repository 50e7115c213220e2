"""Names marked by hand are hidden, whole."""

from monitor.people.anonymisation import whole_name
from named_marks import MEASURED, by, figures, names, outcomes, shipped_hide


def test_a_name_is_hidden_whole():
    text = "Dona Francisca das Neves and Khaled al-Rashed met Judge Ada Obi there."
    assert text[slice(*whole_name(text, *where(text, "Neves")))] == "Dona Francisca das Neves"
    assert text[slice(*whole_name(text, *where(text, "Khaled")))] == "Khaled al-Rashed"
    assert text[slice(*whole_name(text, *where(text, "Obi")))] == "Ada Obi"


def where(text, word):
    return text.index(word), text.index(word) + len(word)


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
