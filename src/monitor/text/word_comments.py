"""The comments of a Word file: which are ours, taking those out, adding new ones.

Word keeps them in up to five parts. The text is in one; who answered whom and what is resolved, and
two kinds of lasting ids, are in others, by the id of a comment's last paragraph.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from monitor.text.docx_package import CONTENT_TYPES, OPC, RELATIONSHIP, TYPES, W, WordPackage
from monitor.text.docx_reader import style_names
from monitor.text.word_anchors import drop, make

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
class Line:
    """A paragraph of a comment: what stands before in bold, the words, the address they lead to."""

    text: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
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

    def split_ours(self) -> tuple[list[Any], list[Kept]]:
        """Return our comments that are to go, and those that stay: resolved, or answered."""
        if self._root is None:
            return [], []
        extended = self._package.part(_EXTENDED)
        states = [] if extended is None else list(extended.iter(_W15 + "commentEx"))
        settled = {s.get(_W15 + "paraId") for s in states if s.get(_W15 + "done") in ("1", "true")}
        settled |= {s.get(_W15 + "paraIdParent") for s in states}
        going: list[Any] = []
        kept: list[Kept] = []
        for comment in self._root.iter(W + "comment"):
            text = _text_of(comment)
            rules = RULE_LINE.findall(text)
            if comment.get(W + "author") != self._author or not rules:
                continue
            if _paragraph_ids(comment) & settled:
                named = frozenset(rules[-1].split(", "))
                kept.append(Kept(comment.get(W + "id", ""), named, text))
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

    def add(self, number: str, lines: Iterable[Line], now: datetime) -> None:
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

    def _runs(self, line: Line) -> Iterator[Any]:
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
