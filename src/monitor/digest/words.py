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
