from monitor.records.feed import Visit
from monitor.storage.store import Store
from store_samples import NOW, at, feed, poll


def test_visits_are_remembered_for_a_day(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    store.save_visits({"a.example": Visit(NOW), "b.example": Visit(NOW, 4.5)}, NOW)
    store.record_poll(poll(feed()), at(1), {"a.example": Visit(at(1), 2.0)})
    assert store.visits() == {"a.example": Visit(at(1), 2.0), "b.example": Visit(NOW, 4.5)}
    store.save_visits({}, at(60 * 24 + 0.5))
    assert store.visits() == {"a.example": Visit(at(1), 2.0)}
