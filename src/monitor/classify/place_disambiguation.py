"""Place disambiguation by a gazetteer: names of places, and which country each means.

Names, demonyms, cities and national bodies decide by themselves. A town, a name that several
countries share, one that people bear too, and "Central Region" need words beside them or a country
that the rest of the article, or the outlet, speaks for. Names of instruments ("Palermo Protocol"),
papers ("Bangkok Post") and currencies are no places.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from monitor.classify.features import Reading
from monitor.classify.outlet_homes import dateline_end, is_paper, outlet_start
from monitor.classify.word_tokens import WordTokens
from monitor.records.finding import FieldName
from monitor.text.regular_expressions import word_set

Kind = Literal["name", "demonym", "city", "town"]
Entry = Literal["name", "demonym", "city", "town", "shared", "weak", "generic", "none"]
"""`shared`: towns and cities of several countries, the largest first; `weak`: names that people and
other things bear as well; `generic`: compass words ("Central Region"); `none`: no place."""
BEFORE = word_set("in from to of at across near through inside for by via and towards into")
_LOCAL = word_set(
    "police man woman men women teen teens couple mother father resident residents councillor "
    "mayor court area hotel motel airport brothel business businesses group groups news city "
    "county detective detectives officer officers native youth magistrate magistrates province "
    "district region town village port border crown magistrates circuit"
)
"""What stands behind a town's name, and seldom behind a person's."""
_NAMESAKES = word_set("county street avenue road township boulevard lane drive square university")
"""Behind the name of a city they are seldom in that city: "Wellington County", "Oxford Street"."""
_MONEY = word_set(
    "dollar dollars rupee rupees peso pesos franc francs pound pounds krone kroner krona kronor "
    "baht cedi cedis shilling shillings naira ringgit yuan yen dinar dinars dirham dirhams riyal "
    "riyals rand kwacha lira"
)
_NAMESAKES_IN_US = word_set(
    "amsterdam andalusia athens belfast belgrade berlin birmingham bogota bremen bristol cairo "
    "cambridge coventry crete damascus delhi dublin durham geneva genoa glasgow hamburg hebron "
    "holland leeds leicester lima lisbon london madeira manchester mecca medina melbourne milan "
    "monrovia montevideo moscow naples newcastle northampton ottawa oviedo oxford palermo "
    "palestine paris potsdam rome rotterdam saltillo sheffield soledad southampton stuttgart "
    "valencia valparaiso verona vienna warsaw wellington"
)
"""Places elsewhere whose name a town of the US of 5,000 people or more bears, from GeoNames. In a
paper at home in the US they mean that town, where nothing else tells of the other country."""
_STATES = word_set(
    "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia "
    "hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts "
    "michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon "
    "pennsylvania tennessee texas utah vermont virginia wisconsin wyoming"
)
_SHORT_STATES = word_set(
    "ala ariz ark calif colo conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb "
    "nev okla ore pa tenn tex vt va wash wis wyo"
)
"""With a full stop behind."""
_TWO_WORDS = frozenset(
    "new hampshire;new jersey;new mexico;north carolina;north dakota;south carolina;south dakota;"  # noqa: SIM905 a list of words reads better so
    "west virginia;rhode island;n h;n j;n m;n y;n c;n d;s c;s d;r i;w va".split(";")
)
_POSTAL = word_set(
    "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM "
    "NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
_GEORGIA = word_set("georgia ga")
"""Behind a name that the US does not have they are the country: "Tbilisi, Georgia"."""
_WIRES = word_set("ap afp reuters cnn upi bloomberg dpa xinhua")
_NO_FIRST_NAME = word_set(
    "north south east west northern southern eastern western central upper lower greater new old "
    "inner outer downtown the a when while but and after before since if as although though "
    "meanwhile now then today yesterday last this that his her their our its my both all state "
    "province city port fort mount lake river"
)
"""Words with a capital that stand before a place's name as well."""
_OF_PLACE = word_set("in near inside across throughout around outside")
_SURNAMES = word_set("flores galicia holland madeira medina")
"""Regions whose names people bear."""
_TITLES = word_set(
    "mr mrs ms miss dr judge officer sgt sergeant detective deputy sheriff attorney lawyer lt capt "
    "captain agent chief commissioner mayor sen senator rep gov governor rev pastor professor prof"
)
_END = ""


@dataclass(frozen=True, slots=True)
class PlaceMention:
    """A place name: words `first` to `last` (exclusive) of a field mean `country`.

    `frame`: in an outlet's name behind the headline or in a dateline (`dateline`), where nothing
    happened. `row`: the words of a row of countries it stands in ("Malaysia, Laos and Thailand").
    """

    country: str
    kind: Kind
    field: FieldName
    first: int
    last: int
    frame: bool = False
    dateline: bool = False
    row: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class _Field:
    """A headline or text: where the outlet's name starts, and where the dateline ends."""

    name: FieldName
    words: WordTokens
    outlet: int
    dateline: int


