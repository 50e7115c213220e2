"""`monitor guidelines`: the rules, what they rest on, and whether their examples hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typer import Context, Exit

from monitor.cli import common
from monitor.cli.common import argument, monitor_of, option, plural, say, show, show_as, show_json
from monitor.records.errors import UsageError

if TYPE_CHECKING:
    from monitor.desk import Desk
    from monitor.evaluate.try_rules import RuleTrial, Trial
    from monitor.rules.compiler import Guideline

app = common.group()

OUTLETS_SHOWN = 10
"""Outlets named in the text; JSON has all."""
_PERIOD = re.compile(r"([1-9]\d{0,3})([dw])")
_WHY_NOT = {"language": "in another language", "expired": "expired"}


@app.command("try")
def try_(
    context: Context,
    file: Path = argument("A file of rules, RULE.yaml.", metavar="FILE"),
    since: str | None = option("First seen since then: 90d, 12w or an ISO date. Default: all."),
    shown: int = option("Hits of each rule to print.", 10, "--examples", min=0, max=1000),
    format: common.TextOrJson = "text",
) -> None:
    """Show what rules would flag in the desk's archive; they need not be in force.

    Their own examples are run first; exit 1 if one does not hold.
    """
    from monitor.evaluate.try_rules import tried_rules, try_rules
    from monitor.records.dates import midnight, parse_day
    from monitor.records.json_shapes import time_json
    from monitor.rules.example_tests import run_examples

    monitor = monitor_of(context)
    start = None
    if since is not None and (found := _PERIOD.fullmatch(since)):
        start = monitor.now() - timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))
    elif since is not None:
        start = midnight(parse_day(since, "--since (or 90d, 12w)"), monitor.settings.zone)
    guideline = tried_rules(monitor, file)
    failures = run_examples(guideline)
    for failure in failures:
        say(str(failure))
    count = sum(len(rule.examples) for rule in guideline.rules)
    say(f"{file}: {len(guideline.rules)} rules, {count} examples, {len(failures)} failed")
    with common.counter("looking through the archive") as report:
        trial = try_rules(monitor, guideline, since=start, shown=shown, report=report)
    told = {
        "schema": 1,
        "since": time_json(start),
        "examples": {
            "count": count,
            "failed": [
                {name: getattr(one, name) for name in ("rule", "kind", "number", "problem")}
                for one in failures
            ],
        },
        "looked_at": trial.looked_at,
        "relevant": trial.relevant,
        "with_hit": trial.with_hit,
        "not_judged": dict(trial.not_judged),
        "rules": [
            {
                "rule": rule.rule,
                "hits": rule.hits,
                "articles": rule.articles,
                "relevant": rule.relevant,
                "by_outlet": dict(rule.outlets),
                "by_severity": dict(rule.severities),
                "answers": dict(rule.answers),
                "shown": [
                    {
                        "id": hit.article_id,
                        **{k: v for k, v in asdict(hit).items() if k != "article_id"},
                        "seen": time_json(hit.seen),
                    }
                    for hit in rule.shown
                ],
            }
            for rule in trial.rules
        ],
    }
    show_as(format, told, _trial_lines(monitor, guideline, trial), indent=2)
    raise Exit(1 if failures else 0)


def _trial_lines(desk: Desk, guideline: Guideline, trial: Trial) -> Iterator[str]:
    apart = ", ".join(f"{count:,} {_WHY_NOT[why]}" for why, count in trial.not_judged)
    beside = f" (not looked at: {apart})" if apart else ""
    yield (
        f"{_articles(trial.looked_at)} looked at{beside}, {trial.relevant:,} of them in digests;"
        f" {trial.with_hit:,} with a hit"
    )
    titles = {rule.id: rule.title for rule in guideline.rules}
    for rule in trial.rules:
        yield from ("", f"{rule.rule}: {titles[rule.rule]}", *_counts(rule, trial))
        for hit in rule.shown:
            day = hit.seen.astimezone(desk.settings.zone).date()
            yield from ("", f"  {day} {hit.outlet}: {hit.title}")
            yield f"    … {hit.before} [[{hit.match}]] {hit.after} …"
            if hit.message:
                better = f" Better: {' or '.join(hit.suggestions)}." if hit.suggestions else ""
                yield f"    {hit.severity}: {hit.message}{better}"
            yield f"    {hit.article_id}{f' {hit.url}' if hit.url else ''}"


def _counts(rule: RuleTrial, trial: Trial) -> Iterator[str]:
    if rule.answers:
        yield "  " + ", ".join(f"{answer} {count:,}" for answer, count in rule.answers)
        if not rule.hits:
            return
    share = f", {100 * rule.articles / trial.looked_at:.1f} %" if trial.looked_at else ""
    digests = f", {rule.relevant:,} of them in digests" if rule.relevant else ""
    yield f"  {rule.hits:,} hit{plural(rule.hits)} in {_articles(rule.articles)}{share}{digests}"
    if rule.severities:
        yield "  " + ", ".join(f"{level} {count:,}" for level, count in rule.severities)
    if rule.outlets:
        named = [f"{name} {count:,}" for name, count in rule.outlets[:OUTLETS_SHOWN]]
        if more := len(rule.outlets) - len(named):
            named.append(f"{more} more")
        yield "  articles by outlet: " + ", ".join(named)


def _articles(count: int) -> str:
    return f"{count:,} article{plural(count)}"


@app.command()
def handbook(
    context: Context,
    directory: Path = option("The folder to write into.", ..., "--output", "-o"),
    guideline: list[str] | None = option("Only this guideline in force, by id; may be repeated."),
    seed: int = option("What the tests and exercises are drawn with.", 1),
    date: datetime | None = option(
        "The day that stands on the papers (default: today).", formats=["%Y-%m-%d"]
    ),
    pdf: bool = option("Print PDFs too, where a Chromium is installed.", True),
) -> None:
    """Write handbook, brochures, training, slides, exercises, tests and answer key from the rules.

    HTML that needs nothing else, and PDF where Chromium or Chrome is installed.
    """
    from monitor.rules.handbook.printing import write_handbook

    monitor = monitor_of(context)
    with common.progress() as bar:
        task = bar.add_task("papers", total=None)
        written = write_handbook(
            monitor.in_force.chosen(guideline or None),
            directory,
            made=(date or monitor.now()).date(),
            seed=seed,
            pdf=pdf,
            tell=lambda name: bar.update(task, advance=1, description=name),
        )
    for name in written.files:
        show(str(directory / name))
    book, asked = written.material.book, written.material
    say(
        f"{book.stamp_line}: {len(book.entries)} rules, {len(book.chapters)} brochures,"
        f" {len(asked.pre)} and {len(asked.post)} questions"
    )
    if written.problem:
        say(f"{written.problem}, so no PDF: open the HTML in a browser and print it")
    if written.browser and written.problem:
        raise Exit(1)


@app.command("list")
def list_(context: Context) -> None:
    """Print the rules, one a line: id, severity, kind, title, guideline."""
    for guideline in monitor_of(context).guidelines:
        for rule in guideline.rules:
            show(f"{rule.id}\t{rule.severity}\t{rule.kind}\t{rule.title}\t{guideline.id}")


@app.command("show")
def show_(
    context: Context,
    rule: str = argument("The rule's id, or GUIDELINE/ID."),
    format: common.TextOrJson = "text",
) -> None:
    """Print one rule: what, why, examples, law by country, limits, how often it is right."""
    from monitor.review.flag_feedback import describe_rule
    from monitor.storage.health import feedback_in

    monitor = monitor_of(context)
    found = describe_rule(monitor, rule, feedback_in(monitor.settings.database_url))
    if found is None:
        raise UsageError(f"no rule '{rule}' (monitor guidelines list shows them)")
    if found["also"]:
        ways = " or ".join((f"{found['guideline']}/{found['id']}", *found["also"]))
        raise UsageError(f"several guidelines have a rule '{rule}': write {ways}")
    if format == "json":
        show_json(found, indent=2)
    else:
        show("\n".join(_rule_lines(found)))


@app.command()
def new(
    context: Context,
    rule: str = argument("The new rule's id: small letters and hyphens."),
    directory: Path | None = argument(
        "A folder of rules (default: the one in force, else our-rules).", None
    ),
) -> None:
    """Write a rule to fill in, RULE.yaml; nothing is overwritten."""
    from monitor.labels.data_files import data_dir
    from monitor.rules.loading import write_skeleton
    from monitor.settings import guideline_dir

    if directory is None:
        settings = monitor_of(context).settings
        ours = data_dir("guidelines").resolve()
        folders = [guideline_dir(name, settings.home) for name in settings.check.guidelines]
        own = [path for path in folders if not path.resolve().is_relative_to(ours)]
        directory = own[-1] if own else Path("our-rules")
    for file in write_skeleton(directory, rule):
        say(f"wrote {file}")
    say(f"fill in what is empty there, then: monitor guidelines test {directory}")


@app.command("test")
def run_tests(
    context: Context,
    directory: Path | None = argument("A guideline's folder (default: all in force).", None),
) -> None:
    """Run every rule's own examples; exit 1 if one does not hold.

    Of a guideline that extends another, those of the rules that it adds.
    """
    from monitor.labels.data_files import data_dir
    from monitor.rules.example_tests import run_examples
    from monitor.rules.loading import load_guideline
    from monitor.rules.national_law import load_countries

    models = data_dir("models")  # who is to be protected is a model's word
    # one that extends another with all rules of that: what it suggests is held against them too
    guidelines = (
        [load_guideline(directory, models=models)] if directory else monitor_of(context).guidelines
    )
    failed = False
    for in_force in guidelines:
        whole = in_force.extends
        guideline = load_guideline(in_force.folder, models=models) if whole else in_force
        load_countries(guideline.path)
        failures = run_examples(guideline, only=guideline.added)
        for failure in failures:
            show(str(failure))
        added = guideline.added or {rule.id for rule in guideline.rules}
        count = sum(len(rule.examples) for rule in guideline.rules if rule.id in added)
        say(f"{guideline.stamp}: {len(added)} rules, {count} examples, {len(failures)} failed")
        failed = failed or bool(failures)
    raise Exit(1 if failed else 0)


@app.command()
def stats(
    context: Context,
    directory: Path | None = argument("A guideline's folder (default: the first in force).", None),
    format: common.TextOrJson = "text",
) -> None:
    """Print how much there is to read: entries of each rule and of the lists, long lines."""
    from monitor.rules.rule_descriptions import WIDE, measure_size
    from monitor.settings import cache_dir, guideline_dir

    settings = monitor_of(context).settings
    folder = directory or guideline_dir(settings.check.guidelines[0], settings.home)
    told = measure_size(folder, cache=cache_dir())
    rules, lists, longest, wide = map(
        told.__getitem__, ("rules", "lexicons", "longest_line", "long_lines")
    )
    words, place = sum(lists.values()), f"{longest['file']}, line {longest['line']:,}"
    largest = f", largest {told['largest']:,} ({rules[0]['rule']})" if rules else ""
    lines = (
        *(f"{rule['rule']}\t{rule['entries']:,}" for rule in rules),
        "",
        f"{len(rules)} rules: {told['entries']:,} entries, median {told['median']:,g}{largest}",
        f"{len(lists)} lexicons: {words:,} entries; known figures: {told['figures']:,}",
        f"in all: {told['total']:,} entries",
        f"in token patterns and triggers, besides: {told['patterns']:,} words",
        f"longest line: {longest['characters']:,} characters ({place})",
        f"lines over {WIDE} characters: {sum(wide.values()):,}, in {len(wide)} files",
    )
    show_as(format, told, lines, indent=2, ascii=True)


def _rule_lines(rule: Mapping[str, Any]) -> list[str]:
    """Return a rule, as `Monitor.rule` gives it, in lines."""
    from monitor.review.flag_feedback import said_words
    from monitor.rules.measured_precision import measured_words

    lines = [f"{rule['id']}: {rule['title']}", f"{rule['severity']}, {rule['principle']}", ""]
    lines += [rule["message"], "", f"Why: {rule['why']}"]
    lines += [f"Better: {text}" for text in rule["suggest"]]
    for heading, key in (("Flagged", "bad"), ("Not flagged", "good"), ("In quotes", "quoted")):
        if examples := rule["examples"].get(key):
            lines += ["", f"{heading}:", *(f"  {text}" for text in examples)]
    right = (*measured_words(rule["measured"]), *said_words(rule["feedback"]))
    figures: list[str] = []
    for figure in rule["figures"]:
        figures.append(f"  “{figure['claim']}”: {figure['fact']} {figure['instead']}")
        figures += _source_lines(figure["sources"], "    ")
    for heading, part in (
        ("Known figures", figures),
        ("By country (as far as known)", _countries(rule)),
        ("Limits", (f"  {limit}" for limit in rule["limits"])),
        ("How often it is right", (f"  {line}" for line in right)),
        ("Sources", _source_lines(rule["sources"], "  ")),
    ):
        found = list(part)
        lines += ["", f"{heading}:", *found] if found else []
    return lines


def _source_lines(sources: Iterable[Mapping[str, Any]], indent: str) -> Iterator[str]:
    for source in sources:
        yield f"{indent}{source['title']}, {source['section']} <{source['url']}>"


def _countries(rule: Mapping[str, Any]) -> Iterator[str]:
    from monitor.rules.national_law import law_words, unchecked_words

    for country in rule["countries"]:
        if country["note"]:
            yield f"  {country['name']}: {country['note']}"
        for law in country["law"]:
            area = f" ({law['area']})" if law["area"] else ""
            cited = ", ".join(filter(None, (law["statute"], law["section"])))
            said = law_words(law["states"], law["consent"], law["unchecked_since"])
            yield f"  {country['name']}{area}, {cited}: {said}"
            yield from _source_lines(law["sources"], "    ")
        for line in country["helplines"]:
            unchecked = line["unchecked_since"] and unchecked_words(line["unchecked_since"])
            more = ", ".join(filter(None, (line["hours"], line["languages"], unchecked)))
            numbers = " or ".join(line["numbers"])
            yield f"  {country['name']}: {line['name']} {numbers}{f' ({more})' if more else ''}"
            yield from _source_lines(line["sources"], "    ")
    if rule["countries"]:
        yield "  We do not hold the law of any other country."
