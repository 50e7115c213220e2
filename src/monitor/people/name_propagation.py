"""Propagation of hidden names to other versions, articles of the story, and addresses.

Nobody is followed here. A name is looked for by its words, without case and accents, so that this
holds in every language and wherever a name may stand. A whole name counts however it is written, a
part of it alone only with a capital; one that is an ordinary word or a country besides, only where
the whole name stands in the same article.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import takewhile
from typing import Literal
from urllib.parse import unquote

from monitor.people.anonymisation import COMMON, NOBODY, TITLED, whole_name
from monitor.people.person_names import is_of_country
from monitor.records.article import Article
from monitor.records.finding import FieldName, Span
from monitor.records.hidden_names import KEY, MIN_PART, Mask, MaskGroups, Seal, stretches
from monitor.text.regular_expressions import word_set
from monitor.text.search_terms import words_at

Kind = Literal["sure", "doubtful", ""]
"""How a word is part of a hidden name: of a protected person for `sure`, of one who may be.

The surest is the last in the alphabet: `max` gives it.
"""
Word = tuple[str, tuple[int, int]]

MIN_JOINED = 7
"""Letters of a whole name that is found in small letters, or within a longer word."""
LONGEST = 5
"""Words of a name that are looked for as a whole."""
_NO_PART = word_set(
    """the and von van der den del dos das bin bint ibn abu mac miss mrs dame madam madame mister
    master auntie aunty uncle mama papa nana baby little big old young her his their mother father
    sister brother girl boy child daughter son"""
)
"""Words that stand in names and are none by themselves."""
_DAYS = word_set(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may
    june july august september october november december"""
)
"""Words that begin sentences, and that people are called by all the same."""
_BETWEEN = re.compile(r"[\s\-_'’.,]{0,3}")
"""What stands between the words of one name."""
_HYPHEN_BEFORE = re.compile(r"(?<!\w)(?:[^\W\d_]+[-'’])+\Z")
_HYPHEN_BEHIND = re.compile(r"(?:-[^\W\d_]+)+")
"""Other parts of a double name."""


@dataclass(frozen=True, slots=True)
class SealedNames:
    """Names whose words are gone: hashes, made for one article, that a word can be held against.

    What one of `lifted` says of all its words is none.
    """

    article_id: str
    hashes: frozenset[str]
    seal: Seal
    lifted: tuple[Callable[[str], bool], ...] = ()
    _known: dict[str, Kind] = field(default_factory=dict, compare=False, repr=False)

    def kind(self, words: str) -> Kind:
        """Return what a word, or several with spaces between, is of."""
        if words not in self._known:
            found = self.seal.made(self.article_id, words) & self.hashes
            kind: Kind = ""
            if found and not any(all(map(lifted, words.split())) for lifted in self.lifted):
                kind = "sure" if any(map(Seal.is_sure, found)) else "doubtful"
            self._known[words] = kind
        return self._known[words]


@dataclass(frozen=True)
class Names:
    """Hidden names and their parts, as words without case and accents, a space between two."""

    known: Mapping[str, Kind] = field(default_factory=dict)
    sealed: tuple[SealedNames, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.known or self.sealed)

    def kind(self, words: str) -> Kind:
        """Return what a word is a part of, or several with spaces between are as a whole."""
        known = self.known.get(words, "")
        if known == "sure" or len(words) < MIN_PART:
            return known
        return max([known, *(one.kind(words) for one in self.sealed)])

    def is_joined(self, word: str) -> bool:
        """Whether a word holds a whole name written as one: "justiceforaminayusuf"."""
        if len(word) < MIN_JOINED:
            return False
        if any(name in word for name in self.joined):
            return True
        ends = range(MIN_JOINED, len(word) + 1) if self.sealed else ()
        some = {part for end in ends for part in (word[:end], word[-end:])}
        return any(one.kind(part) for part in some for one in self.sealed)

    @cached_property
    def begun(self) -> frozenset[str]:
        """The words that begin a whole name."""
        return frozenset(words.partition(" ")[0] for words in self.known if " " in words)

    @cached_property
    def joined(self) -> frozenset[str]:
        """Whole names as addresses write them in one word."""
        whole = (words.replace(" ", "") for words in self.known if " " in words)
        return frozenset(one for one in whole if len(one) >= MIN_JOINED)

    def without(self, lifted: Callable[[str], bool]) -> Names:
        """Return the names without those that somebody said are none to be hidden."""
        left = {
            words: kind
            for words, kind in self.known.items()
            if not all(map(lifted, words.split(" ")))
        }
        sealed = (replace(one, lifted=(*one.lifted, lifted), _known={}) for one in self.sealed)
        return Names(left, tuple(sealed))

    def told_by(self, address: str) -> bool:
        """Whether an address, or what is written like one, holds a name.

        Of a sure one a word is enough; of others it takes two.
        """
        words = [word for word, _ in words_at(unquote(unquote(address)))]
        letters = [part for word in words for part in re.findall(r"[^\W\d_]+", word)]
        kinds = [self.kind(part) for part in set(letters) if len(part) >= MIN_PART]
        if "sure" in kinds or kinds.count("doubtful") > 1 or any(map(self.is_joined, set(letters))):
            return True
        for at, word in enumerate(letters):
            last = min(at + LONGEST, len(letters)) if word in self.begun or self.sealed else 0
            for end in range(at + 2, last + 1):
                kind = self.kind(" ".join(letters[at:end]))
                if kind == "sure" or (kind and len("".join(letters[at:end])) >= MIN_JOINED):
                    return True
        return False


