"""spaCy's matchers over rule patterns, numbered as given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.matcher import DependencyMatcher, Matcher
    from spacy.tokens import Doc


def token_matcher(
    doc: Doc, patterns: Sequence[list[dict[str, Any]]]
) -> tuple[Matcher, Mapping[int, int]]:
    """Return a matcher for docs like `doc`, and which pattern each of its keys means."""
    from spacy.matcher import Matcher

    matcher = Matcher(doc.vocab)
    return matcher, _fill(matcher, patterns)


def tree_matcher(
    doc: Doc, patterns: Sequence[list[dict[str, Any]]]
) -> tuple[DependencyMatcher, Mapping[int, int]]:
    """Return a dependency matcher for docs like `doc`, and which pattern each key means."""
    from spacy.matcher import DependencyMatcher

    matcher = DependencyMatcher(doc.vocab)
    return matcher, _fill(matcher, patterns)


def _fill(
    matcher: Matcher | DependencyMatcher, patterns: Sequence[list[dict[str, Any]]]
) -> Mapping[int, int]:
    from spacy.strings import get_string_id

    for number, pattern in enumerate(patterns):
        matcher.add(str(number), [pattern])
    return {get_string_id(str(number)): number for number in range(len(patterns))}
