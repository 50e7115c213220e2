"""`/v1/rules`: the rules of the guidelines in force, and what editors say of their flags."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from monitor.api.access import DeskDep, need
from monitor.api.openapi import says
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.rate_limit import Tries
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import A_RULE, Model, RuleId, WholeStr, told
from monitor.desk import Desk
from monitor.records.errors import NotFound
from monitor.records.finding import Severity
from monitor.records.review import Client
from monitor.review.flag_feedback import ChangedError, describe_rule, said_json, say_flag
from monitor.rules.figures import DatedSource
from monitor.rules.national_law import Helpline
from monitor.rules.rule_descriptions import rules_json
from monitor.rules.rule_schema import SourceEntry


class RuleExamples(Model):
    """The rule's own tests; `[[…]]` marks what is flagged."""

    bad: list[str]
    good: list[str]
    quoted: list[str]


class RuleOut(Model):
    """One rule of a guideline in force."""

    id: str = Field(examples=["child-prostitute"])
    guideline: str = told("The id of the guideline whose rule it is.", examples=["thb-en"])
    title: str
    principle: str = told("The principle of reporting behind it.")
    kind: str = told("How it finds what it flags.")
    severity: Severity
    scope: str = told("Where in a draft it looks.")
    gate: str = told("What must be known first.")
    quotes: Literal["flag", "soften", "skip"] = told("What it does inside quotation marks.")
    message: str
    why: str
    suggest: list[str] = told("Wordings to use instead.")
    sources: list[SourceEntry]
    examples: RuleExamples


class LawOut(Model):
    """What one statute says, in the guideline's words."""

    states: str
    consent: str = told("What it asks of consent to be named; empty: not known.")
    statute: str
    section: str
    area: str = told("The part of the country, or the cases, that it is about.")
    under_age: int | None = told("The age up to which it protects; null is any.")
    unchecked_since: str | None = told("ISO date since which nobody could read it.")
    sources: list[DatedSource]


class RuleCountry(Model):
    """What is known in one country on a rule's matter."""

    code: str
    name: str
    note: str = told("What could not be confirmed.")
    law: list[LawOut]
    helplines: list[Helpline]


class RightFigure(Model):
    """A figure as its source gives it."""

    number: str
    counts: str
    year: str
    kind: str
    by: str


class FigureOut(Model):
    """A known figure that is wrong as it is usually given."""

    id: str
    claim: str
    fact: str
    instead: str
    right: RightFigure | None
    sources: list[DatedSource]


class MeasuredOut(Model):
    """How a rule did on annotated articles."""

    date: str
    data: str
    articles: int
    guideline: str = told("Stamp of the guideline that was measured.")
    current: bool = told("Whether that is the one in force.")
    hits: int = told("How often it spoke there.")
    independent_hits: int = told("`hits` if its authors had not worked with these articles; or 0.")
    right: int = told("How many of its hits editors had marked.")
    precision: float | None
    sure: int
    found: int
    recall: float | None
    general_hits_per_100k_words: float | None
    answers: int = told("Answers for a whole text that it gave where editors had answered.")
    as_editors: int = told("How many of them were the editors'.")
    examples: int


class FeedbackOut(Model):
    """What editors said of a rule's flags of their drafts; they choose which ones to judge."""

    since: str = told("The first day, ISO date.")
    date: str = told("The last day.")
    data: str
    guideline: str = told("Stamp of the guideline in force.")
    current: bool = told("Whether all of it was said of that one.")
    hits: int = told("How many flags were judged.")
    right: int = told("How many of them were said to be right.")
    precision: float
    interval: list[float] = told("Wilson's, 95 %, of `precision`.", min_length=2, max_length=2)
    current_hits: int = told("`hits` of the guideline in force.")
    current_right: int = told("`right` of the guideline in force.")


class RuleDetail(RuleOut):
    """One rule with all there is to know of it."""

    limits: list[str]
    figures: list[FigureOut]
    countries: list[RuleCountry]
    measured: MeasuredOut | None = told("Null where nothing was measured.")
    feedback: FeedbackOut | None = told("Null where no editor said anything.")
    also: list[str] = told("Rules of this id in other guidelines in force, as `guideline/id`.")


class RuleList(Model):
    """Every rule, in the guidelines' order; null is the `problem` where all is as the files say.

    Else it is why an edit of a guideline is not in force, with file, rule and line; the rules from
    before are.
    """

    rules: list[RuleOut]
    problem: str | None


router = APIRouter(tags=["rules"], route_class=JsonRoute, dependencies=[Depends(need("check"))])


@router.get("/v1/rules", **says("List the rules", RuleList, 503, usual=False))
def rules(desk: DeskDep) -> JSONResponse:
    """Return every rule of the guidelines in force, with its sources and examples."""
    return JSONResponse({"rules": rules_json(desk.in_force), "problem": desk.shelf.problem})


@router.get("/v1/rules/{rule_id}", **says("Show a rule", RuleDetail, 404))
def rule(rule_id: RuleId, desk: DeskDep) -> JSONResponse:
    """Return one rule: what it flags, why, on whose word, its limits, and how it was measured.

    Where several guidelines have a rule of this id, it is the first's; `also` names the others.
    """
    return JSONResponse(find_rule(desk, rule_id))


@router.get(
    "/v1/rules/{guideline}/{rule_id}", **says("Show a rule of one guideline", RuleDetail, 404)
)
def guideline_rule(
    guideline: Annotated[str, Path(description="The guideline's id.", examples=["thb-en"])],
    rule_id: RuleId,
    desk: DeskDep,
) -> JSONResponse:
    """Return the rule of that guideline, whatever other guidelines have."""
    return JSONResponse(find_rule(desk, f"{guideline}/{rule_id}"))


def find_rule(desk: Desk, rule_id: str) -> dict[str, Any]:
    """Return the rule of that id; raises `NotFound`."""
    found = describe_rule(desk, rule_id, desk.store.feedback(rule_id.rpartition("/")[2]))
    if found is None:
        raise NotFound("no such rule")
    return found


MOST = 120
"""So often an address may say so in an hour: nobody judges a flag every half minute all day."""
_TOO_MANY = "Very many flags were judged from this address: go on within the hour."
feedback_tries = partial(Tries, most=MOST, window_s=3600.0, refusal=_TOO_MANY)


class FeedbackRequest(Model):
    """Whether one flag was right; no word of the draft, and no place in it."""

    right: bool = told("Whether the flag is due there.", examples=[True])
    client: Client = told("Where it was said.", examples=["page"])
    guideline: WholeStr | None = told(
        "Id or stamp of the guideline that flagged; the one in force.", None, max_length=200
    )
    severity: Severity | None = told("How the flag was shown.", None)


@router.post(
    "/v1/rules/{rule_id}/feedback",
    **says("Say whether a flag was right", FeedbackOut, 403, 404, 409, 415, 429),
)
async def feedback(
    request: Request,
    rule_id: Annotated[WholeStr, Path(max_length=200, **A_RULE)],
    said: FeedbackRequest,
    desk: DeskDep,
) -> JSONResponse:
    """Count that a flag of a draft was right or wrong. Neither the draft nor who says it is kept.

    Counted by rule, stamp and day; an address is heard 120 times an hour.
    """
    tries: Tries = request.app.state.feedback_tries
    tries.refuse(request.scope)
    tries.note(request.scope)
    changed = "The guideline has changed since the draft was checked: check it again."
    with refuse(ChangedError, ProblemError(409, changed)):
        known = await run_sync(partial(say_flag, desk, rule_id, **said.model_dump()))
    return JSONResponse(said_json(known))