def all_names(some: Iterable[Names]) -> Names:
    """Return names of several texts as one."""
    known: dict[str, Kind] = {}
    sealed: dict[SealedNames, None] = {}
    for one in some:
        sealed |= dict.fromkeys(one.sealed)
        for words, kind in one.known.items():
            known[words] = max(kind, known.get(words, kind))
    return Names(known, tuple(sealed))


def names_of(article: Article, mask: Mask) -> Names:
    """Return the names at the places that the mask of an article's version hides."""
    fields: dict[FieldName, str] = {"title": article.title, "text": article.text}
    known: dict[str, Kind] = {}
    for span in mask.spans:
        is_sure = any(
            span.field == one.field and span.start < one.end and one.start < span.end
            for one in mask.sure
        )
        kind: Kind = "sure" if is_sure else "doubtful"
        for name in fields[span.field][span.start : span.end].split(","):
            words = [(word, name[start:end]) for word, (start, end) in words_at(name)]
            told = [word for word, written in words if _is_part(word, written)]
            row = [word for word, _ in words if word != "s"]
            if 1 < len(row) <= LONGEST:
                told.append(" ".join(row))
            for one in told:
                known[one] = max(kind, known.get(one, kind))
    return Names(known)


def seal_names(names: Names, seal: Seal, article_id: str) -> list[str]:
    """Return hashes of names by which they are found in this article, and read nowhere."""
    told: dict[str, bool] = {}
    for words, kind in names.known.items():
        if " " in words:
            told |= dict.fromkeys((words, words.replace(" ", "")), kind == "sure")
    # a part stays what it is where a whole name in one word is the same
    told |= {words: kind == "sure" for words, kind in names.known.items() if " " not in words}
    return sorted(seal.hash(article_id, word, sure=is_sure) for word, is_sure in told.items())


def spread(
    article: Article, own: Mask, names: Names, lifted: Callable[[str], bool] | None = None
) -> Mask:
    """Return the mask of a version with `names` hidden too, wherever they stand, save `lifted`.

    Of one whose own names cannot be told nothing is shown; its places keep `names` out of search.
    """
    fields: dict[FieldName, str] = {"title": article.title, "text": article.text}
    if own.untold:
        found = found_in(names, fields, ()) if names else ()
        return replace(own, spans=tuple(joined(fields, found)), link_tells=True, byline_tells=True)
    link = own.link_tells
    if lifted is not None:
        names, link = names.without(lifted), False  # its own names are among them
    spans = (*own.spans, *(found_in(names, fields, own.apart) if names else ()))
    if lifted is not None:
        spans = tuple(left for span in spans for left in _unlifted(article, span, lifted))
    if not names:
        return replace(own, spans=spans, link_tells=link)
    beside = (*article.authors, article.summary, *article.categories)
    said = any(found_in(names, {"text": words}, ()) for words in beside)
    return replace(
        own,
        spans=tuple(joined(fields, spans)),
        link_tells=link or names.told_by(article.url),
        byline_tells=said or any(names.told_by(one.url) for one in article.enclosures),
    )


