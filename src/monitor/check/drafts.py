"""`Drafts`: checking and classifying what somebody hands in. It has no store to keep it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from monitor.labels.data_files import data_dir
from monitor.records.article import Assessor
from monitor.settings import Settings, cache_dir, guideline_dir

if TYPE_CHECKING:
    from monitor.check.answer import Told
    from monitor.classify.bulk import Classified, Prepare
    from monitor.rules.compiler import Guideline
    from monitor.rules.guideline_heads import GuidelineHead
    from monitor.rules.house_style import InForce, Ruling
    from monitor.rules.national_law import Country
    from monitor.rules.rule_reloading import Shelf
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
    def shelf(self) -> Shelf:
        """What reads the guidelines, and again when a newsroom edits its own."""
        from monitor.rules.rule_reloading import Rules, Shelf

        check = self.settings.check
        rules = Rules(self._folders, check.disable, check.severity)
        return Shelf(rules, cache=cache_dir(), models=data_dir("models"))

    @property
    def _folders(self) -> tuple[Path, ...]:
        names = self.settings.check.guidelines
        return tuple(guideline_dir(name, self.settings.home) for name in names)

    @property
    def in_force(self) -> InForce:
        """The guidelines in force, with the settings of their rules; ask once for one answer."""
        return self.shelf.in_force

    @property
    def guidelines(self) -> tuple[Guideline, ...]:
        """The guidelines that drafts and articles are checked against, in order."""
        return self.in_force.guidelines

    @property
    def guideline(self) -> Guideline:
        """The first of them."""
        return self.guidelines[0]

    @property
    def heads(self) -> Sequence[GuidelineHead]:
        """What `guideline.yaml` says of each of them, whether their rules were read or not."""
        return self._loaded_heads if "shelf" in vars(self) else self._heads

    @by_rules
    def _loaded_heads(self, in_force: InForce) -> Sequence[GuidelineHead]:
        return in_force.guidelines

    @cached_property
    def _heads(self) -> Sequence[GuidelineHead]:
        from monitor.rules.guideline_heads import read_heads

        return read_heads(self._folders, cache=cache_dir(), models=data_dir("models"))

    @by_rules
    def rule_titles(self, in_force: InForce) -> Mapping[str, str]:
        """Return the titles of all rules, by id; the first guideline's where several have one."""
        rules = [rule for guideline in in_force.guidelines for rule in guideline.rules]
        return {rule.id: rule.title for rule in reversed(rules)}

    @property
    def countries(self) -> Mapping[str, Country]:
        """The countries whose law and helplines are known, by code, in order of name."""
        return self.in_force.countries

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        """The relevance classifier and the taggers."""
        from monitor.classify.assessors import load_classifiers

        return tuple(load_classifiers(data_dir("models")))

    def check_text(
        self,
        text: str,
        *,
        title: str = "",
        format: str = "txt",
        language: str | None = None,
        guideline: str | Sequence[str] | None = None,
        country: str | None = None,
        path: str | None = None,
        include_text: bool = False,
        min_confidence: float | None = None,
        on_topic: bool = False,
    ) -> dict[str, Any]:
        """Check one draft; return the document of design section 4.

        `country` (ISO 3166-1 alpha-2) brings that country's law and helplines; empty is none, and
        `None` the desk's own. Findings that are less sure than `min_confidence` (0 to 1) are left
        out, save those that protect people. `on_topic`: the draft is said to be about trafficking,
        whatever it reads as. `guideline`: only these of those in force, by id or stamp, and what
        they extend. Raises `DocumentError` for a draft that cannot be read, `DocumentTooLarge` over
        the limit, `UsageError` for a guideline that is not in force, a code that is no country's or
        a confidence that is none.
        """
        from monitor.text.readers import make_document

        in_force = self.in_force.chosen(guideline)
        document = make_document(
            text,
            title=title,
            format=format,
            language=language,
            max_chars=self.settings.check.max_chars,
        )
        options = {"path": path, "include_text": include_text}
        return self._check(in_force, document, country, min_confidence, on_topic, **options)

    def check_bytes(
        self,
        data: bytes,
        name: str,
        *,
        guideline: str | Sequence[str] | None = None,
        country: str | None = None,
        path: str | None = None,
        include_text: bool = False,
        min_confidence: float | None = None,
        on_topic: bool = False,
    ) -> dict[str, Any]:
        """Check the content of a file called `name`; all else as `check_text`."""
        from monitor.text.readers import read_document

        in_force = self.in_force.chosen(guideline)
        document = read_document(data, name, max_chars=self.settings.check.max_chars)
        options = {"path": path, "include_text": include_text}
        return self._check(in_force, document, country, min_confidence, on_topic, **options)

    def _check(
        self,
        in_force: InForce,
        document: Document,
        country: str | None,
        least: float | None,
        on_topic: bool,
        **options: Any,
    ) -> dict[str, Any]:
        from monitor.check.answer import answer_json
        from monitor.labels.countries import parse_country
        from monitor.rules.findings import check_share
        from monitor.rules.national_law import country_json

        check_share(least)
        code = self.settings.check.country if country is None else country
        code = parse_country(code) if code else ""
        is_shown = cache(self._is_shown)  # several guidelines may ask the same of a draft
        told = [
            self._told(ruling, document, code, on_topic, is_shown)
            for ruling in in_force.speaking(document.language, document.text)
        ]
        entry = answer_json(told, document, least=least, **options)
        entry = _without_ignored(entry, in_force, document)
        if not code:
            return entry
        return {**entry, "country": country_json(code, in_force.countries.get(code))}

    def _told(
        self,
        ruling: Ruling,
        document: Document,
        code: str,
        on_topic: bool,
        is_shown: Callable[[str, str, str], bool],
    ) -> Told:
        """Return what one guideline says of a draft."""
        from monitor.check.answer import Told
        from monitor.rules.checker import check_document
        from monitor.rules.national_law import in_country

        checked = check_document(
            ruling.guideline,
            document,
            disable=ruling.disable,
            severity=ruling.severity,
            on_topic=on_topic,
            is_shown=partial(is_shown, ruling.guideline.language),
        )
        if on_topic:
            checked = replace(checked, about="said")
        known = ruling.countries.get(code) if code else None
        if known:
            checked = in_country(checked, ruling.guideline.rules, known)
        return Told(ruling.guideline, checked, ruling.missed)

    def _is_shown(self, language: str, title: str, text: str) -> bool:
        """Whether an article like a draft would be shown: plain words may hide the subject."""
        from monitor.classify.assessors import load_shown

        if language not in self._shown:
            self._shown[language] = load_shown(data_dir("models"), language)
        return self._shown[language](title, text)

    @cached_property
    def _shown(self) -> dict[str, Callable[[str, str], bool]]:
        return {}

    def classify_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Classify JSON lines `{id, title, text[, language]}`; one line out for each, in order."""
        from monitor.classify.bulk import classify_lines

        return classify_lines(lines, self.classifiers)

    def classify_bulk(
        self, rows: Iterable[Any], *, jobs: int = 1, prepare: Prepare = list
    ) -> Iterator[Classified]:
        """Classify any number of JSON lines on `jobs` processes, chunk by chunk, in order.

        Rows of another kind are made lines by `prepare`, there.
        """
        from monitor.classify.bulk import classify_bulk

        models = data_dir("models")
        return classify_bulk(rows, self.classifiers, models, jobs=jobs, prepare=prepare)


def _without_ignored(
    entry: dict[str, Any], in_force: InForce, document: Document
) -> dict[str, Any]:
    """Put aside what comments in a Markdown or HTML draft silence."""
    from monitor.check.ignore_comments import with_ignored

    if not document.comments or document.source_map is None:
        return entry
    names = {
        name
        for ruling in in_force.rulings
        for rule in ruling.guideline.rules
        for name in (rule.id, f"{ruling.guideline.id}/{rule.id}")
    }
    return with_ignored(entry, document.comments, names, document.source_map.positions)
