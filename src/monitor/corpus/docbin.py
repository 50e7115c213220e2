"""spaCy DocBin: `docbin-0001.spacy` and so on, some hundred documents each.

`doc.text` is the one text, to the letter. `doc.spans["tags"]` has the evidence of tags,
`doc.spans["findings"]` the flags and `doc.spans["scorecard"]` the evidence of document rules; a
span's id is the place of what it is of in `doc.user_data["record"]`, such as `tags/2`, which has
the rest of the record without the words. `doc.cats` has the score of each tag and of relevance.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.corpus.annotations import FINDING, count_empty, count_outside, name_of
from monitor.corpus.cells import without_surrogates
from monitor.corpus.one_text import VEIL, OneText, one_text
from monitor.nlp.docs import DocShard, Marked, MarkedText
from monitor.types import TextDegree

FILE = "docbin-{:04d}.spacy"
PER_FILE = 500
RECORD = "record"


def open_writer(folder: Path, text: TextDegree) -> DocWriter:  # noqa: ARG001 - as every format's
    """Return a writer of DocBins."""
    return DocWriter(folder)


class DocWriter:
    """Writes a document for each article, a file once it is full."""

    def __init__(self, folder: Path) -> None:
        self.files: list[Path] = []
        self.lost: Counter[str] = Counter()
        self._folder = folder
        self._shard = DocShard()

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        self._shard.add(marked_text(values), values.get("language"))
        self.lost["empty_spans"] += count_empty(values)
        self.lost["spans_outside_text"] += count_outside(values)
        if len(self._shard) >= PER_FILE:
            self._save()
            self._shard = DocShard()

    def close(self) -> None:
        """Write what is left; a file even where there is no article."""
        if len(self._shard) or not self.files:
            self._save()
        self.lost = +self.lost

    def _save(self) -> None:
        path = self._folder / FILE.format(len(self.files) + 1)
        self._shard.save(path)
        self.files.append(path)


def marked_text(values: Mapping[str, Any]) -> MarkedText:
    """Return a published record as a text with groups of marks."""
    whole = one_text(values)
    tags = [
        Marked(*place, _name(tag), f"tags/{number}")
        for number, tag in enumerate(values["tags"])
        for place in _places(whole, tag["evidence"])
    ]
    findings = [
        Marked(*place, name_of(FINDING, finding["rule"]), f"findings/{number}")
        for number, finding in enumerate(values["findings"])
        for place in _places(whole, [finding])
    ]
    scorecard = [
        Marked(*place, str(item["item"]), f"scorecard/{number}")
        for number, item in enumerate(values.get("scorecard") or ())
        for place in _places(whole, item["evidence"])
    ]
    cats = {_name(tag): float(tag["score"]) for tag in values["tags"]}
    if values.get("relevance") is not None:
        cats["relevance"] = float(values["relevance"])
    kept = {key: value for key, value in values.items() if key not in ("title", "text")}
    data = {RECORD: kept, "title": list(whole.title_span), "shift": whole.shift}
    groups = {"tags": tags, "findings": findings, "scorecard": scorecard}
    veil = VEIL if values.get("text") is None else ""
    return MarkedText(without_surrogates(whole.text), groups, cats, data, veil)


def _places(whole: OneText, spans: Any) -> Iterator[tuple[int, int]]:
    for span in spans:
        start, end = whole.place(span)
        if start < end <= len(whole.text):  # a store's row may be wrong: no reason to give none
            yield start, end


def _name(tag: Mapping[str, Any]) -> str:
    return name_of(tag["scheme"], tag["label"], tag.get("role"))
