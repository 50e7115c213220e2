"""The letter to an editor: its own words pass the checker, whatever it has to tell."""

import re
from pathlib import Path

from monitor.labels.data_files import data_dir
from monitor.rules.checker import run_policy
from monitor.rules.loading import load_guideline
from monitor.stats.letter_to_editor import NO_QUOTE, PRINCIPLES, Complaint, Point, write_letter
from monitor.text.readers import make_document

MARKED = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
NOT_ITS_OWN = re.compile(r"“[^”]*”|https?://\S+")
"""What it quotes, and addresses of sources."""
GUIDELINE = load_guideline(Path(data_dir("guidelines")) / "thb-en")


def points() -> list[Point]:
    """A point for each rule there is, with what its first example flags."""
    found = []
    for rule in GUIDELINE.rules:
        bad = [one if isinstance(one, str) else one.text for one in rule.examples.bad]
        marked = next(filter(None, map(MARKED.search, bad)), None)
        better = tuple(s for s in rule.suggest if isinstance(s, str))
        source = rule.sources[0]
        found.append(
            Point(
                rule=rule.id,
                title=rule.title,
                principle=rule.principle,
                words=marked[1] if marked else "",
                why=" ".join(rule.why.split()),
                suggestions=better,
                source=f"{source.title}, {source.section}",
                source_url=source.url,
            )
        )
    return found


def letter(*complaints: Complaint) -> str:
    made = write_letter(
        "The Echo",
        complaints,
        first="Sunday 1 November 2026",
        last="Monday 30 November 2026",
        guideline=f"{GUIDELINE.title} {GUIDELINE.version}",
    )
    return f"{made.subject}\n\n{made.text}" if made else ""


def test_its_own_words_pass_our_checker() -> None:
    every = points()
    hidden = Complaint("", "", "3 November 2026", tuple(every[:5]))
    text = letter(Complaint("A raid", "https://e.example/1", "2 November 2026", (*every,)), hidden)
    document = make_document(text, language="en", max_chars=500_000)
    [checked] = run_policy(GUIDELINE, [document])
    others = [found.span() for found in NOT_ITS_OWN.finditer(text)]
    own = [
        (f.rule, f.match)
        for f in checked.findings
        if not any(start <= f.start and f.end <= end for start, end in others)
    ]
    assert own == []
    assert len(checked.findings) > 50, "it sees what is quoted"


def test_it_says_what_by_which_principle_and_what_would_be_better() -> None:
    one = next(p for p in points() if p.words and p.suggestions)
    text = letter(Complaint("A raid", "https://e.example/1", "2 November 2026", (one,)))
    assert "Dear editor" in text
    assert f"“{one.words}”. The principle is {PRINCIPLES.get(one.principle, one.principle)}" in text
    assert f"the rule “{one.title}”." in text
    assert f"The guideline says: “{one.why}”" in text
    assert f"Better: “{one.suggestions[0]}”" in text
    assert one.source_url in text
    assert "https://e.example/1" in text


def test_what_could_tell_who_somebody_is_is_described() -> None:
    point = Point("child-name-identified", "A child named", "child-protection", "", "", (), "", "")
    text = letter(Complaint("", "", "2 November 2026", (point,)))
    assert f"- {NO_QUOTE}. The principle is protecting children" in text
    assert "1. An article whose headline we do not repeat, 2 November 2026\n-" in text


def test_nothing_confirmed_makes_no_letter() -> None:
    assert letter() == ""
    assert letter(Complaint("A raid", "", "2 November 2026", ())) == ""
