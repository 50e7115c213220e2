"""A letter to an editor, drafted from flags that people confirmed: to be copied, never sent.

It quotes the wording alone. Words that could tell who somebody is are described by their rule, and
what stands in quotation marks is the article's or the guideline's; the rest is the letter's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PRINCIPLES = {
    "accountability": "accountability",
    "accuracy": "accuracy",
    "child-protection": "protecting children",
    "do-no-harm": "doing no harm",
    "humanity": "humanity",
    "impartiality": "impartiality",
    "independence": "independence",
    "privacy-consent": "privacy and consent",
    "terminology": "terminology",
}
SUGGESTIONS = 2
"""So many better wordings are offered for each point."""
NO_QUOTE = "wording that we do not repeat here, because it could tell who somebody is"


@dataclass(frozen=True, slots=True)
class Point:
    """A confirmed flag: the `words`, "" where not quoted, and what its rule says of such words."""

    rule: str
    title: str
    principle: str
    words: str
    why: str
    suggestions: tuple[str, ...]
    source: str
    source_url: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """An article with its points; `headline` is masked, `url` "" where it holds a name."""

    headline: str
    url: str
    day: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter's subject and text, made of so many `points` in so many `articles`."""

    subject: str
    text: str
    points: int
    articles: int


def write_letter(
    outlet: str, complaints: Sequence[Complaint], *, first: str, last: str, guideline: str
) -> Letter | None:
    """Return the letter to an outlet on its articles of the days from `first` to `last`.

    None where nothing is confirmed. `guideline` is its title with its version.
    """
    points = sum(len(one.points) for one in complaints)
    if not points:
        return None
    subject = "The wording of your reports on trafficking in human beings"
    opening = (
        "Dear editor,\n\n"
        f"We read how {outlet} and other outlets report on trafficking in human beings, and compare"
        f" the wording with “{guideline}”. Of the articles that you published from {first} to"
        f" {last}, a person at our desk looked at each of the points below and found that another"
        " wording would serve your readers, and the people you write about, better. Many of these"
        " expressions are common; we send the list because it may help with the next report."
    )
    body = "\n\n".join(_article(n, one) for n, one in enumerate(complaints, 1))
    closing = (
        "You may see some of this differently, or have had reasons that we do not know. We would be"
        " glad to hear them, and to send you the guideline.\n\nWith kind regards"
    )
    return Letter(subject, f"{opening}\n\n{body}\n\n{closing}\n", points, len(complaints))


def _article(number: int, one: Complaint) -> str:
    headline = f"“{one.headline}”" if one.headline else "An article whose headline we do not repeat"
    head = f"{number}. {headline}, {one.day}"
    return "\n".join([head, *([one.url] if one.url else []), *map(_point, one.points)])


def _point(point: Point) -> str:
    what = f"“{point.words}”" if point.words else NO_QUOTE
    principle = PRINCIPLES.get(point.principle, point.principle.replace("-", " "))
    lines = [f"- {what}. The principle is {principle}, the rule “{point.title}”."]
    if point.why:
        lines.append(f"  The guideline says: “{point.why}”")
    if point.suggestions:
        better = " or ".join(f"“{words}”" for words in point.suggestions[:SUGGESTIONS])
        lines.append(f"  Better: {better}.")
    if point.source:
        lines.append(f"  Source: “{point.source}” {point.source_url}".rstrip())
    return "\n".join(lines)
