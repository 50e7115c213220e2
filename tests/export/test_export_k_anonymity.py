"""What is given of withheld articles: nothing but what `k` stories share, in groups that stay."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.export.k_anonymity import EquivalenceClasses, KAnonymiser, WithheldArticle, generalised
from monitor.export.record import canonical
from monitor.records.article_record import FullRecord
from record_samples import RECORDED

ARTICLES = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(0, 9), st.sampled_from(["", "x", "y"])),
    max_size=60,
)
"""Articles by class, story and form, oldest first."""


def members(some: list[tuple[str, int, str]]) -> list[tuple[str, WithheldArticle]]:
    return [
        (of, WithheldArticle(f"s{story}", frozenset(), {"id": n}))
        for n, (of, story, _) in enumerate(some)
    ]


def full(some: list[tuple[str, int, str]], k: int) -> list[tuple[str, list[WithheldArticle]]]:
    groups = EquivalenceClasses(k)
    filled = [(of, groups.add(of, one)) for of, one in members(some)]
    return [(of, group) for of, group in filled if group]


@given(ARTICLES, st.integers(1, 6), st.data())
@settings(max_examples=150, deadline=None)
def test_groups_are_of_k_stories_and_stay_what_they_are(
    some: list[tuple[str, int, str]], k: int, data: st.DataObject
) -> None:
    found = full(some, k)
    taken: list[Any] = []
    for _, group in found:
        assert len(group) == len({one.story for one in group}) == k
        taken += [one.line["id"] for one in group]
    assert len(taken) == len(set(taken))
    early = full(some[: data.draw(st.integers(0, len(some)))], k)
    assert found[: len(early)] == early  # so that two exports differ by whole groups
    left: defaultdict[str, set[Any]] = defaultdict(set)
    for of, one in members(some):
        if one.line["id"] not in taken:
            left[of].add(one.story)
    waiting = Counter(of for of, story, _ in some)
    for of, stories in left.items():  # what could be a group is one, unless copies are in the way
        assert len(stories) < k or waiting[of] > k


def record(number: int, of: str, story: int, form: str) -> dict[str, Any]:
    tags = [{"scheme": "form", "label": form, "evidence": []}] if form else []
    same = {"schema": 1, "borderline": False, "not_judged": None, "experimental": False}
    return {
        **same,
        "id": f"{number}",
        "relevant": of == "a",
        "stamps": ["judge@1+a"],
        "seen": "2026-11-25T08:00:00Z",
        "tags": tags,
        "story": f"s{story}",
        "length": {"title": number, "text": number},
    }


@given(ARTICLES, st.integers(1, 6), st.data())
@settings(max_examples=100, deadline=None)
def test_counts_are_in_steps_of_k_and_no_more_than_there_are(
    some: list[tuple[str, int, str]], k: int, data: st.DataObject
) -> None:
    def anonymised(kept: list[tuple[str, int, str]], filters: dict[str, Any] | None) -> KAnonymiser:
        made = KAnonymiser(k, filters, "a secret", "now")
        for number, one in enumerate(kept):
            made.add(record(number, *one), {"id": f"{number}"})
        return made

    made = anonymised(some, {})
    rows = [values for values, _ in made.rows()]
    assert [one["id"] for one in rows] == sorted({one["id"] for one in rows})
    assert all(n % k == 0 for n in Counter(one["relevant"] for one in rows).values())
    truth = Counter(form or "unknown" for *_, form in some)
    assert made.counts.articles <= len(some)
    assert len(rows) == made.counts.rows <= made.counts.articles
    for cell in made.counts.at_least:
        assert cell["articles"] % k == 0
        assert cell["articles"] <= (len(some) if cell["form"] is None else truth[cell["form"]])
    for filters in (None, {"outlet": "Coast"}, {"since": "2026-01-01T00:00:01Z"}):
        other = anonymised(some, filters)
        assert not list(other.rows())
        assert other.counts.at_least == made.counts.at_least
    until = anonymised(
        some[: data.draw(st.integers(0, len(some)))], {"until": "2026-11-26T00:00:00Z"}
    )
    assert until.counts.rows <= made.counts.rows


@given(RECORDED)
@settings(max_examples=40, deadline=None)
def test_what_is_given_of_one_is_a_matter_of_verdict_year_and_judges(recorded: FullRecord) -> None:
    one = canonical(recorded)
    values = generalised(one)
    told = ("schema", "relevant", "borderline", "not_judged", "experimental", "stamps", "seen")
    assert values["withheld_year"] == int(one["seen"][:4])
    blank = {**one, **{key: [] if isinstance(one[key], list) else None for key in one}}
    blank |= {key: one[key] for key in told}
    assert json.dumps(generalised(blank), sort_keys=True) == json.dumps(values, sort_keys=True)
