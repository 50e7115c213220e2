"""Roles of places: which country the exploitation is in, which people come from, and the flow.

What part a country plays is told by the words beside its names. Where: "held in". Whence: "Nepali
women". On the way: "via". Party: it trains, signs, ranks others. Host: a meeting is held there. A
small logistic regression over them, over how and where a country is named, and over the outlet's
home says whether the exploitation happened there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p

from monitor.classify.features import LEAD_WORDS, Reading
from monitor.classify.outlet_homes import NOWHERE, Home
from monitor.classify.place_disambiguation import PlaceMention
from monitor.classify.tag_evidence import SPANS, in_order
from monitor.classify.word_tokens import WordTokens
from monitor.records.finding import FieldName, Span
from monitor.text.regular_expressions import word_set

_PEOPLE = word_set(
    "nationals national women woman girls girl men man workers worker victims victim citizens "
    "citizen migrants migrant maids maid housemaids housemaid youths youth nurses boys boy "
    "children child teenagers teenager teens fishermen families graduates labourers laborers "
    "soldiers job jobseekers students student refugees refugee couple mother mothers father "
    "family youngsters passengers seafarers crew domestic helpers helper returnees survivors "
    "survivor babies infants brides bride veterans villagers residents heroes seekers personnel "
    "professionals graduate teachers drivers sailors recruits mercenaries brothers sisters "
    "minors minor infant baby"
)
"""Behind a demonym or "Nepal's" they are people from there: whence, more often than where."""
_OF_PEOPLE = word_set("nationals citizens natives national citizen people women girls men victims")
_TRANSIT = frozenset({"via", "through", "transit", "transiting", "transited"})
_WHERE = frozenset({"in", "inside", "across", "throughout", "within"})
_TO = frozenset({"to", "into", "for", "towards", "reached", "reaching"})
AUTHORITIES = word_set(
    "police authorities court courts prosecutors prosecutor government officials parliament "
    "judge investigators army sheriff legislature senate lawmakers attorney agents"
)
_FREED = word_set(
    "rescued freed repatriated returned return returning escaped escape fled released "
    "evacuated rescue rescuing repatriation repatriating repatriate saved stranded trapped "
    "retrieved flown brought back arrived deported recovered home"
)
"""Before "from" they say that people were there, not that they come from there."""
_HELD = word_set(
    "held trapped stranded stuck forced enslaved exploited rescued freed sold abused detained "
    "confined imprisoned tortured beaten found languishing fighting killed prostituted locked "
    "raped coerced kept suffering unpaid rescue release trafficked death killing torture "
    "abuse ordeal"
)
_SCENE = word_set(
    "camp camps compound compounds centre centres center centers brothel brothels factory "
    "factories farm farms hub hubs park parks mine mines kiln kilns plantation plantations "
    "household households employer employers front frontline frontlines battlefield army military "
    "forces war warfront war-front boat boats vessel vessels ship ships trawler trawlers fleet "
    "massage sweatshop sweatshops orphanage orphanages bar bars syndicate syndicates"
)
"""Where exploitation happens, in front of "in" and a name, or behind a name or a demonym."""
_SENT = word_set(
    "sent sending send taken taking travelled traveled travelling traveling went go going lured "
    "luring trafficked trafficking traffic flown flew fly flying left leaving bound brought "
    "bringing moved moving migrated migrating migrate sold selling transported transporting "
    "smuggled smuggling deployed recruited recruiting shipped came come arrived emigrated lure "
    "traded jobs job work working employed employment workers headed enticed promised offered"
)
_WORK = word_set("work working worked jobs job employed employment serve served labour labor")
_PARTY = word_set(
    "embassy embassies ambassador ambassadors consulate consul envoy minister ministers ministry "
    "visit visits visited visiting talks summit conference meeting signed signs signing agreement "
    "mou memorandum bilateral hosted hosts hosting host funded funding supported donor donors "
    "delegation delegations diplomats diplomat trained trains training ranked ranks ranking tier "
    "partnership partners partner ties relations counterpart counterparts speaker commission "
    "commissioner council cooperation delegates ambassadorial department secretary mission "
    "missions report senate congress aid assistance grant project forum workshop treaty"
)
"""Beside a name they make a country one that talks, pays, signs or hosts."""
_SUSPECTED = word_set(
    "arrested charged accused sentenced convicted indicted jailed pleaded suspected wanted alleged "
    "arrest suspect suspects"
)
_STOP = _WHERE | _TO | word_set("from of and or by with at on as who that was were is are has had")
_MEETINGS = word_set(
    "meeting meetings summit conference forum talks workshop workshops congress symposium seminar"
)
"""Right behind a name ("the Geneva talks") they make a country the host."""
_MEETING = _MEETINGS | word_set(
    "met meet meets gathered gather convened convene signed attended delegates"
)
"""Before "in" and a name they make a country the host."""

_INSTITUTIONS = word_set(
    "donor donors funded funding funds grant grants aid usaid sponsored sponsor philanthropist "
    "university professor institute college academics academic researcher researchers lecturer "
    "fellow prosecutor prosecutors prosecutor's attorney attorneys court courts judge supreme "
    "agency agencies foundation charity ngo organisation organization nonprofit department "
    "ministry office embassy commission senate congress parliament government code act based "
    "campaigner campaigners activist newspaper times post news herald reuters guardian journal "
    "broadcaster magazine documentary"
)
"""Beside a name they make a country the home of who pays, studies, charges, helps or reports."""
_BESIDE_VICTIMS, _NOT_BESIDE = 0.6, 0.3
"""Log odds for a country that sentences on victims name, and against one that none does."""
_INSTITUTION_ALONE = 1.0
"""Log odds against a country that is named as the home of an institution alone."""
ROLES = (
    *("where", "origin", "transit", "freed", "authorities", "held", "scene", "sent"),
    *("party", "listed", "host"),
)
"""What the words beside a country's names may say; the order is that of the models' numbers."""
FLOW_NAMES = (
    *("people from another country than the place", "people from the place"),
    *("people sent to the place", "people freed or fled from the place"),
    *("the place is the outlet's home", "the place is abroad", "only the place is named"),
    *("the place is not named", "no place"),
)
_DIPLOMATS = word_set("embassy embassies ambassador consulate consul envoy minister")
_TELLING = ("held", "scene", "sent")
"""Roles that say that a country is the place, if any do."""
_NAMING = (
    "in headline; in lead; in all; share of mentions; most named; first named; named in first "
    "words; share named as people; share named as city"
)
_PARTLY = (
    "share said to be party; named as a party alone; share listed; only in the outlet's name "
    "or a dateline; in the dateline; in the outlet's name"
)
_NAMED = (*_NAMING.split("; "), *(f"said to be {role}" for role in ROLES), *_PARTLY.split("; "))
_BESIDE_OTHERS = (
    "share of what is said to be the place; said to be the place most often; people from here, "
    "and another said to be the place; said to be the place, and people from elsewhere; beside "
    "a core cue; countries named; only country; the outlet's home; home of an outlet for the "
    "world; the outlet's home, not named, nor any other; the outlet's home, not named, others "
    "are; the outlet is at home elsewhere; the section's country; the section is of another; "
    "is the US; US by the wording, named; US by the wording, not named; another by the "
    "wording; not named"
)
FEATURES = (
    *_NAMED,
    *(f"another said to be {role}, not this" for role in _TELLING),
    *_BESIDE_OTHERS.split("; "),
)
UNNAMED_CUT = 0.6
"""A country that is not named needs more than a slight lean of the wording or of the outlet."""
HEADLINE = 12
"""Words of a headline or text that stand for a story as evidence, at most."""


def place_role(reading: Reading, mentions: Sequence[PlaceMention]) -> str:
    """Return the role of a country where the exploitation is not: origin, transit or mentioned."""
    roles = count_roles(reading, mentions)
    if roles["transit"] > roles["origin"]:
        return "transit"
    return "origin" if roles["origin"] else "mentioned"


def count_roles(reading: Reading, mentions: Iterable[PlaceMention]) -> Counter[str]:
    """Return how often the words beside the names say each of `ROLES`."""
    return Counter(role for mention in mentions for role in roles_of(reading, mention))


def roles_of(reading: Reading, mention: PlaceMention) -> Iterator[str]:
    """Yield what the words beside a name, or beside the row it is in, say of its country."""
    field = reading.words(mention.field)
    first, last = mention.row or (mention.first, mention.last)
    before, behind = _before(field, first, 5), field.words[last : last + 2]
    previous, after = (before or [""])[-1], (behind or [""])[0]
    party = not _PARTY.isdisjoint((*before[-3:], *behind))
    here = previous in _WHERE and mention.kind != "demonym"
    plural = mention.kind == "demonym" and field.words[mention.last - 1].endswith("s")
    left = previous == "from" and not _FREED.isdisjoint(before)
    said = {
        "party": party,
        "host": (here and not _MEETING.isdisjoint(_before(field, first, 8)))
        or after in _MEETINGS
        or (previous == "by" and "hosted" in before),
        "where": here,
        "held": here and not party and not _HELD.isdisjoint(before),
        "transit": previous in _TRANSIT,
        "freed": left,
        "origin": (previous == "from" and not left)
        or (previous == "of" and not _OF_PEOPLE.isdisjoint(before))
        or (plural and after not in AUTHORITIES)
        or _are_people(field, mention),
        "authorities": after in AUTHORITIES,
        "scene": not _SCENE.isdisjoint(behind)
        or (previous in _WHERE and not _SCENE.isdisjoint(before[-4:])),
        "sent": mention.kind != "demonym"
        and not party
        and (
            (previous in _TO and not _SENT.isdisjoint(before))
            or (previous in _WHERE and not _WORK.isdisjoint(before))
        ),
        "listed": mention.row is not None,
    }
    yield from (role for role, is_so in said.items() if is_so)


def _are_people(field: WordTokens, mention: PlaceMention) -> bool:
    """Tell "Nepali women" and "Sri Lanka's war heroes", people, from "Nepali police officers"."""
    last = mention.row[1] if mention.row else mention.last
    # the splitter leaves the sign of "Nepal's" out, so the gap is longer by two
    owns = len(field.gap(mention.last)) == 3
    if mention.kind != "demonym" and not (mention.kind == "name" and owns):
        return False
    sentence = field.sentences[mention.first]
    for at in range(last, min(last + 3, len(field))):
        word = field.words[at]
        if field.sentences[at] != sentence or word in AUTHORITIES:
            return False
        if word in _PEOPLE:  # "a Chinese national was charged" and "arrested two Chinese men"
            beside = range(max(0, mention.first - 3), min(len(field), at + 4))
            own = (field.words[i] for i in beside if field.sentences[i] == sentence)
            return _SUSPECTED.isdisjoint(own)
        if word in _PARTY or word in _STOP:
            return False
    return False


def _before(field: WordTokens, first: int, number: int) -> list[str]:
    """Return the words before a name, in its sentence."""
    start = max(0, first - number)
    while field.sentences[start] != field.sentences[first]:
        start += 1
    return field.words[start:first]


def flow_numbers(
    reading: Reading, mentions: Sequence[PlaceMention], chosen: Collection[str], home: Home
) -> list[float]:
    """Return the numbers called `FLOW_NAMES`; `chosen` are the countries of exploitation."""
    story = _by_country(mention for mention in mentions if not mention.frame)
    roles = {code: count_roles(reading, own) for code, own in story.items()}
    here = [roles[code] for code in chosen if code in roles]
    national = home.country is not None and not home.world and bool(chosen)
    elsewhere = (each for code, each in roles.items() if code not in chosen and chosen)
    return [
        log1p(sum(each["origin"] for each in elsewhere)),
        *(log1p(sum(each[role] for each in here)) for role in ("origin", "sent", "freed")),
        float(national and home.country in chosen),
        float(national and home.country not in chosen),
        float(bool(here) and not roles.keys() - set(chosen)),
        float(bool(chosen) and not here),
        float(not chosen),
    ]


def flow_of_roles(
    reading: Reading, mentions: Sequence[PlaceMention], chosen: Collection[str], *, abroad: bool
) -> str | None:
    """Return the flow that the roles are certain of; `abroad`: a word tells of a border or travel.

    `cross_border`: people from elsewhere are told of early or twice, and more often than people
    from the place. `domestic`: people from the place, the only country named, and no such word.
    """
    story = [mention for mention in mentions if not mention.frame]
    origins = [m for m in story if "origin" in roles_of(reading, m)]
    here = sum(m.country in chosen for m in origins)
    elsewhere = [m for m in origins if m.country not in chosen]
    early = any(m.field == "title" or m.first < LEAD_WORDS for m in elsewhere)
    if chosen and len(elsewhere) > here and (early or len(elsewhere) > 1):
        return "cross_border"
    countries = {mention.country for mention in story}
    if here and countries == set(chosen) and len(countries) == 1 and not abroad:
        return "domestic"
    return None


def _by_country(
    mentions: Iterable[PlaceMention], *codes: str | None
) -> dict[str, list[PlaceMention]]:
    """Return the mentions of each country, those of `codes` first."""
    found: dict[str, list[PlaceMention]] = {code: [] for code in codes if code}
    for mention in mentions:
        found.setdefault(mention.country, []).append(mention)
    return found


def place_features(
    reading: Reading,
    mentions: Sequence[PlaceMention],
    core: frozenset[int],
    wording: float,
    home: Home = NOWHERE,
) -> dict[str, list[float]]:
    """Return the `FEATURES` of countries named, the US and the outlet's; `wording`: odds of US."""
    cued = {
        (field, words.sentences[cue.first])
        for field, words, cues in reading.fields()
        for cue in cues
        if cue.group in core
    }
    us = max(-4.0, min(wording, 4.0))
    by_country = _by_country(mentions, "US", home.country, home.section)
    roles = {code: count_roles(reading, own) for code, own in by_country.items()}
    named = sum(map(bool, by_country.values()))
    return {
        country: [
            *_naming(own, mentions, roles[country]),
            *_beside(roles, country),
            float(any((m.field, reading.words(m.field).sentences[m.first]) in cued for m in own)),
            log1p(named),
            float(named == 1 and bool(own)),
            float(here and not home.world),
            float(here and home.world),
            float(here and not home.world and not own and not named),
            float(here and not home.world and not own and named > 0),
            float(home.country not in (None, country) and not home.world),
            float(country == home.section),
            float(home.section not in (None, country)),
            float(country == "US"),
            us if country == "US" and own else 0.0,
            us if country == "US" and not own else 0.0,
            us if country != "US" else 0.0,
            float(not own),
        ]
        for country, own in by_country.items()
        for here in (country == home.country,)
    }


