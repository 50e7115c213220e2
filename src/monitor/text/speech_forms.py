"""The forms in which news English says who is speaking: verbs of speech and shapes of clauses."""

from __future__ import annotations

import re

from monitor.text.regular_expressions import late, one_of, verb_forms, word_set

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
SPEECH_VERBS = (frozenset(verb_forms(_REGULAR)) | word_set(_IRREGULAR)) - word_set(_NOT_SPEECH)
SPEECH_VERBS |= word_set(_CAPITALS)
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
