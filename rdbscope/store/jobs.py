"""Several sources at once: each has a thread and a connection of its own; what became of them comes in their order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.errors import InterruptedLoadError, RdbscopeError
from rdbscope.sources.tap import path_fingerprint
from rdbscope.store import snapshots
from rdbscope.store.interrupt import on_interrupt

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection
    from rdbscope.store.load import LoadResult

# Loads one source, on this connection, as the snapshot of this number.
LoadOne = Callable[["Connection", str, int], "LoadResult"]

# Every load holds a parser and the row groups that it fills, within one memory limit for all.
_MOST_BY_DEFAULT = 4


def default_jobs() -> int:
    """The cores this process may use, at most four."""
    # Not every system tells which cores those are.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_BY_DEFAULT)


def load_at_once(
    connection: Connection, sources: Sequence[tuple[str, RdbscopeError | None]], load: LoadOne, jobs: int
) -> Iterator[tuple[str, LoadResult | RdbscopeError]]:
    """Loads `sources`, up to `jobs` at a time; gives each with its result or its error, in the order of the sources.

    A source that comes with an error gets no load. Ctrl-C stops all that are under way and leaves the others out.

    Raises:
        KeyboardInterrupt: Ctrl-C while no load was under way.
        InterruptedLoadError: Ctrl-C; nothing is left of the loads that were under way.
    """
    with on_interrupt(lambda: None) as interruption, ThreadPoolExecutor(jobs, "load") as pool:
        under_way: list[tuple[str, Future[LoadResult] | RdbscopeError]] = []
        by_fingerprint: dict[str, Future[LoadResult]] = {}
        try:
            for source, problem in sources:
                if problem is not None:
                    under_way.append((source, problem))
                    continue
                same = _fingerprint(source)
                if same is not None and same in by_fingerprint:
                    # The second load of a file has to find the first.
                    wait([by_fingerprint[same]])
                future = pool.submit(_load, connection.cursor(), source, snapshots.next_id(connection), load)
                under_way.append((source, future))
                if same is not None:
                    by_fingerprint[same] = future
            for source, outcome in under_way:
                yield source, outcome if isinstance(outcome, RdbscopeError) else _outcome(outcome)
                if interruption.happened:
                    raise KeyboardInterrupt
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _load(connection: Connection, source: str, snapshot_id: int, load: LoadOne) -> LoadResult:
    with connection:
        return load(connection, source, snapshot_id)


def _outcome(future: Future[LoadResult]) -> LoadResult | RdbscopeError:
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