def weigh_by_people(
    reading: Reading,
    mentions: Sequence[PlaceMention],
    odds: Mapping[str, float],
    about_victims: Collection[tuple[FieldName, int]],
) -> dict[str, float]:
    """Return the log odds of countries, changed by whom they are named with.

    What happened to people counts more than who pays, studies or charges: `about_victims` are the
    sentences on them, by field and number.
    """
    weighed: dict[str, float] = {}
    named = _by_country(mention for mention in mentions if not mention.frame)
    for country, value in odds.items():
        own, added = named.get(country, ()), 0.0
        if own and about_victims:
            here = any(
                (m.field, reading.words(m.field).sentences[m.first]) in about_victims for m in own
            )
            added += _BESIDE_VICTIMS if here else -_NOT_BESIDE
        if own and all(_is_institutions(reading, mention) for mention in own):
            added -= _INSTITUTION_ALONE
        weighed[country] = value + added
    return weighed


def _is_institutions(reading: Reading, mention: PlaceMention) -> bool:
    """Whether a country is named as the home of an institution: "the US attorney"."""
    field = reading.words(mention.field)
    last = min(len(field), mention.last + 3)
    sentence = field.sentences[mention.first]
    behind = (field.words[i] for i in range(mention.last, last) if field.sentences[i] == sentence)
    return not _INSTITUTIONS.isdisjoint((*_before(field, mention.first, 3), *behind))


