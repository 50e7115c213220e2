"""`monitor init` and the settings it writes: file, environment, `--config`, unknown keys."""

from __future__ import annotations

import os
import subprocess
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest

from desk import MONITOR, Desk, clean_environ
from monitor.feeds.opml import parse_opml
from monitor.settings import load_settings


def here(folder: Path) -> Desk:
    """A folder in which nobody has worked yet."""
    return Desk(folder)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_init_makes_a_desk_that_works(tmp_path: Path) -> None:
    said = here(tmp_path).type("init", "desks/ngo")
    folder = tmp_path / "desks" / "ngo"
    assert said.code == 0
    assert said.out == ""
    assert sorted(files(folder)) == ["feeds.opml", "monitor.toml"]
    assert "cd desks/ngo, then monitor feeds import feeds.opml" in said.err
    settings = load_settings(folder / "monitor.toml", environ={})
    assert settings == load_settings(cwd=folder, environ={})
    assert settings.database_url == f"sqlite:///{folder / 'monitor.sqlite'}"
    feeds = parse_opml((folder / "feeds.opml").read_bytes())
    assert len(feeds) >= 20
    assert all(feed.url.startswith("https://") and feed.title for feed in feeds)
    done = Desk(folder).type("feeds", "import", "feeds.opml")
    assert (done.code, done.err) == (0, f"{len(feeds)} added, 0 already followed, 0 left out\n")


@pytest.mark.parametrize(("words", "days"), [([], 0), (["--keep-days", "30"], 30)])
def test_init_says_how_long_words_are_kept(tmp_path: Path, words: list[str], days: int) -> None:
    """Scripts that ask for nothing get what they always got, and are told so."""
    said = here(tmp_path).type("init", *words)
    assert said.code == 0
    assert load_settings(cwd=tmp_path, environ={}).store.keep_text_days == days
    assert ("kept for ever: [store] keep_text_days" in said.err) == (days == 0)
    assert ("go after 30 days" in said.err) == (days == 30)
    assert "keep_text_days" in (tmp_path / "monitor.toml").read_text()


@pytest.mark.skipif(os.name == "nt", reason="no terminal of this kind")
@pytest.mark.parametrize(("typed", "days"), [("\n", 90), ("14\n", 14), ("-1\nmany\n0\n", 0)])
def test_init_asks_on_a_terminal(tmp_path: Path, typed: str, days: int) -> None:
    code, told = at_terminal(tmp_path, typed)
    assert code == 0, told
    assert "Keep words for how many days? [90]" in told
    assert load_settings(cwd=tmp_path, environ={}).store.keep_text_days == days


@pytest.mark.skipif(os.name == "nt", reason="no terminal of this kind")
def test_who_stops_at_the_question_gets_no_files(tmp_path: Path) -> None:
    code, _ = at_terminal(tmp_path, "\x04")  # the end of what is typed
    assert code != 0
    assert files(tmp_path) == {}


def at_terminal(folder: Path, typed: str) -> tuple[int, str]:
    """Type `monitor init` at a terminal, then `typed`; return its exit code and what it showed."""
    import pty

    ours, its = pty.openpty()
    environ = clean_environ()
    with subprocess.Popen(
        [*MONITOR, "init"], cwd=folder, env=environ, stdin=its, stdout=its, stderr=its
    ) as process:
        os.close(its)
        os.write(ours, typed.encode())
        told = b""
        with suppress(OSError):  # how Linux says that nobody writes any more
            while got := os.read(ours, 4096):
                told += got
        code = process.wait(timeout=60)
    os.close(ours)
    return code, told.decode()


def test_every_setting_it_suggests_is_one(tmp_path: Path) -> None:
    here(tmp_path).type("init")
    lines = (tmp_path / "monitor.toml").read_text().splitlines()
    keys = [line.removeprefix("# ") for line in lines if "=" in line or line.startswith("# [")]
    tables = [line.removeprefix("# ") for line in lines if line.startswith("[")]
    assert {"[fetch]", "[check]"} <= set(tables)
    whole = "\n".join(
        line.removeprefix("# ") if line.removeprefix("# ") in keys else line for line in lines
    )
    (tmp_path / "all.toml").write_text(whole)
    assert "allow_hosts" in tomllib.loads(whole)["fetch"]
    settings = load_settings(tmp_path / "all.toml", environ={})
    assert settings.check.severity == {"rescue-language": "suggestion"}


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "feeds.opml").write_text("my own list")
    before = files(tmp_path)
    assert "feeds.opml is already there" in here(tmp_path).refuses("init")
    assert files(tmp_path) == before


def test_init_where_a_file_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "file/desk" in here(tmp_path).refuses("init", "file/desk")


def test_settings_come_from_file_and_environment(tmp_path: Path) -> None:
    """The list of feeds shows which database is meant."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "monitor.toml").write_text('timezone = "Asia/Bangkok"\n')
    desk = here(tmp_path)
    assert (
        desk.type("--config", "other/monitor.toml", "feeds", "add", "https://a.example/f").code == 0
    )
    assert (other / "monitor.sqlite").is_file()
    listed = desk.type("feeds", "list", MONITOR_CONFIG="other/monitor.toml")
    assert listed.out.startswith("https://a.example/f\t")
    own = desk.type("feeds", "list", MONITOR_DATABASE="sqlite:///own.sqlite")
    assert (own.code, own.out) == (0, "")
    assert (tmp_path / "own.sqlite").is_file()
    assert not (tmp_path / "monitor.sqlite").exists()


def test_what_is_wrong_with_a_setting_is_named(tmp_path: Path) -> None:
    desk = here(tmp_path)
    (tmp_path / "monitor.toml").write_text("[fetch]\ntimeout = 5\n")
    said = desk.refuses("feeds", "list")
    assert "monitor.toml: unknown key 'fetch.timeout'" in said
    assert "timeout_s" in said
    assert "absent.toml: no such file" in desk.refuses("--config", "absent.toml", "digest")
    (tmp_path / "monitor.toml").write_text('timezone = "UTC')
    assert "monitor.toml: " in desk.refuses("digest")
    (tmp_path / "monitor.toml").unlink()
    assert "'fetch.tempo'" in desk.refuses("feeds", "list", MONITOR_FETCH_TEMPO="1")
    assert "MONITOR_FETCH_PARALLEL" in desk.refuses("feeds", "list", MONITOR_FETCH_PARALLEL="many")
    assert "'Mars/Olympus'" in desk.refuses("digest", MONITOR_TIMEZONE="Mars/Olympus")
    assert files(tmp_path) == {}
