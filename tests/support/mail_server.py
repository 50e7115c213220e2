"""A real mail server on this machine, with TLS and AUTH, that can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

USER, PASSWORD = "desk", "correct horse"
ANSWERS = {
    "refused": "550 5.1.1 <refused@example.org>: no such user here",
    "full": "552 5.2.2 the mailbox is full",
    "busy": "452 4.2.2 the mailbox is full",
}
"""What the server says to RCPT, by the name before the @."""


@dataclass
class MailServer:
    """Where it listens, whom to trust, and what it was handed."""

    host: str
    port: int
    ca_file: str
    received: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    """The same as it came over the wire: what a decoder forgives is seen only here."""
    after_data: str = ""
    """`hang`, `close` or an answer, instead of taking the message; `take-and-hang`: having it."""

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        said = ANSWERS.get(address.partition("@")[0])
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.after_data in ("", "take-and-hang"):
            self.raw.append(envelope.original_content)
            message = message_from_bytes(envelope.original_content, policy=policy.default)
            message.add_header("X-Mail-From", envelope.mail_from)
            self.received.append(message)
        if self.after_data.endswith("hang"):
            await asyncio.sleep(4)
        if self.after_data == "close":
            server.transport.abort()
        return self.after_data if self.after_data[:1].isdigit() else "250 OK"


def _sign_in(server: SMTP, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
    right = LoginPassword(USER.encode(), PASSWORD.encode())
    return AuthResult(success=given == right, handled=False, auth_data=given)


@contextmanager
def serve(folder: Path, security: str = "starttls", *, auth: bool = True) -> Iterator[MailServer]:
    """Run a server until the block ends."""
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_file))
    server = MailServer("127.0.0.1", 0, str(ca_file))
    options: dict[str, Any] = {"hostname": "127.0.0.1", "port": 0}
    if auth:
        options |= {"authenticator": _sign_in, "auth_required": True}
    if security == "tls":
        options |= {"ssl_context": context}
    elif security == "starttls":
        options |= {"tls_context": context, "require_starttls": True}
    options["auth_require_tls"] = security == "starttls"
    controller = _Controller(server, **options)
    controller.start()
    try:
        server.port = controller.server.sockets[0].getsockname()[1]
        yield server
    finally:
        controller.stop()


class _Controller(Controller):
    """On any free port: `port=0`, of which its own greeting of itself knows nothing."""

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that AUTH without STARTTLS is not safe
            return super().factory()

    def _trigger_server(self) -> None:
        socket.create_connection(self.server.sockets[0].getsockname()).close()
