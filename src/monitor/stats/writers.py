"""A report as the content of a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from monitor.stats.monthly_report import Report
from monitor.stats.report_formats import write_page
from monitor.stats.sheet import write_workbook
from monitor.stats.word import write_document

ReportFormat = Literal["html", "docx", "xlsx"]
FORMATS: tuple[ReportFormat, ...] = ("html", "docx", "xlsx")
_WRITERS: Mapping[ReportFormat, Callable[[Report], bytes]] = {
    "html": write_page,
    "docx": write_document,
    "xlsx": write_workbook,
}


def render_report(report: Report, format: ReportFormat) -> bytes:
    """Return a report as the content of an .html, .docx or .xlsx file."""
    return _WRITERS[format](report)
