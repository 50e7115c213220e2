"""spaCy DocBin: `docbin-0001.spacy` and so on, some hundred documents each.

A span's id is the place of what it is of in `doc.user_data["record"]`, such as `tags/2`, which has
the rest of the record without the words. `doc.cats` has the score of each tag and of relevance.
Tokens are cut at the borders of marks too, so that each is a span and no mark is moved or lost.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.export import annotations as marking
from monitor.export.annotations import FINDING, VEIL
from monitor.export.columns import TextDegree
from monitor.export.export_facts import Writer
from monitor.text.safe_text import without_surrogates

if TYPE_CHECKING:
    from spacy.tokens import Doc


FILE = "docbin-{:04d}.spacy"
PER_FILE = 500
Tokenizer = Callable[[str], "Doc"]


class DocWriter(Writer):
    """Writes a document for each article, a file once it is full."""

    of_texts = True

    def __init__(self, folder: Path, text: TextDegree) -> None:
        super().__init__(folder, text)
        self._tokenizers: dict[str, Tokenizer] = {}
        self._begin()

    def _begin(self) -> None:
        """Begin a file: the words of the last one are forgotten."""
        from spacy.tokens import DocBin

        self._tokenizers.clear()
        self._shard = DocBin(attrs=("ORTH", "SPACY"), store_user_data=True)

    def write(self, values: Mapping[str, Any]) -> None:
        """Write one article."""
        # cut into words as spaCy does for its language (any other than English as for none)
        language = "en" if values.get("language") == "en" else "xx"
        if language not in self._tokenizers:
            self._tokenizers[language] = make_tokenizer(language)
        self._shard.add(make_doc(values, self._tokenizers[language]))
        self.lost.update(marking.unplaced(values))
        if len(self._shard) >= PER_FILE:
            self._save()

    def close(self) -> None:
        """Write what is left; a file even where there is no article."""
        if len(self._shard) or not self.files:
            self._save()
        super().close()

    def _save(self) -> None:
        path = self._folder / FILE.format(len(self.files) + 1)
        self._shard.to_disk(path)
        self.files.append(path)
        self._begin()


open_writer = DocWriter


def make_tokenizer(language: str) -> Tokenizer:
    """Return what cuts texts of a language into words, with a vocabulary of its own."""
    import spacy

    tokenizer: Tokenizer = spacy.blank(language).tokenizer
    return tokenizer


def make_doc(values: Mapping[str, Any], tokenizer: Tokenizer) -> Doc:
    """Return a published record as a document: its one text to the letter, and groups of spans."""
    from spacy.tokens import Doc, Span

    text = without_surrogates(marking.one_text(values))
    begins = {"title": 0, "text": marking.shift_of(values)}
    said = [("tags", n, _name(tag), tag["evidence"]) for n, tag in enumerate(values["tags"])]
    for number, one in enumerate(values["findings"]):
        said.append(("findings", number, marking.name_of(FINDING, one["rule"]), [one]))
    for number, item in enumerate(values.get("scorecard") or ()):
        said.append(("scorecard", number, str(item["item"]), item["evidence"]))
    marks = []
    for group, number, label, spans in said:
        for one in spans:
            start, end = (begins[one["field"]] + one[at] for at in ("start", "end"))
            if start < end <= len(text):  # a store's row may be wrong: no reason to give none
                marks.append((group, start, end, label, f"{group}/{number}"))
    # spaCy takes a run of signs apart one by one, each time looking at all that are left
    tokens = tokenizer(text.replace(VEIL, " ") if values.get("text") is None else text)
    borders = {token.idx for token in tokens} | {token.idx + len(token) for token in tokens}
    bounds = {mark[1] for mark in marks}, {mark[2] for mark in marks}
    words, spaces, places = _cut(text, borders, *bounds)
    doc = Doc(tokens.vocab, words=words, spaces=spaces)
    first = {start: n for n, (start, _) in enumerate(places)}
    last = {end: n + 1 for n, (_, end) in enumerate(places)}
    for key in ("tags", "findings", "scorecard"):
        doc.spans[key] = [
            Span(doc, first[start], last[end], label=label, span_id=id_)
            for group, start, end, label, id_ in marks
            if group == key
        ]
    doc.cats = {_name(tag): float(tag["score"]) for tag in values["tags"]}
    if values.get("relevance") is not None:
        doc.cats["relevance"] = float(values["relevance"])
    title = {"title": [0, values["length"]["title"]], "shift": begins["text"]}
    doc.user_data |= {"record": marking.without_words(values), **title}
    return doc


def _name(tag: Mapping[str, Any]) -> str:
    return marking.name_of(tag["scheme"], tag["label"], tag.get("role"))


def _cut(
    text: str, borders: Iterable[int], starts: set[int], ends: set[int]
) -> tuple[list[str], list[bool], list[tuple[int, int]]]:
    """Return words, whether a space follows each, and where each stands without that space."""
    cuts = sorted({0, len(text), *borders, *starts, *ends})
    words, spaces, places = list[str](), list[bool](), list[tuple[int, int]]()
    for start, end in itertools.pairwise(cuts):
        # A space belongs to the word before it, save where a mark begins or ends with it.
        marked = start in starts or end in ends
        if text[start:end] == " " and words and not spaces[-1] and not marked:
            spaces[-1] = True
        else:
            words.append(text[start:end])
            spaces.append(False)
            places.append((start, end))
    return words, spaces, places
