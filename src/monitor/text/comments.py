"""What stands in a Markdown or HTML file beside the text that a reader sees."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.spans import Stretch


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment from `start` to `end` of the source file, and its `text` between the marks.

    `block` is the span in the visible text of the block it stands in (a paragraph, a heading, an
    item of a list, a cell) or, where it stands alone, of the next one; `None` where none follows.
    """

    start: int
    end: int
    text: str
    block: Stretch | None
