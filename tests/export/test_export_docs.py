"""Marked texts as spaCy's documents."""

from __future__ import annotations

from monitor.export.docbin import Marked, MarkedText, make_doc, make_tokenizer


def test_a_veil_is_one_word_and_taken_at_once() -> None:
    """Run by run, where spaCy would take a thousand signs apart one by one, in quadratic time."""
    text = f"A title\n\n{'·' * 40_000} a word{'·' * 40_000}"
    marks = [Marked(9, 19, "hidden"), Marked(40_010, 40_016, "given")]
    doc = make_doc(MarkedText(text, {"tags": marks}, veil="·"), make_tokenizer("en"))
    assert doc.text == text
    assert [(one.start_char, one.end_char) for one in doc.spans["tags"]] == [
        (9, 19),
        (40_010, 40_016),
    ]
    assert len(doc) < 12
