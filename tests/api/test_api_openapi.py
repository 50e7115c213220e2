"""The document describes every answer, and the application keeps to it."""

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from pydantic import BaseModel
from schemathesis import Case, GenerationMode
from schemathesis.checks import positive_data_acceptance
from schemathesis.schemas import BaseSchema

from monitor.api.check_routes import CheckedDocument, CheckRequest
from monitor.api.schemas import ClassifyRequest

ROUTES = [
    ("post", "/v1/check"),
    ("post", "/v1/check/file"),
    ("post", "/v1/check/file/reviewed"),
    ("post", "/v1/classify"),
    ("get", "/v1/articles"),
    ("get", "/v1/articles/{article_id}"),
    ("delete", "/v1/articles/{article_id}"),
    ("post", "/v1/exports"),
    ("get", "/v1/exports/{export_id}"),
    ("get", "/v1/exports/{export_id}/download"),
    ("post", "/v1/articles/{article_id}/review"),
    ("post", "/v1/articles/{article_id}/flags"),
    ("post", "/v1/decisions/{decision}/undo"),
    ("get", "/v1/stories"),
    ("get", "/v1/stories/{story_id}"),
    ("get", "/v1/digests/{day}"),
    ("get", "/v1/coverage"),
    ("get", "/v1/coverage/sample"),
    ("post", "/v1/coverage/sample"),
    ("post", "/v1/found"),
    ("get", "/v1/trends"),
    ("get", "/v1/outlets"),
    ("get", "/v1/outlets/{outlet_id}/scorecard"),
    ("get", "/v1/rules"),
    ("get", "/v1/rules/{rule_id}"),
    ("post", "/v1/rules/{rule_id}/feedback"),
    ("get", "/v1/rules/{guideline}/{rule_id}"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/metrics"),
]
MORE_THAN_A_SCHEMA = {
    "/v1/check",
    "/v1/check/file",
    "/v1/check/file/reviewed",
    "/v1/articles",
    "/v1/exports",
    "/v1/articles/{article_id}/review",
    "/v1/articles/{article_id}/flags",
    "/v1/decisions/{decision}/undo",
    "/v1/coverage",
    "/v1/coverage/sample",
    "/v1/found",
    "/v1/trends",
    "/v1/outlets",
    "/v1/outlets/{outlet_id}/scorecard",
    "/v1/stories",
}
"""Their 422 and 415 hold for what no schema says: an empty draft, a file of another type, a page or
story that never was, a tag that is none, a day that is not over, an address that is none, a
period that ends before it begins."""
METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="session")
def document(client: httpx.Client) -> dict[str, object]:
    document: dict[str, object] = client.get("/openapi.json").json()
    return document


def operations(document: dict[str, object]) -> list[tuple[str, str, dict[str, object]]]:
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    ]


def test_every_route_is_known_here(document: dict[str, object]) -> None:
    assert {(method, path) for method, path, _ in operations(document)} == set(ROUTES)


def test_every_answer_is_described(document: dict[str, object]) -> None:
    for method, path, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        answers = operation["responses"]
        assert {"400", "405", "413", "500"} <= set(answers), where
        assert {"200", "202"} & set(answers), where
        for status, answer in answers.items():
            assert answer["description"], f"{where} {status}"
            (kind, *_), schemas = zip(*answer["content"].items(), strict=True)
            assert all("schema" in content for content in schemas)
            if int(status) >= 400:
                assert kind == "application/problem+json", f"{where} {status}"
        for parameter in operation.get("parameters", []):
            assert parameter["description"], f"{where} {parameter['name']}"


def test_drafts_are_only_ever_posted(document: dict[str, object]) -> None:
    drafts = [(m, p) for m, p, o in operations(document) if o["tags"] == ["drafts"]]
    assert sorted(drafts) == ROUTES[:4]


def test_fastapis_own_error_shape_is_gone(document: dict[str, object]) -> None:
    assert "HTTPValidationError" not in document["components"]["schemas"]


@pytest.mark.parametrize("model", [CheckRequest, ClassifyRequest, CheckedDocument])
def test_examples_are_what_they_are_examples_of(
    model: type[BaseModel], document: dict[str, object]
) -> None:
    for example in document["components"]["schemas"][model.__name__]["examples"]:
        model.model_validate(example)


@pytest.fixture(scope="session")
def api(document: dict[str, object], address: str) -> BaseSchema:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=address)
    return schema


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_the_application_keeps_to_the_document(
    api: BaseSchema, method: str, path: str, mode: GenerationMode
) -> None:
    """Schemathesis makes requests that fit the document, and such that do not."""
    excluded = [positive_data_acceptance] if path in MORE_THAN_A_SCHEMA else []

    @settings(
        max_examples=15,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=api[path][method].as_strategy(generation_mode=mode))
    def calls(case: Case) -> None:
        case.call_and_validate(excluded_checks=excluded)

    try:
        calls()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong about this route
