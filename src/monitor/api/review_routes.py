"""`POST /v1/articles/{article_id}/review` and `/flags`: what a person says; and taking it back."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BeforeValidator, Field, create_model
from starlette.responses import JSONResponse, Response

from monitor.api.access import DeskDep, VisitorDep, need
from monitor.api.openapi import says
from monitor.api.problem_details import ProblemError, refuse
from monitor.api.request_bodies import JsonRoute
from monitor.api.schemas import ArticleId, Model, WholeStr, told
from monitor.labels.schemes import REVIEWED_SCHEMES, SCHEMES, TagScheme
from monitor.people.masked_quotes import mask_assessed
from monitor.records.account import Visitor
from monitor.records.article import Verdict
from monitor.records.errors import NotFound, UsageError
from monitor.records.finding import FieldName
from monitor.records.json_shapes import as_whole, review_json
from monitor.review.review_queue import Reviewer, add_review, decide
from monitor.review.review_queue import undo as take_back

_Version = WholeStr | None
router = APIRouter(tags=["articles"], route_class=JsonRoute, dependencies=[Depends(need("review"))])


def _labels(scheme: TagScheme) -> Any:
    """Return type and description of the labels of a scheme that hold."""
    label: Any = Literal[scheme.labels] if scheme.labels else str
    if scheme.pattern:
        label = Annotated[str, Field(pattern=scheme.pattern)]
    number = 1 if scheme.one_label else None
    return list[label] | None, told(scheme.reviewed_as, None, min_length=number, max_length=number)


ReviewTags: Any = create_model(
    "ReviewTags",
    __base__=Model,
    __doc__="All labels that hold of each scheme looked at; an empty list says that none does.",
    **{name: _labels(SCHEMES[name]) for name in REVIEWED_SCHEMES},
)


class ReviewRequest(Model):
    """A verdict, and the tags that hold for each scheme that was looked at."""

    verdict: Verdict
    tags: ReviewTags = Field(
        default_factory=ReviewTags, examples=[{"form": ["forced_labour"], "place": ["TH"]}]
    )
    reviewer: WholeStr = told(
        "Who says so, where nobody signed in; the latest review of each holds.", "", max_length=200
    )
    sha256: _Version = told("The version that was read; the current one.", None, max_length=64)


class UndoOut(Model):
    """What was undone."""

    decision: int = told("Its number, by which it is undone.")
    article: str
    reviewer: str


class ReviewOut(UndoOut):
    """A stored review."""

    sha256: str
    verdict: Verdict
    tags: dict[str, list[str]]
    at: str = told("RFC 3339.")
    provisional: bool = told("It counts once a reviewer has confirmed it.")


class FlagRequest(Model):
    """Whether the flags of a rule are right: all of them, or the one at a place."""

    rule: WholeStr = told("The rule's id.", max_length=200, examples=["sex-slave"])
    right: bool = told("Whether a flag is due there.", examples=[True])
    field: FieldName | None = told("Where the one flag is.", None)
    start: Annotated[int | None, BeforeValidator(as_whole)] = Field(None, ge=0, le=2**31 - 1)
    end: Annotated[int | None, BeforeValidator(as_whole)] = Field(None, ge=0, le=2**31 - 1)
    reviewer: WholeStr = told("Who says so, where nobody signed in.", "", max_length=200)


class FlagOut(UndoOut):
    """What was stored of flags."""

    rule: str
    right: bool
    flags: int = told("How many flags it was said of.")
    provisional: bool


class UndoRequest(Model):
    """Whose decision it is, where nobody signed in."""

    reviewer: WholeStr = Field("", max_length=200)


def reviewer_of(visitor: Visitor, given: str) -> Reviewer:
    """Return who decides: who signed in, else who is `given`; another's name is refused."""
    if visitor.name and given not in ("", visitor.name):
        raise ProblemError(403, "Who signed in with a token reviews under its name only.")
    return Reviewer(visitor.name or given.strip(), visitor.provisional)


@router.post(
    "/v1/articles/{article_id}/review", **says("Review an article", ReviewOut, 403, 404, 410, 415)
)
def review(
    article_id: ArticleId, said: ReviewRequest, desk: DeskDep, visitor: VisitorDep
) -> JSONResponse:
    """Store what a person says of an article; training with reviews learns from it.

    Who signed in speaks under that name and no other.
    """
    who = reviewer_of(visitor, said.reviewer)
    errors = [(("body", "tags", "place"), "must be codes of ISO 3166-1 alpha-2")]
    with refuse(UsageError, ProblemError(422, "A place is no country's code.", errors=errors)):
        stored = add_review(
            desk,
            article_id,
            said.verdict,
            tags=said.tags.model_dump(exclude_none=True),
            reviewer=who.name,
            sha256=said.sha256,
            provisional=who.provisional,
        )
    return JSONResponse(review_json(stored))


@router.post("/v1/articles/{article_id}/flags", **says("Judge flags", FlagOut, 403, 404, 410, 415))
def flags(article_id: ArticleId, said: FlagRequest, desk: DeskDep, visitor: VisitorDep) -> Response:
    """Store whether flags of an article are right; scorecards count what is confirmed."""
    who = reviewer_of(visitor, said.reviewer)
    assessed = desk.article(article_id)
    shown = desk.shown([assessed.article], patient=True)[article_id]
    masked = mask_assessed(assessed, shown).findings or assessed.findings
    spots: dict[tuple[str, str, int, int], bool] = {}
    # places are those in what is given without names, else those in what is given with them
    for places in (masked, assessed.findings):
        spots = spots or {
            (finding.rule, finding.field, finding.start, finding.end): said.right
            for finding, at in zip(assessed.findings, places, strict=True)
            if finding.rule == said.rule
            and said.field in (None, at.field)
            and said.start in (None, at.start)
            and said.end in (None, at.end)
        }
    if not spots:
        raise NotFound(f"article '{article_id}' has no such flag")
    version = assessed.article.sha256
    decision = decide(desk, article_id, None, who, sha256=version, flags=spots)
    told = {"article": article_id, "rule": said.rule, "right": said.right, "flags": len(spots)}
    by = {"reviewer": who.name, "decision": decision, "provisional": who.provisional}
    return JSONResponse(told | by)


@router.post(
    "/v1/decisions/{decision}/undo", **says("Take a decision back", UndoOut, 403, 404, 409, 415)
)
def undo(
    decision: Annotated[int, Path(description="Its number.", ge=1, le=2**31 - 1)],
    said: UndoRequest,
    desk: DeskDep,
    visitor: VisitorDep,
) -> JSONResponse:
    """Take back what one said oneself; it stays stored, and counts no more."""
    who = reviewer_of(visitor, said.reviewer)
    detail = "It was undone already, or a reviewer has confirmed or overruled it."
    with refuse(UsageError, ProblemError(409, detail)):
        undone = take_back(desk, decision, who)
    told = {"decision": undone.id, "article": undone.article_id, "reviewer": undone.reviewer}
    return JSONResponse(told)
