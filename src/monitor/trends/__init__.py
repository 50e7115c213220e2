"""Trends, outlets and balance as data: counted from stored rows, never from texts.

Pure functions of what is stored, and the monthly report made of them. All of it is coverage, not
incidence: how often something is written of, not how often it happens.
"""

from monitor.trends.balance import Balance, BalanceRow, balance_of
from monitor.trends.count import Counted, Trends, count_trends
from monitor.trends.outlets import Outlet, Scorecard, list_outlets, outlet_id, score_outlet
from monitor.trends.proven import PRECISION, Basis, proven_rules
from monitor.trends.report import Report, make_report
from monitor.trends.shapes import outlet_json, scorecard_json, trends_json
from monitor.trends.words import NOT_INCIDENCE
from monitor.trends.writers import FORMATS, ReportFormat, render_report

__all__ = [
    "FORMATS",
    "NOT_INCIDENCE",
    "PRECISION",
    "Balance",
    "BalanceRow",
    "Basis",
    "Counted",
    "Outlet",
    "Report",
    "ReportFormat",
    "Scorecard",
    "Trends",
    "balance_of",
    "count_trends",
    "list_outlets",
    "make_report",
    "outlet_id",
    "outlet_json",
    "proven_rules",
    "render_report",
    "score_outlet",
    "scorecard_json",
    "trends_json",
]
