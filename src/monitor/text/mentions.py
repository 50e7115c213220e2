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
    r"|\b(?:stop|stopped|stops|stopping|avoid|avoids|avoided|avoiding|drop|drops|dropped|dropping|ditch|"
    r"ditched|ditching|ban|banned|banning|retire|retired|retiring|scrap|scrapped|scrapping|replace|"
    r"replaces|replaced|replacing|reject|rejects|rejected|prefer|prefers|preferred|favou?rs?|"
    r"substitutes?|substituted|reclaim|reclaimed|removed?|removing|strike|struck|delete|deleted|"
    r"outlaw(?:ed)?)\s+(?:using |saying |calling \w+ |the use of |use of |to use |to say )?(?:an? |the )?\s*$"
    r"|\b(?:instead of|rather than|in place of|as opposed to|not say|never say|not write|never write|"
    r"not use|never use|not using|(?:the )?use of|uses?|used|using|say|write|type|typing|typed|searche[sd] for|"
    r"searching for|spell(?:ed|s)?|synonym(?:ous)? (?:for|with|of)|meaning of|definition of|"
    r"(?:replaced|substituted) (?:by|with)|with|headlined?|titled|entitled)\s+(?:saying |calling \w+ )?(?:an? |the )?\s*$"
    r"|\b(?:not|never|stop|avoid|against|instead of|without|longer|than|should|don't|shouldn't)\s+(?:be |being )?"
    r"(?:call|calling|called|label|labell?ing|labell?ed|describe|describing|described|refer|referring|"
    r"referred|brand|branding)\b[^.;:]{0,50}?(?:\s(?:as|an?|the))*\s*$",
    re.IGNORECASE,
)
# "With" alone is too common: it names a word only after "replace".
_REPLACE_WITH = re.compile(r"\b(?:replac|substitut|swap|chang|rename|alter)\w*\b", re.IGNORECASE)
_WITH = re.compile(r"\bwith\s+(?:an? |the )?\s*$", re.IGNORECASE)
_USED = re.compile(
    r"\b(?:uses?|used|using|say|write|(?:the )?use of)\s+(?:an? |the )?\s*$", re.IGNORECASE
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

_TALK_NOUN = re.compile(
    rf"\b(?:{_NOUN}|language|style ?(?:book|guide|guidance)s?|glossary|dictionary|vocabulary|guidance|"
    r"guidelines)\b",
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
    rf"[,(\u2014-]\s*(?:an?|the|this|that|both|two|all)\s+(?:\w+\s+){{0,2}}{_NOUN}\b", re.IGNORECASE
)
_NAMED = re.compile(
    r"\b(?:the|this|that)\s+(?:\w+\s+)?(?:term|word|phrase|label|expression|epithet|euphemism|slur)s?\s+"
    r"(?!(?:of|on|from|that|which|who|is|was|are|were|to|in|for|has|had|by|with|and|or|spread|got|came|"
    r"out|about|at|as|be|can|could|will|would|may|might|should|limits?|sheet|used)\b)\w",
    re.IGNORECASE,
)
_DO_NOT_CALL = re.compile(
    r"\b(?:do not|don't|never|should not|shouldn't|must not|stop|no longer|cannot|can't|not to|against|"
    r"wrong to|refus\w+ to)\s+(?:be\s+)?(?:call|calling|called|label|labell?ing|labell?ed|refer(?:red|ring)? to|"
    r"describ(?:e|ed|ing))\b",
    re.IGNORECASE,
)


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
        near = lead[max(0, found.start() - 14) :]
        if _WITH.search(lead):
            return bool(_REPLACE_WITH.search(lead))
        if _USED.search(lead) and words > 4:
            return False
        return not _SPEAKING_WORDS.search(near)
    if words > 5:
        return False
    return _AFTER.match(tail) is not None and not _SPEAKING_WORDS.match(tail)


def chains(masked: str, start: int, end: int) -> bool:
    """Tell whether only list words stand between two quotations: "'x', 'y' and 'z'"."""
    return _CHAIN.fullmatch(masked, start, end) is not None


def is_about_terms(sentence: str) -> bool:
    """Tell whether a sentence speaks about wording, so that words in it are named, not used."""
    if _NO_SUCH_THING.search(sentence) or _DO_NOT_CALL.search(sentence):
        return True
    clean = _SPEAKING_WORDS.sub(lambda m: " " * len(m[0]), sentence)
    if _APPOSED.search(clean) or _NAMED.search(clean):
        return True
    return bool(_TALK_NOUN.search(clean)) and bool(_TALK_ACT.search(clean)) and _has_term(clean)


def _has_term(sentence: str) -> bool:
    """A sentence of general advice ("the guidance recommends") is not yet about a term."""
    return bool(re.search(rf"\b{_NOUN}\b", sentence, re.IGNORECASE))


def find_about_terms(shadow: str, sentences: Sequence[Span]) -> list[Span]:
    """Return the sentences that speak about wording."""
    return [span for span in sentences if is_about_terms(shadow[span[0] : span[1]])]
