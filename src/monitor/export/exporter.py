"""Writing an export atomically: its files whole or not at all, then a manifest of them.

All is written into a folder of its own and moved into place when it is complete. What is already
there stays until then, and files of another format stay for good.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from glob import escape
from importlib import import_module
from pathlib import Path
from typing import Any, get_args
from uuid import uuid4

from monitor.export import packaging
from monitor.export.columns import ExportFormat, TextDegree
from monitor.export.export_facts import ExportFacts, FileFacts, Read, Tally, Writer, file_facts
from monitor.export.identification_risk import DisclosureRules
from monitor.export.k_anonymity import K, KAnonymiser
from monitor.export.key_file import key_path, key_written
from monitor.export.packaging import CARDS, MANIFEST, SUMS
from monitor.export.publication import PublicationPolicy, publish
from monitor.export.record import canonical
from monitor.export.redaction import MASK
from monitor.records.article_record import FullRecord
from monitor.records.errors import UsageError
from monitor.settings import ExportSettings
from monitor.storage.work_queue import holder_name, is_dead

_MODULES = {"csv": "csv_tables"}  # the modules of formats, where they have not the format's name
_TOLD = 50
_TELLING = {"query": "query_names", "story": "addresses", "outlet": "outlet_names"}
"""Filters that may name somebody, or an article, and the kind of what is withheld if they do."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: `path` is the first file; the rest tells `facts`.

    `key` has the names of articles without one, `None` where there are none. Of the `hidden`
    articles, with a row or without, the guideline in force has not judged `unjudged`, and `untold`
    are in a language in which names cannot be told: numbers that stand in no file.
    """

    path: Path
    manifest: Path
    facts: ExportFacts
    key: Path | None = None
    hidden: int = 0
    unjudged: int = 0
    untold: int = 0

    @property
    def rows(self) -> int:
        """Articles written."""
        return self.facts.rows

    def withheld(self, kind: str) -> int:
        """Return how much of a kind was kept back."""
        return self.facts.withheld.get(kind, 0)


def export(
    records: Iterable[FullRecord],
    directory: Path,
    *,
    format: ExportFormat,
    policy: PublicationPolicy = PublicationPolicy(),  # noqa: B008 - frozen
    filters: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    report: Callable[[int], None] | None = None,
    about: ExportSettings | None = None,
    measured: Callable[[Sequence[str]], Mapping[str, Any]] | None = None,
    read: Read | None = None,
    guard: DisclosureRules | None = None,
    key: Path | None = None,
    k: int = K,
) -> ExportReport:
    """Write the files of a format, and what packages them, into `directory`.

    Every record is written, in the order given, one at a time; last the rows of those whose name is
    withheld, each of which fits `k` stories (`k_anonymity.py`). `filters` (what the records were
    selected by, as JSON has it), `now` and how they were `read` go into the manifest; all these and
    the secret of `guard` make the bytes. The names of articles that are withheld go into the file
    `key`, which must not lie in `directory`; one that is not `key_path` may be that of several
    exports: its lines stay. `report` is told how many more were written, `measured` the stamps of
    what judged, for its error rates. Raises `UsageError` for an unknown format or degree, and where
    the directory is not writable, holds files of these names that are of no export, or what others
    may not read as this may be.
    """
    if format not in get_args(ExportFormat) or policy.text not in get_args(TextDegree):
        known = ", ".join((*get_args(ExportFormat), *get_args(TextDegree)))
        raise UsageError(f"cannot export '{format}' with text '{policy.text}' (known: {known})")
    directory = Path(directory)
    packaging.refuse_foreign(directory, CARDS)
    others = [entry for entry in packaging.old_entries(directory) if entry["format"] != format]
    # what older versions wrote without a word of it hides nothing
    if any(entry.get("restricted", True) != policy.restricted for entry in others):
        kind = "an export for anybody" if policy.restricted else "a restricted export"
        raise UsageError(f"{directory} holds {kind}: write this one elsewhere")
    guard = guard or DisclosureRules()
    one_export = read.moment.astimezone(UTC).isoformat() if read else ""
    # the key last: what is in its place is of the last export till this one is there
    kept = bool(others) or (key is not None and Path(key) != key_path(directory))
    with (
        key_written(key, directory, kept=kept) as write_key,
        _moved_into(directory, format) as folder,
    ):
        writer: Writer = format_module(format).open_writer(folder, policy.text)
        asked = None if writer.of_texts else filters or {}
        anonymiser = KAnonymiser(k, asked, guard.secret, one_export)
        tally = Tally()
        try:
            for values in _published(records, policy, guard, anonymiser, tally, report):
                writer.write(values)
                tally.add(values)
            lines = []
            for values, line in anonymiser.rows():
                writer.write(values)
                tally.add(values)
                lines.append(line)
        finally:
            writer.close()
        stamps, counts = tuple(sorted(tally.stamps)), anonymiser.counts
        facts = ExportFacts(
            format=format,
            policy=policy,
            # words searched for may be a hidden name, a story's id is made of an address
            filters={
                name: MASK if value and tally.kept_back[_TELLING.get(name, "")] else value
                for name, value in (filters or {}).items()
            },
            created=now,
            rows=tally.rows,
            stamps=stamps,
            withheld={
                **dict(sorted(tally.withheld.items())),
                **+Counter(
                    forgotten=read.forgotten if read else 0,
                    taken_back=read.lost["withdrawn"] if read else 0,
                    withheld_rows=counts.rows,
                    withheld_articles=counts.articles,
                ),
            },
            lost=dict(sorted(writer.lost.items())),
            files=_files(writer, folder, tally.rows),
            labels=tally.labels,
            about=about or ExportSettings(),
            measured=measured(stamps) if measured else {},
            read=read,
            withheld_counts=None if policy.restricted else counts,
        )
        packaging.write_package(folder, facts, directory)
        keyed = write_key(lines)
    first = directory / facts.files[0].name
    hidden = (tally.kept_back[kind] for kind in ("addresses", "unjudged", "untold"))
    return ExportReport(first, directory / MANIFEST, facts, keyed, *hidden)


def format_module(format: ExportFormat) -> Any:
    """Return the module of a format: `open_writer`, maybe `read_corrections` and `need_library`.

    The last raises `UsageError` where what the format needs is not installed.
    """
    return import_module(f"{__package__}.{_MODULES.get(format, format)}")


def _published(
    records: Iterable[FullRecord],
    policy: PublicationPolicy,
    guard: DisclosureRules,
    anonymiser: KAnonymiser,
    tally: Tally,
    report: Callable[[int], None] | None,
) -> Iterator[Mapping[str, Any]]:
    """Yield what may be given away; articles whose name is withheld go to the `anonymiser`."""
    count = 0
    for count, one in enumerate(records, 1):
        record = canonical(one)
        published = publish(record, policy, one.shown, guard)
        tally.kept_back.update(published.withheld)
        if published.key:  # what was kept back of it is not told: it would be known by its counts
            anonymiser.add(record, published.key)
        else:
            tally.withheld.update(published.withheld)
            yield published.values
        if report and count % _TOLD == 0:
            report(_TOLD)
    if report and count % _TOLD:
        report(count % _TOLD)


def _files(writer: Writer, folder: Path, rows: int) -> tuple[FileFacts, ...]:
    """Return what is told of each file; their checksums are written on the way."""
    found = []
    with (folder / SUMS).open("x", encoding="utf-8", newline="") as sums:
        for path in writer.files:
            facts = file_facts(path, path.relative_to(folder).as_posix(), sums.write)
            if columns := writer.tables.get(path.name):
                facts = replace(facts, rows=writer.rows.get(path.name, rows), columns=columns)
            found.append(facts)
    return tuple(found)


@contextmanager
def _moved_into(directory: Path, format: str) -> Iterator[Path]:
    """Give a new folder whose content is in `directory` afterwards, if nothing fails."""
    # Inside a folder that is there, which may be a disk of its own; else beside it.
    home = directory if directory.is_dir() else directory.parent
    beginning = f".{directory.name}."
    part = home / f"{beginning}{holder_name()}.{uuid4().hex}.part"
    made = [folder for folder in (home, *home.parents) if not folder.exists()]
    try:
        # what exports that were killed have left: nobody would see it in what is passed on
        for path in home.glob(f"{escape(beginning)}*.part"):
            if is_dead(path.stem.removeprefix(beginning).rpartition(".")[0]):
                shutil.rmtree(path, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        for path in part.iterdir():
            if path.is_file():
                with path.open("rb") as file:
                    os.fsync(file.fileno())
        if home is directory:
            _replace_files(part, directory, format)
        else:
            part.replace(directory)
        made = []
    except OSError as error:
        raise UsageError(f"cannot write {directory}: {error.strerror}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def _replace_files(part: Path, directory: Path, format: str) -> None:
    """Move all files of `part` into place, the manifest last; what the format had besides goes."""
    names = {path.name for path in part.iterdir()}
    packaging.refuse_foreign(directory, names)
    entries = packaging.old_entries(directory)
    gone = {old["file"] for old in entries if old["format"] == format} - names
    for name in sorted({*gone, *names}, key=lambda name: name == MANIFEST):
        path = directory / name
        if name in gone or (part / name).is_dir():
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if name in names:
            (part / name).replace(path)
