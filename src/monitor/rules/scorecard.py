"""Scorecard: what a whole text has or lacks, asked by rules of kind `document`.

A question that cannot be judged is answered `None` with the reason: a scorecard that counts three
lines without a helpline against an outlet is worse than none.

Where a text tells its readers whom to call: an invitation, or a line, and its number. "Call the
unit on 112" is help whatever the unit is called; a number for the press is none.

Whose the words of a question are: "asked not to be named" protects the woman who was sold, and
tells nothing of her if it was a neighbour of the suspect who asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor.people.mentions import Mention
from monitor.people.persons import Cast
from monitor.people.verbs_of_saying import voices
from monitor.records.finding import ScorecardItem, Span
from monitor.rules.compiler import CompiledClause, CompiledRule
from monitor.rules.evidence import meant_at, of_anyone, regions
from monitor.rules.matching import OpenDraft
from monitor.rules.preconditions import ASKED, Topic
from monitor.text.analysis import Region, Scene
from monitor.text.positions import Stretch

MAX_EVIDENCE = 5


@dataclass(frozen=True, slots=True)
class _Question:
    """A rule that asks something of a draft, and the captions it looks at (all, or one)."""

    rule: CompiledRule
    draft: OpenDraft
    captions: Sequence[Stretch]


def check_draft(rule: CompiledRule, draft: OpenDraft, topic: Topic) -> ScorecardItem:
    """Answer one question about a draft.

    What is there, is there in a short text too, where `min_words_met` says so.
    """
    check, compiled = rule.rule.check, rule.check
    assert check
    assert compiled
    least, asked = check.min_words, _Question(rule, draft, draft.text.captions)
    met_least = least if check.min_words_met is None else min(least, check.min_words_met)
    short = f"too short to judge: {draft.words} words, at least {least} needed"
    if draft.words < met_least:
        return ScorecardItem(rule.rule.id, None, short)
    if topic not in ASKED:
        reason = "the text does not show that it is about trafficking"
        return ScorecardItem(rule.rule.id, None, reason)
    if any(_evidence(clause, asked) is None for clause in compiled.about):
        return ScorecardItem(rule.rule.id, None, "the question does not arise in this text")
    each = [asked]
    if check.each is not None:
        each = [_Question(rule, draft, (caption,)) for caption in asked.captions]
    answers = [_answer(one) for one in each]
    # of captions one by one, the worst answer
    for met in (False, True):
        evidence = next((found for answer, found in answers if answer is met), None)
        if evidence is None:
            continue
        if not met and draft.words < least:
            return ScorecardItem(rule.rule.id, None, short)
        reason = check.reasons.get("met" if met else "broken", "")
        return ScorecardItem(rule.rule.id, met, reason, _spans(evidence))
    if found := _first(compiled.unless, asked):
        reason = "not asked here, because of the words shown"
    elif found := _first(compiled.weak, asked):
        weak = "cannot tell: the words shown are too little to go by"
        reason = check.reasons.get("weak", weak)
    else:
        reason = "nothing in the text speaks for or against it"
    return ScorecardItem(rule.rule.id, None, reason, _spans(found))


def _answer(asked: _Question) -> tuple[bool | None, list[Region]]:
    """Say met, not met or neither; what raised the question stands where nothing else can."""
    check, compiled = asked.rule.rule.check, asked.rule.check
    assert check
    assert compiled
    if found := _first(compiled.met, asked):
        return True, found
    if _first(compiled.unless, asked) or _first(compiled.weak, asked):
        return None, []
    if found := _first(compiled.broken, asked):
        return False, found
    if check.otherwise != "broken":
        return (True if check.otherwise == "met" else None), []
    return False, [found for clause in compiled.about for found in _evidence(clause, asked) or []]


def _first(clauses: Sequence[CompiledClause], asked: _Question) -> list[Region]:
    """Return the evidence of the first clause that holds, else nothing."""
    return next((found for clause in clauses if (found := _evidence(clause, asked))), [])


def _evidence(clause: CompiledClause, asked: _Question) -> list[Region] | None:
    """Return the evidence for a clause, None where it is too little."""
    draft = asked.draft
    if clause.within == "caption":
        places = [(draft.text, *caption) for caption in asked.captions]
    else:
        places = list(regions(draft, clause.within))
    if clause.whose is not None:
        look = _spoken if clause.whose == "voice" else _told
        found = list(dict.fromkeys(hit for place in places for hit in look(clause, draft, *place)))
    elif clause.contact:
        found = [(s, *hit) for s, low, high in places for hit in contacts(s, low, high)]
    else:
        if clause.referent is not None and (shown := of_anyone(clause, draft.cast)):
            return shown
        found = _look_apart(clause, places)
        if clause.looks and draft.headline:
            found += _looks(clause.looks, *draft.headline)
    return found if len(found) >= clause.at_least else None


def _look_apart(clause: CompiledClause, places: Iterable[Region]) -> list[Region]:
    """Return hits of a clause's words in the places, none over another, no more than it needs.

    "Recruitment fees" is one thing told, though each of its words is listed as well.
    """
    found: list[Region] = []
    for scene, low, high in places:
        for wordset in clause.wordsets:
            for start, end in scene.hits.between(wordset, low, high):
                if len(found) >= clause.at_least:
                    return found
                if not any(other is scene and start < b and a < end for other, a, b in found):
                    found.append((scene, start, end))
    return found


def _looks(asked: Sequence[str], scene: Scene, headline: Stretch) -> list[Region]:
    """Return the headline once for each way it looks that is asked for."""
    text = scene.view.shadow[slice(*headline)]
    long_words = [word for word in text.split() if len(word) > 3]
    capitals = len(long_words) > 2 and all(word.isupper() for word in long_words)
    looks = {"exclamation": "!" in text, "question": "?" in text, "capitals": capitals}
    return [(scene, *headline) for look in asked if looks[look]]


def _spans(found: Sequence[Region]) -> tuple[Span, ...]:
    spans = (
        Span(scene.field, *scene.view.original(start, end))
        for scene, start, end in found[:MAX_EVIDENCE]
    )
    return tuple(dict.fromkeys(spans))


REACH = 160
"""Characters between an invitation and its number."""

_INVITES = re.compile(
    r"\b(?:call|text|dial|ring|phone|telephone|contact|reach|speak to|talk to|"
    r"(?<!a )(?<!the )report|whatsapp|message|\w*line|number)s?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w$\u20ac\u00a3.,+-])(?:\+?\(?\d[\d ().-]{5,16}\d|\d{3,6})(?![\w%]|[.,:]\d)"
)
SHORT = 6
"""Characters of a number that means one only right behind "call", "line", "on" ..."""
_LEADS = re.compile(
    r"\b(?:on|at|to|or|is|call|dial|ring|text|phone|number|line|hotline|helpline),?:? $",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[.,;:)*!\n\"']|$| (?:or|and|in|for|free|from|to|if|any|at|day|24|which|who|with)\b"
)
_PRESS = re.compile(
    r"\b(?:press|media|newsroom|public (?:information|affairs)|journalists)\b", re.IGNORECASE
)


def contacts(scene: Scene, low: int, high: int) -> Iterator[Stretch]:
    """Yield an invitation with its number, where one sentence has both."""
    text = scene.view.shadow
    for number in _NUMBER.finditer(text, low, high):
        start, end = number.span()
        # a few digits are a number to call only in "on 112.", not in "at 112 sites"
        leads = _LEADS.search(text, max(0, start - 12), start)
        if end - start <= SHORT and not (leads and _GOES_ON.match(text, end)):
            continue
        begin, last = scene.sentence_span(scene.view.sentence_at(start))
        if _PRESS.search(text, begin, last):
            continue
        invites = list(_INVITES.finditer(text, max(begin, start - REACH), start))
        if invites:
            yield invites[-1].start(), end


def _told(
    clause: CompiledClause, draft: OpenDraft, scene: Scene, low: int, high: int
) -> Iterator[Region]:
    """Yield the words of a clause that are told of somebody in a wanted role."""
    cast = draft.cast
    for wordset in clause.wordsets:
        for start, end in scene.hits.between(wordset, low, high):
            words, sentence = (scene, start, end), scene.view.sentence_at(start)
            meant = meant_at(clause.whose or "", cast, words, sentence)
            roles = meant[0].roles if meant else frozenset[str]()
            wanted = not clause.roles or any(names <= roles for names in clause.roles)
            if wanted and not any(names <= roles for names in clause.never):
                yield words


def _spoken(
    clause: CompiledClause, draft: OpenDraft, scene: Scene, low: int, high: int
) -> Iterator[Region]:
    """Yield who speaks; what hangs on the words counts too ("a lawyer for the men")."""
    cast = draft.cast
    mentions = cast.mentions[scene.field]
    for voice in voices(scene, papers=bool(clause.wordsets)):
        if voice.start < low or voice.end > high:
            continue
        heads = mentions.over(voice.start, voice.end)
        hits = [
            hit
            for wordset in clause.wordsets
            for hit in scene.hits.overlapping(wordset, voice.start, voice.end)
        ]
        if clause.roles and not _any_in(cast, heads, clause.roles, most=1):
            continue
        apart = [m for m in heads if not any(m.start < end and at < m.end for at, end in hits)]
        behind = mentions.between(voice.end, voice.reach)[:1]
        if not _any_in(cast, (*apart, *behind), clause.never):
            yield from ((scene, *hit) for hit in hits)
            if not clause.wordsets:
                yield scene, voice.start, voice.end


def _any_in(
    cast: Cast,
    mentions: Iterable[Mention],
    roles: Sequence[frozenset[str]],
    most: int | None = None,
) -> bool:
    """Whether the persons meant, the first `most` of them, have one of several sets of roles."""
    persons = [person for m in mentions if (person := cast.of(m)) is not None] if roles else []
    return any(names <= own for own in (p.roles for p in persons[:most]) for names in roles)
