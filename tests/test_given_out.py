"""No name of a planted person is given out by a desk that knows her, save where names are asked.

`tests/support/given_out.py` reads all that is given out; as a script on the desk of the proof.
"""

from __future__ import annotations

import base64
import html
import json
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, partial
from urllib.parse import quote

import httpx
import pytest

import given_out
import planted
from given_out import Haul, Opened, Out, Seeker
from monitor.export import selection
from monitor.export.publication import PublicationPolicy
from planted import Person

PEOPLE, ARTICLES = 22, 30
"""One person of each kind of planting."""


@pytest.fixture(scope="module", name="desk")
def _desk() -> Iterator[Opened]:
    with given_out.opened(planted.make(PEOPLE, ARTICLES)) as desk:
        yield desk


@pytest.fixture(scope="module", name="haul")
def _haul(desk: Opened) -> Haul:
    """What the attack finds, before anybody asks for a name."""
    return given_out.plunder(desk, roles=["reviewer"], full=False)


def test_no_name_is_given_out(desk: Opened, haul: Haul) -> None:
    assert haul.leaks(desk.planted.people) == []


def test_all_kinds_of_surfaces_were_read(haul: Haul) -> None:
    for surface, least in {
        "pages, at home": 120,
        "API, reviewer": 60,
        "feeds, reviewer": 4,
        "metrics": 1,
        "search": 30,
        "mail": 4,
        "export, text full": 50,
        "export, text quotes": 5,
        "export, text none": 5,
        "command digest html": 1,
        "command stories show json": 3,
        "log": 3,
    }.items():
        assert haul.read[surface] >= least, surface


def test_the_desk_is_as_it_was_meant(desk: Opened) -> None:
    monitor, plan = desk.monitor, desk.monitor.plan
    assert {person.kind for person in desk.planted.people} == planted.KINDS.keys()
    story = monitor.store.stories_of(monitor.stories_stamp, desk.ids)
    folded: dict[int, set[str]] = {}
    for key, (piece, person) in plan.items():
        found = monitor.article(key).article
        assert (found.language, bool(found.expired)) == (
            piece.language,
            person is not None and person.kind == "expired",
        )
        kept = monitor.store.article_versions(key)
        assert len(kept) == len(piece.versions)
        if person is not None and person.kind in ("erased version", "expired"):
            assert not kept[0].text
        assert found.origin == ("feed" if piece.page else "summary")
        if key in story:
            folded.setdefault(piece.story, set()).add(story[key])
    assert all(len(stories) == 1 for stories in folded.values()), "told apart"
    assert len(set.union(*folded.values())) == len(folded), "told together"


def test_each_is_told_of_as_hidden_in_one_version(desk: Opened) -> None:
    """Else nothing would have to follow from it."""
    told: dict[int, int] = {}
    for piece in desk.planted.pieces:
        for version in piece.versions:
            if version.known and piece.person is not None:
                told[piece.person] = told.get(piece.person, 0) + 1
    foreign = {person.number for person in desk.planted.of("other language")}
    assert told == {n: 1 for n in range(PEOPLE) if n not in foreign}


# The attack itself --------------------------------------------------------------------------------


@cache
def people() -> list[Person]:
    return list(planted.make(88, 0).people)


CODINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "small letters": str.lower,
    "without accents": planted.bare,
    "decomposed": partial(unicodedata.normalize, "NFD"),
    "slug": planted.slug_of,
    "run together": lambda name: planted.slug_of(name).replace("-", ""),
    "percent": quote,
    "percent, twice": lambda name: quote(quote(name)),
    "entities": lambda name: "".join(f"&#{ord(one)};" for one in name),
    "named entities": html.escape,
    "JSON": json.dumps,
    "base64": lambda name: base64.b64encode(f"to {name}".encode()).decode(),
    "base64 of addresses": lambda name: base64.urlsafe_b64encode(name.encode()).decode(),
    "markup within": lambda name: f"{name[:2]}<mark>{name[2:-2]}</mark>{name[-2:]}",
    "soft hyphens": "\xad".join,
    "possessive": lambda name: f"{name}’s",
    "last part": lambda name: name.split(" ")[-1],
}


