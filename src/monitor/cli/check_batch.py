"""From files to what is written: checked, compared with a baseline, redacted where asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.check.baseline import Baseline, make_baseline, only_new, read_baseline
from monitor.check.batch import Batch, rules_by_name
from monitor.check.fingerprints import with_fingerprints
from monitor.check.redact import redacted
from monitor.cli.check_run import check_files
from monitor.cli.check_write import Format, write_file
from monitor.cli.engine import EngineName
from monitor.cli.output import say
from monitor.records.article import SEVERITIES
from monitor.records.errors import DataError

if TYPE_CHECKING:
    from monitor.desk import Desk


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made of the documents; `bound` is the severity that fails them."""

    formats: frozenset[Format]
    bound: str
    baseline: Path | None = None
    write_baseline: Path | None = None
    redact: bool = False
    include_text: bool = False

    @property
    def needs_hashes(self) -> bool:
        """Whether findings are to be known again."""
        return bool(self.baseline or self.write_baseline) or "sarif" in self.formats

    @property
    def keeps_text(self) -> bool:
        """Whether the documents' text is written."""
        return self.include_text or ("html" in self.formats and not self.redact)


def make_batch(
    desk: Desk,
    files: Sequence[str],
    options: Mapping[str, Any],
    wanted: Wanted,
    *,
    jobs: int,
    engine: EngineName = "local",
) -> Batch:
    """Check `files`; write a baseline if one is wanted, unless a file could not be checked."""
    key = desk.settings.check.baseline_key
    known = _read_baseline(wanted.baseline, key) if wanted.baseline else None
    asked = {**options, "include_text": wanted.keeps_text or wanted.needs_hashes}

    def keep(document: dict[str, Any]) -> dict[str, Any]:
        if wanted.needs_hashes and "error" not in document:
            document = with_fingerprints(document, document["text"], key)
        if not wanted.keeps_text:
            document.pop("text", None)
        return document

    documents: list[Mapping[str, Any]] = list(
        check_files(desk, files, asked, jobs=jobs, keep=keep, engine=engine)
    )
    if wanted.write_baseline:
        made = _write_baseline(wanted.write_baseline, documents, key)
        known = known or made
    if known:
        documents = only_new(documents, known)
    return _batch(
        desk,
        documents,
        wanted,
        options["guideline"],
        baseline=known is not None,
        keyed=bool(key),
    )


def _batch(
    desk: Desk,
    documents: Sequence[Mapping[str, Any]],
    wanted: Wanted,
    chosen: Any,
    *,
    baseline: bool,
    keyed: bool,
) -> Batch:
    from monitor.rules.rule_descriptions import rules_json

    needs_rules = wanted.redact or "sarif" in wanted.formats
    rules = rules_by_name(rules_json(desk.in_force)) if needs_rules else {}
    in_force = desk.in_force.chosen(chosen)
    if wanted.redact:
        documents = [redacted(document, rules, keyed=keyed) for document in documents]
    return Batch(
        documents=tuple(documents),
        guideline=in_force.stamp,
        rules=rules,
        root=Path.cwd(),
        exit_code=exit_code(documents, wanted.bound),
        version=__version__,
        about=in_force.guidelines[0].about.url,
        baseline=baseline,
        redacted=wanted.redact,
    )


def for_format(batch: Batch, format: Format, *, include_text: bool) -> Batch:
    """Return the batch without the texts, where they are none of this format's business."""
    if format == "html" or (format == "json" and include_text):
        return batch
    kept = ({k: v for k, v in one.items() if k != "text"} for one in batch.documents)
    return replace(batch, documents=tuple(kept))


def _read_baseline(path: Path, key: str) -> Baseline:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no baseline: not UTF-8") from error
    return read_baseline(text, str(path), key)


def _write_baseline(
    path: Path, documents: Sequence[Mapping[str, Any]], key: str
) -> Baseline | None:
    if any("error" in document for document in documents):
        say(f"{path}: not written, since not all could be checked")
        return None
    text = make_baseline(documents, key)
    write_file(path, text)
    made = read_baseline(text, str(path), key)
    say(f"{path}: {len(made.pairs)} findings are known from now on")
    return made


def exit_code(documents: Sequence[Mapping[str, Any]], bound: str) -> int:
    """Return 2 where something could not be checked, 1 from the severity `bound` on, else 0."""
    if any("error" in document for document in documents):
        return 2
    counting = SEVERITIES[: SEVERITIES.index(bound) + 1]
    hits = (f for d in documents for f in d["findings"] if f["severity"] in counting)
    return 1 if any(hits) else 0
