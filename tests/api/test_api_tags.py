"""A tag is the same object wherever the program writes one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

import serving
from monitor.api.schemas import TagOut
from monitor.app import Monitor
from monitor.export import selection
from monitor.export.columns import TextDegree
from monitor.export.publication import PublicationPolicy
from monitor.labels.schemes import PLACE_ROLES

TITLE, TEXT = serving.ARTICLES["farm"]
DEGREES: tuple[TextDegree, ...] = ("none", "quotes", "full")
Tags = list[dict[str, Any]]


@pytest.fixture(scope="module", name="written")
def _written(
    desk: Monitor, client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Tags]:
    """The tags of one article from every place that writes them, as the models gave them."""
    for one in desk.store.reviews("article-farm"):  # other tests of this desk may have said more
        desk.store.undo(one.decision, one.reviewer, desk.now())
    folder = tmp_path_factory.mktemp("export")
    record = {"id": "article-farm", "title": TITLE, "text": TEXT}
    (line,) = desk.classify_lines([json.dumps(record)])
    for degree in DEGREES:
        selection.export(
            desk,
            folder / degree,
            format="jsonl",
            policy=PublicationPolicy(text=degree, restricted=True),
        )
    digest = json.loads(desk.render_digest(desk.digest("all"), "json"))
    served = client.get("/v1/digests/all", params={"format": "json"})
    places: dict[str, Any] = {
        "monitor classify": json.loads(line),
        "/v1/classify": client.post("/v1/classify", json=record).json(),
        "/v1/articles": _farm(client.get("/v1/articles").json()["articles"]),
        "/v1/articles/{id}": client.get("/v1/articles/article-farm").json(),
        "digest": _of_digest(digest),
        "/v1/digests": _of_digest(served.json()),
        **{f"export {degree}": _farm(_lines(folder / degree)) for degree in DEGREES},
    }
    return {name: value["tags"] for name, value in places.items()}


def _farm(articles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return next(article for article in articles if article["id"] == "article-farm")


def _lines(folder: Path) -> list[dict[str, Any]]:
    text = (folder / "articles.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.removesuffix("\n").split("\n")]


def _of_digest(digest: dict[str, Any]) -> dict[str, Any]:
    stories = [*digest["relevant"], *digest["borderline"]]
    return _farm([article for story in stories for article in story["articles"]])


def test_every_place_writes_the_same_tags(written: dict[str, Tags]) -> None:
    expected = written["monitor classify"]
    assert len(expected) > 3
    for name, tags in written.items():
        # an export may add the words that a span means
        bare = [{**tag, "evidence": [{**span} for span in tag["evidence"]]} for tag in tags]
        for tag in bare:
            for span in tag["evidence"]:
                words = span.pop("match", None)
                field = TITLE if span["field"] == "title" else TEXT
                assert words is None or words == field[span["start"] : span["end"]]
        assert bare == expected, name


def test_a_tag_has_the_keys_of_the_contract(written: dict[str, Tags]) -> None:
    tags = written["monitor classify"]
    for tag in tags:
        assert tag.keys() - {"role", "experimental"} == {"scheme", "label", "score", "evidence"}
        assert tag.get("experimental", True) is True
        assert ("role" in tag) == (tag["scheme"] == "place")
        assert tag.get("role", PLACE_ROLES[0]) in PLACE_ROLES
        TagOut.model_validate(tag)
    assert any("experimental" in tag for tag in tags)
    assert any("experimental" not in tag for tag in tags)


@pytest.mark.parametrize("more", [{"experimental": False}, {"role": "victim"}, {"why": ""}])
def test_the_schema_refuses_another_shape(written: dict[str, Tags], more: dict[str, Any]) -> None:
    tag = {**written["monitor classify"][0], **more}
    with pytest.raises(ValueError, match=next(iter(more))):
        TagOut.model_validate(tag)
