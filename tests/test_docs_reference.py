"""The pages of reference are the program: what is generated, and tables written by hand."""

import re
import tomllib
from typing import Any, get_args

import httpx
import pytest
from fastapi.routing import APIRoute, iter_route_contexts

import documents
import make_reference
from monitor.api import languagetool
from monitor.feeds.article_import import DROPS
from monitor.labels import schemes as types
from monitor.labels.institutions import known_entities
from monitor.storage.polls import Decision
from monitor.web.server import MODULES
from serving import address, desk

__all__ = ["address", "desk"]

DOCS = documents.ROOT / "docs"
COMMANDS = documents.commands()


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


TEXT = page("commands.md")


@pytest.mark.parametrize("name", sorted(make_reference.PAGES))
def test_a_generated_page_is_what_the_program_says(name: str) -> None:
    """Where it is not: `make reference`, or `python docs/make_reference.py`."""
    assert page(name) == make_reference.PAGES[name]()


def told_commands() -> dict[str, tuple[str, str]]:
    """Commands with how their arguments are written, and their section, by their words."""
    told = {}
    for heading in re.findall(r"^### (.*)$", TEXT, re.MULTILINE):
        written = heading.strip("`")
        words = re.match(r"monitor( [a-z]+)*", written)
        assert words, heading
        arguments = written.removeprefix(words[0]).strip()
        told[words[0]] = (arguments, documents.section(TEXT, f"### {heading}"))
    return told


TOLD = told_commands()


def options_told(words: str) -> dict[str, str]:
    """The meaning of each option, by its name, as the reference tells it."""
    return {
        option: cells[2]
        for cells in documents.rows(TOLD[words][1])
        for option in re.findall(r"`(-[\w-]+)", cells[0])
    }


def test_every_command_is_told_and_no_other() -> None:
    there = {words for words, c in COMMANDS.items() if not c.children or words == "monitor"}
    assert set(TOLD) == there


@pytest.mark.parametrize("words", sorted(TOLD))
def test_every_option_is_told_and_no_other(words: str) -> None:
    assert set(options_told(words)) == COMMANDS[words].options


@pytest.mark.parametrize("words", sorted(TOLD))
def test_the_words_that_an_option_takes_are_told(words: str) -> None:
    told = options_told(words)
    for option, choices in COMMANDS[words].choices.items():
        missing = [choice for choice in choices if f"`{choice}`" not in told[option]]
        assert not missing, f"{words} {option}"


@pytest.mark.parametrize("words", sorted(set(TOLD) - {"monitor"}))
def test_every_argument_is_told_and_no_other(words: str) -> None:
    told = re.findall(r"[A-Z]+", TOLD[words][0])
    assert tuple(told) == COMMANDS[words].arguments


def test_every_setting_is_told_with_its_default() -> None:
    told = {
        cells[0].strip("`"): tomllib.loads(f"told = {cells[2].strip('`')}")["told"]
        for cells in documents.rows(page("settings.md"))
    }
    assert told == documents.settings()


@pytest.fixture(scope="module", name="api")
def _api(address: str) -> dict[str, Any]:
    api: dict[str, Any] = httpx.get(f"{address}/openapi.json").json()
    return api


def routes_told() -> dict[str, list[list[str]]]:
    """The rows of what each route takes."""
    text = page("http-api.md")
    headings = re.findall(r"^### (`.*`)$", text, re.MULTILINE)
    found = {name: documents.rows(documents.section(text, f"### {name}")) for name in headings}
    return {name.strip("`"): rows for name, rows in found.items()}


def operations(api: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in api["paths"].items()
        for method, operation in item.items()
    }


def test_every_route_is_told_and_no_other(api: dict[str, Any]) -> None:
    assert set(routes_told()) == set(operations(api))


def test_every_parameter_and_field_is_told(api: dict[str, Any]) -> None:
    """With `?` where it may be left out."""
    schemas = api["components"]["schemas"]
    told = routes_told()
    for route, operation in operations(api).items():
        there = {p["name"] + "?" * (not p["required"]) for p in operation.get("parameters", [])}
        for content in operation.get("requestBody", {}).get("content", {}).values():
            shape = content["schema"]
            shape = schemas[shape["$ref"].rpartition("/")[2]] if "$ref" in shape else shape
            there |= {n + "?" * (n not in shape.get("required", [])) for n in shape["properties"]}
        assert {cells[0].strip("`") for cells in told[route]} == there, route


def test_every_page_is_told_and_no_other() -> None:
    told = {
        cells[0].strip("`")
        for cells in documents.rows(documents.section(page("desk.md"), "## Pages"))
    }
    routes = [route for module in MODULES for route in module.router.routes]
    there = {
        route.path
        for route in routes
        if isinstance(route, APIRoute) and "GET" in route.methods and not route.include_in_schema
        if not route.path.startswith("/v2/")
    }
    assert told == there | {"/openapi.json"}


def test_every_address_of_languagetools_api_is_told_and_no_other() -> None:
    section = documents.section(page("developer.md"), "## LanguageTool")
    told = {cells[0].strip("`") for cells in documents.rows(section) if "/v2/" in cells[0]}
    there = {
        f"{method} {route.path}"
        for route in iter_route_contexts(languagetool.router.routes)
        for method in route.methods or ()
    }
    assert told == there


def test_every_label_is_told_and_no_other() -> None:
    table = documents.rows(documents.section(page("researcher.md"), "## Labels"))
    told = {
        re.findall(r"`(\w+)`", cells[0])[0]: tuple(re.findall(r"`(\w+)`", cells[1]))
        for cells in table
    }
    assert told == {
        "form": types.FORMS,
        "response": types.RESPONSES,
        "place": types.PLACE_ROLES,
        "victim": types.VICTIMS,
        "gender": types.GENDERS,
        "flow": types.FLOWS,
        "protection": types.PROTECTIONS,
        "indicator": types.INDICATORS,
        "topic": types.TOPICS,
        "vulnerability": types.SCHEMES["vulnerability"].labels,
        "partnership": types.SCHEMES["partnership"].labels,
        "institution": tuple(known_entities("institution")),
        "instrument": tuple(known_entities("instrument")),
    }


def test_every_drop_of_the_ledger_is_told_and_no_other() -> None:
    source = "".join(
        path.read_text(encoding="utf-8")
        for room in ("feeds", "storage")
        for path in (documents.ROOT / "src" / "monitor" / room).glob("*.py")
    )
    there = set(re.findall(r'dropped\["(\w+)"\]', source)) | set(get_args(Decision)) | set(DROPS)
    told = {
        cells[0].strip("`")
        for cells in documents.rows(documents.section(page("desk.md"), "## Ledger"))
    }
    assert told == there - {"new", "version"}
