"""Which articles tell the same event, so that a wire report printed by twenty outlets is read once.

An article joins the story whose articles it is most alike, on average, or begins one; the order is
that of first sight, and a story keeps the id of its first article for ever.
What was measured, and how to repeat it: models/measurements.md, "Stories".
"""

from __future__ import annotations

from monitor.stamps import make_stamp
from monitor.stories.compare import Change, Outlet, changes_of, compare_story, flags_of
from monitor.stories.fingerprint import (
    Fingerprint,
    make_fingerprint,
    read_fingerprint,
    write_fingerprint,
)
from monitor.stories.group import as_stories, enough_keys, group_stories
from monitor.stories.match import choose_story, window
from monitor.stories.words import FREQUENCIES

NAME, VERSION = "stories", "2.0.0"

__all__ = [
    "Change",
    "Fingerprint",
    "Outlet",
    "as_stories",
    "changes_of",
    "choose_story",
    "compare_story",
    "enough_keys",
    "flags_of",
    "group_stories",
    "make_fingerprint",
    "read_fingerprint",
    "stories_stamp",
    "window",
    "write_fingerprint",
]


def stories_stamp() -> str:
    """Return the stamp of the rule that joins articles."""
    return make_stamp(NAME, VERSION, "stories", files=[FREQUENCIES])
