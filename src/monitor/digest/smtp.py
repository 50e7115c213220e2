"""SMTP client: the conversation with a mail server, and what came of it in words.

What decides is the moment at which the message is handed over whole, with the dot that ends it.
Before, whatever goes wrong, the server has nothing: the digest was not sent. After, without an
answer, nobody knows.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from functools import partial

from monitor.records.digest import Outcome
from monitor.settings import SmtpSettings
from monitor.text.safe_text import excerpt

REASON_CHARS = 300
_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>]+>?")
_DOT = re.compile(rb"(?m)^\.")
_FULL = (452, 552)
_ENHANCED_FULL = re.compile(r"\b[45]\.2\.2\b")


@dataclass(frozen=True, slots=True)
class SendResult:
    """What came of handing a message over, and why.

    `lasting`: the server will say so again; `whole`: it would say so of every message, so that
    others need not be tried.
    """

    outcome: Outcome
    reason: str = ""
    lasting: bool = False
    whole: bool = False


class _Refused(Exception):
    def __init__(self, reason: str, *, lasting: bool = False, whole: bool = True) -> None:
        super().__init__(reason)
        self.told = SendResult("failed", reason, lasting=lasting, whole=whole)


def send_message(message: EmailMessage, smtp: SmtpSettings) -> SendResult:
    """Hand a message to the mail server; never raises for what a server or a network can do."""
    data = bytes(message)
    try:
        with _session(smtp) as server:
            server.ehlo_or_helo_if_needed()
            sender = parseaddr(str(message["From"]))[1]
            address = parseaddr(str(message["To"]))[1]
            _accepted(server.mail(sender), "the sender", whole=True)
            _accepted(server.rcpt(address), "the recipient")
            return _hand_over(server, data)
    except _Refused as refused:
        return refused.told
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return SendResult("failed", _words(error, smtp), whole=True)


def try_login(smtp: SmtpSettings) -> str:
    """Return what keeps the mail server from taking mail of ours, "" if nothing does."""
    try:
        with _session(smtp) as server:
            server.noop()
    except _Refused as refused:
        return refused.told.reason
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return _words(error, smtp)
    return ""


@contextmanager
def _session(smtp: SmtpSettings) -> Iterator[smtplib.SMTP]:
    """Connect, encrypt and sign in. Saying good-bye is tried; what comes of it changes nothing."""
    if smtp.username and not smtp.password:
        raise _Refused("no password: set MONITOR_SMTP_PASSWORD")
    place, wait = (smtp.host, smtp.port), smtp.timeout_s
    trust = partial(ssl.create_default_context, cafile=smtp.ca_file or None)
    if smtp.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(*place, timeout=wait, context=trust())
    else:
        server = smtplib.SMTP(*place, timeout=wait)
    try:
        if smtp.security == "starttls":
            server.starttls(context=trust())
        if smtp.username:
            try:
                server.login(smtp.username, smtp.password)
            except smtplib.SMTPAuthenticationError as error:
                said = _said(error.smtp_code, error.smtp_error)
                reason = f"the mail server refused user name or password ({said})"
                raise _Refused(reason) from None  # its cause has what was sent
            except smtplib.SMTPNotSupportedError:
                raise _Refused(
                    "the mail server offers no way to sign in: leave smtp.username out, or see"
                    " its port"
                ) from None
        yield server
    finally:
        try:
            if server.sock is not None:
                server.sock.settimeout(2)
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _accepted(answer: tuple[int, bytes], whom: str, *, whole: bool = False) -> None:
    code, text = answer
    if 200 <= code < 300:
        return
    said = _said(code, text)
    full = code in _FULL or _ENHANCED_FULL.search(said)
    reason = "the mailbox is full" if full else f"the mail server does not accept {whom}"
    raise _Refused(f"{reason} ({said})", lasting=500 <= code < 600 and not whole, whole=whole)


def _hand_over(server: smtplib.SMTP, data: bytes) -> SendResult:
    """Send the message; the answer to its last dot is what counts."""
    code, text = server.docmd("DATA")
    if code != 354:
        _accepted((code, text), "the message")
        reason = f"an answer that is none to DATA ({_said(code, text)})"
        raise _Refused(reason, whole=False)
    assert server.sock is not None
    server.send(_DOT.sub(b"..", data) + (b"" if data.endswith(b"\r\n") else b"\r\n"))
    why = ""
    try:
        server.send(b".\r\n")
        code, text = server.getreply()
    except (OSError, smtplib.SMTPException) as error:
        late = isinstance(error, TimeoutError) or "timed out" in str(error)
        broke = "no answer" if late else "the connection broke"
        why = f"{broke} after the message was handed over: it may have arrived"
    if code == -1:
        why = "an answer that cannot be read after the message was handed over"
    if why:
        return SendResult("unknown", why, whole=True)
    _accepted((code, text), "the message")
    return SendResult("sent")


def _said(code: int, text: bytes | str) -> str:
    """Return a server's answer fit to be shown: one line, without addresses."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return excerpt(f"{code} {_ADDRESS.sub('…', words)}", REASON_CHARS)


def _words(error: Exception, smtp: SmtpSettings) -> str:
    """Say what went wrong before anything was handed over."""
    place = f"{smtp.host}:{smtp.port}"
    late = f"did not answer in {smtp.timeout_s:g} s"
    match error:
        case smtplib.SMTPNotSupportedError():
            why = "offers no STARTTLS: set smtp.security to tls, or see its port"
        case smtplib.SMTPServerDisconnected() if "timed out" not in str(error):
            why = "closed the connection"
        case smtplib.SMTPServerDisconnected() | TimeoutError():
            why = late
        case smtplib.SMTPResponseException():
            why = f"refused: {_said(error.smtp_code, error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            trusted = f"its certificate is not trusted ({error.verify_message})"
            why = f"{trusted}: see smtp.host and smtp.ca_file"
        case ssl.SSLError():
            why = "speaks no TLS there: see smtp.port and smtp.security"
        case OSError():
            why = f"cannot be reached: {error.strerror or type(error).__name__}"
        case _:
            why = type(error).__name__
    return f"{place}: {why}"