@pytest.mark.parametrize("coding", CODINGS)
def test_a_name_is_found_in_every_coding(coding: str) -> None:
    found = Seeker(people()).find
    latin = [one for one in people() if one.latin == one.name]
    for person in latin:
        said = f"Police said {CODINGS[coding](person.name)} was there [name withheld]."
        assert found(said) == {person.number}, said
    for person in (one for one in people() if one.latin != one.name):
        assert found(f"«{person.name}»") == {person.number}
        assert found(quote(person.name)) == {person.number}


def test_what_a_mask_leaves_is_found() -> None:
    find = Seeker(people()).find
    for person in people():
        if person.shape != "two" or person.latin != person.name:
            continue
        first, *_, last = person.name.split(" ")
        assert find(f"{first} [name withheld] spoke.") == {person.number}
        assert find(f"[name withheld] {last} spoke.") == {person.number}
        if len(last) > 6:
            assert person.number in find(f"[name withheld]{last[-4:]} spoke.")
            assert person.number in find(f"{person.parts[-1][:4]}█████")


def test_other_words_are_no_names() -> None:
    find = Seeker(people()).find
    for piece in planted.make(0, 40).pieces:
        for version in piece.versions:
            assert find(f"{version.title}\n{' '.join(version.paragraphs)}") == set()
    others = planted.make(88, 0, seed=7)
    known = {part for person in people() for part in person.parts}
    strangers = [one for one in others.people if not known & set(one.parts)]
    assert len(strangers) > 40
    assert set().union(*(find(f"{one.name} spoke.") for one in strangers)) == set()


def test_names_are_found_where_they_are_asked_for(desk: Opened, haul: Haul) -> None:
    """The attack would be worth nothing if it never found a name."""
    seeker = Seeker(desk.planted.people)
    there = {one.number for one in desk.planted.people if one.kind != "expired"}

    def taken(*outs: Out) -> set[int]:
        found = Haul()
        found.take(seeker, outs)
        return set().union(*found.found.values())

    folder = desk.folder / "restricted"
    policy = PublicationPolicy(text="full", restricted=True)
    selection.export(desk.monitor, folder, format="jsonl", policy=policy)
    assert taken(*given_out.files(folder, "export")) >= there
    said = given_out.command(desk, "digest", "--day", "all", "--names", "--format", "html")
    assert len(taken(Out("command", "digest", said))) > PEOPLE / 2
    said = given_out.command(desk, "articles", "search", "--limit", "100", "--names")
    assert len(taken(Out("command", "search", said))) > PEOPLE / 5
    key = next(k for k, (_, one) in desk.monitor.plan.items() if one and one.kind == "headline")
    _, person = desk.monitor.plan[key]
    assert person is not None
    with httpx.Client(base_url=desk.address, timeout=60) as client:
        assert taken(Out("page", key, client.get(f"/articles/{key}").text)) == set()
        client.post(f"/articles/{key}/names")
        assert taken(Out("page", key, client.get(f"/articles/{key}").text)) == {person.number}
        client.post(f"/articles/{key}/names", data={"hide": "1"})


def test_of_masks_it_is_counted_whom_they_know_by_themselves() -> None:
    """`floors.py` holds the figures; here, that a person is known only where she is hidden
    wherever the text names her."""
    made = planted.make(len(planted.KINDS), 0)
    assert not any(planted.known_by_masks(made, lambda _: None).values())
    told = {piece.slug: piece for piece in made.pieces}

    def whole(article):  # hides all that tells of her
        from planted_desk import hidden_in

        piece = told[article.id]
        known = next((v.known for v in piece.versions if v.known), ())
        return hidden_in(article, known)

    def first(article):  # hides her first name alone
        from planted_desk import hidden_in

        piece = told[article.id]
        known = next((v.known for v in piece.versions if v.known), ())
        return hidden_in(article, known[1:2])

    foreign = {person.number for person in made.of("other language")}
    known = planted.known_by_masks(made, whole)
    assert {number for number, hidden in known.items() if not hidden} <= foreign
    several = {one.number for one in made.people if len(one.parts) > 1 and one.short != one.name}
    partly = planted.known_by_masks(made, first)
    assert not any(partly[number] for number in several if made.people[number].kind != "part known")
