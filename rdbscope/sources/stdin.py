"""Standard input as a source."""

from __future__ import annotations

import os
import select
import sys

from rdbscope.errors import InputError
from rdbscope.sources.tap import Tap

NAME = "stdin"
_POLL_SECONDS = 0.2


class StdinTap(Tap):
    """Reads a pipe in small waits, so that Ctrl-C is obeyed while the writer is silent."""

    def _read(self, size: int) -> bytes:
        descriptor = self._stream.fileno()
        while not self.aborted:
            ready, _, _ = select.select([descriptor], [], [], _POLL_SECONDS)
            if ready:
                return os.read(descriptor, size)
        raise InterruptedError("reading was cancelled")


def open_stdin() -> Tap:
    """Opens standard input.

    Raises:
        InputError: standard input is a terminal or closed.
    """
    if sys.stdin is None or sys.stdin.closed:
        raise InputError("stdin: closed", hint="pipe a dump into the command")
    if sys.stdin.isatty():
        raise InputError(
            "stdin: is a terminal", hint="pipe a dump into the command: zcat dump.rdb.gz | rdbscope load -"
        )
    # A duplicate, so that closing the source leaves the interpreter's own stdin alone.
    descriptor = os.dup(sys.stdin.fileno())
    return StdinTap(os.fdopen(descriptor, "rb", buffering=0))
