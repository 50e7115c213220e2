"""Kind `dependency`: spaCy DependencyMatcher patterns; nodes have names that clauses refer to.

The small model reads "admitted she was trafficked" as copula and adjective: write two or three
parse variants of each pattern.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.rules.linguistics import PARSE, Words, fill_lexicons, level_of
from monitor.rules.needed_words import NeededWords
from monitor.text.spacy_pipeline import tree_matcher

if TYPE_CHECKING:
    from spacy.matcher import DependencyMatcher
    from spacy.tokens import Doc, Token

    from monitor.rules.rule_schema import DependencyPattern


@dataclass(frozen=True, slots=True)
class Node:
    """A matched node: the token itself, and all that hangs on it; offsets into the doc's text."""

    start: int
    end: int
    subtree_start: int
    subtree_end: int
    is_pronoun: bool

    def moved(self, by: int) -> Node:
        """Return the node with its offsets shifted."""
        return Node(
            self.start + by,
            self.end + by,
            self.subtree_start + by,
            self.subtree_end + by,
            self.is_pronoun,
        )


class DependencyPatterns:
    """Dependency patterns of one matcher; built for the vocabulary they first meet."""

    def __init__(self, patterns: Sequence[DependencyPattern], words: Words) -> None:
        attrs = [[node["RIGHT_ATTRS"] for node in p.nodes] for p in patterns]
        self.level = max(PARSE, level_of(attrs))
        self.base = PARSE
        self._names = [[node["RIGHT_ID"] for node in p.nodes] for p in patterns]
        self._patterns = [[fill_lexicons(node, words) for node in p.nodes] for p in patterns]
        self.needed = NeededWords(
            ([node["RIGHT_ATTRS"] for node in p] for p in self._patterns), ordered=False
        )
        self._marks = [p.mark for p in patterns]
        self._matcher: DependencyMatcher | None = None
        self._index: Mapping[int, int] = {}

    def may_find(self, doc: Doc) -> bool:
        """Whether these could find anything in a doc whose entities are not known yet."""
        return self.level > self.base or next(self.find(doc), None) is not None

    def find(self, doc: Doc) -> Iterator[tuple[int, int, Mapping[str, Node]]]:
        """Yield spans, from the first to the last marked node, with the named nodes."""
        matcher = self._matcher if self._matcher is not None else self._build(doc)
        for key, tokens in matcher(doc):
            number = self._index[key]
            nodes = {
                name: _node(doc[token])
                for name, token in zip(self._names[number], tokens, strict=True)
            }
            marked = [nodes[name] for name in self._marks[number]]
            yield min(node.start for node in marked), max(node.end for node in marked), nodes

    def _build(self, doc: Doc) -> DependencyMatcher:
        matcher, self._index = tree_matcher(doc, self._patterns)
        self._matcher = matcher
        return matcher


def _node(token: Token) -> Node:
    if token.tag_ in ("WP", "WDT") and token.head.dep_ == "relcl":
        token = token.head.head  # "the women, who admitted": who they are stands before
    left, right = token.left_edge, token.right_edge
    return Node(
        token.idx,
        token.idx + len(token),
        left.idx,
        right.idx + len(right),
        token.pos_ == "PRON",
    )
