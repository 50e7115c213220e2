"""spaCy patterns as rules write them: checks, lexicon names filled in, analysis needed, matching.

Token patterns run on sentences that hold one of the rule's triggers. Dependency patterns have named
nodes that clauses refer to; the small model reads "admitted she was trafficked" as copula and
adjective: write two or three parse variants of each. The keys are checked here and not by spaCy,
because importing spaCy takes longer than loading and checking all rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.text.regular_expressions import word_set
from monitor.text.spacy_pipeline import token_matcher, tree_matcher

if TYPE_CHECKING:
    from spacy.matcher import DependencyMatcher, Matcher
    from spacy.tokens import Doc

    from monitor.rules.rule_schema import DependencyPattern

MAX_LOOSE = 2
"""Each token that repeats over any word multiplies the matches by the length of the sentence."""

NONE, TOKENS, PARSE, ENTITIES = range(4)
"""How much analysis a sentence needs; each level includes the ones before."""

_LEXICAL = word_set(
    "ORTH TEXT NORM LOWER LENGTH SHAPE PREFIX SUFFIX IS_ALPHA IS_ASCII IS_DIGIT IS_LOWER IS_UPPER "
    "IS_TITLE IS_PUNCT IS_SPACE IS_STOP LIKE_NUM LIKE_URL LIKE_EMAIL IS_QUOTE IS_BRACKET "
    "IS_CURRENCY OP MARK"
)
_PARSED = word_set("POS TAG DEP LEMMA MORPH SENT_START IS_SENT_START SPACY")
_ENTITY = word_set("ENT_TYPE ENT_IOB")
WORDS = word_set("LOWER LEMMA TEXT ORTH NORM")
"""Attributes whose value is a word."""
_NODE = word_set("LEFT_ID REL_OP RIGHT_ID RIGHT_ATTRS")
_WORDED = {"LOWER": False, "TEXT": True, "ORTH": True}
"""Attributes whose value is a stretch of the text itself, and whether capitals count."""
_PLAIN = re.compile(r"\^\(([A-Za-z]+(?:\|[A-Za-z]+)*)\)\$")

Token = Mapping[str, Any]
Words = Callable[[str], Sequence[str]]
"""Gives the one-word entries of a lexicon by name."""


class CompileError(ValueError):
    """A `name` or pattern in a rule (or, without `rule`, in guideline.yaml) cannot be used."""

    def __init__(self, message: str, name: str = "") -> None:
        super().__init__(message)
        self.rule, self.name = "", name


class Node(NamedTuple):
    """A matched node: the token itself, and all that hangs on it."""

    start: int
    end: int
    subtree_start: int
    subtree_end: int


PatternMatch = tuple[int, int, Mapping[str, Node]]
"""Start and end of what a pattern finds, and the nodes that have a name."""


class TokenPatterns:
    """Matcher patterns of one matcher or clause; built for the vocabulary they first meet.

    A pattern whose tokens carry `MARK: true` finds the marked stretch, else the whole match.
    Raises `CompileError`.
    """

    def __init__(self, patterns: Sequence[Sequence[Token]], words: Words) -> None:
        for pattern in patterns:
            loose = [t for t in pattern if t.get("OP") in ("*", "+") and not t.keys() & WORDS]
            if len(loose) > MAX_LOOSE:
                raise CompileError(
                    f"'OP' is '*' or '+' on more than {MAX_LOOSE} tokens that may be any word", "OP"
                )
        self.level = _level(patterns)
        bare = without_entities(patterns) if self.level == ENTITIES else None
        self.loose: TokenPatterns | None = TokenPatterns(bare, words) if bare else None
        """The same without entities, which finds whatever these could find."""
        self.base = self.loose.level if self.loose else self.level
        """The analysis needed before anybody knows whether entities matter."""
        self._patterns = [[_fill_lexicons(token, words) for token in p] for p in patterns]
        self.needed = NeededWords(self._patterns)
        self._marks = [frozenset(i for i, t in enumerate(p) if t.get("MARK")) for p in patterns]
        self._built: tuple[Matcher, Mapping[int, int]] | None = None

    def may_find(self, doc: Doc) -> bool:
        """Whether these could find anything in a doc whose entities are not known yet."""
        return next((self.loose or self).find(doc), None) is not None

    def find(self, doc: Doc, base: int = 0) -> Iterator[PatternMatch]:
        """Yield what the patterns find, as offsets in the doc's text and `base`; no node."""
        self._built = self._built or token_matcher(doc, self._patterns)
        matcher, index = self._built
        found: list[Any] = matcher(doc, with_alignments=True)
        for key, start, end, alignment in found:
            marks = self._marks[index[key]]
            inside = [start + i for i, node in enumerate(alignment) if node in marks]
            first, last = doc[min(inside, default=start)], doc[max(inside, default=end - 1)]
            yield base + first.idx, base + last.idx + len(last), {}


