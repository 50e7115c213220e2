"""Trends, outlets and balance as data: counted from stored rows, never from texts.

Pure functions of what is stored, and the monthly report made of them. All of it is coverage, not
incidence: how often something is written of, not how often it happens.
"""

from monitor.counted import outlet_id
from monitor.trends.balance import Balance, BalanceRow, balance_of
from monitor.trends.choose import Choice, choose
from monitor.trends.count import Counted, Trends, count_trends
from monitor.trends.outlets import Outlet, Scorecard, list_outlets, score_outlet
from monitor.trends.panels import Panel, Ranges, card_panels, trend_panels
from monitor.trends.proven import PRECISION, Basis, outlet_basis, proven_rules
from monitor.trends.report import Report, basis_words, make_report
from monitor.trends.shapes import outlet_json, scorecard_json, trends_json
from monitor.trends.steps import STEPS, Step, fitting_step
from monitor.trends.words import NOT_INCIDENCE
from monitor.trends.writers import FORMATS, ReportFormat, render_report

__all__ = [
    "FORMATS",
    "NOT_INCIDENCE",
    "PRECISION",
    "STEPS",
    "Balance",
    "BalanceRow",
    "Basis",
    "Choice",
    "Counted",
    "Outlet",
    "Panel",
    "Ranges",
    "Report",
    "ReportFormat",
    "Scorecard",
    "Step",
    "Trends",
    "balance_of",
    "basis_words",
    "card_panels",
    "choose",
    "count_trends",
    "fitting_step",
    "list_outlets",
    "make_report",
    "outlet_basis",
    "outlet_id",
    "outlet_json",
    "proven_rules",
    "render_report",
    "score_outlet",
    "scorecard_json",
    "trend_panels",
    "trends_json",
]
