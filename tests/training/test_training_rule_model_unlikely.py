"""From which log odds on a flag is told: what a bar costs."""

from training.rule_model import EditorFlag, choose_unlikely


def test_at_most_one_right_flag_in_fifty_is_lost_to_what_is_unlikely() -> None:
    def told(odds: float, *, right: bool) -> EditorFlag:
        heard = True, False, False
        return EditorFlag("a", "e", "r", "text", 0, 1, *heard, right, right, odds, odds)

    breaches = [told(-5.2, right=True), *(told(2.0, right=True) for _ in range(99))]
    nearly = [told(-6.2, right=False), told(-4.0, right=False), told(3.0, right=False)]
    cut, rows = choose_unlikely([*breaches, *[told(-3.2, right=True)] * 2, *nearly])
    assert cut == -3.5
    at = {row["from"]: row for row in rows}
    assert (at[-3.5]["lost"], at[-3.5]["dropped"], at[-3.5]["near_misses"]) == (1, 2, 3)
    assert at[-3.0]["lost"] == 3
    low, _ = choose_unlikely([told(-9.0, right=True)])
    assert low == -7.0
