"""What the cards of an export have in common: its name, its title and what it is in a paragraph."""

from __future__ import annotations

from monitor.corpus.export_facts import ExportFacts, FileFacts

TITLE = "News on trafficking in human beings, tagged"
DEGREES = {
    "none": "without words of the articles but headlines: places only",
    "quotes": "with the words that tags and findings point at, within limits, and no texts",
    "full": "with the whole texts of the articles",
}


def title_of(facts: ExportFacts) -> str:
    """Return the title of an export."""
    return facts.about.title or TITLE


def name_of(facts: ExportFacts) -> str:
    """Return a name of lower-case letters, digits and hyphens."""
    kept = [c if c.isascii() and c.isalnum() else " " for c in title_of(facts).lower()]
    return "-".join("".join(kept).split()) or "thb-monitor-export"


def is_address(licence: str) -> bool:
    """Whether a licence is said by where it stands."""
    return licence.startswith(("http://", "https://"))


def table_names(facts: ExportFacts) -> dict[str, FileFacts]:
    """Return the files that are tables by a name of their own: that of the file, or its path."""
    tables = [file for file in facts.files if file.columns]
    stems = [file.name.rpartition("/")[2].partition(".")[0] for file in tables]
    return {
        stem if stems.count(stem) == 1 else file.name.replace("/", "-"): file
        for stem, file in zip(stems, tables, strict=True)
    }


def description(facts: ExportFacts) -> str:
    """Return what an export is."""
    labels = facts.labels
    days = f", first seen {labels.first} to {labels.last}" if labels.first else ""
    outlets = f"{labels.outlets} outlet{'' if labels.outlets == 1 else 's'}"
    return (
        f"{facts.rows} articles of {outlets}{days}, {DEGREES[facts.policy.text]}; judged by models"
        f" and rules of which the version is stated, {labels.reviewed} of them by reviewers."
    )