@dataclass(frozen=True, slots=True)
class _Hit:
    """A name found: what it may mean, in order of size, before the rest of the article is asked."""

    countries: tuple[str, ...]
    entry: Entry
    field: _Field
    first: int
    last: int
    name: str


class Gazetteer:
    """Place names, ready to search."""

    def __init__(
        self,
        names: Mapping[str, Sequence[str]],
        ambiguous: Mapping[str, Mapping[str, Any]],
        instruments: Sequence[str] = (),
        papers: Sequence[str] = (),
    ) -> None:
        self._trie: dict[str, Any] = {}
        for name, (countries, entry) in names.items():
            node = self._trie
            for word in name.split():
                node = node.setdefault(word, {})
            node[_END] = (tuple(countries.split()), entry)
        self._instruments, self._papers = frozenset(instruments), frozenset(papers)
        if not all("country" in rule for rule in ambiguous.values()):
            raise KeyError("country")
        self._ambiguous = ambiguous

    def find(
        self, reading: Reading, home: str | None = None, *, world: bool = False
    ) -> list[PlaceMention]:
        """Return the place mentions of an article in order, longest names; `home`: the outlet's."""
        vocabulary = {*reading.title.words, *reading.text.words}
        fields = (
            _Field("title", reading.title, outlet_start(reading.title), 0),
            _Field("text", reading.text, len(reading.text), dateline_end(reading.text)),
        )
        hits = [hit for field in fields for hit in self._hits(field, vocabulary)]
        sure = [hit for hit in hits if hit.entry in ("name", "demonym", "city")]
        told = Counter(hit.countries[0] for hit in sure if len(hit.countries) == 1)
        american = _american(hits, None if world else home)
        scenes = {hit.name for hit in hits if _is_scene(hit)}
        people = {hit.name for hit in hits if _is_named(hit)} - scenes
        found: list[PlaceMention] = []
        for hit in hits:
            country: str | None = "US" if hit.name in american else None
            if hit.name not in american and hit.name not in people:
                country = _country(hit, told, home)
            if country:
                dateline = hit.last <= hit.field.dateline
                frame = dateline or hit.first >= hit.field.outlet
                kind: Kind = hit.entry if hit.entry in ("name", "demonym", "city") else "town"
                where = hit.first, hit.last, frame, dateline
                found.append(PlaceMention(country, kind, hit.field.name, *where))
        rows: list[list[PlaceMention]] = []
        for mention in found:
            if rows and _are_linked(reading, rows[-1][-1], mention):
                rows[-1].append(mention)
            else:
                rows.append([mention])
        # names that stand in a row with another country's have the words of that row
        return [
            replace(m, row=(row[0].first, row[-1].last)) if len({x.country for x in row}) > 1 else m
            for row in rows
            for m in row
        ]

    def _hits(self, field: _Field, vocabulary: set[str]) -> list[_Hit]:
        words = field.words
        found: list[_Hit] = []
        at = 0
        while at < len(words):
            node: dict[str, Any] = self._trie
            last, found_here = at, None
            for end in range(at, len(words)):
                if not (node := node.get(words.words[end], {})):
                    break
                if _END in node:
                    last, found_here = end + 1, node[_END]
            if found_here is None or not words.is_capital(at):
                at += 1
                continue
            countries, entry = found_here
            name, written = " ".join(words.words[at:last]), words.written(at, last)
            behind = words.words[last] if last < len(words) else ""
            capital = words.is_capital(last)
            if entry == "city" and capital and behind in _NAMESAKES:
                entry = "weak"
            if name in self._ambiguous:
                country = settle(self._ambiguous[name], words, at, last, vocabulary)
                countries = (country,) if country else ()
            # "us" and "US", "it" and "IT": short abbreviations count in capitals only
            small = len(written) <= 3 and "." not in written and not written.isupper()
            # "US$5,400" and "Singapore dollars" are no places
            money = behind in _MONEY or words.text.startswith("$", words.ends[last - 1])
            # nor are instruments and processes named after one: "Rabat Process"
            named_after = capital and behind in self._instruments and len(words.gap(last)) == 1
            paper = at < field.outlet and is_paper(words, at, last, self._papers)
            no_place = money or named_after or paper or (entry == "name" and small)
            if countries and not no_place:
                found.append(_Hit(countries, entry, field, at, last, name))
            at = last
        return found


def _are_linked(reading: Reading, last: PlaceMention, mention: PlaceMention) -> bool:
    """Tell "Laos and Thailand" or "Laos, Thailand" from "Laos to Thailand" and "Laos. Thailand"."""
    words = reading.words(mention.field)
    if last.field != mention.field:
        return False
    same = words.sentences[last.last - 1] == words.sentences[mention.first]
    return same and words.words[last.last : mention.first] in ([], ["and"], ["or"])