class NamePropagation:
    """Hides in an article what is hidden in its other versions, and in its story's articles."""

    def __init__(self, groups: MaskGroups, seal: Callable[[], Seal]) -> None:
        self._groups, self._seal = groups, cache(seal)
        self._of: dict[str, Names | None] = {}
        self._near: dict[frozenset[str], Names | None] = {}

    def again(self, article: Article, mask: Mask) -> Mask:
        """Return the stored mask of a version, made anew where it is not whole."""
        for source in self._groups.sources.get(article.id, ()):
            if source.article.sha256 == article.sha256 and (mask.stamp or not article.text):
                return self.whole(article, source.own)
        return mask

    def whole(
        self, article: Article, own: Mask, older: Iterable[tuple[Article, Mask]] = ()
    ) -> Mask:
        """Return the mask of a version with the names of all; `own` are those of itself.

        `older` are versions that the store has no masks of. Where names are kept whose key is lost,
        nothing can be told.
        """
        groups, one = self._groups, article.id
        near = groups.near.get(one, frozenset({one}))
        if near not in self._near:
            some = [self._names_of(other) for other in sorted(near)]
            self._near[near] = None if None in some else all_names(filter(None, some))
        names = self._near[near]
        if names is None:
            return replace(own, untold=own.untold or KEY, link_tells=True, byline_tells=True)
        more = [names_of(version, mask) for version, mask in ((article, own), *older)]
        links = [source.own.link_tells for source in groups.sources.get(one, ())]
        own = replace(own, link_tells=own.link_tells or any(links))
        return spread(article, own, all_names([names, *more]), self._lifted(one))

    def _lifted(self, article_id: str) -> Callable[[str], bool] | None:
        """Return what tells of a word whether it was lifted; None: nothing was."""
        hashes = self._groups.lifted.get(article_id)
        if not hashes:
            return None
        return lambda word: not hashes.isdisjoint(self._seal().made(article_id, word))

    def _names_of(self, article_id: str) -> Names | None:
        """Return the names of one article's versions, save those lifted; None: the key is lost."""
        if article_id not in self._of:
            sources = self._groups.sources.get(article_id, ())
            some = [names_of(source.article, source.own) for source in sources]
            kept = frozenset[str]().union(*(source.kept for source in sources))
            if kept:
                some.append(Names(sealed=(SealedNames(article_id, kept, self._seal()),)))
            names = all_names(some) if not kept or self._seal().knows(kept) else None
            if names is not None and (lifted := self._lifted(article_id)):
                names = names.without(lifted)
            self._of[article_id] = names
        return self._of[article_id]


def found_in(names: Names, fields: Mapping[FieldName, str], apart: Sequence[Span]) -> list[Span]:
    """Return where names stand in the fields of an article.

    `apart` are places of people of whom its text tells that they are somebody else.
    """
    finders = [  # the text before the title
        _NameFinder(names, name, fields[name], apart) for name in sorted(fields) if fields[name]
    ]
    small = set[str]().union(*(finder.small for finder in finders))
    named = set[str]().union(*(finder.named for finder in finders))
    for finder in finders:
        finder.small, finder.named = small, named
    found: list[Span] = []
    more: AbstractSet[str] = frozenset()
    known: AbstractSet[str] | None = None
    while known != more:  # "Yaw" of "Yaw Mensah" may stand alone elsewhere, also before
        known = more
        for finder in finders:
            spans, parts = finder.spans(more)
            found += spans
            more = more | parts
    return found


