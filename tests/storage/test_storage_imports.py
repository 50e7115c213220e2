"""What imports leave in the store: where each article stands, once, however often they run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.feeds.article_import import import_feed, import_id
from monitor.records.article import Import, Place
from monitor.records.article_record import Provenance
from monitor.records.json_shapes import import_json
from monitor.storage.article_filter import ArticleFilter
from monitor.storage.polls import imports_of_versions
from monitor.storage.store import Store
from store_samples import NOW, feed, incoming, poll

SHA = "ab" * 32
FILE = Import(import_id(SHA), "old.jsonl", SHA, "jsonl", NOW, "ruth")


def test_places_are_kept_of_what_a_file_brought(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.record_poll(poll(feed(), [incoming("held", "Words of its own.")]), NOW)
    entries = [
        incoming("new", "A text.", outlet="The Old Post"),
        incoming("held", "Words of its own."),
    ]
    brought = poll(import_feed(FILE), entries)
    places = {entry.article_id: Place(number, "x") for number, entry in enumerate(entries, 3)}
    result = store.record_import(FILE, brought, places, NOW)
    assert (result.fetched, result.stored, result.dropped) == (2, 1, {"duplicate": 1})
    later = replace(FILE, name="renamed.jsonl", at=NOW + timedelta(days=1), by="omar")
    again = store.record_import(later, brought, places, NOW)
    assert (again.stored, again.dropped) == (0, {"known": 2})
    ids = [entry.article_id for entry in entries]
    with store._database.reading() as connection:
        found = imports_of_versions(connection, [*ids, "absent"])
    assert found == {(ids[0], entries[0].sha256): (FILE, Place(3, "x"))}
    told = store.recorded((), ArticleFilter(), stories_stamp="", moment=NOW)
    came = {one.assessed.article.id: one.provenance for one in told}
    assert came[ids[1]] == Provenance(feed().url, NOW)
    assert came[ids[0]] == Provenance(import_feed(FILE).url, NOW, import_json(FILE, Place(3, "x")))
    assert "ruth" not in str(came)
    assert store.article(ids[0], ()).article.outlet == "The Old Post"
    assert [one.id for one in store.feeds()] == [feed().id], "nobody polls a file"
    assert {one.id for one in store.due("any@1", limit=9)} == set(ids)
