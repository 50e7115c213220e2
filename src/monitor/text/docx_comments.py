"""Puts what a check found into the Word file, as comments; all else in it stays as it is.

Sets comment marks into a Word document exactly around words, splitting runs where need be.

The comments of a Word file: which are ours, taking those out, adding new ones.

Word keeps them in up to five parts. The text is in one; who answered whom and what is resolved, and
two kinds of lasting ids, are in others, by the id of a comment's last paragraph.
"""

from __future__ import annotations

import copy
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count, pairwise
from typing import Any

from monitor.records.errors import UsageError
from monitor.text.docx_package import CONTENT_TYPES, OPC, RELATIONSHIP, TYPES, W, WordPackage
from monitor.text.docx_reader import ALTERNATE, Place, TextNode, WordText, read_word, style_names

AUTHOR = "monitor"
WHOLE = "the draft as a whole"
_PLACES: Mapping[Place, str] = {
    "body": "In these words:",
    "text box": "In the text box:",
    "footnote": "In the footnote:",
    "endnote": "In the endnote:",
    "picture": "In the picture’s description:",
}
_Range = tuple[int, int]


def comment_docx(data: bytes, document: Mapping[str, Any], *, author: str, now: datetime) -> bytes:
    """Return the Word file `data` with a comment at each finding of `document`, its check.

    What the scorecard misses is one comment at the headline, else at the first paragraph. Comments
    that `author` made on an earlier run are replaced, save those that were resolved or answered,
    which are not repeated. Where there is nothing to change the same bytes are returned.

    Raises `DocumentError` as reading does, and `UsageError` if `document` is of another file.
    """
    package = WordPackage(data)
    word = read_word(package)
    findings = _findings(word, document)
    root = package.tree(package.main)
    comments = Comments(package, author)
    ours, kept = comments.split_ours()
    gone = comments.remove(ours)
    _remove_marks(root, gone)
    anchors = Anchors(root, word.pieces)
    known = _KeptFindings(root, kept)
    wanted = [f for f in findings if not known.has(f["rule"], f["match"], anchors, _span(f))]
    missed = [item for item in _missed(document) if item["item"] not in known.items]
    if not (wanted or missed or gone):
        return data
    spans = [_span(finding) for finding in wanted]
    lines = [_lines(finding, anchors) for finding in wanted]
    if missed:
        spans.insert(0, _opening(word))
        lines.insert(0, _whole_lines(missed))
    for span in spans:
        for edge in span:
            anchors.cut(edge)
    number = comments.first_free(root)
    for n, comment in enumerate(lines, number):
        comments.add(str(n), comment, now)
    # From the last to the first: where several end together their signs stand in order.
    for n, (start, end) in reversed(list(enumerate(spans, number))):
        anchors.mark(start, end, str(n), comments.sign_look())
    return package.save({package.main: root, **comments.changed})


