"""Every story in one mail, over 500 random histories; tests/support/proof.py has 10,000."""

import random
from datetime import timedelta
from pathlib import Path

import pytest

import mail_walks
from mail_walks import Desk, Mail, Piece, World
from monitor.digest.mail_delivery import DeliveryResult
from monitor.settings import Filter, Settings
from store_samples import NOW


def test_every_story_is_in_one_mail(capsys: pytest.CaptureFixture[str]) -> None:
    failed = mail_walks.main(500)
    said = capsys.readouterr().out
    assert not failed, said
    assert "500 histories on 20 desks" in said


def test_a_breach_is_seen(tmp_path: Path) -> None:
    """The walks would be worth nothing if they found nothing."""
    world = World(Desk(Settings(home=tmp_path)), random.Random(0))
    for number, days in enumerate((0, 0, 40)):
        seen = NOW - timedelta(days=days)
        world.pieces[f"n{number}"] = Piece(f"n{number}", number, seen, "GH", "north", 0.9)
        world.judged.add(f"n{number}")
    to, today = DeliveryResult("a@b.example", "cases", "2026-11-25", "sent"), "2026-11-25"

    def look(names: set[str], old: int, *before: Mail, wanted: Filter = Filter()) -> str:  # noqa: B008
        world.broken.clear()
        mail = Mail(today, NOW, "sent", frozenset(names), old, again=False)
        world.look_at(to, mail, before, wanted)
        return " ".join(world.broken)

    had = Mail("2026-11-24", NOW, "unknown", frozenset({"n0"}), 1, again=False)
    assert look({"n0", "n1"}, 1) == ""
    assert look({"n1"}, 0, had) == ""
    assert "{0} twice" in look({"n0", "n1"}, 0, had)
    assert "['n1'] missing" in look({"n0"}, 1)
    assert "['n0', 'n1'] too many" in look({"n0", "n1"}, 0, wanted=Filter(place=("TH",)))
    assert "0 told as too old, not 1" in look({"n0", "n1"}, 0)