class DependencyPatterns:
    """Dependency patterns of one matcher, built like `TokenPatterns`; raises `CompileError`."""

    base = PARSE

    def __init__(self, patterns: Sequence[DependencyPattern], words: Words) -> None:
        for node in (node for pattern in patterns for node in pattern.nodes):
            if name := min(node.keys() - _NODE, default=""):
                raise CompileError(f"'{name}' is no part of a dependency node", name)
            if name := min({"RIGHT_ID", "RIGHT_ATTRS"} - node.keys(), default=""):
                raise CompileError(f"a dependency node lacks '{name}'", name)
        self.level = max(PARSE, _level([[n["RIGHT_ATTRS"] for n in p.nodes] for p in patterns]))
        self._patterns = [
            [{**n, "RIGHT_ATTRS": _fill_lexicons(n["RIGHT_ATTRS"], words)} for n in p.nodes]
            for p in patterns
        ]
        attributes = ([node["RIGHT_ATTRS"] for node in p] for p in self._patterns)
        self.needed = NeededWords(attributes, ordered=False)
        self._marks = [p.mark for p in patterns]
        self._built: tuple[DependencyMatcher, Mapping[int, int]] | None = None

    def may_find(self, doc: Doc) -> bool:
        """Whether these could find anything in a doc whose entities are not known yet."""
        return self.level > self.base or next(self.find(doc), None) is not None

    def find(self, doc: Doc, base: int = 0) -> Iterator[PatternMatch]:
        """Yield spans, from the first to the last marked node, with the named nodes."""
        self._built = self._built or tree_matcher(doc, self._patterns)
        matcher, index = self._built
        for key, tokens in matcher(doc):
            number = index[key]
            nodes = {}
            for node, at in zip(self._patterns[number], tokens, strict=True):
                token = doc[at]
                if token.tag_ in ("WP", "WDT") and token.head.dep_ == "relcl":
                    token = token.head.head  # "the women, who admitted": who they are is before
                start, left, right = base + token.idx, token.left_edge, token.right_edge
                whole = base + left.idx, base + right.idx + len(right)
                nodes[node["RIGHT_ID"]] = Node(start, start + len(token), *whole)
            marked = [nodes[name] for name in self._marks[number]]
            yield min(node.start for node in marked), max(node.end for node in marked), nodes


def _level(patterns: Iterable[Iterable[Token]]) -> int:
    """Return how much analysis tokens need; raises `CompileError` for an unknown attribute."""
    keys = [key for pattern in patterns for token in pattern for key in token]
    for key in keys:
        if key not in _LEXICAL | _PARSED | _ENTITY:
            raise CompileError(f"'{key}' is no attribute of a token pattern", key)
    if not _ENTITY.isdisjoint(keys):
        return ENTITIES
    return TOKENS if _PARSED.isdisjoint(keys) else PARSE


def without_entities(patterns: Sequence[Sequence[Token]]) -> list[list[Token]]:
    """Return patterns that match wherever these do, whatever the entities of a sentence are."""
    # "not such an entity" asks for nothing once entities are unknown
    kept = ([t for t in p if t.get("OP") != "!" or not t.keys() & _ENTITY] for p in patterns)
    return [[{k: token[k] for k in token if k not in _ENTITY} for token in p] for p in kept]


