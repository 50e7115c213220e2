"""The monthly report as a web page, a workbook (.xlsx) or a Word document (.docx).

Text is written as text: a name that begins like a formula, or looks like a link, stays what it is.
"""

from __future__ import annotations

import io
import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from monitor.stats.monthly_report import ROWS, Cell, MonthlyReport, ReportSection
from monitor.stats.plots import draw

if TYPE_CHECKING:
    from jinja2 import Template


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.stats"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def write_page(report: MonthlyReport) -> bytes:
    """Return the page, UTF-8."""
    plots = {s.title: draw(s.bars, "svg").decode() for s in report.sections if s.bars}
    page = _template().render(report=report, plots=plots, rows=ROWS)
    return page.encode("utf-8", "replace")


_PATTERNS = ("solid", "wide_upward_diagonal", "dotted_grid", "diagonal_cross")
_SHADES = ("#595959", "#000000", "#000000", "#000000")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NO_NAME = re.compile(r"[\[\]:*?/\\]")


def write_workbook(report: MonthlyReport) -> bytes:
    """Return the workbook: one sheet for what it is and rests on, one for each section."""
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        about = book.add_worksheet("About")
        about.set_column(0, 0, 100)
        lines = (report.title, report.period, *report.notes, *report.foot)
        for place, line in enumerate(lines):
            about.write_string(place, 0, _clean(line), bold if place == 0 else wrap)
        for section in report.sections:
            _add_sheet(book, section, report.notes[0], bold)
    return file.getvalue()


def _add_sheet(book: Any, section: ReportSection, caption: str, bold: Any) -> None:
    name = _NO_NAME.sub(" ", section.title)[:31]
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, len(section.columns), 16)
    for place, column in enumerate(section.columns):
        sheet.write_string(0, place, column, bold)
    for number, row in enumerate(section.rows, 1):
        for place, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(number, place, _clean(cell))
            else:
                sheet.write_number(number, place, cell)
    sheet.freeze_panes(1, 0)
    last = len(section.rows) + 2
    for place, note in enumerate((caption, *section.notes)):
        sheet.write_string(last + place, 0, _clean(note))
    if (bars := section.bars) is None:
        return
    # a chart of the columns that the plot has, where they are numbers
    numbers = [section.columns.index(title) for title, _ in bars.series]
    if not all(isinstance(section.rows[0][at], int) for at in numbers):
        return
    chart = book.add_chart({"type": "bar" if bars.across else "column"})
    rows = len(bars.labels)
    for place, at in enumerate(numbers):
        filled = {"pattern": _PATTERNS[place], "fg_color": _SHADES[place], "bg_color": "#FFFFFF"}
        style = {"fill": {"color": _SHADES[0]}} if place == 0 else {"pattern": filled}
        chart.add_series(
            {
                "name": [name, 0, at],
                "categories": [name, 1, 0, rows, 0],
                "values": [name, 1, at, rows, at],
                "border": {"color": "#000000"},
                **style,
            }
        )
    chart.set_title({"name": section.title})
    if bars.across:
        chart.set_y_axis({"reverse": True})
    sheet.insert_chart(1, len(section.columns) + 1, chart)


def _clean(text: str) -> str:
    """Replace what XML cannot hold; a cell of a workbook takes 32,767 characters."""
    return _NO_XML.sub("\ufffd", text)[:32_767]


def write_document(report: MonthlyReport) -> bytes:
    """Return the document; plots are pictures with the words of their tables as alternative."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    document.core_properties.title = _clean(f"{report.title}: {report.period}")
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(_clean(report.title), 0)

    def write(*lines: str) -> None:
        for line in lines:
            document.add_paragraph(_clean(line))

    write(report.period, *report.notes)
    for section in report.sections:
        document.add_heading(section.title, 1)
        write(*section.notes)
        if section.bars is not None:
            picture = document.add_picture(io.BytesIO(draw(section.bars, "png")), width=Cm(16))
            said = f"Plot: {section.title}. Its figures are in the table below."
            picture._inline.docPr.set("descr", said)  # noqa: SLF001 - python-docx has no other way
            document.add_paragraph(f"{section.title}. {report.notes[0]}")
        rows = section.rows if section.title == "By day" else section.rows[:ROWS]
        if not rows:
            continue
        table = document.add_table(1, len(section.columns), style="Table Grid")
        _fill(table.rows[0], section.columns)
        for row in rows:
            _fill(table.add_row(), row)
        if len(rows) < len(section.rows):
            write(f"The first {len(rows)} of {len(section.rows)}; the workbook has all.")
    document.add_heading("What it rests on", 1)
    write(*report.foot)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _fill(row: Any, cells: tuple[Cell, ...]) -> None:
    for place, cell in zip(row.cells, cells, strict=True):
        place.text = _clean(str(cell))


ReportFormat = Literal["html", "docx", "xlsx"]
FORMATS: tuple[ReportFormat, ...] = get_args(ReportFormat)


def render_report(report: MonthlyReport, format: ReportFormat) -> bytes:
    """Return a report as the content of an .html, .docx or .xlsx file."""
    writers = {"html": write_page, "docx": write_document, "xlsx": write_workbook}
    return writers[format](report)
