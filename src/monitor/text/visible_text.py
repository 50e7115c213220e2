"""Visible text of a marked-up file, built block by block with its source map and comments."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.text.positions import Run, SourceMap, Stretch

SEPARATOR = "\n\n"
Piece = tuple[str, int, int]
"""Text, and the offset and the width of what in the source it stands for."""


class VisibleText:
    """Collects pieces of text with their place in the source.

    Blocks are separated by a blank line; white space at the edges of a block is dropped. A
    caption that comes up inside a block becomes a block of its own behind it.
    """

    def __init__(self, source: str) -> None:
        """Start an empty text made from `source`."""
        self.source = source
        self.captions: list[Stretch] = []
        self._pieces: list[str] = []
        self._runs: list[Run] = []
        self.length = 0
        """Characters so far."""
        self.is_fresh = True
        """Whether the current block has no text yet."""
        self._space: Piece | None = None
        self._later: list[list[Piece]] = []
        self._begun: int | None = None
        self._blocks: list[Stretch] = []
        self._comments: list[tuple[int, int, int]] = []

    def text(self) -> str:
        """Return the visible text."""
        return "".join(self._pieces)

    def source_map(self) -> SourceMap:
        """Return the map from the visible text to the source."""
        return SourceMap(self.source, self._runs)

    def comments(self) -> tuple[Comment, ...]:
        """Return the source's comments, each with the block that it is about."""
        blocks = [*self._blocks, *[None] * len(self._comments)]
        return tuple(
            Comment(start, end, self.source[start + 4 : end - 3], blocks[at])
            for start, end, at in self._comments
        )

    def comment(self, start: int, end: int) -> None:
        """Note the comment `<!--…-->` from `start` to `end` of the source: it is no text."""
        if self.source.startswith("<!--", start) and self.source.endswith("-->", start + 7, end):
            # The block that ends next with text in it: this one, or the first one after.
            self._comments.append((start, end, len(self._blocks)))

    def put(self, text: str, start: int, width: int) -> None:
        """Add `text` that stands for `width` source characters at `start`."""
        if not text:
            return
        if self.is_fresh and self.length:
            self._run(SEPARATOR, start, 0)
        elif self._space is not None:
            self._run(*self._space)
        self.is_fresh, self._space = False, None
        if self._begun is None:
            self._begun = self.length
        self._run(text, start, width)

    def space(self, text: str, start: int, width: int) -> None:
        """Add white space, if text of the same block stands on both sides of it."""
        if not self.is_fresh and (self._space is None or text == "\n"):
            self._space = (text, start, width)

    def end_block(self) -> None:
        """End the block; what follows is separated by a blank line."""
        self.is_fresh, self._space = True, None
        later, self._later = self._later, []
        for pieces in later:
            start = self.length + (len(SEPARATOR) if self.length else 0)
            for piece in pieces:
                self.put(*piece)
            self.captions.append((start, self.length))
            self.is_fresh = True
        if self._begun is not None:
            self._blocks.append((self._begun, self.length))
            self._begun = None

    def caption_later(self, pieces: list[Piece]) -> None:
        """Add a caption behind this block, if there is text in it."""
        if "".join(text for text, _, _ in pieces).strip():
            self._later.append(pieces)

    def _run(self, text: str, start: int, width: int) -> None:
        last = self._runs[-1] if self._runs else Run(0, 0, 0, 1)
        if len(text) == width and last.length == last.width and last.source + last.width == start:
            width += last.length
            self._runs[-1] = Run(last.visible, last.source, width, width)
        else:
            self._runs.append(Run(self.length, start, len(text), width))
        self._pieces.append(text)
        self.length += len(text)


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
