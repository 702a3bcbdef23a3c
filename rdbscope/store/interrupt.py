"""Ctrl-C during a load: DuckDB would obey it only at the end of the stream, so the reader is told directly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Interruption:
    """Whether Ctrl-C was pressed."""

    def __init__(self) -> None:
        self.happened = False


@contextlib.contextmanager
def on_interrupt(stop: Callable[[], None]) -> Iterator[Interruption]:
    """Calls `stop` as soon as SIGINT arrives, instead of raising KeyboardInterrupt somewhere inside DuckDB.

    The interpreter writes the signal's number to a pipe at once, whatever the main thread is doing; a small thread
    reads it. `stop` is called in that thread and has to be safe there. Outside the main thread nothing is installed.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        interruption.happened = True

    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def watch() -> None:
        while number := os.read(reading, 1):
            if number[0] == signal.SIGINT:
                interruption.happened = True
                stop()

    watcher = threading.Thread(target=watch, name="interrupt", daemon=True)
    watcher.start()
    earlier_handler = signal.signal(signal.SIGINT, note)
    earlier_wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield interruption
    finally:
        signal.set_wakeup_fd(earlier_wakeup)
        signal.signal(signal.SIGINT, earlier_handler)
        os.close(writing)
        watcher.join()
        os.close(reading)