def _fill_lexicons(token: Token, words: Words) -> dict[str, Any]:
    """Replace a lexicon's name in `IN` or `NOT_IN` by its words; drop our own `MARK`."""
    filled = {key: value for key, value in token.items() if key != "MARK"}
    for key, value in filled.items():
        named = {t: value[t] for t in ("IN", "NOT_IN") if isinstance(value, Mapping) and t in value}
        lists = {test: list(words(name)) for test, name in named.items() if isinstance(name, str)}
        filled[key] = {**value, **lists} if lists else value
    return filled


class _Step(NamedTuple):
    """A token of a pattern: the words it may be (none: any), in `exact` capitals, and how often."""

    words: tuple[str, ...]
    exact: bool
    needed: bool
    repeats: bool


class NeededWords:
    """What must stand in a text, given in order, for one of some patterns to match there.

    Elsewhere spaCy need neither split nor match it, and often need not be loaded. A word counts
    inside another one too: spaCy makes two tokens of "cannot".
    """

    def __init__(self, patterns: Iterable[Sequence[Token]], *, ordered: bool = True) -> None:
        self._given, self._ordered = list(patterns), ordered

    @cached_property
    def _patterns(self) -> list[tuple[list[_Step], list[_Step]]]:
        """The needed steps, those of few words first, and all in order; made when first asked."""
        found: list[tuple[list[_Step], list[_Step]]] = []
        for steps in (list(map(_step, pattern)) for pattern in self._given):
            listed = {(len(s.words), s.words, s) for s in steps if s.needed and s.words}
            found.append(([step for *_, step in sorted(listed)], steps if self._ordered else []))
        return found

    def may_match(self, text: str, lower: str) -> bool:
        """Whether a text, given also in lower case, has what one of the patterns needs."""
        for listed, steps in self._patterns:
            for words, exact, *_ in listed:
                where = text if exact else lower
                for word in words:
                    if word in where:
                        break
                else:
                    break
            else:
                if _may_follow(steps, text, lower):
                    return True
        return False


def _may_follow(steps: Sequence[_Step], text: str, lower: str) -> bool:
    """Whether the words of a pattern follow one another somewhere.

    `at` are the places where the next token may begin; from `free` on it may begin anywhere.
    """
    at: set[int] = set()
    free: int | None = 0
    for step in steps:
        if not step.words:
            first = min((*at, *(() if free is None else (free,))))
            at, free = set() if step.needed else at, first + step.needed
            continue
        where = text if step.exact else lower
        begun = set(_after(step.words, where, at, free))
        fresh = begun if step.repeats else set[int]()
        while fresh := set(_after(step.words, where, fresh, None)) - begun:
            begun |= fresh
        at, free = (begun, None) if step.needed else (at | begun, free)
        if not at and free is None:
            return False
    return True


def _after(words: Iterable[str], text: str, at: Iterable[int], free: int | None) -> Iterator[int]:
    """Yield where the word after one of `words` may begin."""
    for word in words:
        starts = [start for start in at if text.startswith(word, start)]
        found = -1 if free is None else text.find(word, free)
        while found >= 0:
            starts.append(found)
            found = text.find(word, found + 1)
        for start in starts:
            end = start + len(word)
            while text[end : end + 1].isspace():
                end += 1
            yield end


def _step(token: Token) -> _Step:
    often = token.get("OP") or "1"
    needed = often in ("1", "+") or often.startswith(tuple(f"{{{n}" for n in range(1, 10)))
    repeats = often not in ("1", "?")
    for key, exact in _WORDED.items() if often != "!" else ():
        listed = value = token.get(key)
        if isinstance(value, Mapping):  # "^(WAS|IS)$" is a list too
            plain = _PLAIN.fullmatch(str(value.get("REGEX", "")))
            listed = plain[1].split("|") if plain else value.get("IN")
        elif value:
            listed = [value]
        if listed:
            return _Step(tuple(sorted(set(listed))), exact, needed, repeats)
    return _Step((), False, needed, repeats)
