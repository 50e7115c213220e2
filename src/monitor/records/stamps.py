"""Stamps: `name@version+hash`, which say exactly what judged an article.

The hash covers data files, the versions of libraries whose behaviour shows in the result, and the
behaviour numbers of the code that judges. A file of code may be moved, renamed and tidied: it makes
nothing due again. A number is raised by hand; golden digests (`tests/support/golden.py`) say when.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path
from types import MappingProxyType

BEHAVIOUR: Mapping[str, int] = MappingProxyType(
    {
        "guideline": 4,
        "languages": 1,
        "names": 2,
        "policy": 1,
        "relevance": 1,
        "stories": 1,
        "tags": 2,
    }
)
"""How often the code of each assessor began to judge otherwise.

Raise a number in the commit after which the code says something else of any text, seen by the
golden digests or not: whole archives become due again, which is right then. Leave it where only
the form of the code changed, or a data file or library, which count by themselves.
"""


def make_stamp(
    name: str,
    version: str,
    *behaviours: str,
    files: Iterable[Path],
    libraries: Iterable[str] = (),
    known: Mapping[Path, str] = MappingProxyType({}),
) -> str:
    """Return `name@version+hash` with 12 hex digits.

    `behaviours` are keys of `BEHAVIOUR`, first the assessor's own. `files` count by name and
    content, wherever they lie; `known` gives the sha256 of some. `libraries` are distributions.
    """
    read = [(p, known.get(p) or sha256(p.read_bytes()).hexdigest()) for p in sorted(files)]
    data = [(path.name.encode(), bytes.fromhex(hash_)) for path, hash_ in read]
    libraries = sorted(libraries)
    versions = [f"{library}=={metadata.version(library)}\0" for library in libraries]
    numbers = [f"{behaviour} {BEHAVIOUR[behaviour]}\0" for behaviour in behaviours]
    stamp = f"{name}@{version}+{_digest(sorted(data), *versions, *numbers)}"
    if {BEHAVIOUR[behaviour] for behaviour in behaviours} == {1}:
        code = _earlier_code(behaviours[0])
        if "tokenizers" in libraries:  # which needed transformers then
            try:
                transformers = metadata.version("transformers")
            except metadata.PackageNotFoundError:
                transformers = "5.24.0"
            versions.append(f"transformers=={transformers}\0")
        _EARLIER[stamp] = f"{name}@{version}+{_digest([*data, *code], *versions)}"
    return stamp


def marked(stamp: str, *others: str) -> str:
    """Return a stamp with a mark of what else counts, such as the stamp of a model or settings."""
    if not others:
        return stamp
    made = f"{stamp}.{_mark(others)}"
    if stamp in _EARLIER:
        _EARLIER[made] = f"{_EARLIER[stamp]}.{_mark(map(earlier_stamp, others))}"
    return made


def _mark(others: Iterable[str]) -> str:
    return sha256(",".join(others).encode()).hexdigest()[:6]


def _digest(files: Iterable[tuple[bytes, bytes]], *facts: str) -> str:
    digest = sha256()
    for name, hash_ in files:
        digest.update(name + b"\0" + hash_)
    for fact in facts:
        digest.update(fact.encode())
    return digest.hexdigest()[:12]


# Stamps of version 0.1.0 until commit a51f1d2 covered the files of the code instead of behaviour
# numbers. As long as a number is 1, the code judges as it did then, so what was recorded under the
# earlier stamp of the same data and libraries counts for the present one (`carry_over` of
# `storage/assessments.py`). Data came in the order of their paths, so `guidelines/` must sort
# before `models/`. All this and `earlier_code.txt` may be deleted once no desk need be opened that
# was last opened with that version.
_EARLIER: dict[str, str] = {}


def earlier_stamp(stamp: str) -> str:
    """Return how version 0.1.0 called what judges just so; the stamp itself where it did not."""
    return _EARLIER.get(stamp, stamp)


def is_same(recorded: str, stamp: str) -> bool:
    """Whether a stamp recorded anywhere is this one or its earlier form."""
    return recorded in (stamp, earlier_stamp(stamp))


@cache
def _earlier_code(behaviour: str) -> tuple[tuple[bytes, bytes], ...]:
    """Return name and sha256 of the code files that a stamp covered, in their order."""
    letter = "r" if behaviour == "tags" else behaviour[0]
    lines = Path(__file__).with_name("earlier_code.txt").read_text(encoding="ascii").splitlines()
    files = [line.split() for line in lines]
    of_it = ((name, hash_) for letters, name, hash_ in files if letter in letters)
    return tuple((name.encode(), b64decode(f"{hash_}=")) for name, hash_ in of_it)
