"""`monitor check`: drafts in, findings out; nothing of a draft is kept.

Many files are checked by several processes, or by those of a Ray cluster, where that is worth
their start.
"""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Literal

from typer import Context, Exit

from monitor import __version__
from monitor.check import baseline as hashes
from monitor.check.batch import (
    STDIN,
    Batch,
    checked_file,
    is_open,
    redacted,
    rules_by_name,
    without_people,
)
from monitor.check.options import CheckOptions
from monitor.check.people_answers import AnswersError, read_answers
from monitor.classify.onnx_encoder import open_ahead
from monitor.cli import common
from monitor.cli.common import argument, flag, monitor_of, option, plain, plural, say, show
from monitor.records.errors import DataError, UsageError
from monitor.records.finding import SEVERITIES
from monitor.records.json_shapes import in_ten
from monitor.settings import cores, guideline_dir

if TYPE_CHECKING:
    from monitor.desk import Desk


def check(
    context: Context,
    paths: list[str] = argument("Files, folders, quoted globs; - reads stdin.", metavar="PATH"),
    format: Literal["text", "json", "sarif", "github", "html", "docx"] = option(
        "How to write it.", "text"
    ),
    output: Path | None = option(
        "The file to write to; default: stdout.", None, "-o", "--output", metavar="FILE"
    ),
    report: list[Path] | None = option(
        "Write a second report, its format by suffix: .sarif, .html, .json, .txt.", metavar="FILE"
    ),
    fail_on: list[str] | None = option(
        "error, warning or suggestion: exit 1 from here on; identity: while a person is open to"
        " decide. May be repeated."
    ),
    baseline: Path | None = option("Show only what is not in this file of hashes.", metavar="FILE"),
    write_baseline: Path | None = option(
        "Write that file: all that is found now is known.", metavar="FILE"
    ),
    redact: bool = flag("--redact", "Leave the drafts' words out, for logs."),
    jobs: int | None = option("Processes at most; default: one for each core.", min=1),
    include_text: bool = flag("--include-text", "Add the visible text to the JSON."),
    country: str | None = option(
        "Tell of this country's law and helplines (ISO code like GH; default: as set).",
        metavar="CODE",
    ),
    min_confidence: float | None = option(
        "Leave out findings that editors mark less often than that (0 to 1).", metavar="SHARE"
    ),
    guideline: list[str] | None = option(
        "Check against this one (name or folder); may be repeated. Default: as set.", metavar="NAME"
    ),
    on_topic: bool = flag("--on-topic", "Apply every rule: the drafts are about trafficking."),
    with_people: bool = flag(
        "--with-people", "Add the people whom a draft tells of: by place, without names."
    ),
    with_silenced: bool = flag(
        "--with-silenced", "Add what rules would say of words that others say."
    ),
    people: Path | None = option(
        "What the reporter says of the people in one draft: a JSON list, as the draft page saves"
        " it. Never in a rules folder.",
        metavar="FILE",
    ),
    engine: common.EngineName = option(
        "Who checks: local processes, or those of a Ray cluster (extra cluster) of this"
        " machine and this run; never another's, since drafts stay here.",
        "local",
    ),
) -> None:
    """Check drafts against the reporting guidelines."""
    from monitor.rules.rule_descriptions import rules_json

    desk, chosen = _choose_guidelines(context, guideline)
    bounds, key = fail_on or [desk.settings.check.fail_on], desk.settings.check.baseline_key
    _refuse(bounds, min_confidence, redact and include_text)
    reports: list[tuple[Path | None, Format]] = [(path, format_of(path)) for path in report or ()]
    if format != "docx":
        reports.append((output, format))
    formats = {kind for _, kind in reports}
    code = _country(desk, country)
    files = expand(paths, leave_out=[path for path in (output, *(report or ())) if path])
    reviewed = need_one_word_file(files, output, redact) if format == "docx" else None
    known = _read_baseline(baseline, key) if baseline else None
    answers = _read_people(people, desk, files) if people else None
    tells = with_people or people is not None
    # these speak of people by number, so that a name taken out of a draft stays in none
    unnamed = {format, *formats} & {"html", "sarif", "github", "docx"} or IDENTITY in bounds
    needs_hashes = bool(baseline or write_baseline) or "sarif" in formats
    keeps_text = include_text or ("html" in formats and not redact)
    options = CheckOptions(
        guideline=chosen,
        country=code,
        min_confidence=min_confidence,
        on_topic=on_topic,
        people=answers or bool(tells or unnamed),
        silenced=with_silenced,
        include_text=keeps_text or needs_hashes,
    )

    def keep(document: dict[str, Any]) -> dict[str, Any]:
        if needs_hashes and "error" not in document:
            document = hashes.with_fingerprints(document, document["text"], key)
        if not keeps_text:
            document.pop("text", None)
        return document

    documents: Sequence[Mapping[str, Any]] = check_files(
        desk, files, options.given(), jobs=jobs or cores(), keep=keep, engine=engine
    )
    if write_baseline:
        made = _write_baseline(write_baseline, documents, key)
        known = made if known is None else known
    documents = hashes.only_new(documents, known) if known is not None else documents
    rules = rules_by_name(rules_json(desk.in_force)) if redact or "sarif" in formats else {}
    if redact:
        documents = [redacted(document, rules, keyed=bool(key)) for document in documents]
    in_force = desk.in_force.chosen(chosen)
    batch = Batch(
        documents=tuple(documents),
        guideline=in_force.stamp,
        rules=rules,
        root=Path.cwd(),
        exit_code=exit_code(documents, bounds),
        version=__version__,
        about=in_force.guidelines[0].about.url,
        baseline=known is not None,
        redacted=redact,
        people=tells,
    )
    if reviewed:
        write_reviewed(files[0], batch.documents[0], reviewed)
        say(as_text(batch.documents[0]).splitlines()[0])
    for path, kind in reports:
        _write_report(batch, kind, path, include_text=include_text)
    if (output is not None and not reviewed) or format == "github":
        found, count = batch.count(), len(files)
        say(f"{found} finding{plural(found)} in {count} document{plural(count)}")
    raise Exit(batch.exit_code)


