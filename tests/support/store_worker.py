"""A program that polls and assesses from a fixed plan, for tests that kill it.

`python store_worker.py URL MODE`, mode `run` (assess what is due, then poll, in turn), `ingest` or
`assess` (until the plan is through). It takes up the plan where the store says it was left.
"""

import sys
from collections.abc import Iterator

from monitor.records.article import Article, Assessment
from monitor.records.feed import Feed, Incoming, Poll
from monitor.records.tag import Tag
from monitor.storage.store import Store, open_store
from store_samples import CLASSIFIER, TAGGER, at, feed, incoming, judged, poll, tagged

FEEDS = [feed("a"), feed("b"), feed("c")]
POLLS = 60


def plan(number: int) -> Poll:
    """Poll number `number`: entries in common with the polls before and with other feeds."""
    source: Feed = FEEDS[number % 3]
    return poll(source, list(_entries(number)), dropped={"empty": number % 2})


def _entries(number: int) -> Iterator[Incoming]:
    for place in range(max(0, number - 4), number + 3):
        edition = number // 7 if place % 5 == 0 else 0
        yield incoming(f"{place}", f"Text {place}, edition {edition}. " + "More words. " * 50)


def assess(store: Store) -> int:
    """Judge one batch for each stamp; return how many articles."""
    batches = {stamp: store.due(stamp, limit=5) for stamp in (CLASSIFIER, TAGGER)}
    for stamp, batch in batches.items():
        store.record_assessments([(article, _said(stamp, article)) for article in batch], at(0))
    return sum(map(len, batches.values()))


def _said(stamp: str, article: Article) -> Assessment:
    score = int(article.sha256[:4], 16) / 0xFFFF
    return judged(score) if stamp == CLASSIFIER else tagged(Tag("form", "other", score))


def main(url: str, mode: str) -> None:
    """Follow the plan to its end."""
    with open_store(url) as store:
        store.add_feeds(FEEDS, at(0))
        print("ready", flush=True)
        while True:
            worked = assess(store) if mode != "ingest" else 0
            done = store.counts()["polls"]
            if mode != "assess" and not worked and done < POLLS:
                store.record_poll(plan(done), at(done))
            elif not worked and done == POLLS:
                return


if __name__ == "__main__":
    main(*sys.argv[1:])
