"""Puts what a check found into the Word file, as comments; all else in it stays as it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.records.errors import UsageError
from monitor.text.docx_package import W, WordPackage
from monitor.text.docx_reader import Place, WordText, read_word
from monitor.text.word_anchors import END, ID, REFERENCE, START, Anchors, drop
from monitor.text.word_comments import Comments, Kept, Line

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
    known = _Known(root, kept)
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


def _lines(finding: Mapping[str, Any], anchors: Anchors) -> Iterator[Line]:
    if not anchors.is_exact(*_span(finding)):
        place = anchors.first(finding["start"]).place
        yield Line(f"“{finding['match']}”", _PLACES[place])
    yield Line(finding["message"])
    yield from (Line(reason, "Why:") for reason in finding["why"].splitlines())
    yield from (Line(wording, "Better:") for wording in finding["suggestions"])
    for source in finding["sources"]:
        said = ", ".join(part for part in (source["title"], source["section"]) if part)
        yield Line(said, "Source:", source["url"])
    quoted = "" if finding["quoted"] == "no" else f", in an {finding['quoted']} quotation"
    quoted = quoted.replace("an scare", "a scare")
    guideline = f", {finding['guideline']}" if finding.get("guideline") else ""
    yield Line(f"Rule: {finding['rule']} ({finding['severity']}{quoted}{guideline})")


def _whole_lines(missed: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    yield Line(f"Worth considering for {WHOLE}:")
    yield from (Line(item["reason"], f"{item['item']}:") for item in missed)
    yield Line(f"Rule: {', '.join(item['item'] for item in missed)}")


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


class _Known:
    """What comments of ours that stay already say, and around which elements."""

    def __init__(self, root: Any, kept: Sequence[Kept]) -> None:
        self.items = {rule for k in kept if WHOLE in k.text for rule in k.rules}
        self._kept = {k.id: k for k in kept if WHOLE not in k.text}
        self._around: dict[Any, list[Kept]] = {}
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
