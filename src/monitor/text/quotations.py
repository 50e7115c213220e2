"""Quotations in a text: attributed speech, scare quotes, and words named as words (mentions).

A text about wording must be able to name the wording ("the term 'x'", style-guide talk). Quoted
mentions are told by the words at the marks; unquoted ones by a sentence that speaks about a term,
and then the whole sentence counts, because it is the sentence that talks about words.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from monitor.text import speaker_attribution as speech
from monitor.text.normalised_text import Shadow
from monitor.text.positions import Stretch
from monitor.text.quotation_marks import Pair, find_pairs
from monitor.text.regular_expressions import late, one_of, verb_forms, word_set
from monitor.text.speaker_attribution import Antecedents

QuotationKind = Literal["attributed", "scare", "mention"]
SCARE_WORDS = 4
"""A quotation of more words is somebody's speech even if nobody is named."""
_WINDOW = 300
_LEAST_WINDOW = 60
_ALL_WINDOWS = 600_000
"""Characters read before a quotation for its speaker: an ordinary text has room for all; one with
ten thousand quotations is no text, and shares what there is, so that it takes no minutes."""
_WORD = re.compile(r"[\w][\w'-]*")
_SPOKEN = re.compile(r"[,.!?\u2026\u2014-]\s*\Z")
_CUT = re.compile(r"[,?!]['\s]*\Z")
_BROKEN = re.compile(r"(?:[,;:\u2014-]|\b(?:and|but|or|that|adding|as))\s*\Z")
_ASIDE = re.compile(r"\s*[\u2014-].{1,40}[\u2014-]\s*\Z")
_FULL = re.compile(r"[.!?\u2026][\"']*\Z")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A stretch of the shadow text, inside its marks.

    `attributed` is somebody's speech, with the speaker where it can be told; `scare` the writer's
    own voice at arm's length; `mention` a word named as a word, with or without marks. A pronoun
    as speaker is resolved to the person it stands for, and `speaker_span` leads there;
    `source_span` is where the words at the quotation say who speaks: the pronoun's own place.
    """

    start: int
    end: int
    kind: QuotationKind
    speaker: str | None = None
    speaker_span: Stretch | None = None
    source_span: Stretch | None = None


def find_quotations(
    shadow: Shadow, sentences: Sequence[Stretch], paragraphs: Sequence[Stretch]
) -> tuple[Quotation, ...]:
    """Return the quotations and mentions of a text, in order of their start.

    Quotations inside a sentence about wording are mentions; one that goes on behind the sentence
    stays what it is, and holds the mention.
    """
    result = _Classifier(shadow, sentences, paragraphs).classify()
    starts = [quotation.start for quotation in result]
    for start, end in sentences:
        if not is_about_terms(shadow.text[start:end]):
            continue
        begin = start
        for index in range(bisect_left(starts, start), bisect_left(starts, end)):
            quotation = result[index]
            if quotation.end <= end:
                result[index] = Quotation(quotation.start, quotation.end, "mention")
            elif quotation.start <= start + 2:
                begin = quotation.start
        result.append(Quotation(begin, end, "mention"))
    return tuple(sorted(result, key=lambda q: (q.start, -q.end, q.kind)))


class _Classifier:
    """One pass over the pairs of a text; remembers the last speaker and the last kind."""

    def __init__(
        self, shadow: Shadow, sentences: Sequence[Stretch], paragraphs: Sequence[Stretch]
    ) -> None:
        self.text, self.sentences, self.paragraphs = shadow.text, sentences, paragraphs
        self.pairs = find_pairs(shadow.marks, paragraphs)
        self.sentence_starts = [start for start, _ in sentences]
        self.paragraph_starts = [start for start, _ in paragraphs]
        # the quotations are blanked, marks and all: only the writer's own words are searched
        pieces: list[str] = []
        end = 0
        for pair in self.pairs:
            if pair.after > end:
                start = max(pair.before, end)
                pieces += [self.text[end:start], "\ue000" * (pair.after - start)]
                end = pair.after
        self.masked = "".join([*pieces, self.text[end:]])
        self.window = min(_WINDOW, max(_LEAST_WINDOW, _ALL_WINDOWS // max(1, len(self.pairs))))
        self.antecedents = Antecedents(self.masked, sentences, self.sentence_starts)
        self.done: list[tuple[Pair, Quotation]] = []

    def classify(self) -> list[Quotation]:
        outer: tuple[Pair, Quotation] | None = None
        last_of_group = {pair.group: pair for pair in self.pairs}
        for pair in self.pairs:
            if outer and pair.end <= outer[0].end:
                self.done.append((pair, self._inside(pair, outer[1])))
                continue
            if outer and pair.group == outer[0].group:
                outer = (pair, replace(outer[1], start=pair.start, end=pair.end))
            else:
                outer = (pair, self._classify(pair, last_of_group[pair.group]))
            self.done.append(outer)
        return [quotation for _, quotation in self.done]

    def _inside(self, pair: Pair, outer: Quotation) -> Quotation:
        """Classify a quotation inside another: the speaker's, unless the speaker names a word."""
        if outer.kind != "attributed":
            return self._quotation(pair, outer.kind)
        words = len(_WORD.findall(self.text[pair.start : pair.end][:400]))
        lead = max(outer.start, pair.before - self.window)
        tail = min(outer.end, pair.after + self.window)
        if is_mention(self.text, lead, (pair.before, pair.after), tail, words=words):
            return self._quotation(pair, "mention")
        return self._quotation(pair, "attributed", outer.speaker_span)

    def _classify(self, pair: Pair, last: Pair) -> Quotation:
        inside = self.text[pair.start : pair.end]
        words = len(_WORD.findall(inside[:400]))
        lead = self._lead(pair.before)
        index = max(0, bisect_right(self.sentence_starts, last.after - 1) - 1)
        end = self.sentences[index][1] if self.sentences else last.after
        tail = min(max(end, last.after), last.after + self.window)
        place = (pair.before, pair.after)
        mention = pair is last and is_mention(self.masked, lead, place, tail, words=words)
        if pair is last and not mention and self.done and words <= SCARE_WORDS + 2:
            previous, before = self.done[-1]
            mention = before.kind == "mention" and chains(self.masked, previous.after, pair.before)
        if mention:
            return self._quotation(pair, "mention")
        if said := self._broken(pair, lead):
            return replace(said, start=pair.start, end=pair.end)
        source = self._attribution(pair, last, lead, tail, words)
        if source == speech.SOMEBODY:
            return self._quotation(pair, "attributed")
        if source is not None:
            return self._quotation(pair, "attributed", self.antecedents.hear(source), source)
        # a full sentence with nothing around it is speech that goes on
        alone = (
            lead == pair.before and words > 1 and inside[0].isupper() and self._ends(pair, _FULL)
        )
        if pair is not last or words > SCARE_WORDS or alone:
            return self._quotation(pair, "attributed", self._floating(pair))
        return self._quotation(pair, "scare")

    def _broken(self, pair: Pair, lead: int) -> Quotation | None:
        """Return the quotation of which this is the next part: `"We", she said, "ran."`."""
        if not self.done:
            return None
        previous, said = self.done[-1]
        if said.kind != "attributed" or previous.after <= lead or not said.speaker_span:
            return None
        between = self.masked[previous.after : pair.before]
        if _ASIDE.match(between):
            return said
        source = said.source_span or said.speaker_span
        within = previous.after <= source[0] and source[1] <= pair.before
        return said if within and _BROKEN.search(between) and speech.is_one(between) else None

    def _attribution(
        self, pair: Pair, last: Pair, lead: int, tail: int, words: int
    ) -> Stretch | None:
        masked = self.masked
        passive = speech.PASSIVE.search(masked[lead : pair.before]) is not None
        spoken = self._ends(last, _SPOKEN) or masked[last.after : last.after + 1] == ","
        spoken = spoken or words > SCARE_WORDS
        if spoken or lead == pair.before:
            cut = self._ends(last, _CUT)
            found = speech.after(masked, last.after, tail, spoken=spoken, passive=passive, cut=cut)
            found = found or speech.before(masked, lead, pair.before)
        else:
            found = speech.before(masked, lead, pair.before)
            found = found or speech.after(masked, last.after, tail, spoken=False, passive=passive)
        found = found or self._signature(pair, last)
        is_bare = not masked[last.after : tail].strip(" .,")
        if found is None and is_bare and self._ends(last, _FULL):
            behind = self._behind(last, self._paragraph(last.after - 1)[1])
            found = behind and speech.leads_with_attribution(masked, *behind)
        if found is None and lead == pair.before:
            found = self._colon_above(pair) or self._told_beside(pair, last)
        return found

    def _signature(self, pair: Pair, last: Pair) -> Stretch | None:
        """`"We ran." - Ana Doe, teacher`, in one paragraph or with the name in one of its own."""
        start, end = self._paragraph(last.after - 1)
        if self.masked[last.after : end].strip():
            return speech.signature(self.masked, last.after, end)
        index = bisect_right(self.paragraph_starts, start)
        if self._paragraph(pair.before)[0] != pair.before or index >= len(self.paragraphs):
            return None
        return speech.signature(self.masked, *self.paragraphs[index])

    def _told_beside(self, pair: Pair, last: Pair) -> Stretch | None:
        """`Demonstrators said they want him gone. "We will be back."`, or the other way round."""
        if not self._ends(last, _FULL):
            return None
        low, high = self._paragraph(pair.before)
        index = bisect_right(self.sentence_starts, pair.before) - 1
        spoken = self.done[-1][0].after if self.done else 0
        if index > 0 and self.sentences[index - 1][0] >= max(low, spoken):
            return speech.teller(self.masked, *self.sentences[index - 1])
        behind = self._behind(last, high)
        if spoken > low or behind is None:
            return None
        return speech.teller(self.masked, *behind, of_herself=True)

    def _behind(self, last: Pair, high: int) -> Stretch | None:
        """Return the sentence right behind a quotation that begins before `high`."""
        index = bisect_right(self.sentence_starts, last.after)
        if index >= len(self.sentences):
            return None
        start = self.sentences[index][0]
        return self.sentences[index] if start < high and start <= last.after + 2 else None

    def _colon_above(self, pair: Pair) -> Stretch | None:
        """`She told reporters:` as a paragraph of its own."""
        index = bisect_right(self.paragraph_starts, pair.before) - 1
        if index <= 0 or self.paragraphs[index][0] != pair.before:
            return None
        start, end = self.paragraphs[index - 1]
        if self.masked[end - 1] != ":":
            return None
        return speech.before(self.masked, max(start, self._lead(end - 1)), end)

    def _floating(self, pair: Pair) -> Stretch | None:
        """Return who spoke before, if not far; else the person of a sentence beside."""
        if self.done:
            previous, quotation = self.done[-1]
            here = bisect_right(self.paragraph_starts, pair.before)
            there = bisect_right(self.paragraph_starts, previous.before)
            # a caption or one more paragraph may stand between
            if here - there <= 2 and quotation.kind == "attributed":
                return quotation.speaker_span
        if self._lead(pair.before) != pair.before:
            return None
        sentence = bisect_right(self.sentence_starts, pair.before) - 1
        return self.antecedents.beside(sentence, *self._paragraph(pair.before))

    def _quotation(
        self,
        pair: Pair,
        kind: QuotationKind,
        speaker: Stretch | None = None,
        source: Stretch | None = None,
    ) -> Quotation:
        name = self.text[slice(*speaker)] if speaker else None
        return Quotation(pair.start, pair.end, kind, name, speaker, source)

    def _ends(self, pair: Pair, pattern: re.Pattern[str]) -> bool:
        return bool(pattern.search(self.text, max(pair.start, pair.end - 3), pair.end))

    def _lead(self, before: int) -> int:
        index = bisect_right(self.sentence_starts, before) - 1
        start = self.sentences[index][0] if index >= 0 else 0
        return max(min(start, before), before - self.window)

    def _paragraph(self, position: int) -> Stretch:
        return self.paragraphs[max(0, bisect_right(self.paragraph_starts, position) - 1)]