IDENTITY = "identity"
"""Fails while a person is open to decide."""


def _refuse(bounds: Sequence[str], min_confidence: float | None, both: bool) -> None:
    for bound in bounds:
        if bound not in (*SEVERITIES, IDENTITY):
            raise UsageError(f"--fail-on: '{bound}' is none of {', '.join(SEVERITIES)}, {IDENTITY}")
    if min_confidence is not None and not 0 <= min_confidence <= 1:
        raise UsageError(f"--min-confidence: {min_confidence:g} is no number from 0 to 1")
    if both:
        raise UsageError("--redact and --include-text exclude each other")


def _choose_guidelines(
    context: Context, names: list[str] | None
) -> tuple[Desk, tuple[str, ...] | None]:
    """Return a desk with the guidelines `names` (an id or folder), and their ids; else all."""
    from monitor.desk import Desk
    from monitor.rules.loading import GUIDELINE

    desk: Desk = monitor_of(context)
    if not names:
        return desk, None
    settings = desk.settings
    folders: dict[str, Path] = {
        name: folder.resolve()
        for name in (*settings.check.guidelines, *names)
        if ((folder := guideline_dir(name, settings.home)) / GUIDELINE).is_file()
    }
    there = {folders.get(name) for name in settings.check.guidelines}
    more = {folders[name]: name for name in names if name in folders}
    added = tuple(name for folder, name in more.items() if folder not in there)
    if added:  # beside those in force, so that the settings of their rules still hold
        check = replace(settings.check, guideline=(*settings.check.guidelines, *added))
        desk = context.with_resource(Desk(replace(settings, check=check)))
    ids = {one.folder.resolve(): one.id for one in desk.guidelines}
    return desk, tuple(ids.get(folders[n], n) if n in folders else n for n in names)


def _read_people(path: Path, desk: Desk, files: Sequence[str]) -> list[Mapping[str, Any]]:
    """Return the answers in a file; they are of one draft, and belong in no rules folder."""
    from monitor.rules.loading import GUIDELINE

    if len(files) != 1:
        raise UsageError(f"--people is about one draft; there are {len(files)}")
    settings, here = desk.settings, path.resolve()
    rules = {guideline_dir(name, settings.home).resolve() for name in settings.check.guidelines}
    if any(up in rules or (up / GUIDELINE).is_file() for up in here.parents):
        raise UsageError(
            f"--people: '{path}' is in a rules folder: no list of people is kept with the rules"
        )
    try:
        return read_answers(json.loads(path.read_text(encoding="utf-8")))
    except AnswersError as error:
        raise UsageError(f"--people: '{path}': {error}") from None
    except ValueError:  # without its cause: that quotes the file
        raise UsageError(f"--people: '{path}' is no JSON") from None


