"""`Drafts`: checking and classifying what somebody hands in. It has no store to keep it in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from monitor.config import Settings, cache_dir, data_dir, guideline_dir
from monitor.errors import UsageError
from monitor.types import Assessor

if TYPE_CHECKING:
    from monitor.classify import Classified
    from monitor.guidelines import Country, Guideline
    from monitor.text.document import Document


class Drafts:
    """Guideline and models, each opened when first needed, over `settings`."""

    settings: Settings

    @cached_property
    def guideline(self) -> Guideline:
        """The guideline that drafts and articles are checked against."""
        from monitor.guidelines import load_guideline

        folder = guideline_dir(self.settings.check.guideline)
        return load_guideline(folder, cache=cache_dir(), models=data_dir("models"))

    @cached_property
    def missed(self) -> str | None:
        """How much the guideline misses, as measured, in a sentence."""
        from monitor.guidelines import load_measured, missed_words

        return missed_words(load_measured(self.guideline.path))

    @cached_property
    def countries(self) -> Mapping[str, Country]:
        """The countries whose law and helplines are known, by code, in order of name."""
        from monitor.guidelines import load_countries

        return load_countries(self.guideline.path, cache=cache_dir())

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        """The relevance classifier and the taggers."""
        from monitor.classify import load_classifiers

        return tuple(load_classifiers(data_dir("models")))

    def check_text(
        self,
        text: str,
        *,
        title: str = "",
        format: str = "txt",
        language: str | None = None,
        guideline: str | None = None,
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
        whatever it reads as. Raises `DocumentError` for a draft that cannot be read,
        `DocumentTooLarge` over the limit, `UsageError` for a guideline that is not the one in
        force, a code that is no country's or a confidence that is none.
        """
        from monitor.text.given import make_document

        if guideline is not None and guideline not in (self.guideline.id, self.guideline.stamp):
            raise UsageError(f"no guideline '{guideline}' here (there is: {self.guideline.id})")
        document = make_document(
            text,
            title=title,
            format=format,
            language=language,
            max_chars=self.settings.check.max_chars,
        )
        options = {"path": path, "include_text": include_text}
        return self._check(document, country, min_confidence, on_topic, **options)

    def check_bytes(
        self,
        data: bytes,
        name: str,
        *,
        country: str | None = None,
        path: str | None = None,
        include_text: bool = False,
        min_confidence: float | None = None,
        on_topic: bool = False,
    ) -> dict[str, Any]:
        """Check the content of a file called `name`; all else as `check_text`."""
        from monitor.text.readers import read_document

        document = read_document(data, name, max_chars=self.settings.check.max_chars)
        options = {"path": path, "include_text": include_text}
        return self._check(document, country, min_confidence, on_topic, **options)

    def _check(
        self,
        document: Document,
        country: str | None,
        least: float | None,
        on_topic: bool,
        **options: Any,
    ) -> dict[str, Any]:
        from monitor.countries import parse_country
        from monitor.guidelines import (
            answer_json,
            check_document,
            check_share,
            country_json,
            in_country,
        )

        check_share(least)
        check = self.settings.check
        code = check.country if country is None else country
        code = parse_country(code) if code else ""
        checked = check_document(
            self.guideline,
            document,
            disable=check.disable,
            severity=check.severity,
            on_topic=on_topic,
            is_shown=self._is_shown,
        )
        if on_topic:
            checked = replace(checked, about="said")
        known = self.countries.get(code) if code else None
        if known:
            checked = in_country(checked, self.guideline.rules, known)
        entry = answer_json(
            self.guideline, document, checked, least=least, missed=self.missed, **options
        )
        entry = self._without_ignored(entry, document)
        return {**entry, "country": country_json(code, known)} if code else entry

    def _without_ignored(self, entry: dict[str, Any], document: Document) -> dict[str, Any]:
        """Put aside what comments in a Markdown or HTML draft silence."""
        from monitor.ignoring import with_ignored

        if not document.comments or document.source_map is None:
            return entry
        known = self.guideline
        names = {name for r in known.rules for name in (r.id, f"{known.id}/{r.id}")}
        return with_ignored(entry, document.comments, names, document.source_map.positions)

    def _is_shown(self, title: str, text: str) -> bool:
        """Whether an article like a draft would be shown: plain words may hide the subject."""
        return self._shown(title, text)

    @cached_property
    def _shown(self) -> Callable[[str, str], bool]:
        from monitor.classify import load_shown

        return load_shown(data_dir("models"), self.guideline.language)

    def classify_lines(self, lines: Iterable[str]) -> Iterator[str]:
        """Classify JSON lines `{id, title, text[, language]}`; one line out for each, in order."""
        from monitor.classify import classify_lines

        return classify_lines(lines, self.classifiers)

    def classify_bulk(self, lines: Iterable[str], *, jobs: int = 1) -> Iterator[Classified]:
        """Classify any number of JSON lines on `jobs` processes, chunk by chunk, in order."""
        from monitor.classify import classify_bulk

        return classify_bulk(lines, self.classifiers, data_dir("models"), jobs=jobs)
