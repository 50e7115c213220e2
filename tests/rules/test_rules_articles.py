"""The questions about the whole text (how well they do: `test_floors.py`)."""

from pathlib import Path

from monitor.rules.checker import run_policy
from monitor.rules.loading import load_guideline
from monitor.text.readers import make_document

ROOT = Path(__file__).resolve().parents[2]


def test_one_mention_is_enough_for_a_question():
    """A text that says "trafficked" once may be asked about; a passing mention at its end not."""
    guideline = load_guideline(ROOT / "guidelines" / "thb-en")
    filler = "The mill stands by the river and the road to it is narrow. " * 30
    near, passing = (
        make_document(text, language="en", max_chars=20_000)
        for text in (f"They were trafficked. {filler}", f"{filler} Trafficking is another matter.")
    )
    asked = [
        {item.item: item.met for item in checked.scorecard}["no-root-causes"]
        for checked in run_policy(guideline, [near, passing])
    ]
    assert asked == [False, None]
