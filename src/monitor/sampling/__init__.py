"""What the desk misses, estimated: a few articles below the threshold are drawn and looked at.

Pure arithmetic: `draw_sample` for a day, `estimate_missed` over the days of a window.
"""

from monitor.sampling.draw import CUTS, allocate, draw_sample
from monitor.sampling.elsewhere import CASES_NEEDED, Share, share_had
from monitor.sampling.estimate import (
    NARROW,
    WINDOW_DAYS,
    Looked,
    estimate_missed,
    needed_a_day,
    pool,
    window,
)
from monitor.sampling.words import UNIVERSE, gaps

__all__ = [
    "CASES_NEEDED",
    "CUTS",
    "NARROW",
    "UNIVERSE",
    "WINDOW_DAYS",
    "Looked",
    "Share",
    "allocate",
    "draw_sample",
    "estimate_missed",
    "gaps",
    "needed_a_day",
    "pool",
    "share_had",
    "window",
]
