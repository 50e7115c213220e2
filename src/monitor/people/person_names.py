"""Names of persons in an English text: spaCy's, the shapes in which reporters name, and repeats.

A name that spaCy does not call a person's counts where its shape tells one: a title, an age,
"named", kin or a verb of saying beside it. Once somebody's full name is known, her first name or
surname alone is hers, too. What is an organisation, a place, a law or a club is none, whoever calls
it so.
"""

from __future__ import annotations

import re
from calendar import day_abbr, day_name, month_abbr, month_name
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from monitor.labels.countries import country_codes, country_name
from monitor.people.person_nouns import KIN, MANY, ONE
from monitor.records.finding import FieldName
from monitor.text.analysis import MAX_PIECE, Scene, View, view
from monitor.text.positions import Stretch
from monitor.text.regular_expressions import late, one_of, word_set
from monitor.text.spacy_pipeline import analysis, find_entities, stop_words

if TYPE_CHECKING:
    from spacy.language import Language

Names = Mapping[FieldName, Sequence[Stretch]]
"""Where each field of a document names persons, by offsets of its shadow."""
Entity = tuple[int, int, str]
"""Where a named entity stands in a shadow text, and its label in spaCy's scheme."""

_UP = (
    f"[A-Z\u00c0-\u00d6\u00d8-\u00de{''.join(filter(str.isupper, map(chr, range(0x100, 0x250))))}]"
)
_PART = (
    rf"(?:(?:[dDlLO]'|Mc|Mac)?{_UP}(?:[^\W\d_]|(?!'s\b)[-'](?=[^\W\d_]))+"
    rf"|(?:{_UP}\.)+|{_UP}(?![\w']))"
)
_TO = (
    r"(?:de|da|das|do|dos|del|della|di|bin|bint|binti|ibn|mint|ould|ben|abu|al|el|ur|ul|van|von"
    r"|der|"
    r"den|la|le)"
)
_NICK = r"[\"'][A-Z][\w.-]{1,20}[\"']"
_RUN = late(
    rf"(?<![\w'-]){_PART}(?: (?:{_NICK} )?(?:{_TO} ){{0,2}}(?:(?:al|el|ul|as|ar|an"
    rf"|ur)-)?{_PART}){{0,11}}"
)
MAX_PARTS = 6
"""Words of the longest name: a longer run of capitals is a heading."""
_RANKS = word_set(
    """mr mrs ms miss mx dr prof sir dame madam charge sgt det insp supt cpl pc dc ds dsp asp sp ig
    dig ssp capt col lt maj gen brig cmdr pte wo acp dcp adgp rep sen gov mp mla mep atty hon rev
    fr sr br st justice general colonel lieutenant major marshal admiral commander commissioner
    superintendent secretary chancellor ambassador premier deputy assistant senior junior vice
    former late chair commandant reverend sheikh maulana rabbi archbishop cardinal pope duke
    duchess earl count baron baroness alhaji alhaja hajia mallam shri smt kumari thiru datuk dato
    tun haji ustaz u daw state us special resident crown supervisory ex-president undersecretary
    trooper sheriff"""
)
"""Ranks and forms of address that stand before a name beside the nouns for people."""
_TITLES = _RANKS | ONE
_OPENERS = word_set(
    """police authorities parliament government court born asked according yesterday today tomorrow
    photo photos picture pictured image images file reuters afp ap getty source sources copyright
    read watch share updated published advertisement editor staff caption left right dear thanks
    please yes hello said says told did does got get come came see saw let new old big great
    instead soon later maybe everybody furthermore"""
)
"""Words with a capital that begin a line or a sentence beside spaCy's stop words and dates."""
_BODIES = word_set(
    """act law code section article clause convention protocol treaty court council committee
    commission congress senate ministry minister prime office department bureau agency unit police
    army force service union centre center institute university college school church mosque
    temple hospital hotel club restaurant bank company group inc ltd corp fund trust foundation
    house hall street road avenue park square bridge river lake island beach bay north south east
    west city town county district province state international national federal royal human
    trafficking sexual violence legal illegal care crisis plan project programme program strategy
    campaign news times post daily press radio tv twitter facebook youtube fc league cup prop
    affairs rights policy"""
)
"""Words of organisations, places, laws and clubs: a run of capitals with one is nobody."""
_BODY = late(
    r"[a-z]{4,}(?:tion|tions|ment|ments|ness|ship|ology|ics|ism|ional|ety|rity|nity)$"
    r"|[dr]-[a-z]+$|.+-(?:[a-z]+ed|[a-z]+ing|born|led|old)$"
)
"""The shape of more such words: "Association", "Authority"."""
_ACRONYMS = word_set("un us uk ice eu ai ap mp mps ins cps")
"""Of these words those that may be part of a name where not in capitals."""
_CLUB = late(r" (?:FC|AFC|CF|SC|XI|RFC|CC|United|City|Rovers|Town)\b")
_OF_BODY = late(
    r"\b(?!(?:Mother|Father|Daughter|Son|Wife|Sister|Brother)\b)[A-Z][a-z]+ of (?:the )?$"
)
_KIN = one_of(KIN | word_set("friend colleague classmate neighbour neighbor roommate"))
_PEOPLE = one_of(ONE | MANY | word_set("head secretary coordinator chair"))
_SAY = (
    r"(?:said|says|told|tells|added|adds|recalls|recalled|recounted|explains|explained|remembers"
    r"|remembered|wept|"
    r"testified|claims|claimed|alleged|alleges|admitted|admits|denied|denies|insisted|insists"
    r"|stated|wrote|writes|"
    r"noted|notes|warned|warns|argued|argues|pleaded|replied|asked|asks|thinks|thought|believes|"
    r"revealed|confirmed|confessed|continues|continued|laughed|cried|smiled|shared|shares"
    r"|described|describes)"
)
_BEHIND_SURE = late(
    r",? \(?(?:now |then |also |aged |age |only |just )*\d{1,3}(?:\)|(?=[,.;:)]|$| (?:of|from"
    r"|years?\b)))"
    r"|,? \(?a[gk]\.?e?d? \d{1,2}\b|,? (?:an? |the )?(?:\d{1,2}|[a-z]+)-year-old\b"
    r"|,? who (?:was|is|had|has|said|[a-z]+ed)\b"
    r"|,? \(?(?:not (?:his|her|their) real name|name changed|a pseudonym|pictured|whose (?:name"
    r"|real name|identity))"
)
_ROLES_BEHIND = late(
    r", (?:an?|the|one of the|(?:his|her|their)(?: own)?|who|[\w'-]+'s) (?:[\w'-]+ "
    rf"){{0,4}}?(?:{_KIN}|{_PEOPLE})\b"
)
_SAYS_BEHIND = late(
    rf",? (?:(?:also|later|then|has|had|who|tearfully|\w+ly) )?{_SAY}\b"
    rf"|'s? (?:{_KIN}|lawyer|body|family|case|story|parents|relatives|ordeal|death|funeral|killer"
    r"|attacker|estate|children|murder|killing|attorney|"
    r"solicitor|trial|home|house|friends|arrest|remains|phone|face|life|eyes|voice)\b"
)
_ACTS_BEHIND = late(
    r" (?:was|is|has|had) (?:\w+ly )?(?:born|sold|raped|beaten|arrested|jailed|sentenced"
    r"|convicted|charged|"
    r"found|killed|murdered|rescued|trafficked|abducted|kidnapped|lured|recruited|forced|taken"
    r"|married|"
    r"sitting|standing|working|living|told|asked|released|remanded|detained|last seen|reported"
    r"|one of|"
    r"among|years old|a|an|the|not|only|just|\d\d)\b"
    r"| (?:pleaded|appeared|lives|lived|grew|moved|fled|escaped|left|died|went|came|returned"
    r"|married|"
    r"wept|smiled|sat|stood|worked|works|earned|wanted|wants|knew|knows|felt|feels|met|remembers"
    r"|hopes|dreams|started|began|"
    r"decided|dropped|tried|managed|realised|realized|refused|agreed|joined|became|spent|lost|got"
    r"|ran|paid|"
    r"used|travelled|traveled|who)\b"
)
_DOES_BEHIND = late(
    r",? (?:who|was|is|has|had|spoke|wept|fled|met|slept|took|left|went|came|sat|stood|[a-z]+ed)\b"
)
_PERSON_BEHIND = late(
    r" (?:girls?|boys?|wom[ae]n|m[ae]n|people|nationals?|teenagers?|children|"
    r"migrants?|refugees?|workers?|communit(?:y|ies)|villagers?|tribes?)\b"
)
_TOWN_OF = late(
    r"\b(?:villages?|towns?|cit(?:y|ies)|districts?|suburbs?|islands?|states?|provinces?|regions?"
    r"|areas?|ports?|hamlet|"
    r"county|municipality|neighbou?rhood|outskirts|streets|capital|north|south|east|west) (?:of"
    r"|called|named) $",
    re.IGNORECASE,
)
_CALLED = late(
    r"\b(?:named|called|nicknamed|christened|identified (?:[a-z]+ ){0,3}?(?:as|by)|named as|known "
    r"(?:only )?as|alias|aliases|"
    r"a\.?k\.?a\.?|name is|name was|names? of|goes by|call(?:s|ed)? (?:her|him|herself|himself)|i "
    r"am|i'm|"
    r"identif(?:y|ied) (?:him|her|them) as|(?:last|first|sur|family|given|middle) ?names?,?"
    r"|pseudonym|referred to as|formerly|n\u00e9e|real name) "
    r"(?:only )?(?:as )?[\"']?$",
    re.IGNORECASE,
)
_APPOSED = late(
    rf"\b(?:an?|another|\d{{1,2}}-year-old) (?:(?!of )[\w-]+ ){{0,3}}{_PEOPLE}, $",
    re.IGNORECASE,
)
_HER_KIN = late(
    r"(?:\b(?:her|his|their|my|our|your|an?|the|whose|\d+-year-old|year-old)|'s?) (?:[\w-]+ "
    rf"){{0,2}}"
    rf"{_KIN}s?,? (?:(?:named|called|aged \d+|\d+-year-old),? )?[\"']?$",
    re.IGNORECASE,
)
_KIN_OF = late(
    rf"\b(?:{_KIN}s?|lawyer|attorney|body|murder|killing|death|disappearance|rape|arrest|trial|"
    r"remains|abduction|kidnapping|testimony|story) (?:of|for) $",
    re.IGNORECASE,
)
_HEADS_BEHIND = late(
    r", (?:the |an? |its |their |his |her )?(?:[\w.-]+ ){0,3}?(?:owner|director|head|spokes(?:man"
    r"|woman|person)|"
    r"founder|co-founder|lawyer|attorney|ceo|president|professor|chair(?:man|woman|person)?"
    r"|secretary|"
    r"manager|coordinator|editor|author|expert|analyst|researcher|member|leader|minister|father"
    r"|mother|"
    r"brother|sister|son|daughter|wife|husband|resident|native|survivor)s? (?:of|at|for|with|from"
    r"|in)\b",
    re.IGNORECASE,
)
_YEAR_OLD_BEFORE = late(
    r"\byears?[ -]old (?:(?!from |in |of |at |to |near |and |was |is |by |with )[a-z][\w-]* "
    r"){0,2}$",
    re.IGNORECASE,
)
_SAID_BEFORE = late(rf"[\"',] {_SAY} $")
_CREDIT = late(
    r"\b(?:photo(?:graph)?s?|pictures?|images?|credit|pictured|caption|left|right|from left)(?: "
    r"by)?[:/]? ?\(?$",
    re.IGNORECASE,
)
_TITLE_BEFORE = late(rf"\b{one_of(_TITLES)}\.? $", re.IGNORECASE)
_CIVIL_BEFORE = late(r"\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? $")
_SMALL = late(r"(?<![\w'-])[a-z][\w'-]+")
_WORD = late(r"\S+")
_CONTRACTED = late(r"'(?:ve|re|ll|d|m)$")
_ACTS = late(r"'s |\*|,| (?:[a-z]+ly )?(?:and|who|is|was|has|had|took|left|went|[a-z]+(?:s|ed))\b")
_PLAIN = late(r"[\w'-]+")


