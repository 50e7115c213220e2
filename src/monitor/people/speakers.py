"""Who speaks in a text, and in which role: all that is told of a speaker counts, wherever it stands.

"Pete Elliott, a marshal, said ... Elliott added": the second voice is the marshal's as well. A
pronoun speaks for the person it means. Roles are those of the cast, of the people table, and of
the words beside the speaker's name anywhere in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from monitor.people.persons import Cast, Mention
from monitor.people.verbs_of_saying import head_of, voices
from monitor.records.people import PeopleTable, TextPerson
from monitor.text.analysis import Scene, SpeakerMention
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import word_set
from monitor.text.speaker_attribution import is_body

MAX_NAMINGS = 12
"""Places looked at where one speaker is named."""
SURE = 0.5
"""Probability from which a role of the people table counts."""
GOES_ON = 500
"""Characters within which "he said" goes on with whoever spoke last."""
_PRONOUNS = word_set("he she they who i we it")
_ONE = word_set("he she they")
_NAME = re.compile(
    r"(?:[A-Z\u00c0-\u00de][\w'.-]* (?:(?:al|bin|de|da|di|van|von) )?){0,7}[A-Z\u00c0-\u00de][\w-]+"
)
_NO_NAME = re.compile(r"(?:The|This|That|An?|These|Both|Some|Many|It|They|We|But|In|All)\b")
_CUT = re.compile(
    r"[,;:!?\"\u2014(\n] ?|(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])\. |"
    r"\b(?:said|says|told|to|by|with|that|when|as|after|from|in|at|on|was|is|were|had|has|have|"
    r"who|but|because|including|and|like|than|about|against|between) "
)
_BESIDE = re.compile(r"(?:,? \(?(?:aged )?\d\d\)?)?(?:, | \(| \u2014 | - | (?=(?:of|from|with) ))")
_IS = re.compile(r" (?:is|was) (?=an? |the |one of |now an? |chief|head|director)")
_ENDS = re.compile(
    r"(?<![A-Z])[.;:]|[!?\"\u2014)\n,]|\b(?:said|says|told|tells|added|adds|explained|recalled|"
    r"described|warned|wrote|that|when|after) "
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice: where the text says who speaks, and what it tells of her.

    `roles` are hers, `described` among them where more is told than a name or a pronoun; `around`
    are the mentions of others in her words and the first that hangs on them ("a lawyer for the men"). `told`
    are the stretches that say who she is, her own first.
    """

    start: int
    end: int
    roles: frozenset[str]
    around: tuple[Mention, ...]
    told: tuple[Stretch, ...]


def speakers(
    cast: Cast, table: PeopleTable, words: Mapping[str, Sequence[int]], scene: Scene
) -> list[Speaker]:
    """Return who speaks in a scene, people, bodies and papers, in order.

    `words` are the lists of words that give a speaker a role.
    """
    found: list[Speaker] = []
    for voice in voices(scene, papers=True):
        one = _speaker(cast, table, words, scene, voice)
        last = found[-1] if found else None
        if last and one.start - last.end < GOES_ON and _goes_on(scene, one):
            roles = one.roles | last.roles
            one = Speaker(one.start, one.end, roles, last.around, (one.told[0], *last.told))
        found.append(one)
    return found


def _goes_on(scene: Scene, one: Speaker) -> bool:
    """Whether a speaker is a "he" or "they" of whom nothing else is told."""
    known = one.roles & {"named", "described", "victim", "official", "suspect", "minor"}
    return not known and scene.view.shadow[one.start : one.end].lower() in _ONE