def _compile(*alternatives: str) -> re.Pattern[str]:
    return late("|".join(alternatives), re.IGNORECASE)


_TERM = one_of(
    "terms? words? phrases? expressions? wording phrasing epithets? euphemisms? slurs? misnomers?"
)
# Beside a quotation these name words too; without one, products have labels and posts hashtags.
_NOUN = one_of(
    "terms? words? phrases? expressions? wording phrasing epithets? euphemisms? slurs? misnomers? "
    "labels? nouns? adjectives? verbs? hashtags? terminology nicknames? monikers? catchphrases? "
    "stereotypes? clich[e\u00e9]s? jargon vocabulary"
)
_CALL = one_of(
    [*verb_forms("call label describe brand term"), "refer(?:s|red|ring)?", "labell(?:ed|ing)"]
)
_EDIT_VERBS = verb_forms(
    "avoid drop ditch ban retire scrap reject prefer favour favor reclaim remove delete use change "
    "stop"
)
_EDIT_FORMS = "strikes? struck the_use_of says? writes? keeps? kept"
_JUDGED = one_of(
    "offensive outdated inaccurate misleading stigmati[sz]ing derogatory pejorative problematic "
    "preferred discouraged inappropriate obsolete demeaning dehumani[sz]ing"
)
_MEANS = one_of(
    "implies imply implied connotes? denotes? stigmati[sz]es? conveys? means? refers?_to "
    "describes? suggests? evokes? can_mean"
)
_NOT = one_of(
    "stop stopped stops stopping avoid avoids avoided avoiding not never without from no_longer "
    "against by"
)
# "The word of", "the term that", "the word got out": no word is named.
_NO_NAME = one_of(
    "of on from that which who is was are were to in for has had by with and or spread got came "
    "out about at as be can could will would may might should limits? sheet used"
)
_REPLACE = one_of(verb_forms("replace substitute swap"))
_ARTICLE = r"\s+(?:an? |the )?\s*$"

