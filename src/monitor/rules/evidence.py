"""Evidence around a match: the words that a rule's clause asks for, and whom the match refers to.

It also tells trafficking from smuggling. A purpose of exploitation with an act or a means is
trafficking. A journey with two signs of smuggling and no such purpose is smuggling. Where a text
tells both, neither word is wrong, and there is no answer.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from monitor.people.identifiability import known_by, named_at
from monitor.people.persons import Cast, Person
from monitor.people.roles import subject_of
from monitor.records.finding import Span
from monitor.records.people import PersonDetail, TextPerson
from monitor.rules.compiler import CompiledClause, CompiledMatcher, CompiledRule, WordLists
from monitor.rules.figures import find_bases, find_quantities, find_years
from monitor.rules.matching import OpenDraft, RuleMatch, fitting
from monitor.rules.rule_schema import PeopleWanted
from monitor.text.analysis import Place, Region, Scene
from monitor.text.positions import Stretch

CROSSINGS = 2
"""Different signs of a passage: one alone ("the coast") may be where a story happens."""
MAX_SHOWN = 3
REACH = 2_000
"""Characters read of one place for a statistic: a sentence without an end would be read again for
every match."""


def all_hold(
    clauses: Sequence[CompiledClause], draft: OpenDraft, at: RuleMatch
) -> list[Region] | None:
    """Return the evidence for every clause, or None if one has too little."""
    evidence: list[Region] = []
    for clause in clauses:
        found = _evidence(clause, draft, at)
        if len(found) < clause.asked.at_least:
            return None
        evidence += found
    return evidence


def any_holds(clauses: Sequence[CompiledClause], draft: OpenDraft, at: RuleMatch) -> bool:
    """Whether one of the clauses has enough evidence."""
    return any(all_hold((clause,), draft, at) is not None for clause in clauses)


def _evidence(clause: CompiledClause, draft: OpenDraft, at: RuleMatch) -> list[Region]:
    """Return up to `at_least` pieces of evidence for one clause around a match."""
    scene, asked = at.scene, clause.asked
    if asked.person is not None or asked.referent is not None:
        shown = _of_person(clause, draft, at)
        if shown or asked.person is not None or not clause.wordsets:
            return shown
    if asked.quoted is not None:
        quotation = scene.quotation_around(at.start, at.end)
        same = quotation is not None and quotation.kind == asked.quoted
        return [(scene, at.start, at.end)] if same else []
    if asked.case:
        return _of_case(clause, draft.guideline.cases, list(_places(clause, draft, at)))
    if asked.statistic:
        return _of_statistic(clause, _places(clause, draft, at))
    if asked.within == "match":
        hits = (scene.hits.overlapping(w, at.start, at.end) for w in clause.wordsets)
        found = [(scene, *hit) for some in hits for hit in some]
    else:
        found = _look_up(clause, _places(clause, draft, at))
    if clause.patterns and len(found) < asked.at_least:
        base, _ = scene.piece_at(at.sentence, at.start)
        doc, (low, high) = scene.docs.get(base), _window(clause, at)
        may = clause.patterns.needed.may_match(*scene.piece_text(at.sentence, at.start))
        for start, end, _ in clause.patterns.find(doc, base) if doc is not None and may else ():
            if start < high and end > low and (start >= low or asked.within == "match"):
                found.append((scene, start, end))
    return found


def _look_up(clause: CompiledClause, places: Iterable[Region]) -> list[Region]:
    """Return hits of a clause's words in the places, distinct, no more than it needs."""
    found: dict[tuple[str, int], Region] = {}
    least = clause.asked.at_least
    for scene, low, high in places:
        for wordset in clause.wordsets:
            for start, end in scene.hits.between(wordset, low, high, least):
                found.setdefault((scene.field, start), (scene, start, end))
        if len(found) >= least:
            break
    return list(found.values())


def _window(clause: CompiledClause, at: RuleMatch) -> Stretch:
    """Return the stretch of a match's sentence in which a clause looks."""
    low, high = at.scene.sentence_span(at.sentence)
    text, reach = at.scene.view.shadow, clause.asked.reach
    if clause.asked.within == "match":
        return at.start, at.end
    if clause.asked.within == "before":
        if reach is not None:
            words = text[max(low, at.start - 30 * reach) : at.start].split()
            back = len(" ".join(words[-reach:])) + 1 if words else 0
            low = max(low, at.start - back)
        return low, at.start
    if clause.asked.within == "after":
        if reach is not None:
            words = text[at.end : min(high, at.end + 30 * reach)].split()
            high = min(high, at.end + len(" ".join(words[:reach])) + 1)
        return at.end, high
    return low, high


