"""Several sources at once: each has a thread of its own; what became of them comes in their order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rdbscope.errors import InterruptedLoadError, RdbscopeError
from rdbscope.sources.tap import path_fingerprint
from rdbscope.store import snapshots
from rdbscope.store.interrupt import on_interrupt

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection
    from rdbscope.store.load import LoadResult

Result = TypeVar("Result")
# Makes ready what loads one source; that is then called in a thread of its own.
Ready = Callable[[str], Callable[[], Result]]

# Every load holds a parser and the row groups that it fills, within one memory limit for all.
_MOST_BY_DEFAULT = 4


def default_jobs() -> int:
    """The cores this process may use, at most four."""
    # Not every system tells which cores those are.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_BY_DEFAULT)


def on_connections(connection: Connection, load: Callable[[Connection, str, int], LoadResult]) -> Ready[LoadResult]:
    """Loads into one database: each has a cursor of the connection and, in the order of the sources, a number."""

    def ready(source: str) -> Callable[[], LoadResult]:
        cursor, snapshot_id = connection.cursor(), snapshots.next_id(connection)

        def run() -> LoadResult:
            with cursor:
                return load(cursor, source, snapshot_id)

        return run

    return ready


def load_at_once(
    sources: Sequence[tuple[str, RdbscopeError | None]], ready: Ready[Result], jobs: int
) -> Iterator[tuple[str, Result | RdbscopeError]]:
    """Loads `sources`, up to `jobs` at a time; gives each with its result or its error, in the order of the sources.

    A source that comes with an error gets no load. Ctrl-C stops all that are under way and leaves the others out.

    Raises:
        KeyboardInterrupt: Ctrl-C while no load was under way.
        InterruptedLoadError: Ctrl-C; nothing is left of the loads that were under way.
    """
    with on_interrupt(lambda: None) as interruption, ThreadPoolExecutor(jobs, "load") as pool:
        under_way: list[tuple[str, Future[Result] | RdbscopeError]] = []
        by_fingerprint: dict[str, Future[Result]] = {}
        try:
            for source, problem in sources:
                if problem is not None:
                    under_way.append((source, problem))
                    continue
                same = _fingerprint(source)
                if same is not None and same in by_fingerprint:
                    # The second load of a file has to find the first.
                    wait([by_fingerprint[same]])
                future = pool.submit(ready(source))
                under_way.append((source, future))
                if same is not None:
                    by_fingerprint[same] = future
            for source, outcome in under_way:
                if isinstance(outcome, Future):
                    ended = _outcome(outcome)
                    yield source, ended
                else:
                    yield source, outcome
                if interruption.happened:
                    raise KeyboardInterrupt
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _outcome(future: Future[Result]) -> Result | RdbscopeError:
    try:
        return future.result()
    except InterruptedLoadError:
        raise
    except RdbscopeError as problem:
        return problem


def _fingerprint(source: str) -> str | None:
    try:
        path = Path(source)
        return path_fingerprint(path) if path.is_file() else None
    except (OSError, ValueError):
        # The load says what is wrong with it.
        return None
