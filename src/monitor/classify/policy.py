"""Policy context: institutions and instruments by name; topics and the like by phrases.

Told of every article, relevant or not: an office reads what governments and institutions did, too
where no trafficking is told of. Ruled by names and phrases that are data and can be read aloud; all
of them are found in one walk over headline and text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

from monitor.classify.cue_phrases import expand
from monitor.classify.model_files import ModelFolder, understood
from monitor.classify.tag_evidence import is_unmeasured
from monitor.labels.data_files import DataEntry, read_entries
from monitor.labels.institutions import ENTITY_SCHEMES, FILES, Entity, parse_entities
from monitor.labels.schemes import POLICY_SCHEMES, SCHEMES
from monitor.records.errors import ModelError
from monitor.records.finding import FieldName, Span
from monitor.records.tag import Tag
from monitor.text.phrase_search import Hits, PhraseList, Scanner, WordSets, key_of
from monitor.text.sentences import find_paragraphs, find_sentences

TOPICS_FILE = "topics.json"
LABELS: Mapping[str, tuple[str, ...]] = {
    scheme: SCHEMES[scheme].labels for scheme in POLICY_SCHEMES if SCHEMES[scheme].labels
}
_FIELDS: Mapping[str, type] = {
    **dict.fromkeys(("scheme", "label", "means"), str),
    "least": int,
    **dict.fromkeys(("alone", "beside", "never"), list),
}
SPANS = 3
LEAD = 5
"""So many sentences of the text belong to the headline."""
BY_NAME, BESIDE = 0.95, 0.8
"""Scores of what is named in full or unmistakably, and of what only words beside it tell."""
MEASURED_IN = "en"
"""In articles of other languages everything is experimental."""
_UNSPACED = ("th",)
"""Languages without spaces between words: names are found letter by letter."""
_THAI = re.compile("[\u0e00-\u0e7f]")

Place = tuple[FieldName, int, int]


@dataclass(frozen=True, slots=True)
class PolicyCues:
    """How a label is told: phrases that are enough `alone`, and such that need words `beside`.

    Those stand in the same sentence or the headline; for a phrase in the headline, in the lead.
    Inside a phrase of `never` nothing counts. `least` sentences tell it; a headline is two.
    """

    scheme: str
    label: str
    least: int
    alone: frozenset[str]
    beside: tuple[tuple[frozenset[str], frozenset[str]], ...]
    never: frozenset[str]


def parse_topics(text: str, file: str) -> tuple[PolicyCues, ...]:
    """Return the labels of a file; raises `ModelError` naming file, line, entry and field."""
    raw, entries = read_entries(
        text, file, head={"about": str, "words": dict}, fields=_FIELDS, named="label"
    )
    whole = DataEntry(raw, file)
    words = {
        name: _expanded(whole, listed, f"words '{name}'") for name, listed in raw["words"].items()
    }
    found: dict[tuple[str, str], PolicyCues] = {}
    for entry in entries:
        fields = entry.fields
        scheme, label, least = (fields[key] for key in ("scheme", "label", "least"))
        if label not in LABELS.get(scheme, ()):
            entry.refuse(f"'{scheme}:{label}' is no scheme and label of policy")
        if least < 1:
            entry.refuse("'least' must be 1 or more")
        alone, never = (_expanded(entry, fields[key], f"'{key}'") for key in ("alone", "never"))
        beside = tuple(_beside(entry, one, words) for one in fields["beside"])
        if not alone and not beside:
            entry.refuse("has no phrase to be found by")
        if (scheme, label) in found:
            entry.refuse("an entry before has this label")
        found[scheme, label] = PolicyCues(scheme, label, least, alone, beside, never)
    return tuple(found.values())


def _beside(
    entry: DataEntry, raw: object, words: Mapping[str, frozenset[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    if not isinstance(raw, dict) or raw.keys() != {"words", "phrases"}:
        entry.refuse("each of 'beside' must have just 'words' and 'phrases'")
    named = entry.strings(raw["words"], "'beside.words'")
    for name in named:
        if name not in words:
            entry.refuse(f"there are no words '{name}' at the head of the file")
    phrases = _expanded(entry, raw["phrases"], "'beside.phrases'")
    if not named or not phrases:
        entry.refuse("each of 'beside' needs words and phrases")
    return phrases, frozenset().union(*(words[name] for name in named))


def _expanded(entry: DataEntry, phrases: Any, name: str) -> frozenset[str]:
    return frozenset(plain for phrase in entry.strings(phrases, name) for plain in expand(phrase))


class _ScannedField:
    """Headline or text of an article, scanned."""

    def __init__(self, name: FieldName, text: str, scanner: Scanner) -> None:
        self.name, self.text = name, text
        self.hits: Hits = scanner.scan(text)

    @cached_property
    def _starts(self) -> list[int]:
        if self.name == "title":
            return [0]
        return [start for start, _ in find_sentences(self.text, find_paragraphs(self.text))]

    @cached_property
    def unspaced(self) -> bool:
        """Whether some of it is in a script without spaces between words."""
        return not self.text.isascii() and _THAI.search(self.text) is not None

    def sentence(self, at: int) -> int:
        """Return the number of the sentence in which a place is."""
        return bisect_right(self._starts, at)


class _EntityLists:
    """The numbers of an entity's word lists; `written` are its forms that must stand as written."""

    def __init__(self, entity: Entity, sets: WordSets) -> None:
        self.entity = entity
        spaced = [n for code, own in entity.names.items() if code not in _UNSPACED for n in own]
        self.names = sets.add(_keys([*spaced, entity.name]))
        self.as_written, self.doubtful = (
            {code: sets.add(_keys(listed)) for code, listed in forms.items()}
            for forms in (entity.abbreviations, entity.ambiguous)
        )
        self.near, self.anywhere, self.other = (
            sets.add(_keys(words)) for words in (entity.near, entity.anywhere, entity.other)
        )
        exact = chain(*entity.abbreviations.values(), *entity.ambiguous.values())
        self.written = frozenset(map(_as_written, exact))
        self.unspaced = tuple(n for code in _UNSPACED for n in entity.names.get(code, ()))