def _places(clause: CompiledClause, draft: OpenDraft, at: RuleMatch) -> Iterator[Region]:
    scene, within = at.scene, clause.asked.within
    if within in ("match", "before", "after", "sentence"):
        yield scene, *_window(clause, at)
    elif within == "paragraph":
        paragraphs = scene.view.paragraphs
        index = bisect_right(paragraphs, (at.start, len(scene.view.shadow) + 1)) - 1
        inside = index >= 0 and at.start < paragraphs[index][1]
        yield scene, *(paragraphs[index] if inside else scene.sentence_span(at.sentence))
    elif within in ("near", "around"):
        yield scene, *scene.sentence_span(at.sentence)
        # a headline is near the text's first two sentences, and those are near it
        if scene.field == "title":
            yield from ((draft.text, *draft.text.sentence_span(number)) for number in (0, 1))
        else:
            if at.sentence:
                yield scene, *scene.sentence_span(at.sentence - 1)
            elif len(draft.scenes) > 1:
                yield draft.scenes[0], 0, len(draft.scenes[0].view.shadow)
            if scene.headline and at.end <= scene.headline[1]:
                yield from ((scene, *scene.sentence_span(at.sentence + n)) for n in (1, 2))
        if within == "around":
            yield scene, *scene.sentence_span(at.sentence + 1)
    else:
        yield from regions(draft, within)


def regions(draft: OpenDraft, within: str) -> Iterator[Region]:
    """Yield the stretches that `headline`, `caption`, `body` or `document` mean."""
    head = draft.headline
    if within == "caption":
        yield from ((draft.text, *caption) for caption in draft.text.captions)
    elif head and within != "body":
        yield head[0], *head[1]
    if within not in ("headline", "caption"):
        start = head[1][1] if head and head[0] is draft.text else 0
        yield draft.text, start, len(draft.text.view.shadow)


def find_identified(
    rule: CompiledRule, matcher: CompiledMatcher, draft: OpenDraft, scene: Scene
) -> Iterator[RuleMatch]:
    """Yield the people that can be identified and that a matcher wants, each once, at one place."""
    wanted = matcher.source.people
    for person in draft.people.people if wanted else ():
        if wanted and person.identifiable == "yes" and _is_wanted(wanted, person, draft):
            span = _telling(person, draft)
            if span.field == scene.field:
                start, end = scene.view.to_shadow(span.start, span.end)
                number = scene.view.sentence_at(start)
                best = fitting(matcher, scene, number, start)
                yield RuleMatch(scene, rule, best, start, end, number, person=person)


def _is_wanted(wanted: PeopleWanted, person: TextPerson, draft: OpenDraft) -> bool:
    """Whether a person is as a matcher has it; who is not restricted must be protected."""
    told = {
        "relative": person.role == "relative",
        "minor": person.minor is True,
        "consent": person.consent,
        "name_changed": person.name_changed,
    }
    asked = wanted.model_dump(include=set(told), exclude_none=True)
    return (
        wanted.restricted is person.restricted
        and asked.items() <= told.items()
        and (not wanted.known_by or known_by(person, draft.people, draft.fields) in wanted.known_by)
    )


def _telling(person: TextPerson, draft: OpenDraft) -> Span:
    """Return where a person is named, else the details of the sentence that tells most of her."""
    if named := named_at(person, draft.fields):
        return named
    of_field = {scene.field: scene.view for scene in draft.scenes}
    sentences: dict[tuple[str, int], list[PersonDetail]] = {}
    for detail in person.details:
        view = of_field[detail.span.field]
        number = view.sentence_at(view.to_shadow(detail.span.start, detail.span.end)[0])
        sentences.setdefault((detail.span.field, number), []).append(detail)
    told = max(sentences.values(), key=_much, default=None)
    if told is None or {one.kind for one in told} == {"age"}:
        called = (m.span for m in person.mentions if m.kind == "noun")
        return next(called, person.mentions[0].span)
    start, end = (min(d.span.start for d in told), max(d.span.end for d in told))
    return Span(told[0].span.field, start, end)


def _much(told: Sequence[PersonDetail]) -> tuple[int, int, int]:
    """Return how much details tell: of how many kinds, how many, in how many characters."""
    length = sum(one.span.end - one.span.start for one in told)
    return len({one.kind for one in told}), len(told), length


