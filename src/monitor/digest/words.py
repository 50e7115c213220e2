"""What a digest says in every format: titles and notes of its sections."""

from __future__ import annotations

UNJUDGED = "Not judged for their language, but with trafficking terms"
UNJUDGED_NOTE = "Nobody and no model has read these: a term in them speaks of trafficking."
POSSIBLE = "Possible, in languages where the models are not measured"
POSSIBLE_NOTE = (
    "Unmeasured: there is too little labelled news in these languages to say how often this is"
    " right, or what is missed. Words that speak for a look stand beside each."
)
NO_WORDS = "no phrase of the lists, only the wording as a whole"
SUMMARY_ONLY = "judged on its summary only"
UNSURE_NOTE = "A question mark stands behind a tag that is less than sure."
RELEVANT = "Relevant"
BORDERLINE = "Borderline"
BORDERLINE_NOTE = "Trafficking may be a side matter here."
NOTHING_FITS = "No new story of these days fits what this digest is set to."
NO_HEADLINE = "(no headline)"
NO_OUTLET = "unnamed outlet"
NOT_MASKED = "Headline not shown: names cannot be masked in this language."
GRAPHIC = "Headline not shown: it tells of violence in detail."
URL_WITHHELD = "The article's address is not shown: it holds a name that is masked here."
URL_TOO = "Nor is the article's address, which mostly repeats its headline."
AT_OUTLET, AT_DESK = "Read it at the outlet", "Read it at the desk, signed in"
MASKED_NOTE = (
    "Names of people who were exploited, of minors and of relatives are masked, as far as a program"
    " can tell them. Please do not pass on what an article says of who they are."
)
NAMES_NOTE = (
    "Names of people who were exploited, of minors and of relatives are hidden, as far as a program"
    " can tell them."
)
STOP = "Stop this digest"
STOP_BY_MAIL = "To stop this digest, answer with the word unsubscribe."
AT_THE_DESK = "Read it at the desk"


def late(number: int, day: str) -> str:
    """Say how many of the stories came in before the days of a mail; nothing where none did."""
    was = "was" if number == 1 else "were"
    return (
        f"Of these, {number} came in before {day} and {was} in no digest to you." if number else ""
    )


def told_before(number: int) -> str:
    """Say how many stories of the days of a mail it leaves out, since an earlier one had them."""
    if number == 1:
        return "1 story of these days is left out: an earlier digest told of it."
    told = f"{number:,} stories of these days are left out: an earlier digest told of them."
    return told if number else ""


def too_old(number: int, day: str) -> str:
    """Say how many stories were in no mail and are too old for any by now."""
    if number == 1:
        return f"1 story from before {day} was in no digest to you; it is at the desk only."
    told = (
        f"{number:,} stories from before {day} were in no digest to you; they are at the desk only."
    )
    return told if number else ""
