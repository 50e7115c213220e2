"""Hidden names on request: looked for ahead, hidden in lists, shown for an hour, each time counted.

They are the names of victims, minors and relatives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from monitor.desk import Desk, make_mask
from monitor.records.article import Article
from monitor.records.errors import UsageError
from monitor.records.hidden_names import KEY, MIN_PART, Mask, Shown
from monitor.records.json_shapes import named_json
from monitor.text.search_terms import words_at

SHOWN_FOR = timedelta(hours=1)  # so long are names shown to who asked for them
AT_ONCE = 16  # articles looked through in one transaction: half a second's work


def look_through(desk: Desk, articles: Sequence[Article]) -> list[Mask]:
    """Return the masks of articles, and of their other versions that need them too."""
    stamp = desk.names_stamp
    older = desk.store.older_versions([article.id for article in articles], stamp)
    every = {(one.id, one.sha256): one for one in (*articles, *older)}
    return [make_mask(one, stamp, desk.mask) for one in every.values()]


def complete(desk: Desk, ids: Sequence[str]) -> None:
    """Make the masks of articles whole, save those that hold names whose key is lost."""
    from monitor.people.name_propagation import NamePropagation

    groups = desk.store.mask_groups(ids, desk.stories_stamp)
    spreading = NamePropagation(groups, desk.store.name_key.read)
    found = [
        (spreading.whole(source.article, source.own), source.token, groups.basis[one])
        for one in groups.near
        for source in groups.sources.get(one, ())
    ]
    desk.store.record_complete([one for one in found if one[0].untold != KEY])


def lift(desk: Desk, article_id: str, name: str, who: str, *, undo: bool = False) -> int:
    """Hide a name in an article no longer; return of how many articles of its story that holds.

    What is kept is who said so and when, and hashes of each word and of all as one; with `undo`
    that goes again. In the other articles it stays hidden where one of them hides it. Raises
    `UsageError` for a name without words, `NotFound`.
    """
    words = [word for word, _ in words_at(name) if word != "s"]
    if not any(len(word) >= MIN_PART for word in words):
        raise UsageError(f"a name has a word of {MIN_PART} letters at least")
    words.append("".join(words))  # as addresses and tags write it
    store = desk.store
    if undo:
        seal = store.name_key.read()
        store.unlift_names(
            article_id, {one for word in words for one in seal.made(article_id, word)}
        )
    else:
        seal = store.name_key.make()
        hashes = {seal.hash(article_id, word) for word in words}
        store.lift_names(article_id, hashes, who, desk.now())
    near = store.mask_groups([article_id], desk.stories_stamp).near[article_id]
    complete(desk, sorted(near))
    return len(near)


def see(
    desk: Desk, articles: Iterable[Article], *, who: str | None = None, patient: bool = False
) -> dict[str, Shown]:
    """Return by id what may be shown of whole articles; all, and counted, where `who` asks for it.

    Of several versions of one article ask one by one.
    """
    every = list(articles)
    found = desk.shown(every, patient=patient)
    if who is None:
        return found
    ask(desk, [key for key, one in found.items() if one.hides], who, once=True)
    return {one.id: Shown(one.title, asked=True) for one in every}


def seen_json(article: Article, shown: Shown) -> dict[str, Any]:
    """Return by what an article is known, of which its hidden names are taken out already.

    `url` and `title` are null where they are withheld; `withheld` then says why.
    """
    told = named_json(article)
    told["url"] = told["url"] or None
    return {**told, "title": None, "withheld": shown.withheld} if shown.withheld else told


def ask(desk: Desk, ids: Sequence[str], who: str, *, once: bool = False) -> int:
    """Show `who` the names of articles, `once` or for an hour, and count it; return of how many."""
    now = desk.now()
    return desk.store.ask_names(ids, who, now, now if once else now + SHOWN_FOR)


def hide(desk: Desk, ids: Sequence[str], who: str) -> None:
    """Hide the names of articles from `who` again."""
    desk.store.hide_names(ids, who, desk.now())


def asked(desk: Desk, who: str) -> frozenset[str]:
    """Return the articles whose names `who` asked for, within the last hour."""
    return desk.store.asked(who, desk.now())


def asked_by_month(desk: Desk, since: datetime | None = None) -> dict[str, int]:
    """Return how often names were asked for in each month of the desk's zone, oldest first."""
    times = (at.astimezone(desk.settings.zone) for at in desk.store.asking_times(since))
    return dict(Counter(f"{at:%Y-%m}" for at in times))