def _country(desk: Desk, given: str | None) -> str:
    """Return the country's code, empty for none; say so where its law is not held."""
    from monitor.labels.countries import country_name, parse_country

    value = desk.settings.check.country if given is None else given
    code = parse_country(value) if value else ""
    if code and code not in desk.in_force.countries:
        held = ", ".join(sorted(desk.in_force.countries))
        say(f"{country_name(code)}: we do not hold this country's law (held: {held})")
    return code


def _write_report(batch: Batch, format: Format, path: Path | None, *, include_text: bool) -> None:
    """Write to a file or stdout; the texts only where they are this format's business."""
    if format != "html" and not (format == "json" and include_text):
        kept = ({k: v for k, v in one.items() if k != "text"} for one in batch.documents)
        batch = replace(batch, documents=tuple(kept))
    if format in ("text", "json") and not batch.people:
        batch = replace(batch, documents=tuple(map(without_people, batch.documents)))
    text = render_batch(batch, format)
    if path is not None:
        write_file(path, text)
    elif text:
        show(text)


def _read_baseline(path: Path, key: str) -> hashes.Baseline:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: no baseline: not UTF-8") from error
    return hashes.read_baseline(text, str(path), key)


def _write_baseline(
    path: Path, documents: Sequence[Mapping[str, Any]], key: str
) -> hashes.Baseline | None:
    if any("error" in document for document in documents):
        say(f"{path}: not written, since not all could be checked")
        return None
    text = hashes.make_baseline(documents, key)
    write_file(path, text)
    made = hashes.read_baseline(text, str(path), key)
    say(f"{path}: {len(made)} findings are known from now on")
    return made


def exit_code(documents: Sequence[Mapping[str, Any]], bounds: Sequence[str]) -> int:
    """Return 2 where something could not be checked, 1 where one of `bounds` is met, else 0.

    A severity is met by findings from it on, `identity` by a person who is open to decide.
    """
    if any("error" in document for document in documents):
        return 2
    least = max((SEVERITIES.index(bound) for bound in bounds if bound != IDENTITY), default=-1)
    counting = SEVERITIES[: least + 1]
    fails = any(f["severity"] in counting for d in documents for f in d["findings"])
    if IDENTITY in bounds:
        fails = fails or any(is_open(person) for d in documents for person in d["people"])
    return int(fails)


SUFFIXES = (".txt", ".md", ".html", ".htm", ".docx")
_GLOB = re.compile(r"[*?]|\[[^\]]+\]")
"""An opening bracket alone is a file's name."""


def expand(paths: Sequence[str], *, leave_out: Sequence[Path] = ()) -> list[str]:
    """Return the files in the order given, those of a folder or a glob sorted and not twice.

    Names are taken as they are given; a folder or a glob gives what can be checked, without hidden
    files and those of `leave_out`: what this run writes. Raises `UsageError`, naming the folder or
    the glob, where there is nothing.
    """
    own = {path.resolve() for path in leave_out}
    found: list[str] = []
    for name in paths:
        path = Path(name)
        if name != STDIN and path.is_dir():
            inside = [
                each
                for each in path.rglob("*")
                if not any(part.startswith(".") for part in each.relative_to(path).parts)
            ]
        elif name != STDIN and _GLOB.search(name) and not path.exists():
            inside = [Path(match) for match in glob.iglob(name, recursive=True)]  # noqa: PTH207
        else:
            found.append(name)
            continue
        fitting = [each for each in inside if each.suffix.lower() in SUFFIXES and each.is_file()]
        if not fitting:
            where = "in this folder" if path.is_dir() else "is there that fits"
            raise UsageError(f"{name}: no {', '.join(SUFFIXES)} file {where}")
        there = set(found)
        names = (str(each) for each in sorted(fitting) if each.resolve() not in own)
        found += [each for each in names if each not in there]
    return found


WORTH = 40_000
"""Bytes for each process: reading the rules takes one as long as checking so much text does."""
MOST = 50_000
"""Bytes that one file counts for at most: of a large one most is no text."""


