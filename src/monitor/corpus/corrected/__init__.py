"""Corrected annotations that come back from a tool, read and compared with what was exported."""

from monitor.corpus.corrected.compare import Changes, Spot, compare, confirmed
from monitor.corpus.corrected.reading import CorrectedFormat, read_corrected
from monitor.corpus.corrections import Corrected, Place

__all__ = [
    "Changes",
    "Corrected",
    "CorrectedFormat",
    "Place",
    "Spot",
    "compare",
    "confirmed",
    "read_corrected",
]
