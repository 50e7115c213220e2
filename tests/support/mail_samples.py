"""Stories for tests of mail and feeds: with a name that must not leave the desk."""

from urllib.parse import unquote

from digest_samples import LEDGER, article, tag
from monitor.digest.newsletter import write_letter
from monitor.records.digest import Digest, Story
from monitor.records.hidden_names import LANGUAGE, WITHHELD, Shown, withheld

NAME = "Amina Yusuf"


def country(code: str) -> str:
    return {"TH": "Thailand", "GH": "Ghana"}.get(code, code)


def mask(found):
    """As `Monitor.shown` does, for one name."""
    if found.language != "en":
        return withheld(found, LANGUAGE)
    tells = any(part.lower() in unquote(found.url).lower() for part in NAME.split())
    return Shown(found.title.replace(NAME, WITHHELD), link_tells=tells)


def case(key="a1", title=f"{NAME} tells court", text=f"{NAME} was held.", **changes):
    tags = (
        tag("form", "forced_labour", 0.9),
        tag("place", "TH", 0.9),
        tag("response", "prosecution", 0.9),
        tag("victim", "adult", 0.9),
    )
    return article(key, title, text, **{"tags": tags, "url": f"https://o.example/{key}", **changes})


def digest(*articles, **changes) -> Digest:
    stories = tuple(Story(a.article.id, (a,)) for a in articles)
    values = {
        "day": "2026-11-24", "timezone": "UTC", "relevant": stories, "borderline": (),
        "ledger": LEDGER, "stamps": (), **changes,
    }  # fmt: skip
    return Digest(**values)


def letter(*articles, **changes):
    return write_letter(digest(*articles, **changes), title="News", country_name=country, mask=mask)