# "In her words" and "the words of the judge" are speech; prison terms are not words.
_SPEAKING_WORDS = _compile(
    r"\b(?:in (?:the )?|(?:his|her|their|my|your|our|'s|s') (?:own |very |exact |last )?)words?\b",
    r"\b(?:own|last) words?\b",
    r"\bwords? (?:of|from|to)\b",
    r"\bterms? (?:of|in (?:prison|jail|office))\b",
    r"\b(?:long|short|medium|near|prison|jail|school|second|first) terms?\b",
)
_BEFORE = _compile(
    rf"\b{_NOUN}\s*(?:like|such as|including|is|was|are|were|:|,|\(|namely|e\.g\.)?\s*$",
    rf"\b{_NOT} (?:using|use|saying|say|write|writing|the use of){_ARTICLE}",
    r"\b(?:instead of|rather than|in place of|as opposed to|synonym(?:ous)? (?:for|with|of)|"
    rf"meaning of|definition of)(?:\s+saying|\s+using|\s+calling \w+)?{_ARTICLE}",
    rf"\b{_REPLACE}{_ARTICLE}",
    rf"\b{_REPLACE}\b[^.;:]{{1,60}}\b(?:with|by|for){_ARTICLE}",
    r"\b(?:typ(?:e|es|ed|ing) in|search(?:es|ed|ing)? for|spell(?:s|ed|ing)?)\s*$",
    r"\b(?:not|never|stop|avoid|against|instead of|without|longer|than|don't|shouldn't)\s+"
    rf"(?:be |being )?{_CALL}\b[^.;:]{{0,50}}?(?:\s(?:as|an?|the|to))*\s*$",
    rf"^\W*(?:use|say|write|prefer|avoid|drop|try|do not (?:say|use|write)){_ARTICLE}",
)
# Outside talk about language the verbs of editing have other objects.
_EDITING = _compile(rf"\b{one_of([*_EDIT_VERBS, *_EDIT_FORMS.split()])}{_ARTICLE}")
_NEWSROOM = _compile(
    rf"\b(?:{_NOUN}|style ?(?:book|guide|guidance|sheet)s?|glossary|guidance|guidelines?|"
    r"newsrooms?|sub-?editors?|editors?|headlines?|copy|language|captions?|reporters|journalists|(?:news)?papers|broadcasters|outlets|statutes?|"
    r"the act|the law|court forms)\b"
)
_WORKS = one_of(
    "film movie book novel memoir documentary docuseries series podcast song play album essay "
    "exhibition episode poem musical opera drama sitcom thriller show manual handbook chapter "
    "headline article report study paper campaign operation course video blog programme act law"
)
_WORK = _compile(
    rf"\b{_WORKS}\s*(?:called|titled|entitled|named|headlined)?\s*[,:(]?\s*$",
    r"\b(?:titled|entitled|headlined|headed)\s*$",
)
_AFTER = _compile(
    r"\s*,?\s*(?:is|are|was|were|remains?|has become|had become|became|as|being)\s+"
    rf"(?:\S+\s+){{0,4}}?{_NOUN}\b",
    rf"\s*,?\s*(?:is|are|was|were)\s+(?:\S+\s+){{0,3}}?{_JUDGED}\b",
    rf"\s*,?\s*{_MEANS}\b",
    r"\s*,?\s*(?:should|must) (?:not|never) be used\b",
    r"\s*,?\s*(?:has been|was|be) replaced\b",
    r"\s*,?\s*(?:is|are|was|were) used\b",
    r"\s*,?\s*(?:instead of|rather than|in headlines|label|tag|wording|terminology)\b",
)
_LIST_WORDS = word_set(
    "and or nor not but instead of rather than with to by into versus vs a an the say use write"
)

