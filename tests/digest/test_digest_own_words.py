"""The digest passes its own checker: whatever we write ourselves has no finding in it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path

import pytest

import shipped
from digest_samples import LEDGER, MORNING, article, tag
from monitor.digest import view as words
from monitor.digest.coverage_account import delivery_words
from monitor.digest.mail_message import Links, mail_html, mail_text
from monitor.digest.newsletter import render_atom, render_jsonfeed, write_brief, write_letter
from monitor.digest.render import render_digest
from monitor.digest.view import view_digest
from monitor.labels.countries import country_name
from monitor.labels.institutions import ENTITY_SCHEMES, known_entities
from monitor.labels.schemes import (
    FLOWS,
    FORMS,
    GENDERS,
    INDICATORS,
    PROTECTIONS,
    RESPONSES,
    SCHEMES,
    TOPICS,
    VICTIMS,
)
from monitor.people.masked_quotes import articles_in
from monitor.records.account import AT_HOME
from monitor.records.article import AssessedArticle
from monitor.records.digest import Delivery, Digest, Story
from monitor.records.feed import Ledger
from monitor.records.finding import Span
from monitor.records.hidden_names import REASONS, WITHHELD, Shown, withheld
from monitor.records.tag import FoundTerm
from monitor.rules.checker import check_document
from monitor.text.readers import make_document
from monitor.web.page_frame import render

ROOT = Path(__file__).resolve().parents[2]
THB = shipped.thb()
TEXT = "Officials met on Monday."
LINKS = Links("https://desk.example/digests/2026-11-25", "https://desk.example/unsubscribe/0")
EMPTY = Ledger()


def findings(text: str, format: str = "txt") -> list[str]:
    document = make_document(text, format=format, language="en", max_chars=500_000)
    return [
        f"{finding.rule}: {finding.match}"
        for finding in check_document(THB, document, on_topic=True).findings
    ]


def plain(key: str, *tags, **changes) -> AssessedArticle:
    return article(key, "Officials meet", TEXT, outlet="Outlet", tags=tags, **changes)


def every_label() -> Iterator[AssessedArticle]:
    """Articles that have, all together, every label there is."""
    schemes = {
        "form": FORMS, "response": RESPONSES, "victim": VICTIMS, "gender": GENDERS, "flow": FLOWS,
        "protection": PROTECTIONS, "indicator": INDICATORS, "place": ("TH", "TL", "GH"),
        "topic": TOPICS, "vulnerability": SCHEMES["vulnerability"].labels,
        "partnership": SCHEMES["partnership"].labels,
        "institution": ("iom", "greta"), "instrument": ("gcm", "tip_report"),
    }  # fmt: skip
    for number, row in enumerate(zip_longest(*schemes.values())):
        pairs = zip(schemes, row, strict=True)
        yield plain(
            f"a{number}", *(tag(s, label, 0.9 - number / 20) for s, label in pairs if label)
        )


def digest(day: str = "2026-11-25", **changes) -> Digest:
    values = {
        "day": day, "timezone": "UTC", "relevant": (), "borderline": (), "ledger": LEDGER,
        "stamps": ("s@1+0",), **changes,
    }  # fmt: skip
    return Digest(**values)


def full() -> Digest:
    first, *others = (Story(a.article.id, (a,)) for a in every_label())
    stories = (replace(first, articles=(*first.articles, plain("copy"))), *others)
    thai = plain("t", language="th")
    term = FoundTerm("x", "th", "trafficking in persons")
    ledger = LEDGER
    lost = Delivery("a@b.example", "cases", "2026-11-24", None, None, "", MORNING, "unknown")
    return digest(
        relevant=stories,
        borderline=stories[:1],
        possible=(replace(plain("p"), terms=(term,), experimental=True),),
        unjudged=(replace(thai, terms=(term,)),),
        ledger=ledger,
        unmeasured=("TH", "TL"),
        undelivered=(lost,),
        context=stories[-2:],
    )


DIGESTS = {
    "full": full(),
    "period": digest("2026-11-20..2026-11-25"),
    "quiet": digest(),
    "no feed": digest(ledger=EMPTY),
    "all failed": digest(ledger=Ledger(feeds=2, failed=2)),
    "nothing new": digest(ledger=Ledger(feeds=2)),
    "pending": digest(ledger=Ledger(feeds=2, fetched=3, stored=3, not_judged={"pending": 3})),
    "all": digest("all", unmeasured=None),
}


def unmasked(article):
    if article.language != "en":
        return withheld(article, "language")
    return Shown(article.title)


def may_be_shown(article):
    """Of every kind: hidden in part, withheld for each reason, an address that tells, asked for."""
    number = int(article.id[1:]) if article.id[1:].isdigit() else 0
    reasons = [None, *REASONS, "asked"]
    reason = reasons[number % len(reasons)] if article.language == "en" else "language"
    if reason in REASONS:
        return withheld(article, reason)
    if reason == "asked":
        return Shown(article.title, asked=True)
    spans = (Span("title", 0, 9), Span("text", 0, 9))
    return Shown(f"{WITHHELD} meet", spans, link_tells=True)


@pytest.mark.parametrize("name", DIGESTS)
def test_pages_and_texts(name: str) -> None:
    found = DIGESTS[name]
    title = "Trafficking in the news"
    shown = {one.id: may_be_shown(one) for one in articles_in(found)}
    options = {"title": title, "country_name": country_name, "evidence": True, "shown": shown}
    made = {form: render_digest(found, form, **options) for form in ("html", "text", "md")}
    view = view_digest(found, title=title, country_name=country_name, shown=shown)
    made["page"] = render(
        "digest.html",
        visitor=AT_HOME,
        digest=view,
        address="/digests/2026-11-25",
        before="2026-11-24",
        after="2026-11-26",
        words=words,
    )
    for form, text in made.items():
        kind = {"html": "html", "page": "html", "md": "md"}.get(form, "txt")
        assert findings(text, kind) == [], form


@pytest.mark.parametrize("name", DIGESTS)
def test_mail_and_feeds(name: str) -> None:
    options = {"title": "Trafficking in the news", "country_name": country_name, "mask": unmasked}
    for filtered in (False, True):
        letter = write_letter(DIGESTS[name], filtered=filtered, **options)
        assert findings(letter.subject) == []
        for links in (LINKS, Links()):
            assert findings(mail_text(letter, links)) == []
            assert findings(mail_html(letter, links), "html") == []
    brief = write_brief(DIGESTS[name], **options)
    assert findings(brief.subject) == []
    assert findings(mail_text(brief, LINKS)) == []
    assert findings(mail_html(brief, LINKS), "html") == []
    atom = render_atom(letter, period="2026-11-25")
    assert findings(re.sub(r"<[^>]*>", "\n", atom)) == []
    assert findings(render_jsonfeed(letter, period="2026-11-25")) == []


def test_every_word_of_ours_that_stands_alone() -> None:
    said = [each for name, each in vars(words).items() if name.isupper() and isinstance(each, str)]
    said += [WITHHELD, f"{WITHHELD} and {WITHHELD}'s mother spoke in court."]
    for outcome in ("failed", "unknown"):
        lost = Delivery("a@b.example", "cases", "2026-11-24", None, None, "", MORNING, outcome)
        said.append(delivery_words(lost))
    for text in said:
        assert findings(text) == [], text


def test_the_names_of_institutions() -> None:
    every = [one for scheme in ENTITY_SCHEMES for one in known_entities(scheme).values()]
    assert {one.id for one in every if findings(f"{one.name} ({one.shown})")} == set()


@pytest.mark.parametrize("form", ["html", "text", "md"])
def test_what_is_wrong_would_be_found(form: str) -> None:
    text = render_digest(DIGESTS["quiet"], form, title="Child prostitutes in the news")
    kind = {"text": "txt"}.get(form, form)
    assert findings(text, kind)
