"""What part a country plays, from the words beside its names.

Where: "held in", "to work in", "scam centre in", "Russian army". Whence: "nationals of", "Nepali
women", "lured from". On the way: "via". Party: it trains, signs, is visited, or
ranks others. Host: a meeting is held there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from monitor.classify.features import Reading
from monitor.classify.place_disambiguation import PlaceMention
from monitor.classify.word_tokens import Words
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
BESIDE, LONG, NOUN = 5, 8, 3
_MEETINGS = word_set(
    "meeting meetings summit conference forum talks workshop workshops congress symposium seminar"
)
"""Right behind a name ("the Geneva talks") they make a country the host."""
_MEETING = _MEETINGS | word_set(
    "met meet meets gathered gather convened convene signed attended delegates"
)
"""Before "in" and a name they make a country the host."""


@dataclass(frozen=True, slots=True)
class Roles:
    """How often the words beside a country's names say what part it plays."""

    where: int = 0
    origin: int = 0
    transit: int = 0
    freed: int = 0
    authorities: int = 0
    held: int = 0
    scene: int = 0
    sent: int = 0
    party: int = 0
    listed: int = 0
    host: int = 0


ROLES = tuple(field.name for field in fields(Roles))


def place_role(reading: Reading, mentions: Sequence[PlaceMention]) -> str:
    """Return the role of a country where the exploitation is not: origin, transit or mentioned."""
    roles = count_roles(reading, mentions)
    if roles.transit > roles.origin:
        return "transit"
    return "origin" if roles.origin else "mentioned"


def count_roles(reading: Reading, mentions: Sequence[PlaceMention]) -> Roles:
    """Count what the words beside the names say."""
    counts = dict.fromkeys(ROLES, 0)
    for mention in mentions:
        for role in roles_of(reading, mention):
            counts[role] += 1
    return Roles(**counts)


def roles_of(reading: Reading, mention: PlaceMention) -> Iterator[str]:
    """Yield what the words beside a name say of its country.

    What stands beside a row of countries is said of each of them.
    """
    field = reading.title if mention.field == "title" else reading.text
    first, last = mention.row or (mention.first, mention.last)
    before, behind = _before(field, first), field.words[last : last + 2]
    previous, after = (before or [""])[-1], (behind or [""])[0]
    party = not _PARTY.isdisjoint((*before[-3:], *behind))
    here = previous in _WHERE and mention.kind != "demonym"
    plural = mention.kind == "demonym" and field.words[mention.last - 1].endswith("s")
    left = previous == "from" and not _FREED.isdisjoint(before)
    said = {
        "party": party,
        "host": (here and not _MEETING.isdisjoint(_before(field, first, LONG)))
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
        "sent": mention.kind != "demonym" and not party and _is_goal(before),
        "listed": mention.row is not None,
    }
    yield from (role for role, is_so in said.items() if is_so)


def _is_goal(before: Sequence[str]) -> bool:
    """Tell "sent to", "jobs in" and a name."""
    previous = before[-1] if before else ""
    return (previous in _TO and not _SENT.isdisjoint(before)) or (
        previous in _WHERE and not _WORK.isdisjoint(before)
    )


def _are_people(field: Words, mention: PlaceMention) -> bool:
    """Tell "Nepali women" and "Sri Lanka's war heroes", people, from "Nepali police officers"."""
    if mention.kind not in ("demonym", "name"):
        return False
    last = mention.row[1] if mention.row else mention.last
    near = range(last, min(last + NOUN, len(field)))
    if mention.kind == "name" and not _owns(field, mention.last):
        return False
    for at in near:
        word = field.words[at]
        if field.sentences[at] != field.sentences[mention.first] or word in AUTHORITIES:
            return False
        if word in _PEOPLE:
            return not _are_suspects(field, mention.first, at)
        if word in _PARTY or word in _STOP:
            return False
    return False


def _owns(field: Words, last: int) -> bool:
    """Tell "Nepal's": the splitter leaves the sign out, so the gap is longer by two."""
    return last < len(field) and field.starts[last] - field.ends[last - 1] == 3


def _are_suspects(field: Words, first: int, noun: int) -> bool:
    """Tell "a Chinese national was charged" and "arrested two Chinese men" from victims."""
    beside = range(max(0, first - 3), min(len(field), noun + 4))
    sentence = field.sentences[noun]
    return any(field.words[at] in _SUSPECTED and field.sentences[at] == sentence for at in beside)


def _before(field: Words, first: int, number: int = BESIDE) -> list[str]:
    """Return the words before a name, in its sentence."""
    start = max(0, first - number)
    while field.sentences[start] != field.sentences[first]:
        start += 1
    return field.words[start:first]