class PolicyModel:
    """Tags articles one by one; `experimental` names the labels of each scheme not measured."""

    def __init__(
        self,
        entities: Sequence[Entity],
        cues: Sequence[PolicyCues],
        experimental: Mapping[str, Sequence[str]],
        measured: Mapping[str, Sequence[str]],
    ) -> None:
        sets = WordSets()
        self._entities = [_EntityLists(entity, sets) for entity in entities]
        # the numbers of a label's word lists: what is enough alone, and phrases with words beside
        self._cues = list[tuple[PolicyCues, int, Sequence[tuple[int, int]]]]()
        for one in cues:
            never = _keys(one.never).phrases
            alone, *phrases = (
                sets.add(PhraseList(_keys(listed).phrases, never_in=never))
                for listed in (one.alone, *(listed for listed, _ in one.beside))
            )
            words = [sets.add(_keys(needed)) for _, needed in one.beside]
            self._cues.append((one, alone, list(zip(phrases, words, strict=True))))
        self._scanner = Scanner(sets.sets)
        self._of_entities = _by_list(
            (*e.as_written.values(), *e.doubtful.values(), e.names) for e in self._entities
        )
        by_phrases = ((alone, *(p for p, _ in beside)) for _, alone, beside in self._cues)
        self._of_cues = _by_list(by_phrases)
        self._experimental, self._measured = experimental, measured

    def tag(self, title: str, text: str, language: str | None = "en") -> tuple[Tag, ...]:
        """Return every tag of an article; names and abbreviations of its language count too."""
        headline = _ScannedField("title", title, self._scanner)
        fields = headline, _ScannedField("text", text, self._scanner)
        tags: list[Tag] = []
        for tag in (*self._named(fields, language or MEASURED_IN), *self._told(fields)):
            few, known = (each.get(tag.scheme, ()) for each in (self._experimental, self._measured))
            unmeasured = language != MEASURED_IN or is_unmeasured(tag.label, few, known)
            tags.append(replace(tag, experimental=unmeasured))
        return tuple(tags)

    def _named(self, fields: Sequence[_ScannedField], language: str) -> Iterator[Tag]:
        """Yield the institutions and instruments named; a name inside a longer one is not."""
        unspaced = any(field.unspaced for field in fields)
        alive = _alive(self._of_entities, fields)
        found: list[tuple[Entity, list[Place], float]] = []
        for number, lists in enumerate(self._entities):
            if number in alive or (unspaced and lists.unspaced):
                places, sure = _entity_places(fields, lists, language)
                if places:
                    found.append((lists.entity, places, BY_NAME if sure else BESIDE))
        for entity, own, score in found:
            rest = [place for one, some, _ in found if one is not entity for place in some]
            kept = [
                p
                for p in own
                if not any(p != q and p[0] == q[0] and q[1] <= p[1] and p[2] <= q[2] for q in rest)
            ]
            if kept:
                yield Tag(entity.scheme, entity.id, score, _evidence(kept, fields))

    def _told(self, fields: Sequence[_ScannedField]) -> Iterator[Tag]:
        """Yield topics and the like, the surer the more sentences tell of them."""
        title, text = fields
        for number in sorted(_alive(self._of_cues, fields)):
            cues, alone, beside = self._cues[number]
            places = list(_cue_places(fields, alone, beside))
            starts = {start for name, start, _ in places if name == text.name}
            # how many sentences tell of it; a headline counts for two
            weight = len(starts) if len(starts) < 2 else len(set(map(text.sentence, starts)))
            weight += 2 if any(name == title.name for name, *_ in places) else 0
            if places and weight >= cues.least:
                score = round(1 - 0.5**weight, 4)
                yield Tag(cues.scheme, cues.label, score, _evidence(places, fields))


