"""The progress of a pass on stderr: bytes, keys, rate and time left, on a terminal only."""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rdbscope import console

if TYPE_CHECKING:
    from rich.progress import Progress

    from rdbscope._native import Reader
    from rdbscope.sources import OpenSource

Watch = Callable[["OpenSource", "Reader"], contextlib.AbstractContextManager[object]]

_REFRESH_SECONDS = 0.2


@contextlib.contextmanager
def watch(source: OpenSource, reader: Reader) -> Iterator[None]:
    """Shows how far `reader` is while the block runs; nothing where stderr is no terminal or notes are off."""
    with together() as watch_one, watch_one(source, reader):
        yield


@contextlib.contextmanager
def together() -> Iterator[Watch]:
    """A `watch` for several readers at once, each with a line of its own, from any thread."""
    if console.is_quiet() or not sys.stderr.isatty():
        yield lambda source, reader: contextlib.nullcontext()
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
        TextColumn("{task.fields[keys]:,} keys"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console.rich_console(sys.stderr), transient=True) as progress:
        yield lambda source, reader: _line(progress, source, reader)


@contextlib.contextmanager
def _line(progress: Progress, source: OpenSource, reader: Reader) -> Iterator[None]:
    done = threading.Event()
    task = progress.add_task(console.safe_text(source.name)[-40:], total=source.size, keys=0)

    def refresh() -> None:
        while not done.wait(_REFRESH_SECONDS):
            unpacked, keys = reader.progress()
            stored = source.position
            progress.update(task, completed=unpacked if stored is None else stored, keys=keys)

    refresher = threading.Thread(target=refresh, name="progress", daemon=True)
    refresher.start()
    try:
        yield
    finally:
        done.set()
        refresher.join()
        progress.remove_task(task)
