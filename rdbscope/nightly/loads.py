"""The loads of a run: several at once, each by itself; a bad dump is noted and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.api import Watch, load_one
from rdbscope.checks.configured import Configured, store_findings
from rdbscope.console import safe_text
from rdbscope.errors import DumpError, InputError, RdbscopeError
from rdbscope.nightly.inventory import Candidate
from rdbscope.nightly.plan import judged, row_of
from rdbscope.nightly.record import Row
from rdbscope.nightly.settings import Settings
from rdbscope.options import ReadOptions
from rdbscope.store import fetch
from rdbscope.store.jobs import default_jobs, load_at_once, on_connections
from rdbscope.store.load import Labels, LoadResult

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


def load(
    connection: Connection,
    wanted: list[Candidate],
    known: Mapping[str, Row],
    settings: Settings,
    *,
    database: Path,
    night: str,
    now_ms: int,
    watch: Watch,
    failed: Callable[[RdbscopeError], None],
) -> Iterator[Row]:
    """Loads the dumps, without checks, and gives the row of each node as soon as it is known.

    Raises:
        StoreError: the database cannot be written; the loads before it are there.
        InterruptedLoadError: Ctrl-C.
    """
    by_source = {one.source: one for one in wanted if one.source is not None}
    read = ReadOptions(salvage=settings.salvage)

    def load_node(on: Connection, source: str, snapshot_id: int) -> LoadResult:
        node = by_source[source].node
        return load_one(
            on,
            source,
            read,
            database=database,
            labels=Labels(None, node.name, node.cluster, node.shard),
            watch=watch,
            snapshot_id=snapshot_id,
        )

    jobs = min(settings.jobs or default_jobs(), max(1, len(by_source)))
    ready = on_connections(connection, load_node)
    for source, outcome in load_at_once([(one, None) for one in by_source], ready, jobs):
        one = by_source[source]
        earlier = known.get(one.node.name)
        row = row_of(one, night, now_ms, settings.fresh_within, salvage=settings.salvage, earlier=earlier)
        if isinstance(outcome, InputError):
            failed(outcome)
            yield replace(row, status="bad", message=safe_text(_said(outcome, redact=settings.redact)))
        elif isinstance(outcome, RdbscopeError):
            raise outcome
        else:
            yield _loaded(connection, row, outcome, now_ms, one)


def _said(problem: InputError, *, redact: bool) -> str:
    """What stands in reports and logs of the night."""
    return problem.sentence(with_key=False) if redact and isinstance(problem, DumpError) else problem.message


def _loaded(connection: Connection, row: Row, result: LoadResult, now_ms: int, one: Candidate) -> Row:
    taken = fetch.scalar(connection, "SELECT taken_at_ms FROM snapshots WHERE snapshot_id = ?", [result.snapshot_id])
    return judged(
        replace(row, status="loaded", snapshot_id=result.snapshot_id, taken_at_ms=taken, message=""),
        now_ms,
        one,
    )


def unchecked(connection: Connection, settings: Settings) -> list[int]:
    """Snapshots of the nodes without any finding: a run that was killed may not even have noted that they are there."""
    rows = fetch.rows(
        connection,
        "SELECT snapshot_id FROM snapshots WHERE list_contains(?::VARCHAR[], node) "
        "AND snapshot_id NOT IN (SELECT f.snapshot_id FROM findings AS f) ORDER BY snapshot_id",
        [[node.name for node in settings.nodes]],
    )
    return [row[0] for row in rows]


def check(connection: Connection, snapshots: Iterable[int | None], checks: Configured) -> None:
    """Runs the checks on snapshots, once all of the night are there: some look at several nodes.

    Raises:
        UsageError: a check whose SQL fails.
        StoreError: the database cannot be written.
    """
    detailed = {row[0] for row in fetch.rows(connection, "SELECT snapshot_id FROM snapshots WHERE detail = 'keys'")}
    for snapshot_id in dict.fromkeys(snapshots):
        if snapshot_id not in detailed or snapshot_id is None:
            continue
        connection.execute("BEGIN")
        try:
            store_findings(connection, snapshot_id, checks)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
