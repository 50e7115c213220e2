"""What is said of flags of drafts: numbers by day, on both databases."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from monitor.records.review import Feedback
from monitor.storage.health import feedback_in
from monitor.storage.store import Store

DAY = date(2026, 11, 28)
STAMP = "thb-en@1.3.0+0123456789ab"


def test_answers_add_up_by_day_and_client(store: Store, url: str) -> None:
    for right in (True, True, False):
        store.count_feedback(STAMP, "sex-slave", right=right, day=DAY, client="page")
    store.count_feedback(STAMP, "sex-slave", right=True, day=DAY, client="lsp", severity="warning")
    store.count_feedback(STAMP, "child-porn", right=False, day=date(2026, 11, 27), client="page")
    page = Feedback(STAMP, "sex-slave", DAY, "page", "", 2, 1)
    told = [page, replace(page, client="lsp", severity="warning", right=1, wrong=0)]
    assert sorted(store.feedback("sex-slave"), key=lambda one: one.client) == told[::-1]
    assert len(store.feedback()) == 3
    assert feedback_in(url) == store.feedback()


def test_no_database_is_made_to_look(tmp_path: Path) -> None:
    file = tmp_path / "none.sqlite"
    assert feedback_in(f"sqlite:///{file}") == []
    assert not file.exists()
