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
        for found in _CHANGED.finditer(text):
            notes.changed.update(map(id, _renamed(cast, scene, found)))
        for found in _ASKED.finditer(text):
            behind = cast.mentions[scene.field].after(found.end() - 1)
            if behind and behind.kind == "name" and behind.start - found.end() < 4:
                notes.changed.update(map(id, filter(None, [cast.of(behind)])))
        for mention in cast.mentions[scene.field].all:
            if mention.kind == "name" and "*" in (
                text[mention.start - 1 : mention.start],
                text[mention.end : mention.end + 1],
            ):
                if not text.startswith("**", mention.end) and not text.endswith(
                    "**", 0, mention.start
                ):
                    notes.changed.update(map(id, filter(None, [cast.of(mention)])))
        for found in _RESTRICTED.finditer(text):
            if _WAIVED.search(text, max(0, found.start() - 40), found.start()):
                continue
            notes.orders.append((scene, found.span()))
            notes.restricted.update(map(id, _nearest(cast, scene, found.span(), all_inside=True)))
        for found in _CONSENT.finditer(text):
            low, _ = scene.sentence_span(scene.view.sentence_at(found.start()))
            if not _NOT.search(text, low, found.start()):
                notes.consenting.update(map(id, _nearest(cast, scene, found.span())))
    for person in cast.persons:  # who is one of them shares their lot
        if (group := cast.groups.get(id(person))) and id(group) in notes.restricted:
            notes.restricted.add(id(person))
    return notes


def _renamed(cast: Cast, scene: Scene, found: re.Match[str]) -> Iterator[Person]:
    """Yield whose names were changed: she who is named before it, or all of one name only."""
    text = scene.view.shadow
    low, high = scene.sentence_span(scene.view.sentence_at(found.start()))
    mentions = cast.mentions[scene.field]
    named = [m for m in mentions.between(low, found.start()) if m.kind == "name"]
    if named and found.start() - named[-1].end < 80:
        yield from filter(None, [cast.of(named[-1])])
        return
    behind = [m for m in mentions.between(found.end(), high) if m.kind == "name"]
    if behind and behind[0].start - found.end() < 12:
        yield from filter(None, [cast.of(behind[0])])
        return
    is_all = re.search(r"\ball\b", text[low:high], re.IGNORECASE)
    starred = any(
        m.kind == "name" and "*" in (text[m.start - 1 : m.start], text[m.end : m.end + 1])
        for m in mentions.all
    )
    if starred and not is_all:
        return  # only they were
    near = next(iter(_nearest(cast, scene, found.span())), None)
    if near is not None and near.names and "names" not in text[low:high].lower():
        yield near
        return
    for person in cast.persons:
        words = [m.word for m in person.mentions if m.kind == "name"]
        if words and (is_all or all(" " not in word for word in words)):
            yield person


def _nearest(
    cast: Cast, scene: Scene, hit: Stretch, *, all_inside: bool = False
) -> Iterator[Person]:
    """Yield of whom words tell: the one right before them, else who stands in the sentence."""
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    mentions = cast.mentions[scene.field]
    before = mentions.between(low, hit[0])[::-1]
    inside = mentions.over(*hit)
    after = mentions.between(hit[1], high)
    close = [m for m in before[:1] if hit[0] - m.end <= 2]  # "The men, who cannot be named"
    acting = [m for m in before if not m.oblique]
    order: list[Mention] = [*close, *acting[:1], *before[:1], *inside, *after[:3]]
    if all_inside and not close:
        order = [*[m for m in inside if m.kind != "name"], *acting[:1], *after[:3], *before[:1]]
        order = [m for m in order if not _is_office(cast, m)] or order
    people = (cast.of(mention) for mention in order)
    yield from list(filter(None, people))[:1]


def _is_office(cast: Cast, mention: Mention) -> bool:
    person = cast.of(mention)
    return person is None or "official" in person.facts
