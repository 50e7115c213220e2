"""Which articles tell the same event, so that a wire report printed by twenty outlets is read once.

An article joins the story whose articles it is most alike, on average, or begins one; the order is
that of first sight, and a story keeps the id of its first article for ever.
What was measured, and how to repeat it: models/measurements.md, "Stories".
"""

from __future__ import annotations
