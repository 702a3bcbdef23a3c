"""A mail after the job, with the HTML report attached."""

from __future__ import annotations

import os
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from rdbscope.console import safe_text
from rdbscope.errors import OutputError
from rdbscope.nightly.facts import Night
from rdbscope.nightly.settings import Mail
from rdbscope.nightly.time_limit import within

# Without a sign of life from the server, and for all of it: the report is attached.
_SECONDS = 60
_SECONDS_IN_ALL = 300


def send(
    mail: Mail, night: Night, problems: list[str], report: str | None, *, seconds: float = _SECONDS_IN_ALL
) -> None:
    """Sends the night to all recipients. The password is never in a message.

    Args:
        mail: the server and the recipients.
        night: what is told.
        problems: the lines of what is wrong.
        report: the HTML to attach, None for none.
        seconds: the most that all of it may take.

    Raises:
        OutputError: the variable of the password is not set, or the server does not take the mail for a recipient, or
            not in time.
    """
    password = None
    if mail.password_env is not None:
        password = os.environ.get(mail.password_env)
        if not password:
            raise OutputError(f"mail: the environment variable {mail.password_env} is not set")
    within(seconds, "mail", lambda: _deliver(mail, password, night, problems, report))


def _deliver(mail: Mail, password: str | None, night: Night, problems: list[str], report: str | None) -> None:
    try:
        content = message(mail, night, problems, report)
        with _connected(mail) as server:
            if mail.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if mail.user is not None and password is not None:
                _login(server, mail.user, password)
            refused = server.send_message(content)
    except smtplib.SMTPResponseException as problem:
        # Its text comes from the server, which has seen the password.
        raise OutputError(f"mail: {mail.host}:{mail.port} answers {problem.smtp_code}") from None
    except smtplib.SMTPException as problem:
        raise OutputError(f"mail: {mail.host}:{mail.port}: {type(problem).__name__}") from None
    except OSError as problem:
        raise OutputError(f"mail: {mail.host}:{mail.port}: {problem.strerror or type(problem).__name__}") from None
    except ValueError as problem:
        # A host that no name can be; the addresses have been looked at with the configuration.
        raise OutputError(f"mail: {mail.host}:{mail.port}: {type(problem).__name__}") from None
    if refused:
        raise OutputError(f"mail: {mail.host}:{mail.port} refuses {', '.join(refused)}")


def _login(server: smtplib.SMTP, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except UnicodeError:
        raise OutputError("mail: a name or password beyond ASCII cannot be sent by SMTP's AUTH") from None


def _connected(mail: Mail) -> smtplib.SMTP:
    if mail.security == "tls":
        return smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS, context=ssl.create_default_context())
    return smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS)


def message(mail: Mail, night: Night, problems: list[str], report: str | None) -> EmailMessage:
    """The mail itself."""
    found = EmailMessage()
    state = "problems" if problems else "all well"
    found["Subject"] = f"rdbscope {night.night}: {state}, {len(night.nodes)} node{'s' if len(night.nodes) != 1 else ''}"
    found["From"] = mail.sender
    found["To"] = ", ".join(mail.to)
    found["Date"] = formatdate(localtime=False)
    found["Message-ID"] = make_msgid(domain="rdbscope.invalid")
    lines = [night.summary() + ".", "", *(safe_text(line) for line in problems)]
    found.set_content("\n".join(lines).rstrip() + "\n")
    if report is not None:
        found.add_attachment(
            report.encode("utf-8", "backslashreplace"),
            maintype="text",
            subtype="html",
            filename=f"rdbscope-{night.night}.html",
        )
    return found
