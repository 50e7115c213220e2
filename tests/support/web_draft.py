"""What tests of the draft page do with it."""

import re
from typing import Any

from playwright.sync_api import Page, Route, expect

FLAGGED = "child prostitutes"
DRAFT = f"🌊 Waves 🏖️ — שלום עליכם. Police said that {FLAGGED} had worked there. مرحبا"
LONG = """Girls freed from locked flat

Police said that child prostitutes, 14 and 16, had worked in a flat near the harbour.

Prosecutors charged a man of 41 with human trafficking. They say that he promised the girls work in
a restaurant, took their passports at the airport and told them that they owed him 9,000 for the
journey. For seven months they were locked in at night and driven to clients by day.

The man denies all charges. His lawyer said that he had only rented out the rooms. A hearing is set
for next Thursday at the district court, where the girls will be heard by video from another room.

The council said that two places in a shelter had been found for them, and that the child
prostitutes would be looked after by a guardian until their families had been traced. A spokeswoman
said that eleven cases of this kind had been counted in the county since January, after seven in
the whole of last year, and that most of them had come to light through neighbours.
"""

ELSEWHERE = (
    "The council said on Monday that the bridge would be closed for repairs until spring, and that "
    "drivers would be sent round by the old road.\n\n"
    * 6
    + "The girls were rescued from the yard by a neighbour, who said they had been kept as slaves."
)
"""A draft in which nothing tells that it is about trafficking."""

JUDGED = """Police said that child prostitutes had worked in the flat.

Sobbing uncontrollably, the women told the court how they were trafficked. An illegal migrant told
of sex slaves.
"""
SAID: dict[str, dict[str, Any]] = {
    "child prostitutes": {"severity": "error", "confidence": 0.96, "priority": 7.36},
    "Sobbing": {"severity": "suggestion", "confidence": None, "priority": 0.625},
    "uncontrollably": {"severity": "suggestion", "confidence": None, "priority": 0.625},
    "illegal migrant": {"severity": "warning", "confidence": 0.34, "priority": 0.68},
    "sex slaves": {
        "severity": "suggestion",
        "confidence": 0.1,
        "protects": True,
        "priority": 0.3,
    },
}


def judge(page: Page) -> None:
    """Let answers say of some words how sure it is, whatever the judge in force says."""

    def answer(route: Route) -> None:
        said = route.fetch()
        document = said.json()
        for finding in document["findings"]:
            finding.update(SAID.get(finding["match"], {}))
        route.fulfill(response=said, json=document)

    page.route("**/v1/check", answer)


def write(page: Page, text: str, *, title: str = "") -> None:
    """Put a draft in, ask for the check, and wait for its answer."""
    page.get_by_label("Headline").fill(title)
    page.get_by_label("Draft", exact=True).fill(text)
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("flag|Not checked", re.IGNORECASE))


def show_more(page: Page) -> None:
    """Show what is less sure too, if anything is."""
    more = page.get_by_role("button", name="Show them")
    if more.is_visible():
        more.click()


def paste(page: Page, text: str) -> None:
    page.evaluate("(text) => navigator.clipboard.writeText(text)", text)
    page.get_by_label("Draft", exact=True).click()
    page.keyboard.press("Control+V")


def marked(page: Page, severity: str = "error") -> list[str]:
    """Return the words that are highlighted."""
    words: list[str] = page.evaluate(
        "(name) => [...(CSS.highlights.get(name) ?? [])].map(String)", f"flag-{severity}"
    )
    return words


def draft(page: Page) -> str:
    return page.get_by_label("Draft", exact=True).input_value()


def cards(page: Page) -> list[str]:
    return page.locator(".card .match").all_inner_texts()
