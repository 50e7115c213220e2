"""Verbs of saying and their subjects: where a text lets somebody speak.

No parse. "The women's lawyer said", "said Ana Ruci, a nurse with the union", "according to the
charity", the source of a quotation: what stands there speaks, and what else a text mentions does
not ("boats given out of charity", "experts were not asked").
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from monitor.text.analysis import NESTED, Scene, SpeakerMention
from monitor.text.quotations import Quotation
from monitor.text.regular_expressions import one_of, word_set
from monitor.text.speaker_attribution import KIN_NAMED

MAX_VOICE = 110
"""Characters before or behind a verb of saying in which its subject stands."""

SAID = re.compile(
    r"\b"
    + one_of(
        """said says say told tells tell added adds explained explains described describes recalled
        recalls remembers remembered alleged alleges claimed claims warned warns insisted insists
        argued argues complained complains confirmed confirms denied denies deny testified wrote
        writes stated states announced announces noted notes reported reports replied begged
        appealed revealed reveals demands demanded spoke shouted shouts saying telling adding"""
    )
    + r"\b"
)
_ALSO = re.compile(
    r"\b"
    + one_of(
        """urged urges condemned condemns criticised criticized criticises praised welcomed
        welcomes stressed stresses emphasised emphasized emphasizes asks believes
        clarified commented concluded disclosed acknowledged admitted admits observed remarked
        suggested suggests cautioned pointed requested exclaimed exclaims hopes pleaded echoed
        highlighted highlights outlined calls called tweeted"""
    )
    + r"\b"
)
_NO_SPEECH = re.compile(
    r"call(?:ed|s)(?! (?:for|on|it|this|the)\b)|pointed(?! (?:out|to))|pleaded (?:guilty|not)|"
    r"requested (?:by|to|not|in)\b"
)
"""Verbs of `_ALSO` that here mean something else."""
_SHOWS = re.compile(r"\b(?:found|finds|show|shows|showed|estimates|estimated)\b")
"""What papers do; of persons it says nothing ("officers found nine people")."""
_NOUNS = word_set("states reports demands claims notes shouts")
_SAYS_THAT = re.compile(r",? (?:that|he|she|it|they|in|on)\b|: |, ?\"|$|\.")
_DONE = re.compile(r"\b(?:was|were|is|are|been|being|be|an|the|to)(?: \w+ly)? $", re.IGNORECASE)
"""Before a participle: "children were found", "an estimated 200"."""
_TO = re.compile(r"\b(?:[Aa]ccording to|in the words of) ")
_NOT = re.compile(
    r"\b(?:to|not|never|was|were|is|are|been|being|be|get|got)(?: \w+ly)? $|n't $|\ballegedly $|"
    r"\b(?:and|or|then) $",
    re.IGNORECASE,
)
"""Before a verb whose subject does not speak here, or stands further off."""
_TO_HER = re.compile(r" (?:her|him|them)\b")
"""Words of the time told of: "told her that she owed him the fare"."""
_LIGHT = re.compile(r"(?: ?\b(?:also|later|then|has|had|have|once|again|still|\w+ly)\b)* ?$")
_LIGHT_END = re.compile(r" (?:also|later|then|has|had|have|once|again|still|\w+ly)$")
_BREAK = re.compile(
    r"[;:\u2014(\n]|\b(?:that|but|because|while|when|although|if|where|after|before|since) "
)
_HANGS = re.compile(
    r" (?:of|for|from|with|at|in|on|to|by|who|whom|whose|which|that|about|under|near|outside|"
    r"behind|whether)\b"
)
_SPEAKS_FOR = re.compile(
    r"\b(?:spokes\w+|directors?|head|chair\w*|managers?|founders?|coordinators?|members?|staff|"
    r"officers?|leaders?|secretary|attorneys?|president|adviser|volunteers?|one|some|two|three|"
    r"several|many|both|each|most|none)$",
    re.IGNORECASE,
)
"""Who speaks for what hangs on him, or counts it: "a spokesman for the union", "one of them"."""
_BESIDE = re.compile(r"(?:an?|the|who|of|from|now|\(?\d\d|one of|his|her|their|speaking|\w+ing)\b")
_PRONOUN = re.compile(r"\b(?:he|she|they|i|we)$", re.IGNORECASE)
"""A subject that stands apart from what is set before: "In a letter to the court she wrote"."""
_OPENS = re.compile(r"(?:[A-Z]|an? |the |one |two |his |her |their )")
_ENDS = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])\.|[;:\u2014\n\"(!?]|"
    r"\b(?:that|who|when|as|after|on|in) "
)


def voices(scene: Scene) -> list[SpeakerMention]:
    """Return the stretches that name who speaks, and what "shows" or "found"."""
    found = set(_heard(scene))
    found.update(one._replace(paper=True) for one in _shown(scene) if one not in found)
    told: list[SpeakerMention] = []
    for voice in sorted(found):  # save who is named by words that another voice has already
        if voice.end > voice.start and (not told or voice.start >= told[-1].end):
            told.append(voice)
    return told


def _heard(scene: Scene) -> Iterator[SpeakerMention]:
    """Yield the subjects of verbs of saying and the sources of quotations."""
    text = scene.view.shadow
    for verb in SAID.finditer(text):
        yield from _said(scene, *verb.span())
    for verb in _ALSO.finditer(text):
        if not _NO_SPEECH.match(text, verb.start()):
            yield from _said(scene, *verb.span())
    for quotation in scene.view.quotations:
        source = quotation.source_span or quotation.speaker_span
        if quotation.kind == "attributed" and source:
            yield head_of(text, *source)


def _shown(scene: Scene) -> Iterator[SpeakerMention]:
    """Yield who found or estimates something, and according to whom it is."""
    text = scene.view.shadow
    for verb in _SHOWS.finditer(text):
        if not _DONE.search(text, max(0, verb.start() - 24), verb.start()):
            yield from _before(scene, verb.start())
    for to in _TO.finditer(text):
        yield from _behind(scene, to.end())


def _said(scene: Scene, start: int, end: int) -> Iterator[SpeakerMention]:
    text = scene.view.shadow
    silent = bool(_NOT.search(text, max(0, start - 24), start))
    silent |= text[start:end] in _NOUNS and not _SAYS_THAT.match(text, end)
    told_her = text.startswith("t", start) and _TO_HER.match(text, end)
    before = _quotations_before(scene, start)
    # inside a quotation somebody else tells that it was said
    if silent or told_her or any(q.kind == "attributed" and start < q.end for q in before):
        return
    part = text[_clause(scene, start) : start]
    alone = not _LIGHT.sub("", part.rpartition(",")[2], count=1).strip(" '\"")
    if alone and _OPENS.match(text, end + 1) and not _apposed(part):
        yield from _behind(scene, end + 1)
    else:
        yield from _before(scene, start)


def _quotations_before(scene: Scene, position: int) -> tuple[Quotation, ...]:
    """Return the last few quotations that begin before a place, or there."""
    quotations = scene.view.quotations
    index = bisect_left(quotations, position + 1, key=lambda quotation: quotation.start)
    return quotations[max(0, index - NESTED) : index]


def _clause(scene: Scene, position: int) -> int:
    """Return where the clause of a verb begins: behind a quotation, a joint, a full stop."""
    low, _ = scene.sentence_span(scene.view.sentence_at(position))
    low = max(low, position - 3 * MAX_VOICE)
    for quotation in _quotations_before(scene, position):
        if low < quotation.end < position:
            low = min(quotation.end + 1, position)
    text = scene.view.shadow
    for joint in _BREAK.finditer(text, low, position):
        opens = not text[low : joint.start()].strip(" ,")
        if joint[0] != "that " or opens or SAID.search(text, low, joint.start()):
            low = joint.end()
    return low


def _apposed(part: str) -> bool:
    """Whether a clause ends in an aside: "Ana Ruci, a nurse with the union, said"."""
    pieces = part.rstrip(" ").rstrip(",").split(",")
    return len(pieces) > 1 and bool(_BESIDE.match(pieces[-1].strip()))


def _before(scene: Scene, end: int) -> Iterator[SpeakerMention]:
    """Yield who stands before a verb: the last piece between commas, or name and aside."""
    text, low = scene.view.shadow, _clause(scene, end)
    pieces = [
        (low + piece.start(), low + piece.end())
        for piece in re.finditer(r"[^,]+", text[low:end])
        if _LIGHT.sub("", piece[0], count=1).strip(" '\"")
    ]
    aside = pieces and text[pieces[-1][1] : end].strip() and _apposed(text[low : pieces[-1][1]])
    for piece in pieces[-3 if aside else -1 :]:
        start, stop = piece[0], piece[0] + len(text[slice(*piece)].rstrip())
        stop -= len(light[0]) if (light := _LIGHT_END.search(text, start, stop)) else 0
        alone = _PRONOUN.search(text, start, stop)
        yield SpeakerMention(alone.start(), stop, stop) if alone else head_of(text, *piece)


def _behind(scene: Scene, start: int) -> Iterator[SpeakerMention]:
    """Yield who stands behind a verb or "according to", with the aside that follows a name."""
    text = scene.view.shadow
    stop = _ENDS.search(text, start, start + MAX_VOICE)
    high = stop.start() if stop else min(len(text), start + MAX_VOICE)
    if kin := KIN_NAMED.search(text, start, high):
        yield head_of(text, *kin.span("speaker"))
        return
    comma = text.find(",", start, high)
    yield head_of(text, start, comma if comma >= 0 else high)
    if comma >= 0 and _BESIDE.match(text, comma + 2):
        end = text.find(",", comma + 2, high)
        yield head_of(text, comma + 2, end if end >= 0 else high)


def head_of(text: str, start: int, end: int) -> SpeakerMention:
    """Cut off what hangs on the words for somebody, unless she speaks for just that."""
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    at = start
    while hangs := _HANGS.search(text, at, end):
        if hangs.start() > start and not _SPEAKS_FOR.search(text, start, hangs.start()):
            return SpeakerMention(start, hangs.start(), end)
        at = hangs.end()
    return SpeakerMention(start, end, end)
