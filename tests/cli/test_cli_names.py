"""The digest in a terminal hides names, shows them on `--names`, and the asking is counted."""

import json

import pytest

from desk import Desk, make_desk
from monitor.config import load_settings
from monitor.core import open_monitor
from store_samples import NOW, feed, incoming, judged, poll

TEXT = "Amina Yusuf, 14, was trafficked and sold to a man in Accra. Yusuf is safe now."


@pytest.fixture
def desk(tmp_path) -> Desk:
    made = make_desk(tmp_path / "desk")
    with open_monitor(load_settings(made.folder / "monitor.toml")) as monitor:
        monitor.store.add_feeds([feed()], NOW)
        found = incoming("girl", TEXT, title="Amina Yusuf was sold to a trafficker")
        monitor.store.record_poll(poll(feed(), [found]), NOW)
        article = monitor.store.article(found.article_id, ()).article
        said = judged(0.9, stamp=monitor.relevance_stamps[0])
        monitor.store.record_assessments([(article, said)], NOW)
    return made


def test_names_are_hidden_shown_on_asking_and_counted(desk: Desk) -> None:
    hidden = desk.type("digest", "--day", "all")
    assert "[name withheld] was sold" in hidden.out
    assert "Amina" not in hidden.out
    shown = desk.type("digest", "--day", "all", "--names")
    assert "Amina Yusuf was sold" in shown.out
    assert json.loads(desk.type("names", "asked", "--format", "json").out).popitem()[1] == 1
    assert "goes with --format" in desk.refuses("digest", "--names", "--format", "json")
