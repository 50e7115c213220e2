"""Who is speaking: attributions before and after a quotation, by the forms news English uses.

Word lists and clause shapes instead of a parse: quotations must be known before it is decided
which sentences are worth parsing, and headlines parse badly.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.text.spans import Stretch
from monitor.text.speech_forms import (
    ACCORDING,
    ACTIVE_OBJECT,
    ANY_VERB_FIRST,
    ANY_VERB_LAST,
    APPOSITION,
    ASIDE_LEAD,
    AT_MARKS_VERBS,
    AUXILIARY,
    BREAKS,
    BY_AGENT,
    CALLED_AFTER,
    CONJUNCTION,
    DASHED_NAME,
    DETERMINED,
    ELIDED,
    FIRST,
    GERUND,
    HEADLINE_SPEAKERS,
    HEARER,
    IN_WORDS,
    KIN_NAMED,
    LEADING,
    LEADING_NOUN,
    LETTERS,
    MAX_OBJECT,
    NAME_APPOSED,
    NOT_A_SPEAKER,
    NOUN_OF_SPEECH,
    NOUN_PHRASE_END,
    OF_THEMSELVES,
    PASSIVE,
    PLAIN_SPEAKER,
    PRONOUN,
    PUT_IT,
    PUT_IT_AFTER,
    RELATIVE,
    REPLY_FROM,
    SAYS_FIRST,
    SIGNED,
    SPEECH_VERBS,
    TOLD,
    WHAT_ONE_CALLS,
    WORDS_AFTER,
)

MAX_INVERTED = 6
"""Words behind the verb of a headline's "…, says police chief"."""
_LONGEST_SUBJECT = 14
"""Words of a name with what stands beside it."""
_NO_NOUN = NOT_A_SPEAKER - {"the", "a", "an"}
"""Behind a verb of speech they begin no name of a speaker."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """Somebody says it; `speaker` is a span in the text that was searched, if it can be told."""

    speaker: Stretch | None = None


def before(masked: str, start: int, end: int) -> Attribution | None:
    """Return the attribution in the words that lead to a quotation, `start` to `end`."""
    text = _without_relatives(masked[start:end])
    if PASSIVE.search(text):
        return None
    return _naming(text, start) or _saying(text, start)


def _without_relatives(text: str) -> str:
    """Blank clauses such as ", who lives abroad,": the verbs in them are not the sentence's."""
    return RELATIVE.sub(lambda m: "," + " " * (len(m[0]) - 2) + ",", text)


def _naming(text: str, base: int) -> Attribution | None:
    """Read "in her words", "what police call", "the judge called it"."""
    if found := PUT_IT.search(text) or SAYS_FIRST.match(text):
        return Attribution(_shift(found.span(1), base))
    if found := IN_WORDS.search(text):
        return Attribution(_shift(found.span("of" if found["of"] else "own"), base))
    if found := WHAT_ONE_CALLS.search(text):
        return Attribution(_shift(found.span("subject"), base))
    if (found := ACTIVE_OBJECT.search(text)) and found["object"].strip() not in {"as", "a", "an"}:
        return Attribution(_subject(text, found.start("verb"), base))
    return None


def _saying(text: str, base: int) -> Attribution | None:
    """Read "according to", a speech verb whose clause still runs, and "Minister:"."""
    if found := ACCORDING.search(text):
        return Attribution(_shift(_strip(text, *found.span("speaker")), base))
    clause = max((found.end() for found in BREAKS.finditer(text)), default=0)
    verbs = list(_speech_verbs(text, clause))
    if text.rstrip().endswith((":", ",")):
        near = _at_marks(text, max(clause, verbs[-1].end() if verbs else 0))
        verbs += [near] if near else []
    if verbs:
        return Attribution(_subject(text, verbs[-1].start(), base))
    if text.rstrip().endswith(":"):
        return Attribution(_before_colon(text, base))
    if found := NOUN_OF_SPEECH.search(text, clause):
        return Attribution(_shift(found.span("speaker"), base))
    return None


