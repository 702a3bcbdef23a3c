"""A POST with a small JSON after the job; `text` is what Slack and its likes show."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from typing import IO

from rdbscope.console import safe_text
from rdbscope.errors import OutputError
from rdbscope.nightly.facts import Night
from rdbscope.nightly.settings import Webhook
from rdbscope.nightly.time_limit import within

_SECONDS = 30
_MOST_PROBLEMS = 10


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirected POST would arrive as a GET without its content."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Follows nothing."""
        return None


def post(webhook: Webhook, night: Night, problems: list[str], exit_code: int, *, seconds: float = _SECONDS) -> None:
    """Posts the night. The URL is a secret: no message has it.

    Args:
        webhook: where the URL is.
        night: what is told.
        problems: the lines of what is wrong.
        exit_code: how the job will end.
        seconds: the most that all of it may take, connecting and the answer included.

    Raises:
        OutputError: the variable is not set, or the receiver does not take it in time.
    """
    url = os.environ.get(webhook.url_env)
    if not url:
        raise OutputError(f"webhook: the environment variable {webhook.url_env} is not set")
    if _scheme(url) not in ("http", "https"):
        raise OutputError(f"webhook: the URL in {webhook.url_env} is neither http nor https")
    body = json.dumps(payload(night, problems, exit_code)).encode()
    within(seconds, "webhook", lambda: _deliver(url, body))


def _deliver(url: str, body: bytes) -> None:
    try:
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_SECONDS):
            pass
    except urllib.error.HTTPError as problem:
        problem.close()
        raise OutputError(f"webhook: the receiver answers {problem.code}") from None
    except (OSError, ValueError, http.client.HTTPException) as problem:
        # Their texts can quote the URL.
        raise OutputError(f"webhook: cannot be delivered: {_cause(problem)}") from None


def _scheme(url: str) -> str | None:
    try:
        return urllib.parse.urlsplit(url).scheme
    except ValueError:
        return None


def _cause(problem: Exception) -> str:
    reason = getattr(problem, "reason", problem)
    if isinstance(reason, OSError) and reason.strerror:
        return reason.strerror
    return type(reason if isinstance(reason, Exception) else problem).__name__


def payload(night: Night, problems: list[str], exit_code: int) -> dict[str, object]:
    """What is posted."""
    shown = [safe_text(line) for line in problems[:_MOST_PROBLEMS]]
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    # `<`, `>` and `&` mean something to Slack.
    lines = [line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") for line in shown]
    return {
        "text": "\n".join([f"rdbscope {night.night}: {night.summary()}", *(f"• {line}" for line in lines)]),
        "night": night.night,
        "exit_code": exit_code,
        "nodes": {status: night.number(status) for status in ("loaded", "missing", "bad")},
        "findings": dict(night.severities()),
        "problems": shown,
    }
