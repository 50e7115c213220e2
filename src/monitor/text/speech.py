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
    "add ask argue announce allege acknowledge accuse admit boast brag claim comment "
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
# These speak only right at the quotation: "he continued:"; "the talks continued" is no speech.
_AT_MARKS = (
    "answer continue agree counter offer repeat advise reflect wonder reason caution chant laugh "
    "shrug sigh sob snap mutter murmur drawl maintain assert affirm assure opine elaborate clarify "
    "object protest plead cite reassure smile grin nod declare begin close end start finish"
)
_AT_MARKS_VERBS = frozenset(verb_forms(_AT_MARKS)) | words("began begun sang sings goes went")
_MAX_OBJECT = 4
"""Words between such a verb and the quotation: "continued in a low voice:"."""
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
_REPLY_FROM = re.compile(
    r"[\s,]*(?:was|is|came|comes) (?:the|his|her|their|an?) (?:\w+ ){0,2}"
    r"(?:response|reply|answer|verdict|message|warning|assessment) "
    r"(?:from|of|by) (?P<speaker>[^,.;:!?\u2014]{2,60})"
)
# Where a quotation ends in a comma, whatever verb follows is speech: "drawled the rancher".
_ANY_VERB_FIRST = re.compile(
    r"\s*(?!(?:was|is|has|as|this|its|his|does|thus|plus|perhaps|always|sometimes|across|towards|"
    r"besides|unless|need)\b)[a-z]{2,}(?:ed|s)(?=\s+(?:(?:the|an?|one|his|her|their|its)\s|"
    r"(?:[a-z]+ ){0,2}[A-Z]))"
)
_ANY_VERB_LAST = re.compile(
    r"\s*(?P<speaker>(?:[Hh]e|[Ss]he|[Tt]hey)"
    r"|(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Aa]n?)(?: [a-z-]+){1,3}?|(?:[A-Z][\w.'-]* ?){1,4}?)"
    r"\s+(?:\w+ly\s+)?(?:[a-z]+(?:ed|s)|began|went on|goes on|shot back|spat|sang)"
    r"(?=\s*(?:[.,;\u2014]|$)|\s(?:with|as|at|in|on|to|from|into|over|after|before)\s)"
)
_NOUN_OF_SPEECH = re.compile(
    r"(?P<speaker>(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir)\s)?(?:[A-Z][\w-]*\s){0,3}[\w-]+)"
    r"(?:'s|(?<=s)')\s(?:\w+\s){0,2}(?:remarks?|claims?|comments?|statements?|warnings?|promises?|"
    r"pledges?|descriptions?|assertions?|suggestions?|complaints?|arguments?|answers?|replies|reply|"
    r"assurances?)\s(?:that|of|as|was|were|about|to)\b"
)
_LEADING_NOUN = re.compile(
    r"(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Ii]t|I)\b"
    r"|(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir|[Oo]ne)\s)?(?:[a-z][\w-]*\s){0,2}"
    r"(?!(?:The|An?)\s)(?:[A-Z][\w.'-]*\s){1,4}"
    r"|(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir)\s[\w-]+\s(?:of\s[\w-]+\s)?"
)
_NAME_APPOSED = re.compile(r"\s(?:[A-Z][\w.'-]*(?:\s|$|(?=[,.])))+")
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
    r"The (?:next|same|following|other) (?:day|week|month|year|morning|evening)|Instead|Once|"
    r"Despite|Amid|Among|Until|Within|Through|Given|Following|Like|Unlike|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday|Addressing|Writing)\b"
)
_FIRST = re.compile(
    r"(?:But|And|Or|Yet|So|Then|When|While|After|Before|Because|Although|Though|Yesterday|Today|"
    r"Later|Earlier)\s(?=\w)"
)
_CONJUNCTION = re.compile(
    r"\b(?:and|but|or|when|that|because|as|after|before|while|if|whether|though|although|where|"
    r"since|until|than|so)\s+"
)
_AUXILIARY = re.compile(
    r"(?:\s*\b(?:has|have|had|would|will|could|can|also|later|then|since|still|further|previously|"
    r"recently|\w+ly|did|does|do|not|\w+n't|was|were|is|are|been|be|being|only|even|just|himself|herself|"
    r"(?:quoted|cited) as|went on to|to|who))+\s*$"
)
# "The girl was told": she heard it. "…, saying": the subject stands far off.
_TOLD = re.compile(r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+|also\s+|then\s+)*$")
_HEARER = re.compile(r"(?:told|asked|warned|informed|threatened|urged)\b")
_GERUND = re.compile(r"\w+ing\b")
# "She wept and said": the subject stands before the verb before.
_ELIDED = re.compile(r"(?:^|\b)(?:and|but|then)$")
_PRONOUN = re.compile(r"\b(he|she|they|I|we|He|She|They|We)$")
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
    text = _without_relatives(masked[start:end])
    if _PASSIVE.search(text):
        return None
    return _naming(text, start) or _saying(text, start)


