"""The monthly report, each file read back with a program's own reader."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import docx
import openpyxl
import pytest
from lxml import html

from monitor.records.counts import CountedFlag, CountedItem, FeedChange
from monitor.stats.monthly_report import MonthlyReport, make_report
from monitor.stats.outlet_scorecards import list_outlets, score_outlet
from monitor.stats.plots import draw
from monitor.stats.report_formats import render_report
from monitor.stats.trends import count_trends, proven_rules

NASTY = '=HYPERLINK("https://x.example","$x_{2}") <script>alert(1)</script> & ข่าว'
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def made(items: int = 30) -> MonthlyReport:
    """A month of an outlet with a name like an attack, and of one without."""
    every = [
        CountedItem(
            f"i{n}",
            NASTY if n % 2 else "Echo",
            NOON + timedelta(days=n % 30),
            True,
            {
                "form": ("forced_labour",),
                "place": (("TH", "GH", "CI")[n % 3],),
                "response": ("prosecution", "protection") if n % 3 else ("prevention",),
                "victim": ("adult",),
            },
            (CountedFlag("a-rule", right=True),) if n % 4 == 0 else (),
        )
        for n in range(items)
    ]
    days = [date(2026, 11, 1) + timedelta(days=n) for n in range(30)]
    basis = proven_rules("g@1", {})
    trends = count_trends(
        every,
        story_of={},
        stored=dict.fromkeys(days, 9),
        changes=[FeedChange("https://e.example/rss", NASTY, "Echo", NOON, True)],
        basis=basis,
        zone=ZoneInfo("UTC"),
        stamps=("m@1",),
        until=date(2026, 12, 1),
    )
    outlets = list_outlets(every, {}, {"Echo": 150, NASTY: 120} if items else {})
    cards = [score_outlet(one, every, {}, basis) for one in outlets]
    return make_report(
        trends, outlets, cards, title="A month", gaps=("Missed: too few to say",), rules={}
    )


@pytest.fixture(name="report", scope="module")
def _report() -> MonthlyReport:
    return made()


@pytest.fixture(name="text", scope="module")
def _text(report: MonthlyReport) -> str:
    return render_report(report, "html").decode()


def test_the_page_has_a_table_for_every_plot_and_runs_nothing(
    report: MonthlyReport, text: str
) -> None:
    page = html.fromstring(text)
    sections = page.xpath("//section")
    assert [s.xpath("string(h2)") for s in sections] == [one.title for one in report.sections]
    for section in sections:
        assert len(section.xpath(".//figure")) <= len(section.xpath(".//table"))
    assert len(page.xpath("//figure")) == 8
    assert page.xpath("//script") == []
    assert not re.search(r"\son\w+=|javascript:|src=|url\((?!#)", text)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert NASTY in [cell.text_content() for cell in page.xpath("//th[@scope='row']")]
    assert "Coverage, not incidence" in page.xpath("string(//header)")
    assert all("Coverage, not incidence" in c.text_content() for c in page.xpath("//figcaption"))
    assert "too few to say" in page.xpath("string(//footer)")


def test_plots_are_told_apart_without_colour(text: str) -> None:
    balance = next(s for s in text.split("<figure>") if "Balance by country" in s[:200])
    assert "<pattern" in balance
    colours = set(re.findall(r"#[0-9a-f]{6}", text.split("<main>")[1]))
    assert all(c[1:3] == c[3:5] == c[5:7] for c in colours), "greys only"


def test_the_same_plot_is_the_same_bytes(report: MonthlyReport, text: str) -> None:
    bars = next(s.bars for s in report.sections if s.title == "Balance by country")
    assert bars is not None
    assert draw(bars, "svg").decode() in text


def test_the_document_reads_back(report: MonthlyReport) -> None:
    document = docx.Document(io.BytesIO(render_report(report, "docx")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "Coverage, not incidence" in text
    assert len(document.inline_shapes) == 8
    assert NASTY in [
        table.cell(r, 0).text for table in document.tables for r in range(3) if r < len(table.rows)
    ]
    descriptions = document.element.xpath("//wp:docPr/@descr")
    assert len(descriptions) == 8
    assert document.tables[0].cell(1, 0).text == "2026-11-01"


def test_the_workbook_reads_back_and_holds_no_formula(report: MonthlyReport) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_report(report, "xlsx")))
    assert len(book.sheetnames) == 1 + len(report.sections)
    kinds = {
        cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value
    }
    assert kinds == {"s", "n"}
    outlets = [cell.value for cell in book["Outlets"]["A"]]
    assert NASTY in outlets
    days = book["By day"]
    assert [cell.value for cell in days[1]][:3] == ["day", "stored", "items"]
    assert sum(days.cell(row, 3).value for row in range(2, 32)) == 30
    assert all(cell.hyperlink is None for sheet in book for row in sheet for cell in row)
    assert "Coverage, not incidence" in str([c.value for c in days["A"]])


def test_a_month_without_anything_is_told_too() -> None:
    empty = made(items=0)
    assert "0 items of 270 stored" in empty.notes[1]
    for kind in ("html", "docx", "xlsx"):
        assert render_report(empty, kind)
