"""`monitor export`, and `monitor rehydrate`: the texts of an export, fetched again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Context, Exit

from monitor.cli import common
from monitor.cli.common import flag, monitor_of, option, plural, say, show
from monitor.export.columns import ExportFormat, TextDegree
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.export.as_of import Earlier
    from monitor.export.exporter import ExportReport


def _print_schema(asked: bool) -> None:
    if asked:
        from monitor.export.record import record_schema

        show(record_schema())
        raise Exit


def export(
    context: Context,
    output: common.OutputFolder,
    format: ExportFormat | None = option("The kind of file."),
    since: common.SeenSince = None,
    until: common.SeenUntil = None,
    published_since: common.PublishedSince = None,
    published_until: common.PublishedUntil = None,
    form: str | None = option("Only this form of exploitation."),
    place: common.Place = None,
    min_relevance: float | None = option(
        "Only what is judged at least this relevant.", min=0, max=1
    ),
    outlet: common.Outlet = None,
    language: common.Language = None,
    query: str | None = option(
        'Only with these words: "phrases", begin*, -without, as in the archive.'
    ),
    story: str | None = option("Only the articles of this story."),
    as_of: str | None = option(
        "As the desk was then; or as the export was made that a manifest.json tells of.",
        metavar="FILE|TIME",
    ),
    tag: list[str] | None = option("Only with this tag: topic:smuggling.", metavar="SCHEME:LABEL"),
    text: TextDegree | None = option("How much of the texts to give; default: quotes."),
    include_reserved: bool | None = flag(
        "--include-reserved",
        "Give the words of articles whose publishers reserve text mining too: for those"
        " who have the right, as research organisations may (Directive (EU) 2019/790, Art. 3).",
        None,
    ),
    restricted: bool | None = flag(
        "--restricted",
        "All as it is: findings on identification, names, and the headlines and addresses"
        " of articles that identify somebody. For yourself; not to be passed on.",
        None,
    ),
    key: Path | None = option(
        "Where withheld addresses and headlines go; default: DIR.key.jsonl.", metavar="FILE"
    ),
    quote_share: float | None = option(
        "With quotes: at most this share of a text (default: 0.1).", min=0, max=1
    ),
    quote_words: int | None = option(
        "With quotes: at most so many words of a text (default: 90).", min=0
    ),
    schema: bool = flag(  # noqa: ARG001 - it is answered before all else
        "--schema",
        "Print the JSON Schema of a record, and nothing else.",
        callback=_print_schema,
        is_eager=True,
    ),
) -> None:
    """Write the stored articles with tags, findings, stamps and offsets."""
    from monitor.export import as_of as job
    from monitor.export.key_file import key_path
    from monitor.export.publication import PublicationPolicy
    from monitor.export.selection import export as write_export
    from monitor.export.selection import read_at
    from monitor.labels.countries import country_name
    from monitor.labels.schemes import FORMS
    from monitor.records.dates import bounds_of, published_days
    from monitor.text.search_terms import read_search

    monitor = monitor_of(context)
    zone = monitor.settings.zone
    place = place.upper() if place else None
    if language is not None and not re.fullmatch("[a-z]{2,3}", language):
        raise UsageError(f"--language: '{language}' is no ISO 639 code such as en")
    if form is not None and form not in FORMS:
        raise UsageError(f"--form: '{form}' is none of {', '.join(FORMS)}")
    if place and country_name(place) == place:
        raise UsageError(f"--place: '{place}' is no ISO 3166-1 alpha-2 code such as TH")
    first, last = bounds_of(*common.days_asked(since, until), zone)
    filters: dict[str, Any] = {
        "since": first,
        "until": last,
        "form": form,
        "place": place,
        "min_relevance": min_relevance,
        "outlet": outlet,
        "language": language,
        "query": query,
        "story": story,
        "tags": tuple(common.read_tags(tag or [])) or None,
    }
    published = common.days_asked(published_since, published_until, "published-")
    if published_days(*published, zone):
        names = ("published_since", "published_until", "timezone")
        filters |= zip(names, (*published, zone.key), strict=True)
    if query:
        asked = read_search(query)
        say("; ".join((f"looked for: {asked.reading or 'nothing'}", *asked.told)))
    policy: dict[str, Any] = {
        "text": text,
        "include_reserved": include_reserved,
        "restricted": restricted,
        "quote_share": quote_share,
        "quote_words": quote_words,
    }
    key = key or key_path(output)
    earlier: Earlier | None = None
    with common.counter("writing articles") as count:
        if as_of is not None and Path(as_of).exists():
            earlier = job.completed(job.read_earlier(Path(as_of), format), filters)
            job.refuse_other(earlier, {**filters, **policy})
            report = job.export_again(monitor, output, earlier, report=count, key=key)
        elif format is None:
            raise UsageError("--format is needed: which kind of file?")
        else:
            moment = None if as_of is None else job.read_time(as_of, zone)
            asked_of = {name: value for name, value in policy.items() if value is not None}
            report = write_export(
                monitor,
                output,
                format=format,
                policy=PublicationPolicy(**asked_of),
                filters=filters,
                report=count,
                read=None if moment is None else read_at(monitor, moment),
                created=monitor.now(),
                key=None if restricted else key,
            )
    say(f"{report.rows} article{plural(report.rows)} written to {output}")
    common.say_days((since, until), (published_since, published_until))
    _tell_withheld(report)
    _tell_changes(monitor, earlier, report)


def _tell_withheld(report: ExportReport) -> None:
    """Say what the export does not tell, and why."""
    from monitor.records.dates import undated_words

    if undated := report.facts.read.lost["undated"] if report.facts.read else 0:
        say(undated_words(undated))
    if expired := report.withheld("expired"):
        say(f"{expired} of them have expired: judgements and counts, no words")
    if reserved := report.withheld("reserved"):
        many = plural(reserved)
        say(f"{reserved} article{many} without words: the publishers reserve text mining")
    if found := report.withheld("identification_findings"):
        say(f"{found} finding{plural(found)} on identification left out")
    if report.hidden and (withheld := report.facts.withheld_counts):
        key = f"; {report.key} tells which, for you alone" if withheld.rows and report.key else ""
        say(
            f"{report.hidden} withheld, as somebody can be known by them: {withheld.rows} have a"
            f" row of verdict and year{key}; by form and age they are told in steps of {withheld.k}"
        )
    if unjudged := report.unjudged:
        say(f"{unjudged} of them the guideline in force has not judged yet: monitor assess does")
    if untold := report.untold:
        say(f"{untold} of them as nobody can tell whom they name (language, or words gone)")


def _tell_changes(desk: Desk, earlier: Earlier | None, report: ExportReport) -> None:
    """Say what is not as it was; exit 1 where nothing that was lost explains it."""
    from monitor.export.as_of import compare

    found = compare(desk, earlier, report) if earlier else None
    if earlier and found and found.same:
        say(f"the same bytes as {earlier.manifest} tells of")
        return
    lost = found.lost if found else report.facts.read.lost if report.facts.read else {}
    for kind, words in (
        ("expired", "expired since: judgements and counts, no words"),
        ("forgotten", "forgotten since"),
        ("withdrawn", "left out: their publishers took words back since"),
    ):
        if count := lost.get(kind):
            say(f"{count} {words}")
    if found:
        say(f"not the same bytes: {found.rows} articles then, {report.rows} now")
        if not found.explained:
            say("nothing that is known of was lost: another version of monitor, or of its names?")
            raise Exit(1)


def rehydrate(
    context: Context,
    export: Annotated[Path, Argument(help="An export's folder, or its jsonl or parquet.")],
    output: common.OutputFolder,
    key: Path | None = option("The key file with withheld addresses and headlines."),
    include_reserved: bool = flag(
        "--include-reserved",
        "Fetch also what publishers reserve from text mining, with the right to.",
    ),
    retry: bool = flag("--retry", "Ask again where an earlier run had no answer."),
) -> None:
    """Fetch the texts of an export again, politely; verify them, bring spans to what changed."""
    from monitor.cli.run import stopped_by_signals
    from monitor.export import rehydration as job
    from monitor.jobs.schedule import Stop

    stop = Stop()
    wish = job.RehydrationRequest(
        export, output, key, include_reserved=include_reserved, retry=retry
    )
    with common.counter("fetching") as report, stopped_by_signals(stop):
        done = job.rehydrate(monitor_of(context), wish, report=report, stopped=stop)
    say(f"{done.articles - done.missing} of {done.articles} articles written to {output}")
    for cause, count in done.causes.items():
        say(f"{count} {cause}: {job.CAUSES[cause]}")
    if waiting := done.articles - sum(done.causes.values()):
        say(f"{waiting} not asked for yet: the same command goes on")
    if done.moved:
        say(f"{done.moved} found at another address")
    found = sum(count for how, count in done.spans.items() if how != "lost")
    say(f"spans: {found} in place, {done.spans.get('lost', 0)} lost")
    raise Exit(1 if done.missing else 0)