def _speaker(
    cast: Cast,
    table: PeopleTable,
    words: Mapping[str, Sequence[int]],
    scene: Scene,
    voice: SpeakerMention,
) -> Speaker:
    mentions = cast.mentions[scene.field]
    own, meant = (voice.start, voice.end), _meant(scene, (voice.start, voice.end))
    heads = mentions.over(*own)
    if meant != own and not any(p.facts for m in heads if (p := cast.of(m)) is not None):
        heads = mentions.over(*meant)
    person = next((p for m in heads if (p := cast.of(m)) is not None), None)
    roles = set(person.roles if person else ())
    row = table.at(scene.field, *scene.view.original(*meant))
    roles |= _roles_in(row)
    if row is not None and row.protected >= SURE:
        roles -= {"suspect", "known-suspect"}
    name = _name_in(scene, heads, meant)
    told = tuple(dict.fromkeys((own, meant, *_described(scene, name))))
    for stretch in told[1:]:
        first = next((m for m in mentions.over(*stretch) if m.kind == "noun"), None)
        roles |= first.roles | first.assumed if first and not first.oblique else set()
    called = {
        role: hits
        for role, lists in words.items()
        if (hits := [h for at in told for w in lists for h in scene.hits.overlapping(w, *at)])
    }
    if "helper" in called:  # what a helper is called counts for more than what is told of her
        roles -= {"suspect", "known-suspect"}
    roles |= called.keys()
    roles |= {"victim"} if _exploited(cast, scene, voice) else set()
    roles |= {"named"} if name else set()
    roles |= {"described"} if _is_told(scene.view.shadow, told, name) else set()
    behind = mentions.between(voice.end, voice.reach)[:1]
    others = (m for m in (*heads, *behind) if person is None or cast.of(m) is not person)
    return Speaker(*own, frozenset(roles), tuple(others), told)


def _meant(scene: Scene, voice: Stretch) -> Stretch:
    """Return where the person whom a speaking pronoun means is called by name or noun."""
    if scene.view.shadow[slice(*voice)].lower() in _PRONOUNS:
        for quotation in scene.view.quotations:
            if quotation.source_span == voice and quotation.speaker_span:
                return quotation.speaker_span
    return voice


def _exploited(cast: Cast, scene: Scene, voice: SpeakerMention) -> bool:
    """Whether what hangs on the words tells it: "the men who were held there said"."""
    verbs = {w for e in cast.sets.events if e.subject == cast.sets.protected for w in e.verbs}
    who = scene.view.shadow.startswith(" who ", voice.end)
    return who and any(scene.hits.overlapping(w, voice.end, voice.reach) for w in verbs)


def _roles_in(row: TextPerson | None) -> frozenset[str]:
    """Return the role that the people table is sure of."""
    if row is None or row.role == "other" or row.role_probability < SURE:
        return frozenset()
    young = {"minor"} if row.minor else set()
    return frozenset((row.role.replace("_", "-"), f"known-{row.role}", *young))


def _name_in(scene: Scene, heads: Sequence[Mention], voice: Stretch) -> str:
    """Return the last word of a speaker's name, "" where she has none."""
    text = scene.view.shadow
    name = next((m for m in heads if m.kind == "name"), None)
    start, end = (name.start, name.end) if name else voice
    found = _NAME.match(text, start, end)
    if found is None or _NO_NAME.match(text, start) or is_body(found[0].split()[-1]):
        return ""
    last = found[0].split()[-1]
    # one capital may be the first word of a sentence: "Further investigations"
    known = name is not None or " " in found[0] or re.search(rf"[A-Z]\w+ {re.escape(last)}\b", text)
    return last if known and not text[found.end() : end].strip() else ""


def _described(scene: Scene, name: str) -> Iterator[Stretch]:
    """Yield what stands beside a name wherever the text has it: titles, "a nurse of the union"."""
    if len(name) < 3:
        return
    text = scene.view.shadow
    for place in islice(re.finditer(rf"\b{re.escape(name)}\b(?! [A-Z])", text), MAX_NAMINGS):
        start, end = place.span()
        cuts = list(_CUT.finditer(text, max(0, start - 90), start))
        before = cuts[-1].end() if cuts else start
        if before < start - 1:
            yield before, start - 1
        if beside := _BESIDE.match(text, end) or _IS.match(text, end):
            stop = _ENDS.search(text, beside.end() + 1, beside.end() + 100)
            head = head_of(text, beside.end(), stop.start() if stop else beside.end())
            if head.start < head.end:
                yield head.start, head.end


def _is_told(text: str, told: Sequence[Stretch], name: str) -> bool:
    """Whether more is told than names and pronouns."""
    words = re.compile(r"\b[a-z]{4,}\b")
    return any(words.search(text, *stretch) for stretch in told) or not name