def _speech_verbs(text: str, start: int = 0) -> Iterator[re.Match[str]]:
    """Yield the speech verbs from `start` on, in order; "a claim" and "in a tweet" are none."""
    for found in LETTERS.finditer(text, start):
        if found[0] in SPEECH_VERBS and not _is_noun(text, found):
            yield found


def _at_marks(text: str, start: int) -> re.Match[str] | None:
    """Return the verb that speaks because a comma or colon and the quotation follow it."""
    verbs = [found for found in LETTERS.finditer(text, start) if found[0] in AT_MARKS_VERBS]
    if not verbs or _is_noun(text, verbs[-1]) or verbs[-1].start() == 0:
        return None
    return verbs[-1] if len(text[verbs[-1].end() :].split()) <= MAX_OBJECT else None


def _is_noun(text: str, found: re.Match[str]) -> bool:
    if DETERMINED.search(text, max(0, found.start() - 6), found.start()):
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
    named = 0 < len(rest) <= MAX_INVERTED and rest[0] not in _NO_NOUN
    if named and text[: verb.start()].endswith(", "):
        return _inverted(text, verb.end(), start)
    if _is_aside(text, verb, spoken=spoken):
        return Attribution(_subject(text, verb.start(), start))
    return None


def _named_after(text: str, base: int, *, passive: bool) -> Attribution | None:
    """Read "according to", "by", "in the words of", "- Name" and "was the reply from"."""
    found = ACCORDING.search(text) or (BY_AGENT.match(text) if passive else None)
    found = found or WORDS_AFTER.match(text) or DASHED_NAME.match(text) or PUT_IT_AFTER.match(text)
    found = found or REPLY_FROM.match(text)
    found = found or CALLED_AFTER.match(text)
    return Attribution(_shift(_strip(text, *found.span("speaker")), base)) if found else None


def _any_verb(text: str, verb: re.Match[str] | None, base: int) -> Attribution | None:
    """Read `drawled the rancher` and `the rancher drawled`, where no known verb stands nearer."""
    if verb is not None and len(text[: verb.start()].split()) <= 2:
        return None
    if found := ANY_VERB_FIRST.match(text):
        return _inverted(text, found.end(), base)
    found = ANY_VERB_LAST.match(text) if verb is None else None
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
    return short and not CONJUNCTION.match(" ".join(clause) + " ")


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


def teller(masked: str, start: int, end: int) -> Attribution | None:
    """Return who tells what a whole sentence says: `Demonstrators said they want it back.`."""
    text = _without_relatives(masked[start:end])
    verb = next(_speech_verbs(text), None)
    subject = _subject(text, verb.start(), start) if verb else None
    plain = subject and PLAIN_SPEAKER.match(masked, *subject)
    return Attribution(subject) if plain else None


def tells_of_itself(masked: str, start: int, end: int) -> Attribution | None:
    """Return who tells it in a sentence whose teller speaks of herself: `Ana Doe said she ran`."""
    text = masked[start:end]
    verb = next(_speech_verbs(text), None)
    if verb is None or not OF_THEMSELVES.match(text, verb.end()):
        return None
    return teller(masked, start, end)


def signature(masked: str, start: int, end: int) -> Attribution | None:
    """Return who signs a quotation, `- Ana Doe, teacher`, if that is all that stands there."""
    found = SIGNED.match(masked, start, end)
    return Attribution(found.span("speaker")) if found else None


def is_one(text: str) -> bool:
    """Tell whether at most one speech verb stands in the words between two quotations."""
    return len([found for found in _speech_verbs(text) if not GERUND.match(found[0])]) <= 1


def is_passive(masked: str, start: int, end: int) -> bool:
    """Tell whether the words before a quotation say "was called", "known as"."""
    return PASSIVE.search(masked[start:end]) is not None


