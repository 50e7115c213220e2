"""Reads Word files back in tests: what comments say and where, and what is left without ours.

Written apart from the program's own reader: by the standard's words, not by its code.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from monitor.text.readers import read_document

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
SHOWN = {"t": None, "tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": "\xad"}
HIDDEN = {W + "rt", W + "del", W + "moveFrom", W + "pPr", W + "rPr"}
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
WORDS = re.compile(r"child[ \xa0]\S{0,6}pro\xad?stitutes?")
LIMIT = 1_000_000


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def main_name(data: bytes) -> str:
    found = re.search(rb'/officeDocument" Target="/?([^"]+)"', parts(data)["_rels/.rels"])
    found = found or re.search(rb'Target="([^"]+document\.xml)"', parts(data)["_rels/.rels"])
    assert found
    return found[1].decode()


def main(data: bytes) -> Any:
    return etree.fromstring(parts(data)[main_name(data)])


def comments(data: bytes) -> dict[str, Any]:
    """The comments by id."""
    every = [xml for name, xml in parts(data).items() if name.endswith("/comments.xml")]
    root = etree.fromstring(every[0]) if every else []
    return {comment.get(W + "id"): comment for comment in root}


def ours(data: bytes) -> dict[str, list[str]]:
    """The paragraphs of our comments, by id."""
    return {
        key: ["".join(p.itertext(W + "t")) for p in comment.iter(W + "p")]
        for key, comment in comments(data).items()
        if comment.get(W + "author") == "monitor"
    }


def around(data: bytes) -> dict[str, str]:
    """The visible text between the marks of each comment, by id."""
    texts: dict[str, str] = {}
    opened: set[str] = set()

    def walk(element: Any) -> None:
        for child in element:
            if child.tag in HIDDEN or child.tag == FALLBACK:
                continue
            if child.tag == W + "commentRangeStart":
                opened.add(child.get(W + "id"))
                texts.setdefault(child.get(W + "id"), "")
            elif child.tag == W + "commentRangeEnd":
                opened.discard(child.get(W + "id"))
            else:
                name = etree.QName(child).localname if isinstance(child.tag, str) else ""
                if str(child.tag).startswith(W) and name in SHOWN:
                    for key in opened:
                        texts[key] += SHOWN[name] or child.text or ""
                walk(child)

    walk(main(data))
    assert not opened, "a comment without an end"
    return texts


def without(data: bytes, ids: Mapping[str, object]) -> bytes:
    """The document's canonical XML without the marks of comments, split runs joined."""
    root = main(data)
    marks = (W + "commentRangeStart", W + "commentRangeEnd", W + "commentReference")
    for mark in [e for e in root.iter(*marks) if e.get(W + "id") in ids]:
        run = mark.getparent()
        gone = run if mark.tag == marks[2] and len(run) <= 2 else mark
        gone.getparent().remove(gone)
    for change in root.iter(W + "rPrChange"):
        change.attrib.pop(W + "id")
    for element in root.iter():
        # White space between elements says nothing; it moves where runs are split and joined.
        if element.tag != W + "t" and not (element.text or "").strip():
            element.text = None
        if not (element.tail or "").strip():
            element.tail = None
    for run in list(root.iter(W + "r")):
        _join(run)
    return etree.tostring(root, method="c14n")


def _join(run: Any) -> None:
    """Put a run's content into the run before where it looks the same; join texts."""
    before = run.getprevious()
    for text in list(run.iter(W + "t")):
        text.attrib.pop(SPACE, None)
        text.text = text.text or ""
        last = text.getprevious()
        if last is not None and last.tag == W + "t":
            last.text += text.text
            text.getparent().remove(text)
    if before is not None and before.tag == run.tag and _look(before) == _look(run):
        for child in run:
            if child.tag == W + "rPr":
                continue
            last = before[-1] if len(before) else None
            if child.tag == W + "t" and last is not None and last.tag == W + "t":
                last.text += child.text
            else:
                before.append(child)
        run.getparent().remove(run)


def _look(run: Any) -> tuple[dict[str, str], bytes]:
    look = run.find(W + "rPr")
    return dict(run.attrib), b"" if look is None else etree.tostring(look, method="c14n")


def text_of(data: bytes) -> str:
    return read_document(data, "a.docx", max_chars=LIMIT).text


def found(data: bytes, words: re.Pattern[str] = WORDS) -> dict[str, Any]:
    """A check's answer that flags every occurrence of `words`, for files that no guideline fits."""
    text = text_of(data)
    findings = [finding(m.start(), m.end(), m[0]) for m in words.finditer(text)]
    return {"findings": findings, "scorecard": [item("no-helpline", "No helpline is named.")]}


def finding(start: int, end: int, match: str, rule: str = "child-prostitute") -> dict[str, Any]:
    return {
        "rule": rule,
        "severity": "error",
        "field": "text",
        "start": start,
        "end": end,
        "match": match,
        "quoted": "no",
        "message": "A child cannot be a <prostitute> & more.",
        "why": "It names a choice.\nThere is none.",
        "suggestions": ["exploited child"],
        "sources": [{"title": "A guide", "section": "2.1", "url": "https://guide.example/a?b=1&c"}],
    }


def item(name: str, reason: str) -> dict[str, Any]:
    return {"item": name, "met": False, "reason": reason, "evidence": []}


def order_faults(element: Any) -> Iterator[str]:
    """What stands in another order than the schema's, of the elements that comments have."""
    for parent in element.iter(*ORDER):
        known = ORDER[parent.tag]
        places = [known.index(e.tag) for e in parent if e.tag in known]
        if places != sorted(places):
            yield f"{parent.tag}: {[e.tag for e in parent]}"


ORDER = {
    W + "p": [W + "pPr"],
    W + "r": [W + "rPr"],
    W + "rPr": [W + name for name in ("rStyle", "b", "color", "sz", "u")],
    W + "comment": [W + "p"],
}
"""CT_P, CT_R, EG_RPrBase of ISO/IEC 29500-4, Annex A, as far as is written here."""
