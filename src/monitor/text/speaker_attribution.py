"""Speaker attribution of quotations, and resolution of pronouns that speak.

Word lists and clause shapes instead of a parse: quotations must be known before it is decided which
sentences are worth parsing, and headlines parse badly. A wrong name is worse than a pronoun, so
whoever may be a place, a body or another sex is passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from monitor.text.positions import Stretch
from monitor.text.regular_expressions import late, one_of, verb_forms, word_set

# A set and a pattern for words: an alternation of 300 verbs is nine times slower.
_REGULAR = verb_forms(
    "add ask argue announce allege acknowledge accuse admit boast brag claim comment "
    "complain concede conclude condemn confess confirm contend criticise criticize cry declare "
    "demand denounce describe disclose emphasise emphasize email estimate exclaim explain express "
    "hail highlight inform insist joke lament mention muse note observe plead pledge point post "
    "praise predict proclaim promise quip recall recount reiterate relate remark remember reply "
    "report respond retort reveal scream shout slam state stress suggest testify text threaten "
    "tweet urge voice vow warn whisper worry yell fear believe"
)
SPEECH_VERBS = frozenset(_REGULAR) | word_set(
    "say says said saying tell tells told telling write writes wrote written writing swear swore "
    "think thinks thought feel feels felt feeling deny denies denied denying reads reading begs "
    "begged begging hears heard"
)
# As nouns or names these are too common to mean speech: "the United States", "in a post".
SPEECH_VERBS -= word_set(
    "state states post posts point points note report reports text texts email emails comment "
    "fear voice voices demand demands claim complain"
)
# Headlines in title case.
SPEECH_VERBS |= word_set("Says Said Say Tells Told Claims Warns Vows Hears Calls Insists")
# These speak only right at the quotation: "he continued:"; "the talks continued" is no speech.
_AT_MARKS = (
    "answer continue agree counter offer repeat advise reflect wonder reason caution chant laugh "
    "shrug sigh sob snap mutter murmur drawl maintain assert affirm assure opine elaborate clarify "
    "object protest plead cite reassure smile grin nod declare begin close end start finish"
)
AT_MARKS_VERBS = frozenset(verb_forms(_AT_MARKS)) | word_set("began begun sang sings goes went")
MAX_OBJECT = 4
"""Words between such a verb and the quotation: "continued in a low voice:"."""
LETTERS = late(r"[A-Za-z]+")

# Calling somebody something: active, the words are the subject's; passive without "by", they are
# nobody's but the writer's.
_CALL = "call describe dub brand label term deem nickname characterise characterize"
_CALLING = one_of([*verb_forms(_CALL), "labell(?:ed|ing)", "refer(?:s|red|ring)? to"])
_BE = "(?:is|are|was|were|be|been|being|get|gets|got|getting|become|became)"
_ADVERBS = r"(?:(?:\w+ly|also|often|so|now|once|then|later|still|sometimes|never|not)\s+)*"
PASSIVE = late(
    rf"\b(?:{_BE}|known|so)\s+{_ADVERBS}(?:{_CALLING}|known|named)"
    r"(?:\s+(?:as|a|an|the|like|mere|merely))*\s*$"
)
ACTIVE_OBJECT = late(
    rf"\b(?P<verb>{_CALLING})\s+(?P<object>[^.;:!?\u2014]{{1,60}}?)"
    r"(?:\s+(?:as|a|an|the|just|mere|to be))*\s*$"
)
WHAT_ONE_CALLS = late(
    r"\b(?:what|which|that|whom|who)\s+(?P<subject>[^,.;:!?]{1,50}?)\s+"
    rf"{_ADVERBS}(?:(?:has|have|had)\s+)?{_CALLING}(?:\s+(?:as|a|an|the))*\s*$"
)
ACCORDING = late(r"\b[Aa]ccording to (?P<speaker>[^,.;:!?\u2014]{2,80})")
IN_WORDS = late(
    r"\b(?:[Ii]n )?(?:the (?:own )?words of (?P<of>[^,.;:!?]{2,60}?)"
    r"|(?P<own>his|her|their|my|our|your|[\w .]{1,40}?'s?) (?:own )?words)\s*[,:]?\s*$"
)
PUT_IT = late(
    r"(?:\b[Aa]s )?(?P<subject>[^,.;:!?\u2014]{2,60}?) (?:put|puts|has put) it"
    r"(?: (?:like this|this way|thus|bluntly|simply|once))?\s*[,:]\s*$"
)
PUT_IT_AFTER = late(
    r"[\s,]*(?:(?P<as>[Aa]s) )?(?P<speaker>[^,.;:!?\u2014]{2,60}?) "
    r"(?:(?:has |had |later |once )?(?:put|puts)|(?(as)(?:describe[sd]|phrase[sd]|has|had))) it\b"
)
CALLED_AFTER = late(
    rf"[\s,]*(?P<speaker>[^,.;:!?\u2014]{{2,50}}?)\s+{_ADVERBS}(?:(?:has|have|had) )?{_CALLING}\s+"
    r"(?:it|them|him|her|us|me|the \w+|those \w+|these \w+)\b"
)
WORDS_AFTER = late(r"[\s,]*in the words of (?P<speaker>[^,.;:!?\u2014]{2,60})")
REPLY_FROM = late(
    r"[\s,]*(?:was|is|came|comes) (?:the|his|her|their|an?) (?:\w+ ){0,2}"
    r"(?:response|reply|answer|verdict|message|warning|assessment) "
    r"(?:from|of|by) (?P<speaker>[^,.;:!?\u2014]{2,60})"
)
# Where a quotation ends in a comma, whatever verb follows is speech: "drawled the rancher".
ANY_VERB_FIRST = late(
    r"\s*(?!(?:was|is|has|as|this|its|his|does|thus|plus|perhaps|always|sometimes|across|towards|"
    r"besides|unless|need)\b)[a-z]{2,}(?:ed|s)(?=\s+(?:(?:the|an?|one|his|her|their|its)\s|"
    r"(?:[a-z]+ ){0,2}[A-Z]))"
)
ANY_VERB_LAST = late(
    r"\s*(?P<speaker>(?:[Hh]e|[Ss]he|[Tt]hey)"
    r"|(?:[Tt]he|[Hh]is|[Hh]er|[Tt]heir|[Aa]n?)(?: [a-z-]+){1,3}?|(?:[A-Z][\w.'-]* ?){1,4}?)"
    r"\s+(?:\w+ly\s+)?(?:[a-z]+(?:ed|s)|began|went on|goes on|shot back|spat|sang)"
    r"(?=\s*(?:[.,;\u2014]|$)|\s(?:with|as|at|in|on|to|from|into|over|after|before)\s)"
)
NOUN_OF_SPEECH = late(
    r"(?P<speaker>(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir)\s)?(?:[A-Z][\w-]*\s){0,3}[\w-]+)"
    r"(?:'s|(?<=s)')\s(?:\w+\s){0,2}(?:remarks?|claims?|comments?|statements?|warnings?|promises?|"
    r"pledges?|descriptions?|assertions?|suggestions?|complaints?|arguments?|answers?|replies|reply|"
    r"assurances?)\s(?:that|of|as|was|were|about|to)\b"
)
LEADING_NOUN = late(
    r"(?:[Hh]e|[Ss]he|[Tt]hey|[Ww]e|[Ii]t|I)\b"
    r"|(?:(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir|[Oo]ne)\s)?(?:[a-z][\w-]*\s){0,2}"
    r"(?!(?:The|An?)\s)(?:[A-Z][\w.'-]*\s){1,4}"
    r"|(?:[Tt]he|[Aa]n?|[Hh]is|[Hh]er|[Tt]heir)\s[\w-]+\s(?:of\s[\w-]+\s)?"
)
NAME_APPOSED = late(r"\s(?:[A-Z][\w.'-]*(?:\s|$|(?=[,.])))+")
DASHED_NAME = late(r"\s+(?:-|\u2014)\s+(?P<speaker>[A-Z][^.;:!?\u2014]{1,50})\s*$")
# A line that signs a quotation: "- Ana Doe, teacher".
SIGNED = late(
    r"\s*(?:--?|\u2014)\s*(?P<speaker>[A-Z][\w.'-]*"
    r"(?: (?:[A-Z][\w.'-]*|of|de|da|dos|van|von|bin|al|el|the)){0,5}"
    r"(?:,[^.;:!?\u2014\ue000]{2,60})?)\.?\s*\Z"
)
KIN = (
    r"(?:niece|nephew|(?:half-|step)?(?:brother|sister|mother|father|son|daughter)|wife|husband|widow"
    r"|widower|cousin|aunt|uncle|grand(?:mother|father|son|daughter)|partner|friend|neighbou?r"
    r"|girlfriend|boyfriend|fianc\u00e9e?|classmate|colleague|twin)"
)
# "Marta's niece, Lena Hollis": it is Lena who speaks.
KIN_NAMED = late(
    rf"(?:'s|(?<=s)'|\b[Hh]is|\b[Hh]er|\b[Tt]heir) (?:[\w-]+ ){{0,3}}{KIN}, "
    r"(?P<speaker>[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,3})"
)
# "Demonstrators said they want the mayor to go": the sentence goes on in the same voice.
OF_THEMSELVES = late(r"\s+(?:[\w-]+ ){0,2}?(?:that )?(?:they|he|she|it|we|I)\b")
# A name, a pronoun, "the two women", "some of the demonstrators", a plural; and no half sentence.
PLAIN_SPEAKER = late(
    r"(?:(?:[A-Z][\w.'-]*|[Tt]he|[Aa]n?|[Oo]ne|[Ss]ome|[Mm]any|[Hh]is|[Hh]er|[Tt]heir|he|she|they)\b"
    r"|[a-z]+s\b)(?: [\w.'-]+){0,4}(?:, [^,]{2,60})?\Z"
)
SAYS_FIRST = late(r"\s*(?:Says|Said|Asks|Writes|Adds) (?P<speaker>[^,.;:!?]{2,50}):\s*$")
ASIDE_LEAD = late(r"(?:, (?:in|on|at|speaking|writing|via) [^,]*| reads?)$")
DETERMINED = late(r"\b(?:a|an|the|his|her|their|its|this|that|no|any|my|our) $")
BY_AGENT = late(r"\s*by (?P<speaker>[^,.;:!?\u2014]{2,60})")
RELATIVE = late(r",\s(?:who|whom|whose|which|where)\b[^,]{1,150},")
BREAKS = late(r"[;\u2014]|\s-\s")

LEADING = late(
    r"(?:In|On|At|After|When|While|Speaking|But|And|However|Meanwhile|Last|Earlier|Later|For|Since|"
    r"During|Asked|Yesterday|Today|Now|Then|So|Yet|Still|Also|As|If|By|From|With|Under|Although|"
    r"The (?:next|same|following|other) (?:day|week|month|year|morning|evening)|Instead|Once|"
    r"Despite|Amid|Among|Until|Within|Through|Given|Following|Like|Unlike|Monday|Tuesday|"
    r"Wednesday|Thursday|Friday|Saturday|Sunday|Addressing|Writing)\b"
)
FIRST = late(
    r"(?:But|And|Or|Yet|So|Then|When|While|After|Before|Because|Although|Though|Yesterday|Today|"
    r"Later|Earlier)\s(?=\w)"
)
CONJUNCTION = late(
    r"\b(?:and|but|or|when|that|because|as|after|before|while|if|whether|though|although|where|"
    r"since|until|than|so)\s+"
)
AUXILIARY = late(
    r"(?:\s*\b(?:has|have|had|would|will|could|can|also|later|then|since|still|further|previously|"
    r"recently|\w+ly|did|does|do|not|\w+n't|was|were|is|are|been|be|being|only|even|just|himself|herself|"
    r"(?:quoted|cited) as|went on to|to|who))+\s*$"
)
# "The girl was told": she heard it. "…, saying": the subject stands far off.
TOLD = late(r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+|also\s+|then\s+)*$")
HEARER = late(r"(?:told|asked|warned|informed|threatened|urged)\b")
GERUND = late(r"\w+ing\b")
# "She wept and said": the subject stands before the verb before.
ELIDED = late(r"(?:^|\b)(?:and|but|then)$")
PRONOUN = late(r"\b(he|she|they|I|we|He|She|They|We)$")
NOT_A_SPEAKER = word_set(
    "that in on at to it there if how why what when the a an this these those as by for with not "
    "about after before during and but or"
)
NOUN_PHRASE_END = late(
    r"[.;:!?\u2014\ue000\"]|\s(?:in|on|at|after|before|when|while|during|who|whom|adding|referring|"
    r"speaking|to|as|about|following|through|via|outside|last|this|yesterday|today|earlier|later|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b|\s-\s"
)
APPOSITION = late(
    r"\s(?:a|an|the|one of|his|her|their|aged?|\d+|chief|head|director|spokes\w+|president|founder|"
    r"co-founder|executive|chair\w*|minister|secretary|manager|coordinator|professor|lawyer|"
    r"survivor|from|of|\w+ (?:of|at|for|with))\b"
)
HEADLINE_SPEAKERS = late(
    r"[A-Z]?\w*\s?(?:police|court|judge|jury|inquest|trial|minister|ministry|pm|mp|mps|un|nca|"
    r"prosecutors?|survivors?|victims?|charity|charities|ngos?|officials?|officers?|lawyers?|report|"
    r"study|experts?|campaigners?|activists?|government|watchdog|union|mother|father|family|"
    r"president|governor|mayor|sources?|chief)\.?$",
    re.IGNORECASE,
)


_LONGEST_SUBJECT = 14
"""Words of a name with what stands beside it."""
_NO_NOUN = NOT_A_SPEAKER - {"the", "a", "an"}
"""Behind a verb of speech they begin no name of a speaker."""
SOMEBODY: Stretch = (-1, -1)
"""Who says it where that cannot be told; all who can are spans of the text that was searched."""


def before(masked: str, start: int, end: int) -> Stretch | None:
    """Return the attribution in the words that lead to a quotation, `start` to `end`."""
    text = _without_relatives(masked[start:end])
    return None if PASSIVE.search(text) else _placed(_naming(text) or _saying(text), start)


def _placed(found: Stretch | None, start: int) -> Stretch | None:
    """Return an attribution that was read in a part of the text from `start` on."""
    return found if not found or found == SOMEBODY else (found[0] + start, found[1] + start)


def _without_relatives(text: str) -> str:
    """Blank clauses such as ", who lives abroad,": the verbs in them are not the sentence's."""
    return RELATIVE.sub(lambda m: "," + " " * (len(m[0]) - 2) + ",", text)


