"""Tokens and sessions, on both databases, as time passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.app import Monitor
from monitor.records.account import ROLES, Role
from monitor.records.errors import NotFound, UsageError
from monitor.settings import Settings
from monitor.storage.schema import sessions
from monitor.storage.sign_in import rights_of, visitor_of
from store_samples import NOW


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> None:
        self.now += timedelta(**spans)


@pytest.fixture(name="clock")
def _clock() -> Clock:
    return Clock()


@pytest.fixture(name="desk")
def _desk(make_url_of: Callable[[], str], tmp_path: Path, clock: Clock) -> Monitor:
    return Monitor(Settings(home=tmp_path, database=make_url_of()), now=clock)


def test_a_token_is_found_by_its_secret_until_it_ends(desk: Monitor, clock: Clock) -> None:
    with desk:
        made, secret = desk.store.add_token(
            "  Ama   Test ", ROLES["volunteer"], desk.now(), days=30
        )
        assert (made.name, made.role, made.expires) == (
            *("Ama Test", "volunteer"),
            NOW + timedelta(days=30),
        )
        assert desk.store.find_token(secret, desk.now()) == made
        for wrong in (secret[:-1], secret + "a", secret.swapcase(), "", secret[8:]):
            assert desk.store.find_token(wrong, desk.now()) is None
        assert visitor_of(made).provisional
        with pytest.raises(UsageError, match="already"):
            desk.store.add_token("AMA TEST", ROLES["reader"], desk.now())
        clock.pass_(days=30)
        assert desk.store.find_token(secret, desk.now()) is None
        assert desk.store.live_tokens(desk.now()) == []
        again, _ = desk.store.add_token("ama test", ROLES["reader"], desk.now())
        desk.store.revoke_token("Ama test", desk.now())
        assert [token.revoked for token in desk.store.tokens()] == [clock.now, clock.now]
        assert [token.id for token in desk.store.tokens()] == [made.id, again.id]
        with pytest.raises(NotFound):
            desk.store.revoke_token("Ama Test", desk.now())


def test_a_session_ends_unused_after_two_weeks_and_used_after_three_months(
    desk: Monitor, clock: Clock
) -> None:
    with desk:
        token, _ = desk.store.add_token("Ama", ROLES["reader"], desk.now())
        idle = desk.store.sign_in(token, desk.now())
        used = desk.store.sign_in(token, desk.now())
        assert idle != used
        for _ in range(8):
            clock.pass_(days=11)
            assert desk.store.find_session(used, desk.now()) is not None
        assert desk.store.find_session(idle, desk.now()) is None
        clock.pass_(days=3)
        assert desk.store.find_session(used, desk.now()) is None
        desk.store.sign_in(token, desk.now())
        assert desk.store.counts()["sessions"] == 1, "those that ended are forgotten"


def test_a_use_is_noted_once_a_day(desk: Monitor, clock: Clock) -> None:
    with desk:
        token, _ = desk.store.add_token("Ama", ROLES["reader"], desk.now())
        told = desk.store.sign_in(token, desk.now())
        seen = []
        for _ in range(4):
            clock.pass_(hours=13)
            desk.store.find_session(told, desk.now())
            with desk.store._database.reading() as connection:
                at = connection.execute(select(sessions.c.seen_at)).scalar_one()
            seen.append((at - NOW) / timedelta(hours=13))
        assert seen == [0, 2, 2, 4]


def test_a_session_ends_with_its_token_and_by_signing_out(desk: Monitor, clock: Clock) -> None:
    with desk:
        token, _ = desk.store.add_token("Ama", ROLES["reader"], desk.now(), days=5)
        other, _ = desk.store.add_token("Kofi", ROLES["reader"], desk.now())
        mine, theirs, out = (desk.store.sign_in(one, desk.now()) for one in (token, other, other))
        desk.store.sign_out(out)
        desk.store.sign_out("nothing")
        assert desk.store.find_session(out, desk.now()) is None
        clock.pass_(days=5)
        assert desk.store.find_session(mine, desk.now()) is None
        assert desk.store.find_session(theirs, desk.now()) == other
        desk.store.revoke_token("Kofi", desk.now())
        assert desk.store.find_session(theirs, desk.now()) is None


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\x1b[1m", "a\u202eb", "x" * 101, "\ud800"])
def test_a_name_is_one_that_can_be_shown(tmp_path: Path, name: str) -> None:
    with (
        Monitor(Settings(home=tmp_path)) as desk,
        pytest.raises(UsageError, match="a name has"),
    ):
        desk.store.add_token(name, ROLES["reader"], desk.now())


def test_what_a_token_is_for() -> None:
    assert rights_of() == ROLES["reader"]
    assert rights_of(volunteer=True) == ROLES["volunteer"]
    assert rights_of("admin", volunteer=True).provisional
    assert rights_of(scopes=("read", "check")) == ROLES["reader"]
    assert rights_of(scopes=["review"], volunteer=True) == Role(("review",), True)
    for wrong in (
        lambda: rights_of("king"),
        lambda: rights_of(scopes=["king"]),
        lambda: rights_of("reader", ["read"]),
        lambda: rights_of("reader", volunteer=True),
        lambda: rights_of(scopes=["read"], volunteer=True),
    ):
        with pytest.raises(UsageError):
            wrong()
