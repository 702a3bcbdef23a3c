"""SIGTERM, which service managers and `timeout` send: the program ends as on Ctrl-C, and leaves as little behind."""

from __future__ import annotations

import signal
from types import FrameType


class TerminatedError(KeyboardInterrupt):
    """SIGTERM has arrived; it passes wherever Ctrl-C does."""


class _State:
    """Of the process: a signal has no other place."""

    happened = False


def install() -> None:
    """Lets SIGTERM raise `TerminatedError` in the main thread, unless whoever started us lets it be ignored.

    For the program alone: a library leaves signals to its host.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _arrived)


def is_installed() -> bool:
    """Whether SIGTERM raises."""
    return signal.getsignal(signal.SIGTERM) is _arrived


def note() -> None:
    """SIGTERM has arrived, and somebody else acts on it."""
    _State.happened = True


def happened() -> bool:
    """Whether SIGTERM has arrived."""
    return _State.happened


def _arrived(number: int, frame: FrameType | None) -> None:
    # Once: `timeout` sends it twice, to the process and to its group, and the second shall not stop the tidying up.
    if not _State.happened:
        _State.happened = True
        raise TerminatedError