class _Run(NamedTuple):
    """A run of capitals cut to what may be a name; `titled`: a title stood before it."""

    start: int
    end: int
    parts: tuple[str, ...]
    titled: bool
    opens: bool
    labels: frozenset[str]


def find_people_names(text: str, nlp: Language | None = None) -> list[Stretch]:
    """Return where an English text names persons, in order, by offsets of the text.

    `nlp` is the pipeline lent by `analysis`, where it is lent already.
    """
    if nlp is None:
        with analysis() as lent:
            return find_people_names(text, lent)
    seen = view(text)
    (names,) = names_in([(seen, entities_of(seen, nlp))])
    return [seen.original(*name) for name in names]


def names_of(
    scenes: Sequence[Scene], entities: Callable[[View], Sequence[Entity]] = lambda _: ()
) -> Names:
    """Return where the scenes of a document name persons; the text is the last of them.

    `entities` tells spaCy's entities of a view; without it only shapes tell names.
    """
    found = names_in([(scene.view, entities(scene.view)) for scene in scenes])
    return {scene.field: names for scene, names in zip(scenes, found, strict=True)}


def entities_of(
    seen: View, nlp: Language, known: dict[str, list[Entity]] | None = None
) -> list[Entity]:
    """Return the named entities of all sentences of a text, by offsets of its shadow.

    `known` are those of sentences that were read before, and is added to.
    """
    known = {} if known is None else known
    pieces = [
        (start, seen.shadow[start : min(end, start + MAX_PIECE)].replace("\n", " "))
        for low, end in seen.sentences
        for start in range(low, end, MAX_PIECE)
    ]
    fresh = list(dict.fromkeys(text for _, text in pieces if text not in known))
    docs = list(map(nlp.make_doc, fresh))
    find_entities(nlp, docs)
    for text, doc in zip(fresh, docs, strict=True):
        known[text] = [(e.start_char, e.end_char, e.label_) for e in doc.ents]
    return [
        (at + start, at + end, label) for at, text in pieces for start, end, label in known[text]
    ]


