"""Adding an article by its address, where no feed brings it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.desk import Desk
from monitor.storage.polls import PollResult


@dataclass(frozen=True, slots=True)
class Added:
    """The article's id, and the ledger line of its coming in."""

    article_id: str
    result: PollResult


def add_article(desk: Desk, url: str, *, title: str = "", outlet: str = "") -> Added:
    """Fetch and store the article at `url`; it is judged with the rest.

    Its outlet is `outlet`, else that of a feed followed of the same site, else its host. Raises
    `FeedError` where nothing can be fetched from there at all.
    """
    from monitor.feeds.feeds_by_hand import read_by_hand
    from monitor.feeds.http_client import open_client
    from monitor.feeds.politeness import manners_of
    from monitor.feeds.urls import article_id, same_site

    store = desk.store
    known_outlet = next((f.outlet or f.title for f in store.feeds() if same_site(f.url, url)), "")
    manners = manners_of(desk)
    with open_client(desk.settings.fetch, manners) as client:
        poll = read_by_hand(
            client,
            url,
            title=title,
            outlet=outlet or known_outlet,
            known=store.known,
            now=desk.now,
        )
    result = store.record_by_hand(poll, desk.now())
    store.save_visits(manners.take_changed(), desk.now())
    return Added(article_id(url), result)
