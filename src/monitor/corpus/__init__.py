"""Stored articles -> files for research: `jsonl` and `parquet` whole, `csv` as tables."""

from monitor.corpus.cells import unguard
from monitor.corpus.error_rates import error_rates
from monitor.corpus.export import ExportFormat, ExportReport, export
from monitor.corpus.publish import Policy, TextDegree
from monitor.corpus.record import record_schema

__all__ = [
    "ExportFormat",
    "ExportReport",
    "Policy",
    "TextDegree",
    "error_rates",
    "export",
    "record_schema",
    "unguard",
]
