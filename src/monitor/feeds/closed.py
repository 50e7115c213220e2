"""Places that show nothing to who is not signed in: what cannot be followed, said in words."""

from __future__ import annotations

from monitor.feeds.urls import host_of, shown_url
from monitor.records.errors import FeedError

CLOSED = {
    "facebook.com": "Facebook",
    "fb.com": "Facebook",
    "fb.me": "Facebook",
    "fb.watch": "Facebook",
    "instagram.com": "Instagram",
    "threads.net": "Threads",
    "threads.com": "Threads",
    "twitter.com": "X",
    "x.com": "X",
    "tiktok.com": "TikTok",
    "linkedin.com": "LinkedIn",
    "whatsapp.com": "WhatsApp",
    "t.me": "Telegram",
}
"""Names of services by host; their subdomains are meant too."""


def closed_service(url: str) -> str | None:
    """Return the name of the service that `url` is of, `None` where it is of none listed."""
    labels = host_of(url).split(".")
    names = (".".join(labels[place:]) for place in range(len(labels)))
    return next((CLOSED[name] for name in names if name in CLOSED), None)


def refuse_closed(url: str) -> None:
    """Raise `FeedError` with what to do instead where `url` is of a closed service."""
    service = closed_service(url)
    if service:
        raise FeedError(
            f"{shown_url(url)}: {service} cannot be followed: it has no feeds and shows its posts"
            " only to who is signed in. Look for a web site of the outlet (monitor feeds discover"
            " SITE), or add articles by hand where they are published (monitor articles add URL)"
        )
