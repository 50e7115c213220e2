"""Published records as spaCy's documents."""

from __future__ import annotations

from typing import Any

from monitor.export.docbin import make_doc, make_tokenizer


def test_a_veil_is_one_word_and_taken_at_once() -> None:
    """Run by run, where spaCy would take a thousand signs apart one by one, in quadratic time."""

    def tag(label: str, start: int, end: int, **words: str) -> dict[str, Any]:
        span = {"field": "text", "start": start, "end": end, **words}
        return {"scheme": "form", "label": label, "score": 1, "evidence": [span]}

    tags = [tag("hidden", 0, 10), tag("given", 40_001, 40_007, match="a word")]
    values = {"title": "A title", "length": {"title": 7, "text": 80_007}, "tags": tags}
    doc = make_doc({**values, "findings": []}, make_tokenizer("en"))
    assert doc.text == f"A title\n\n{'·' * 40_001}a word{'·' * 40_000}"
    assert [(one.start_char, one.end_char) for one in doc.spans["tags"]] == [
        (9, 19),
        (40_010, 40_016),
    ]
    assert len(doc) < 12
