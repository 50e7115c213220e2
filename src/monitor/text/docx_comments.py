"""Comments in Word files (.docx): findings put in, and those of an earlier run taken out.

Marks are set exactly around words, splitting runs where need be; all else in the file stays as it
is. Word keeps comments in up to five parts: the text is in one; who answered whom and what is
resolved, and two kinds of lasting ids, are in others, by the id of a comment's last paragraph.
"""

from __future__ import annotations

import copy
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from itertools import count, pairwise
from operator import attrgetter
from typing import Any, NamedTuple

from monitor.records.errors import UsageError
from monitor.text.docx_package import CONTENT_TYPES, OPC, RELATIONSHIP, TYPES, W, WordPackage
from monitor.text.docx_reader import ALTERNATE, Place, TextNode, read_word, style_names
from monitor.text.positions import Stretch

AUTHOR = "monitor"
INITIALS = "mon"
WHOLE = "the draft as a whole"
RULE_LINE = re.compile(r"^Rule: ([\w./-]+(?:, [\w./-]+)*)", re.MULTILINE)
"""How a comment of ours says what it is about; read back on the next run."""
_PLACES: Mapping[Place, str] = {
    "body": "In these words:",
    "text box": "In the text box:",
    "footnote": "In the footnote:",
    "endnote": "In the endnote:",
    "picture": "In the picture’s description:",
}
_START_OF = attrgetter("start")

START, END = W + "commentRangeStart", W + "commentRangeEnd"
REFERENCE, ID = W + "commentReference", W + "id"
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
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


class CommentLine(NamedTuple):
    """A paragraph of a comment: the words, what stands before in bold, the address they lead to."""

    text: str
    label: str = ""
    url: str = ""


class KeptComment(NamedTuple):
    """A comment of ours that stays, resolved or answered: its rules and its text."""

    id: str
    rules: frozenset[str]
    text: str


def comment_docx(data: bytes, document: Mapping[str, Any], *, author: str, now: datetime) -> bytes:
    """Return the Word file `data` with a comment at each finding of `document`, its check.

    What the scorecard misses is one comment at the headline, else at the first paragraph. Comments
    that `author` made on an earlier run are replaced, save those that were resolved or answered,
    which are not repeated. Where there is nothing to change the same bytes are returned.

    Raises `DocumentError` as reading does, and `UsageError` if `document` is of another file.
    """
    package = WordPackage(data)
    word = read_word(package)
    findings = [f for f in document.get("findings", ()) if f["field"] == "text"]
    if any(f["start"] >= f["end"] or word.text[slice(*_span(f))] != f["match"] for f in findings):
        raise UsageError("the findings are not of this file")
    root = package.tree(package.main)
    comments = Comments(package, author)
    gone, kept = comments.take_ours_out()
    for mark in [e for e in root.iter(START, END, REFERENCE) if e.get(ID) in gone]:
        run = mark.getparent()
        is_alone = all(e.tag == W + "rPr" for e in run if e is not mark)
        drop(run if mark.tag == REFERENCE and is_alone else mark)
    anchors = Anchors(root, word.pieces)
    wanted = _not_said(findings, root, kept, anchors)
    spans = [_span(finding) for finding in wanted]
    lines = [_lines(finding, anchors) for finding in wanted]
    absent = (item for item in document.get("scorecard", ()) if item["met"] is False)
    said = {rule for comment in kept if WHOLE in comment.text for rule in comment.rules}
    said |= {finding["rule"] for finding in document.get("findings", ())}
    if missed := [item for item in absent if item["item"] not in said]:
        spans.insert(0, word.headline or (0, len(word.text.partition("\n\n")[0])))
        listed = [CommentLine(item["reason"], f"{item['item']}:") for item in missed]
        rule = f"Rule: {', '.join(item['item'] for item in missed)}"
        begin = CommentLine(f"Worth considering for {WHOLE}:")
        lines.insert(0, iter([begin, *listed, CommentLine(rule)]))
    if not (spans or gone):
        return data
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


def _span(finding: Mapping[str, Any]) -> Stretch:
    return finding["start"], finding["end"]