_DATELINE = late(r"(?P<place>[A-Z][A-Z .'-]{2,30}?)(?: \([^)\n]{1,30}\))? ?[:\u2013\u2014-] ?[A-Z]")


def names_in(fields: Sequence[tuple[View, Sequence[Entity]]]) -> list[list[Stretch]]:
    """Return where each field names persons, in order, by offsets of its shadow.

    The last field is the text; what it names may be repeated in the others, its headlines.
    """
    finders = [_Finder(seen, entities) for seen, entities in fields]
    text = finders[-1]
    text.find()
    known = text.known()
    for finder in finders[:-1]:
        if not finder.is_heading(0, len(finder.text)):
            finder.find()
    for finder in finders:
        known |= finder.known()
    # "CHIANG MAI: A cook ...": where it was written is a place, whatever else it is taken for
    begun = _DATELINE.match(text.text)
    here = set(begun["place"].lower().split()) if begun else set()
    return [
        [
            (start, end)
            for start, end in finder.repeated(known)
            if not here.issuperset(finder.text[start:end].lower().split())
        ]
        for finder in finders
    ]


class _Finder:
    """Finds the names of one text."""

    def __init__(self, seen: View, entities: Sequence[Entity]) -> None:
        self.view, self.text = seen, seen.shadow
        self.starts = {start for start, _ in seen.sentences}
        self.entities = sorted(entities)
        self.small = set(_SMALL.findall(self.text))
        self.runs = list(self._read())
        self.found: dict[Stretch, _Run] = {}
        self.amid = Counter(run.parts[0] for run in self.runs if not run.opens)
        self.placed: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()
        """How much more often a word alone is a place or a body than a person."""
        for run in self.runs:
            if len(run.parts) == 1:
                placed = self._before(run).lower().endswith((*_PLACING, " the "))
                is_other = placed or bool(run.labels & _OTHERS)
                is_place = placed or bool(run.labels & _LANDS)
                self.elsewhere[run.parts[0]] += 1 if is_other else -("PERSON" in run.labels)
                self.placed[run.parts[0]] += 1 if is_place else -("PERSON" in run.labels)

    def _read(self) -> Iterator[_Run]:
        index = 0
        for found in _RUN.finditer(self.text):
            while index < len(self.entities) and self.entities[index][1] <= found.start():
                index += 1
            over = [e for e in self.entities[index : index + 12] if e[0] < found.end()]
            yield from self._cut(found.start(), found.end(), over)

    def _cut(self, start: int, end: int, over: list[Entity]) -> Iterator[_Run]:
        """Yield what a run leaves without titles and words that nobody is called by."""
        text = self.text
        words = [(start + m.start(), start + m.end()) for m in _WORD.finditer(text[start:end])]
        lower = [_CONTRACTED.sub("", text[slice(*word)].lower().strip(".")) for word in words]
        last = len(words)
        while last and (lower[last - 1] in _nobody() or lower[last - 1] in _TO_WORDS):
            last -= 1
        first = behind_title = _behind_title(lower[:last])
        while first < last and (lower[first] in _nobody() or lower[first].endswith("-old")):
            first += 1
        if first >= last:
            return
        # "Inspector General of Police Kofi Mensah"
        if text.endswith((" of ", " of the ", " for "), 0, words[first][0]):
            while first < last - 2 and _is_body(lower[first]):
                first += 1
        begins = {e[0] for e in over if e[2] == "PERSON"}
        others = [e for e in over if e[2] in _OTHERS]
        for index in range(first + 1, last):  # "Labour's Ana", "Nigerian Rosa Mensah"
            at = words[first][0]
            no_name = _is_body(lower[first]) or any(
                e[0] <= at < e[1] <= words[index][0] for e in others
            )
            if no_name and words[index][0] in begins:
                first = index
        low, high = words[first][0], words[last - 1][1]
        if text[high - 1] == "." and high - words[last - 1][0] > len("J."):
            high -= 1
        parts = tuple(text[slice(*word)] for word in words[first:last])
        labels = frozenset(e[2] for e in over if e[0] < high and low < e[1])
        titled = behind_title > 0 or bool(_TITLE_BEFORE.search(text, max(0, low - 24), low))
        yield _Run(low, high, parts, titled, low in self.starts, labels)

    def is_heading(self, low: int, high: int) -> bool:
        """Whether most longer words of a line have capitals."""
        words = re.findall(r"[^\W\d_]{4,}", self.text[low:high])
        capital = sum(1 for word in words if word[0].isupper())
        return capital > 0.6 * len(words)

    def find(self) -> None:
        """Accept what spaCy or a shape calls a person, and who stands in a list with one."""
        for run in self.runs:
            if self._may(run) and (
                ("PERSON" in run.labels and self._trusts(run)) or self._told(run)
            ):
                self.found[run[:2]] = run
        for order in (self.runs, self.runs[::-1]):
            for one, other in pairwise(order):
                low, high = sorted((one, other))
                between = self.text[low.end : high.start]
                if (
                    one[:2] in self.found
                    and other[:2] not in self.found
                    and between in (", ", " and ", ", and ", " & ")
                    and self._may(other)
                    and not other.labels & _OTHERS
                    and len(other.parts) > 1
                ):
                    self.found[other[:2]] = other
        for one, run, other in zip(self.runs, self.runs[1:], self.runs[2:], strict=False):
            if (
                one[:2] in self.found
                and other[:2] in self.found
                and len(run.parts) > 1
                and self.text[one.end : run.start] == ", "
                and self.text[run.end : other.start] in (", ", " and ", ", and ")
                and self._may(run)
            ):
                self.found[run[:2]] = run

    def _may(self, run: _Run) -> bool:
        """Whether a run can be a name at all."""
        lower = {
            part.lower().strip(".")
            for part in run.parts
            if len(part) > 3 or part.isupper() or part.lower() not in _ACRONYMS
        }
        name = self.text[run.start : run.end]
        if len(run.parts) > MAX_PARTS or any(map(_is_body, lower)) or lower <= _TITLES:
            return False
        if name.isupper() and len(name) > 3 and "." not in name:
            return False
        if name == "A" and self.text.startswith(" ", run.end):
            return False  # "A 15-year-old girl"
        if all(map(is_of_country, lower)) and not run.titled:
            return False
        if len(run.parts) == 1 and (
            _OF_BODY.search(self._before(run))
            or re.match(r" \d", self.text[run.end : run.end + 2])  # "Grade 5"
            or (not run.titled and _PERSON_BEHIND.match(self.text, run.end))  # "an Ashanti girl"
        ):
            return False
        return not (_CLUB.match(self.text, run.end) or _TOWN_OF.search(self._before(run)))

    def _trusts(self, run: _Run) -> bool:
        """Whether spaCy's word is enough: not for a first word that is a common one."""
        if len(run.parts) > 1:
            return True
        word, before = run.parts[0], self._before(run)
        return not (
            word.lower() in self.small
            or word.isupper()
            or self.elsewhere[word] > 0
            or before.endswith((" the ", "The ", *_PLACING))
            or (run.opens and not self._acts(run))
        )

    def _acts(self, run: _Run) -> bool:
        """Whether a word that opens a sentence is a name elsewhere, or does something there."""
        return self.amid[run.parts[0]] > 0 or _ACTS.match(self.text, run.end) is not None

    def _before(self, run: _Run) -> str:
        return self.text[max(0, run.start - 60) : run.start]

    def _told(self, run: _Run) -> bool:
        """Whether the words beside a run show that it names a person."""
        before, end = self._before(run), run.end
        single = len(run.parts) == 1
        is_common = single and run.opens and run.parts[0].lower() in self.small
        if (is_common and not run.titled) or before.endswith((" the ", "The ")):
            return False
        if self._surely(run, before):
            return True
        if single and self._is_doubtful(run):
            return False
        if _SAYS_BEHIND.match(self.text, end) and not (single and run.labels & _LANDS):
            return not run.labels & (_OTHERS - {"ORG", "GPE"})
        placed = f" {before.lower()}".endswith((*_PLACING, " of ")) and not _KIN_OF.search(before)
        if run.labels & _OTHERS or (placed and not run.titled):
            return False
        shapes_before = [_KIN_OF]
        shapes_behind = [_ROLES_BEHIND, _SAYS_BEHIND, _ACTS_BEHIND]
        if not single:
            shapes_before += [_SAID_BEFORE, _CREDIT]
            shapes_behind.append(_DOES_BEHIND)
        return (
            run.titled
            or any(shape.search(before) for shape in shapes_before)
            or any(shape.match(self.text, end) for shape in shapes_behind)
            or any(len(part) == len("O.") and part.endswith(".") for part in run.parts[1:])
        )

    def _surely(self, run: _Run, before: str) -> bool:
        """Whether a shape tells a person, whatever spaCy calls the name."""
        if _CALLED.search(_TITLE_BEFORE.sub("", before)):
            return True
        shapes_before = [_CIVIL_BEFORE, _YEAR_OLD_BEFORE]
        if "NORP" not in run.labels:
            shapes_before.append(_HER_KIN)
            shapes_before += [_APPOSED] if len(run.parts) > 1 else []
        shapes_behind = [_BEHIND_SURE]
        if len(run.parts) > 1:
            shapes_behind.append(_HEADS_BEHIND)
        return any(shape.search(before) for shape in shapes_before) or any(
            shape.match(self.text, run.end) for shape in shapes_behind
        )

    def _is_doubtful(self, run: _Run) -> bool:
        """Whether a single word may well be a place, an abbreviation or a common word."""
        word = run.parts[0]
        common = run.opens and _COMMON.search(word) is not None
        return self.placed[word] > 0 or word.isupper() or common

    def known(self) -> dict[str, bool]:
        """Return the parts of the names found, and whether they may be called by it alone."""
        parts: dict[str, bool] = {}
        for run in self.found.values():
            for index, part in enumerate(run.parts):
                if len(part) > 2 and part.lower() not in _nobody():
                    alone = index in (0, len(run.parts) - 1)
                    parts[part] = parts.get(part, False) or alone
        return parts

    def repeated(self, known: dict[str, bool]) -> list[Stretch]:
        """Return all names, repeats by a known part and in capitals among them."""
        spans = set(self.found)
        upper = {part.upper() for part in known}
        if self.is_heading(0, len(self.text)):
            spans.update(self._in_heading(known, 0, len(self.text)))
        capitals = {part.upper(): alone for part, alone in known.items()}
        for run in self.runs:
            if run.parts[0].isupper() and run.parts[-1].isupper() and len(run.parts) > 2:
                spans.update(self._in_heading(capitals, run.start, run.end))
        spans.update(
            run[:2]
            for run in self.runs
            if run[:2] not in spans and self._repeats(run, known, upper)
        )
        return sorted(spans)

    def _repeats(self, run: _Run, known: dict[str, bool], upper: set[str]) -> bool:
        """Whether a run is a part of a known name, a name in capitals, or shares a surname."""
        parts = [part for part in run.parts if len(part) > 2]
        placed = self._before(run).lower().endswith((*_PLACING, " the "))
        if not parts or (placed and (len(parts) == 1 or "PERSON" not in run.labels)):
            return False
        if len(parts) == 1:
            return known.get(parts[0], False) and self._may(run)
        if all(part in known for part in parts) or all(part in upper for part in parts):
            return True
        is_other = bool(run.labels & _OTHERS)
        return not is_other and known.get(parts[-1], False) and self._may(run)

    def _in_heading(self, known: dict[str, bool], low: int, high: int) -> Iterator[Stretch]:
        """Yield known names of "Mensah Sold By Her Uncle", where all words have capitals."""
        name: list[Stretch] = []
        for found in (*_PLAIN.finditer(self.text, low, high), None):
            part = found[0].removesuffix("'s") if found else ""
            if name and (
                found is None or part not in known or self.text[name[-1][1] : found.start()] != " "
            ):
                if len(name) > 1 or known[self.text[slice(*name[0])]]:
                    yield name[0][0], name[-1][1]
                name = []
            if found and part in known:
                name.append((found.start(), found.start() + len(part)))


