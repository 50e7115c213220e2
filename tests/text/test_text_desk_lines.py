"""What is for the desk is recognised by its shape; a line that readers get is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.datelines_bylines import find_desk_lines
from monitor.text.document import find_headline

STORY = "Two men were charged on Friday, police said, and a third is sought."
HEAD = "Two men charged after raid on farm"


def kinds(text: str) -> list[tuple[str, str]]:
    return [(line.kind, text[line.start : line.end]) for line in find_desk_lines(text)]


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("slug", "TRAFFICKING-GHANA/2"),
        ("slug", "GHANA-TRAFFICKING/ (UPDATE 1)"),
        ("slug", "US-GHANA-TRAFFICKING"),
        ("slug", "AF-Ghana-Trafficking"),
        ("slug", "BC-AF--Ghana-Trafficking, 1st Ld"),
        ("slug", "Slug: ghana-raid-friday"),
        ("slug", "Catchline: raid"),
        ("embargo", "EMBARGOED UNTIL 00:01 GMT, MONDAY 30 NOVEMBER"),
        ("embargo", "Embargo: 28 November 2026, 6 p.m. Accra time"),
        ("embargo", "UNDER EMBARGO UNTIL NOON"),
        ("embargo", "** Not for publication before 29 November **"),
        ("embargo", "FOR IMMEDIATE RELEASE"),
        ("sign-off", "-30-"),
        ("sign-off", "ENDS"),
        ("sign-off", "\u2013 Ends \u2013"),
        ("sign-off", "###"),
        ("sign-off", "# # #"),
        ("sign-off", "(MORE)"),
        ("credits", "(Reporting by Ama Adomba in Accra; Editing by Kofi Brentuo)"),
        ("credits", "(Reporting by Ama Adomba and Yaw Tettehfio, editing by Kofi Brentuo.)"),
        ("credits", "Additional reporting by Ama Adomba and Kofi Brentuo."),
        ("note", "For more information, contact desk@outlet.example or call 030 123 4567"),
        ("note", "Media contact: Ama Adomba, press@outlet.example"),
        ("note", "Note to editors: pictures are on the server."),
    ],
)
def test_lines_for_the_desk(kind: str, line: str) -> None:
    text = f"{line}\n\n{HEAD}\n\n{STORY}" if kind in ("slug", "embargo") else f"{STORY}\n\n{line}\n"
    assert kinds(text) == [(kind, line)]


@pytest.mark.parametrize(
    "dateline",
    [
        "ACCRA, Nov 27 (AP) \u2014",
        "ACCRA, Ghana, Nov. 27, 2026 (AP) --",
        "LAGOS (Reuters) -",
        "NEW DELHI (PTI):",
        "Accra, Nov. 27, GNA \u2013",
        "Geneva, 28 November 2026 \u2013",
        "ABU DHABI, 20th November, 2026 (WAM) --",
        "S\u00c3O PAULO (AFP) \u2014",
    ],
)
def test_of_a_dateline_only_its_part(dateline: str) -> None:
    text = f"{dateline} {STORY}\n\nMore was to come."
    assert kinds(text) == [("dateline", dateline)]
    assert find_headline(text) is None
    assert kinds(f"{dateline} {STORY}") == [("dateline", dateline)]


def test_a_byline_comes_behind_the_headline() -> None:
    text = f"{HEAD}\nBy Ama Adomba and Kofi Brentuo in Accra\n\n{STORY}"
    assert kinds(text) == [("byline", "By Ama Adomba and Kofi Brentuo in Accra")]
    assert kinds(f"By Selling Children\n\n{STORY}") == []


@pytest.mark.parametrize(
    "line",
    [
        "FOR IMMEDIATE RELEASE: Two child prostitutes found in raid",
        "EMBARGOED UNTIL MONDAY: child sex slaves freed by police",
        "Embargoed goods were carried by child prostitutes, police said.",
        "SEX SLAVES \u2014 what the police found",
        "CHILD PROSTITUTES FOUND IN RAID",
        "By then the child prostitutes had gone.",
        "(Reporting by survivors says that child prostitutes were beaten.)",
        "Reporting by victims is rare among child prostitutes.",
        "The end of child prostitutes",
        "For more information about child prostitutes, read on.",
        "Tuesday April 7: the child prostitutes are found.",
        "On June 5, 2025 \u2014 the child prostitutes are found.",
        "Ama Adomba (NGO) - child prostitutes are found.",
        "Editor's note: the child prostitutes have no names here.",
        "Child-Prostitute Ring Broken",
        "30",
        "More",
    ],
)
def test_what_readers_get_is_checked(line: str) -> None:
    assert kinds(f"{line}\n\n{STORY}") == []
    assert kinds(f"{HEAD}\n\n{line}\n\n{STORY}") == []


def test_the_headline_comes_behind_slug_and_embargo() -> None:
    text = f"\ufeffTRAFFICKING-GHANA/2\r\nEMBARGOED UNTIL MONDAY\r\n\r\n{HEAD}\r\n\r\n{STORY}"
    start, end = find_headline(text) or (0, 0)
    assert text[start:end] == HEAD
    assert find_headline(f"TRAFFICKING-GHANA/2\n\n{STORY}") is None
    assert find_headline(f"{HEAD}\n\n{STORY}") == (0, len(HEAD))
    assert kinds("TRAFFICKING-GHANA/2") == []


LINES = st.sampled_from(
    [
        HEAD,
        STORY,
        "",
        " ",
        "-30-",
        "SLUG-RAID/1",
        "ACCRA (AP) \u2014 \U0001f600 x",
        "\u202eENDS\r",
        "\u00ad",
    ]
)


@given(st.lists(LINES | st.text(max_size=30), max_size=8).map("\n".join))
def test_stretches_stand_in_order_within_lines(text: str) -> None:
    last = 0
    for line in find_desk_lines(text):
        assert last <= line.start < line.end <= len(text)
        assert "\n" not in text[line.start : line.end]
        last = line.end
