"""Words named as words: "the term 'x'", "there is no such thing as an x", style-guide talk.

A text about wording must be able to name the wording. Quoted mentions are told by the words at
the marks; unquoted ones by a sentence that speaks about a term, and then the whole sentence
counts, because it is the sentence that talks about words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from monitor.text.regular_expressions import late, one_of, verb_forms, word_set
from monitor.text.spans import Stretch


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
_EDIT_VERBS = (
    "avoid drop ditch ban retire scrap reject prefer favour favor reclaim remove delete use change "
    "stop"
)
_EDIT = one_of(
    [
        *verb_forms(_EDIT_VERBS),
        "strikes?",
        "struck",
        "the use of",
        "says?",
        "writes?",
        "keeps?",
        "kept",
    ]
)
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
_EDITING = _compile(rf"\b{_EDIT}{_ARTICLE}")
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


_LONGEST_LINK = 40
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
    if len(between) > _LONGEST_LINK or any(mark in between for mark in ".!?"):
        return False
    return all(word in _LIST_WORDS for word in re.findall(r"[^\s,;/]+", between.lower()))


def _is_worth_reading(sentence: str) -> bool:
    """Tell whether a sentence has a word of those that all talk about wording has."""
    if sentence.isascii():  # elsewhere more letters than one may stand for another
        lower = sentence.lower()
        if not any(part in lower for part in _WORTH_PARTS):
            return False
    return _WORTH_READING.search(sentence) is not None


def is_about_terms(sentence: str) -> bool:
    """Tell whether a sentence speaks about wording, so that words in it are named, not used."""
    if len(sentence) > _MAX_TALK or not _is_worth_reading(sentence):
        return False
    if _NO_SUCH_THING.search(sentence) or _DO_NOT_CALL.search(sentence):
        return True
    clean = _SPEAKING_WORDS.sub(" ", sentence)
    if _APPOSED.search(clean) or _NAMED.search(clean):
        return True
    return bool(_TALK_NOUN.search(clean)) and bool(_TALK_ACT.search(clean))


def find_about_terms(shadow: str, sentences: Sequence[Stretch]) -> list[Stretch]:
    """Return the sentences that speak about wording."""
    return [span for span in sentences if is_about_terms(shadow[span[0] : span[1]])]
