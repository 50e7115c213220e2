"""The report as a .docx document."""

from __future__ import annotations

import io
import re
from typing import Any

from monitor.stats.monthly_report import ROWS, Cell, Report, Section
from monitor.stats.plots import draw

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_document(report: Report) -> bytes:
    """Return the document; plots are pictures with the words of their tables as alternative."""
    import docx

    document = docx.Document()
    document.core_properties.title = _clean(f"{report.title}: {report.period}")
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.add_heading(_clean(report.title), 0)
    document.add_paragraph(_clean(report.period))
    for note in report.notes:
        document.add_paragraph(_clean(note))
    for section in report.sections:
        _add_section(document, section, report.notes[0])
    document.add_heading("What it rests on", 1)
    for line in report.foot:
        document.add_paragraph(_clean(line))
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_section(document: Any, section: Section, caption: str) -> None:
    from docx.shared import Cm

    document.add_heading(section.title, 1)
    for note in section.notes:
        document.add_paragraph(_clean(note))
    if section.bars is not None:
        picture = document.add_picture(io.BytesIO(draw(section.bars, "png")), width=Cm(16))
        said = f"Plot: {section.title}. Its figures are in the table below."
        picture._inline.docPr.set("descr", said)  # noqa: SLF001 - python-docx has no other way
        document.add_paragraph(f"{section.title}. {caption}")
    rows = section.rows if section.title == "By day" else section.rows[:ROWS]
    if not rows:
        return
    table = document.add_table(1, len(section.columns), style="Table Grid")
    _fill(table.rows[0], section.columns)
    for row in rows:
        _fill(table.add_row(), row)
    if len(rows) < len(section.rows):
        document.add_paragraph(
            f"The first {len(rows)} of {len(section.rows)}; the workbook has all."
        )


def _fill(row: Any, cells: tuple[Cell, ...]) -> None:
    for place, cell in zip(row.cells, cells, strict=True):
        place.text = _clean(str(cell))


def _clean(text: str) -> str:
    """Replace what XML cannot hold."""
    return _NO_XML.sub("\ufffd", text)