def _not_said(
    findings: Iterable[Mapping[str, Any]], root: Any, kept: Sequence[KeptComment], anchors: Anchors
) -> list[Mapping[str, Any]]:
    """Return the findings in order of place, save those that a comment which stays tells of."""
    known = {comment.id: comment for comment in kept if WHOLE not in comment.text}
    around: dict[Any, list[KeptComment]] = {}
    opened: set[str] = set()
    for element in root.iter() if known else ():
        if element.tag in (START, END) and element.get(ID) in known:
            (opened.add if element.tag == START else opened.discard)(element.get(ID))
        elif opened:
            around[element] = [known[number] for number in sorted(opened)]
    return [
        f
        for f in sorted(findings, key=lambda f: (f["start"], -f["end"]))
        if not any(
            f["rule"] in comment.rules
            and (anchors.is_exact(*_span(f)) or _wording(f) in comment.text)
            for comment in around.get(anchors.target(*_span(f))[0], ())
        )
    ]


def _lines(finding: Mapping[str, Any], anchors: Anchors) -> Iterator[CommentLine]:
    if not anchors.is_exact(*_span(finding)):
        place = anchors.first(finding["start"]).place
        yield CommentLine(_wording(finding), _PLACES[place])
    yield CommentLine(finding.get("by_place", finding["message"]))
    yield from (CommentLine(reason, "Why:") for reason in finding["why"].splitlines())
    yield from (CommentLine(wording, "Better:") for wording in finding["suggestions"])
    for source in finding["sources"]:
        said = ", ".join(part for part in (source["title"], source["section"]) if part)
        yield CommentLine(said, "Source:", source["url"])
    quoted = "" if finding["quoted"] == "no" else f", in an {finding['quoted']} quotation"
    quoted = quoted.replace("an scare", "a scare")
    guideline = f", {finding['guideline']}" if finding.get("guideline") else ""
    yield CommentLine(f"Rule: {finding['rule']} ({finding['severity']}{quoted}{guideline})")


def _wording(finding: Mapping[str, Any]) -> str:
    """Return the words flagged; of a person her number: a comment outlives a name taken out."""
    if "by_place" in finding:
        return f"person {finding['person']}" if finding["person"] else "details of a person"
    return f"“{finding['match']}”"


def make(tag: str, *children: Any, **attributes: str) -> Any:
    """Return a new element `w:tag` with attributes of the same namespace."""
    from lxml import etree

    element = etree.Element(W + tag, nsmap={"w": W[1:-1]})
    for name, value in attributes.items():
        element.set(W + name, value)
    element.extend(children)
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
    for element in reversed(path[1:outermost]):
        if element.tag in (W + "r", ALTERNATE):
            return element, element.tag == W + "r" and element is node.getparent()
    return node, False


