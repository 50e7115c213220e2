"""Where a text speaks of persons: role nouns, names and pronouns; word lists and shapes only."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from monitor.people.ages import AGE_ONLY, YEAR_OLD, give_ages
from monitor.people.mentions import Mention, Mentions, in_any, lead_of
from monitor.people.person_names import find_names
from monitor.people.sets import PersonSets
from monitor.text.analysis import Scene
from monitor.text.spans import Stretch

_PRONOUN = re.compile(
    r"\b(?:he|she|they|him|her|them|his|hers|their|who|whom|whose|i|we|me|my|us|our)\b",
    re.IGNORECASE,
)
_BARE_PLURAL = re.compile(r"[^su']s$")
""""Experts", "kids": without an article, several."""


def find_mentions(sets: PersonSets, scene: Scene, known: frozenset[str]) -> Mentions:
    """Return where a scene speaks of persons.

    `known`: parts of names that count wherever they stand; a headline has capitals everywhere and
    only names of the text count in it.
    """
    nouns = list(_nouns(sets, scene))
    names = list(find_names(sets, scene, nouns, known))
    taken = sorted((name.start, name.end) for name in names)
    nouns = [noun for noun in nouns if not _touches(taken, noun)]
    pronouns = [_pronoun(scene, found) for found in _PRONOUN.finditer(scene.view.shadow)]
    pronouns = [pronoun for pronoun in pronouns if not _touches(taken, pronoun)]
    mentions = Mentions([*nouns, *names, *pronouns])
    give_ages(scene, mentions)
    return mentions


def _touches(taken: Sequence[Stretch], mention: Mention) -> bool:
    index = bisect_right(taken, (mention.start, mention.end))
    around = taken[max(0, index - 1) : index + 1]
    return any(start < mention.end and mention.start < end for start, end in around)


def _pronoun(scene: Scene, found: re.Match[str]) -> Mention:
    return Mention(scene, found.start(), found.end(), "pronoun", found[0].lower())


# --- Nouns ---------------------------------------------------------------------------------------


def _nouns(sets: PersonSets, scene: Scene) -> Iterator[Mention]:
    """Yield role nouns; neighbours that make one phrase ("trafficked teenage girl") are one."""
    hits: dict[Stretch, tuple[set[str], set[str]]] = {}
    for role, wordsets in sets.roles.items():
        for wordset in wordsets:
            weak = wordset in sets.assumed
            for hit in scene.hits.of(wordset):
                if AGE_ONLY.search(scene.view.shadow, hit[0], hit[1]):
                    continue
                sure, assumed = hits.setdefault(hit, (set(), set()))
                (assumed if weak else sure).add(role)
    for found in YEAR_OLD.finditer(scene.view.shadow):
        hits.setdefault(found.span(), (set(), set()))
    group: list[Stretch] = []
    for hit in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if group and hit[1] <= group[-1][1]:
            hits[group[-1]][0].update(hits[hit][0])
            hits[group[-1]][1].update(hits[hit][1])
            continue
        if group and not _one_phrase(scene.view.shadow, hits, group[-1], hit):
            yield from _noun(sets, scene, hits, group)
            group = []
        group.append(hit)
    yield from _noun(sets, scene, hits, group)


def _one_phrase(
    text: str, hits: dict[Stretch, tuple[set[str], set[str]]], one: Stretch, other: Stretch
) -> bool:
    gap = text[one[1] : other[0]]
    if gap not in (" ", "-") and not (text[one[1] - 3 : one[1]] == "old" and _is_origin(gap)):
        return False
    official = "official" in hits[other][0]
    return not official or "official" in hits[one][0]


def _is_origin(gap: str) -> bool:
    return gap[:1] == " " and len(gap.split()) == 1 and gap.strip().istitle()


def _noun(
    sets: PersonSets,
    scene: Scene,
    hits: dict[Stretch, tuple[set[str], set[str]]],
    group: Sequence[Stretch],
) -> Iterator[Mention]:
    if not group:
        return
    if in_any(scene, sets.done_to, *group[-1]):  # "Girls trafficked from …": girls
        yield from _noun(sets, scene, hits, group[:-1])
        return
    start, end, head = group[0][0], group[-1][1], group[-1]
    text = scene.view.shadow
    if in_any(scene, sets.ignored, start, end):
        return
    lead, oblique = lead_of(text, start)
    one = text.find(" of ", *head)  # "the youngest of the girls" is one
    shown = (head[0], one if one > 0 else head[1])
    traits = frozenset(t for t in sets.traits if scene.hits.overlapping(t, *shown))
    if not lead and one < 0 and _BARE_PLURAL.search(text, *head):
        traits |= sets.several
    yield Mention(
        scene,
        start,
        end,
        "noun",
        text[head[0] : end].lower(),
        frozenset().union(*(hits[hit][0] for hit in group)),
        frozenset().union(*(hits[hit][1] for hit in group)),
        traits,
        lead,
        oblique,
    )
