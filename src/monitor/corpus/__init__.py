"""Stored articles -> files for research: `jsonl` and `parquet` whole, `csv` as tables."""

from monitor.corpus.cells import unguard
from monitor.corpus.error_rates import error_rates, masking_rates
from monitor.corpus.exporter import ExportReport, export, need_format
from monitor.corpus.identification_risk import Guard
from monitor.corpus.key_file import key_path
from monitor.corpus.publication import QUOTE_SHARE, QUOTE_WORDS, Policy
from monitor.corpus.record import record_schema
from monitor.types import ExportFormat, TextDegree

__all__ = [
    "QUOTE_SHARE",
    "QUOTE_WORDS",
    "ExportFormat",
    "ExportReport",
    "Guard",
    "Policy",
    "TextDegree",
    "error_rates",
    "export",
    "key_path",
    "masking_rates",
    "need_format",
    "record_schema",
    "unguard",
]