def _naming(text: str) -> Stretch | None:
    """Read "in her words", "what police call", "the judge called it"."""
    if found := PUT_IT.search(text) or SAYS_FIRST.match(text):
        return found.span(1)
    if found := IN_WORDS.search(text):
        return found.span("of" if found["of"] else "own")
    if found := WHAT_ONE_CALLS.search(text):
        return found.span("subject")
    if (found := ACTIVE_OBJECT.search(text)) and found["object"].strip() not in {"as", "a", "an"}:
        return _subject(text, found.start("verb")) or SOMEBODY
    return None


def _saying(text: str) -> Stretch | None:
    """Read "according to", a speech verb whose clause still runs, and "Minister:"."""
    if found := ACCORDING.search(text):
        return _strip(text, *found.span("speaker"))
    clause = max((found.end() for found in BREAKS.finditer(text)), default=0)
    verbs = list(_speech_verbs(text, clause))
    stripped = text.rstrip()
    if stripped.endswith((":", ",")):  # other verbs speak too where the quotation follows them
        low = max(clause, verbs[-1].end() if verbs else 0)
        near = [found for found in LETTERS.finditer(text, low) if found[0] in AT_MARKS_VERBS]
        verbs += [
            verb
            for verb in near[-1:]
            if verb.start() > 0
            and not _is_noun(text, verb)
            and len(text[verb.end() :].split()) <= MAX_OBJECT
        ]
    if verbs:
        return _subject(text, verbs[-1].start()) or SOMEBODY
    if stripped.endswith(":"):  # `Minister: '…'`: the whole lead if it is short
        aside = ASIDE_LEAD.search(text, 0, len(stripped) - 1)
        span = _strip(text, 0, aside.start() if aside else len(stripped) - 1)
        return span if 0 < len(text[slice(*span)].split()) <= 6 else SOMEBODY
    found = NOUN_OF_SPEECH.search(text, clause)
    return found.span("speaker") if found else None