_TALK_NOUN = _compile(
    rf"\b{one_of('the this that these those both such an? no other outdated old its their which')}"
    rf"\s+(?:[\w-]+\s+){{0,2}}?{_TERM}\b",
    rf"\b{_TERM} (?:like|such as)\b",
    r"\bterminology\b",
)
_UNWANTED = "avoid replace drop ditch ban retire scrap remove delete prefer imply"
_TALK_ACT = _compile(
    r"\bstop(?:s|ped|ping)? (?:using|calling|saying)\b",
    rf"\b{one_of(verb_forms(_UNWANTED))}\b",
    r"\b(?:struck|strike|striking|no longer (?:use[sd]?|say|write|call)|instead of|rather than)\b",
    rf"\b(?:stigmati[sz]\w+|{_JUDGED}|discourag\w+|recommend\w+|criticis\w+ the)\b",
    r"\bshould (?:not|never|no longer) (?:be (?:called|used|described|referred)|call|use|say)\b",
    r"\badvis\w+ (?:against|reporters|journalists|writers)\b",
    r"\b(?:chose to (?:keep|use)|chosen|uses? the|used the|using the)\b",
)
_NO_SUCH_THING = _compile(r"\bno such thing as\b")
_APPOSED = _compile(
    rf"(?:[,(\u2014]|\s-)\s*(?:an?|the|both|all)\s+(?:[\w'-]+\s+){{0,2}}{_TERM}\b(?!\s+of\b)"
)
_NAMED = _compile(
    r"\b(?:the|this|that)\s+(?:\w+\s+)?(?:term|word|phrase|expression|epithet|euphemism|slur)s?\s+"
    rf"(?!{_NO_NAME}\b)\w"
)
_ANYBODY = one_of(
    "children child girls? boys? women woman men man minors? victims? survivors? workers? "
    "migrants? people persons? anyone someone them him her us it"
)
_NOT_AN_OBJECT = one_of(
    "on in to for out up by back at if when and or from again home about during \\w+ly"
)
_DO_NOT_CALL = _compile(
    r"\b(?:do not|don't|never|should not|shouldn't|must not|stop|stopped|no longer|cannot|can't|"
    r"not to|against|wrong to|refus\w+ to)\s+(?:"
    rf"be\s+(?:called|labell?ed|described as|referred to as|termed)"
    r"|(?:call|calling|label|labell?ing|describ(?:e|ing)|refer(?:ring)? to|brand(?:ing)?)\s+"
    rf"(?:an? |any |the |these |such |this )?(?:\w+\s+)??{_ANYBODY}(?:\s+as)?"
    rf")\s+(?!{_NOT_AN_OBJECT}\b)\w"
)
# One cheap look first: most sentences have none of these.
_WORTH_READING = _compile(rf"\b{_TERM}\b|terminology|such thing|{_CALL}")
_WORTH_PARTS = (
    *("term", "word", "phras", "expression", "epithet", "euphemism", "slur", "misnomer"),
    *("such thing", "call", "label", "describ", "brand", "refer"),
)
"""What each alternative of that holds: to look for plain letters takes a hundredth of the time."""
_MAX_TALK = 450
"""A sentence about wording is a sentence: longer stretches are lists or text without stops."""
_NEAR = 120
"""Characters before a quotation in which a word that names it can stand."""