class Anchors:
    """The pieces of a document's text, cut finer as marks are set.

    Set all cuts first (`cut`), then the marks (`mark`), in any order.
    """

    def __init__(self, root: Any, pieces: tuple[TextNode, ...]) -> None:
        self._root = root
        self._pieces = list(pieces)

    def cut(self, at: int) -> None:
        """Split the text element that `at` is inside of, if a comment may go there."""
        index = bisect_right(self._pieces, at, key=_START_OF) - 1
        piece = self._pieces[index] if index >= 0 else None
        if piece is None or at > piece.end or piece.place != "body" or piece.node.tag != W + "t":
            return
        node, inside = piece.node, piece.offset + at - piece.start
        whole = node.text or ""
        if not 0 < inside < len(whole) or not home_of(node)[1]:
            return
        right = make("t")
        right.attrib.update(node.attrib)
        node.text, right.text = whole[:inside], whole[inside:]
        for half, edge in ((node, whole[inside - 1]), (right, whole[inside])):
            if edge.isspace():
                half.set(_SPACE, "preserve")
        node.addnext(right)
        left = TextNode(piece.start, at, node, piece.offset, piece.place)
        rest = TextNode(at, piece.end, right, 0, piece.place)
        # White space at a paragraph's edge is in no piece: then one of the two has nothing.
        halves = [half for half in (left, rest) if half.start < half.end]
        self._pieces[index : index + 1] = halves

    def first(self, start: int) -> TextNode:
        """Return the piece that has the character at `start`, else the next one."""
        index = bisect_right(self._pieces, start, key=_START_OF) - 1
        if index < 0 or self._pieces[index].end <= start:
            index += 1
        return self._pieces[min(index, len(self._pieces) - 1)]

    def target(self, start: int, end: int) -> tuple[Any, Any]:
        """Return first and last element that a comment on the span goes around: not yet split."""
        first, last = self.first(start), self.first(max(start, end - 1))
        if first.reference is not None:
            return (first.reference,) * 2
        is_one = last.place == first.place and last.reference is None
        return first.node, last.node if is_one else first.node

    def is_exact(self, start: int, end: int) -> bool:
        """Whether a comment on the span goes around its words and nothing else."""
        first, last = self.first(start), self.first(max(start, end - 1))
        return all(p.place == "body" and home_of(p.node)[1] for p in (first, last))

    def mark(self, start: int, end: int, comment: str, look: Any) -> None:
        """Put the marks of a comment around the span; `look` are the properties of its sign."""
        first, last = self.target(start, end)
        begin, finish = self._whole(first, before=True), self._whole(last, before=False)
        _outward(begin, before=True).addprevious(make("commentRangeStart", id=comment))
        closing = make("commentRangeEnd", id=comment)
        _outward(finish, before=False).addnext(closing)
        path = pairwise([closing, *closing.iterancestors()])
        below = next((child for child, parent in path if parent.tag == W + "p"), closing)
        below.addnext(make("r", copy.deepcopy(look), make("commentReference", id=comment)))

    def _whole(self, node: Any, *, before: bool) -> Any:
        """Return what a comment on `node` goes around, the rest of its run put apart."""
        run, is_split = home_of(node)
        properties = run.find(W + "rPr")
        others = [e for e in node.itersiblings(preceding=before) if e is not properties]
        if is_split and others:
            part = make("r")
            part.attrib.update(run.attrib)
            if properties is not None:
                look = copy.deepcopy(properties)
                look.tail = None
                for element in look.iter():  # tracked changes in it get numbers of their own
                    if element.get(ID) is not None:
                        element.set(ID, str(next(self._ids)))
                part.append(look)
            part.extend(reversed(others) if before else others)
            (run.addprevious if before else run.addnext)(part)
        return run

    @cached_property
    def _ids(self) -> Iterator[int]:
        taken = (e.get(ID, "") for e in self._root.iter() if isinstance(e.tag, str))
        return count(1 + max(map(int, filter(str.isdecimal, taken)), default=0))


