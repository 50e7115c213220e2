"""Tokens and sessions, on both databases, as time passes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Monitor
from monitor.records.account import ROLES, Role
from monitor.records.errors import NotFound, UsageError
from monitor.settings import Settings
from monitor.storage import sign_in as gate
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
        made, secret = gate.add_token(
            desk.store, "  Ama   Test ", ROLES["volunteer"], desk.now(), days=30
        )
        assert (made.name, made.role, made.expires) == (
            *("Ama Test", "volunteer"),
            NOW + timedelta(days=30),
        )
        assert gate.find_token(desk.store, secret, desk.now()) == made
        for wrong in (secret[:-1], secret + "a", secret.swapcase(), "", secret[8:]):
            assert gate.find_token(desk.store, wrong, desk.now()) is None
        assert gate.visitor_of(made).provisional
        with pytest.raises(UsageError, match="already"):
            gate.add_token(desk.store, "AMA TEST", ROLES["reader"], desk.now())
        clock.pass_(days=30)
        assert gate.find_token(desk.store, secret, desk.now()) is None
        assert gate.live_tokens(desk.store, desk.now()) == []
        again, _ = gate.add_token(desk.store, "ama test", ROLES["reader"], desk.now())
        gate.revoke_token(desk.store, "Ama test", desk.now())
        assert [token.revoked for token in desk.store.tokens()] == [clock.now, clock.now]
        assert [token.id for token in desk.store.tokens()] == [made.id, again.id]
        with pytest.raises(NotFound):
            gate.revoke_token(desk.store, "Ama Test", desk.now())


def test_a_session_ends_unused_after_two_weeks_and_used_after_three_months(
    desk: Monitor, clock: Clock
) -> None:
    with desk:
        token, _ = gate.add_token(desk.store, "Ama", ROLES["reader"], desk.now())
        idle = gate.sign_in(desk.store, token, desk.now())
        used = gate.sign_in(desk.store, token, desk.now())
        assert idle != used
        for _ in range(8):
            clock.pass_(days=11)
            assert gate.find_session(desk.store, used, desk.now()) is not None
        assert gate.find_session(desk.store, idle, desk.now()) is None
        clock.pass_(days=3)
        assert gate.find_session(desk.store, used, desk.now()) is None
        gate.sign_in(desk.store, token, desk.now())
        assert desk.store.counts()["sessions"] == 1, "those that ended are forgotten"


def test_a_use_is_noted_once_a_day(desk: Monitor, clock: Clock) -> None:
    with desk:
        token, _ = gate.add_token(desk.store, "Ama", ROLES["reader"], desk.now())
        told = gate.sign_in(desk.store, token, desk.now())
        bounds = {"idle": NOW - timedelta(days=1), "old": NOW - timedelta(days=1)}
        seen = []
        for _ in range(4):
            clock.pass_(hours=13)
            gate.find_session(desk.store, told, desk.now())
            found = desk.store.find_session(gate._hash(told), **bounds)
            assert found
            seen.append((found[1] - NOW) / timedelta(hours=13))
        assert seen == [0, 2, 2, 4]


def test_a_session_ends_with_its_token_and_by_signing_out(desk: Monitor, clock: Clock) -> None:
    with desk:
        token, _ = gate.add_token(desk.store, "Ama", ROLES["reader"], desk.now(), days=5)
        other, _ = gate.add_token(desk.store, "Kofi", ROLES["reader"], desk.now())
        mine, theirs, out = (
            gate.sign_in(desk.store, one, desk.now()) for one in (token, other, other)
        )
        gate.sign_out(desk.store, out)
        gate.sign_out(desk.store, "nothing")
        assert gate.find_session(desk.store, out, desk.now()) is None
        clock.pass_(days=5)
        assert gate.find_session(desk.store, mine, desk.now()) is None
        assert gate.find_session(desk.store, theirs, desk.now()) == other
        gate.revoke_token(desk.store, "Kofi", desk.now())
        assert gate.find_session(desk.store, theirs, desk.now()) is None


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "a\x1b[1m", "a\u202eb", "x" * 101, "\ud800"])
def test_a_name_is_one_that_can_be_shown(tmp_path: Path, name: str) -> None:
    with (
        Monitor(Settings(home=tmp_path)) as desk,
        pytest.raises(UsageError, match="a name has"),
    ):
        gate.add_token(desk.store, name, ROLES["reader"], desk.now())


def test_what_a_token_is_for() -> None:
    assert gate.rights_of() == ROLES["reader"]
    assert gate.rights_of(volunteer=True) == ROLES["volunteer"]
    assert gate.rights_of("admin", volunteer=True).provisional
    assert gate.rights_of(scopes=("read", "check")) == ROLES["reader"]
    assert gate.rights_of(scopes=["review"], volunteer=True) == Role(("review",), True)
    for wrong in (
        lambda: gate.rights_of("king"),
        lambda: gate.rights_of(scopes=["king"]),
        lambda: gate.rights_of("reader", ["read"]),
        lambda: gate.rights_of("reader", volunteer=True),
        lambda: gate.rights_of(scopes=["read"], volunteer=True),
    ):
        with pytest.raises(UsageError):
            wrong()
