"""Why an example does not hold: which clause decided, found by trying the rule without it.

Nothing of the engine is repeated here. A rule is run again with one part at a time: a part that
alone silences the words is what silences them, whatever the engine does with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from monitor.records.article import Finding
from monitor.rules.checker import Policy, run_policy
from monitor.rules.clause_words import clause_words
from monitor.rules.compiler import CompiledMatcher, CompiledRule, Evidence, Guideline
from monitor.rules.matching import open_draft
from monitor.rules.rule_schema import Clause
from monitor.text.document import Document

Place = tuple[str, int, int]
_OPEN = {"gate": "none", "scope": "any", "quotes": "flag", "mentions": "flag"}
"""The values under which a rule speaks wherever its words stand."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule of matches, and a text in which it does not do what an example says."""

    guideline: Guideline
    rule: CompiledRule
    document: Document

    def findings(self, rule: CompiledRule) -> tuple[Finding, ...]:
        """Return what a variant of the rule finds."""
        policy = Policy((rule,), siblings=False)
        return run_policy(self.guideline, [self.document], policy)[0].findings

    def words(self, place: Place) -> str:
        """Return the words that stand in a place."""
        field, start, end = place
        return (self.document.title if field == "title" else self.document.text)[start:end]


def why_not_flagged(tried: Tried, place: Place) -> list[str]:
    """Return why the words in a place are not flagged, the fewest reasons that any matcher has."""
    best: list[str] | None = None
    near: list[str] = []
    for number, matcher in enumerate(tried.rule.matchers, 1):
        bare = _bare(tried.rule, matcher)
        found = tried.findings(bare)
        if place not in map(_place, found):
            near += [f.match for f in found if _overlap(_place(f), place)]
            continue
        reasons = list(_silencers(tried, bare, matcher, number, place))
        if best is None or len(reasons) < len(best):
            best = reasons
    if best is not None:
        return best or ["a longer match of the same rule stands there, or several parts together"]
    if near:
        wider = max(near, key=len)
        return [f"what the rule lists there is '{wider}': mark exactly that, or list the words"]
    return [_no_match(tried, tried.words(place))]


def why_flagged(tried: Tried, place: Place) -> list[str]:
    """Return which matcher flags the words, what spoke for it, and that nothing spoke against."""
    for number, matcher in enumerate(tried.rule.matchers, 1):
        alone = replace(tried.rule, matchers=(matcher,))
        if place not in map(_place, tried.findings(alone)):
            continue
        reasons = [f"found by {matcher.source.way} of match {number}"]
        for name, need, clause in _named(tried.rule, matcher, "needs", number):
            told = _told(tried, _bare(tried.rule, matcher, needs=(need,)), place)
            reasons.append(f"{name} holds: {told or clause_words(clause)}")
        exceptions = [name for name, _, _ in _named(tried.rule, matcher, "unless", number)]
        if not exceptions:
            return [*reasons, "there is no 'unless' that could silence it"]
        return [*reasons, "nothing under 'unless' holds"]
    return []


def _bare(
    rule: CompiledRule,
    matcher: CompiledMatcher,
    *,
    needs: tuple[Evidence, ...] = (),
    unless: tuple[Evidence, ...] = (),
    kept: Mapping[str, str] = {},
) -> CompiledRule:
    """Return a rule of one matcher that speaks always, save for what is given."""
    source = matcher.source.model_copy(update={"message": "({evidence})"})
    single = replace(
        matcher,
        source=source,
        needs=needs,
        unless=unless,
        early_needs=tuple(clause for clause in needs if clause.is_early),
        early_unless=tuple(clause for clause in unless if clause.is_early),
        plain=None,
    )
    open_rule = rule.rule.model_copy(update={**_OPEN, **kept})
    return replace(rule, rule=open_rule, matchers=(single,))


def _silencers(
    tried: Tried, bare: CompiledRule, matcher: CompiledMatcher, number: int, place: Place
) -> Iterator[str]:
    """Yield each part of the rule that alone silences the words."""
    rule = tried.rule.rule
    found = next(f for f in tried.findings(bare) if _place(f) == place)
    parts = {
        "gate": (rule.gate, _gate(tried)),
        "scope": (rule.scope, f"the words stand in the {found.scope}"),
        "quotes": (rule.quotes, "the words stand in what a speaker says"),
        "mentions": (rule.mentions, "the words are only mentioned, as in 'the term …'"),
    }
    for field, (value, said) in parts.items():
        if value != _OPEN[field] and not _stands(
            tried, _bare(tried.rule, matcher, kept={field: value}), place
        ):
            yield f"'{field}: {value}' silences it: {said}"
    for name, need, clause in _named(tried.rule, matcher, "needs", number):
        if not _stands(tried, _bare(tried.rule, matcher, needs=(need,)), place):
            yield f"{name} does not hold; it asks for {clause_words(clause)}"
    for name, exception, clause in _named(tried.rule, matcher, "unless", number):
        if not _stands(tried, _bare(tried.rule, matcher, unless=(exception,)), place):
            told = _told(tried, _bare(tried.rule, matcher, needs=(exception,)), place)
            yield f"{name} holds and silences it: {told or clause_words(clause)}"


