"""Not asking the archive again and again what is due, and missing nothing by it."""

from datetime import timedelta

from monitor.storage.store import Store
from monitor.storage.work_queue import MARGIN, WHOLE, Progress
from store_samples import CLASSIFIER, NOW, at, feed, incoming, judged, poll

HOUR = timedelta(hours=1)


def test_what_is_remembered() -> None:
    known = Progress()
    assert known.since("a@1", NOW) is None, "at first everything is looked at"
    known.note("a@1", NOW, NOW)
    assert known.since("a@1", NOW + HOUR) == NOW - MARGIN
    assert known.since("a@2", NOW + HOUR) is None, "a new model has judged nothing"
    known.note("a@1", NOW + 23 * HOUR, NOW + 23 * HOUR)
    assert known.since("a@1", NOW + 23 * HOUR) == NOW + 23 * HOUR - MARGIN
    assert known.since("a@1", NOW + WHOLE) is None, "once a day everything is"
    known.note("a@1", NOW + WHOLE, NOW + WHOLE)
    assert known.since("a@1", NOW + WHOLE + HOUR) == NOW + WHOLE - MARGIN
    assert known.since("a@1", NOW) is None, "the clock was set back"


def test_what_is_remembered_of_folding() -> None:
    known, rule, other = Progress(), ("stories@1", "a@1"), ("stories@1", "a@2")
    assert known.after(rule, 7, NOW) is None, "at first everything is looked at"
    known.note(rule, 7, NOW)
    assert known.after(rule, 9, NOW + HOUR) == 7
    assert known.after(other, 9, NOW + HOUR) is None, "another model may show more"
    known.note(rule, 9, NOW + 23 * HOUR)
    assert known.after(rule, 9, NOW + 23 * HOUR) == 9
    assert known.after(rule, 9, NOW + WHOLE) is None, "once a day everything is"
    assert known.after(rule, 8, NOW + 23 * HOUR) is None, "another store was put in its place"
    assert known.after(rule, 9, NOW - HOUR) is None, "the clock was set back"


def test_what_came_in_late_is_due(store: Store) -> None:
    store.add_feeds([feed()], NOW)
    old, new = incoming("old"), incoming("new")
    store.record_poll(poll(feed(), [old]), at(0))
    store.record_poll(poll(feed(), [new]), at(60))

    def due(minute: int | None) -> list[str]:
        since = None if minute is None else at(minute)
        return [one.id for one in store.due(CLASSIFIER, limit=9, since=since)]

    assert due(None) == due(0) == ["article-old", "article-new"]
    assert due(30) == ["article-new"]
    assert due(61) == []
    both = store.due(CLASSIFIER, limit=9)
    store.record_assessments([(one, judged(0.5)) for one in both], at(61))
    assert due(None) == due(0) == []
    store.record_poll(poll(feed(), [incoming("old", "Another text of it.")]), at(90))
    assert due(None) == due(61) == ["article-old"], "seen first long ago, and changed since"
    assert due(91) == []
