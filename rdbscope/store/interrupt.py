"""Ctrl-C and SIGTERM during long work: DuckDB obeys late or not at all, so whoever works is told directly."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from types import FrameType
from typing import TYPE_CHECKING

from rdbscope import termination

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rdbscope._native import Reader
    from rdbscope.sources import OpenSource


class Interruption:
    """Whether Ctrl-C was pressed or SIGTERM came, and what it stops."""

    def __init__(self) -> None:
        self.happened = False
        self._stops: list[Callable[[], None]] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Calls `stop` if the signal comes while the block runs, or came before."""
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
        """The signal came: stops everything."""
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

    Where the program has SIGTERM raise, that too. `stop` is called in another thread and has to be safe there. Outside
    the main thread nothing is installed: what the main thread has installed, if anything, stops that thread's work too.

    Raises:
        KeyboardInterrupt: at the end of the block, where the signal came too late to stop it.
    """
    if threading.current_thread() is not threading.main_thread():
        shared = _of_main_thread[-1] if _of_main_thread else Interruption()
        with shared.stopping(stop):
            yield shared
        return
    interruption = Interruption()

    def note(number: int, frame: FrameType | None) -> None:
        interruption.happened = True
        if number == signal.SIGTERM:
            termination.note()

    signals = (signal.SIGINT, signal.SIGTERM) if termination.is_installed() else (signal.SIGINT,)
    with _watching(signals, interruption.happen):
        earlier = {number: signal.signal(number, note) for number in signals}
        _of_main_thread.append(interruption)
        try:
            with interruption.stopping(stop):
                yield interruption
        finally:
            _of_main_thread.remove(interruption)
            for number, handler in earlier.items():
                signal.signal(number, handler)
    if interruption.happened:
        raise KeyboardInterrupt


@contextlib.contextmanager
def stopping_pass(source: OpenSource, reader: Reader) -> Iterator[None]:
    """A block in which `reader` goes over `source`, and which ends with the signal even where the source is silent.

    Raises:
        KeyboardInterrupt: Ctrl-C or SIGTERM.
    """

    def stop() -> None:
        reader.cancel()
        source.abort()

    with on_interrupt(stop) as interruption:
        try:
            yield
        except Exception as problem:
            if interruption.happened:
                raise KeyboardInterrupt from problem
            raise


@contextlib.contextmanager
def ending_statements(connection: DuckDBPyConnection) -> Iterator[None]:
    """Ends the statement that runs when a signal comes that raises: the main thread only gets to that afterwards.

    DuckDB looks for signals between the tasks that the main thread works on. It does not while all the work is done by
    its other threads, which may last as long as the statement.
    """
    raising = []
    if threading.current_thread() is threading.main_thread():
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            raising.append(signal.SIGINT)
        if termination.is_installed():
            raising.append(signal.SIGTERM)
    if not raising:
        yield
        return
    with _watching(raising, connection.interrupt):
        yield


@contextlib.contextmanager
def _watching(signals: Collection[int], act: Callable[[], None]) -> Iterator[None]:
    """Calls `act` in a thread of its own when one of `signals` arrives.

    The interpreter writes the signal's number to a pipe at once, whatever the main thread is doing.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)

    def watch() -> None:
        while number := os.read(reading, 1):
            if number[0] in signals:
                act()

    watcher = threading.Thread(target=watch, name="interrupt", daemon=True)
    watcher.start()
    earlier = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(earlier)
        os.close(writing)
        watcher.join()
        os.close(reading)
