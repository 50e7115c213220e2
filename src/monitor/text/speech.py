"""Who is speaking: attributions before and after a quotation, by the forms news English uses.

Word lists and clause shapes instead of a parse: quotations must be known before it is decided
which sentences are worth parsing, and headlines parse badly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.text.patterns import one_of, verb_forms, words

Span = tuple[int, int]

_REGULAR = (
    "add ask answer argue announce allege acknowledge accuse admit boast brag claim comment "
    "complain concede conclude condemn confess confirm contend criticise criticize cry declare "
    "demand denounce describe disclose emphasise emphasize email estimate exclaim explain express "
    "hail highlight inform insist joke lament mention muse note observe plead pledge point post "
    "praise predict proclaim promise quip recall recount reiterate relate remark remember reply "
    "report respond retort reveal scream shout slam state stress suggest testify text threaten "
    "tweet urge voice vow warn whisper worry yell fear believe"
)
_IRREGULAR = (
    "say says said saying tell tells told telling write writes wrote written writing swear swore "
    "think thinks thought feel feels felt feeling deny denies denied denying reads reading begs "
    "begged begging hears heard"
)
# As nouns or names these are too common to mean speech: "the United States", "in a post".
_NOT_SPEECH = (
    "state states post posts point points note report reports text texts email emails comment "
    "fear voice voices demand demands claim complain"
)
# Headlines in title case.
_CAPITALS = "Says Said Say Tells Told Claims Warns Vows Hears Calls Insists"
# A set and a pattern for words: an alternation of 300 verbs is nine times slower.
_SPEECH_VERBS = (frozenset(verb_forms(_REGULAR)) | words(_IRREGULAR)) - words(_NOT_SPEECH)
_SPEECH_VERBS |= words(_CAPITALS)
_LETTERS = re.compile(r"[A-Za-z]+")

# Calling somebody something: active, the words are the subject's; passive without "by", they are
# nobody's but the writer's.
_CALL = "call describe dub brand label term deem nickname characterise characterize"
_CALLING = one_of([*verb_forms(_CALL), "labell(?:ed|ing)", "refer(?:s|red|ring)? to"])
_BE = "(?:is|are|was|were|be|been|being|get|gets|got|getting|become|became)"
_ADVERBS = r"(?:(?:\w+ly|also|often|so|now|once|then|later|still|sometimes|never|not)\s+)*"
_PASSIVE = re.compile(
    rf"\b(?:{_BE}|known|so)\s+{_ADVERBS}(?:{_CALLING}|known|named)"
    r"(?:\s+(?:as|a|an|the|like|mere|merely))*\s*$"
)
_ACTIVE_OBJECT = re.compile(
    rf"\b(?P<verb>{_CALLING})\s+(?P<object>[^.;:!?\u2014]{{1,60}}?)"
    r"(?:\s+(?:as|a|an|the|just|mere|to be))*\s*$"
)
_WHAT_ONE_CALLS = re.compile(
    r"\b(?:what|which|that|whom|who)\s+(?P<subject>[^,.;:!?]{1,50}?)\s+"
    rf"{_ADVERBS}(?:(?:has|have|had)\s+)?{_CALLING}(?:\s+(?:as|a|an|the))*\s*$"
)
_ACCORDING = re.compile(r"\b[Aa]ccording to (?P<speaker>[^,.;:!?\u2014]{2,80})")
_IN_WORDS = re.compile(
    r"\b(?:[Ii]n )?(?:the (?:own )?words of (?P<of>[^,.;:!?]{2,60}?)"
    r"|(?P<own>his|her|their|my|our|your|[\w .]{1,40}?'s?) (?:own )?words)\s*[,:]?\s*$"
)
_PUT_IT = re.compile(
    r"(?:\b[Aa]s )?(?P<subject>[^,.;:!?\u2014]{2,60}?) (?:put|puts|has put) it"
    r"(?: (?:like this|this way|thus|bluntly|simply|once))?\s*[,:]\s*$"
)
_CALLED_AFTER = re.compile(
    rf"[\s,]*(?P<speaker>[^,.;:!?\u2014]{{2,50}}?)\s+{_ADVERBS}(?:(?:has|have|had) )?{_CALLING}\s+"
    r"(?:it|them|him|her|us|me|the \w+|those \w+|these \w+)\b"
)
_WORDS_AFTER = re.compile(r"[\s,]*in the words of (?P<speaker>[^,.;:!?\u2014]{2,60})")
_DASHED_NAME = re.compile(r"\s+(?:-|\u2014)\s+(?P<speaker>[A-Z][^.;:!?\u2014]{1,50})\s*$")
_SAYS_FIRST = re.compile(r"\s*(?:Says|Said|Asks|Writes|Adds) (?P<speaker>[^,.;:!?]{2,50}):\s*$")
_ASIDE_LEAD = re.compile(r"(?:, (?:in|on|at|speaking|writing|via) [^,]*| reads?)$")
_DETERMINED = re.compile(r"\b(?:a|an|the|his|her|their|its|this|that|no|any|my|our) $")
_BY_AGENT = re.compile(r"\s*by (?P<speaker>[^,.;:!?\u2014]{2,60})")
_RELATIVE = re.compile(r",\s(?:who|whom|whose|which|where)\b[^,]{1,150},")
_BREAKS = re.compile(r"[;\u2014]|\s-\s")

_LEADING = re.compile(
    r"(?:In|On|At|After|When|While|Speaking|But|And|However|Meanwhile|Last|Earlier|Later|For|Since|"
    r"During|Asked|Yesterday|Today|Now|Then|So|Yet|Still|Also|As|If|By|From|With|Under|Although|"
    r"Instead|Once|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Addressing|Writing)\b"
)
_CONJUNCTION = re.compile(
    r"\b(?:and|but|or|when|that|because|as|after|before|while|if|whether|though|although|where|"
    r"since|until|than|so)\s+"
)
_AUXILIARY = re.compile(
    r"(?:\s*\b(?:has|have|had|would|will|could|can|also|later|then|since|still|further|previously|"
    r"recently|\w+ly|did|does|do|not|was|were|is|are|been|be|being|only|even|just|himself|herself|"
    r"quoted as|went on to|to|who))+\s*$"
)
# "The girl was told": she heard it. "…, saying": the subject stands far off.
_TOLD = re.compile(r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+|also\s+|then\s+)*$")
_HEARER = re.compile(r"(?:told|asked|warned|informed|threatened|urged)\b")
_GERUND = re.compile(r"\w+ing\b")
_PRONOUN = re.compile(r"\b(he|she|they|I|we|He|She|They|We)$")
PRONOUNS = frozenset({"he", "she", "they", "it", "we", "i", "who", "her", "his", "their", "him"})
_NOT_A_SPEAKER = words(
    "that in on at to it there if how why what when the a an this these those as by for with not "
    "about after before during and but or"
)
_NOUN_PHRASE_END = re.compile(
    r"[.;:!?\u2014\ue000\"]|\s(?:in|on|at|after|before|when|while|during|who|whom|adding|referring|"
    r"speaking|to|as|about|following|through|via|outside|last|this|yesterday|today|earlier|later|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|\s-\s"
)
_APPOSITION = re.compile(
    r"\s(?:a|an|the|one of|his|her|their|aged?|\d+|chief|head|director|spokes\w+|president|founder|"
    r"co-founder|executive|chair\w*|minister|secretary|manager|coordinator|professor|lawyer|"
    r"survivor|from|of|\w+ (?:of|at|for|with))\b"
)
_HEADLINE_SPEAKERS = re.compile(
    r"[A-Z]?\w*\s?(?:police|court|judge|jury|inquest|trial|minister|ministry|pm|mp|mps|un|nca|"
    r"prosecutors?|survivors?|victims?|charity|charities|ngos?|officials?|officers?|lawyers?|report|"
    r"study|experts?|campaigners?|activists?|government|watchdog|union|mother|father|family|"
    r"president|governor|mayor|sources?|chief)\.?$",
    re.IGNORECASE,
)


MAX_INVERTED = 6
"""Words behind the verb of a headline's "…, says police chief"."""
_LONGEST_SUBJECT = 14
"""Words of a name with what stands beside it."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody says it; `speaker` is a span in the text that was searched, if it can be told."""

    speaker: Span | None = None


