"""Kind `document`: what a whole text has or lacks, answered in the scorecard.

A question that cannot be judged is answered `None` with the reason: a scorecard that counts three
lines without a helpline against an outlet is worse than none.

Where a text tells its readers whom to call: an invitation, or a line, and its number.

"Call the unit on 112" is help whatever the unit is called; a number for the press is none.

Whose the words of a question are: who is meant by them, or who speaks.

"Asked not to be named" protects the woman who was sold, and tells nothing of her if it was a
neighbour of the suspect who asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from monitor.people.mentions import Mention
from monitor.people.persons import Cast, Person
from monitor.people.verbs_of_saying import voices
from monitor.records.finding import ScorecardItem, Span
from monitor.rules.compiler import CompiledCheck, CompiledRule, Evidence
from monitor.rules.evidence import Found, look_apart, regions
from monitor.rules.matching import Draft
from monitor.rules.preconditions import Topic, may_ask
from monitor.rules.referents import Spot, anyone_evidence, meant_at
from monitor.rules.rule_schema import DocumentCheck
from monitor.text.analysis import Region, Scene
from monitor.text.positions import Stretch

MAX_EVIDENCE = 5
_EXCEPTED = "not asked here, because of the words shown"
_NOTHING = "nothing in the text speaks for or against it"
_WEAK = "cannot tell: the words shown are too little to go by"


@dataclass(frozen=True, slots=True)
class _Question:
    """One question about one draft, and the captions it looks at (all of them, or each)."""

    check: DocumentCheck
    compiled: CompiledCheck
    draft: Draft
    topic: Topic
    captions: tuple[Stretch, ...]


def check_draft(rule: CompiledRule, draft: Draft, topic: Topic) -> ScorecardItem:
    """Answer one question about a draft."""
    check, compiled = rule.rule.check, rule.check
    assert check
    assert compiled
    item = rule.rule.id
    asked = _Question(check, compiled, draft, topic, draft.text.captions)
    silence = _why_silent(asked)
    if silence:
        return ScorecardItem(item, None, silence)
    met, evidence = _answer(asked)
    if met is None:
        return ScorecardItem(item, None, *_why_open(asked))
    if not met and draft.words < check.min_words:
        return ScorecardItem(item, None, _too_short(asked))
    reason = check.reasons.get("met" if met else "broken", "")
    return ScorecardItem(item, met, reason, _spans(evidence))


def _answer(asked: _Question) -> tuple[bool | None, list[Found]]:
    """Return the answer and what it rests on; of captions one by one, the worst answer."""
    if asked.check.each is None:
        return _one_answer(asked)
    answers = [_one_answer(_of_caption(asked, caption)) for caption in asked.captions]
    for wanted in (False, True):
        if found := next((answer for answer in answers if answer[0] is wanted), None):
            return found
    return None, []


def _of_caption(asked: _Question, caption: Stretch) -> _Question:
    return replace(asked, captions=(caption,))


def _one_answer(asked: _Question) -> tuple[bool | None, list[Found]]:
    """Say met, not met or neither; what raised the question stands where nothing else can."""
    if found := _first(asked.compiled.met, asked):
        return True, found
    if _first(asked.compiled.unless, asked) or _first(asked.compiled.weak, asked):
        return None, []
    if found := _first(asked.compiled.broken, asked):
        return False, found
    answer = {"met": True, "broken": False, "silent": None}[asked.check.otherwise]
    raised = [found for clause in asked.compiled.about for found in _evidence(clause, asked) or []]
    return answer, raised if answer is False else []


def _why_open(asked: _Question) -> tuple[str, tuple[Span, ...]]:
    """Say why there is no answer, and show the words that kept it open."""
    if excepted := _first(asked.compiled.unless, asked):
        return _EXCEPTED, _spans(excepted)
    if weak := _first(asked.compiled.weak, asked):
        return asked.check.reasons.get("weak", _WEAK), _spans(weak)
    return _NOTHING, ()


def _too_short(asked: _Question) -> str:
    least = asked.check.min_words
    return f"too short to judge: {asked.draft.words} words, at least {least} needed"


def _why_silent(asked: _Question) -> str | None:
    """Say why the question cannot be judged on this draft, or None.

    What is there, is there in a short text too, where `min_words_met` says so.
    """
    least = asked.check.min_words
    if asked.check.min_words_met is not None:
        least = min(least, asked.check.min_words_met)
    if asked.draft.words < least:
        return _too_short(asked)
    if not may_ask(asked.topic):
        return "the text does not show that it is about trafficking"
    if any(_evidence(clause, asked) is None for clause in asked.compiled.about):
        return "the question does not arise in this text"
    return None


def _first(clauses: Sequence[Evidence], asked: _Question) -> list[Found]:
    """Return the evidence of the first clause that holds, else nothing."""
    return next((found for clause in clauses if (found := _evidence(clause, asked))), [])


def _evidence(clause: Evidence, asked: _Question) -> list[Found] | None:
    if clause.whose is not None:
        found = owned(clause, asked.draft, _places(clause, asked))
        return found if len(found) >= clause.at_least else None
    if clause.contact:
        places = _places(clause, asked)
        found = [Found(s, *hit) for s, low, high in places for hit in contacts(s, low, high)]
        return found if len(found) >= clause.at_least else None
    if clause.referent is not None:
        shown = anyone_evidence(clause, asked.draft)
        if shown:
            return [Found(scene, *hit) for scene, hit in shown]
    found = look_apart(clause, _places(clause, asked)) + _looks(clause, asked.draft)
    return found if len(found) >= clause.at_least else None


def _places(clause: Evidence, asked: _Question) -> Iterable[Region]:
    if clause.within == "caption":
        return _captions(asked)
    return regions(asked.draft, clause.within)


def _captions(asked: _Question) -> Iterator[Region]:
    yield from ((asked.draft.text, *caption) for caption in asked.captions)


def _looks(clause: Evidence, draft: Draft) -> list[Found]:
    """Return the headline once for each way it looks that the clause asks for."""
    if not clause.looks or not draft.headline:
        return []
    scene, (start, end) = draft.headline
    text = scene.view.shadow[start:end]
    long_words = [word for word in text.split() if len(word) > 3]
    capitals = len(long_words) > 2 and all(word.isupper() for word in long_words)
    looks = {"exclamation": "!" in text, "question": "?" in text, "capitals": capitals}
    return [Found(scene, start, end) for look in clause.looks if looks[look]]


def _spans(found: Sequence[Found]) -> tuple[Span, ...]:
    spans = (
        Span(piece.scene.field, *piece.scene.view.original(piece.start, piece.end))
        for piece in found[:MAX_EVIDENCE]
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
        short = number.end() - number.start() <= SHORT
        if short and not _is_short_number(text, number.start(), number.end()):
            continue
        begin, end = scene.sentence_span(scene.view.sentence_at(number.start()))
        if _PRESS.search(text, begin, end):
            continue
        begin = max(begin, number.start() - REACH)
        invites = list(_INVITES.finditer(text, begin, number.start()))
        if invites:
            yield invites[-1].start(), number.end()


def _is_short_number(text: str, start: int, end: int) -> bool:
    """Whether a few digits are a number to call: "on 112.", not "at 112 sites"."""
    return bool(_LEADS.search(text, max(0, start - 12), start) and _GOES_ON.match(text, end))


def owned(clause: Evidence, draft: Draft, places: Iterable[Region]) -> list[Found]:
    """Return the words of a clause that are told of, or said by, somebody in a wanted role."""
    look = _spoken if clause.whose == "voice" else _told
    found = (piece for place in places for piece in look(clause, draft.cast, *place))
    return list(dict.fromkeys(found))


def _told(clause: Evidence, cast: Cast, scene: Scene, low: int, high: int) -> Iterator[Found]:
    for wordset in clause.wordsets:
        for start, end in scene.hits.between(wordset, low, high):
            spot = Spot(scene, start, end, scene.view.sentence_at(start))
            meant = meant_at(clause.whose or "", cast, spot)
            if _fits(clause, meant.person if meant else None):
                yield Found(scene, start, end)


def _spoken(clause: Evidence, cast: Cast, scene: Scene, low: int, high: int) -> Iterator[Found]:
    """Yield who speaks; what hangs on the words counts too ("a lawyer for the men")."""
    for voice in voices(scene, papers=bool(clause.wordsets)):
        if voice.start < low or voice.end > high:
            continue
        mentions = cast.mentions[scene.field]
        heads = mentions.over(voice.start, voice.end)
        hits = [
            hit
            for wordset in clause.wordsets
            for hit in scene.hits.overlapping(wordset, voice.start, voice.end)
        ]
        if clause.roles and not any(
            _is_one_of(person, clause.roles) for person in _known(cast, heads)[:1]
        ):
            continue
        apart = [m for m in heads if not any(m.start < end and at < m.end for at, end in hits)]
        behind = mentions.between(voice.end, voice.reach)[:1]
        if any(_is_one_of(p, clause.never) for p in _known(cast, (*apart, *behind))):
            continue
        if clause.wordsets:
            yield from (Found(scene, *hit) for hit in hits)
        else:
            yield Found(scene, voice.start, voice.end)


def _known(cast: Cast, mentions: Iterable[Mention]) -> list[Person]:
    return [person for mention in mentions if (person := cast.of(mention)) is not None]


def _fits(clause: Evidence, person: Person | None) -> bool:
    if person is None:
        return not clause.roles
    wanted = not clause.roles or _is_one_of(person, clause.roles)
    return wanted and not _is_one_of(person, clause.never)


def _is_one_of(person: Person, roles: tuple[frozenset[str], ...]) -> bool:
    known = person.roles if roles else frozenset()
    return any(names <= known for names in roles)
