"""The page on the relevance model's errors counts what the list of causes holds."""

import documents
import relevance_errors
from monitor.evaluate.labelled_data import read_labelled
from shared_data import SHARED, needs_shared

PAGE = documents.ROOT / "models" / "relevance-errors.md"
ROWS = relevance_errors.read_causes()


def test_the_page_has_the_tables_as_they_are_counted() -> None:
    page = PAGE.read_text(encoding="utf-8")
    tables = relevance_errors.tables(ROWS)
    assert [name for name, table in tables.items() if f"\n\n{table}\n" not in page] == []


def test_the_page_says_what_each_cause_means() -> None:
    said = PAGE.read_text(encoding="utf-8")
    for heading, rel in (
        ("## Missed, or shown with too little", 2),
        ("## Shown, or nearly shown, wrongly", 0),
    ):
        meant = {
            cells[0].strip("`")
            for cells in documents.rows(documents.section(said, heading))
            if len(cells) == 3
        }
        causes = {row.cause for row in ROWS if row.rel == rel}
        assert causes <= meant, heading


def test_two_hundred_rows_are_judged_once_each() -> None:
    assert len({row.row for row in ROWS}) == len(ROWS) == 200
    assert {row.rel for row in ROWS} == {0, 2}
    assert {bool(row.kind) for row in ROWS if row.rel == 0} == {False}
    assert {bool(row.kind) for row in ROWS if row.rel == 2} == {True}


@needs_shared
def test_the_rows_are_in_the_data_with_their_labels() -> None:
    there = {}
    for data in relevance_errors.RELEVANT:
        for row in read_labelled(SHARED / "data" / "relevance" / f"{data}.jsonl.gz"):
            there[relevance_errors.hashed(row.id), data] = row.rel
    assert [row.row for row in ROWS if there.get((row.row, row.data)) != row.rel] == []


def test_recall_counts_what_is_not_listed_as_found() -> None:
    worst = [row for row in ROWS if row.data == "regional"]
    assert relevance_errors.recall_at([], 65) == 1.0
    assert relevance_errors.recall_at([row for row in worst if row.missed], 65) == 1.0
    assert relevance_errors.recall_at(worst, 65) < 1.0
