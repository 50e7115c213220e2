"""Mail message (MIME) of a newsletter or brief: HTML with inlined styles, plain text, headers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime, formataddr, parseaddr
from urllib.parse import quote, urlsplit

from monitor.digest import view as words
from monitor.digest.newsletter import LetterArticle, Newsletter, PolicyBrief
from monitor.digest.plain_text import COLUMNS, INDENT, coverage_text, wrap
from monitor.digest.render import template
from monitor.text.safe_text import clean

RULER = "-" * COLUMNS


@dataclass(frozen=True, slots=True)
class Links:
    """Where the digest is at the desk, and where it is stopped; empty without `public_url`."""

    desk: str = ""
    stop: str = ""


def mail_html(letter: Newsletter | PolicyBrief, links: Links) -> str:
    """Return the HTML part. Readers that know no `<style>` see it as it is meant all the same."""
    from css_inline import CSSInliner

    name = "cases.html" if isinstance(letter, Newsletter) else "policy.html"
    page = template(name).render(letter=letter, links=links, words=words)
    inliner = CSSInliner(
        keep_style_tags=False, keep_at_rules=True, load_remote_stylesheets=False
    )  # at-rules stay: a dark screen cannot be asked from a style attribute
    return str(inliner.inline(page))


def mail_text(letter: Newsletter | PolicyBrief, links: Links) -> str:
    """Return the plain text part, 78 columns wide."""
    lines = [*wrap(letter.title.upper()), *wrap(f"{letter.day} ({letter.timezone})")]
    lines += [*wrap(letter.summary)]
    lines += [f"{words.AT_THE_DESK}: {links.desk}"] if links.desk else []
    lines += ["=" * COLUMNS]
    lines += ["", *wrap(letter.quiet)] if letter.quiet else []
    lines += _letter(letter) if isinstance(letter, Newsletter) else _brief(letter)
    lines += ["", RULER, *wrap(words.MASKED_NOTE), "", "Coverage", *coverage_text(letter.coverage)]
    lines += ["", *([f"{words.STOP}: {links.stop}"] if links.stop else wrap(words.STOP_BY_MAIL))]
    return "\n".join(lines) + "\n"


def _letter(letter: Newsletter) -> Iterator[str]:
    for section in letter.sections:
        yield from ("", section.heading.upper())
        if section.note:
            yield from wrap(section.note)
        yield RULER
        for number, story in enumerate(section.stories, 1):
            yield from ("", *wrap(story.line, first=f"{number}. "))
            lead = story.lead
            yield from wrap(lead.headline or lead.note, first=INDENT)
            language = "" if lead.language in ("", "en") else f"language: {lead.language}"
            summary_only = words.SUMMARY_ONLY if lead.summary_only else ""
            parts = (lead.outlet, lead.when, language, summary_only)
            yield from wrap(" · ".join(filter(None, parts)), first=INDENT)
            yield from _address(lead)
            for copy in story.copies:
                yield from wrap(f"- {copy.outlet}, {copy.when}", first=INDENT, hang=INDENT + "  ")
                yield from _address(copy)


def _address(article: LetterArticle) -> Iterator[str]:
    if article.url_note:
        yield from wrap(f"{article.url_note} Article {article.id}", first=INDENT)
    if article.at_desk:
        yield f"{INDENT}{words.AT_DESK}: {article.url}"
    elif article.url:
        yield f"{INDENT}{article.url}"


def _brief(brief: PolicyBrief) -> Iterator[str]:
    for heading, entries in (
        ("THE FOUR PS", () if brief.quiet else brief.ps),
        ("TOPICS BESIDE TRAFFICKING", brief.topics),
        ("INSTRUMENTS", brief.instruments),
        ("INSTITUTIONS", brief.institutions),
    ):
        if entries:
            yield from ("", heading, RULER)
        for entry in entries:
            where = f"; {entry.places}" if entry.places else ""
            named = f"; names {entry.named}" if entry.named else ""
            kinds = f"; kinds told of in all stories: {entry.kinds}" if entry.kinds else ""
            yield from wrap(f"{entry.heading}: {entry.told}{where}{named}{kinds}", hang="  ")
            if entry.name not in ("", entry.heading):
                yield from wrap(entry.name, first="  ")
            if entry.url:
                yield f"  {entry.url}"
            for outlet, url in entry.sources:
                yield f"  - {outlet} {url or ''}".rstrip()


PURPOSE = b"unsubscribe\0"
"""Signed with the address, so that a token made for this is none for anything else."""
_SHORT = 60
"""A name of so many characters stands as it is, in one line with an address."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who gets what: `key` signs the link to unsubscribe, `day` and `preset` name the digest.

    `period` is the days that it tells of, as the desk's page of them is addressed.
    """

    sender: str
    address: str
    preset: str
    day: str
    key: str
    period: str
    public_url: str = ""


def make_message(
    letter: Newsletter | PolicyBrief, envelope: Envelope, now: datetime, *, again: int = 0
) -> EmailMessage:
    """Return the message. The same digest has the same Message-ID, save where it is sent `again`.

    No text from outside reaches a header: the subject is made of day, counts and labels, and what
    the settings hold was checked; the policy of the library refuses line breaks on top.
    """
    links = Links(_page(envelope, f"digests/{envelope.period}"), stop := stop_link(envelope))
    name, sender = parseaddr(envelope.sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _Exact("From", (_from(clean(name), sender),))
    message["To"] = _Exact("To", (envelope.address,))
    message["Subject"] = clean(letter.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(envelope, again)
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    mailto = f"<mailto:{quote(sender, safe='@')}?subject=unsubscribe>"
    ways = (f"<{stop}>", mailto) if stop else (mailto,)
    message["List-Unsubscribe"] = _Exact("List-Unsubscribe", ways)
    if stop.startswith("https://"):  # RFC 8058 knows no other
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail_text(letter, links), cte="quoted-printable")
    message.add_alternative(mail_html(letter, links), subtype="html", cte="quoted-printable")
    return message


@dataclass(frozen=True, slots=True)
class _Exact:
    """A structured header written as it is, its parts on lines of their own.

    The library folds what is longer than a line as if it were prose: links become encoded words
    that no mail program follows (RFC 2047, 5), names lose the quotes that keep their commas.
    """

    name: str
    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ", ".join(self.parts)

    def fold(self, *, policy: Policy[EmailMessage]) -> str:
        """Return the lines, as the library asks a header for them."""
        end = policy.linesep
        return f"{self.name}: {f',{end} '.join(self.parts)}{end}"


def _from(name: str, address: str) -> str:
    """Return name and address; a long name, or one not in ASCII, in words of at most 75 bytes."""
    if name.isascii() and len(name) <= _SHORT:
        return formataddr((name, address))
    words = Header(name, "utf-8", header_name="From").encode(linesep=SMTP.linesep)
    return f"{words}{SMTP.linesep} <{address}>"


def message_id(envelope: Envelope, again: int = 0) -> str:
    """Return the id of a digest for one address: the same whenever it is made, telling neither."""
    told = "\n".join((envelope.address.casefold(), envelope.preset, envelope.day, str(again)))
    made = hmac.new(envelope.key.encode(), told.encode(), hashlib.sha256).hexdigest()[:32]
    domain = parseaddr(envelope.sender)[1].rpartition("@")[2]
    return f"<digest.{made}@{domain}>"


def stop_link(envelope: Envelope) -> str:
    """Return where mail to the address can be stopped, without signing in; "" without a desk."""
    return _page(envelope, f"unsubscribe/{stop_token(envelope.key, envelope.address)}")


def stop_token(key: str, address: str) -> str:
    """Return what proves that a request to stop comes from who got mail for `address`."""
    signed = hmac.new(key.encode(), PURPOSE + address.casefold().encode(), hashlib.sha256)
    return signed.hexdigest()


def address_of(token: str, key: str, addresses: Iterable[str]) -> str | None:
    """Return which of the addresses a token was made for: it does not hold the address itself."""
    given = token.encode("utf-8", "replace")
    fitting = (a for a in addresses if hmac.compare_digest(stop_token(key, a).encode(), given))
    return next(fitting, None)


def _page(envelope: Envelope, path: str) -> str:
    """Return the address of a page of the desk, "" without a public one."""
    parts = urlsplit(envelope.public_url)
    base = f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
    return f"{base}/{path}" if envelope.public_url else ""
