"""Trends and scorecards as data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from monitor.records.finding import MEASURED_FROM
from monitor.records.json_shapes import time_json
from monitor.stats.monthly_report import CONFIRMED_ONLY, FLAGS_COUNTED, NO_RULES, NOT_INCIDENCE
from monitor.stats.outlet_scorecards import Scorecard
from monitor.stats.trends import PRECISION, BalanceRow, Basis, Trends

_AS_THEY_ARE = ("dates", "undated", "timezone", "stored", "items", "stories", "outlets")


def trends_json(trends: Trends) -> dict[str, Any]:
    """Return trends as data."""
    return {
        "schema": 1,
        "note": NOT_INCIDENCE,
        "since": trends.since.isoformat(),
        "until": trends.days[-1].day.isoformat(),
        **{name: getattr(trends, name) for name in _AS_THEY_ARE},
        "days": [
            {"day": row.day.isoformat()}
            | {name: getattr(row, name) for name in ("stored", "items", "stories")}
            | {"feed_changes": row.changes}
            for row in trends.days
        ],
        "by": {scheme: list(map(asdict, rows)) for scheme, rows in trends.schemes.items()},
        "rules": [
            {"rule": r.rule, "items": r.items, "stories": r.stories, "not_looked_at": r.unseen}
            for r in trends.rules
        ],
        "balance": {
            "all": balance_json(trends.balance.whole),
            "countries": list(map(balance_json, trends.balance.countries)),
            "outlets": list(map(balance_json, trends.balance.outlets)),
        },
        "feed_changes": [
            {name: getattr(change, name) for name in ("url", "title", "outlet")}
            | {"at": time_json(change.at), "change": "added" if change.followed else "removed"}
            for change in trends.changes
        ],
        "basis": basis_json(trends.basis),
        "stamps": list(trends.stamps),
    }


def basis_json(basis: Basis) -> dict[str, Any]:
    """Return which flags are counted, as data."""
    return {
        "guideline": basis.guideline,
        "precision": PRECISION,
        "min_flags": MEASURED_FROM,
        "rules": sorted(basis.proven),
        "precise_on_fewer_flags": sorted(basis.nearly),
        "note": FLAGS_COUNTED if basis.proven else f"{NO_RULES} {FLAGS_COUNTED}",
    }


def balance_json(row: BalanceRow) -> dict[str, Any]:
    """Return a row of balance as data."""
    return {
        "key": row.key,
        "stories": row.stories,
        **dict(row.told),
        "intervals": {side: [round(end, 3) for end in ends] for side, ends in row.intervals.items()}
        or None,
    }


def scorecard_json(card: Scorecard, since: str, until: str) -> dict[str, Any]:
    """Return a scorecard of the days [since, until) as data."""
    return {
        "schema": 1,
        "note": NOT_INCIDENCE,
        "since": since,
        "until": until,
        "outlet": asdict(card.outlet),
        "min_stories": MEASURED_FROM,
        "enough": card.enough,
        "flagged_stories": card.flagged,
        "not_looked_at": card.unseen,
        **_share(card.flagged, card.outlet.stories, card.interval),
        "rules": [
            {
                "rule": row.rule,
                "stories": row.stories,
                "not_looked_at": row.unseen,
                **_share(row.stories, card.outlet.stories, row.interval),
            }
            for row in card.rules
        ],
        "balance": balance_json(card.balance),
        "basis": {**basis_json(card.basis), "note": CONFIRMED_ONLY},
    }


def _share(n: int, of: int, interval: tuple[float, float] | None) -> dict[str, Any]:
    if interval is None:
        return {"share": None, "interval": None}
    return {"share": round(n / of, 3), "interval": [round(end, 3) for end in interval]}
