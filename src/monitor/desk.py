"""`Desk`: what every job is given, from the settings to whose names are hidden.

Everything heavy is opened when first needed, so that a draft can be checked without a database
and a digest printed without spaCy.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import unquote

from monitor.check.drafts import (
    Drafts,
    by_heads,
    by_rules,
    english_folder,
    english_people,
    load_shipped_classifiers,
)
from monitor.labels.data_files import data_dir
from monitor.records.finding import Span
from monitor.records.hidden_names import (
    FAILED,
    LANGUAGE,
    LATER,
    Mask,
    Shown,
    shown_by,
    stretches,
    withheld,
)
from monitor.records.people import PeopleMemory
from monitor.records.stamps import earlier_stamp, make_stamp, marked
from monitor.settings import Settings

if TYPE_CHECKING:
    from monitor.people.anonymisation import Masked
    from monitor.people.name_propagation import NamePropagation
    from monitor.records.article import Article, AssessedArticle, Assessor
    from monitor.records.finding import FieldName
    from monitor.rules.compiler import Guideline
    from monitor.rules.rule_reloading import InForce
    from monitor.rules.rule_schema import GuidelineHead
    from monitor.storage.store import Store
    from monitor.storage.work_queue import Progress

BATCH = 64
"""Articles judged in one transaction: small enough to lose little when killed."""
MOST_LOOKED_THROUGH = 5
"""Articles that are looked through while somebody waits for a page, at most."""
WITHIN_S = 0.5
"""No further one is begun after so many seconds."""
LONG = 20_000
"""Characters of an article that nobody is to wait for."""

Head = TypeVar("Head", bound="GuidelineHead")
Look = Callable[["Article"], "Masked | None"]
"""Finds the names of an article; `None` in a language in which nobody can tell them."""


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


class Desk(Drafts):
    """Settings, clock, database, rules and models in force, and whose names are hidden.

    Use as a context manager, or call `close`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        now: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self.settings = settings
        self.now = now
        self.sleep = sleep
        self._open = ExitStack()
        self._carried = set[str]()
        """The stamps whose earlier records the store has under their present name."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def today(self) -> date:
        """The present day on the desk's clock."""
        return self.now().astimezone(self.settings.zone).date()

    def close(self) -> None:
        """Close the database, if it was opened."""
        self._open.close()

    @cached_property
    def store(self) -> Store:
        """The database of feeds, articles and judgements."""
        from monitor.storage.store import open_store

        opened = open_store(self.settings.database_url, name_key=self.settings.names_key)
        return self._open.enter_context(opened)

    def ready(self) -> dict[str, Any]:
        """Open all that telling needs; raises what is wrong, returns the stamps in force."""
        self.store.ping()
        return {"stamps": [assessor.stamp for assessor in self.assessors]}

    @cached_property
    def people_memory(self) -> PeopleMemory:
        """The people that tagger, rules and masks read in the same articles, while a job runs."""
        return PeopleMemory()

    @cached_property
    def classifiers(self) -> tuple[Assessor, ...]:
        """The relevance classifier and the taggers, which share what is read of people."""
        return load_shipped_classifiers(self.people_memory)

    def _memory_for(self, guideline: GuidelineHead) -> PeopleMemory | None:
        """Return what is remembered of people, where a guideline reads them by the same words."""
        own = guideline.extends or guideline.path != english_folder()
        return None if own else self.people_memory

    @by_rules
    def assessors(self, in_force: InForce) -> tuple[Assessor, ...]:
        """Everything that judges a stored article, in the order it is run."""
        from monitor.classify.assessors import relevance_of
        from monitor.rules.checker import GuidelineAssessor

        guidelines = [
            GuidelineAssessor(
                ruling.guideline,
                disable=ruling.disable,
                severity=ruling.severity,
                relevance=relevance_of(self.classifiers, ruling.guideline.language),
                people=self._memory_for(ruling.guideline),
            )
            for ruling in in_force.rulings
        ]
        return (*self.classifiers, *guidelines)

    @property
    def stamps(self) -> tuple[str, ...]:
        """The stamps of the assessors in force; none of them is loaded for that."""
        check = self.settings.check
        loaded = not vars(self).keys().isdisjoint(("shelf", "classifiers", "assessors"))
        if loaded or check.disable or check.severity:
            return self.carried(assessor.stamp for assessor in self.assessors)
        return self.carried(self._stamps_of_files)

    @cached_property
    def _stamps_of_files(self) -> tuple[str, ...]:
        from monitor.classify.model_stamps import models_in_use, relevance_name

        models = models_in_use(data_dir("models"), english_people().stamp).stamps()
        stamps = list(models.values())
        for head in self.heads:
            model = models.get(relevance_name(head.language))
            stamps.append(marked(head.stamp, model) if model else head.stamp)
        return tuple(stamps)

    @property
    def relevance_stamps(self) -> tuple[str, ...]:
        """The stamps of the models that say what is relevant."""
        return tuple(s for s in self.stamps if s.startswith("relevance-"))

    @cached_property
    def stories_stamp(self) -> str:
        """The stamp of the rule that folds articles into stories."""
        return self.carried([stories_stamp()])[0]

    def carried(self, stamps: Iterable[str]) -> tuple[str, ...]:
        """Return stamps that the store is to be asked for.

        What it holds under the stamp that version 0.1.0 would have made is carried over first.
        """
        asked = tuple(stamps)
        renamed = {earlier: stamp for stamp in asked if (earlier := earlier_stamp(stamp)) != stamp}
        if set(renamed.values()) - self._carried:
            self.store.carry_over(renamed, self.now())
            self._carried.update(renamed.values())
        return asked

    @cached_property
    def measured_countries(self) -> frozenset[str] | None:
        """Where it was measured how well articles are found; `None`: nowhere by itself."""
        from monitor.classify.relevance import measured_countries

        return measured_countries(data_dir("models"))

    @cached_property
    def judged(self) -> Progress:
        """Up to when everything is judged: kept for as long as this object."""
        from monitor.storage.work_queue import Progress

        return Progress()

    @cached_property
    def folded(self) -> Progress:
        """Up to which judgement everything is in a story: kept for as long as this object."""
        from monitor.storage.work_queue import Progress

        return Progress()

    def articles(
        self, *, limit: int | None = None, after: str | None = None, **filters: Any
    ) -> Iterator[AssessedArticle]:
        """Yield stored articles with what is said of them, oldest sight first."""
        return self.store.assessed(self.stamps, limit=limit, after=after, **filters)

    def article(self, article_id: str) -> AssessedArticle:
        """Return one stored article; raises `NotFound`."""
        return self.store.article(article_id, self.stamps)

    @by_rules
    def _readers(self, in_force: InForce) -> dict[str, Guideline]:
        return readers_of(in_force.guidelines)

    def reader(self, article: Article) -> Guideline | None:
        """Return by whose words the names of an article are told, None for its language."""
        from monitor.text.language_detection import spoken_language

        told = f"{article.title}\n{article.text}"
        spoken = spoken_language(article.language, told, list(self._readers)[-1])
        return self._readers.get(spoken) if spoken else None

    @by_heads
    def names_stamp(self, heads: Sequence[GuidelineHead]) -> str:
        """Return the stamp of what tells whose names are hidden."""
        from monitor.rules.loading import names_stamp

        guidelines = {one.path: one.about for one in readers_of(heads).values()}
        return self.carried([names_stamp(guidelines, models=data_dir("models"))])[0]

    def mask(self, article: Article) -> Masked | None:
        """Return an article with all names masked that may be a victim's, minor's or relative's.

        By what this very text tells, whatever others do. `None` for one in a language in which
        nobody can tell them.
        """
        from monitor.people.anonymisation import mask_names
        from monitor.people.people_table import read_people

        if (reader := self.reader(article)) is None:
            return None
        table = read_people(
            reader.person_lists,
            article.text,
            title=article.title,
            memory=self._memory_for(reader),
        )
        return mask_names(article.text, table, title=article.title)

    def shown(
        self,
        articles: Iterable[Article],
        *,
        ask: frozenset[str] = frozenset(),
        patient: bool = False,
        clock: Callable[[], float] = time.perf_counter,
    ) -> dict[str, Shown]:
        """Return by id what may be shown of whole articles, names hidden save of those in `ask`.

        What nobody looked through yet is looked through, with its older versions, within the limits
        above or, if `patient`, however many there are; of the rest nothing is shown.
        """
        wanted = list(articles)
        store, stories = self.store, self.stories_stamp
        masks = store.masks((article.id, article.sha256) for article in wanted)
        hidden = [article for article in wanted if article.id not in ask]
        looked_through = {key for key, mask in masks.items() if mask.stamp}
        new = [
            one.id
            for one in hidden
            if (one.title or one.text) and (one.id, one.sha256) not in looked_through
        ]
        found: dict[str, Shown] = {}
        open_ids = store.incomplete((one.id for one in hidden), stories).union(new)
        spreading: NamePropagation | None = None
        if open_ids:
            from monitor.people.name_propagation import NamePropagation

            spreading = NamePropagation(store.mask_groups(open_ids, stories), store.name_key.read)
        older = store.older_versions(new, "") if new else []
        begun, looked = clock(), 0
        for article in wanted:
            mask = masks.get((article.id, article.sha256))
            if mask is not None and spreading and article.id not in ask:
                mask = spreading.again(article, mask)
            if article.id in ask:
                found[article.id] = Shown(article.title, asked=True)
            elif not article.title and not article.text:  # expired or erased: its address is left
                tells = mask is None or mask.link_tells or bool(mask.untold)
                found[article.id] = Shown("", link_tells=tells, byline_tells=tells)
            elif mask is not None and mask.stamp:
                found[article.id] = shown_by(article, mask)
            elif spreading and (
                patient
                or (
                    looked < MOST_LOOKED_THROUGH
                    and len(article.text) < LONG
                    and clock() - begun < WITHIN_S
                )
            ):
                masked = [
                    (one, make_mask(one, "", self.mask))
                    for one in older
                    if one.id == article.id and one.sha256 != article.sha256
                ]
                looked += 1 + len(masked)
                whole = spreading.whole(article, make_mask(article, "", self.mask), masked)
                found[article.id] = shown_by(article, whole)
            else:
                found[article.id] = withheld(article, LATER)
        return found