class _NameFinder:
    """Reads one field; `small` are words in small letters, `named` those of whole names."""

    def __init__(self, names: Names, field: FieldName, text: str, apart: Sequence[Span]) -> None:
        self.names, self.field, self.text = names, field, text
        self.words = list(words_at(text))
        self.apart: list[tuple[int, int, str | None]] = []
        """Places of somebody else's names, each with the last of its words if it has several."""
        for one in apart:
            if one.field == field:
                words = [w for w, _ in words_at(text[one.start : one.end]) if len(w) > 1]
                self.apart.append((one.start, one.end, words[-1] if len(words) > 1 else None))
        self.small = {w for w, (start, _) in self.words if text[start].islower()}
        joined = {w for w in self.small if names.is_joined(w)}
        self.places = [place for w, place in self.words if w in joined]
        """Places of whole names, also in small letters and one word: "#aminayusuf"."""
        self.inside: set[tuple[int, int]] = set()
        """Places of words of whole names that may be a part of a longer one."""
        self.named: set[str] = set()
        for row in self._whole_names():
            self.places.append(self._with_hyphens(row[0][1][0], row[-1][1][1]))
            self.named.update(word for word, _ in row)
            tell = [place for word, place in row if len(word) > 1 and word not in _NO_PART]
            # a double surname is a part of a name, and so is one with a particle: "Mac Mensah"
            if tell and " " in text[tell[0][0] : tell[-1][1]]:
                self.inside.update(place for _, place in row)

    def _whole_names(self) -> Iterator[list[Word]]:
        """Yield the rows of words that are a whole name: in capitals, or long enough."""
        begun = self.names.begun
        for at, (word, (start, _)) in enumerate(self.words):
            upper = self.text[start].isupper()
            if word not in begun and not (self.names.sealed and (upper or self.names.kind(word))):
                continue
            for count in range(2, min(LONGEST, len(self.words) - at) + 1):
                row = self.words[at : at + count]
                (_, (_, before)), (_, (behind, end)) = row[-2:]
                if not _BETWEEN.fullmatch(self.text, before, behind):
                    break  # the last word does not belong to the one before
                told = [word for word, _ in row]
                is_long = upper or sum(map(len, told)) >= MIN_JOINED
                kind = self.names.kind(" ".join(told)) if is_long else ""
                if kind == "sure" or (kind and not self._is_others(kind, start, end)):
                    yield row

    def spans(self, more: AbstractSet[str]) -> tuple[list[Span], set[str]]:
        """Return the places of names, and the words beside them that are of them as `more` are."""
        kinds: dict[str, Kind] = {}
        before: set[str] = set()
        places = list(self.places)
        for word, (start, end) in self.words:
            if len(word) < MIN_PART or not self.text[start].isupper():
                continue
            if word not in kinds:
                kinds[word] = self._kind(word, self.text[start:end], more)
            if not kinds[word] or self._is_others(kinds[word], start, end):
                continue
            place = start, end
            if kinds[word] == "sure" and word not in more and place not in self.inside:
                place = self._whole(start, end)
                before.update(  # a first name may stand alone elsewhere
                    one
                    for one, (first, last) in (self.words if place[0] < start else ())
                    if place[0] <= first and last <= start
                    if _is_part(one, self.text[first:last])
                )
            places.append(place)
        return [Span(self.field, *place) for place in places], before - self.small

    def _kind(self, word: str, written: str, more: AbstractSet[str]) -> Kind:
        """Return what a word with a capital is of, where it stands alone."""
        kind = self.names.kind(word)
        if self.names.is_joined(word) or (kind and word in self.named):
            return kind or "sure"
        if kind != "sure" and word not in more:
            return ""
        if word in self.small or word in COMMON or is_of_country(word) or TITLED.fullmatch(written):
            return ""  # an ordinary word, and nobody here has it in her name
        return "sure"

    def _is_others(self, kind: Kind, start: int, end: int) -> bool:
        """Whether a word is of the name of somebody else: of a sure name only a first name."""
        for first, last, surname in self.apart:
            if first <= start and end <= last:
                is_first = surname is not None and not self.names.kind(surname)
                return kind == "doubtful" or is_first
        return False

    def _whole(self, start: int, end: int) -> tuple[int, int]:
        """Return a part of a name with the other parts that touch it: "Yaw" of "Yaw Mensah"."""
        start, end = self._with_hyphens(start, end)
        if any(first < end and start < last for first, last, _ in self.apart):
            return start, end
        first, last = whole_name(self.text, start, end)
        if self.field == "text":
            return first, last
        before = (one for one in reversed(self.words) if first <= one[1][0] and one[1][1] <= start)
        behind = (one for one in self.words if end <= one[1][0] and one[1][1] <= last)
        starts = [place[0] for _, place in takewhile(self._is_name, before)]
        ends = [place[1] for _, place in takewhile(self._is_name, behind)]
        return min(starts, default=start), max(ends, default=end)

    def _with_hyphens(self, start: int, end: int) -> tuple[int, int]:
        """Return a place with the capitals joined to it: "Mensah-Addo", "O’Mensah"."""
        before = _HYPHEN_BEFORE.search(self.text, max(0, start - 40), start)
        behind = _HYPHEN_BEHIND.match(self.text, end, end + 40)
        if before and self.text[before.start()].isupper():
            start = before.start()
        if behind and self.text[behind.start() + 1].isupper():
            end = behind.end()
        return start, end

    def _is_name(self, told: Word) -> bool:
        """Whether a word of a headline, which has capitals everywhere, may be a name."""
        word, (start, end) = told
        written = self.text[start:end]
        if len(word) < 2 or word in _NO_PART or word in COMMON or is_of_country(word):
            return False
        if TITLED.fullmatch(written) or (word not in _DAYS and NOBODY.fullmatch(written)):
            return False
        # an ordinary word: one of the text in small letters begins so
        return not any(one.startswith(word[:4]) for one in self.small)


def joined(fields: Mapping[FieldName, str], spans: Iterable[Span]) -> Iterator[Span]:
    """Yield places in order, title first, parts of one name as one."""
    every = list(spans)
    for name in ("title", "text"):
        yield from (Span(name, *place) for place in stretches(name, fields.get(name, ""), every))


def _is_part(word: str, written: str) -> bool:
    """Whether a word of a name tells by itself."""
    if len(word) < MIN_PART or not written[0].isupper() or word in _NO_PART:
        return False
    return word in _DAYS or not NOBODY.fullmatch(written)


def _unlifted(article: Article, span: Span, lifted: Callable[[str], bool]) -> Iterator[Span]:
    """Yield what stays hidden of a place."""
    text = article.title if span.field == "title" else article.text
    words = [one for one in words_at(text[span.start : span.end]) if len(one[0]) >= MIN_PART]
    left = [(start, end) for word, (start, end) in words if not lifted(word)]
    if not words or len(left) == len(words):
        yield span
    else:
        yield from (Span(span.field, span.start + a, span.start + b) for a, b in left)
