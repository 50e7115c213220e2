"""Scorecard: what a whole text has or lacks, asked by rules of kind `document`.

A question that cannot be judged is answered `None` with the reason: a scorecard that counts three
lines without a helpline against an outlet is worse than none. Whom to call is told by an invitation
and its number. Whose the words are counts: "asked not to be named" tells nothing of the woman who
was sold if it was a neighbour of the suspect who asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from monitor.records.finding import ScorecardItem, Span
from monitor.rules.compiler import CompiledClause, CompiledRule
from monitor.rules.evidence import meant_at, of_anyone, regions
from monitor.rules.matching import ON_TOPIC, OpenDraft
from monitor.text.analysis import Region, Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set

MAX_EVIDENCE = 5


def check_draft(rule: CompiledRule, draft: OpenDraft) -> ScorecardItem:
    """Answer one question about a draft; what is there, is there in a short text too."""
    check, captions = rule.rule.check, draft.text.captions
    assert check
    least = check.min_words
    met_least = least if check.min_words_met is None else min(least, check.min_words_met)
    sure = draft.topic in ON_TOPIC or draft.topic == "touched"
    if draft.words < met_least:
        return _item(rule, None, _short(draft, least))
    of_headline = check.flags == "headline"
    headless = of_headline and draft.headline is None
    # an ordinary headline over a text about something else is no merit
    if headless or not (sure or (_hints(draft) and not of_headline)):
        no_topic = "the text does not show that it is about trafficking"
        return _item(rule, None, "there is no headline" if headless else no_topic)
    asked = all(_evidence(clause, draft, captions) is not None for clause in rule.check["about"])
    if not asked:
        return _unasked(rule, draft)
    each = [captions] if check.each is None else [(caption,) for caption in captions]
    answers = [_answer(rule, draft, one) for one in each]
    # of captions one by one, the worst answer
    if any(answered is False for answered, _ in answers) and not (sure and draft.words >= least):
        hardly = "cannot tell: the text hardly shows that it is about trafficking"
        return _item(rule, None, hardly if draft.words >= least else _short(draft, least))
    for met in (False, True):
        for answered, found in answers:
            if answered is met:
                return _item(rule, met, check.reasons.get("met" if met else "broken", ""), found)
    return _cannot_tell(rule, draft)


def _item(
    rule: CompiledRule, met: bool | None, reason: str, found: Sequence[Region] = ()
) -> ScorecardItem:
    spans = (Span(s.field, *s.view.original(a, b)) for s, a, b in found[:MAX_EVIDENCE])
    return ScorecardItem(rule.rule.id, met, reason, tuple(dict.fromkeys(spans)))


def _short(draft: OpenDraft, least: int) -> str:
    return f"too short to judge: {draft.words} words, at least {least} needed"


def _unasked(rule: CompiledRule, draft: OpenDraft) -> ScorecardItem:
    """Answer a question that does not arise: met where the rule says so or has the words."""
    check, captions = rule.rule.check, draft.text.captions
    if check and check.unasked == "met":
        return _item(rule, True, check.reasons.get("unasked", ""))
    looked = check is not None and check.unasked == "look"
    if looked and (found := _first(rule.check["met"], draft, captions)):
        return _item(rule, True, check.reasons.get("met", "") if check else "", found)
    return _item(rule, None, "the question does not arise in this text")


def _cannot_tell(rule: CompiledRule, draft: OpenDraft) -> ScorecardItem:
    """Leave a question open, and say why."""
    reasons = rule.rule.check.reasons if rule.rule.check else {}
    reason = reasons.get("silent", "nothing in the text speaks for or against it")
    if found := _first(rule.check["unless"], draft, draft.text.captions):
        reason = "not asked here, because of the words shown"
    elif found := _first((*rule.check["weak"], *rule.check["doubt"]), draft, draft.text.captions):
        weak = "cannot tell: the words shown are too little to go by"
        reason = reasons.get("weak", weak)
    return _item(rule, None, reason, found)


def _hints(draft: OpenDraft) -> bool:
    """Whether a text that does not show its topic is like abuse, with a word of exploitation."""
    words = [w for name in ("weak", "purpose", "means") for w in draft.guideline.topic[name]]
    return (
        draft.topic == "unknown"
        and bool(draft.abuse)
        and any(scene.hits.of(wordset) for scene in draft.scenes for wordset in words)
    )


def _answer(
    rule: CompiledRule, draft: OpenDraft, captions: Sequence[Stretch]
) -> tuple[bool | None, list[Region]]:
    """Say met, not met or neither; what raised the question stands where nothing else can."""
    clauses, otherwise = rule.check, rule.rule.check and rule.rule.check.otherwise
    if found := _first(clauses["met"], draft, captions):
        return True, found
    if _first((*clauses["unless"], *clauses["weak"]), draft, captions):
        return None, []
    if found := _first(clauses["broken"], draft, captions):
        return False, found
    if _first(clauses["doubt"], draft, captions):
        return None, []
    if otherwise != "broken":
        return (True if otherwise == "met" else None), []
    raised = (_evidence(clause, draft, captions) or [] for clause in clauses["about"])
    return False, [region for found in raised for region in found]


def _first(
    clauses: Iterable[CompiledClause], draft: OpenDraft, captions: Sequence[Stretch]
) -> list[Region]:
    """Return the evidence of the first clause that holds, else nothing."""
    return next(filter(None, (_evidence(clause, draft, captions) for clause in clauses)), [])


def _evidence(
    clause: CompiledClause, draft: OpenDraft, captions: Sequence[Stretch]
) -> list[Region] | None:
    """Return the evidence for a clause, None where it is too little."""
    asked, places = clause.asked, [(draft.text, *caption) for caption in captions]
    if asked.within != "caption":
        places = list(regions(draft, asked.within))
    if asked.whose is not None or asked.contact or asked.law:
        ways = {"contact": _contacts, "law": _laws, "voice": _spoken, "told": _told}
        kind = "voice" if asked.whose == "voice" else "told"
        look = ways["contact" if asked.contact else "law" if asked.law else kind]
        found = list(dict.fromkeys(hit for place in places for hit in look(clause, draft, *place)))
    else:
        if asked.referent is not None and (shown := of_anyone(clause, draft.cast)):
            return shown
        found = _look_apart(clause, places)
        if asked.headline_has and draft.headline:
            # the headline once for each way it looks that is asked for
            scene, headline = draft.headline
            text = scene.view.shadow[slice(*headline)]
            long_words = [word for word in text.split() if len(word) > 3]
            capitals = len(long_words) > 2 and all(word.isupper() for word in long_words)
            looks = {"exclamation": "!" in text, "question": "?" in text, "capitals": capitals}
            looks["emphasis"] = not capitals and _has_emphasis(text, draft.text.view.shadow)
            found += [(scene, *headline) for look in asked.headline_has if looks[look]]
    return found if len(found) >= asked.at_least else None


def _has_emphasis(headline: str, text: str) -> bool:
    """Whether a word stands in capitals that is no abbreviation: the text has it in small ones."""
    shouted = re.findall(r"\b[A-Z]{4,}\b(?![ A-Z]*:)", headline)
    small = word_set("every never always only this these your more most again really")
    return any(w.lower() in small or re.search(rf"\b{w.lower()}\b", text) for w in shouted)


_LAW = re.compile(
    r"(?:[A-Z][\w'-]+ (?:(?:and|of|in|for|the|against) ){0,2}){1,7}"
    r"(?:Act|Code|Protocol|Convention|Law|Ordinance|Statute)\b(?! [Ee]nforcement)|"
    r"\b[Ss]ections? \d+|\b[Aa]rticles? \d+|\u00a7 ?\d+|\bProposition \d+|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+|single|felony) (?:felony )?counts? "
    r"of\b|\bfelon(?:y|ies)\b|\bmaximum (?:sentence|penalty|term)\b|\bpunishable\b|"
    r"\bcarries (?:a|up to)\b"
)


def _laws(_: CompiledClause, __: OpenDraft, scene: Scene, low: int, high: int) -> Iterator[Region]:
    """Yield where a law, a section of it, a count or what it threatens is named."""
    yield from ((scene, *law.span()) for law in _LAW.finditer(scene.view.shadow, low, high))


def _look_apart(clause: CompiledClause, places: Iterable[Region]) -> list[Region]:
    """Return hits of a clause's words, as many as needed, none over another ("job fees")."""
    found: list[Region] = []
    for scene, low, high in places:
        for wordset in clause.wordsets:
            for start, end in scene.hits.between(wordset, low, high):
                if len(found) >= clause.asked.at_least:
                    return found
                if not any(other is scene and start < b and a < end for other, a, b in found):
                    found.append((scene, start, end))
    return found