def readers_of(guidelines: Iterable[Head]) -> dict[str, Head]:
    """Return by whose words names are told, by language: ours, where it is in that language."""
    ours = data_dir("guidelines").resolve()
    known = [guideline for guideline in guidelines if not guideline.extends]
    known.sort(key=lambda guideline: not guideline.path.resolve().is_relative_to(ours))
    return {guideline.language: guideline for guideline in reversed(known)}


def stories_stamp() -> str:
    """Return the stamp of the rule that folds articles into stories."""
    frequencies = Path(__file__).parent / "stories" / "frequencies.json"
    return make_stamp("stories", "2.0.0", "stories", files=[frequencies])


def make_mask(article: Article, stamp: str, look: Look) -> Mask:
    """Return where an article names those who are hidden; an article never makes it fail."""
    from monitor.people.anonymisation import PART

    untold = LANGUAGE
    try:
        masked = look(article)
    except Exception:  # noqa: BLE001 - recorded, or it would be due for ever
        masked, untold = None, FAILED
    if masked is None:  # the address mostly repeats the headline
        return Mask(article.id, article.sha256, stamp, untold=untold, link_tells=True)
    fields: dict[FieldName, str] = {"title": article.title, "text": article.text}
    spans = tuple(
        Span(field, start, end)
        for field, words in fields.items()
        for start, end in stretches(field, words, masked.spans)
    )
    return Mask(
        article.id,
        article.sha256,
        stamp,
        spans,
        masked.names_in(unquote(article.url)),
        sure=tuple(
            one
            for one in spans
            if not masked.sure.isdisjoint(PART.findall(fields[one.field], one.start, one.end))
        ),
        apart=masked.apart,
    )
