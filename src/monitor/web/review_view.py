"""A story as it is reviewed: what a reviewer reads and is asked, in words; and what each said.

Names that are withheld stand in nothing here, and passages that tell of violence are marked so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from monitor.digest.tag_words import NO_TAGS, SCHEME_WORDS, is_unsure, neutral_line, tells_violence
from monitor.digest.view import certainty_words
from monitor.labels.countries import country_name, language_name
from monitor.labels.institutions import ENTITY_SCHEMES, entity_name, known_entities
from monitor.labels.schemes import ONE, SCHEMES
from monitor.records.article import Article, AssessedArticle
from monitor.records.dates import date_words, on_clock
from monitor.records.digest import Story
from monitor.records.finding import FieldName, Finding, Span
from monitor.records.hidden_names import Shown
from monitor.records.review import Opinion
from monitor.records.tag import Tag
from monitor.text.safe_text import clean, excerpt, safe_url
from monitor.web.highlighted_text import Paragraph, TextMark, paragraphs_of, pieces_of

NO_LINE = "An article without tags"
NAMES = {
    **SCHEME_WORDS,
    "place": "Place of the exploitation",
    "gender": "Gender of victims",
    "protection": "Help told of",
    "institution": "Institutions named",
    "instrument": "Laws, treaties and reports named",
    "topic": "Topics beside trafficking",
    "partnership": "Kinds of partnership",
}
VERDICT_WORDS = {
    "relevant": "relevant",
    "borderline": "borderline",
    "not_relevant": "not relevant",
}
EVIDENCE, FLAGGED = "evidence", "flagged"
HEADLINE_CHARS = 300
QUOTE_CHARS = 160
QUOTES = 4

Spot = tuple[str, str, int, int]


def story_shown(
    assessed: AssessedArticle,
    shown: Shown,
    *,
    zone: ZoneInfo,
    same: Sequence[SimpleNamespace] = (),
    others: Sequence[SimpleNamespace] = (),
    said: Sequence[Opinion] = (),
    flags: Mapping[Spot, bool] | None = None,
    tags: Mapping[str, Sequence[str]] | None = None,
    blind: bool = False,
) -> SimpleNamespace:
    """Put an article into what the page shows; `blind` without what models and others say of it.

    `flags` and `tags` are what the reviewer said of them before. Each tag and each flag (one rule
    and wording, `spots` in the article) has a number, `ref`, which stands behind its words.
    """
    article = assessed.article
    seen_tags = () if blind else assessed.tags
    findings = () if blind else assessed.findings
    told = tuple((f"T{n}", tag) for n, tag in enumerate(_ordered(seen_tags), 1))
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule, finding.match.casefold()), []).append(finding)
    flagged = [(f"F{n}", group) for n, group in enumerate(groups.values(), 1)]
    marks = [
        (span.field, TextMark(span.start, span.end, EVIDENCE, ref))
        for ref, tag in told
        for span in tag.evidence
    ]
    marks += [
        (f.field, TextMark(f.start, f.end, FLAGGED, ref)) for ref, group in flagged for f in group
    ]
    headline, passages = _passages(article, shown, marks)
    moment = article.published or article.seen
    when = date_words(moment, "all", zone)
    line = neutral_line(Story(article.id, (assessed,)), country_name)
    return SimpleNamespace(
        id=article.id,
        sha256=article.sha256,
        line=NO_LINE if blind or line == NO_TAGS else line,
        outlet=clean(article.outlet) or "unnamed outlet",
        when=when if article.published else f"first seen {when}",
        when_iso=on_clock(moment, zone).isoformat(timespec="minutes"),
        language=language_name(article.language) if article.language else "",
        url=None if shown.link_tells else safe_url(article.url),
        certainty="" if blind else certainty_words(assessed),
        summary_only=article.origin == "summary",
        shown=shown,
        headline=headline,
        passages=passages,
        tags=[_tag(ref, tag, article, shown) for ref, tag in told],
        questions=_questions(seen_tags, tags or {}),
        was=[
            f"{scheme}={label}" for scheme in SCHEMES for label in labels_given(seen_tags, scheme)
        ],
        flags=[_flag(ref, group, article, shown, flags or {}) for ref, group in flagged],
        same=same,
        others=others,
        said=[
            (clean(one.reviewer) or "unnamed", VERDICT_WORDS[one.verdict], one.waits)
            for one in said
        ],
    )


def other_shown(article: Article, shown: Shown) -> SimpleNamespace:
    """Return another article of the story as it is listed."""
    headline = "" if tells_violence(article.title) else excerpt(shown.title, HEADLINE_CHARS)
    return SimpleNamespace(id=article.id, outlet=clean(article.outlet), headline=headline)


def headline_shown(article: Article, shown: Shown) -> str:
    """Return a headline for a list, or why there is none."""
    if tells_violence(article.title):
        return "(headline not shown: it tells of violence)"
    return excerpt(shown.title, HEADLINE_CHARS) or f"(headline not shown: {shown.withheld})"


def _passages(
    article: Article, shown: Shown, marks: Sequence[tuple[FieldName, TextMark]]
) -> tuple[SimpleNamespace, list[SimpleNamespace]]:
    """Return headline and text; what is withheld whole has no passage."""
    if shown.withheld:
        return SimpleNamespace(pieces=(), graphic=False), []
    title = pieces_of(
        article.title, hidden=shown.hidden("title"), marks=[m for f, m in marks if f == "title"]
    )
    text = paragraphs_of(
        article.text, hidden=shown.hidden("text"), marks=[m for f, m in marks if f == "text"]
    )
    ends: set[TextMark] = set()
    passages = [_passage(paragraph, ends) for paragraph in reversed(text)]
    return _passage(title, set()), passages[::-1]


def _passage(paragraph: Paragraph, ended: set[TextMark]) -> SimpleNamespace:
    """Cut a paragraph for the page; a mark's number stands where it ends (`ended`: further on).

    One that is `graphic` is folded away.
    """
    pieces = []
    for piece in reversed(paragraph):
        refs = tuple(dict.fromkeys(m.note for m in piece.marks if m not in ended))
        ended.update(piece.marks)
        pieces.append((clean(piece.text, strip=False), piece.kinds, piece.hidden, refs))
    whole = "".join(piece.text for piece in paragraph)
    return SimpleNamespace(pieces=pieces[::-1], graphic=tells_violence(whole))


def _ordered(tags: Sequence[Tag]) -> list[Tag]:
    order = list(NAMES)
    known = [tag for tag in tags if tag.scheme in NAMES]
    return sorted(known, key=lambda tag: (order.index(tag.scheme), -tag.score, tag.label))


def _tag(ref: str, tag: Tag, article: Article, shown: Shown) -> SimpleNamespace:
    found = dict.fromkeys(_quote(span, article, shown) for span in tag.evidence)
    quotes = tuple(quote for quote in found if quote)[:QUOTES]
    words = country_name(tag.label) if tag.scheme == "place" else _words(tag.scheme, tag.label)
    role = f" ({tag.role})" if tag.role and tag.role != "exploitation" else ""
    return SimpleNamespace(
        ref=ref,
        scheme=NAMES[tag.scheme] if tag.scheme != "place" else "Place",
        label=clean(words) + clean(role, strip=False),
        unsure=is_unsure(tag),
        quotes=quotes,
        graphic=any(tells_violence(quote) for quote in quotes),
    )


def _quote(span: Span | Finding, article: Article, shown: Shown) -> str:
    """Return a stretch of a field without the names in it."""
    if shown.withheld:
        return ""
    source = article.title if span.field == "title" else article.text
    hidden = [(a - span.start, b - span.start) for a, b in shown.hidden(span.field)]
    pieces = pieces_of(source[span.start : span.end], hidden=hidden)
    return excerpt("".join("[name withheld]" if p.hidden else p.text for p in pieces), QUOTE_CHARS)


def _flag(
    ref: str,
    group: Sequence[Finding],
    article: Article,
    shown: Shown,
    said: Mapping[Spot, bool],
) -> SimpleNamespace:
    first = group[0]
    words = _quote(first, article, shown)
    named = any(a < first.end and first.start < b for a, b in shown.hidden(first.field))
    judged = {said.get((f.rule, f.field, f.start, f.end)) for f in group}
    return SimpleNamespace(
        ref=ref,
        rule=first.rule,
        severity=first.severity,
        words=words,
        graphic=tells_violence(words),
        message="" if named else clean(first.message),
        spots=[f"{f.rule} {f.field} {f.start} {f.end}" for f in group],
        right=judged.pop() if len(judged) == 1 else None,
    )


def labels_given(tags: Sequence[Tag], scheme: str) -> tuple[str, ...]:
    """Return the model's labels of a scheme, as a review would have them."""
    own = [t for t in tags if t.scheme == scheme and t.role in (None, "exploitation")]
    labels = tuple(dict.fromkeys(t.label for t in sorted(own, key=lambda t: -t.score)))
    return labels[:1] if scheme in ONE else labels


def _questions(tags: Sequence[Tag], said: Mapping[str, Sequence[str]]) -> list[SimpleNamespace]:
    """Return each scheme with all its labels: `given` by the model, `ticked` at first.

    Of `one` a single label holds; places are `written`. `more` are labels that can be added, of
    schemes with too many to tick.
    """
    found = []
    for scheme, labels in SCHEMES.items():
        given = labels_given(tags, scheme)
        ticked = said.get(scheme, given)
        many = scheme in ENTITY_SCHEMES
        choices = [
            SimpleNamespace(
                label=label,
                words=_words(scheme, label),
                given=label in given,
                ticked=label in ticked,
            )
            for label in (known_entities(scheme) if many else labels)
        ]
        question = SimpleNamespace(
            scheme=scheme,
            name=NAMES[scheme],
            choices=[one for one in choices if not many or one.given or one.ticked],
            one=scheme in ONE,
            written=" ".join(ticked) if scheme == "place" else None,
            more=[one for one in choices if many and not (one.given or one.ticked)],
        )
        found.append(question)
    return found


def _words(scheme: str, label: str) -> str:
    return entity_name(scheme, label) or label.replace("_", " ")