@dataclass(frozen=True, slots=True)
class PlaceCuts:
    """Probabilities: what the likeliest country needs, and any further one (few stories do)."""

    first: float
    more: float


def story_places(
    reading: Reading, mentions: Sequence[PlaceMention], home: Home = NOWHERE
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the countries that the story names, and those of them that only host a meeting."""
    by_country = _by_country(m for m in mentions if not m.frame or m.dateline)
    told = ((code, len(own), count_roles(reading, own)) for code, own in by_country.items())
    hosts = {code for code, number, roles in told if roles["host"] == number}
    return frozenset(by_country), frozenset(hosts - {home.country})


def chosen_places(
    scores: Mapping[str, float], named: Collection[str], hosts: Collection[str], cuts: PlaceCuts
) -> frozenset[str]:
    """Return the countries where the exploitation is; one that is not `named` stands alone."""
    scores = {code: score for code, score in scores.items() if code not in hosts}
    told = [code for code in scores if code in named]
    best = max(scores, key=scores.__getitem__, default="")
    first = max(told, key=scores.__getitem__, default="")
    unnamed = best not in named and scores.get(best, 0.0) >= UNNAMED_CUT
    if unnamed and scores.get(first, 0.0) < max(cuts.first, 1 - UNNAMED_CUT):
        return frozenset({best})
    if not told or scores[first] < cuts.first:
        return frozenset()
    return frozenset({first, *(code for code in told if scores[code] >= cuts.more)})


def _naming(
    own: Sequence[PlaceMention], mentions: Sequence[PlaceMention], roles: Mapping[str, int]
) -> list[float]:
    """Return how and where a country is named, beside all `mentions`."""
    if not own:
        return [0.0] * len(_NAMED)
    number, story = len(own), [m for m in own if not m.frame]
    most = max(Counter(m.country for m in mentions).values())
    return [
        log1p(sum(m.field == "title" for m in story)),
        log1p(sum(m.field == "text" and m.first < LEAD_WORDS for m in story)),
        log1p(len(story)),
        number / len(mentions),
        float(number == most),
        float(own[0] == mentions[0]),
        float(any(m.field == "text" and m.first < 6 and m.kind != "demonym" for m in own)),
        sum(m.kind == "demonym" for m in own) / number,
        sum(m.kind in ("city", "town") for m in own) / number,
        *(log1p(roles[role]) for role in ROLES),
        roles["party"] / number,
        float(roles["party"] == number),
        roles["listed"] / number,
        float(not story),
        float(any(m.dateline for m in own)),
        float(any(m.frame and not m.dateline for m in own)),
    ]


def _beside(roles: Mapping[str, Mapping[str, int]], country: str) -> list[float]:
    """Return what the other countries' names say that this one's do not, and the other way."""
    own = roles[country]
    others = [each for code, each in roles.items() if code != country]
    told = [each["where"] + sum(each[role] for role in _TELLING) for each in others]
    here = sum(own[role] for role in _TELLING)
    mine = own["where"] + here
    there = any(each[role] for each in others for role in _TELLING)
    return [
        *(float(not own[role] and any(each[role] for each in others)) for role in _TELLING),
        mine / (mine + sum(told)) if mine else 0.0,
        float(mine > 0 and mine >= max(told, default=0)),
        float(own["origin"] > 0 and there),
        float(here > 0 and any(each["origin"] for each in others)),
    ]


def place_evidence(
    reading: Reading, mentions: Sequence[PlaceMention], role: str
) -> tuple[Span, ...]:
    """Return the names that show a country's role best, each once, in order.

    Origin and transit by names that say so, if any do; an outlet's name or dateline comes last.
    """
    said = "where" if role == "exploitation" else role
    telling = [m for m in mentions if said in roles_of(reading, m)]
    shown = telling if role in ("origin", "transit") and telling else mentions

    def rank(mention: PlaceMention) -> tuple[bool, bool, bool]:
        words = reading.words(mention.field).words
        # "the Russian embassy" stands elsewhere than in Russia
        diplomats = not _DIPLOMATS.isdisjoint(words[max(0, mention.first - 2) : mention.last + 1])
        return mention.frame, diplomats, mention not in telling

    chosen: dict[str, PlaceMention] = {}
    for mention in sorted(shown, key=rank):
        words = reading.words(mention.field).words[mention.first : mention.last]
        chosen.setdefault(" ".join(words), mention)
    best = list(chosen.values())[:SPANS]
    return in_order(reading, [(m.field, m.first, m.last) for m in best])


def home_evidence(reading: Reading, outlet: int) -> tuple[Span, ...]:
    """Return what shows the outlet's country: its name (from word `outlet`), or who speaks."""
    if outlet < len(reading.title):
        return (reading.span("title", outlet, len(reading.title)),)
    fields = [(field, words) for field, words, _ in reading.fields() if len(words)]
    for field, words in fields:
        for at, word in enumerate(words.words):
            if word in AUTHORITIES:
                return (reading.span(field, at, at + 1),)
    return tuple(reading.span(f, 0, min(len(words), HEADLINE)) for f, words in fields[:1])