def _of_person(clause: CompiledClause, draft: OpenDraft, at: RuleMatch) -> list[Region]:
    """Return what shows that a node or the match means somebody in a wanted role, else nothing."""
    cast, scene, referent = draft.cast, at.scene, clause.asked.referent or ""
    mentions = cast.mentions[scene.field]
    if clause.asked.person is not None:
        node = at.nodes.get(clause.asked.person)
        spans = [(node.start, node.end), (node.subtree_start, node.subtree_end)] if node else []
        for mention in (m for span in spans for m in mentions.over(*span)):
            if (person := cast.of(mention)) is not None:
                return _in_role(clause, cast, person, mention.place)
            if mention.kind == "pronoun":
                break
        return []
    if referent != "anyone":
        meant = meant_at(referent, cast, (scene, at.start, at.end), at.sentence)
        return _in_role(clause, cast, *meant) if meant else []
    around = mentions.between(*scene.sentence_span(at.sentence))
    persons = ((cast.of(mention), mention.place) for mention in around)
    shown = (_in_role(clause, cast, one, place) for one, place in persons if one)
    return next(filter(None, shown), [])


def of_anyone(clause: CompiledClause, cast: Cast) -> list[Region]:
    """Return what shows that somebody in the text has a wanted role, else nothing."""
    found = (_in_role(clause, cast, one, one.mentions[0].place) for one in cast.persons)
    return next(filter(None, found), [])


def meant_at(where: str, cast: Cast, words: Region, sentence: int) -> tuple[Person, Place] | None:
    """Return whom a referent means at some words, if the text says, and the words that mean her."""
    scene, start, end = words
    mentions = cast.mentions[scene.field]
    low, high = scene.sentence_span(sentence)
    order = mentions.over(start, end)
    before = mentions.between(low, start)[::-1]
    if where == "subject":
        subject = subject_of(cast, scene, start)
        mention = next((m for m in before if cast.of(m) is subject), None)
        return (subject, mention.place) if subject and mention else None
    if where == "near":
        earlier = mentions.between(*scene.sentence_span(sentence - 1))[::-1]
        close = sorted(
            (*before[:4], *mentions.between(end, high)[:4]),
            key=lambda m: start - m.end if m.end <= start else m.start - end + 1,
        )
        order = [*order, *close, *earlier]
    elif where in ("before", "after"):
        order = before if where == "before" else mentions.between(end, high)
    known = ((person, m.place) for m in order if (person := cast.of(m)) is not None)
    return next(known, None)


def _in_role(clause: CompiledClause, cast: Cast, person: Person, words: Place) -> list[Region]:
    """Return the words for the person and the facts that give her a role that is wanted."""
    roles = person.roles
    wanted = next((names for names in clause.roles if names <= roles), None)
    if wanted is None:
        return []
    facts: list[Place] = []
    for role in sorted(wanted):
        fact = person.why(role)
        if role in cast.sets.by_age and person.age:
            fact = person.age[1], person.age[0].hit
        facts += [fact] if fact else []
    own, (low, high) = next((m.place for m in person.mentions if m.kind != "pronoun"), words)
    apart = (
        (scene, start, end)
        for scene, (start, end) in facts
        if not (own is scene and low <= start and end <= high)
    )
    return [(own, low, high), *dict.fromkeys(apart)]


def _of_case(clause: CompiledClause, lists: WordLists, places: Sequence[Region]) -> list[Region]:
    """Return the words that make the case which a clause names, or nothing."""

    def hits(*names: str) -> list[Region]:
        found = {
            (scene.field, *hit): (scene, *hit)
            for scene, low, high in places
            for name in names
            for wordset in lists[name]
            for hit in scene.hits.between(wordset, low, high, 20)
        }
        return [found[key] for key in sorted(found)]

    purpose, crossing, done = hits("purpose"), hits("crossing"), hits("act", "means")
    words = {scene.view.shadow[start:end].lower() for scene, start, end in crossing}
    passage, case = len(words) >= CROSSINGS, clause.asked.case
    if "trafficking" in case and purpose and done and not passage:
        return [*purpose[:MAX_SHOWN], *done[:1]]
    return crossing[:MAX_SHOWN] if "smuggling" in case and passage and not purpose else []


def _of_statistic(clause: CompiledClause, places: Iterable[Region]) -> list[Region]:
    """Return one place for each part that the clause names, or nothing if a part is missing."""
    within = [(scene, low, min(high, low + REACH)) for scene, low, high in places]

    def find(part: str) -> Iterator[Region]:
        for scene, low, high in within:
            text = scene.view.shadow[low:high]
            if part == "source":
                for wordset in clause.wordsets:
                    yield from ((scene, *hit) for hit in scene.hits.between(wordset, low, high, 1))
                continue
            spans = find_years(text) if part == "year" else find_bases(text)
            if part not in ("year", "base"):
                years = set(find_years(text))
                amounts = (q for q in find_quantities(text) if part in ("amount", q.unit))
                spans = (at for q in amounts if (at := (q.start, q.end)) not in years)
            yield from ((scene, low + start, low + end) for start, end in spans)

    found = [place for part in clause.asked.statistic if (place := next(find(part), None))]
    return found if len(found) == len(clause.asked.statistic) else []
