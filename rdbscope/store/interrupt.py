"""Ctrl-C during a load: DuckDB would obey it only at the end of the stream, so the reader is told directly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


class Interruption:
    """Whether Ctrl-C was pressed, and what it stops."""

    def __init__(self) -> None:
        self.happened = False
        self._stops: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Calls `stop` if Ctrl-C comes while the block runs, or came before."""
        with self._lock:
            self._stops.append(stop)
            late = self.happened
        if late:
            stop()
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def happen(self) -> None:
        """Ctrl-C came: stops everything."""
        with self._lock:
            self.happened = True
            stops = list(self._stops)
        for stop in stops:
            stop()


# The one that the main thread waits for; loads in other threads belong to it.
_of_main_thread: list[Interruption] = []


@contextlib.contextmanager
def on_interrupt(stop: Callable[[], None]) -> Iterator[Interruption]:
    """Calls `stop` as soon as SIGINT arrives, instead of raising KeyboardInterrupt somewhere inside DuckDB.

    The interpreter writes the signal's number to a pipe at once, whatever the main thread is doing; a small thread
    reads it. `stop` is called in that thread and has to be safe there. Outside the main thread nothing is installed:
    what the main thread has installed, if anything, stops that thread's work too.
    """
    if threading.current_thread() is not threading.main_thread():
        shared = _of_main_thread[-1] if _of_main_thread else Interruption()
        with shared.stopping(stop):
            yield shared
        return
    interruption = Interruption()

    def note(number: int, frame: FrameType | None) -> None:
        interruption.happened = True

    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def watch() -> None:
        while number := os.read(reading, 1):
            if number[0] == signal.SIGINT:
                interruption.happen()

    watcher = threading.Thread(target=watch, name="interrupt", daemon=True)
    watcher.start()
    earlier_handler = signal.signal(signal.SIGINT, note)
    earlier_wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _of_main_thread.append(interruption)
    try:
        with interruption.stopping(stop):
            yield interruption
    finally:
        _of_main_thread.remove(interruption)
        signal.set_wakeup_fd(earlier_wakeup)
        signal.signal(signal.SIGINT, earlier_handler)
        os.close(writing)
        watcher.join()
        os.close(reading)
