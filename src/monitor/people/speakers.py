"""Who speaks in a text, and in which role: what is told of a speaker anywhere counts.

"Jon Vale, a marshal, said ... Vale added": the second voice is the marshal's as well. A
pronoun speaks for the person it means. Roles are those of the cast, of the people table, and of
the words beside the speaker's name anywhere in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from monitor.people.persons import Cast, Mention
from monitor.people.verbs_of_saying import head_of, voices
from monitor.records.people import ACCUSED, PROTECTED, PeopleTable, TextPerson
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
_BODY = word_set("it they")
_BARE = word_set("unknown one somebody unnamed adult person known-adult known-person paper")
"""Roles of a speaker who is nothing but a pronoun."""
_OF_SEVERAL = word_set("one another others some both most many several two three four five each")
_TOLD = re.compile(r" told (?:the|an?|her|his|one|each|another) ")
_NAME = re.compile(
    r"(?:[A-Z\u00c0-\u00de][\w'.-]* (?:(?:al|bin|de|da|di|van|von) )?){0,7}[A-Z\u00c0-\u00de][\w-]+"
)
_NO_NAME = re.compile(r"(?:The|This|That|An?|These|Both|Some|Many|It|They|We|But|In|All)\b")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_CUT = re.compile(
    r"[,;:!?\"\u2014(\n] ?|(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b[A-Z][a-z][a-z])\. |"
    r"\b(?:said|says|told|to|by|with|that|when|as|after|from|in|at|on|was|is|were|had|has|have|"
    r"who|but|because|including|and|like|than|about|against|between) "
)
"""Where a title before a name begins at the latest."""
_TITLE = re.compile(
    r"(?:^|[.\n\u2014] |, )((?:(?:[A-Z][\w'&-]*|of|and|the|for|[Tt]he) ){0,8}"
    r"(?:[A-Z][\w-]+|(?<='s )[a-z]+|(?<='s )[a-z]+ [a-z]+))(?:, [A-Z]\w+ \(|, )$"
)
"""A title that a comma sets before a name: "Harbour Light's director, Ann Lee"."""
_BESIDE = re.compile(r"(?:,? \(?(?:aged )?\d\d\)?)?(?:, | \(| \u2014 | - | (?=(?:of|from|with) ))")
_IS = re.compile(r" (?:is|was) (?=an? |the |one of |now an? |chief|head|director)")
_ENDS = re.compile(
    r"(?<![A-Z])[.;:]|[!?\"\u2014)\n,]|\b(?:said|says|told|tells|added|adds|explained|recalled|"
    r"described|warned|wrote|that|when|after) "
)


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice: where the text says who speaks, and what it tells of her.

    `roles` are hers; among them `named`, `described` where more is told than a name or a pronoun,
    `unknown` where there is only a pronoun, `paper` where nobody speaks and something is found or
    estimated. `around` are the mentions of others in her words and the first that hangs on them
    ("a lawyer for the men"). `told` are the stretches that say who she is, her own first.
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
    reader = _VoiceReader(cast, table, words, scene)
    found: list[Speaker] = []
    for voice in voices(scene):
        one = reader.speaker(voice)
        if reader.tells_the_exploited(voice, one):
            continue
        last = found[-1] if found else None
        if last and one.start - last.end < GOES_ON and reader.goes_on(one, last):
            roles = (one.roles | last.roles) - {"unknown"}
            told = tuple(dict.fromkeys((one.told[0], *last.told)))
            one = replace(one, roles=roles, around=last.around, told=told)
        found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class _VoiceReader:
    """What tells who the voices of one scene are."""

    cast: Cast
    table: PeopleTable
    words: Mapping[str, Sequence[int]]
    scene: Scene

    def speaker(self, voice: SpeakerMention) -> Speaker:
        scene, mentions = self.scene, self.cast.mentions[self.scene.field]
        own, meant = (voice.start, voice.end), self._meant(voice)
        heads = mentions.over(*own)
        if meant != own and not any(p.facts for m in heads if (p := self.cast.of(m)) is not None):
            heads = mentions.over(*meant)
        person = next((p for m in heads if (p := self.cast.of(m)) is not None), None)
        row = self._row(own) or self._row(meant)
        all_hers = [m for m in (person.mentions if person else ()) if m.scene is scene]
        name = _name_in(scene, [*heads, *all_hers], meant)
        told = tuple(dict.fromkeys((own, meant, *_described(scene, name))))
        roles = {*(person.roles if person else ()), *_roles_in(row), *self._beside(told[1:])}
        called = self._called(told)
        if "helper" in called or (row is not None and row.protected >= SURE):
            # what a helper is called counts for more than what is told of her
            roles -= {"suspect", "known-suspect"}
        roles |= called
        roles |= {"victim"} if self._exploited(voice) else set()
        roles |= {"paper"} if voice.paper else set()
        roles |= {"named"} if name else set()
        is_pronoun = scene.view.shadow[slice(*meant)].lower() in _ONE
        if not is_pronoun and any(_WORD.search(scene.view.shadow, *at) for at in told):
            roles.add("described")
        roles |= set() if roles - _BARE or not is_pronoun else {"unknown"}
        behind = mentions.between(voice.end, voice.reach)[:1]
        others = (m for m in (*heads, *behind) if not person or self.cast.of(m) is not person)
        return Speaker(*own, frozenset(roles), tuple(others), told)

    def goes_on(self, one: Speaker, last: Speaker) -> bool:
        """Whether a speaker is a "he" or "it" of whom nothing else is told."""
        text = self.scene.view.shadow
        word = text[one.start : one.end].lower()
        body = "general" in last.roles or is_body(text[last.start : last.end])
        return not one.roles - _BARE and (word in _BODY if body else word in _ONE)

    def tells_the_exploited(self, voice: SpeakerMention, one: Speaker) -> bool:
        """Whether what is told is told to a victim: "told the girl that she must earn more"."""
        hearer = _TOLD.match(self.scene.view.shadow, voice.end)
        met = self.cast.mentions[self.scene.field].after(hearer.end() - 1) if hearer else None
        near = met is not None and hearer is not None and met.start < hearer.end() + 12
        person = self.cast.of(met) if met and near else None
        return person is not None and not person.roles.isdisjoint({"victim", "minor"} - one.roles)

    def _meant(self, voice: SpeakerMention) -> Stretch:
        """Return where the text calls by name or noun whom a pronoun or "one" means."""
        own, text = (voice.start, voice.end), self.scene.view.shadow
        word = text[slice(*own)].lower()
        if word in _PRONOUNS:
            for quotation in self.scene.view.quotations:
                if quotation.source_span == own and quotation.speaker_span:
                    return quotation.speaker_span
        if word in _OF_SEVERAL:
            before = self.cast.mentions[self.scene.field].between(max(0, own[0] - 300), own[0])
            several = self.cast.sets.several
            return next(
                ((m.start, m.end) for m in before[::-1] if m.kind == "noun" and m.traits & several),
                own,
            )
        return own

    def _row(self, place: Stretch) -> TextPerson | None:
        """Return the person of the table who is meant at a place, or speaks the words beside it."""
        field, view = self.scene.field, self.scene.view
        if (row := self.table.at(field, *view.original(*place))) is not None:
            return row
        said = next((q for q in view.quotations if place in (q.source_span, q.speaker_span)), None)
        if said is None:
            return None
        start, _ = view.original(said.start, said.end)
        for person in self.table.people:
            if any(s.field == field and s.start <= start < s.end for s in person.speech):
                return person
        return None

    def _beside(self, told: Sequence[Stretch]) -> Iterator[str]:
        """Yield the roles of the nouns that a speaker is called by elsewhere."""
        for stretch in told:
            around = self.cast.mentions[self.scene.field].over(*stretch)
            first = next((m for m in around if m.kind == "noun"), None)
            if first is not None and not first.oblique:
                yield from first.roles | first.assumed

    def _called(self, told: Sequence[Stretch]) -> set[str]:
        """Return the roles that the words for a speaker give her."""
        hits = self.scene.hits
        return {
            role
            for role, lists in self.words.items()
            if any(hits.overlapping(wordset, *at) for at in told for wordset in lists)
        }

    def _exploited(self, voice: SpeakerMention) -> bool:
        """Whether what hangs on the words tells it: "the men who were held there said"."""
        sets, hits = self.cast.sets, self.scene.hits
        if not self.scene.view.shadow.startswith(" who ", voice.end):
            return False
        verbs = {w for event in sets.events if event.subject == sets.protected for w in event.verbs}
        return any(hits.overlapping(wordset, voice.end, voice.reach) for wordset in verbs)


def _roles_in(row: TextPerson | None) -> frozenset[str]:
    """Return the role that the people table is sure of."""
    if row is None or row.role == "other" or row.role_probability < SURE:
        return frozenset()
    found = {row.role.replace("_", "-"), f"known-{row.role}"}
    found |= {"suspect"} if row.role in ACCUSED else set()
    return frozenset(found | ({"minor"} if row.minor and row.role in PROTECTED else set()))


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
    known = name or " " in found[0] or re.search(rf"[A-Z]\w+ {re.escape(last)}\b", text)
    return last if known and not text[found.end() : end].strip() else ""


def _described(scene: Scene, name: str) -> Iterator[Stretch]:
    """Yield what stands beside a name wherever the text has it: titles, "a nurse of the union"."""
    if len(name) < 3:
        return
    text = scene.view.shadow
    full = re.search(rf"\b{re.escape(name)} ([A-Z][\w-]+)", text)  # "Ana" is Ana Ruci
    either = rf"(?:{re.escape(name)}|{re.escape(full[1])})" if full else re.escape(name)
    for place in islice(re.finditer(rf"\b{either}\b(?! [A-Z])", text), MAX_NAMINGS):
        start, end = place.span()
        cuts = list(_CUT.finditer(text, max(0, start - 90), start))
        before = cuts[-1].end() if cuts else start
        if before < start - 1:
            yield before, start - 1
        if title := _TITLE.search(text, max(0, before - 70), before):
            yield title.span(1)
        if beside := _BESIDE.match(text, end) or _IS.match(text, end):
            stop = _ENDS.search(text, beside.end() + 1, beside.end() + 100)
            head = head_of(text, beside.end(), stop.start() if stop else beside.end())
            if head.start < head.end:
                yield head.start, head.end