REACH = 160
"""Characters between an invitation and its number."""

_INVITES = re.compile(
    r"\b(?:call|text|dial|ring|phone|telephone|contact|reach|speak to|talk to|"
    r"(?<!a )(?<!the )report|whatsapp|message|\w*line|number)s?\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"(?<![\w$\u20ac\u00a3.,+-])(?:\+?\(?\d[\d ().\u2010\u2011\u2013\u2014-]{5,16}\d|\d{3,6})"
    r"(?![\w%]|[.,:]\d)"
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


def _contacts(
    _: CompiledClause, __: OpenDraft, scene: Scene, low: int, high: int
) -> Iterator[Region]:
    """Yield an invitation with its number, where one sentence has both."""
    text = scene.view.shadow
    for number in _NUMBER.finditer(text, low, high):
        start, end = number.span()
        # a few digits are a number to call only in "on 112.", not in "at 112 sites"
        leads = _LEADS.search(text, max(0, start - 12), start)
        if end - start <= SHORT and not (leads and _GOES_ON.match(text, end)):
            continue
        sentence = scene.view.sentence_at(start)
        begin, last = scene.sentence_span(sentence)
        if start - begin < 2:  # a number that opens a line belongs to the line above
            begin = scene.sentence_span(sentence - 1)[0] or begin
        if _PRESS.search(text, begin, last):
            continue
        invites = list(_INVITES.finditer(text, max(begin, start - REACH), start))
        if invites:
            yield scene, invites[-1].start(), end


def _told(
    clause: CompiledClause, draft: OpenDraft, scene: Scene, low: int, high: int
) -> Iterator[Region]:
    """Yield the words of a clause that are told of somebody in a wanted role."""
    for wordset in clause.wordsets:
        for start, end in scene.hits.between(wordset, low, high):
            words, sentence = (scene, start, end), scene.view.sentence_at(start)
            meant = meant_at(clause.asked.whose or "", draft.cast, words, sentence)
            roles = [meant[0].roles if meant else frozenset[str]()]
            wanted = not clause.roles or _any_in(clause.roles, roles)
            if wanted and not _any_in(clause.never, roles):
                yield words


def _spoken(
    clause: CompiledClause, draft: OpenDraft, scene: Scene, low: int, high: int
) -> Iterator[Region]:
    """Yield who speaks, and the words elsewhere that tell who she is.

    What hangs on the words counts too ("a lawyer for the men").
    """
    words = draft.guideline.voices
    for one in draft.speakers(scene):
        if (
            one.start < low
            or one.end > high
            or not (not clause.roles or _any_in(clause.roles, [one.roles]))
        ):
            continue
        wordsets = clause.wordsets or [
            w for role in frozenset().union(*clause.roles) for w in words.get(role, ())
        ]
        hits = [h for at in one.told for w in wordsets for h in scene.hits.overlapping(w, *at)]
        if clause.wordsets and not hits:
            continue
        others = [p.roles for m in one.around if (p := draft.cast.of(m)) is not None]
        if not _any_in(clause.never, [one.roles, *others]):
            own = one.start, one.end
            within = [hit for hit in hits if own[0] <= hit[0] and hit[1] <= own[1]]
            places = within if clause.wordsets and within else (own, *(() if within else hits[:1]))
            yield from ((scene, *place) for place in dict.fromkeys(places))


def _any_in(wanted: Sequence[frozenset[str]], told: Iterable[frozenset[str]]) -> bool:
    """Whether one of the roles told has all of one of the sets of roles wanted."""
    return any(names <= roles for roles in told for names in wanted)
