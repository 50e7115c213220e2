"""What commands share for talking to people."""

from __future__ import annotations

from monitor.cli.common import progress


def test_a_name_in_square_brackets_is_no_style() -> None:
    with progress() as bar:
        bar.add_task("importing [b]x[/c].jsonl", total=None)
        (task,) = bar.tasks
        drawn = bar.columns[0]
        assert str(drawn(task)) == "importing [b]x[/c].jsonl"  # type: ignore[operator]
