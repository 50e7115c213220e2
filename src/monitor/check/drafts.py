"""Checking drafts, from the text handed in to the answer; there is no store to keep them in.

The answer says what was found, how far the guidelines reach, and what was left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from monitor.check.options import CheckOptions
from monitor.check.people_answers import answers_to, need_somebody
from monitor.labels.data_files import data_dir
from monitor.records.article import Assessor
from monitor.records.finding import Severity
from monitor.records.people import PeopleMemory, PeopleReader
from monitor.settings import Settings, cache_dir, guideline_dir

if TYPE_CHECKING:
    from monitor.classify.bulk import ClassifiedChunk, Prepare
    from monitor.rules.compiler import Guideline
    from monitor.rules.findings import Checked
    from monitor.rules.preconditions import About
    from monitor.rules.rule_reloading import GuidelineLoader, InForce, Ruling
    from monitor.rules.rule_schema import GuidelineHead
    from monitor.text.document import Document

T = TypeVar("T")


class by_rules(Generic[T]):  # noqa: N801 - used as `cached_property` is
    """A property made of the guidelines in force, and anew once those have changed."""

    made_of = "in_force"

    def __init__(self, make: Callable[[Any, Any], T]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _: type, name: str) -> None:
        self._key = f"_{name}_by_rules"

    def __get__(self, drafts: Drafts, _: type | None = None) -> T:
        now, kept = getattr(drafts, self.made_of), vars(drafts).get(self._key)
        if kept is None or kept[0] is not now:
            kept = vars(drafts)[self._key] = now, self._make(drafts, now)
        made: T = kept[1]
        return made


class by_heads(by_rules[T]):  # noqa: N801
    """Such a property that asks for what `guideline.yaml` says alone, and loads no rule."""

    made_of = "heads"


class Drafts:
    """Guideline and models, each opened when first needed, over `settings`."""

    settings: Settings

    @cached_property
    def shelf(self) -> GuidelineLoader:
        """What reads the guidelines, and again when a newsroom edits its own."""
        from monitor.rules.rule_reloading import GuidelineLoader

        off, loud = self.settings.check.disable, self.settings.check.severity
        models = data_dir("models")
        return GuidelineLoader(self._folders, off, loud, cache=cache_dir(), models=models)

    @property
    def _folders(self) -> tuple[Path, ...]:
        names = self.settings.check.guidelines
        return tuple(guideline_dir(name, self.settings.home) for name in names)

    @property
    def in_force(self) -> InForce:
        """The guidelines in force, with the settings of their rules; ask once for one answer."""
        return self.shelf.in_force

    @by_rules
    def guidelines(self, in_force: InForce) -> tuple[Guideline, ...]:
        """Return the guidelines that drafts and articles are checked against, in order."""
        return in_force.guidelines

    @property
    def guideline(self) -> Guideline:
        """The first of them."""
        return self.guidelines[0]

    @property
    def heads(self) -> Sequence[GuidelineHead]:
        """What `guideline.yaml` says of each of them, whether their rules were read or not."""
        return self.guidelines if "shelf" in vars(self) else self._heads

    @cached_property
    def _heads(self) -> Sequence[GuidelineHead]:
        from monitor.rules.loading import read_heads

        return read_heads(self._folders, cache=cache_dir(), models=data_dir("models"))

    @by_rules
    def rule_titles(self, in_force: InForce) -> Mapping[str, str]:
        """Return the titles of all rules, by id; the first guideline's where several have one."""
        rules = [rule for guideline in in_force.guidelines for rule in guideline.rules]
        return {rule.id: rule.title for rule in reversed(rules)}

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        """The relevance classifier and the taggers."""
        return load_shipped_classifiers()

    def check_text(
        self,
        text: str,
        *,
        title: str = "",
        format: str = "txt",
        language: str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """Check one draft; return the document of design section 4.

        `options` are those of `CheckOptions`. Raises `DocumentError` for a draft that cannot be
        read, `DocumentTooLarge` over the limit, `UsageError` for a guideline that is not in force,
        a code that is no country's or a confidence that is none.
        """
        from monitor.text.readers import make_document

        read = partial(make_document, text, title=title, format=format, language=language)
        return self._check(read, options)

    def check_bytes(self, data: bytes, name: str, **options: Any) -> dict[str, Any]:
        """Check the content of a file called `name`; all else as `check_text`."""
        from monitor.text.readers import read_document

        return self._check(partial(read_document, data, name), options)

    def _check(self, read: Callable[..., Document], given: Mapping[str, Any]) -> dict[str, Any]:
        """Check a document by each guideline; comments in it put aside what they silence."""
        from monitor.rules.checker import check_document

        options, in_force = CheckOptions(**given), self.in_force
        if options.guideline is not None:
            in_force = in_force.chosen(options.guideline)
        document = read(max_chars=self.settings.check.max_chars)
        answers, given_people = None, options.people
        if given_people is not False:
            answers = answers_to(document, () if given_people is True else given_people)
        code = self.settings.check.country if options.country is None else options.country
        if code:
            from monitor.labels.countries import parse_country
            from monitor.rules.national_law import country_json, in_country, unheld

            code = parse_country(code)

        @cache  # several guidelines may ask the same of a draft
        def is_shown(language: str, title: str, text: str) -> bool:
            return self._shown(language)(title, text)

        told, said, least = [], options.on_topic, options.min_confidence
        for ruling in in_language(in_force, document):
            own, off, loud = ruling.guideline, ruling.disable, ruling.severity
            shown = partial(is_shown, own.language)
            checked = check_document(
                own,
                document,
                disable=off,
                severity=loud,
                on_topic=said,
                is_shown=shown,
                answers=answers,
                silenced=options.silenced,
            )
            if said:
                checked = replace(checked, about="said")
            if code:
                known = ruling.countries.get(code) or unheld(code)
                checked = in_country(checked, own.rules, known)
            told.append(GuidelineResult(own, checked, ruling.missed, loud))
        tables = [one.checked.people for one in told if one.checked.people is not None]
        need_somebody(answers or (), tables)
        path, whole = options.path, options.include_text
        entry = answer_json(told, document, path=path, include_text=whole, least=least)
        if document.comments and document.source_map is not None:
            from monitor.check.ignore_comments import with_ignored

            rules = [(of.id, rule.id) for of in in_force.guidelines for rule in of.rules]
            names = {name for of, rule in rules for name in (rule, f"{of}/{rule}")}
            entry = with_ignored(entry, document.comments, names, document.source_map.positions)
        if code:
            entry["country"] = country_json(code, in_force.countries.get(code))
        return entry

    @cached_property
    def _shown(self) -> Callable[[str], Callable[[str, str], bool]]:
        """Gives what tells whether an article like a draft would be shown, by language."""
        from monitor.classify.assessors import load_shown

        return cache(partial(load_shown, data_dir("models")))

    def classify_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Classify JSON lines `{id, title, text[, language]}`; one line out for each, in order."""
        from monitor.classify.bulk import classify_lines

        return classify_lines(lines, self.classifiers)

    def classify_bulk(
        self, rows: Iterable[Any], *, jobs: int = 1, prepare: Prepare = list
    ) -> Iterator[ClassifiedChunk]:
        """Classify any number of JSON lines on `jobs` processes, chunk by chunk, in order.

        Rows of another kind are made lines by `prepare`, there.
        """
        from monitor.classify.bulk import classify_bulk

        load = load_shipped_classifiers
        return classify_bulk(rows, self.classifiers, load, jobs=jobs, prepare=prepare)


def load_shipped_classifiers(memory: PeopleMemory | None = None) -> tuple[Assessor, ...]:
    """Load the classifiers that come with the program; tags read people by our guideline."""
    from monitor.classify.assessors import load_classifiers

    return load_classifiers(data_dir("models"), english_people(memory))


def english_people(memory: PeopleMemory | None = None) -> PeopleReader:
    """Return what reads the people of English texts, nothing of it loaded."""
    from monitor.rules.loading import people_reader

    models = data_dir("models")
    return people_reader(english_folder(), models=models, cache=cache_dir(), memory=memory)


def english_folder() -> Path:
    """Return the folder of the guideline by whose words people are read."""
    from monitor.rules.loading import EXTENDED

    return data_dir("guidelines") / EXTENDED


def in_language(in_force: InForce, document: Document) -> Sequence[Ruling]:
    """Return the guidelines in a text's language; all where it is not known, or none is in it."""
    rulings = in_force.rulings
    if len({ruling.guideline.language for ruling in rulings}) == 1:
        return rulings
    from monitor.text.language_detection import identify_language

    language = document.language or identify_language(document.text) or ""
    spoken = language.partition("-")[0].lower()
    return [ruling for ruling in rulings if ruling.guideline.language == spoken] or rulings


@dataclass(frozen=True, slots=True)
class GuidelineResult:
    """What one guideline says of a draft; `missed` is how much it misses, in a sentence.

    `severity` are those that a desk has set, by rule.
    """

    guideline: Guideline
    checked: Checked
    missed: str | None = None
    severity: Mapping[str, Severity] = field(default_factory=dict)


def answer_json(
    told: Sequence[GuidelineResult],
    document: Document,
    *,
    path: str | None = None,
    include_text: bool = False,
    least: float | None = None,
) -> dict[str, Any]:
    """Return the entry of one document by all guidelines that were applied, with its coverage.

    Where two speak of the same words both stand, in the order of the guidelines. Findings less sure
    than `least` are left out, save those that protect people and those of which nothing is known;
    how many they are is `left_out`, there only where `least` is given. Where people were asked for,
    findings that protect somebody say whom by number, and the message `by_place`, without a word.
    """
    from monitor.rules.findings import about_whom, by_place, document_json, leave_out
    from monitor.rules.loading import protecting

    keep = frozenset(rule for one in told for rule in protecting(one.guideline))
    whole = told[0].checked
    if len(told) > 1:
        found = [finding for one in told for finding in one.checked.findings]
        found.sort(key=lambda finding: (finding.field == "text", finding.start, finding.end))
        scorecard = tuple(item for one in told for item in one.checked.scorecard)
        tables = [one.checked.people for one in told if one.checked.people is not None]
        people = max(tables, key=lambda table: len(table.people), default=None)
        whole = replace(whole, findings=tuple(found), scorecard=scorecard, people=people)
        if whole.silenced is not None:
            spoken = (finding for one in told for finding in one.checked.silenced or ())
            whole = replace(whole, silenced=tuple(spoken))
    kept = whole if least is None else leave_out(whole, least, keep)
    rules = {(one.guideline.id, rule.id): rule for one in told for rule in one.guideline.rules}
    loud = {(one.guideline.id, rule): set_ for one in told for rule, set_ in one.severity.items()}
    levels = {key: rule.severity for key, rule in rules.items()} | loud
    entry = document_json(
        document, kept, path=path, include_text=include_text, protecting=keep, levels=levels
    )
    if kept.people is not None:
        for finding, said in zip(kept.findings, entry["findings"], strict=True):
            if said["protects"]:
                person = about_whom(kept.people, finding)
                said["person"] = person.number if person else None
                said["by_place"] = by_place(rules[finding.guideline, finding.rule], person)
    # What was left out counts here: a text in another language that has findings was checked.
    reached = [_coverage_json(one, document.text, entry["language"]) for one in told]
    extents = ("whole", "part", "none")
    entry["coverage"] = min(reached, key=lambda coverage: extents.index(coverage["checked"]))
    if least is not None:
        entry["left_out"] = len(whole.findings) - len(kept.findings)
    return entry


_NOTES: dict[About, str] = {
    "off": "This does not read as a text about trafficking: "
    "rules that need that topic were not applied.",
    "touched": "Trafficking is mentioned here but does not read as the topic: "
    "rules that need that topic were not applied.",
    "part": "Only a part of this reads as a text about trafficking: "
    "rules that need that topic were applied there alone.",
}


def _coverage_json(result: GuidelineResult, text: str, language: str | None) -> dict[str, Any]:
    """Return how far the guideline reaches a text: "no findings" must not read as praise."""
    from monitor.text.language_detection import ENOUGH_LETTERS

    guideline, checked = result.guideline, result.checked
    own, about, found, words = guideline.language, checked.about, checked.findings, checked.words
    spoken = "unknown"
    if language:
        spoken = "covered" if language.partition("-")[0].lower() == own else "other"
    long = sum(map(str.isalpha, text)) >= ENOUGH_LETTERS
    foreign = spoken == "other" or (spoken == "unknown" and long)
    note = _NOTES.get(about)
    if foreign:
        from monitor.labels.countries import language_name

        read = "The language of this text is not known here"
        read = f"This reads as {language_name(language)}" if language else read
        outcome = "what is flagged may be wrong" if found else "not checked"
        note = f"{read}; the guideline covers {language_name(own)}: {outcome}."
    elif note is None and words < guideline.about.topic.short_words:
        note = f"Too short to judge as a whole ({words} word{'' if words == 1 else 's'})"
        note += ", and taken to be about trafficking." if about == "assumed" else "."
    extent = "none" if foreign and not found else "part" if note else "whole"
    told = None if extent == "none" else result.missed
    return {"checked": extent, "language": spoken, "topic": about, "note": note, "missed": told}