def load_policy(folder: ModelFolder) -> PolicyModel:
    """Build the model of a verified folder; raises `ModelError`."""
    entities: list[Entity] = []
    for scheme in ENTITY_SCHEMES:
        where = str(folder.path / FILES[scheme])
        with understood(where):
            text = folder.bytes_of(FILES[scheme]).decode()
        found = parse_entities(text, where)
        if any(entity.scheme != scheme for entity in found):
            raise ModelError(f"{where}: scheme must be '{scheme}'")
        entities += found
    where = str(folder.path / TOPICS_FILE)
    with understood(where):
        text = folder.bytes_of(TOPICS_FILE).decode()
    cues = parse_topics(text, where)
    return PolicyModel(entities, cues, folder.meta.experimental, folder.meta.labels)


def _by_list(lists: Iterable[Iterable[int]]) -> dict[int, set[int]]:
    """Return which entries use each word list."""
    found: dict[int, set[int]] = {}
    for entry, numbers in enumerate(lists):
        for number in numbers:
            found.setdefault(number, set()).add(entry)
    return found


def _alive(by_list: Mapping[int, set[int]], fields: Sequence[_ScannedField]) -> set[int]:
    """Return the entries that something in the fields could be of."""
    hit = set[int]().union(*(field.hits.alive for field in fields))
    return set[int]().union(*(by_list[number] for number in hit & by_list.keys()))


def _keys(phrases: Iterable[str]) -> PhraseList:
    """Return phrases as they are looked up; an apostrophe may be straight or curly."""
    both = (each for one in phrases for each in (one, one.replace("'", "’"), one.replace("’", "'")))
    return PhraseList(frozenset(map(key_of, both)))


def _as_written(form: str) -> str:
    """Return a form with hyphens and line breaks as spaces, apostrophes straight."""
    return " ".join(form.replace("-", " ").replace("’", "'").split())


def _entity_places(
    fields: Sequence[_ScannedField], lists: _EntityLists, language: str
) -> tuple[list[Place], bool]:
    """Return where an entity is named, if only so far as words beside tell, and whether surely."""

    def exact(by_language: Mapping[str, int]) -> list[tuple[_ScannedField, Place]]:
        numbers = [number for code, number in by_language.items() if code in ("en", language)]
        return [
            (field, (field.name, *hit))
            for field in fields
            for number in numbers
            for hit in field.hits.of(number)
            if _as_written(field.text[hit[0] : hit[1]]) in lists.written
        ]

    places = [(field.name, *hit) for field in fields for hit in field.hits.of(lists.names)]
    places += [place for _, place in exact(lists.as_written)]
    for field in fields:
        for name in lists.unspaced if field.unspaced else ():
            found = re.finditer(re.escape(name), field.text)
            places += [(field.name, *match.span()) for match in found]
    sure = bool(places)
    if lists.doubtful and (sure or not any(f.hits.of(lists.other) for f in fields)):
        doubtful = exact(lists.doubtful)
        anywhere = sure or (doubtful and any(f.hits.of(lists.anywhere) for f in fields))
        places += [p for f, p in doubtful if anywhere or _has_near(f, p, lists.near, reach=1)]
    return places, sure


def _has_near(field: _ScannedField, place: Place, words: int, *, reach: int) -> bool:
    """Whether one of the words stands beside a place, up to `reach` sentences away."""
    _, start, end = place
    others = [first for first, last in field.hits.of(words) if last <= start or first >= end]
    return any(abs(field.sentence(other) - field.sentence(start)) <= reach for other in others)


def _cue_places(
    fields: Sequence[_ScannedField], alone: int, beside: Sequence[tuple[int, int]]
) -> Iterator[Place]:
    """Yield where a label is told; a headline stands beside all of the text, its lead beside it."""
    title, text = fields
    for field in fields:
        for hit in field.hits.of(alone):
            yield field.name, *hit
        for phrases, words in beside:
            for hit in field.hits.of(phrases):
                told = (title if field is text else text).hits.of(words)
                if field is title and told and text.sentence(told[0][0]) > LEAD:
                    told = []  # only the first sentences say what a headline means
                place: Place = (field.name, *hit)
                if told or _has_near(field, place, words, reach=0):
                    yield place


def _evidence(places: Sequence[Place], fields: Sequence[_ScannedField]) -> tuple[Span, ...]:
    """Return the first few places that say something else each, headline first, longest first."""
    text = {field.name: field.text for field in fields}
    chosen: dict[str, Place] = {}
    for name, start, end in sorted(set(places), key=lambda p: (p[0] == "text", p[1], -p[2])):
        others = chosen.values()
        if not any(n == name and start < last and first < end for n, first, last in others):
            chosen.setdefault(key_of(text[name][start:end]), (name, start, end))
        if len(chosen) == SPANS:
            break
    return tuple(Span(*place) for place in chosen.values())
