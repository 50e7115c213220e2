"""Words named as words: "the term 'x'", "there is no such thing as an x", style-guide talk.

A text about wording must be able to name the wording. Quoted mentions are told by the words at
the marks; unquoted ones by a sentence that speaks about a term, and then the whole sentence
counts, because it is the sentence that talks about words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Span = tuple[int, int]

_NOUN = (
    r"(?:terms?|words?|phrases?|labels?|expressions?|wording|phrasing|euphemisms?|slurs?|epithets?|"
    r"misnomers?|nouns?|adjectives?|verbs?|hashtags?|terminology|nicknames?|monikers?|catchphrases?|"
    r"stereotypes?|clich[e\u00e9]s?|jargon|vocabulary)"
)
# "In her words" and "the words of the judge" are speech.
_SPEAKING_WORDS = re.compile(
    r"\b(?:in (?:the )?|(?:his|her|their|my|your|our|'s|s') (?:own |very |exact |last )?|own |last )words?\b"
    r"|\bwords? (?:of|from|to)\b|\b(?:in|over) (?:the )?(?:long|short|medium|near) terms?\b"
    r"|\bterms? of\b|\bprison terms?\b|\bterms? in (?:prison|jail|office)\b|\bschool terms?\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"\b{_NOUN}\s*(?:like|such as|including|for \w+ (?:is|was)|is|was|are|were|:|,|\(|namely|e\.g\.)?\s*$"
    r"|\b(?:stop|stopped|stops|stopping|avoid|avoids|avoided|avoiding|not|never|without|from|no longer|"
    r"against|by) (?:using|use|saying|say|write|writing|the use of)\s+(?:an? |the )?\s*$"
    r"|\b(?:instead of|rather than|in place of|as opposed to|synonym(?:ous)? (?:for|with|of)|"
    r"meaning of|definition of)\s+(?:saying |using |calling \w+ )?(?:an? |the )?\s*$"
    r"|\b(?:replac|substitut|swapp?)(?:e|es|ed|ing|s)?\s+(?:an? |the )?\s*$"
    r"|\b(?:replac|substitut|swapp?)(?:e|es|ed|ing|s)?\b[^.;:]{1,60}\b(?:with|by|for)\s+(?:an? |the )?\s*$"
    r"|\b(?:typ(?:e|es|ed|ing) in|search(?:es|ed|ing)? for|spell(?:s|ed|ing)?)\s*$"
    r"|\b(?:not|never|stop|avoid|against|instead of|without|longer|than|don't|shouldn't)\s+(?:be |being )?"
    r"(?:call|calling|called|label|labell?ing|labell?ed|describe|describing|described|refer|referring|"
    r"referred|brand|branding)\b[^.;:]{0,50}?(?:\s(?:as|an?|the))*\s*$"
    r"|^\W*(?:[Uu]se|[Ss]ay|[Ww]rite|[Pp]refer|[Aa]void|[Dd]rop|[Tt]ry|[Dd]o not (?:say|use|write))\s+(?:an? |the )?\s*$",
    re.IGNORECASE,
)
# What newsrooms do with words; outside talk about language the same verbs have other objects.
_EDITING = re.compile(
    r"\b(?:stop(?:s|ped|ping)?|avoid(?:s|ed|ing)?|drop(?:s|ped|ping)?|ditch(?:es|ed|ing)?|bann?(?:s|ed|ing)?|"
    r"retir(?:e|es|ed|ing)|scrap(?:s|ped|ping)?|reject(?:s|ed|ing)?|prefer(?:s|red)?|favou?r(?:s|ed)?|"
    r"reclaim(?:s|ed)?|remov(?:e|es|ed|ing)|str(?:ike|ikes|uck)|delet(?:e|es|ed|ing)|us(?:e|es|ed|ing)|"
    r"the use of|say|says|write|writes|keep|keeps|kept|chang(?:e|es|ed|ing))\s+(?:an? |the )?\s*$",
    re.IGNORECASE,
)
_NEWSROOM = re.compile(
    rf"\b(?:{_NOUN}|style ?(?:book|guide|guidance|sheet)s?|glossary|guidance|guidelines?|newsrooms?|"
    r"sub-?editors?|editors?|headlines?|copy|language|captions?|reporters|journalists|statutes?|"
    r"the act|the law|court forms)\b",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"\b(?:film|movie|book|novel|memoir|documentary|docuseries|series|podcast|song|play|album|essay|"
    r"exhibition|episode|poem|musical|opera|drama|sitcom|thriller|show|manual|handbook|chapter|"
    r"headline|article|report|study|paper|campaign|operation|course|video|blog|programme|act|law)"
    r"\s*(?:called|titled|entitled|named|headlined)?\s*[,:(]?\s*$|\b(?:titled|entitled|headlined)\s*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s*,?\s*(?:(?:is|are|was|were|remains?|has become|had become|became|as|being)\s+(?:\S+\s+){{0,4}}?{_NOUN}\b"
    rf"|(?:is|are|was|were)\s+(?:\S+\s+){{0,3}}?(?:offensive|outdated|inaccurate|misleading|stigmati[sz]ing|"
    r"derogatory|pejorative|problematic|preferred|discouraged|inappropriate|obsolete|demeaning|"
    r"dehumani[sz]ing)\b"
    r"|(?:impl(?:y|ies|ied)|connotes?|denotes?|stigmati[sz]es?|conveys?|means?|refers? to|describes?|"
    r"suggests?|evokes?|should (?:not|never) be used|must (?:not|never) be used|can mean|has been replaced|"
    r"was replaced|be replaced|is used|are used|was used|were used|instead of|rather than|in headlines|"
    r"label|tag|wording|terminology)\b)",
    re.IGNORECASE,
)
_CHAIN = re.compile(
    r"\s*(?:,|/|;|and|or|nor|not|but not|instead of|rather than|with|to|by|into|than|versus|vs\.?|"
    r"an?|the|,\s*(?:and|or|not|but not|say|use|write)|and not|\s)*\s*"
)

# The core nouns only: products have labels, people have nicknames, posts have hashtags.
_TERM = r"(?:terms?|words?|phrases?|expressions?|wording|phrasing|epithets?|euphemisms?|slurs?|misnomers?)"
_TALK_NOUN = re.compile(
    rf"\b(?:the|this|that|these|those|both|such|an?|no|other|outdated|old|its|their|which)\s+(?:[\w-]+\s+){{0,2}}?{_TERM}\b"
    rf"|\b{_TERM} (?:like|such as)\b|\bterminology\b",
    re.IGNORECASE,
)
_TALK_ACT = re.compile(
    r"\b(?:stop(?:s|ped|ping)? (?:using|calling|saying)|avoid(?:s|ed|ing)?|replac(?:e[sd]?|ing)|"
    r"struck|strik(?:e|ing)|drop(?:s|ped|ping)?|ditch(?:ed|es|ing)?|bann?(?:ed|ing|s)?|retir(?:e[ds]?|ing)|"
    r"scrap(?:ped|s|ping)?|no longer (?:use[sd]?|say|write|call)|instead of|rather than|implie[sd]|imply|"
    r"stigmati[sz]\w+|outdated|offensive|derogatory|pejorative|inaccurate|misleading|preferred?|"
    r"should (?:not|never|no longer) (?:be (?:called|used|described|referred)|call|use|say|write)|"
    r"discourag\w+|advis\w+ (?:against|reporters|journalists|writers)|recommend\w+|criticis\w+ the|"
    r"remov(?:e[sd]?|ing)|delet(?:e[sd]?|ing)|chose to (?:keep|use)|chosen|uses? the|used the|using the)\b",
    re.IGNORECASE,
)
_NO_SUCH_THING = re.compile(
    r"\bno such thing as\b|\bthere (?:is|are|was|were) no (?:\w+ ){1,3}(?:only|just)\b",
    re.IGNORECASE,
)
_APPOSED = re.compile(
    rf"(?:[,(\u2014]|\s-)\s*(?:an?|the|both|all)\s+(?:[\w'-]+\s+){{0,2}}{_TERM}\b(?!\s+of\b)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:the|this|that)\s+(?:\w+\s+)?(?:term|word|phrase|label|expression|epithet|euphemism|slur)s?\s+"
    r"(?!(?:of|on|from|that|which|who|is|was|are|were|to|in|for|has|had|by|with|and|or|spread|got|came|"
    r"out|about|at|as|be|can|could|will|would|may|might|should|limits?|sheet|used)\b)\w",
    re.IGNORECASE,
)
_DO_NOT_CALL = re.compile(
    r"\b(?:do not|don't|never|should not|shouldn't|must not|stop|stopped|no longer|cannot|can't|not to|"
    r"against|wrong to|refus\w+ to)\s+(?:"
    r"be\s+(?:called|labell?ed|described as|referred to as|termed)\s+(?!\w+ly\b|on\b|in\b|to\b|for\b|out\b|up\b|by\b)"
    r"|(?:call|calling|label|labell?ing|describ(?:e|ing)|refer(?:ring)? to|brand(?:ing)?)\s+(?:them|him|her|us|"
    r"it|people|persons|anyone|someone|children|girls|boys|women|men|minors|victims|survivors|workers|"
    r"migrants|(?:a|an|any|the|these|such|this|trafficked|exploited)\s+(?:\w+\s+)?(?:child|children|girls?|boys?|wom[ae]n|"
    r"minors?|persons?|people|victims?|survivors?|workers?|migrants?))\s+(?:as\s+)?(?!on\b|in\b|to\b|for\b|out\b|up\b|"
    r"back\b|at\b|if\b|when\b|and\b|or\b|by\b|from\b|again\b|home\b|about\b|during\b)\w)",
    re.IGNORECASE,
)
_MAX_TALK = 450
"""A sentence about wording is a sentence: longer stretches are lists or text without stops."""


def is_mention(masked: str, start: int, quote: Span, end: int, *, words: int) -> bool:
    """Tell whether a quotation names its words as words.

    `start` to `quote[0]` are the words of its sentence before it, `quote[1]` to `end` those
    behind it; in `masked`, quotations are blanked.
    """
    lead, tail = masked[start : quote[0]], masked[quote[1] : end]
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
    return _CHAIN.fullmatch(masked, start, end) is not None


def is_about_terms(sentence: str) -> bool:
    """Tell whether a sentence speaks about wording, so that words in it are named, not used."""
    if len(sentence) > _MAX_TALK:
        return False
    if _NO_SUCH_THING.search(sentence) or _DO_NOT_CALL.search(sentence):
        return True
    clean = _SPEAKING_WORDS.sub(" ", sentence)
    if _APPOSED.search(clean) or _NAMED.search(clean):
        return True
    return bool(_TALK_NOUN.search(clean)) and bool(_TALK_ACT.search(clean))


def find_about_terms(shadow: str, sentences: Sequence[Span]) -> list[Span]:
    """Return the sentences that speak about wording."""
    return [span for span in sentences if is_about_terms(shadow[span[0] : span[1]])]