def _findings(word: WordText, document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the findings in order of place; refuse those of another text."""
    findings = [f for f in document.get("findings", ()) if f["field"] == "text"]
    for finding in findings:
        start, end = _span(finding)
        if start >= end or word.text[start:end] != finding["match"]:
            raise UsageError("the findings are not of this file")
    return sorted(findings, key=lambda f: (f["start"], -f["end"]))


def _missed(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [item for item in document.get("scorecard", ()) if item["met"] is False]


def _span(finding: Mapping[str, Any]) -> _Range:
    return finding["start"], finding["end"]


def _opening(word: WordText) -> _Range:
    """Return the span of the headline, else of the first paragraph."""
    if word.headline is not None:
        return word.headline
    return 0, len(word.text.partition("\n\n")[0])


def _lines(finding: Mapping[str, Any], anchors: Anchors) -> Iterator[CommentLine]:
    if not anchors.is_exact(*_span(finding)):
        place = anchors.first(finding["start"]).place
        yield CommentLine(f"“{finding['match']}”", _PLACES[place])
    yield CommentLine(finding["message"])
    yield from (CommentLine(reason, "Why:") for reason in finding["why"].splitlines())
    yield from (CommentLine(wording, "Better:") for wording in finding["suggestions"])
    for source in finding["sources"]:
        said = ", ".join(part for part in (source["title"], source["section"]) if part)
        yield CommentLine(said, "Source:", source["url"])
    quoted = "" if finding["quoted"] == "no" else f", in an {finding['quoted']} quotation"
    quoted = quoted.replace("an scare", "a scare")
    guideline = f", {finding['guideline']}" if finding.get("guideline") else ""
    yield CommentLine(f"Rule: {finding['rule']} ({finding['severity']}{quoted}{guideline})")


def _whole_lines(missed: Sequence[Mapping[str, Any]]) -> Iterator[CommentLine]:
    yield CommentLine(f"Worth considering for {WHOLE}:")
    yield from (CommentLine(item["reason"], f"{item['item']}:") for item in missed)
    yield CommentLine(f"Rule: {', '.join(item['item'] for item in missed)}")


def _remove_marks(root: Any, ids: set[str]) -> None:
    """Take the marks of comments out, and the runs that had nothing else."""
    if not ids:
        return
    for mark in [e for e in root.iter(START, END, REFERENCE) if e.get(ID) in ids]:
        run = mark.getparent()
        if mark.tag == REFERENCE and all(e.tag == W + "rPr" for e in run if e is not mark):
            drop(run)
        else:
            drop(mark)


class _KeptFindings:
    """What comments of ours that stay already say, and around which elements."""

    def __init__(self, root: Any, kept: Sequence[KeptComment]) -> None:
        self.items = {rule for k in kept if WHOLE in k.text for rule in k.rules}
        self._kept = {k.id: k for k in kept if WHOLE not in k.text}
        self._around: dict[Any, list[KeptComment]] = {}
        if not self._kept:
            return
        opened: set[str] = set()
        for element in root.iter():
            if element.tag in (START, END) and element.get(ID) in self._kept:
                (opened.add if element.tag == START else opened.discard)(element.get(ID))
            elif opened:
                self._around[element] = [self._kept[number] for number in sorted(opened)]

    def has(self, rule: str, match: str, anchors: Anchors, span: _Range) -> bool:
        """Whether one of them stands at a finding and is of its rule."""
        node, _ = anchors.target(*span)
        is_exact = anchors.is_exact(*span)
        return any(
            rule in kept.rules and (is_exact or f"“{match}”" in kept.text)
            for kept in self._around.get(node, ())
        )


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

    def __init__(self, root: Any, pieces: tuple[TextNode, ...]) -> None:
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
        left = TextNode(piece.start, at, piece.node, piece.offset, piece.place)
        rest = TextNode(at, piece.end, right, 0, piece.place)
        # White space at a paragraph's edge is in no piece: then one of the two has nothing.
        halves = [half for half in (left, rest) if half.start < half.end]
        self._pieces[index : index + 1] = halves
        self._starts[index : index + 1] = [half.start for half in halves]

    def first(self, start: int) -> TextNode:
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


INITIALS = "mon"
RULE_LINE = re.compile(r"^Rule: ([\w./-]+(?:, [\w./-]+)*)", re.MULTILINE)
"""How a comment of ours says what it is about; read back on the next run."""

_KIND = f"{RELATIONSHIP}/comments"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml"
_LINK = f"{RELATIONSHIP}/hyperlink"
_R_ID = f"{{{RELATIONSHIP}}}id"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_CID = "{http://schemas.microsoft.com/office/word/2016/wordml/cid}"
_CEX = "{http://schemas.microsoft.com/office/word/2018/wordml/cex}"
_EXTENDED = "http://schemas.microsoft.com/office/2011/relationships/commentsExtended"
_IDS = "http://schemas.microsoft.com/office/2016/09/relationships/commentsIds"
_EXTENSIBLE = "http://schemas.microsoft.com/office/2018/08/relationships/commentsExtensible"
# What XML cannot hold, whatever a guideline or a draft says.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WEB = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CommentLine:
    """A paragraph of a comment: what stands before in bold, the words, the address they lead to."""

    text: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class KeptComment:
    """A comment of ours that stays, resolved or answered: its rules and its text."""

    id: str
    rules: frozenset[str]
    text: str


class Comments:
    """The comments of a package; `changed` are the parts to save."""

    def __init__(self, package: WordPackage, author: str) -> None:
        self._package = package
        self._author = author
        self._name = package.find(_KIND)
        self._root: Any = package.tree(self._name) if self._name else None
        self.changed: dict[str, Any] = {}
        self._links: dict[str, str] = {}
        names = {name: style for style, name in style_names(package).items()}
        self._text_style = names.get("annotation text", "")
        self._sign_style = names.get("annotation reference", "")

    def split_ours(self) -> tuple[list[Any], list[KeptComment]]:
        """Return our comments that are to go, and those that stay: resolved, or answered."""
        if self._root is None:
            return [], []
        extended = self._package.part(_EXTENDED)
        states = [] if extended is None else list(extended.iter(_W15 + "commentEx"))
        settled = {s.get(_W15 + "paraId") for s in states if s.get(_W15 + "done") in ("1", "true")}
        settled |= {s.get(_W15 + "paraIdParent") for s in states}
        going: list[Any] = []
        kept: list[KeptComment] = []
        for comment in self._root.iter(W + "comment"):
            text = _text_of(comment)
            rules = RULE_LINE.findall(text)
            if comment.get(W + "author") != self._author or not rules:
                continue
            if _paragraph_ids(comment) & settled:
                named = frozenset(rules[-1].split(", "))
                kept.append(KeptComment(comment.get(W + "id", ""), named, text))
            else:
                going.append(comment)
        return going, kept

    def remove(self, comments: Sequence[Any]) -> set[str]:
        """Take comments out of all parts; return their ids, whose marks are then to go too."""
        if not comments or self._name is None:
            return set()
        paragraphs = set().union(*map(_paragraph_ids, comments))
        links = {e.get(_R_ID) for c in comments for e in c.iter(W + "hyperlink")}
        for comment in comments:
            drop(comment)
        self.changed[self._name] = self._root
        self._forget(_EXTENDED, _W15 + "commentEx", _W15 + "paraId", paragraphs)
        gone = self._forget(_IDS, _CID + "commentId", _CID + "paraId", paragraphs)
        lasting = {entry.get(_CID + "durableId") for entry in gone}
        self._forget(_EXTENSIBLE, _CEX + "commentExtensible", _CEX + "durableId", lasting)
        self._forget_links(links - {e.get(_R_ID) for e in self._root.iter(W + "hyperlink")})
        return {comment.get(W + "id", "") for comment in comments}

    def first_free(self, root: Any) -> int:
        """Return a number above those of all comments, and of all marks in the document `root`."""
        marks = (W + "commentRangeStart", W + "commentRangeEnd", W + "commentReference")
        found = [e.get(W + "id", "") for e in root.iter(*marks)]
        if self._root is not None:
            found += [e.get(W + "id", "") for e in self._root.iter(W + "comment")]
        return 1 + max((int(n) for n in found if n.isdecimal()), default=-1)

    def add(self, number: str, lines: Iterable[CommentLine], now: datetime) -> None:
        """Add a comment; its marks are to be set with the same `number`."""
        self._open()
        date = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = make("comment", id=number, author=self._author, date=date, initials=INITIALS)
        sign = make("r")
        sign.append(self.sign_look())
        sign.append(make("annotationRef"))
        for line in lines:
            paragraph = make("p")
            if self._text_style:
                look = make("pPr")
                look.append(make("pStyle", val=self._text_style))
                paragraph.append(look)
            if len(comment) == 0:
                paragraph.append(sign)
            paragraph.extend(self._runs(line))
            comment.append(paragraph)
        self._root.append(comment)

    def sign_look(self) -> Any:
        """Return the properties of the run that has a comment's sign."""
        look = make("rPr")
        is_named = self._sign_style
        look.append(make("rStyle", val=is_named) if is_named else make("sz", val="16"))
        return look

    def _runs(self, line: CommentLine) -> Iterator[Any]:
        if line.label:
            yield _run(line.label + " ", make("b"))
        if not _WEB.match(line.url):
            yield _run(line.text)
            return
        link = make("hyperlink")
        link.set(_R_ID, self._link(line.url))
        link.append(_run(line.text, make("color", val="0563C1"), make("u", val="single")))
        yield link

    def _open(self) -> None:
        """Make sure that there is a part for comments, and that it is to be saved."""
        if self._name is None:
            self._name = self._free_name()
            self._root = make("comments")
            self._relate(self._package.main, _KIND, posixpath.basename(self._name))
            types = self._package.tree(CONTENT_TYPES)
            _child(types, TYPES + "Override", PartName=f"/{self._name}", ContentType=_TYPE)
            self.changed[CONTENT_TYPES] = types
        self.changed[self._name] = self._root

    def _free_name(self) -> str:
        folder = posixpath.dirname(self._package.main)
        names = ("comments.xml", *(f"comments{n}.xml" for n in range(2, 5_002)))
        paths = (posixpath.join(folder, name) for name in names)
        return next(path for path in paths if not self._package.has(path))

    def _link(self, url: str) -> str:
        """Return the id of the relationship to an address; the same one each time."""
        assert self._name is not None
        if url not in self._links:
            url_or_not = _NO_XML.sub("", url)
            self._links[url] = self._relate(self._name, _LINK, url_or_not, is_outside=True)
        return self._links[url]

    def _relate(self, source: str, kind: str, target: str, *, is_outside: bool = False) -> str:
        """Add a relationship of a part; return its id."""
        name = WordPackage.rels_name(source)
        if name in self.changed:
            root = self.changed[name]
        elif self._package.has(name):
            root = self._package.tree(name)
        else:
            root = _relationships()
        self.changed[name] = root
        taken = {relation.get("Id") for relation in root}
        free = next(f"rIdM{n}" for n in range(1, len(taken) + 2) if f"rIdM{n}" not in taken)
        outside = {"TargetMode": "External"} if is_outside else {}
        _child(root, OPC + "Relationship", Id=free, Type=kind, Target=target, **outside)
        return free

    def _forget(self, kind: str, tag: str, key: str, values: set[Any]) -> list[Any]:
        """Take the entries about `values` out of a part beside; return them."""
        name = self._package.find(kind)
        root = self._package.tree(name) if name else None
        found = [] if root is None else [e for e in root.iter(tag) if e.get(key) in values]
        for entry in found:
            drop(entry)
        if found and name:
            self.changed[name] = root
        return found

    def _forget_links(self, ids: set[Any]) -> None:
        assert self._name is not None
        name = WordPackage.rels_name(self._name)
        if not self._package.has(name):
            return
        root = self._package.tree(name)
        found = [relation for relation in root if relation.get("Id") in ids]
        for relation in found:
            drop(relation)
        if found:
            self.changed[name] = root


def _run(text: str, *looks: Any) -> Any:
    run = make("r")
    if looks:
        properties = make("rPr")
        properties.extend(looks)
        run.append(properties)
    words = make("t")
    words.text = " ".join(_NO_XML.sub("", text).splitlines())
    words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    run.append(words)
    return run


def _child(parent: Any, tag: str, **attributes: str) -> None:
    from lxml import etree

    etree.SubElement(parent, tag, attributes)


def _relationships() -> Any:
    from lxml import etree

    return etree.Element(OPC + "Relationships", nsmap={None: OPC[1:-1]})


def _paragraph_ids(comment: Any) -> set[str]:
    return {p.get(_W14 + "paraId") for p in comment.iter(W + "p")} - {None}


def _text_of(comment: Any) -> str:
    paragraphs = ("".join(t.text or "" for t in p.iter(W + "t")) for p in comment.iter(W + "p"))
    return "\n".join(paragraphs)
