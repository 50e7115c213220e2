"""Words of an article, without those that are hidden."""

from __future__ import annotations

from monitor.records.article import Article, FieldName
from monitor.records.hidden_names import WITHHELD, Shown


def seen_words(article: Article, field: FieldName, place: tuple[int, int], shown: Shown) -> str:
    """Return the words at a place of an article, those hidden of them as "[name withheld]"."""
    text = article.title if field == "title" else article.text
    start, end = place
    pieces, at = [], start
    for low, high in sorted(shown.hidden(field)):
        if low < end and high > start:
            pieces += [text[at : max(at, low)], WITHHELD]
            at = min(end, high)
    return "".join([*pieces, text[at:end]])
