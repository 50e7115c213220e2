"""Offered wordings that hide nothing: one that would silence another finding is not offered.

What a word shows ("the rescued boy" is a victim) goes with the word, and with it what rests on it:
that the boy is named. So each wording is tried: the text is checked again with it in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from monitor.records.article import Finding
from monitor.rules.checked import Checked
from monitor.text.document import Document
from monitor.text.spans import Stretch

MOST, WORDS = 40, 100_000
"""Wordings tried in a document, and words read for that: trying one takes a tenth to a quarter of a
check. What comes after is offered once some of these are taken: none is offered untried."""


def hide_nothing(
    document: Document,
    checked: Checked,
    check: Callable[[Document], Checked | None],
    siblings: Sequence[Sequence[str]],
) -> Checked:
    """Return what was checked, without the wordings after which another finding would be gone.

    `check` checks as `checked` came about, or returns `None` where it may read no more. A finding
    that loses its last wording to another one says which rule's that is.
    """
    findings = checked.findings
    if len(findings) < 2:
        return checked
    most = max(1, min(MOST, WORDS // max(1, checked.words)))
    every = ((number, new) for number, f in enumerate(findings) for new in f.suggestions)
    safe: dict[int, list[str]] = {}
    first: dict[int, str] = {}
    for number, new in islice(every, most):
        result = check(put_in(document, findings[number], new))
        if result is None:
            break
        gone = gone_with(findings, findings[number], new, result.findings, siblings)
        if gone:
            first.setdefault(number, gone[0].rule)
        else:
            safe.setdefault(number, []).append(new)
    told = (_offering(f, safe.get(n, []), first.get(n)) for n, f in enumerate(findings))
    return replace(checked, findings=tuple(told))


def put_in(document: Document, finding: Finding, new: str) -> Document:
    """Return the document with an offered wording in place of what was found."""
    if finding.field == "title":
        title = document.title[: finding.start] + new + document.title[finding.end :]
        return replace(document, title=title, source_map=None)
    return replace(
        document,
        text=document.text[: finding.start] + new + document.text[finding.end :],
        headline=document.headline and _moved(document.headline, finding, new),
        captions=tuple(_moved(caption, finding, new) for caption in document.captions),
        source_map=None,
    )


def gone_with(
    findings: Sequence[Finding],
    taken: Finding,
    new: str,
    after: Sequence[Finding],
    siblings: Sequence[Sequence[str]],
) -> list[Finding]:
    """Return the other findings whose words still stand, and that are gone `after`.

    A finding is there as long as its rule, or a sibling of it, speaks of one of its words.
    """
    gone: list[Finding] = []
    for finding in findings:
        same = finding.field == taken.field
        if same and finding.start < taken.end and taken.start < finding.end:
            continue  # its own words are changed, or it is the finding itself
        place = (finding.start, finding.end)
        start, end = _moved(place, taken, new) if same else place
        family = {finding.rule}.union(*(group for group in siblings if finding.rule in group))
        if not any(
            f.rule in family and f.field == finding.field and f.start < end and start < f.end
            for f in after
        ):
            gone.append(finding)
    return gone


def _moved(place: Stretch, taken: Finding, new: str) -> Stretch:
    """Return where a stretch stands once the wording is in place."""
    longer = len(new) - (taken.end - taken.start)
    start, end = place
    return start + longer * (start >= taken.end), end + longer * (end >= taken.end)


def _offering(finding: Finding, safe: Sequence[str], first: str | None) -> Finding:
    if not finding.suggestions or tuple(safe) == finding.suggestions:
        return finding
    why = finding.why
    if not safe and first:
        why += (
            f" Wording is offered here once what '{first}' has found is changed: that rests on"
            " these words, and would be told no more."
        )
    return replace(finding, suggestions=tuple(safe), why=why)
