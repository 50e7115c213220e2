"""Corrected annotations that come back from a tool, read and compared with what was exported."""

from monitor.corpus.corrected.compare import Changes, Spot, compare
from monitor.corpus.corrected.noun import Corrected, Place
from monitor.corpus.corrected.reading import CorrectedFormat, read_corrected

__all__ = ["Changes", "Corrected", "CorrectedFormat", "Place", "Spot", "compare", "read_corrected"]
