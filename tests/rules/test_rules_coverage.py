"""What "no findings" is worth: language, topic and length, told with every check."""

from typing import Any

import pytest

import marked
from monitor.app import Monitor
from monitor.rules.checker import check_document
from monitor.settings import Settings

COUNCIL = (
    "The council said on Monday that the bridge would be closed for repairs until spring. "
    "Drivers will be sent round by the old road, a spokeswoman said.\n\n"
)
CASE = (
    "Prosecutors charged a man of 41 with human trafficking on Monday. They say that he took the "
    "workers' passports and drove them to a farm where nobody was paid.\n\n"
)
HEARING = "A court heard a case of human trafficking on Tuesday. The hearing goes on in March."
SPANISH = "La fiscalía dijo que las dos mujeres fueron halladas en un piso cerca del puerto. "


@pytest.fixture(name="monitor", scope="module")
def _monitor(tmp_path_factory: pytest.TempPathFactory) -> Monitor:
    return Monitor(Settings(home=tmp_path_factory.mktemp("desk")))


def coverage(monitor: Monitor, text: str, **options: Any) -> dict[str, Any]:
    said: dict[str, Any] = monitor.check_text(text, **options)["coverage"]
    return said


@pytest.mark.parametrize(
    ("text", "checked", "topic", "note"),
    [
        (CASE * 6, "whole", "on", None),
        (CASE, "part", "on", "Too short to judge as a whole ("),
        ("A raid.", "part", "assumed", "(2 words), and taken to be about trafficking."),
        (COUNCIL * 8, "part", "off", "This does not read as a text about trafficking"),
        ("Officials spoke of trafficking. " + COUNCIL * 8, "part", "touched", "does not read as"),
        (COUNCIL * 12 + "***\n\n" + HEARING, "part", "part", "Only a part of this"),
        (SPANISH * 9, "none", "off", "This reads as Spanish; the guideline covers English: not"),
        (SPANISH, "none", "assumed", "This reads as Spanish"),
    ],
)
def test_what_was_not_checked_is_said(
    monitor: Monitor, text: str, checked: str, topic: str, note: str | None
) -> None:
    said = coverage(monitor, text)
    assert (said["checked"], said["topic"]) == (checked, topic)
    assert note in said["note"] if note else said["note"] is None


def test_a_language_that_is_not_known_here_is_not_english(monitor: Monitor) -> None:
    made_up = "Zbrk vlimp ontara qesh dulmi farrk osten bilqa ruum tasken widd. " * 6
    said = coverage(monitor, made_up)
    assert said["language"] == "unknown"
    assert said["checked"] == "none"
    assert "is not known here" in said["note"]


def test_a_short_text_without_language_is_only_short(monitor: Monitor) -> None:
    said = coverage(monitor, "A raid.")
    assert said["language"] == "unknown"
    assert said["note"].startswith("Too short")


def test_flags_in_another_language_are_not_called_unchecked(monitor: Monitor) -> None:
    said = coverage(monitor, SPANISH * 3 + "Child prostitutes, dijo. ")
    assert said["checked"] == "part"
    assert said["note"].endswith("what is flagged may be wrong.")


def test_what_was_declared_counts(monitor: Monitor) -> None:
    assert coverage(monitor, SPANISH * 9, language="en")["language"] == "covered"
    assert coverage(monitor, CASE, language="pt")["note"].startswith("This reads as Portuguese")


def test_places_of_the_scorecard_lead_into_the_source(monitor: Monitor) -> None:
    """As those of findings do: a page marks them in what was pasted."""
    source = "<h1>A raid</h1>\n" + "".join(f"<p>{CASE.strip()}</p>\n" for _ in range(6))
    source += "<p>Anyone who needs help can call the <b>helpline</b> on 0800 000 000.</p>"
    document = monitor.check_text(source, format="html", include_text=True)
    places = [place for item in document["scorecard"] for place in item["evidence"]]
    assert places
    for place in places:
        words = document["text"][place["start"] : place["end"]]
        assert words.split()[0] in source[place["source_start"] : place["source_end"]]
    plain = monitor.check_text(document["text"])
    assert all("source_start" not in p for item in plain["scorecard"] for p in item["evidence"])


def test_a_draft_that_would_be_shown_as_an_article_is_on_topic(monitor: Monitor) -> None:
    """Boys sold to fish, told without a word of the field: rules on trafficking are applied."""
    (item,) = (item for item in marked.drafts("developed") if item.id == "athlone-nurse-lake-boys")
    text, title = item.document.text, item.document.title
    assert check_document(monitor.guideline, item.document).about == "off"
    document = monitor.check_text(text, title=title)
    assert document["coverage"]["topic"] == "on"
    rules = {finding["rule"] for finding in document["findings"]}
    assert {"slave-noun", "rescue-language"} <= rules


def test_who_asks_may_say_that_a_draft_is_on_topic(monitor: Monitor) -> None:
    """Neither the words of the field nor the relevance model tell: the reporter does."""
    draft = COUNCIL * 8 + "The girls were rescued from the yard by a neighbour, as slaves."
    asked = [monitor.check_text(draft, on_topic=said) for said in (False, True)]
    assert [document["coverage"]["topic"] for document in asked] == ["off", "said"]
    assert asked[0]["findings"] == []
    assert {"slave-noun", "rescue-language"} <= {f["rule"] for f in asked[1]["findings"]}
    assert (asked[1]["coverage"]["checked"], asked[1]["coverage"]["note"]) == ("whole", None)
    assert monitor.check_bytes(draft.encode(), "draft.txt", on_topic=True) == asked[1]
    short = coverage(monitor, "A raid.", on_topic=True)
    assert (short["topic"], short["note"]) == ("said", "Too short to judge as a whole (2 words).")
    spanish = coverage(monitor, SPANISH * 9, on_topic=True)
    assert (spanish["topic"], spanish["checked"]) == ("said", "none")
