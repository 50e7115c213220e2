"""A story as it is reviewed: what a reviewer reads and is asked, in words; and what each said.

Names that are withheld stand in nothing here, and passages that tell of violence are marked so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.digest.tag_words import NO_TAGS, is_unsure, neutral_line, tells_violence
from monitor.digest.view import certainty_words
from monitor.labels.countries import country_name
from monitor.labels.institutions import ENTITY_SCHEMES, entity_name
from monitor.labels.schemes import ONE_LABEL_SCHEMES, REVIEWED_SCHEMES, SCHEMES, known_labels
from monitor.records.article import Article, AssessedArticle
from monitor.records.digest import Story
from monitor.records.finding import FieldName, Finding, Span
from monitor.records.hidden_names import WITHHELD, Shown
from monitor.records.tag import Tag
from monitor.text.safe_text import clean, excerpt
from monitor.web.highlighted_text import Paragraph, TextMark, marked_article, quote_of

NAMES = {name: scheme.question or scheme.word for name, scheme in SCHEMES.items()}
VERDICT_WORDS = {"relevant": "relevant", "borderline": "borderline", "not_relevant": "not relevant"}
HEADLINE_CHARS, QUOTE_CHARS, QUOTES = 300, 160, 4
Spot = tuple[str, str, int, int]
View = dict[str, Any]


def view_article(
    assessed: AssessedArticle,
    shown: Shown,
    *,
    flags: Mapping[Spot, bool] | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    blind: bool = False,
) -> View:
    """Put an article into what the page shows; `blind` without what models and others say of it.

    `flags` and `tags` are what the reviewer said of them before. Each tag and each flag (one rule
    and wording, `spots` in the article) has a number, `ref`, which stands behind its words.
    """
    article = assessed.article
    seen_tags = () if blind else assessed.tags
    order = list(NAMES)
    known = [tag for tag in seen_tags if tag.scheme in NAMES]
    known.sort(key=lambda tag: (order.index(tag.scheme), -tag.score, tag.label))
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in () if blind else assessed.findings:
        groups.setdefault((finding.rule, finding.match.casefold()), []).append(finding)
    tagged = [(f"T{n}", tag) for n, tag in enumerate(known, 1)]
    flagged = [(f"F{n}", group) for n, group in enumerate(groups.values(), 1)]
    marks: list[tuple[FieldName, TextMark]] = []
    for ref, tag in tagged:
        marks += [(s.field, TextMark(s.start, s.end, "evidence", ref)) for s in tag.evidence]
    for ref, group in flagged:
        marks += [(f.field, TextMark(f.start, f.end, "flagged", ref)) for f in group]
    title, text = marked_article(article, shown, marks)
    ends: set[TextMark] = set()
    passages = [_passage(paragraph, ends) for paragraph in reversed(text)][::-1]
    line = neutral_line(Story(article.id, (assessed,)), country_name)
    given = {scheme: _labels_given(seen_tags, scheme) for scheme in REVIEWED_SCHEMES}
    return {
        "article": article,
        "shown": shown,
        "line": "An article without tags" if blind or line == NO_TAGS else line,
        "certainty": "" if blind else certainty_words(assessed),
        "headline": _passage(title, set()),
        "passages": passages,
        "tags": [_tag(ref, tag, article, shown) for ref, tag in tagged],
        "questions": [_question(one, given[one], (tags or {}).get(one)) for one in given],
        "was": [f"{scheme}={label}" for scheme, labels in given.items() for label in labels],
        "flags": [_flag(ref, group, article, shown, flags or {}) for ref, group in flagged],
    }


def headline_shown(article: Article, shown: Shown, unsaid: str = "") -> str:
    """Return a headline for a list, or, where there is none, why; `unsaid` takes its place."""
    if tells_violence(article.title):
        return unsaid or "(headline not shown: it tells of violence)"
    headline = excerpt(shown.title, HEADLINE_CHARS)
    return headline or unsaid or f"(headline not shown: {shown.withheld})"


def _passage(paragraph: Paragraph, ended: set[TextMark]) -> View:
    """Cut a paragraph for the page; a mark's number stands where it ends (`ended`: further on)."""
    pieces = []
    for piece in reversed(paragraph):
        refs = tuple(dict.fromkeys(m.note for m in piece.marks if m not in ended))
        ended.update(piece.marks)
        pieces.append((clean(piece.text, strip=False), piece.kinds, piece.hidden, refs))
    whole = "".join(piece.text for piece in paragraph)
    return {"pieces": pieces[::-1], "graphic": tells_violence(whole)}


def _tag(ref: str, tag: Tag, article: Article, shown: Shown) -> View:
    found = dict.fromkeys(_quote(span, article, shown) for span in tag.evidence)
    quotes = tuple(quote for quote in found if quote)[:QUOTES]
    words = country_name(tag.label) if tag.scheme == "place" else _words(tag.scheme, tag.label)
    role = f" ({tag.role})" if tag.role and tag.role != "exploitation" else ""
    return {
        "ref": ref,
        "scheme": NAMES[tag.scheme] if tag.scheme != "place" else "Place",
        "label": clean(words) + clean(role, strip=False),
        "unsure": is_unsure(tag),
        "quotes": quotes,
        "graphic": any(tells_violence(quote) for quote in quotes),
    }


def _quote(span: Span | Finding, article: Article, shown: Shown) -> str:
    """Return a stretch of a field without the names in it."""
    if shown.withheld:
        return ""
    pieces = quote_of(span, article, shown)
    return excerpt("".join(WITHHELD if p.hidden else p.text for p in pieces), QUOTE_CHARS)


def _flag(
    ref: str, group: Sequence[Finding], article: Article, shown: Shown, said: Mapping[Spot, bool]
) -> View:
    first = group[0]
    words = _quote(first, article, shown)
    named = any(a < first.end and first.start < b for a, b in shown.hidden(first.field))
    judged = {said.get((f.rule, f.field, f.start, f.end)) for f in group}
    return {
        "ref": ref,
        "first": first,
        "words": words,
        "graphic": tells_violence(words),
        "message": "" if named else clean(first.message),
        "spots": [f"{f.rule} {f.field} {f.start} {f.end}" for f in group],
        "right": judged.pop() if len(judged) == 1 else None,
    }


def _labels_given(tags: Sequence[Tag], scheme: str) -> tuple[str, ...]:
    """Return the model's labels of a scheme, as a review would have them."""
    own = [t for t in tags if t.scheme == scheme and t.role in (None, "exploitation")]
    labels = tuple(dict.fromkeys(t.label for t in sorted(own, key=lambda t: -t.score)))
    return labels[:1] if scheme in ONE_LABEL_SCHEMES else labels


def _question(scheme: str, given: Sequence[str], said: Sequence[str] | None) -> View:
    """Return a scheme with all its labels: `given` by the model, ticked where they are `said`.

    Places are `written`. Of schemes with too many labels to tick, `more` can be added.
    """
    ticked = given if said is None else said
    offered = known_labels(scheme)
    many = scheme in ENTITY_SCHEMES
    shown = [one for one in offered if not many or one in given or one in ticked]
    return {
        "scheme": scheme,
        "name": NAMES[scheme],
        "choices": [(one, _words(scheme, one), one in given, one in ticked) for one in shown],
        "one": scheme in ONE_LABEL_SCHEMES,
        "written": " ".join(ticked) if scheme == "place" else None,
        "more": [(one, _words(scheme, one)) for one in offered if one not in shown],
    }


def _words(scheme: str, label: str) -> str:
    return entity_name(scheme, label) or label.replace("_", " ")
