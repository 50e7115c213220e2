"""A made-up day for the digest's tests."""

from datetime import UTC, datetime, timedelta

from monitor.digest.build import build_digest
from monitor.digest.render import render_digest
from monitor.records.article import Article, AssessedArticle
from monitor.records.digest import Digest, Story
from monitor.records.feed import FailedFeed, FeedSilence, Ledger, SilentFeed
from monitor.records.finding import Citation, Finding, Span
from monitor.records.tag import Tag

MORNING = datetime(2026, 11, 25, 7, 10, tzinfo=UTC)
BODY = (
    "Police in the port of Takoradi freed nineteen men from three trawlers on Tuesday. The men "
    "said the skipper kept their passports in a locked cabin and that nobody had been paid since "
    "March. A magistrate remanded the skipper and two mates. Secret tail of the article."
)
TITLE = "Sex slave network found: nineteen men freed from trawlers"


def finding(text, match, *, field="title", scope="headline", severity="error", **changes):
    start = text.index(match)
    values = {
        "rule": "sex-slave",
        "severity": severity,
        "principle": "dignity",
        "scope": scope,
        "field": field,
        "start": start,
        "end": start + len(match),
        "match": match,
        "quoted": "no",
        "message": "Names a person by what was done to her.",
        "why": "A label such as this makes the exploitation the person.",
        "suggestions": ("people exploited in the sex trade", "survivors of trafficking"),
        "sources": (Citation("Guide for reporters", "Words", "https://guide.example/words"),),
    }
    return Finding(**{**values, **changes})


def tag(scheme, label, score, *quotes, text=BODY, role=None):
    spans = tuple(Span("text", text.index(q), text.index(q) + len(q)) for q in quotes)
    return Tag(scheme, label, score, spans, role)


TAGS = (
    tag("place", "GH", 0.93, "Takoradi", role="exploitation"),
    tag(
        "form",
        "forced_labour",
        0.91,
        "kept their passports in a locked cabin",
        "nobody had been paid",
    ),
    tag("response", "prosecution", 0.84, "A magistrate remanded the skipper"),
    tag("victim", "unknown", 0.5),
)


def article(key="a1", title=TITLE, text=BODY, *, relevance=0.97, **changes):
    fields = {
        "id": key,
        "url": f"https://coast.example/{key}",
        "title": title,
        "text": text,
        "outlet": "Coast Daily",
        "language": "en",
        "published": MORNING,
        "seen": MORNING + timedelta(minutes=20),
        "sha256": "0" * 64,
    }
    judged = {
        "relevance": relevance,
        "relevant": relevance >= 0.5,
        "borderline": 0.2 <= relevance < 0.5,
        "not_judged": None,
        "tags": (),
        "findings": (),
        "scorecard": (),
        "stamps": ("relevance-en@1.0.0+0123456789ab",),
    }
    for name, value in changes.items():
        (judged if name in judged else fields)[name] = value
    return AssessedArticle(article=Article(**fields), **judged)


def each_its_own(articles):
    """Group nothing."""
    return tuple(Story(a.article.id, (a,)) for a in articles)


LEDGER = Ledger(
    feeds=6,
    failed=1,
    silent=1,
    fetched=120,
    stored=3,
    dropped={"duplicate": 2, "known": 114, "no_link": 1},
    not_judged={"language": 3},
    changed=1,
    page_failures={"refused": 4, "robots": 1},
    failures=(
        FailedFeed(
            "https://gone.example/feed",
            "Gone Gazette",
            "https://gone.example/feed: status 404",
            MORNING - timedelta(days=2),
        ),
    ),
    silences=(
        SilentFeed(
            "https://quiet.example/feed",
            "Quiet Quarterly",
            FeedSilence(MORNING - timedelta(days=9), timedelta(hours=7, minutes=5)),
        ),
    ),
)


def digest(*articles):
    """A digest of one day, every article a story."""
    return build_digest(
        articles, day="2026-11-25", timezone="UTC", ledger=LEDGER, stamps=("s@1+0",),
        group=each_its_own,
    )  # fmt: skip


def render(found, form):
    """A digest in one of its formats."""
    return render_digest(found, form, title="News")


def sample_digest():
    lead = article(tags=TAGS, findings=(finding(TITLE, "Sex slave"),))
    copies = tuple(
        article(f"c{n}", title, relevance=0.9 - n / 100, outlet=f"Outlet {n}", findings=found)
        for n, (title, found) in enumerate(
            [
                ("Fishermen freed off Takoradi", ()),
                ("Slaves at sea: crew freed", (finding("Slaves at sea", "Slaves"),)),
                (TITLE, ()),
                ("Crew unpaid since March", ()),
            ]
        )
    )
    thai = article(
        "t1",
        "ตำรวจช่วยเหยื่อค้ามนุษย์ 17 คนจากแคมป์หลอกลวงออนไลน์",
        "ข่าว",
        relevance=0.88,
        language="th",
        outlet="หนังสือพิมพ์ตัวอย่าง",
        published=None,
    )
    arabic = article(
        "ar1",
        "إنقاذ عاملات منازل من الاستغلال",
        "خبر",
        relevance=0.71,
        language="ar",
        published=MORNING - timedelta(days=2),
        tags=(tag("indicator", "withholding_of_wages", 0.6, "nobody had been paid"),),
    )
    return Digest(
        day="2026-11-25",
        timezone="Africa/Nairobi",
        relevant=(
            Story("a1", (lead, *copies)),
            Story("t1", (thai,)),
            Story("ar1", (arabic,)),
        ),
        borderline=(
            Story(
                "b1",
                (
                    article(
                        "b1",
                        "Border patrol finds lorry with 12 migrants; smuggler fined",
                        relevance=0.31,
                        findings=(
                            finding(
                                "Border patrol finds lorry with 12 migrants; smuggler fined",
                                "smuggler",
                                severity="suggestion",
                            ),
                        ),
                    ),
                    article(
                        "b2", "Lorry stopped at the border", relevance=0.3, outlet="Radio West"
                    ),
                ),
            ),
        ),
        ledger=LEDGER,
        stamps=(
            "relevance-en@1.0.0+0123456789ab",
            "tags-en@1.0.0+ba9876543210",
            "thb-en@0.3.0+001122334455",
        ),
    )