def _country(hit: _Hit, told: Mapping[str, int], home: str | None) -> str | None:
    """Return the country that a name means here, or `None` for no place at all."""
    words, first, last = hit.field.words, hit.first, hit.last
    own = max(hit.countries, key=lambda code: (told.get(code, 0), code == home))
    backed = own if told.get(own) or own == home else None
    if hit.entry in ("name", "demonym", "city"):
        return backed or hit.countries[0]
    if hit.entry == "generic":
        return backed
    person = is_person(words, first, last)
    located = (  # "in Guelph", "Waco man"
        last <= hit.field.dateline
        or first >= hit.field.outlet
        or not _LOCAL.isdisjoint(words.words[last : last + 1])
        or (first > 0 and words.words[first - 1] in BEFORE and not person)
    )
    if hit.entry == "weak":
        return backed if located else None
    if located:
        return backed or hit.countries[0]
    return None if person else backed


def _american(hits: Sequence[_Hit], home: str | None) -> set[str]:
    """Return the names that mean a town of the US here, though a place elsewhere is larger.

    A state behind one says so once for all ("Paris, Texas"), and so does a paper at home in the US
    that names nothing else of the other country. A news agency's dateline has the larger place.
    """
    found = {hit.name for hit in hits if _has_state(hit)}
    if home != "US":
        return found
    others = {hit.countries[0] for hit in hits if hit.name not in _NAMESAKES_IN_US}
    datelines = [hit for hit in hits if hit.last <= hit.field.dateline]
    behind = ((h, h.field.words.words[h.last : h.field.dateline + 1]) for h in datelines)
    wired = {hit.name for hit, words in behind if not _WIRES.isdisjoint(words)}
    kept = (hit.name for hit in hits if hit.countries[0] not in others)
    return found | {name for name in kept if name in _NAMESAKES_IN_US and name not in wired}


def _has_state(hit: _Hit) -> bool:
    """Tell "Paris, Texas", "Athens, Ga." and "Lima, OH"."""
    words, last = hit.field.words, hit.last
    if words.gap(last).strip() != "," or not words.is_capital(last):
        return False
    word, written = words.words[last], words.written(last, last + 1)
    if word in _GEORGIA and hit.name not in _NAMESAKES_IN_US:
        return False
    short = word in _SHORT_STATES and words.text.startswith(".", words.ends[last])
    two = " ".join(words.words[last : last + 2])
    return short or written in _POSTAL or word in _STATES or two in _TWO_WORDS


def _is_named(hit: _Hit) -> bool:
    """Tell "Lena Flores" and "Judge Flores": then the name is a person's all through the text."""
    words, first = hit.field.words, hit.first
    bare = hit.entry in ("town", "shared", "weak") or hit.name in _SURNAMES
    if not bare or first == 0 or hit.last - first > 1:
        return False
    before, written, gap = words.words[first - 1], words.written(first - 1, first), words.gap(first)
    if before in _TITLES:
        return gap in (" ", ". ") and written.istitle()
    if gap != " " or not written.istitle() or not written.isalpha():
        return False
    return not (before in _NO_FIRST_NAME or before in BEFORE or before in _LOCAL)


def _is_scene(hit: _Hit) -> bool:
    """Tell "in Flores" and "Boone County": such a name is a place's, whoever else bears it."""
    words, first, last = hit.field.words.words, hit.first, hit.last
    before = first > 0 and words[first - 1] in _OF_PLACE
    return before or last <= hit.field.dateline or words[last : last + 1] == ["county"]


def unpack_names(packed: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, tuple[str, Entry]]:
    """Return the names of `places.json`, which lists them by entry and countries."""
    return {
        name: (countries, entry)  # type: ignore[misc]
        for entry, groups in packed.items()
        for countries, names in groups.items()
        for name in names
    }


def settle(
    rule: Mapping[str, Any], words: WordTokens, first: int, last: int, vocabulary: set[str]
) -> str | None:
    """Return the country an ambiguous name means here, or `None` for no place at all."""
    country, other = str(rule["country"]), rule.get("other")
    after = " ".join(words.words[last : last + 2])
    if any(f"{after} ".startswith(f"{word} ") for word in rule.get("against", ())):
        return other
    supported = any(set(phrase.split()) <= vocabulary for phrase in rule.get("with", ()))
    if rule.get("default") == "country" or supported:
        return country
    if is_person(words, first, last):
        return None
    located = first > 0 and words.words[first - 1] in BEFORE
    return other or (country if located else None)


def is_person(words: WordTokens, first: int, last: int) -> bool:
    """Tell whether a capitalised word touches the name: "Chad Kelly", "Michael Jordan"."""
    if len(words.gap(last)) == 1 and words.is_capital(last):
        return True
    touches = len(words.gap(first)) == 1 and words.is_capital(first - 1)
    return touches and (first == 1 or words.sentences[first - 2] == words.sentences[first - 1])
