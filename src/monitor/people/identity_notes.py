"""What a text says of names: changed, kept back by law or a court, given with consent.

Each note is found by its words and goes to the person who stands nearest; a note at the end that
names were changed goes to all whom the text calls by one name only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.people.persons import Cast, Mention, Person
from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import late

_HER = r"(?:her|his|their|the (?:girl|boy|woman|man|child|victim|survivor)'?s?'?)"
_CHANGED = late(
    rf"\bnot {_HER} (?:real|actual|true|full) names?\b|\bname(?:s)? (?:has|have|had) been "
    r"changed\b|\bnames? (?:is|are|was|were)? ?changed\b"
    r"|\b(?:pseudonym|fake name|false name|assumed name|alias used to protect)\b|\bchanged (?:her"
    r"|his|their|the|some|all) names?\b"
    r"|\b(?:whose|the|real) names? (?:we|the \w+|this \w+) (?:have |has )?changed\b"
    r"|\bnames? (?:we have|has|have) (?:changed|altered)\b|\bnames? altered\b"
    r"|\bnot (?:using|give|giving|publish\w*|use) (?:her|his|their) real names?\b"
    r"|\b(?:real|full|true) names? (?:\w+ )?(?:not be|be withheld|withheld|is withheld|being "
    r"withheld|be kept|is being)\b",
    re.IGNORECASE,
)
_ASKED = late(
    r"\b(?:ask(?:s|ed|ing)? to be (?:called|identified (?:only )?as|known as|referred to as)"
    r"|prefers? to be called|"
    r"we(?:'ll| will| shall| are|'re)? (?:call|calling|refer to|identify|name)(?: (?:her|him|them"
    r"|as))*|"
    r"(?:who|whom) we(?:'ll| will|'re| are)? (?:call|calling|identify|identifying)(?: as)?|let's "
    r"call (?:her|him)|"
    r"(?:call|called) (?:her|him) here|identified here (?:only )?as|(?:under|using|by) the "
    r"(?:pseudonym|assumed name|name of)) ",
    re.IGNORECASE,
)
_RESTRICTED = late(
    r"\b(?:cannot|can not|can't|could not|may not|must not|not (?:to )?be(?:ing)?|never be|has "
    r"not been|have not been|had not been|is not|are not|was not|were not|isn't|aren't)"
    r"(?: (?:be|being|legally|publicly|been|lawfully))* (?:named|identified|identif(?:y"
    r"|iable))(?:[^.;]{0,40}\b(?:for legal reasons|by law|due to|because of|under|for the "
    r"protection|to protect|as (?:she|he|they) (?:is|are|was|were)|because))"
    r"|\b(?:cannot|can not|can't|may not|must not) (?:legally |lawfully )?be (?:publicly |legally "
    r")?(?:named|identified)\b"
    r"|\breporting restrictions?\b|\breporting ban\b|\bpublication ban\b|\bname suppression\b"
    r"|\bsuppression order\b"
    r"|\b(?:lifelong|life-long|automatic|legal|statutory) (?:right to )?anonymity\b|\banonymity "
    r"order\b|\bright to (?:lifelong )?anonymity\b"
    r"|\bentitled to (?:lifelong |automatic )?anonymity\b|\bgranted (?:\w+ )?anonymity\b"
    r"|\b(?:court|judge|magistrate|order|law|act|statute|injunction"
    r"|legislation)\b[^.;]{0,50}\b(?:bans?|bars?|prohibits?|forbids?|forbade|prevents?|banned"
    r"|barred|prohibited|prevented|protects?|protected)\b[^.;]{0,50}"
    r"\b(?:nam(?:ing|es?)|identif\w+|identit(?:y|ies)|publish\w+|publication|anonymity|address)\b"
    r"|\b(?:identit(?:y|ies)|names?) (?:\w+ ){0,4}(?:protected by|suppressed|withheld (?:by|under"
    r"|for legal|because|to protect|due|in (?:keeping|line|accordance))|"
    r"(?:cannot|may not|must not|can not|can't) be (?:published|revealed|disclosed|reported|made "
    r"public|released))"
    r"|\b(?:unlawful|illegal|an offence|a crime|contempt of court)\b[^.;]{0,30}\b(?:to "
    r")?(?:identif\w+|nam(?:e|ing)|publish\w*)\b",
    re.IGNORECASE,
)
_CONSENT = late(
    r"\bwaiv(?:ed|es|ing) (?:her|his|their) (?:legal |lifelong )?(?:right to )?(?:lifelong "
    r")?anonymity\b"
    r"|\b(?:agree[sd]?|consent(?:s|ed)?|chose|chosen|chooses|want(?:s|ed)?|ask(?:s|ed)?|decided"
    r"|happy|willing|wish(?:es|ed)?|insist(?:s|ed)?) (?:\w+ )?(?:to be|for (?:her|his|their) "
    r"(?:\w+ )?(?:name|face|story)(?: to be)?|that (?:her|his|their) (?:\w+ )?name (?:be )?|on "
    r"being|to have (?:her|his|their) (?:\w+ )?(?:name|story|face)) ?"
    r"(?:named|identified|photographed|pictured|used|told|published|shown|interviewed|heard"
    r"|quoted by name|shared)"
    r"|\bwith (?:her|his|their) (?:written |full |informed |express )?(?:consent|permission)\b"
    r"|\b(?:gave|given|gives|giving) (?:\w+ )?(?:her |his |their )?(?:written |informed |full "
    r")?(?:consent|permission)\b"
    r"|\b(?:speak(?:s|ing)?|spoke|spoken|talk(?:s|ed|ing)?) (?:out|publicly|openly|on the record"
    r"|exclusively)\b|\b(?:go(?:es|ne|ing)?|went) public\b"
    r"|\bunder (?:her|his|their) (?:own|real|full) names?\b|\b(?:use|using|used) (?:her|his"
    r"|their) (?:own|real|full) names?\b"
    r"|\b(?:shar(?:es|ed|ing)|tell(?:s|ing)?|told) (?:her|his|their) stor(?:y|ies) (?:publicly"
    r"|with|to|in|on|at|so|because|for)\b"
    r"|\b(?:her|his) (?:memoir|autobiography|book|TED talk|podcast)\b"
    r"|\b(?:survivor|former victim)(?:s)?(?:-| and | turned |-turned-|, )(?:now )?(?:an? )?(?:\w+ "
    r")?(?:advocate|activist|campaigner|author|leader|ambassador|consultant|speaker|founder)s?\b"
    r"|\b(?:advocate|activist|campaigner|author|founder|speaker)(?:s)? and (?:a )?(?:\w+ "
    r"){0,2}survivor\b",
    re.IGNORECASE,
)
_WAIVED = late(r"\b(?:waiv\w+|gave up|giv\w+ up|renounc\w+)\b[^.;]{0,30}$", re.IGNORECASE)
_NOT = late(
    r"\b(?:not|never|without|refus\w+|declin\w+|n't|nor|no|on condition of "
    r"anonymity)\b[^.;]{0,30}$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class IdentityNotes:
    """Whom such words are told of, by `id`, and where the text says that somebody is restricted."""

    changed: set[int] = field(default_factory=set)
    consenting: set[int] = field(default_factory=set)
    restricted: set[int] = field(default_factory=set)
    orders: list[Place] = field(default_factory=list)


def find_identity_notes(cast: Cast) -> IdentityNotes:
    """Return what a text says of the names of its people."""
    notes = IdentityNotes()
    for scene in cast.scenes.values():
        text = scene.view.shadow
        notes.changed.update(map(id, _changed(cast, scene)))
        for found in _RESTRICTED.finditer(text):
            if not _WAIVED.search(text, max(0, found.start() - 40), found.start()):
                notes.orders.append((scene, found.span()))
                notes.restricted.update(map(id, _barred(cast, scene, found.span())))
        for found in _CONSENT.finditer(text):
            low, _ = scene.sentence_span(scene.view.sentence_at(found.start()))
            if not _NOT.search(text, low, found.start()):
                notes.consenting.update(map(id, _nearest(cast, scene, found.span())))
    for person in cast.persons:  # who is one of them shares their lot
        if (group := cast.groups.get(id(person))) and id(group) in notes.restricted:
            notes.restricted.add(id(person))
    return notes


def _changed(cast: Cast, scene: Scene) -> Iterator[Person]:
    """Yield whose names the text says are none, or marks with a star."""
    text, mentions = scene.view.shadow, cast.mentions[scene.field]
    for found in _CHANGED.finditer(text):
        yield from _renamed(cast, scene, found)
    for found in _ASKED.finditer(text):
        behind = mentions.after(found.end() - 1)
        if behind and behind.kind == "name" and behind.start - found.end() < len(' "Mr'):
            yield from filter(None, [cast.of(behind)])
    yield from filter(None, (cast.of(m) for m in mentions.all if _is_starred(text, m)))


def _is_starred(text: str, mention: Mention) -> bool:
    before, behind = text[: mention.start][-2:], text[mention.end : mention.end + 2]
    is_bold = before == "**" or behind == "**"
    return mention.kind == "name" and not is_bold and (before[-1:] == "*" or behind[:1] == "*")


def _renamed(cast: Cast, scene: Scene, found: re.Match[str]) -> Iterator[Person]:
    """Yield whose names were changed: she who is named before it, or all of one name only."""
    text, mentions = scene.view.shadow, cast.mentions[scene.field]
    low, high = scene.sentence_span(scene.view.sentence_at(found.start()))
    before = [m for m in mentions.between(low, found.start()) if m.kind == "name"][-1:]
    behind = [m for m in mentions.between(found.end(), high) if m.kind == "name"][:1]
    near = [m for m in before if found.start() - m.end < MAX_BEFORE]
    near = near or [m for m in behind if m.start - found.end() < MAX_BEHIND]
    is_all = re.search(r"\ball\b", text[low:high], re.IGNORECASE) is not None
    people = list(filter(None, map(cast.of, near)))
    if not people and "names" not in text[low:high].lower():
        people = [person for person in _nearest(cast, scene, found.span()) if person.names]
    # where names have stars only those were changed
    starred = any(_is_starred(text, mention) for mention in mentions.all)
    if people or (starred and not is_all):
        yield from people
        return
    for person in cast.persons:
        words = [m.word for m in person.mentions if m.kind == "name"]
        if words and (is_all or not any(" " in word for word in words)):
            yield person


MAX_BEFORE, MAX_BEHIND = 80, 12
"""Characters between a name and the note that it was changed."""


def _nearest(cast: Cast, scene: Scene, hit: Stretch) -> list[Person]:
    """Return of whom words tell: who stands right before them, who acts, who follows."""
    before, inside, after = _around(cast, scene, hit)
    close = [m for m in before[:1] if hit[0] - m.end <= len(", ")]
    acting = [m for m in before if not m.oblique]
    order = (*close, *acting[:1], *before[:1], *inside, *after[:3])
    return list(filter(None, map(cast.of, order)))[:1]


def _barred(cast: Cast, scene: Scene, hit: Stretch) -> list[Person]:
    """Return who may not be identified; a judge who orders it may."""
    before, inside, after = _around(cast, scene, hit)
    close = [m for m in before[:1] if hit[0] - m.end <= len(", ")]  # "The men, who cannot be"
    acting = [m for m in before if not m.oblique]
    nouns = [m for m in inside if m.kind != "name"]
    order = close or [*nouns, *acting[:1], *after[:3], *before[:1]]
    private = [mention for mention in order if not _is_office(cast, mention)]
    return list(filter(None, map(cast.of, private or order)))[:1]


def _around(
    cast: Cast, scene: Scene, hit: Stretch
) -> tuple[list[Mention], list[Mention], list[Mention]]:
    """Return the mentions of a sentence before, in and behind a stretch, from it outwards."""
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    mentions = cast.mentions[scene.field]
    before = mentions.between(low, hit[0])[::-1]
    return before, mentions.over(*hit), mentions.between(hit[1], high)


def _is_office(cast: Cast, mention: Mention) -> bool:
    person = cast.of(mention)
    return person is None or "official" in person.facts
