"""Terms as each of the databases reads them, and what PostgreSQL has to be told."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import pairwise

from sqlalchemy import Connection

from monitor.searching import Term
from monitor.store.database import set_locally


def fts_query(wanted: Sequence[Sequence[Term]]) -> str:
    """Return the question for any of each as FTS5 reads it."""
    return " AND ".join(f"({' OR '.join(map(_fts_term, terms))})" for terms in wanted)


def vector_query(wanted: Sequence[Sequence[Term]]) -> str:
    """Return the `tsquery` for any of each."""
    return " & ".join(f"({' | '.join(map(_vector_term, terms))})" for terms in wanted)


def _fts_term(term: Term) -> str:
    """Return a term as FTS5 reads it."""
    return f'"{" ".join(term.words)}"{" *" if term.beginning else ""}'


def _vector_term(term: Term) -> str:
    """Return a term as a `tsquery` has it; of a phrase also what its pairs are found by."""
    *before, last = term.words
    words = [f"'{word}'" for word in before] + [f"'{last}'{':*' if term.beginning else ''}"]
    return f"({' & '.join((' <-> '.join(words), *_pairs(term)))})"


def pair_mark(first: str, second: str) -> str:
    """Return one of 65,536 marks for two words side by side.

    That both words are there says little where they are frequent, and to look at their places a
    vector has to be unpacked; by chance a text has a mark in one case of a hundred or two.
    """
    return f"\ue001{zlib.crc32(f'{first} {second}'.encode()) & 0xFFFF:04x}"


def _pairs(term: Term) -> list[str]:
    whole = term.words[:-1] if term.beginning else term.words
    return [f"'{pair_mark(*two)}'" for two in pairwise(whole)]


def loose_query(wanted: Sequence[Sequence[Term]]) -> str:
    """Return `vector_query` as the index alone can tell of it, without the order of words."""
    return " & ".join(f"({' | '.join(map(_loose_term, terms))})" for terms in wanted)


def _loose_term(term: Term) -> str:
    words = [
        f"'{word}'{':*' if term.beginning and at == len(term.words) - 1 else ''}"
        for at, word in enumerate(term.words)
    ]
    return f"({' & '.join((*words, *_pairs(term)))})"


def prefer_indexes(connection: Connection) -> None:
    """Tell PostgreSQL, for this transaction, what its costs do not say.

    To read a vector is dear, since it is unpacked each time; to compile such a question takes
    longer than to answer it.
    """
    set_locally(connection, enable_seqscan="off", jit="off")
