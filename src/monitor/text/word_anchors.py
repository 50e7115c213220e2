"""Sets comment marks into a Word document exactly around words, splitting runs where need be."""

from __future__ import annotations

import copy
from bisect import bisect_right
from collections.abc import Iterator
from itertools import count, pairwise
from typing import Any

from monitor.text.docx_package import W
from monitor.text.docx_reader import ALTERNATE, Piece

START, END = W + "commentRangeStart", W + "commentRangeEnd"
REFERENCE, ID = W + "commentReference", W + "id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def make(tag: str, **attributes: str) -> Any:
    """Return a new element `w:tag` with attributes of the same namespace."""
    from lxml import etree

    element = etree.Element(W + tag, nsmap={"w": W[1:-1]})
    for name, value in attributes.items():
        element.set(W + name, value)
    return element


def drop(element: Any) -> None:
    """Take an element out of its parent, and leave the white space behind it."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def home_of(node: Any) -> tuple[Any, bool]:
    """Return the element that a comment on `node` goes around, and whether it can be split.

    It can where it is the run whose child `node` is. Word has no comments inside text boxes,
    drawings and phonetic guides: there it is the whole run.
    """
    path = [node, *node.iterancestors()]
    outermost = max((i for i, e in enumerate(path) if e.tag == W + "p"), default=len(path))
    run = node.getparent()
    for element in reversed(path[1:outermost]):
        if element is run and element.tag == W + "r":
            return run, True
        if element.tag in (W + "r", ALTERNATE):
            return element, False
    return node, False


class Anchors:
    """The pieces of a document's text, cut finer as marks are set.

    Set all cuts first (`cut`), then the marks (`mark`), in any order.
    """

    def __init__(self, root: Any, pieces: tuple[Piece, ...]) -> None:
        self._root = root
        self._pieces = list(pieces)
        self._starts = [piece.start for piece in pieces]
        self._ids: Iterator[int] | None = None

    def cut(self, at: int) -> None:
        """Split the text element that `at` is inside of, if a comment may go there."""
        index = bisect_right(self._starts, at) - 1
        piece = self._pieces[index] if index >= 0 else None
        if piece is None or at > piece.end or piece.place != "body" or piece.node.tag != W + "t":
            return
        inside = piece.offset + at - piece.start
        if not 0 < inside < len(piece.node.text or "") or not home_of(piece.node)[1]:
            return
        right = _cut_text(piece.node, inside)
        left = Piece(piece.start, at, piece.node, piece.offset, piece.place)
        rest = Piece(at, piece.end, right, 0, piece.place)
        # White space at a paragraph's edge is in no piece: then one of the two has nothing.
        halves = [half for half in (left, rest) if half.start < half.end]
        self._pieces[index : index + 1] = halves
        self._starts[index : index + 1] = [half.start for half in halves]

    def first(self, start: int) -> Piece:
        """Return the piece that has the character at `start`, else the next one."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or self._pieces[index].end <= start:
            index += 1
        return self._pieces[min(index, len(self._pieces) - 1)]

    def target(self, start: int, end: int) -> tuple[Any, Any]:
        """Return first and last element that a comment on the span goes around: not yet split."""
        first, last = self.first(start), self.first(max(start, end - 1))
        nodes = [
            piece.node if piece.reference is None else piece.reference for piece in (first, last)
        ]
        if first.place != last.place or first.reference is not last.reference:
            nodes[1] = nodes[0]
        return nodes[0], nodes[1]

    def is_exact(self, start: int, end: int) -> bool:
        """Whether a comment on the span goes around its words and nothing else."""
        first, last = self.first(start), self.first(max(start, end - 1))
        return all(p.place == "body" and home_of(p.node)[1] for p in (first, last))

    def mark(self, start: int, end: int, comment: str, look: Any) -> None:
        """Put the marks of a comment around the span; `look` are the properties of its sign."""
        first, last = self.target(start, end)
        begin = self._whole(first, before=True)
        finish = self._whole(last, before=False)
        _outward(begin, before=True).addprevious(make("commentRangeStart", id=comment))
        closing = make("commentRangeEnd", id=comment)
        _outward(finish, before=False).addnext(closing)
        sign = make("r")
        sign.append(copy.deepcopy(look))
        sign.append(make("commentReference", id=comment))
        _below_paragraph(closing).addnext(sign)

    def _whole(self, node: Any, *, before: bool) -> Any:
        """Return the run that starts, or ends, with `node`."""
        home, is_split = home_of(node)
        return self._split(home, node, before=before) if is_split else home

    def _split(self, run: Any, node: Any, *, before: bool) -> Any:
        """Put what stands before `node`, or behind it, into a run of its own with the same look."""
        properties = run.find(W + "rPr")
        others = [e for e in node.itersiblings(preceding=before) if e is not properties]
        if not others:
            return run
        part = make("r")
        for name, value in run.attrib.items():
            part.set(name, value)
        if properties is not None:
            part.append(self._copied(properties))
        part.extend(reversed(others) if before else others)
        (run.addprevious if before else run.addnext)(part)
        return run

    def _copied(self, properties: Any) -> Any:
        """Return a copy of a run's properties; tracked changes in it get numbers of their own."""
        new = copy.deepcopy(properties)
        new.tail = None
        for element in new.iter():
            if element.get(ID) is not None:
                if self._ids is None:
                    taken = (e.get(ID, "") for e in self._root.iter() if isinstance(e.tag, str))
                    self._ids = count(1 + max(map(int, filter(str.isdecimal, taken)), default=0))
                element.set(ID, str(next(self._ids)))
        return new


def _cut_text(node: Any, at: int) -> Any:
    """Leave the first `at` characters in a text element; return a new one with the rest."""
    right = make("t")
    for name, value in node.attrib.items():
        right.set(name, value)
    whole = node.text or ""
    node.text, right.text = whole[:at], whole[at:]
    for half, edge in ((node, whole[at - 1 : at]), (right, whole[at : at + 1])):
        if edge.isspace():
            half.set(_SPACE, "preserve")
    node.addnext(right)
    return right


def _outward(element: Any, *, before: bool) -> Any:
    """Return the outermost element in the paragraph that begins, or ends, with `element`.

    A comment on all of a link, an insertion, a content control stands around it.
    """
    while (parent := element.getparent()) is not None and parent.tag != W + "p":
        beside = element.itersiblings(preceding=before)
        if parent.tag in (W + "body", W + "tc") or any(not _is_property(e) for e in beside):
            break
        element = parent
    return element


def _is_property(element: Any) -> bool:
    """Whether an element says how its parent is, and is no content."""
    tag = element.tag
    return not isinstance(tag, str) or (tag.startswith(W) and tag.endswith(("Pr", "fldData")))


def _below_paragraph(element: Any) -> Any:
    """Return the ancestor of `element`, or itself, that stands in the paragraph directly."""
    path = [element, *element.iterancestors()]
    for child, parent in pairwise(path):
        if parent.tag == W + "p":
            return child
    return element