def _speech_verbs(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the speech verbs from `start` on, in order; "a claim" and "in a tweet" are none."""
    for found in LETTERS.finditer(text, start):
        if found[0] in SPEECH_VERBS and not _is_noun(text, found):
            yield found


def _is_noun(text: str, found: re.Match[str]) -> bool:
    if DETERMINED.search(text, max(0, found.start() - 6), found.start()):
        return True
    owned = text.startswith("'s ", found.start() - 3)
    return owned and not found[0].endswith(("ed", "ing", "said", "told"))


def after(
    masked: str, start: int, end: int, *, spoken: bool, passive: bool, cut: bool = False
) -> Stretch | None:
    """Return the attribution in the words that follow a quotation, `start` to `end`.

    `spoken`: the quotation is set off by a comma or other mark, so that a verb may follow at
    once; else the quotation itself may be the subject ("the 'boss' said"). `passive`: the words
    before ask for "by somebody". `cut`: the quotation ends in a comma, question or exclamation
    mark, so that whatever verb follows is one of speech.
    """
    text = _without_relatives(masked[start:end])
    return _placed(_following(text, spoken=spoken, passive=passive, cut=cut), start)


def _following(text: str, *, spoken: bool, passive: bool, cut: bool) -> Stretch | None:
    verb = next(_speech_verbs(text), None)
    found = _named_after(text, verb, passive=passive, cut=cut)
    if found or verb is None:
        return found or _headline_tail(text)
    lead, rest = text[: verb.start()], text[verb.end() :]
    spoken = spoken or text.lstrip().startswith((":", "- ", "\u2014 "))
    if not lead.strip(" ,.!?-\u2014"):
        return _inverted(text, verb.end()) if spoken else None
    words = rest.strip(" .").split()
    # a headline's "…, says police chief"
    if lead.endswith(", ") and 0 < len(words) <= 6 and words[0] not in _NO_NOUN:
        return _inverted(text, verb.end())
    if not (spoken and len(lead.split()) <= _LONGEST_SUBJECT):
        # else "…, police said" must be all that the verb's clause is
        _, comma, clause = lead.rpartition(",")
        told = clause.split()
        if not comma or not 0 < len(told) <= _LONGEST_SUBJECT or len(rest.split()) > 8:
            return None
        if CONJUNCTION.match(" ".join(told) + " "):
            return None
    return _subject(text, verb.start()) or SOMEBODY


def _named_after(
    text: str, verb: re.Match[str] | None, *, passive: bool, cut: bool
) -> Stretch | None:
    """Read "according to", "by", "- Name"; with `cut` also `drawled the rancher`."""
    found = ACCORDING.search(text) or (BY_AGENT.match(text) if passive else None)
    found = found or WORDS_AFTER.match(text) or DASHED_NAME.match(text) or PUT_IT_AFTER.match(text)
    found = found or REPLY_FROM.match(text) or CALLED_AFTER.match(text)
    if not found and cut and (verb is None or len(text[: verb.start()].split()) > 2):
        if first := ANY_VERB_FIRST.match(text):
            return _inverted(text, first.end())
        found = ANY_VERB_LAST.match(text) if verb is None else None
    return _strip(text, *found.span("speaker")) if found else None


def leads_with_attribution(masked: str, start: int, end: int) -> Stretch | None:
    """Return the attribution if the whole short sentence is one, as in `Maria Lopez said`."""
    text = masked[start:end]
    verb = next(_speech_verbs(text), None)
    if verb is None or len(text.split()) > 8 or verb.start() == 0:
        return None
    if len(text[verb.end() :].strip(" .").split()) > 4:
        return None
    return _placed(_subject(text, verb.start()) or SOMEBODY, start)


def teller(masked: str, start: int, end: int, *, of_herself: bool = False) -> Stretch | None:
    """Return who tells what a whole sentence says: `Demonstrators said they want it back.`.

    `of_herself`: only of a sentence whose teller speaks of herself: `Ana Doe said she ran`.
    """
    text = masked[start:end]
    verb = next(_speech_verbs(text), None)
    if of_herself and (verb is None or not OF_THEMSELVES.match(text, verb.end())):
        return None
    text = _without_relatives(text)
    verb = next(_speech_verbs(text), None)
    subject = _subject(text, verb.start()) if verb else None
    if subject is None or not PLAIN_SPEAKER.match(masked[start:end], *subject):
        return None
    return _placed(subject, start)


def signature(masked: str, start: int, end: int) -> Stretch | None:
    """Return who signs a quotation, `- Ana Doe, teacher`, if that is all that stands there."""
    found = SIGNED.match(masked, start, end)
    return found.span("speaker") if found else None


def is_one(text: str) -> bool:
    """Tell whether at most one speech verb stands in the words between two quotations."""
    return sum(not GERUND.match(found[0]) for found in _speech_verbs(text)) <= 1


def _inverted(text: str, verb_end: int) -> Stretch | None:
    """Read `said Maria Lopez, a shelter director`."""
    rest = text[verb_end:]
    if kin := _kin_named(text, verb_end, len(text)):
        return kin
    first = rest.split(None, 1)[0].strip(",.") if rest.strip() else ""
    if not first or first in _NO_NOUN:
        return SOMEBODY
    stop = NOUN_PHRASE_END.search(rest, 1)
    end = stop.start() if stop else len(rest)
    comma = rest.find(",", 0, end)
    if comma >= 0 and not APPOSITION.match(rest, comma + 1):
        is_name = any(c.isupper() for c in rest[:comma])
        apposed = None if is_name else NAME_APPOSED.match(rest, comma + 1, end)
        end = apposed.end() if apposed else comma
    return _strip(text, verb_end, verb_end + end)


def _subject(text: str, verb: int) -> Stretch | None:
    if TOLD.search(text, 0, verb) and HEARER.match(text, verb):
        return None
    if GERUND.match(text, verb) and not PRONOUN.search(text[:verb].rstrip(" ,")):
        return _main_subject(text, verb)
    if tail := AUXILIARY.search(text, 0, verb):
        verb = tail.start() or verb
    start, end = _strip(text, 0, verb)
    if text[:verb].rstrip().endswith(","):
        start = _apposition_start(text, end)
    else:
        start = max(start, *(text.rfind(mark, 0, end) + 1 for mark in (",", " - ", "\u2014")))
    if ELIDED.search(text, start, end):
        return _main_subject(text, end)
    start = max(start, text.rfind("\ue000", start, end) + 1)
    for found in CONJUNCTION.finditer(text, start, end):
        start = found.end()
    start, end = _strip(text, start, end)
    while first := FIRST.match(text, start, end):
        start = first.end()
    if pronoun := PRONOUN.search(text, start, end):
        start, end = pronoun.span(1)
    if not 0 < len(text[start:end].split()) <= _LONGEST_SUBJECT:
        return None
    named = _kin_named(text, start, end)
    return named if named and named[1] == end else (start, end)


def _kin_named(text: str, start: int, end: int) -> Stretch | None:
    """Return the name in `Marta's niece, Lena Hollis`: it is not Marta who speaks."""
    stop = NOUN_PHRASE_END.search(text, start + 1, end)
    found = KIN_NAMED.search(text, start, stop.start() if stop else end)
    return found.span("speaker") if found else None


def _main_subject(text: str, verb: int) -> Stretch | None:
    """Return who says it in `Ana Doe said so, adding that`: the subject of the verb before."""
    said = [found for found in _speech_verbs(text[:verb]) if not found[0].endswith("ing")]
    if said:
        return _subject(text, said[-1].start())
    # else the noun or pronoun that the clause starts with, behind what a comma sets off
    found = LEADING_NOUN.match(text, *_strip(text, text.rfind("\ue000", 0, verb) + 1, verb))
    return _strip(text, *found.span()) if found else None


def _apposition_start(text: str, end: int) -> int:
    """Return where the name begins in `Ana, 19, a survivor from Lagos, said`."""
    start = 0
    for comma in range(end - 1, max(0, end - 160) - 1, -1):
        if text[comma] == ",":
            start = text.rfind(",", 0, comma) + 1
            chunk = text[start:comma].strip()
            if chunk[:1].isupper() or chunk.lower().startswith(("the ", "a ", "an ", "one ")):
                break
    return start


def _headline_tail(text: str) -> Stretch | None:
    """Read the end of a headline: `… - police`, `…: minister`, `…, court told`."""
    stripped = text.rstrip()
    for mark in (": ", " - ", " \u2014 ") if not stripped.endswith((".", "!", "?")) else ():
        _, found, tail = stripped.rpartition(mark)
        if found and 0 < len(tail.split()) <= 4 and HEADLINE_SPEAKERS.match(tail):
            return len(stripped) - len(tail), len(stripped)
    return None


def _strip(text: str, start: int, end: int) -> Stretch:
    """Trim spaces, punctuation and leading adverbials that are set off by a comma."""
    while end > start and text[end - 1] in " ,.\n-\u2014'\"":
        end -= 1
    while start < end and text[start] in " ,.:\n-\u2014'\"!?":
        start += 1
    while LEADING.match(text, start) and (comma := text.find(", ", start, end)) >= 0:
        start = comma + 2
    return start, end


_HE = word_set("he his him")
_SHE = word_set("she her")
_SEVERAL = word_set("they their them it who")
_NEVER = word_set("i we my our")
"""The writer, or people of whom a speaker is one."""
_WOMEN = word_set(
    "she her woman women girl girls mother mum mom sister daughter wife widow grandmother aunt "
    "niece spokeswoman congresswoman policewoman actress queen princess duchess baroness lady mrs "
    "ms miss madam businesswoman chairwoman saleswoman nun girlfriend bride stepmother mistress "
    "countess dame waitress heroine housewife"
)
_MEN = word_set(
    "he his him man men boy boys father dad brother son husband widower grandfather uncle nephew "
    "spokesman congressman policeman actor king prince duke baron lord sir mr businessman chairman "
    "salesman monk boyfriend groom stepfather count fisherman fireman gunman cameraman"
)
# Bodies and things that "say": no "he", no "she".
_BODIES = word_set(
    "police government ministry court council company group agency ngo charity report study "
    "indictment statement union embassy crowd people staff army party commission committee board "
    "bank firm organisation organization department office website media family paper newspaper "
    "court parliament congress senate administration campaign network association federation "
    "institute university hospital school church foundation trust centre center team club bureau "
    "service force navy treasury authority authorities inspectorate watchdog tribunal jury panel "
    "letter email message post tweet document filing complaint lawsuit affidavit banner sign "
    "coalition alliance society fund house press post times news herald guardian magazine league "
    "confederation forum movement project programme program taskforce unit division section"
)
# Capitalised words that make no person of their neighbours.
_NO_PERSON = _BODIES | word_set(
    "international national federal central royal united states kingdom republic north south east "
    "west northern southern eastern western new san santa saint los las el port fort lake mount "
    "cape bay island islands river sea ocean valley city county province district region street "
    "road avenue square park airport station bridge hall hotel monday tuesday wednesday thursday "
    "friday saturday sunday january february march april may june july august september october "
    "november december act bill law convention treaty agreement rights watch human amnesty world "
    "european african asian american british french german russian chinese indian union nations "
    "day week christmas easter games cup prize award university college academy inc ltd plc llc "
    "co corp limited holdings foods airlines motors industries systems technologies partners sons "
    "lanka arabia korea africa america zealand guinea leone rica salvador kong emirates states "
    "white supreme high crown foreign home justice defence defense interior health labour labor "
    "education finance trade security council's general's"
)
_STARTS = word_set(
    "the a an he she it they we i you this that these those in on at by for from with when while "
    "after before since during as if but and or so yet however meanwhile although though because "
    "there here his her its their our my according many most some several more all last earlier "
    "later then now both another other each asked speaking writing addressing both even only such "
    "what who why how where not no one two three four five six seven until among under despite "
    "like once also still instead thanks"
)
_TITLE = late(
    r"(?:Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Dame|Lord|Lady|Judge|Justice|Senator|Sen|Rep|Gov|Governor|"
    r"President|Minister|Mayor|Councillor|Detective|Inspector|Sergeant|Officer|Captain|Colonel|"
    r"General|Professor|Bishop|Father|Sister|Rev|Sheriff|Chief|Constable)\.?\s"
)
_NAME = late(
    r"[A-Z\u00c0-\u00de][\w'-]*\.?"
    r"(?:\s(?:(?:al|bin|bint|de|da|di|der|den|du|el|ibn|la|le|van|von|y)\s){0,2}"
    r"[A-Z\u00c0-\u00de][\w'-]*\.?){0,6}"
)
_FULL_NAME = late(r"\b([A-Z\u00c0-\u00de][\w-]*)\.?\s([A-Z\u00c0-\u00de][\w-]+)")
_AGED = late(r",\s(?:aged\s)?\d{1,2}\b")
_OBLIQUE = late(
    r"(?:'s|\b(?:in|at|near|to|from|of|by|with|for|on|than|against|about|via|into|over|under|between|and|"
    r"or|versus|like|as|the))\s$"
)
_HEAD_ENDS = late(r",|\s(?:of|for|at|in|from|with|who|that|on|to|close|familiar)\b")
_WORD = late(r"[\w.'-]+")
_SENTENCES_BACK = 6
_SENTENCES_LOOKED_AT = 30
_LONGEST = 2000


class Antecedents:
    """Who was heard and who is named in a text in which quotations are blanked."""

    def __init__(self, text: str, sentences: Sequence[Stretch], starts: Sequence[int]) -> None:
        self.text, self.sentences, self.starts = text, sentences, starts
        self.heard: list[Stretch] = []
        self.heard_in: dict[int, list[Stretch]] = {}
        self.sexes: dict[str, str] = {}
        self.surnames: set[str] | None = None
        self.named: dict[int, list[Stretch]] = {}

    def hear(self, speaker: Stretch) -> Stretch:
        """Return whom the words at `speaker` mean, and remember them as having spoken."""
        word = self.text[slice(*speaker)].lower()
        if word in _HE or word in _SHE:
            return self._person(speaker, "he" if word in _HE else "she") or speaker
        if word in _SEVERAL:  # the last speakers that are several or a body, else the last one
            last = self.heard[-1:-3:-1]
            several = (span for span in last if is_body(self.text[slice(*span)]))
            return next(several, last[0] if last else speaker)
        if word not in _NEVER:
            self.heard.append(speaker)
            self.heard_in.setdefault(self._sentence(speaker[0]), []).append(speaker)
        return speaker

    def beside(self, sentence: int, floor: int, ceiling: int) -> Stretch | None:
        """Return the person of the sentence before, or else behind, a quotation that has none."""
        for index in (sentence - 1, sentence + 1):
            if not 0 <= index < len(self.sentences):
                continue
            start, end = self.sentences[index]
            names = self._names(index) if floor <= start and end <= ceiling else []
            if names and (index < sentence or names[0][0] <= start + 1):
                return names[0]
        return None

    def _sentence(self, position: int) -> int:
        return max(0, bisect_right(self.starts, position) - 1)

    def _person(self, pronoun: Stretch, sex: str) -> Stretch | None:
        here = self._sentence(pronoun[0])
        lead = self.text[max(0, pronoun[0] - 5) : pronoun[0]]
        same = [span for span in self._names(here) if span[1] <= pronoun[0]]
        found = self._fitting(same, sex) if lead.endswith((", ", "and ")) else None
        found = found or self._before(here, sex) or self._fitting(same, sex)
        if found is None and here + 1 < len(self.sentences):
            start = self.sentences[here + 1][0]
            following = [span for span in self._names(here + 1) if span[0] == start]
            found = self._fitting(following, sex)
        if found:
            self.sexes[self._key(found)] = sex
        return found

    def _before(self, here: int, sex: str) -> Stretch | None:
        """Return the nearest person of the sentences before, whoever spoke first."""
        read = 0
        for index in range(here, max(-1, here - _SENTENCES_LOOKED_AT), -1):
            found = self._fitting(reversed(self.heard_in.get(index, ())), sex)
            if not found and index != here:
                found = self._fitting(self._names(index), sex)
            if found:
                return found
            start, end = self.sentences[index]
            read += index != here and any(c.isalpha() for c in self.text[start:end])
            if read >= _SENTENCES_BACK:
                break
        return self._fitting(reversed(self.heard[-3:]), sex)

    def _fitting(self, spans: Iterable[Stretch], sex: str) -> Stretch | None:
        """Return the first who is known to be of that sex, or of whom no word says otherwise."""
        for span in spans:
            known = self.sexes.get(self._key(span))
            if known == sex:
                return span
            if not known and not is_body(called := self.text[slice(*span)]):
                spoken = {word.strip(".").lower() for word in _head_words(called)}
                if not spoken & (_MEN if sex == "she" else _WOMEN):
                    return span
        return None

    def _key(self, span: Stretch) -> str:
        found = _head_words(self.text[slice(*span)])
        return found[-1].lower() if found else ""

    def _names(self, index: int) -> list[Stretch]:
        """Return the persons named in a sentence; who only owns something in it comes last."""
        if self.surnames is None:
            self.surnames = {
                found[2]
                for found in _FULL_NAME.finditer(self.text)
                if not {found[1].lower(), found[2].lower()} & (_STARTS | _NO_PERSON)
            }
        if index not in self.named:
            start, end = self.sentences[index]
            found = _NAME.finditer(self.text, start, min(end, start + _LONGEST))
            spans = (self._name(*match.span()) for match in found)
            self.named[index] = sorted(
                filter(None, spans), key=lambda one: self.text[one[1] : one[1] + 2] in ("'s", "' ")
            )
        return self.named[index]

    def _name(self, start: int, end: int) -> Stretch | None:
        """Return the span of a person's name in a run of capitalised words."""
        text = self.text
        first = _WORD.match(text, start)
        if first and first[0].lower() in _STARTS:
            start = first.end() + 1
        end = end - 2 if text[start:end].endswith("'s") else end
        while end > start and text[end - 1] in ".' ":
            end -= 1
        found = [word.strip(".") for word in _WORD.findall(text[start:end])]
        if not found or {word.lower() for word in found} & _NO_PERSON:
            return None
        shouted = any(len(word) > 1 and word.isupper() for word in found)
        if shouted or _OBLIQUE.search(text, max(0, start - 9), start):
            return None
        known = len(found) > 1 or found[0] in (self.surnames or ())
        known = known or bool(_TITLE.match(text, start) or _AGED.match(text, end))
        return (start, end) if known else None


def _head_words(speaker: str) -> list[str]:
    return _WORD.findall(_HEAD_ENDS.split(speaker, maxsplit=1)[0])


def is_body(speaker: str) -> bool:
    """Whether the words for a speaker name a body or several people rather than a person."""
    found = _head_words(speaker)
    if not found:
        return False
    last = found[-1]
    plural = last[0].islower() and last.endswith("s") and not last.endswith(("ss", "us", "is"))
    named = any(word.isupper() and len(word) > 1 and "." not in word for word in found)
    return plural or named or any(word.lower() in _BODIES for word in found[-2:])
