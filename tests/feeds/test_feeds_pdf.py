"""PDFs: their text in paragraphs, and what cannot be read by name."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feed_server import Answer, FeedServer, item, rss
from following import follow
from monitor.feeds.page_extraction import MAX_SHEETS, PDF_FAULTS, extract_pdf
from monitor.feeds.starter_feeds import make_feed
from monitor.records.feed import PageFailure
from pdf_samples import pdf

SHEET = (
    "Ministry tells of a year of inspections",
    "Inspectors visited the quarry at dawn and spoke with all of the work-",
    "ers about wages, hours and papers; none of them had been paid since",
    "the spring of last year.",
    "The owner was told to pay within a month, and the works were closed",
    "until then.",
)


def test_lines_become_paragraphs() -> None:
    body = pdf([SHEET, SHEET[1:]], title="A year", created="D:20261120103000+02'00'")
    page, _ = extract_pdf(body)
    assert page is not None
    assert page.title == "A year"
    assert page.published == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
    paragraphs = page.text.split("\n\n")
    assert paragraphs[0] == SHEET[0]
    assert paragraphs[1].startswith("Inspectors visited the quarry")
    assert "all of the workers about wages" in paragraphs[1]
    assert paragraphs[1].endswith("last year.")
    assert paragraphs[2].endswith("closed until then.")
    assert len(paragraphs) == 5


def test_a_title_that_is_a_file_name_is_none() -> None:
    page, _ = extract_pdf(pdf([SHEET], title="Microsoft Word - final2.docx"))
    assert page is not None
    assert page.title == SHEET[0]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (pdf([SHEET], encrypted=True), "encrypted"),
        (pdf([[]]), "scanned"),
        (pdf([SHEET] * (MAX_SHEETS + 1)), "too_long"),
        (pdf([SHEET])[:300], "broken"),
        (b"%PDF-1.7\n" + b"\xff" * 5000, "broken"),
    ],
    ids=["encrypted", "scanned", "too long", "cut", "noise"],
)
def test_what_cannot_be_read_is_named(body: bytes, cause: PageFailure) -> None:
    assert extract_pdf(body) == (None, cause)
    assert PDF_FAULTS[cause].startswith("the PDF ")


@pytest.mark.skipif(sys.platform == "win32", reason="processes are limited otherwise there")
def test_a_pdf_that_takes_too_long_is_given_up() -> None:
    assert extract_pdf(pdf([SHEET]), seconds=0.01) == (None, "broken")


def test_a_pdf_that_a_feed_links_to_is_an_article(tmp_path: Path, server: FeedServer) -> None:
    server.script["/feed"] = Answer(
        rss(
            item(f"{server.url}/release.pdf", "Inspections this year"),
            item(f"{server.url}/scan.pdf", "An old law"),
        )
    )
    server.script["/release.pdf"] = Answer(pdf([SHEET]), headers={"Content-Type": "text/plain"})
    server.script["/scan.pdf"] = Answer(pdf([[]]), headers={"Content-Type": "application/pdf"})
    result, (release, scan) = follow(tmp_path, make_feed(f"{server.url}/feed"))
    assert (result.stored, result.page_failures) == (2, {"scanned": 1})
    assert (release.title, release.origin, release.language) == (
        "Inspections this year",
        "page",
        "en",
    )
    assert "all of the workers about wages" in release.text
    assert (scan.title, scan.origin, scan.text) == ("An old law", "summary", "")
