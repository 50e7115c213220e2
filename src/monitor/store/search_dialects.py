"""Terms as each of the databases reads them, and what PostgreSQL has to be told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, func, literal, select

from monitor.searching import Term


def fts_term(term: Term) -> str:
    """Return a term as FTS5 reads it."""
    return f'"{" ".join(term.words)}"{" *" if term.beginning else ""}'


def vector_term(term: Term) -> str:
    """Return a term as a `tsquery` has it."""
    *before, last = term.words
    words = [f"'{word}'" for word in before] + [f"'{last}'{':*' if term.beginning else ''}"]
    return f"({' <-> '.join(words)})"


def apart(terms: Sequence[Term]) -> list[Term]:
    """Return the words of terms without their order, as an index alone can tell of them."""
    found = []
    for term in terms:
        *before, last = term.words
        found += [Term((word,)) for word in before]
        found.append(Term((last,), term.beginning))
    return found


def prefer_indexes(connection: Connection) -> None:
    """Tell PostgreSQL, for this transaction, what its costs do not say.

    To read a vector is dear, since it is unpacked each time; to compile such a question takes
    longer than to answer it.
    """
    for name in ("enable_seqscan", "jit"):
        connection.execute(select(func.set_config(name, "off", literal(True))))
