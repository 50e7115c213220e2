"""Renders the pages of who may: signing in, and tokens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.visitors import ROLES, Token, Visitor
from monitor.web.page_frame import WAYS, render


def first_way(visitor: Visitor) -> str:
    """Return the address of the first page that `visitor` may see."""
    return next((way.address for way in WAYS if visitor.may(way.scope)), "/signin")


def render_signin(visitor: Visitor, *, asked: str, said: str = "", out: bool = False) -> str:
    """Return the page to sign in on, going on to `asked`; `said` is what was wrong.

    `out`: one has just signed out, and what this tab kept is to be erased.
    """
    return render("signin.html", visitor=visitor, here="/signin", asked=asked, said=said, out=out)


def render_tokens(
    tokens: Sequence[Token],
    *,
    now: datetime,
    zone: ZoneInfo,
    visitor: Visitor,
    state: str,
    said: str,
    made: str,
    secret: str,
) -> str:
    """Return the list of tokens, newest first; `secret` is that just made for `made`.

    `state` chooses: "live", "ended", or "" for all. `said` is what was wrong.
    """
    rows = [
        {
            "token": token,
            "made": _day(token.made, zone),
            "until": _day(token.expires, zone) if token.expires else "",
            "ended": _day(ended, zone) if (ended := token.ended(now)) else "",
        }
        for token in reversed(tokens)
    ]
    chosen = [row for row in rows if not state or bool(row["ended"]) == (state == "ended")]
    live = sum(not row["ended"] for row in rows)
    return render(
        "tokens.html",
        visitor=visitor,
        here="/tokens",
        rows=chosen,
        live=live,
        ended=len(rows) - live,
        roles=ROLES,
        state=state,
        said=said,
        made=made,
        secret=secret,
    )


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).date().isoformat()
