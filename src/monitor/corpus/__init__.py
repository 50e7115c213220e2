"""Stored judgements -> files for research: `jsonl` whole, `csv` as a table."""

from monitor.corpus.export import ExportFormat, ExportReport, export
from monitor.corpus.record import TextDegree
from monitor.corpus.table import unguard

__all__ = ["ExportFormat", "ExportReport", "TextDegree", "export", "unguard"]