@cache
def _nobody() -> frozenset[str]:
    """Return words that may have a capital and are nobody's name."""
    names = (month_name, month_abbr, day_name, day_abbr)
    dates = {name.lower() for each in names for name in each if name}
    return stop_words() | dates | _OPENERS


def _is_body(word: str) -> bool:
    """Whether a word, in small letters, is of a body, a place, a law, or of people in general."""
    return word in _BODIES or word in MANY or _BODY.match(word) is not None


def _behind_title(words: list[str]) -> int:
    """Return where a name begins behind its titles: 0 where none stands before it."""
    behind = 0
    for index, word in enumerate(words[:-1]):
        if word in _TITLES and not _SUFFIXES.issuperset(words[index + 1 :]):
            behind = index + 1
    return behind


_ALSO_GIVEN = word_set("jordan chad georgia israel kenya india sierra marino salvador")
"""Countries after which people are named."""
_IN_SPEECH = word_set("russia laos burma britain england scotland turkey swaziland america")
"""What people call countries that the standard calls otherwise."""


def is_of_country(word: str) -> bool:
    """Whether a word is of a country's name, or that of its people: "Sri", "Lankans"."""
    lower = word.lower().removesuffix("s")
    endings = ("n", "an", "ian", "ese", "i")
    stems = (lower.removesuffix(ending) for ending in endings if lower.endswith(ending))
    return word.lower() in _country_words() or any(s in _country_words() for s in (lower, *stems))


@cache
def _country_words() -> frozenset[str]:
    """Return the words of countries' names, without those that are also given to people."""
    names = (country_name(code).lower() for code in country_codes())
    words = {w for name in names if "saint" not in name for w in re.findall(r"\w{3,}", name)}
    return frozenset(words) - _ALSO_GIVEN | _IN_SPEECH


_TO_WORDS = word_set("de da das do dos del di bin al el van von der den la le")
_SUFFIXES = word_set("jr sr ii iii iv")
_OTHERS = frozenset(
    ("ORG", "GPE", "LOC", "FAC", "LAW", "NORP", "EVENT", "WORK_OF_ART", "PRODUCT", "LANGUAGE")
)
_LANDS = frozenset(("GPE", "LOC", "FAC", "NORP"))
_COMMON = late(r"(?:ly|ing|tion|ment|ness|ed|[^aeious']s)$")
_PLACING = tuple(
    f" {word} " for word in ["in", "at", "from", "near", "into", "across", "around", "outside"]
)