def check_files(
    desk: Desk,
    paths: Sequence[str],
    options: Mapping[str, Any],
    *,
    jobs: int,
    worth: int = WORTH,
    keep: Callable[[dict[str, Any]], dict[str, Any]],
    engine: common.EngineName = "local",
) -> list[dict[str, Any]]:
    """Return a document's JSON for each path, in order, through `keep` as soon as it is there.

    What cannot be read or checked has an `error`. Raises what is wrong with settings and rules.
    """
    found: Any
    if engine == "ray":
        from monitor.jobs.ray_jobs import check_files as check_on_cluster

        if STDIN in paths:
            raise UsageError("--engine ray checks files: leave out -")
        desk.in_force  # noqa: B018 - a broken guideline is told before a cluster is started
        found = check_on_cluster(desk, paths, options, workers=min(jobs, len(paths)))
    elif (count := processes(paths, jobs, worth)) > 1:
        found = _on_processes(desk, paths, options, count)
    else:
        open_ahead()
        ask = partial(desk.check_bytes, **options)
        found = (checked_file(path, ask) for path in paths)
    with closing(found):
        if len(paths) == 1:  # no progress to show, and its library takes time to open
            return [keep(document) for document in found]
        with common.progress() as bar:
            shown = bar.track(found, len(paths), description="checking")
            return [keep(document) for document in shown]


