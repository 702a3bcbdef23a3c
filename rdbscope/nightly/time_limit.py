"""A limit for all of a delivery: that of a socket begins anew with every byte, so one that drips never meets it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from rdbscope.errors import OutputError, RdbscopeError


def within(seconds: float, what: str, deliver: Callable[[], None]) -> None:
    """Runs `deliver`, and raises what it raises. One that takes longer is left behind; it ends with the process.

    Raises:
        OutputError: it is not done after `seconds`, or a library below it fails in a way of its own; the message begins
            with `what`.
    """
    failures: list[Exception] = []

    def run() -> None:
        try:
            deliver()
        except Exception as problem:
            failures.append(problem)

    thread = threading.Thread(target=run, name=what, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        raise OutputError(f"{what}: no answer within {seconds:g} s; it may have arrived all the same")
    if failures:
        if isinstance(failures[0], RdbscopeError):
            raise failures[0]
        # Not its text and not the traceback: they can quote a secret.
        raise OutputError(f"{what}: cannot be delivered: {type(failures[0]).__name__}") from None