def before(masked: str, start: int, end: int) -> Attribution | None:
    """Return the attribution in the words that lead to a quotation, `start` to `end`."""
    text = _RELATIVE.sub(lambda m: "," + " " * (len(m[0]) - 2) + ",", masked[start:end])
    if _PASSIVE.search(text):
        return None
    return _naming(text, start) or _saying(text, start)


def _naming(text: str, base: int) -> Attribution | None:
    """Read "in her words", "what police call", "the judge called it"."""
    if found := _PUT_IT.search(text) or _SAYS_FIRST.match(text):
        return Attribution(_shift(found.span(1), base))
    if found := _IN_WORDS.search(text):
        return Attribution(_shift(found.span("of" if found["of"] else "own"), base))
    if found := _WHAT_ONE_CALLS.search(text):
        return Attribution(_shift(found.span("subject"), base))
    if (found := _ACTIVE_OBJECT.search(text)) and found["object"].strip() not in {"as", "a", "an"}:
        return Attribution(_subject(text, found.start("verb"), base))
    return None


def _saying(text: str, base: int) -> Attribution | None:
    """Read "according to", a speech verb whose clause still runs, and "Minister:"."""
    if found := _ACCORDING.search(text):
        return Attribution(_shift(_strip(text, *found.span("speaker")), base))
    clause = max((found.end() for found in _BREAKS.finditer(text)), default=0)
    if verbs := list(_speech_verbs(text, clause)):
        return Attribution(_subject(text, verbs[-1].start(), base))
    return Attribution(_before_colon(text, base)) if text.rstrip().endswith(":") else None


