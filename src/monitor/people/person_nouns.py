"""Noun phrases for people without a name: "her son", "the eldest", "a widow of 34", "one of them".

Word lists and shapes. A noun counts where an article, a possessive, a number or an age leads it:
bare plurals mean nobody whom a reader could know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from monitor.text.regular_expressions import late, word_set

_SHE = word_set(
    """woman girl mother mum mom mummy wife ex-wife daughter sister aunt auntie aunty niece
    grandmother granny gran grandma granddaughter stepmother stepdaughter stepsister girlfriend
    ex-girlfriend widow housewife bride lady schoolgirl maid housemaid nanny waitress
    policewoman spokeswoman businesswoman madam nun actress fiancee fianc\u00e9e half-sister
    mother-in-law sister-in-law daughter-in-law godmother goddaughter mother-of-one
    mother-of-two mother-of-three mother-of-four grandmother-of-two congresswoman chairwoman
    landlady heiress princess queen midwife mama"""
)
_HE = word_set(
    """man boy father dad daddy husband ex-husband son brother uncle nephew grandfather grandad
    grandpa grandson stepfather stepson stepbrother boyfriend ex-boyfriend widower gentleman
    schoolboy fisherman policeman spokesman businessman monk priest pastor imam fianc\u00e9
    half-brother father-in-law brother-in-law son-in-law godfather godson father-of-one
    father-of-two father-of-three father-of-four houseboy deckhand gunman congressman chairman
    landlord lad chap bloke king prince papa"""
)
KIN = word_set(
    """mother mum mom mummy mama wife ex-wife daughter sister aunt auntie aunty niece grandmother
    granny gran grandma granddaughter stepmother stepdaughter stepsister girlfriend
    ex-girlfriend widow fiancee fianc\u00e9e half-sister mother-in-law sister-in-law
    daughter-in-law godmother goddaughter father dad daddy papa husband ex-husband son brother
    uncle nephew grandfather grandad grandpa grandson stepfather stepson stepbrother boyfriend
    ex-boyfriend widower fianc\u00e9 half-brother father-in-law brother-in-law son-in-law
    godfather godson parent parents sibling siblings twin cousin cousins child children baby
    partner spouse sons daughters sisters brothers grandparents grandchildren relatives
    relative family families guardian kids kid uncles aunts nephews nieces grandchild stepchild
    in-laws ex toddler infant newborn stepdad stepmum husbands wives mothers fathers son's
    ex-partner"""
)
"""Nouns that a possessive makes kin, or close to it."""
YOUNG = word_set(
    """girl boy child baby infant toddler teenager teen youth youngster schoolgirl schoolboy
    schoolchild pupil minor kid newborn adolescent juvenile underage girls boys children
    teenagers teens schoolgirls schoolboys pupils minors kids babies infants toddlers youths
    youngsters adolescents schoolchildren"""
)
SURELY_YOUNG = YOUNG - word_set("youth youths child children baby babies kid kids")
"""Of these those that nobody is called as an adult: "her child" may be forty."""
_ANY = word_set(
    """person individual child baby infant toddler teenager teen youth youngster schoolchild pupil
    student minor kid newborn adolescent juvenile orphan adult victim survivor complainant
    accuser plaintiff suspect accused defendant perpetrator attacker abuser offender culprit
    rapist killer murderer trafficker smuggler recruiter agent broker pimp ringleader convict
    inmate prisoner detainee fugitive witness bystander passer-by worker labourer laborer
    employee colleague co-worker apprentice intern driver cook cleaner servant helper guard
    farmer miner nurse doctor teacher principal headmaster headmistress lecturer professor
    engineer trader vendor shopkeeper dancer singer hairdresser seamstress mechanic carpenter
    electrician mason plumber accountant clerk journalist reporter photographer editor lawyer
    attorney solicitor barrister judge magistrate prosecutor detective officer constable
    sergeant inspector policeman soldier sailor seafarer officer official spokesperson minister
    politician lawmaker senator mayor councillor governor president activist campaigner
    advocate volunteer counsellor counselor psychologist psychiatrist caseworker caretaker
    carer caregiver foster-carer owner manager boss employer supervisor director founder client
    customer guest tenant landlord neighbour neighbor friend classmate roommate flatmate
    housemate acquaintance stranger partner spouse cousin relative sibling parent guardian twin
    kin resident villager native national migrant refugee returnee expatriate tourist traveller
    traveler passenger pedestrian motorist motorcyclist cyclist rider biker patient citizen
    immigrant asylum-seeker seeker deportee graduate undergraduate recruit trainee dropout
    performer model actor athlete player coach footballer cricketer pilot captain crewman
    crewmember conductor sex-worker prostitute escort beggar hawker fishmonger tailor butcher
    baker barber caller informant source hostage captive deceased ex ex-partner co-accused
    co-defendant accomplice leader chief cleric bishop gangster thief robber burglar gunman
    shooter bomber militant fighter rebel entrepreneur billionaire businessperson executive
    consultant expert analyst researcher scientist academic economist historian author writer
    artist musician rapper celebrity spokesman handler madame groomer paedophile pedophile
    predator bully stalker scammer hacker"""
)
_EXTRA_PLURALS = {
    "man": "men",
    "woman": "women",
    "child": "children",
    "wife": "wives",
    "baby": "babies",
}
_ENDS = ("man", "woman", "child")


def _plural(word: str) -> str:
    for end in _ENDS:
        if word.endswith(end):
            return word.removesuffix(end) + _EXTRA_PLURALS[end]
    if word.endswith("wife"):
        return word.removesuffix("fe") + "ves"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "ch", "sh", "x")) else "s")


ONE = _SHE | _HE | _ANY
_SHE_MANY, _HE_MANY = (frozenset(map(_plural, words)) for words in (_SHE, _HE))
MANY = frozenset(map(_plural, ONE)) | word_set(
    """people couple pair trio parents siblings twins family families relatives crew gang men women
    folk folks newlyweds duo group quartet"""
)
_NOT_HEADED = late(
    r"(?:'s|') |[ -](?:abuse|labou?r|marriages?|pornography|trafficking|welfare|care|support"
    r"|rights|brides?|"
    r"protection|services?|exploitation|prostitution|soldiers?|benefits?|policy|safety|health"
    r"|mortality|"
    r"statements?|groups?|boxe?s?|violence|crisis|visas?|permits?|station|cars?|cases?|courts?"
    r"|homes?|"
    r"centres?|centers?|clubs?|unions?|organi[sz]ations?|relations|force|forces|shelters?|schools?|"
    r"populations?|communit(?:y|ies)|councils?|associations?|party|network|networks|registry"
    r"|rings?|"
    r"offences?|offenses?|charges?|traffickers?|molesters?|education|life|lives|lookout|driven"
    r"|led|based|"
    r"work|workers?|officers?|custody|bureau|agency|agencies|leadership|bank|account|records?"
    r"|general)\b"
)
_DET = (
    r"(?:an?|the|this|that|these|those|one|another|his|her|their|my|our|your|whose|its|both|two"
    r"|three|four|"
    r"five|six|seven|eight|nine|ten|eleven|twelve|dozen|several|some|many|all|each|every|any|no"
    r"|\d{1,4}|"
    r"[A-Z\u00c0-\u00de][\w-]+(?:'s|s')|[a-z]+(?:'s|s'))"
)
_LEAD = late(
    rf"(?:(?<=\s)|(?<=^)|(?<=[\"'(\u2014-]))(?P<det>{_DET})"
    r"(?P<mods>(?: (?!(?:and|or|of|into|than|then|to|in|at|on|for|from|by|with|who|that|is|was"
    r"|are|were|has|had|have|"
    r"said|told|a|an|the|his|her|their|as|but|when)\b)[\w-]+(?:'s)?){0,5}) $",
    re.IGNORECASE,
)
_AGE = r"(?:\d{1,2}|[a-z]+(?:-[a-z]+)?)[- ]years?[- ]olds?"
_YEAR_OLD = late(
    rf"\b(?P<det>an?|the|his|her|their|another|one|this|two|three)\b(?P<mods>(?: [\w-]+){{0,2}}) "
    rf"(?P<head>{_AGE})\b",
    re.IGNORECASE,
)
_BARE = late(
    r"\b(?:(?:mother|father|mum|dad|grandmother|grandfather|parent)(?: of |-of-)(?:one|two|three"
    r"|four|five|six|\d+)"
    r"|(?<=[.!?\"] )(?:Mum|Mom|Dad|Mother|Father)(?=[ ,]))\b",
    re.IGNORECASE,
)
_OF_THEM = late(
    r"\b(?P<det>one|another|two|three|four|five|both|some|most|all|each|none|the (?:eldest"
    r"|youngest|oldest|first|second|third|"
    r"other|others|older|younger)) of (?:them|these|those|the (?:[\w-]+ ){0,3}?(?!(?:is|was"
    r"|has)\b)[\w-]+s|the (?:[\w-]+ ){0,2}(?:men|women|"
    r"children|people)|(?:his|her|their|our|my) (?:[\w-]+ ){0,2}[\w-]+)\b",
    re.IGNORECASE,
)
_OTHER = late(
    r"\b(?P<det>the) (?P<head>eldest|youngest|oldest|elder|younger|older|deceased|accused|former"
    r"|latter|other|others|trio|duo|pair)"
    r"(?=[,.;:]| (?:was|is|were|are|had|has|who|said|told|told|a|an|then|later|went|died|lived"
    r"|[a-z]+ed)\b)"
    r"|(?<![\w'-])(?P<another>another)(?=,| (?:was|is|had|has|said|told|who|went|died|[a-z]+ed)\b)",
    re.IGNORECASE,
)
_ALSO_ADJECTIVES = word_set(
    """national native minor official resident model chief individual twin parent juvenile adult
    patient adolescent accused captive lead teen underage migrant refugee local volunteer
    expert child student youth victim suspect baby foreign"""
)
_ENDS_PHRASE = late(
    r"[,.;:!?)\"'\n]|\Z| -| (?:was|is|were|are|had|has|have|who|whose|whom|that|from|of|and|or|in"
    r"|at|on|to|with|by|for|as|"
    r"but|said|says|told|tells|when|while|after|before|because|would|will|could|can|may|might|did"
    r"|does|"
    r"named|called|aged|living|working|being|also|later|then|recalled|[a-z]+ed|[a-z]+ing"
    r"|[A-Z\d(\"]\S*|went|came|got|found|"
    r"left|lost|made|felt|kept|fell|met|saw|ran|died|taken|sold|held|sent|brought|caught)\b"
)
_CAPITAL_BEHIND = late(
    r" (?:and )?[A-Z][a-z]+(?: (?:Act|Unit|Center|Centre|Bureau|Division|Registration|Protection"
    r"|Section))"
)
_AS_BEFORE = late(r"\b(?:as|like|not|become|being) $")
_HEAD = late(r"[A-Za-z\u00e9][\w\u00e9-]*")
_FIGURES = word_set(
    "two three four five six seven eight nine ten eleven twelve dozen both several some many"
)


class PersonNoun(NamedTuple):
    """A noun phrase for a person: all of it, its head, what leads it and what the head tells."""

    start: int
    end: int
    head: int
    word: str
    det: str
    mods: str
    several: bool
    sex: str
    """"she", "he" or nothing."""
    of: bool = False
    """Whether it is part of a group told before: "one of them"."""


def find_person_nouns(text: str) -> list[PersonNoun]:
    """Return the noun phrases for people in a shadow text, in order, none within another."""
    found = sorted(_all(text), key=lambda noun: (noun.start, -noun.end))
    kept: list[PersonNoun] = []
    for noun in found:
        if (
            not kept
            or noun.start >= kept[-1].end
            or (noun.end > kept[-1].end and noun.head >= kept[-1].end and not kept[-1].of)
        ):
            kept.append(noun)
    return kept


def _all(text: str) -> Iterator[PersonNoun]:
    yield from _parts_of_groups(text)
    yield from _by_age_alone(text)
    for found in _BARE.finditer(text):  # "Mother of two", "Dad"
        word = re.split("[ -]", found[0].lower())[0]
        if not _LEAD.search(text, max(0, found.start() - MAX_LEAD), found.start()):
            yield PersonNoun(*found.span(), found.start(), word, "", "", False, _sex(word))
    for found in _HEAD.finditer(text):
        word = found[0].lower()
        if word in ONE or word in MANY:
            yield from _headed(text, found, word)


def _parts_of_groups(text: str) -> Iterator[PersonNoun]:
    """Yield "one of them", "the eldest of the girls", "the eldest", "another"."""
    for found in _OF_THEM.finditer(text):
        det, last = found["det"].lower(), found[0].rpartition(" ")[2].lower()
        if last in MANY or last in ("them", "these", "those"):
            word = det.split()[-1]
            several = word not in _SINGLE
            yield PersonNoun(*found.span(), found.start(), word, det, "", several, "", True)
    for found in _OTHER.finditer(text):
        word = (found["head"] or "another").lower()
        head, det = found.start("head"), "the"
        if not found["head"]:
            head, det = found.start(), "another"
        of = word in ("other", "another", "others")
        several = word in ("others", "trio", "duo", "pair")
        yield PersonNoun(*found.span(), head, word, det, "", several, "", of)


_SINGLE = word_set(
    "one another eldest youngest oldest first second third other older younger each none"
)
MAX_LEAD = 70
"""Characters in which the article of a noun stands before it."""


def _by_age_alone(text: str) -> Iterator[PersonNoun]:
    """Yield "a 16-year-old" where no noun follows."""
    for found in _YEAR_OLD.finditer(text):
        behind = _HEAD.match(text, found.end() + 1)
        second = _HEAD.match(text, behind.end() + 1) if behind else None
        if not any(word and word[0].lower() in ONE for word in (behind, second)):
            det = found["det"].lower()
            several = det in _FIGURES
            head = found.start("head")
            yield PersonNoun(*found.span(), head, "year-old", det, found["mods"], several, "")


def _headed(text: str, found: re.Match[str], word: str) -> Iterator[PersonNoun]:
    """Yield the phrase of a noun for a person, if it is no part of another noun's."""
    start, end = found.span()
    owns = text.startswith(("'s ", "' "), end)
    if (_NOT_HEADED.match(text, end) and not owns) or _goes_on(text, end):
        return
    if word in _ALSO_ADJECTIVES and not _ENDS_PHRASE.match(text, end):
        return
    lead = _LEAD.search(text, max(0, start - MAX_LEAD), start)
    if lead is None:
        return
    det, several = lead["det"].lower(), word not in ONE
    in_name = found[0][0].isupper() and _CAPITAL_BEHIND.match(text, end)
    said_that = det == "that" and (lead["mods"] or several)
    as_one = det in ("a", "an") and _AS_BEFORE.search(text, max(0, lead.start() - 8), lead.start())
    if det in ("no", "any", "every") or in_name or said_that or as_one:
        return
    mods = lead["mods"].strip()
    yield PersonNoun(lead.start(), end, start, word, det, mods, several, _sex(word))


def _goes_on(text: str, end: int) -> bool:
    """Whether another noun for a person follows: "the taxi driver" is headed by the last."""
    after = _HEAD.match(text, end + 1) if text.startswith((" ", "-"), end) else None
    word = after[0].lower() if after else ""
    return word in _SECOND


_SECOND = (ONE | MANY) - word_set("kin model official national individual minor native")


def _sex(word: str) -> str:
    if word in _SHE or word in _SHE_MANY:
        return "she"
    return "he" if word in _HE or word in _HE_MANY else ""
