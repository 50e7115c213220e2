"""`docs/duties.md` names each place in which the desk holds who somebody is."""

import documents
from monitor.storage.schema import metadata

DUTIES = documents.ROOT / "docs" / "duties.md"
TOLD = {
    ("askings", "who"): "of which articles names were asked for, by whom",
    ("claims", "reviewer"): "each review",
    ("decisions", "reviewer"): "decision",
    ("flag_verdicts", "reviewer"): "each review",
    ("imports", "by"): "import",
    ("lifted", "who"): "who lifted a wrong mask",
    ("practice", "reviewer"): "practice",
    ("reviews", "reviewer"): "each review",
    ("sends", "address"): "mail address",
    ("told", "note"): "its address and the note",
    ("tokens", "name"): "the name of a token",
    ("unsubscribed", "address"): "who wants no more",
    ("versions", "authors"): "byline",
    ("versions", "summary"): "summary",
    ("versions", "text"): "text",
    ("versions", "title"): "headline",
}
"""Columns with somebody's name, address or words, and how the page tells of them."""
ABOUT_PEOPLE = {
    *("address", "authors", "by", "note", "reviewer", "summary", "text", "title", "who"),
}
NOBODY = {("feeds", "title")}


def test_every_column_about_people_is_told() -> None:
    """A new table with such a column is to be told of to who answers for the desk."""
    there = {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if column.name in ABOUT_PEOPLE or (table.name, column.name) == ("tokens", "name")
    }
    assert there - NOBODY == set(TOLD)
    page = " ".join(DUTIES.read_text(encoding="utf-8").split())
    assert [words for words in TOLD.values() if words not in page] == []


def test_it_stays_a_page() -> None:
    """Two screens: what is longer is read by nobody who answers for a desk."""
    text = DUTIES.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 90
    assert len(text.split()) <= 1100
