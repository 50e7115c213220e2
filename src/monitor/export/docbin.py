"""spaCy DocBin: `docbin-0001.spacy` and so on, some hundred documents each.

`doc.text` is the one text, to the letter. `doc.spans["tags"]` has the evidence of tags,
`doc.spans["findings"]` the flags and `doc.spans["scorecard"]` the evidence of document rules; a
span's id is the place of what it is of in `doc.user_data["record"]`, such as `tags/2`, which has
the rest of the record without the words. `doc.cats` has the score of each tag and of relevance.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from monitor.export.annotations import FINDING, VEIL, name_of, one_text, unplaced, without_words
from monitor.export.docs import DocShard, Marked, MarkedText
from monitor.export.export_facts import Writer
from monitor.records.article import TextDegree
from monitor.text.cells import without_surrogates

FILE = "docbin-{:04d}.spacy"
PER_FILE = 500
RECORD = "record"


def open_writer(folder: Path, text: TextDegree) -> DocWriter:  # noqa: ARG001 - as every format's
    """Return a writer of DocBins."""
    return DocWriter(folder)


class DocWriter(Writer):
    """Writes a document for each article, a file once it is full."""

    of_texts = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._shard = DocShard()

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        self._shard.add(marked_text(values), values.get("language"))
        self.lost.update(unplaced(values))
        if len(self._shard) >= PER_FILE:
            self._save()

    def close(self) -> None:
        """Write what is left; a file even where there is no article."""
        if len(self._shard) or not self.files:
            self._save()
        super().close()

    def _save(self) -> None:
        path = self._folder / FILE.format(len(self.files) + 1)
        self._shard.save(path)
        self.files.append(path)
        self._shard = DocShard()


def marked_text(values: Mapping[str, Any]) -> MarkedText:
    """Return a published record as a text with groups of marks."""
    whole = one_text(values)

    def marks(group: str, number: int, name: str, spans: Any) -> list[Marked]:
        places = map(whole.place, spans)
        # a store's row may be wrong: no reason to give none
        fit = [place for place in places if place[0] < place[1] <= len(whole.text)]
        return [Marked(*place, name, f"{group}/{number}") for place in fit]

    found: dict[str, list[Marked]] = {"tags": [], "findings": [], "scorecard": []}
    for number, tag in enumerate(values["tags"]):
        found["tags"] += marks("tags", number, _name(tag), tag["evidence"])
    for number, one in enumerate(values["findings"]):
        found["findings"] += marks("findings", number, name_of(FINDING, one["rule"]), [one])
    for number, item in enumerate(values.get("scorecard") or ()):
        found["scorecard"] += marks("scorecard", number, str(item["item"]), item["evidence"])
    cats = {_name(tag): float(tag["score"]) for tag in values["tags"]}
    if values.get("relevance") is not None:
        cats["relevance"] = float(values["relevance"])
    data = {RECORD: without_words(values), "title": list(whole.title_span), "shift": whole.shift}
    veil = VEIL if values.get("text") is None else ""
    return MarkedText(without_surrogates(whole.text), found, cats, data, veil)


def _name(tag: Mapping[str, Any]) -> str:
    return name_of(tag["scheme"], tag["label"], tag.get("role"))
