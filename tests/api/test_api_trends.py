"""Trends and outlets over HTTP, and the commands that print them."""

from pathlib import Path

import httpx
import pytest

from monitor.api.trend_routes import OutletsOut, ScorecardOut, TrendsOut
from monitor.app import Monitor
from monitor.records.dates import month_of
from monitor.records.errors import UsageError
from monitor.stats.report_formats import render_report
from monitor.stats.trend_queries import judge_flag, read_period, report_of, trends_of

DAYS = {"since": "2026-11-01", "until": "2026-11-30"}


def test_trends_of_a_period(client: httpx.Client) -> None:
    found = TrendsOut.model_validate(client.get("/v1/trends", params=DAYS).json())
    assert (found.stored, len(found.days)) == (3, 30)
    assert "TH" in [row.label for row in found.by.place]
    assert found.items >= 1
    assert [c.change for c in found.feed_changes] == ["added"]
    assert found.basis.guideline.startswith("thb-en@")


def test_outlets_and_a_scorecard(client: httpx.Client) -> None:
    listed = OutletsOut.model_validate(client.get("/v1/outlets", params=DAYS).json())
    outlet = listed.outlets[0]
    assert (outlet.name, outlet.stored) == ("The Daily", 3)
    card = client.get(f"/v1/outlets/{outlet.id}/scorecard", params=DAYS)
    found = ScorecardOut.model_validate(card.json())
    assert not found.enough
    assert found.share is None
    assert client.get("/v1/outlets/nobody/scorecard", params=DAYS).status_code == 404


@pytest.mark.parametrize(
    "days", [{"since": "2026-11-02", "until": "2026-11-01"}, {"since": "1900-01-01"}]
)
def test_a_period_that_is_none(client: httpx.Client, days: dict[str, str]) -> None:
    assert client.get("/v1/trends", params=days).status_code == 422


def test_a_confirmed_flag_is_counted(desk: Monitor) -> None:
    def told() -> int:
        found = trends_of(desk, read_period(desk, *month_of("2026-11")))
        return next(row.stories for row in found.rules if row.rule == rule)

    rule = desk.article("article-farm").findings[-1].rule  # the first is judged elsewhere
    before = told()
    assert judge_flag(desk, "article-farm", rule, right=True, reviewer="a") >= 1
    assert told() == 1
    judge_flag(desk, "article-farm", rule, right=False, reviewer="a")
    assert (before, told()) == (0, 0)


def test_a_report_holds_no_headline(desk: Monitor, tmp_path: Path) -> None:
    page = render_report(report_of(desk, "2026-11"), "html").decode()
    assert "Farm owner" not in page
    assert "too few" in page
    with pytest.raises(UsageError, match="has not begun"):
        report_of(desk, "2027-01")
    with pytest.raises(UsageError, match="no date"):
        report_of(desk, "November")
