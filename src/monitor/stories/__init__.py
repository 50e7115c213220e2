"""Which articles tell the same event, so that a wire report printed by twenty outlets is read once.

An article joins the story whose articles it is most alike, on average, or begins one; the order is
that of first sight, and a story keeps the id of its first article for ever.
What was measured, and how to repeat it: models/measurements.md, "Stories".
"""

from __future__ import annotations

from monitor.records.stamps import make_stamp
from monitor.stories.clustering import as_stories, enough_keys, group_stories
from monitor.stories.match import choose_story, window
from monitor.stories.near_duplicates import (
    Fingerprint,
    make_fingerprint,
    read_fingerprint,
    write_fingerprint,
)
from monitor.stories.outlet_comparison import Change, Outlet, changes_of, compare_story, flags_of
from monitor.stories.words import FREQUENCIES

NAME, VERSION = "stories", "2.0.0"


def stories_stamp() -> str:
    """Return the stamp of the rule that joins articles."""
    return make_stamp(NAME, VERSION, "stories", files=[FREQUENCIES])
