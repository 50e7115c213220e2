"""Kind `tokens`: spaCy Matcher patterns, run on sentences that hold one of the rule's triggers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from monitor.rules.linguistics import ENTITIES, Words, fill_lexicons, level_of, without_entities
from monitor.rules.needed_words import NeededWords
from monitor.text.spacy_pipeline import token_matcher

if TYPE_CHECKING:
    from spacy.matcher import Matcher
    from spacy.tokens import Doc


class TokenPatterns:
    """Matcher patterns of one matcher or clause; built for the vocabulary they first meet.

    A pattern whose tokens carry `MARK: true` finds the marked stretch, else the whole match.
    """

    def __init__(self, patterns: Sequence[Sequence[Mapping[str, Any]]], words: Words) -> None:
        self.level = level_of(patterns)
        loose = without_entities(patterns) if self.level == ENTITIES else None
        self.loose: TokenPatterns | None = TokenPatterns(loose, words) if loose else None
        """The same without entities, which finds whatever these could find."""
        self._patterns = [[fill_lexicons(token, words) for token in p] for p in patterns]
        self.needed = NeededWords(self._patterns)
        self._marks = [frozenset(i for i, t in enumerate(p) if t.get("MARK")) for p in patterns]
        self._matcher: Matcher | None = None
        self._index: Mapping[int, int] = {}

    @property
    def base(self) -> int:
        """The analysis needed before anybody knows whether entities matter."""
        return self.loose.level if self.loose else self.level

    def may_find(self, doc: Doc) -> bool:
        """Whether these could find anything in a doc whose entities are not known yet."""
        return next((self.loose or self).find(doc), None) is not None

    def find(self, doc: Doc) -> Iterator[tuple[int, int]]:
        """Yield what the patterns find, as offsets into the doc's text."""
        matcher = self._matcher if self._matcher is not None else self._build(doc)
        found: list[Any] = matcher(doc, with_alignments=True)
        for key, start, end, alignment in found:
            marks = self._marks[self._index[key]]
            inside = [start + i for i, node in enumerate(alignment) if node in marks]
            first, last = doc[min(inside, default=start)], doc[max(inside, default=end - 1)]
            yield first.idx, last.idx + len(last)

    def _build(self, doc: Doc) -> Matcher:
        matcher, self._index = token_matcher(doc, self._patterns)
        self._matcher = matcher
        return matcher
