"""One source into the database: one transaction, all or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from rdbscope.checks.configured import Configured, store_findings
from rdbscope.errors import DumpError, InputError, InterruptedLoadError, RdbscopeError, StoreError, UsageError
from rdbscope.options import ReadOptions
from rdbscope.sources import OpenSource
from rdbscope.sources.accept import accept_end
from rdbscope.store import fetch, same_file, side_tables, snapshots
from rdbscope.store.connect import Connection, problem_of
from rdbscope.store.duplicates import drop_earlier_records
from rdbscope.store.interrupt import Interruption, on_interrupt
from rdbscope.store.rollup_files import script
from rdbscope.store.same_file import Known
from rdbscope.store.spool_folder import spool_folder

if TYPE_CHECKING:
    from rdbscope._native import Reader

_ROLLUPS = ("key_groups", "pattern_forms", "patterns", "prefix_nodes", "slot_rows")


@dataclass(frozen=True)
class LoadResult:
    """What became of one source.

    Attributes:
        source: as the user named it.
        snapshot_id: the snapshot that now holds it.
        keys: keys in the snapshot.
        already: True where the same file was loaded before, so it was not loaded again.
        adopted: True where that snapshot had no node and got one now.
        damage: what salvage went over or where it stopped; None for a whole dump.
    """

    source: str
    snapshot_id: int
    keys: int
    already: bool = False
    adopted: bool = False
    damage: str | None = None


@dataclass(frozen=True)
class Labels:
    """What the user calls the snapshot: `name` (default: the source's name), `node`, and where the node belongs."""

    name: str | None = None
    node: str | None = None
    cluster: str | None = None
    shard: str | None = None


def load_source(
    connection: Connection,
    source: OpenSource,
    options: ReadOptions,
    *,
    database: Path | None,
    labels: Labels = Labels(),
    force: bool = False,
    checks: Configured | None = None,
    watch: Callable[[Reader], contextlib.AbstractContextManager[object]] = lambda reader: contextlib.nullcontext(),
    snapshot_id: int | None = None,
) -> LoadResult:
    """Loads `source` as one snapshot.

    Args:
        connection: a connection opened for writing.
        source: an opened source of kind RDB.
        options: filters, salvage, and the server to model.
        database: for messages; None for a temporary database.
        labels: name and node of the snapshot.
        force: replace the snapshot of the same file instead of keeping it.
        checks: run these and keep their findings; None runs none.
        watch: shows progress while the reader runs.
        snapshot_id: the number of the snapshot; None takes the next one.

    Raises:
        DumpError: the dump is damaged; nothing is left of it.
        InputError: the source cannot be read.
        UsageError: options that this source cannot follow.
        StoreError: the database cannot be written.
        InterruptedLoadError: Ctrl-C; nothing is left of it.
    """
    accept_end(source, options)
    known = source.known_fingerprint()
    if known is not None and not force:
        earlier = same_file.find(connection, same_file.fingerprint(known, options), labels.node)
        if earlier is not None:
            return _already(connection, source, earlier, labels)
    with spool_folder(database) as spool:
        reader = options.reader(source.native_input(), spool_dir=spool)

        def stop() -> None:
            reader.cancel()
            source.abort()
            # After the reader, so that a pass ends by its own word.
            connection.interrupt()

        with on_interrupt(stop) as interruption:
            try:
                connection.execute("BEGIN")
                if snapshot_id is None:
                    snapshot_id = snapshots.next_id(connection)
                with watch(reader):
                    _insert_rows(connection, reader, snapshot_id)
                result = _finish(connection, reader, source, options, labels, snapshot_id, force)
                if checks is not None and isinstance(result, LoadResult):
                    store_findings(connection, result.snapshot_id, checks)
                if interruption.happened:
                    raise InterruptedLoadError(_interrupted(source, database))
                if isinstance(result, Known):
                    connection.execute("ROLLBACK")
                    return _already(connection, source, result, labels)
                connection.execute("COMMIT")
                return result
            except BaseException as problem:
                # Always: a COMMIT after a failed statement reports success and stores nothing.
                with contextlib.suppress(duckdb.Error):
                    connection.execute("ROLLBACK")
                if isinstance(problem, RdbscopeError) or not isinstance(problem, Exception):
                    raise
                raise _cause(problem, reader, source, database, interruption) from problem


def _insert_rows(connection: Connection, reader: Reader, snapshot_id: int) -> None:
    with side_tables.scannable(connection, reader) as stream:
        stored = fetch.scalar(connection, f"INSERT INTO key_rows SELECT ?, * FROM {stream}", [snapshot_id])
    read = reader.facts()["keys"]
    if stored != read:
        raise StoreError(f"internal error: {read:,} keys were read but {stored:,} stored")


def _finish(
    connection: Connection,
    reader: Reader,
    source: OpenSource,
    options: ReadOptions,
    labels: Labels,
    snapshot_id: int,
    force: bool,
) -> LoadResult | Known:
    facts: dict[str, Any] = reader.facts()
    log = facts["log"]
    if options.until_seconds is not None and log is not None and log["commands"] and log["first_at_ms"] is None:
        raise UsageError(
            f"{source.name}: the log has no timestamps, so --until cannot find its place", hint="use --until-offset"
        )
    fingerprint = same_file.fingerprint(source.final_fingerprint(), options)
    earlier = same_file.find(connection, fingerprint, labels.node)
    if earlier is not None:
        if not force:
            return earlier
        snapshots.delete(connection, earlier.snapshot_id)
        labels = same_file.replacing(earlier, labels)
    side_tables.copy(connection, reader, snapshot_id)
    dropped = 0
    if side_tables.duplicate_hashes(connection, reader):
        dropped = drop_earlier_records(connection, snapshot_id)
    for name in _ROLLUPS:
        connection.execute(script(name), {"snapshot_id": snapshot_id})
    keys = int(facts["keys"]) - dropped
    damage = snapshots.damage_text(facts)
    snapshots.insert(
        connection,
        snapshot_id,
        facts,
        source,
        options,
        fingerprint=fingerprint,
        labels=asdict(labels),
        keys=keys,
        damage=damage,
    )
    connection.execute("DROP TABLE key_groups")
    side_tables.drop_temporary(connection)
    return LoadResult(source.name, snapshot_id, keys, damage=damage)


def _already(connection: Connection, source: OpenSource, known: Known, labels: Labels) -> LoadResult:
    adopted = same_file.adopt(connection, known, labels)
    return LoadResult(source.name, known.snapshot_id, known.keys, already=True, adopted=adopted, damage=known.damage)


def _interrupted(source: OpenSource, database: Path | None) -> str:
    unchanged = "" if database is None else f"; {database} is as it was before"
    return f"{source.name}: interrupted{unchanged}"


def _cause(
    problem: Exception, reader: Reader, source: OpenSource, database: Path | None, interruption: Interruption
) -> RdbscopeError:
    """The error behind DuckDB's, which only passes on its text."""
    from rdbscope import _native

    if interruption.happened:
        return InterruptedLoadError(_interrupted(source, database))
    if source.failure is not None:
        return source.failure
    error = reader.error()
    if isinstance(error, _native.DumpError):
        return DumpError(source.name, error)
    if error is not None:
        return InputError(f"{source.name}: cannot be read: {error}")
    if isinstance(problem, duckdb.Error):
        return problem_of(problem, database)
    if isinstance(problem, OSError):
        return StoreError(f"{database or 'temporary folder'}: {problem.strerror or problem}")
    return StoreError(f"internal error: {type(problem).__name__}: {problem}")