def _without_relatives(text: str) -> str:
    """Blank clauses such as ", who lives abroad,": the verbs in them are not the sentence's."""
    return _RELATIVE.sub(lambda m: "," + " " * (len(m[0]) - 2) + ",", text)


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
    verbs = list(_speech_verbs(text, clause))
    if text.rstrip().endswith((":", ",")):
        near = _at_marks(text, max(clause, verbs[-1].end() if verbs else 0))
        verbs += [near] if near else []
    if verbs:
        return Attribution(_subject(text, verbs[-1].start(), base))
    if text.rstrip().endswith(":"):
        return Attribution(_before_colon(text, base))
    if found := _NOUN_OF_SPEECH.search(text, clause):
        return Attribution(_shift(found.span("speaker"), base))
    return None


def _speech_verbs(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the speech verbs from `start` on, in order; "a claim" and "in a tweet" are none."""
    for found in _LETTERS.finditer(text, start):
        if found[0] in _SPEECH_VERBS and not _is_noun(text, found):
            yield found


def _at_marks(text: str, start: int) -> re.Match[str] | None:
    """Return the verb that speaks because a comma or colon and the quotation follow it."""
    verbs = [found for found in _LETTERS.finditer(text, start) if found[0] in _AT_MARKS_VERBS]
    if not verbs or _is_noun(text, verbs[-1]) or verbs[-1].start() == 0:
        return None
    return verbs[-1] if len(text[verbs[-1].end() :].split()) <= _MAX_OBJECT else None


def _is_noun(text: str, found: re.Match[str]) -> bool:
    if _DETERMINED.search(text, max(0, found.start() - 6), found.start()):
        return True
    owned = text.startswith("'s ", found.start() - 3)
    return owned and not found[0].endswith(("ed", "ing", "said", "told"))


def after(
    masked: str, start: int, end: int, *, spoken: bool, passive: bool, cut: bool = False
) -> Attribution | None:
    """Return the attribution in the words that follow a quotation, `start` to `end`.

    `spoken`: the quotation is set off by a comma or other mark, so that a verb may follow at
    once; else the quotation itself may be the subject ("the 'boss' said"). `passive`: the words
    before ask for "by somebody". `cut`: the quotation ends in a comma, question or exclamation
    mark, so that whatever verb follows is one of speech.
    """
    text = _without_relatives(masked[start:end])
    verb = next(_speech_verbs(text), None)
    found = _named_after(text, start, passive=passive)
    found = found or (_any_verb(text, verb, start) if cut else None)
    if found or verb is None:
        return found or _headline_tail(text, start)
    spoken = spoken or text.lstrip().startswith((":", "- ", "\u2014 "))
    if not text[: verb.start()].strip(" ,.!?-\u2014"):
        return _inverted(text, verb.end(), start) if spoken else None
    rest = text[verb.end() :].strip(" .").split()
    if text[: verb.start()].endswith(", ") and 0 < len(rest) <= MAX_INVERTED:
        return _inverted(text, verb.end(), start)
    if _is_aside(text, verb, spoken=spoken):
        return Attribution(_subject(text, verb.start(), start))
    return None


def _named_after(text: str, base: int, *, passive: bool) -> Attribution | None:
    """Read "according to", "by", "in the words of", "- Name" and "was the reply from"."""
    found = _ACCORDING.search(text) or (_BY_AGENT.match(text) if passive else None)
    found = found or _WORDS_AFTER.match(text) or _DASHED_NAME.match(text)
    found = found or _REPLY_FROM.match(text)
    found = found or _CALLED_AFTER.match(text)
    return Attribution(_shift(_strip(text, *found.span("speaker")), base)) if found else None


def _any_verb(text: str, verb: re.Match[str] | None, base: int) -> Attribution | None:
    """Read `drawled the rancher` and `the rancher drawled`, where no known verb stands nearer."""
    if verb is not None and len(text[: verb.start()].split()) <= 2:
        return None
    if found := _ANY_VERB_FIRST.match(text):
        return _inverted(text, found.end(), base)
    found = _ANY_VERB_LAST.match(text) if verb is None else None
    return Attribution(_shift(_strip(text, *found.span("speaker")), base)) if found else None


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


def is_one(text: str) -> bool:
    """Tell whether at most one speech verb stands in the words between two quotations."""
    return len([found for found in _speech_verbs(text) if not _GERUND.match(found[0])]) <= 1


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
        named = (
            None
            if any(c.isupper() for c in rest[:comma])
            else _NAME_APPOSED.match(rest, comma + 1, end)
        )
        end = named.end() if named else comma
    return Attribution(_shift(_strip(text, verb_end, verb_end + end), base))


def _subject(text: str, verb: int, base: int) -> Span | None:
    """Return the span of the words that are the subject of the verb at `verb`."""
    if _TOLD.search(text, 0, verb) and _HEARER.match(text, verb):
        return None
    if _GERUND.match(text, verb) and not _PRONOUN.search(text[:verb].rstrip(" ,")):
        return _main_subject(text, verb, base)
    if tail := _AUXILIARY.search(text, 0, verb):
        verb = tail.start() if tail.start() > 0 else verb
    start, end = _strip(text, 0, verb)
    lead = text[:verb].rstrip()
    if lead.endswith(","):
        start = _apposition_start(text, end)
    else:
        start = max(start, *(text.rfind(mark, 0, end) + 1 for mark in (",", " - ", "\u2014")))
    if _ELIDED.search(text, start, end):
        return _main_subject(text, end, base)
    start = max(start, text.rfind("\ue000", start, end) + 1)
    clause_start = start
    for found in _CONJUNCTION.finditer(text, start, end):
        clause_start = found.end()
    start, end = _strip(text, clause_start, end)
    while first := _FIRST.match(text, start, end):
        start = first.end()
    if pronoun := _PRONOUN.search(text, start, end):
        start, end = pronoun.span(1)
    subject = text[start:end].split()
    if not subject or len(subject) > _LONGEST_SUBJECT:
        return None
    return start + base, end + base


def _main_subject(text: str, verb: int, base: int) -> Span | None:
    """Return who says it in `Ana Doe said so, adding that`: the subject of the verb before."""
    said = [found for found in _speech_verbs(text[:verb]) if not found[0].endswith("ing")]
    if said:
        return _subject(text, said[-1].start(), base)
    start = text.rfind("\ue000", 0, verb) + 1
    return _leading_noun(text, start, verb, base)


def _leading_noun(text: str, start: int, end: int, base: int) -> Span | None:
    """Return the noun or pronoun a clause starts with, behind what a comma sets off."""
    start, end = _strip(text, start, end)
    found = _LEADING_NOUN.match(text, start, end)
    return _shift(_strip(text, *found.span()), base) if found else None


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