def _speech_verbs(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the speech verbs from `start` on, in order; "a claim" and "in a tweet" are none."""
    for found in _LETTERS.finditer(text, start):
        if found[0] in _SPEECH_VERBS and not _DETERMINED.search(
            text, max(0, found.start() - 6), found.start()
        ):
            yield found


def after(masked: str, start: int, end: int, *, spoken: bool, passive: bool) -> Attribution | None:
    """Return the attribution in the words that follow a quotation, `start` to `end`.

    `spoken`: the quotation is set off by a comma or other mark, so that a verb may follow at
    once; else the quotation itself may be the subject ("the 'boss' said"). `passive`: the words
    before ask for "by somebody".
    """
    text = masked[start:end]
    found = _ACCORDING.search(text) or (_BY_AGENT.match(text) if passive else None)
    found = found or _WORDS_AFTER.match(text) or _DASHED_NAME.match(text)
    if found := found or _CALLED_AFTER.match(text):
        return Attribution(_shift(_strip(text, *found.span("speaker")), start))
    spoken = spoken or text.lstrip().startswith((":", "- ", "\u2014 "))
    verb = next(_speech_verbs(text), None)
    if verb is None:
        return _headline_tail(text, start)
    if not text[: verb.start()].strip(" ,.!?-\u2014"):
        return _inverted(text, verb.end(), start) if spoken else None
    if text[: verb.start()].endswith(", ") and len(text[verb.end() :].split()) <= MAX_INVERTED:
        return _inverted(text, verb.end(), start)
    if _is_aside(text, verb, spoken=spoken):
        return Attribution(_subject(text, verb.start(), start))
    return None


def _is_aside(text: str, verb: re.Match[str], *, spoken: bool) -> bool:
    """Tell whether "…, police said" is what the verb's clause is."""
    if spoken and len(text[: verb.start()].split()) <= _LONGEST_SUBJECT:
        return True
    comma = text.rfind(",", 0, verb.start())
    clause = text[comma + 1 : verb.start()].split()
    if comma < 0 or not 0 < len(clause) <= _LONGEST_SUBJECT:
        return False
    short = len(text[verb.end() :].split()) <= 8
    return short and not _CONJUNCTION.match(" ".join(clause) + " ")


def leads_with_attribution(masked: str, start: int, end: int) -> Attribution | None:
    """Return the attribution if the whole short sentence is one, as in `Maria Lopez said`."""
    text = masked[start:end]
    verb = next(_speech_verbs(text), None)
    if verb is None or len(text.split()) > 8 or verb.start() == 0:
        return None
    tail = text[verb.end() :].strip(" .")
    if len(tail.split()) > 4:
        return None
    return Attribution(_subject(text, verb.start(), start))


def is_passive(masked: str, start: int, end: int) -> bool:
    """Tell whether the words before a quotation say "was called", "known as"."""
    return _PASSIVE.search(masked[start:end]) is not None


def _inverted(text: str, verb_end: int, base: int) -> Attribution | None:
    """Read `said Maria Lopez, a shelter director`."""
    rest = text[verb_end:]
    first = rest.split(None, 1)[0].strip(",.") if rest.strip() else ""
    if not first or first in _NOT_A_SPEAKER - {"the", "a", "an"}:
        return Attribution()
    stop = _NOUN_PHRASE_END.search(rest, 1)
    end = stop.start() if stop else len(rest)
    comma = rest.find(",", 0, end)
    if comma >= 0 and not _APPOSITION.match(rest, comma + 1):
        end = comma
    return Attribution(_shift(_strip(text, verb_end, verb_end + end), base))


def _subject(text: str, verb: int, base: int) -> Span | None:
    """Return the span of the words that are the subject of the verb at `verb`."""
    if _TOLD.search(text, 0, verb) and _HEARER.match(text, verb):
        return None
    if _GERUND.match(text, verb) and not _PRONOUN.search(text[:verb].rstrip(" ,")):
        return None
    if tail := _AUXILIARY.search(text, 0, verb):
        verb = tail.start() if tail.start() > 0 else verb
    start, end = _strip(text, 0, verb)
    lead = text[:verb].rstrip()
    if lead.endswith(","):
        start = _apposition_start(text, end)
    else:
        start = max(start, *(text.rfind(mark, 0, end) + 1 for mark in (",", " - ", "\u2014")))
    clause_start = start
    for found in _CONJUNCTION.finditer(text, start, end):
        clause_start = found.end()
    start, end = _strip(text, clause_start, end)
    if pronoun := _PRONOUN.search(text, start, end):
        start, end = pronoun.span(1)
    subject = text[start:end].split()
    if not subject or len(subject) > _LONGEST_SUBJECT or "\ue000" in text[start:end]:
        return None
    return start + base, end + base


def _apposition_start(text: str, end: int) -> int:
    """Return where the name begins in `Ana, 19, a survivor from Lagos, said`."""
    commas = [i for i in range(max(0, end - 160), end) if text[i] == ","]
    start = 0
    for comma in reversed(commas):
        chunk_start = text.rfind(",", 0, comma) + 1
        chunk = text[chunk_start:comma].strip()
        start = chunk_start
        if chunk[:1].isupper() or chunk.lower().startswith(("the ", "a ", "an ", "one ")):
            break
    return 0 if not commas else start


def _before_colon(text: str, base: int) -> Span | None:
    """Return the speaker of `Minister: '…'`: the whole lead if it is short."""
    end = len(text.rstrip()) - 1
    if aside := _ASIDE_LEAD.search(text, 0, end):
        end = aside.start()
    start, end = _strip(text, 0, end)
    if 0 < len(text[start:end].split()) <= 6:
        return start + base, end + base
    return None


def _headline_tail(text: str, base: int) -> Attribution | None:
    """Read the end of a headline: `… - police`, `…: minister`, `…, court told`."""
    stripped = text.rstrip()
    if stripped.endswith((".", "!", "?")):
        return None
    for mark in (": ", " - ", " \u2014 "):
        at = stripped.rfind(mark)
        tail = stripped[at + len(mark) :] if at >= 0 else ""
        if 0 < len(tail.split()) <= 4 and _HEADLINE_SPEAKERS.match(tail):
            return Attribution(_shift((at + len(mark), len(stripped)), base))
    return None


def _strip(text: str, start: int, end: int) -> Span:
    """Trim spaces, punctuation and leading adverbials that are set off by a comma."""
    while end > start and text[end - 1] in " ,.\n-\u2014'\"":
        end -= 1
    while start < end and text[start] in " ,.:\n-\u2014'\"!?":
        start += 1
    while _LEADING.match(text, start):
        comma = text.find(", ", start, end)
        if comma < 0:
            break
        start = comma + 2
    return start, end


def _shift(span: Span, base: int) -> Span:
    return span[0] + base, span[1] + base
