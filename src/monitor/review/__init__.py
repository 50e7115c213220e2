"""What the desk misses, estimated: a few articles below the threshold are drawn and looked at.

Pure arithmetic: `draw_sample` for a day, `estimate_missed` over the days of a window.
"""