def processes(paths: Sequence[str], jobs: int, worth: int = WORTH) -> int:
    """Return how many processes are worth it, at most `jobs`; 1 is this one."""
    if min(jobs, len(paths)) < 2:
        return 1
    total = 0
    for path in paths:
        with suppress(OSError):
            total += min(MOST, Path(path).stat().st_size)
    return max(1, min(jobs, len(paths), total // worth))


def _on_processes(
    desk: Desk, paths: Sequence[str], options: Mapping[str, Any], count: int
) -> Iterator[dict[str, Any]]:
    """Check on `count` processes; a thread each reads a file, asks its process and waits."""
    from monitor.jobs.draft_processes import Job, Worker

    workers = [Worker(desk.settings) for _ in range(count)]
    idle: SimpleQueue[Worker] = SimpleQueue()
    for worker in workers:
        idle.put(worker)

    def ask(data: bytes, name: str) -> Any:
        worker = idle.get()
        try:
            return json.loads(worker.do(Job("check_bytes", {"name": name, **options}, data)))
        finally:
            idle.put(worker)

    pool = ThreadPoolExecutor(count)
    try:
        yield from pool.map(lambda path: checked_file(path, ask), paths)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.close()


def as_text(document: Mapping[str, Any]) -> str:
    """Return the document of a check as lines, findings by priority."""
    path = plain(document["path"])
    if "error" in document:
        return f"{path}: could not be checked: {plain(document['error'])}"
    lines = [f"{path}: {_counts(document)}", *_notes(document)]
    sources = None if document.get("country") else 1
    for finding in sorted(document["findings"], key=lambda finding: -finding["priority"]):
        lines += ["", *_finding(finding, sources)]
    if spoken := document.get("silenced"):
        lines += ["", "  Silenced, since others say it:"]
        lines += [f"    {_where(one)}  {one['rule']}: “{plain(one['match'])}”" for one in spoken]
    lines += _people(document.get("people", ()))
    flagged = {finding["rule"] for finding in document["findings"]}
    missing = [
        f"    {item['item']}: {plain(item['reason'])}"
        for item in document["scorecard"]
        if item["met"] is False and "ignored" not in item and item["item"] not in flagged
    ]
    if missing:
        lines += ["", "  Worth considering for the whole text:", *missing]
    return "\n".join([*lines, ""])


def _counts(document: Mapping[str, Any]) -> str:
    count = len(document["findings"])
    if document["coverage"]["checked"] == "none" and not count:
        return "not checked"
    parts = [f"{count} finding{plural(count)}"]
    for number, words in (
        (document.get("left_out", 0), "less sure left out"),
        (len(document.get("ignored", ())), "ignored by comments"),
        (document.get("known", 0), "known"),
    ):
        parts += [f"{number} {words}"] if number else []
    return ", ".join(parts)


def _notes(document: Mapping[str, Any]) -> Iterator[str]:
    coverage = document["coverage"]
    if coverage["note"]:
        yield f"  Note: {plain(coverage['note'])}"
    if coverage["topic"] in ("part", "touched", "off") and coverage["checked"] != "none":
        yield "  Where it is about trafficking, --on-topic says so."
    if coverage["missed"] and not document["findings"]:
        yield f"  Note: {plain(coverage['missed'])}"
    for problem in document.get("ignore_problems", ()):
        yield f"  {problem['line']}:{problem['column']}  Note: {plain(problem['message'])}"


def _people(people: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield a line for each person, by place, after how many are to be decided."""
    if people:
        yield ""
        yield f"  People: {len(people)}, {sum(map(is_open, people))} to decide before publication"
    for one in people:
        in_title = one["mentions"][0]["field"] == "title"
        where = "title" if in_title else f"{one['line']}:{one['column']}"
        role, sure = one["role"].replace("_", " "), round(100 * one["role_probability"])
        asked = f": open: {'? '.join(one['questions'])}?" if one["questions"] else ""
        yield f"    {where}  Person {one['person']} ({role}, {sure} %){asked}"


def _where(finding: Mapping[str, Any]) -> str:
    return "title" if finding["field"] == "title" else f"{finding['line']}:{finding['column']}"


def _finding(finding: Mapping[str, Any], sources: int | None) -> Iterator[str]:
    quoted = "" if finding["quoted"] == "no" else f" ({finding['quoted']} quotation)"
    confidence = finding["confidence"]
    sure = "" if confidence is None else f"  (editors mark {in_ten(confidence)})"
    yield f"  {_where(finding)}  {finding['severity']}  {finding['rule']}{quoted}{sure}"
    match = f"“{plain(finding['match'])}”: " if finding["match"] else ""
    yield f"    {match}{plain(finding['message'])}"
    yield from (f"    Why: {plain(reason)}" for reason in finding["why"].splitlines())
    yield from (f"    Better: {plain(suggestion)}" for suggestion in finding["suggestions"])
    for source in finding["sources"][:sources]:
        title, section, url = (plain(source[key]) for key in ("title", "section", "url"))
        yield f"    Source: {title}, {section} <{url}>"


def need_one_word_file(files: Sequence[str], output: Path | None, redact: bool) -> Path:
    """Return where to write; raises `UsageError` unless there is one Word file and a new name.

    The draft is never written over: should that fail half-way, both would be lost.
    """
    if redact:
        raise UsageError("--redact and --format docx exclude each other: the file is the draft")
    if output is None:
        raise UsageError("--format docx: say with -o where the file with comments is to go")
    if len(files) != 1 or Path(files[0]).suffix.lower() != ".docx":
        raise UsageError("--format docx: give one .docx file")
    if output.resolve() == Path(files[0]).resolve():
        raise UsageError(f"-o: '{output}' is the draft itself; give another name")
    return output


def write_reviewed(path: str, document: Mapping[str, Any], output: Path) -> None:
    """Write the Word file at `path` with comments to `output`, unless it could not be checked."""
    from monitor.text.docx_comments import AUTHOR, comment_docx

    if "error" in document:
        return
    data = comment_docx(Path(path).read_bytes(), document, author=AUTHOR, now=datetime.now(UTC))
    output.write_bytes(data)


Format = Literal["text", "json", "sarif", "github", "html"]
BY_SUFFIX: dict[str, Format] = {".sarif": "sarif", ".json": "json", ".html": "html", ".txt": "text"}


def render_batch(batch: Batch, format: Format) -> str:
    """Return the report of a run, empty where a format has nothing to say."""
    if format == "text":
        return "\n".join(as_text(document) for document in batch.documents)
    if format == "json":
        result = {"schema": 1, "guideline": batch.guideline, "documents": batch.documents}
        return json.dumps(result, ensure_ascii=False, indent=2)
    from monitor.check.report_formats import as_github, as_page, as_sarif

    return {"sarif": as_sarif, "github": as_github, "html": as_page}[format](batch)


def format_of(path: Path) -> Format:
    """Return the format of a report by its suffix; raises `UsageError` for another one."""
    if (suffix := path.suffix.lower()) in BY_SUFFIX:
        return BY_SUFFIX[suffix]
    raise UsageError(f"--report: '{path}' ends in none of {', '.join(BY_SUFFIX)}")


def write_file(path: Path, text: str) -> None:
    """Write `text` as UTF-8; what is no character, as a file's name may hold, is escaped."""
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
        file.write(text if text.endswith("\n") else f"{text}\n")