def is_mention(masked: str, start: int, quote: Stretch, end: int, *, words: int) -> bool:
    """Tell whether a quotation names its words as words.

    `start` to `quote[0]` are the words of its sentence before it, `quote[1]` to `end` those
    behind it; in `masked`, quotations are blanked.
    """
    lead, tail = masked[max(start, quote[0] - _NEAR) : quote[0]], masked[quote[1] : end]
    if words > 8:
        return bool(_WORK.search(lead)) and words <= 14
    if _WORK.search(lead) and words > 1:
        return True
    if found := _BEFORE.search(lead):
        return not _SPEAKING_WORDS.search(lead, max(0, found.start() - 14))
    if words > 5:
        return False
    if _EDITING.search(lead) and (_NEWSROOM.search(lead) or _NEWSROOM.search(tail)):
        return True
    return _AFTER.match(tail) is not None and not _SPEAKING_WORDS.match(tail)


def chains(masked: str, start: int, end: int) -> bool:
    """Tell whether only list words stand between two quotations: "'x', 'y' and 'z'"."""
    between = masked[start:end]
    if len(between) > 40 or any(mark in between for mark in ".!?"):
        return False
    return all(word in _LIST_WORDS for word in re.findall(r"[^\s,;/]+", between.lower()))


def is_about_terms(sentence: str) -> bool:
    """Tell whether a sentence speaks about wording, so that words in it are named, not used."""
    if len(sentence) > _MAX_TALK:
        return False
    lower = sentence.lower()
    # where letters are not ASCII, more than one may stand for another
    if sentence.isascii() and not any(part in lower for part in _WORTH_PARTS):
        return False
    if not _WORTH_READING.search(sentence):
        return False
    if _NO_SUCH_THING.search(sentence) or _DO_NOT_CALL.search(sentence):
        return True
    clean = _SPEAKING_WORDS.sub(" ", sentence)
    if _APPOSED.search(clean) or _NAMED.search(clean):
        return True
    return bool(_TALK_NOUN.search(clean)) and bool(_TALK_ACT.search(clean))
