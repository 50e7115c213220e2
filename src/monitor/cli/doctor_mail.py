"""Whether digests can be mailed: settings, the mail server's word, and what did not arrive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from monitor.cli.doctor_check import Check, Setup
from monitor.digest.coverage_account import delivery_words
from monitor.digest.mail_schedule import TROUBLE_DAYS, undelivered
from monitor.digest.smtp import try_login
from monitor.storage.health import deliveries_in

PART = "mail"
PATIENCE_S = 10.0
_SHOWN = 5


def examine_mail(setup: Setup) -> Iterator[Check]:
    """Sign in to the mail server and send nothing; tell of digests that may not have arrived."""
    smtp, recipients = setup.settings.smtp, setup.settings.recipients
    if not smtp.host:
        if recipients:
            found = f"{len(recipients)} recipients, but no mail server"
            yield Check(PART, "fault", found, "set [smtp] host and sender in monitor.toml")
        return
    if not recipients:
        yield Check(PART, "warning", "a mail server, but nobody to send to", "add [[recipients]]")
    place = f"{smtp.host}:{smtp.port}"
    trouble = try_login(replace(smtp, timeout_s=min(smtp.timeout_s, PATIENCE_S)))
    if trouble:
        advice = "look at [smtp] in monitor.toml, and at MONITOR_SMTP_PASSWORD"
        yield Check(PART, "fault", trouble, advice)
    else:
        yield Check(PART, "ok", f"{place} takes mail of ours ({len(recipients)} recipients)")
    recent = deliveries_in(setup.settings.database_url, setup.now - timedelta(days=TROUBLE_DAYS))
    for lost in undelivered(recent)[:_SHOWN]:
        advice = "monitor recipients sends --open says what to do"
        yield Check(PART, "warning", delivery_words(lost), advice)
