"""`monitor doctor`: each part that cannot work is named, with what to do; nothing is changed."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import mail_server
import store_samples
from desk import Desk as Folder
from monitor.cli.doctor import (
    PARTS,
    Check,
    Part,
    Setup,
    examine,
    examine_clock,
    examine_database,
    examine_guideline,
    examine_mail,
    examine_models,
    examine_part,
    examine_parts,
    examine_settings,
    exit_code,
)
from monitor.records.digest import Delivery
from monitor.records.feed import FeedState
from monitor.settings import CheckSettings, Recipient, Settings, SmtpSettings, load_settings
from monitor.storage.store import open_store

NOW = store_samples.NOW


def desk(home: Path, now: datetime = NOW, **settings: Any) -> Setup:
    return Setup(Settings(home=home, **settings), None, now)


def said(checks: list[Check], status: str) -> list[str]:
    return [f"{check.part}: {check.found}" for check in checks if check.status == status]


def polled(home: Path, state: FeedState) -> None:
    """Make a database with one feed, polled at `NOW`."""
    feed = store_samples.feed()
    with open_store(f"sqlite:///{home / 'monitor.sqlite'}") as store:
        store.add_feeds([feed], NOW)
        store.record_poll(replace(store_samples.poll(feed, []), state=state), NOW)


def test_a_whole_desk_is_told_part_by_part(tmp_path: Path) -> None:
    here = Folder(tmp_path)
    assert here.type("init").code == 0
    before = sorted(tmp_path.iterdir())
    told = here.type("doctor", "--format", "json")
    assert told.code == 0, told
    checks = json.loads(told.out)["checks"]
    assert {check["status"] for check in checks} == {"ok"}
    parts = {"settings", "imports", "models", "guideline", "database", "disk", "clock"}
    assert {check["part"] for check in checks} == parts
    assert sorted(tmp_path.iterdir()) == before, "it made something"


def test_a_library_that_was_left_out_is_a_fault(tmp_path: Path) -> None:
    """As with the pip that leaves lxml_html_clean out."""
    (tmp_path / "lxml_html_clean.py").write_text("raise ImportError('left out')\n")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = Folder(tmp_path).type("doctor", PYTHONPATH=path)
    assert done.code == 1, done
    [html_clean, trafilatura] = [line for line in done.out.splitlines() if line[:5] == "fault"]
    assert "lxml_html_clean (article pages, under trafilatura) cannot be imported" in html_clean
    assert "pip install" in html_clean
    assert "trafilatura (the text of article pages) cannot be imported" in trafilatura


def test_what_only_some_need_is_no_fault(tmp_path: Path) -> None:
    absent = Part("no_such_module", "no-such-module", "nothing", extra="parquet")
    assert examine_part(absent, needed=False).status == "ok"
    needed = examine_part(absent)
    assert needed.status == "fault"
    assert needed.advice.startswith("pip install '.[parquet]' in the folder that this")
    assert len(list(examine_parts(desk(tmp_path)))) == len(PARTS)


def test_a_database_that_is_fine(tmp_path: Path) -> None:
    polled(tmp_path, FeedState(last_poll=NOW))
    checks = examine(desk(tmp_path), [examine_database])
    assert {check.status for check in checks} == {"ok"}
    assert "feeds: 1 followed, none failed at its last poll" in said(checks, "ok")


def test_a_failing_feed_is_a_warning_with_its_reason(tmp_path: Path) -> None:
    polled(tmp_path, FeedState(last_poll=NOW, failures=3, error="status 404"))
    checks = examine(desk(tmp_path), [examine_database])
    (told,) = said(checks, "warning")
    assert "1 of 1 failed" in told
    assert "status 404" in told
    assert exit_code(checks) == 0


def test_a_silent_feed_and_one_never_polled_are_warnings(tmp_path: Path) -> None:
    polled(tmp_path, FeedState(last_poll=NOW, silent=True))
    with open_store(f"sqlite:///{tmp_path / 'monitor.sqlite'}") as store:
        store.add_feeds([store_samples.feed("weekly")], NOW)
    (silent,) = said(examine(desk(tmp_path), [examine_database]), "warning")
    assert silent == "feeds: 1 of 2 silent for longer than usual: Daily"
    later = examine(desk(tmp_path, NOW + timedelta(days=2)), [examine_database])
    assert said(later, "warning")[1] == (
        "feeds: 1 of 2 followed for over a day and never polled: Weekly"
    )
    assert exit_code(later) == 0


def test_size_and_emptiness_are_told(tmp_path: Path) -> None:
    polled(tmp_path, FeedState(last_poll=NOW))
    with closing(sqlite3.connect(tmp_path / "monitor.sqlite")) as database:
        database.execute("CREATE TABLE filler AS SELECT zeroblob(2000000) AS filling")
        database.execute("DROP TABLE filler")
        database.commit()
    (told,) = [s for s in said(examine(desk(tmp_path), [examine_database]), "ok") if "MB" in s]
    assert "% of it empty" in told


def test_a_clock_that_is_set_meanwhile_is_a_warning(tmp_path: Path) -> None:
    def checks(seconds: float) -> list[Check]:
        then = NOW + timedelta(seconds=seconds)
        here = replace(desk(tmp_path), monotonic=100.0)
        return list(examine_clock(here, now=lambda: then, monotonic=lambda: 110.0))

    assert said(checks(10.5), "warning") == []
    (told,) = said(checks(-3590), "warning")
    assert told == "clock: it moved by -3600 s in 10 s besides running: somebody sets it"


def test_a_clock_behind_what_is_stored_is_a_fault(tmp_path: Path) -> None:
    polled(tmp_path, FeedState(last_poll=NOW))
    checks = examine(desk(tmp_path, NOW - timedelta(days=2)), [examine_database])
    (told,) = said(checks, "fault")
    assert told.startswith("clock: it is ")
    assert exit_code(checks) == 1


@pytest.mark.parametrize("year", [1970, 2025, 2150])
def test_a_year_that_cannot_be_is_a_fault(tmp_path: Path, year: int) -> None:
    checks = examine(desk(tmp_path, datetime(year, 6, 1, tzinfo=UTC)), [examine_clock])
    assert said(checks, "fault") == [f"clock: the year is {year}"]


def test_tables_of_a_newer_program_are_a_fault(tmp_path: Path) -> None:
    polled(tmp_path, FeedState())
    with closing(sqlite3.connect(tmp_path / "monitor.sqlite")) as database:
        database.execute("UPDATE monitor_schema SET version_num = '9999'")
        database.commit()
    (told,) = said(examine(desk(tmp_path), [examine_database]), "fault")
    assert "newer" in told


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"short"])
def test_a_file_that_is_no_database_is_a_fault(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "monitor.sqlite").write_bytes(content)
    (told,) = said(examine(desk(tmp_path), [examine_database]), "fault")
    assert "not an SQLite database" in told


def test_a_damaged_database_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "monitor.sqlite"
    polled(tmp_path, FeedState())
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT rootpage FROM sqlite_master WHERE type = 'index' AND rootpage > 0"
        pages = [page for (page,) in database.execute(query)]
        (size,) = database.execute("PRAGMA page_size").fetchone()
    content = bytearray(file.read_bytes())
    for page in pages:
        content[(page - 1) * size : page * size] = b"\xff" * size
    file.write_bytes(content)
    told = said(examine(desk(tmp_path), [examine_database]), "fault")
    assert told
    assert "damaged" in told[0]


def test_a_guideline_that_does_not_load_is_a_fault(tmp_path: Path) -> None:
    wrong = desk(tmp_path, check=CheckSettings(guideline="no-such-guideline"))
    (told,) = examine(wrong, [examine_guideline])
    assert told.status == "fault"
    assert "monitor guidelines list" in told.advice
    assert {check.status for check in examine(wrong, [examine_models])} == {"ok"}


def test_a_model_that_is_not_measured_is_told(tmp_path: Path) -> None:
    told = {
        check.found.split()[0]: check.found for check in examine(desk(tmp_path), [examine_models])
    }
    assert "not measured" in told["relevance-th"]
    assert "not measured" not in told["relevance-pt"]


def test_the_settings_in_force_are_named(tmp_path: Path) -> None:
    (default,) = examine(desk(tmp_path), [examine_settings])
    assert default.status == "warning"
    assert "no monitor.toml" in default.found
    file = tmp_path / "monitor.toml"
    file.write_text('timezone = "Africa/Accra"\n', encoding="utf-8")
    (named,) = examine(Setup(load_settings(file), file, NOW), [examine_settings])
    assert named == Check("settings", "ok", f"from {file}")


def test_settings_that_cannot_be_read_end_with_2(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("colour = 1\n", encoding="utf-8")
    assert "unknown key 'colour'" in Folder(tmp_path).refuses("doctor")


def test_an_examination_that_fails_does_not_stop_the_others(tmp_path: Path) -> None:
    def examine_luck(_: Setup) -> Iterator[Check]:
        raise ZeroDivisionError("of course")

    checks = examine(desk(tmp_path), [examine_luck, examine_clock])
    assert [(check.part, check.status) for check in checks] == [("luck", "fault"), ("clock", "ok")]


def test_mail_is_tried_and_what_did_not_arrive_is_told(tmp_path: Path) -> None:
    to = (Recipient("officer@example.org"),)
    with mail_server.serve(tmp_path) as server:
        smtp = SmtpSettings(
            server.host, server.port, "starttls", mail_server.USER, mail_server.PASSWORD,
            "desk@example.org", 5.0, server.ca_file,
        )  # fmt: skip
        assert said(list(examine_mail(desk(tmp_path))), "ok") == []
        [well] = examine_mail(desk(tmp_path, smtp=smtp, recipients=to))
        assert (well.status, "takes mail of ours (1 recipients)" in well.found) == ("ok", True)
        wrong = replace(smtp, password="wrong")
        with open_store(f"sqlite:///{tmp_path / 'monitor.sqlite'}") as store:
            store.begin_send(Delivery("a@b.example", "cases", "2026-11-24", None, None, "", NOW))
        fault, lost = examine_mail(desk(tmp_path, smtp=wrong, recipients=to))
        assert not server.received
    assert (fault.status, "refused user name or password" in fault.found) == ("fault", True)
    assert mail_server.PASSWORD not in fault.found
    assert (lost.status, "2026-11-24 to a…@b.example" in lost.found) == ("warning", True)
    [nobody] = examine_mail(desk(tmp_path, recipients=to))
    assert (nobody.status, "no mail server" in nobody.found) == ("fault", True)