def _named(
    rule: CompiledRule, matcher: CompiledMatcher, field: str, number: int
) -> list[tuple[str, Evidence, Clause]]:
    """Return clauses with the names under which an editor finds them: the rule's, then its own."""
    common: Sequence[Clause] = getattr(rule.rule, field)
    own: Sequence[Clause] = getattr(matcher.source, field)
    names = [f"'{field}' {n}" for n in range(1, len(common) + 1)]
    names += [f"'{field}' {n} of match {number}" for n in range(1, len(own) + 1)]
    ready: Sequence[Evidence] = getattr(matcher, field)
    return list(zip(names, ready, (*common, *own), strict=True))


def _stands(tried: Tried, rule: CompiledRule, place: Place) -> bool:
    return place in map(_place, tried.findings(rule))


def _told(tried: Tried, rule: CompiledRule, place: Place) -> str:
    """Return the words that a clause found, as a bare rule's message has them."""
    found = next((f for f in tried.findings(rule) if _place(f) == place), None)
    return f"'{found.message[1:-1]}'" if found and len(found.message) > 2 else ""


def _gate(tried: Tried) -> str:
    """Say what the gate saw: the words of another topic, or too little of this one."""
    draft = open_draft(tried.guideline, tried.document)
    other = [
        scene.view.shadow[start:end]
        for scene in draft.scenes
        for wordset in tried.guideline.topic.other
        for start, end in scene.hits.of(wordset)
    ]
    if other:
        shown = "', '".join(dict.fromkeys(other[:3]))
        return f"the text shows another topic ('{shown}')"
    return "the text does not show that it is about trafficking"


def _no_match(tried: Tried, words: str) -> str:
    """Say that nothing listed stands there, and what listed comes closest."""
    rule = tried.rule.rule
    listed = [phrase for m in rule.match for phrase in (*m.phrases, *m.replace)]
    close = get_close_matches(words.lower(), listed, 1, 0.6)
    if close:
        return (
            f"no phrase of the rule is '{words}'; closest is '{close[0]}' (list every form of a "
            "word, and mark no more than is listed)"
        )
    said = f"nothing that 'match' lists is '{words}'"
    if any(matcher.has_patterns for matcher in tried.rule.matchers):
        hits = open_draft(tried.guideline, tried.document).text.hits
        stands = hits.of(tried.rule.trigger)
        said += "; a trigger stands in the text, but no pattern fits" if stands else (
            "; none of the words under 'trigger' stands in the text"
        )  # fmt: skip
    return said


def _place(finding: Finding) -> Place:
    return finding.field, finding.start, finding.end


def _overlap(one: Place, other: Place) -> bool:
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def why_answered(tried: Tried) -> list[str]:
    """Return which clauses of a question about the whole text led to its answer."""
    check, compiled = tried.rule.rule.check, tried.rule.check
    assert check
    assert compiled
    held: dict[str, list[str]] = {}
    for field in ("about", "met", "unless", "broken"):
        clauses: Sequence[Clause] = getattr(check, field)
        ready: Sequence[Evidence] = getattr(compiled, field)
        held[field] = []
        for number, (clause, evidence) in enumerate(zip(clauses, ready, strict=True), 1):
            told = _asks(tried, evidence)
            asked = clause_words(clause, whole_text=True)
            if told is not None:
                held[field].append(f"'{field}' {number} holds: {told or asked}")
            elif field == "about":
                return [f"'about' {number} does not hold; it asks for {asked}"]
    for field in ("met", "unless", "broken"):
        if held[field]:
            return held[field]
    return [f"nothing under 'met' or 'broken' holds, so 'otherwise: {check.otherwise}' decides"]


def _asks(tried: Tried, clause: Evidence) -> str | None:
    """Return the words that a clause of a question finds, "" for a look, None for nothing."""
    rule, compiled = tried.rule.rule, tried.rule.check
    assert rule.check
    assert compiled
    update = {"flags": None, "min_words": 0, "min_words_met": None, "otherwise": "broken"}
    open_check = rule.check.model_copy(update=update)
    alone = replace(
        tried.rule,
        rule=rule.model_copy(update={"check": open_check}),
        check=replace(compiled, about=(), unless=(), met=(clause,), broken=()),
    )
    policy = Policy((alone,), force_topic=True, siblings=False)
    item = run_policy(tried.guideline, [tried.document], policy)[0].scorecard[0]
    if not item.met:
        return None
    said = [tried.words((span.field, span.start, span.end)) for span in item.evidence]
    return ", ".join(f"'{words}'" for words in dict.fromkeys(said))
