"""Twenty feeds for half a day on a virtual clock; tests/support/proof.py has 300 for a week."""

from pathlib import Path

import pytest

import week


@pytest.mark.skipif(
    not Path("/proc").is_dir(), reason="needs all of 127.0.0.0/8 to be this machine"
)
def test_half_a_day_breaks_no_rule_and_loses_nothing(tmp_path: Path) -> None:
    world = week.simulate(tmp_path, 20, 0.5)
    assert week.broken_rules(world) == []
    assert week.check_store(tmp_path, world) == []
    asked = [a for a in world.log if a.path.startswith("/feed/")]
    assert len(asked) > 100
    assert sum(a.status == 304 for a in asked) > len(asked) / 3
    assert "between two requests to a host: at least 1." in week.table(world, tmp_path, 0.5)


def test_a_breach_is_seen() -> None:
    """The rules would be worth nothing if they were never broken."""
    world = week.World(week.make_sources(20))
    at = week.START

    def ask(seconds: float, path: str, status: int = 200, conditional: bool = False) -> None:
        when = at + week.timedelta(seconds=seconds)
        world.log.append(week.Asked(when, "127.0.1.1", path, status, conditional))

    ask(0, "/feed/1")
    ask(0.5, "/feed/2", 410)
    ask(600, "/feed/1")
    ask(2000, "/feed/2", 410)
    ask(3000, "/private/1")
    ask(4000, "/feed/3", 429)
    ask(6000, "/feed/3")
    ask(7000, "/robots.txt")
    ask(7002, "/page/1")
    broken = week.broken_rules(world)
    for words in ("/feed/2 0:00:00.5", "after 600 s", "without its ETag", "after 410"):
        assert any(words in said for said in broken), words
    for words in ("robots.txt forbids", "Retry-After not kept", "/page/1 0:00:02"):
        assert any(words in said for said in broken), words