def _inverted(text: str, verb_end: int, base: int) -> Attribution | None:
    """Read `said Maria Lopez, a shelter director`."""
    rest = text[verb_end:]
    if kin := _kin_named(text, verb_end, len(text)):
        return Attribution(_shift(kin, base))
    first = rest.split(None, 1)[0].strip(",.") if rest.strip() else ""
    if not first or first in _NO_NOUN:
        return Attribution()
    stop = NOUN_PHRASE_END.search(rest, 1)
    end = stop.start() if stop else len(rest)
    comma = rest.find(",", 0, end)
    if comma >= 0 and not APPOSITION.match(rest, comma + 1):
        named = (
            None
            if any(c.isupper() for c in rest[:comma])
            else NAME_APPOSED.match(rest, comma + 1, end)
        )
        end = named.end() if named else comma
    return Attribution(_shift(_strip(text, verb_end, verb_end + end), base))


def _subject(text: str, verb: int, base: int) -> Stretch | None:
    """Return the span of the words that are the subject of the verb at `verb`."""
    if TOLD.search(text, 0, verb) and HEARER.match(text, verb):
        return None
    if GERUND.match(text, verb) and not PRONOUN.search(text[:verb].rstrip(" ,")):
        return _main_subject(text, verb, base)
    if tail := AUXILIARY.search(text, 0, verb):
        verb = tail.start() if tail.start() > 0 else verb
    start, end = _strip(text, 0, verb)
    lead = text[:verb].rstrip()
    if lead.endswith(","):
        start = _apposition_start(text, end)
    else:
        start = max(start, *(text.rfind(mark, 0, end) + 1 for mark in (",", " - ", "\u2014")))
    if ELIDED.search(text, start, end):
        return _main_subject(text, end, base)
    start = max(start, text.rfind("\ue000", start, end) + 1)
    clause_start = start
    for found in CONJUNCTION.finditer(text, start, end):
        clause_start = found.end()
    start, end = _strip(text, clause_start, end)
    while first := FIRST.match(text, start, end):
        start = first.end()
    if pronoun := PRONOUN.search(text, start, end):
        start, end = pronoun.span(1)
    subject = text[start:end].split()
    if not subject or len(subject) > _LONGEST_SUBJECT:
        return None
    named = _kin_named(text, start, end)
    return _shift(named if named and named[1] == end else (start, end), base)


def _kin_named(text: str, start: int, end: int) -> Stretch | None:
    """Return the name in `Marta's niece, Lena Hollis`: it is not Marta who speaks."""
    stop = NOUN_PHRASE_END.search(text, start + 1, end)
    found = KIN_NAMED.search(text, start, stop.start() if stop else end)
    return (found.start("speaker"), found.end("speaker")) if found else None


def _main_subject(text: str, verb: int, base: int) -> Stretch | None:
    """Return who says it in `Ana Doe said so, adding that`: the subject of the verb before."""
    said = [found for found in _speech_verbs(text[:verb]) if not found[0].endswith("ing")]
    if said:
        return _subject(text, said[-1].start(), base)
    start = text.rfind("\ue000", 0, verb) + 1
    return _leading_noun(text, start, verb, base)


def _leading_noun(text: str, start: int, end: int, base: int) -> Stretch | None:
    """Return the noun or pronoun a clause starts with, behind what a comma sets off."""
    start, end = _strip(text, start, end)
    found = LEADING_NOUN.match(text, start, end)
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


def _before_colon(text: str, base: int) -> Stretch | None:
    """Return the speaker of `Minister: '…'`: the whole lead if it is short."""
    end = len(text.rstrip()) - 1
    if aside := ASIDE_LEAD.search(text, 0, end):
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
        if 0 < len(tail.split()) <= 4 and HEADLINE_SPEAKERS.match(tail):
            return Attribution(_shift((at + len(mark), len(stripped)), base))
    return None


def _strip(text: str, start: int, end: int) -> Stretch:
    """Trim spaces, punctuation and leading adverbials that are set off by a comma."""
    while end > start and text[end - 1] in " ,.\n-\u2014'\"":
        end -= 1
    while start < end and text[start] in " ,.:\n-\u2014'\"!?":
        start += 1
    while LEADING.match(text, start):
        comma = text.find(", ", start, end)
        if comma < 0:
            break
        start = comma + 2
    return start, end


def _shift(span: Stretch, base: int) -> Stretch:
    return span[0] + base, span[1] + base
