"""Details of a person by which acquaintances could know her, by kind: word shapes and who is near.

Nationality and countries are none: they tell nobody apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from monitor.people.person_names import is_of_country
from monitor.people.person_nouns import KIN
from monitor.people.persons import NOMINATIVE, Cast, Person
from monitor.records.people import DetailKind
from monitor.text.analysis import Place, Scene
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import late, word_set

_CAP = "[A-Z\u00c0-\u00de]"
_PLACE = (
    rf"(?:the )?(?:[a-z]+ ){{0,2}}{_CAP}[\w'-]*"
    rf"(?:[ ,]{{1,2}}(?:(?:in|of|de|da|near) )?{_CAP}[\w'-]*){{0,4}}"
)
_NO_NAME = (
    "Her|His|Their|My|Our|Your|The|That|This|These|Those|A|An|One|Two|Another|Every|Each|Some|Any"
)
"""Words that open a sentence: "Her mother", "The man"."""
_NO_WORK = (
    r"(?:[\w-]+ )?(?:hours|days|nights|weeks|months|years|nothing|free|no|little|him|her|them)\b"
)
"""What follows "work for" where it tells no workplace."""
_WORK = word_set(
    """worker labourer laborer employee driver cook cleaner servant maid housemaid nanny helper
    guard     farmer miner nurse doctor teacher principal headmaster headmistress lecturer professor
    engineer trader vendor shopkeeper dancer singer hairdresser seamstress mechanic carpenter
    electrician mason plumber accountant clerk journalist reporter photographer lawyer attorney
    policeman policewoman soldier sailor seafarer fisherman pilot waitress waiter bartender
    businessman businesswoman entrepreneur activist athlete player coach model actor actress
    artist musician monk priest pastor nun imam tailor butcher baker barber caregiver carer
    caretaker apprentice trainee intern pensioner constable sergeant officer inspector manager
    director owner founder deckhand crewman hawker beggar student"""
) - {"student"}
_STUDY = word_set(
    "student pupil schoolgirl schoolboy schoolchild undergraduate graduate apprentice"
)
_SHAPES: dict[DetailKind, tuple[re.Pattern[str], ...]] = {
    "address": (
        late(
            rf"\b\d+[A-Za-z]?,? (?:{_CAP}[\w'-]+ ){{1,3}}(?:Street|Road|Avenue|Lane|Drive|Close"
            r"|Terrace|Way|Square|Place|"
            r"Court|Crescent|Gardens|Boulevard|Mawatha|St|Rd|Ave|Ln|Dr)\b"
            rf"|\b(?:on|in|at|near|off) (?:the )?(?:\d+ block of )?(?:{_CAP}[\w'-]+ "
            rf"){{1,3}}(?:Street|Road|Avenue|Lane|Drive|Terrace|"
            r"Boulevard|Crescent|Mawatha)\b"
            r"|\blives? (?:about |some )?\d+ (?:met(?:er|re)s|kilomet(?:er|re)s|miles|yards"
            r"|doors)\b[^.,;]{0,30}"
            rf"|\b(?:a|the|her|his|their) (?:[\w-]+ ){{0,2}}(?:motel|hotel|hostel|apartments?"
            r"|flat|townhouse|lodge|guest ?house|shelter) "
            rf"(?:in|at|on|near) {_PLACE}"
        ),
    ),
    "home": (
        late(
            rf"\b(?:resident|native|residents|natives|citizen of the city) of {_PLACE}"
            r"|\b(?:lives?|lived|living|resid(?:es|ed|ing)|grew up|was born|born|raised|hails?"
            r"|hailed|hailing|comes?|came|"
            r"stay(?:s|ed|ing)|settled|rented(?: a room)?|brought up|moved)(?: (?!in\b|at\b"
            rf"|from\b|near\b)[\w'-]+){{0,5}} (?:in|at|from|near|to) {_PLACE}"
            rf"|\b(?:home|house|residence|village|hometown|household)(?: [a-z]+){{0,2}} (?:in|of"
            rf"|at|near|called|named) {_PLACE}"
            r"|\b(?:her|his|their|the girl's|the boy's|the victim's) (?:[\w-]+ )?(?:village"
            r"|hometown|home town|town|neighbou?rhood)\b"
            rf"|\b(?!(?:{_NO_NAME})\b){_CAP}[\w-]+(?: {_CAP}[\w-]+)?[- ](?:resident|native|based"
            r"|born|man|woman|teenager|girl|boy|teen|mother|father|couple)\b"
        ),
        late(
            rf"(?<=\w) (?:from|of) (?:the )?(?:(?:[a-z]+ ){{0,3}}(?:village|town|city|suburb"
            r"|district|area|neighbou?rhood|hamlet|island|region|slum) (?:of |in "
            rf")?)?{_CAP}[\w'-]*(?:,? (?:in |of )?{_CAP}[\w'-]*){{0,4}}"
        ),
    ),
    "school": (
        late(
            rf"\b(?:{_CAP}[\w'.-]+ ){{1,4}}(?:(?:High|Primary|Secondary|Middle|Junior|Grammar"
            r"|Boarding|Central|National) )*(?:School|College|Academy|University|Vidyalaya"
            r"|Institute|Kindergarten|Polytechnic|Seminary)\b"
            rf"|\b(?:University|College|School|Faculty|Institute) of (?:{_CAP}[\w'-]+(?: and| "
            rf"of)? ?){{1,4}}"
            r"|\b(?:[Gg]rade|[Yy]ear|[Ff]orm|[Ss]tandard|[Cc]lass|Primary|JHS|SHS) ?(?:\d{1,2}"
            r"|[IVX]{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
            r"(?: (?:student|pupil|boy|girl))?"
            r"|\b(?:first|second|third|fourth|final|fifth|sixth|seventh|eighth|ninth|tenth"
            r"|eleventh|twelfth|\d{1,2}(?:st|nd|rd|th))[- ](?:year|grade|grader|form"
            r"|standard)s?\b(?: (?:student|pupil))?"
            r"|\b(?:A|O)[- ][Ll]evels?\b|\bG\.?C\.?E\.?\b|\b(?:studying|studied|studies|majoring"
            r"|enrolled|enroled) (?:for |at |in |the )?[^.,;]{3,40}"
            r"|\b(?:high[- ]school|primary school|secondary school|university|college|medical|law"
            r"|nursing|engineering) (?:student|pupil|senior|junior|freshman|sophomore"
            r"|undergraduate)\b"
            r"|\b(?:dropped out of|left|attend(?:s|ed|ing)|goes to|went to|walking to|walked to"
            r"|on her way to|on his way to) (?:[\w'-]+ ){0,2}(?:school|college|university|classes"
            r"|tuition)\b"
            r"|\bsixth form\b"
        ),
    ),
    "work": (
        late(
            r"\b(?:work(?:s|ed|ing)?|employed|served|serving|serves|job|apprenticed"
            r"|volunteer(?:s|ed|ing)?|practised|career) (?:(?:[\w-]+ ){0,2})?(?:as|at|in|for"
            rf"|with|behind|on) (?!{_NO_WORK})[^.,;:!?()\"]{{3,60}}"
            r"|\b(?:employee|member|director|founder|owner|coordinator|head|manager|secretary"
            r"|captain|leader|coach|principal) (?:of|at|for) (?:the |a |an "
            r")?[^.,;:!?()\"]{3,50}"
            r"|\bruns? (?:a|an|the|her|his) [^.,;:!?()\"]{3,40}|\battached to the "
            r"[^.,;:!?()\"]{3,50}"
        ),
    ),
    "family": (
        late(
            r"\b(?:mother|father|mum|dad|parent|grandmother|grandfather)(?: of |-of-)(?:one|two"
            r"|three|four|five|six|seven|eight|\d+)\b"
            r"|\b(?:only|eldest|youngest|oldest|second|third|first|middle) (?:child|son|daughter"
            r"|of (?:\w+ ){0,2}(?:children|siblings|sisters|brothers|girls|boys|daughters|sons))\b"
            r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\d+) (?:of )?(?:young |small "
            r"|little |other |older |younger |half-)?(?:children|siblings|daughters|sons|brothers"
            r"|sisters|kids)\b"
            r"|\bfamily of (?:\w+)\b|\b(?:a|an|the) (?:twin|orphan|widow|widower|single mother"
            r"|single father|newlywed)s?\b|\borphaned\b"
            r"|\b(?:married|engaged|pregnant by|divorced)(?: (?:to|with|from|her|his) "
            r"[^.,;:!?()\"]{2,30})?"
            r"|\blost (?:her|his|their|both) (?:parents?|father|mother|husband|wife|son|daughter"
            r"|baby|child|family|brother|sister)\b"
            r"|\bthe surname [A-Z]\w+"
        ),
    ),
    "health": (
        late(
            r"\b(?:(?:\w+ months? |heavily |then |also )?pregnant|HIV|AIDS|diabet(?:es|ic)"
            r"|epilep(?:sy|tic)|autis(?:m|tic)|disab(?:led|ility|ilities)|"
            r"Down's syndrome|cancer|leuka?emia|tuberculosis|malaria|hepatitis|syphilis"
            r"|gonorrh\w+|sickle cell|"
            r"mental(?:ly)? (?:ill(?:ness)?|health|distress|disabled|challenged|handicapped"
            r"|disorder)|schizophren\w+|depress(?:ed|ion)|"
            r"PTSD|post-traumatic stress|attempted suicide|suicidal|self-harm(?:ed|ing)?"
            r"|addict(?:ed|ion)|alcoholi\w+|"
            r"(?:critically|seriously|badly|severely|mortally) (?:injured|ill|wounded|burned"
            r"|burnt)|critical condition|life-threatening injuries|"
            r"in (?:a )?coma|intensive care|wheelchair|amputat\w+|paraly[sz]ed|deaf|blind"
            r"|visually impaired|mute|miscarr\w+|abortion|gave birth|"
            r"hospitali[sz]ed|(?:taken|admitted|rushed|transferred) to (?:the |a )?(?:[\w-]+ "
            r"){0,4}hospital|"
            r"(?:a|the|her|his|an) (?:rare |severe |chronic )?(?:stroke|seizure|tumou?r|heart "
            r"attack|illness|disease|infection)|"
            rf"(?:{_CAP}[\w-]+ ){{1,4}}Hospital|drug (?:user|addict\w*)|meningitis|fractur\w+"
            r"|broken (?:leg|arm|ribs|nose|bones?))\b"
        ),
    ),
    "looks": (
        late(
            r"\b(?:tattoo\w*|scars?|scarred|birthmark|freckles|albin\w+|(?:red|blonde?|dark|curly"
            r"|long|short|grey|black|brown)[- ]hair(?:ed)?|"
            r"wearing (?:a|an|her|his|only|the) [^.,;:!?()\"]{3,40}|dressed in "
            r"[^.,;:!?()\"]{3,40}|half[- ]naked|limp(?:s|ed)?|stammers?|one[- ](?:armed|legged"
            r"|eyed)|"
            r"missing (?:finger|tooth|teeth|leg|arm|eye)s?|burn marks|cleft lip|skinny|petite"
            r"|frail|soft-spoken|softly spoken|glasses|headscarf|"
            r"(?:blue|green|brown|dark) eyes|(?:tall|short|slim|thin|slender|stocky) (?:girl|boy"
            r"|man|woman|teenager|figure))\b"
        ),
    ),
    "picture": (
        late(
            r"\((?:[^()]{0,30} )?(?:pictured|left|right|centre|center|above|below|far left|far "
            r"right|back row|front row|middle)(?:[ ,][^()]{0,40})?\)"
            r"|\b(?:[Pp]ictured|PICTURED)(?::|,)?(?= )"
            r"|\b(?:photograph|photo|picture|image|selfie|mug ?shot|mugshot|portrait|video"
            r"|footage|clip|CCTV footage|snapshot|screenshot|sketch)s? (?:of|showing|shows?|with"
            r"|shared by|posted by|taken of|from) "
            r"(?:(?:the|a|an|all|her|his|their|two|three|four|five|six|some|many|this|that|these"
            r"|both|it) )?[^.,;:!?()\"]{2,50}"
            r"|\b(?:his|her|their|the (?:girl|boy|victim|woman|man|suspect)'s) (?:[\w-]+ "
            r")?(?:photographs?|photos?|pictures?|images?|mug ?shots?|portraits?|selfies?"
            r"|videos?)\b"
            r"|\b(?:nude|naked|explicit|intimate|graphic) (?:photographs?|photos?|pictures?"
            r"|images?|videos?)\b"
            r"|\b(?:shown|seen|appears?|posed?|poses|posing) in (?:the|a|this|these) (?:[\w-]+ "
            r")?(?:photographs?|photos?|pictures?|images?|videos?|footage)\b",
            re.IGNORECASE,
        ),
    ),
}


Told = tuple[Person, DetailKind, Place]
"""Of whom a detail is told, its kind and words."""


def details_told(cast: Cast) -> dict[int, list[tuple[DetailKind, Place]]]:
    """Return the details of each person of a cast by her `id`."""
    told: defaultdict[int, list[tuple[DetailKind, Place]]] = defaultdict(list)
    for scene in cast.scenes.values():
        for person, kind, place in (*_in_mentions(cast, scene), *_in_shapes(cast, scene)):
            told[id(person)].append((kind, place))
    return told


def _in_mentions(cast: Cast, scene: Scene) -> Iterator[Told]:
    """Yield ages, and what the words for somebody say: "her son", "a former miner"."""
    for mention in cast.mentions[scene.field].all:
        person, phrase = cast.of(mention), mention.phrase
        if person is None:
            continue
        for age in mention.ages:
            yield person, "age", (scene, age.hit)
        if phrase is None or phrase.of:
            continue
        whole = scene, (phrase.start, phrase.end)
        if phrase.word in KIN and phrase.det not in _OF_NOBODY:
            for one in (person, *cast.kin_of.get(id(person), ())):
                yield one, "family", whole
        if phrase.word in _WORK and not phrase.several:
            yield person, "work", whole
        if phrase.word in _STUDY and phrase.mods and not phrase.several:
            yield person, "school", whole


_OF_NOBODY = frozenset(("", "the", "some", "many"))


def _in_shapes(cast: Cast, scene: Scene) -> Iterator[Told]:
    text = scene.view.shadow
    for kind, shapes in _SHAPES.items():
        for found in (one for shape in shapes for one in shape.finditer(text)):
            start = found.end() - len(found[0].lstrip(" "))
            end = found.start() + len(found[0].rstrip(" ,"))
            if kind == "home" and _is_broad(cast, scene, (start, end)):
                continue
            owner = _owner(cast, scene, (start, end), is_behind=start > found.start())
            if owner is not None:
                yield owner, kind, (scene, (start, end))


def _is_broad(cast: Cast, scene: Scene, hit: Stretch) -> bool:
    """Whether all names in the words for a place are of countries and the like."""
    names = re.findall(rf"{_CAP}[\w-]+", scene.view.shadow[slice(*hit)])
    broad = [
        scene.view.shadow[low:high]
        for w in cast.sets.broad
        for low, high in scene.hits.overlapping(w, *hit)
    ]
    large = {word for one in broad for word in one.split()}
    return bool(names) and all(name in large or is_of_country(name) for name in names)


def _owner(cast: Cast, scene: Scene, hit: Stretch, *, is_behind: bool) -> Person | None:
    """Return of whom a detail tells: who stands in it or right before it, else who acts."""
    mentions = cast.mentions[scene.field]
    low, high = scene.sentence_span(scene.view.sentence_at(hit[0]))
    before = mentions.between(low, hit[0])[-8:][::-1]
    near = [m for m in before[:1] if hit[0] - m.end <= len(", ")]
    if is_behind:  # "a boy from Uromi"
        return cast.of(near[0]) if near and near[0].kind != "pronoun" else None
    acting = [m for m in before if not m.oblique]
    after = [
        m
        for m in mentions.between(hit[1], high)[:4]
        if m.word in NOMINATIVE or m.start - hit[1] <= len(", ")
    ]
    order = (*mentions.over(*hit), *near, *acting[:1], *before[:1], *after[:1])
    return next(filter(None, map(cast.of, order)), None)