def _outward(element: Any, *, before: bool) -> Any:
    """Return the outermost element in the paragraph that begins, or ends, with `element`."""
    while (parent := element.getparent()) is not None and parent.tag != W + "p":
        tags = [e.tag for e in element.itersiblings(preceding=before) if isinstance(e.tag, str)]
        # properties say how their parent is, and are no content
        content = [t for t in tags if not (t.startswith(W) and t.endswith(("Pr", "fldData")))]
        if content or parent.tag in (W + "body", W + "tc"):
            break
        element = parent
    return element


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

    def take_ours_out(self) -> tuple[set[str], list[KeptComment]]:
        """Take our comments out of all parts, save those that were resolved or answered.

        Returns the ids of those that went, whose marks are then to go too, and those that stay.
        """
        kept: list[KeptComment] = []
        if self._name is None:
            return set(), kept
        extended = self._package.part(_EXTENDED)
        states = [] if extended is None else list(extended.iter(_W15 + "commentEx"))
        settled = {s.get(_W15 + "paraId") for s in states if s.get(_W15 + "done") in ("1", "true")}
        settled |= {s.get(_W15 + "paraIdParent") for s in states}
        going: list[Any] = []
        for comment in self._root.iter(W + "comment"):
            text = "\n".join(
                "".join(t.text or "" for t in p.iter(W + "t")) for p in comment.iter(W + "p")
            )
            rules = RULE_LINE.findall(text)
            if comment.get(W + "author") != self._author or not rules:
                continue
            if _paragraph_ids(comment) & settled:
                named = frozenset(rules[-1].split(", "))
                kept.append(KeptComment(comment.get(ID, ""), named, text))
            else:
                going.append(comment)
        if not going:
            return set(), kept
        paragraphs = set().union(*map(_paragraph_ids, going))
        links = {e.get(_R_ID) for c in going for e in c.iter(W + "hyperlink")}
        for comment in going:
            drop(comment)
        self.changed[self._name] = self._root
        find, links_of = self._package.find, WordPackage.rels_name(self._name)
        self._forget(find(_EXTENDED), _W15 + "commentEx", _W15 + "paraId", paragraphs)
        gone = self._forget(find(_IDS), _CID + "commentId", _CID + "paraId", paragraphs)
        lasting = {entry.get(_CID + "durableId") for entry in gone}
        self._forget(find(_EXTENSIBLE), _CEX + "commentExtensible", _CEX + "durableId", lasting)
        unused = links - {e.get(_R_ID) for e in self._root.iter(W + "hyperlink")}
        self._forget(links_of, OPC + "Relationship", "Id", unused)
        return {comment.get(ID, "") for comment in going}, kept

    def first_free(self, root: Any) -> int:
        """Return a number above those of all comments, and of all marks in the document `root`."""
        found = [e.get(ID, "") for e in root.iter(START, END, REFERENCE)]
        if self._root is not None:
            found += [e.get(ID, "") for e in self._root.iter(W + "comment")]
        return 1 + max((int(n) for n in found if n.isdecimal()), default=-1)

    def add(self, number: str, lines: Iterable[CommentLine], now: datetime) -> None:
        """Add a comment; its marks are to be set with the same `number`."""
        name = self._open()
        date = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        comment = make("comment", id=number, author=self._author, date=date, initials=INITIALS)
        for line in lines:
            paragraph = make("p")
            if self._text_style:
                paragraph.append(make("pPr", make("pStyle", val=self._text_style)))
            if len(comment) == 0:
                paragraph.append(make("r", self.sign_look(), make("annotationRef")))
            if line.label:
                paragraph.append(_run(line.label + " ", make("b")))
            if _WEB.match(line.url):
                if line.url not in self._links:
                    url = _NO_XML.sub("", line.url)
                    self._links[line.url] = self._relate(name, _LINK, url, TargetMode="External")
                look = make("color", val="0563C1"), make("u", val="single")
                link = make("hyperlink", _run(line.text, *look))
                link.set(_R_ID, self._links[line.url])
                paragraph.append(link)
            else:
                paragraph.append(_run(line.text))
            comment.append(paragraph)
        self._root.append(comment)

    def sign_look(self) -> Any:
        """Return the properties of the run that has a comment's sign."""
        style = self._sign_style
        return make("rPr", make("rStyle", val=style) if style else make("sz", val="16"))

    def _open(self) -> str:
        """Return the name of the part for comments, made where there is none; it is to be saved."""
        from lxml import etree

        if self._name is None:
            folder = posixpath.dirname(self._package.main)
            names = ("comments.xml", *(f"comments{n}.xml" for n in range(2, 5_002)))
            paths = (posixpath.join(folder, name) for name in names)
            self._name = next(path for path in paths if not self._package.has(path))
            self._root = make("comments")
            self._relate(self._package.main, _KIND, posixpath.basename(self._name))
            types = self._package.tree(CONTENT_TYPES)
            facts = {"PartName": f"/{self._name}", "ContentType": _TYPE}
            etree.SubElement(types, TYPES + "Override", facts)
            self.changed[CONTENT_TYPES] = types
        self.changed[self._name] = self._root
        return self._name

    def _relate(self, source: str, kind: str, target: str, **more: str) -> str:
        """Add a relationship of the part `source`, and return its id."""
        from lxml import etree

        name = WordPackage.rels_name(source)
        if name in self.changed:
            root = self.changed[name]
        elif self._package.has(name):
            root = self._package.tree(name)
        else:
            root = etree.Element(OPC + "Relationships", nsmap={None: OPC[1:-1]})
        self.changed[name] = root
        taken = {relation.get("Id") for relation in root}
        free = next(f"rIdM{n}" for n in range(1, len(taken) + 2) if f"rIdM{n}" not in taken)
        facts = {"Id": free, "Type": kind, "Target": target, **more}
        etree.SubElement(root, OPC + "Relationship", facts)
        return free

    def _forget(self, name: str | None, tag: str, key: str, values: set[Any]) -> list[Any]:
        """Take the entries about `values` out of the part `name`, if it is there; return them."""
        if name is None or not self._package.has(name):
            return []
        root = self._package.tree(name)
        found = [entry for entry in root.iter(tag) if entry.get(key) in values]
        for entry in found:
            drop(entry)
        if found:
            self.changed[name] = root
        return found


def _run(text: str, *looks: Any) -> Any:
    words = make("t")
    words.text = " ".join(_NO_XML.sub("", text).splitlines())
    words.set(_SPACE, "preserve")
    return make("r", *([make("rPr", *looks)] if looks else []), words)


def _paragraph_ids(comment: Any) -> set[str]:
    return {p.get(_W14 + "paraId") for p in comment.iter(W + "p")} - {None}
