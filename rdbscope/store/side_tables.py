"""The small tables that come with a dump, copied from the reader after the key rows."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

import duckdb

from rdbscope.store import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rdbscope._native import ArrowStream, Reader

# Table of the database, side table of the reader.
_COPIED = {
    "forms": "forms",
    "pattern_merges": "patterns",
    "key_facts": "key_facts",
    "stream_group_rows": "stream_groups",
    "stream_consumer_rows": "stream_consumers",
    "functions": "functions",
    "scripts": "scripts",
    "aux": "aux",
    "module_aux": "module_aux",
    "declared_counts": "declared_counts",
    "anomalies": "anomalies",
    "templates": "templates",
    "aof_parts": "aof_parts",
    "aof_commands": "aof_commands",
    "aof_keys": "aof_keys",
    "aof_events": "aof_events",
}
# Needed during the roll-up only.
_TEMPORARY = {"new_patterns": "final_patterns", "new_nodes": "prefix_nodes"}
_STREAM = "rdbscope_stream"


@contextlib.contextmanager
def scannable(connection: DuckDBPyConnection, stream: Reader | ArrowStream) -> Iterator[str]:
    """Makes an Arrow stream readable in SQL, and gives the name to select from."""
    connection.register(_STREAM, stream)
    try:
        yield _STREAM
    finally:
        # In an aborted transaction this fails as well, and must not hide the reason.
        with contextlib.suppress(duckdb.Error):
            connection.unregister(_STREAM)


def copy(connection: DuckDBPyConnection, reader: Reader, snapshot_id: int) -> None:
    """Copies every side table, under the snapshot's number."""
    for table, side in _COPIED.items():
        with scannable(connection, reader.side(side)) as stream:
            connection.execute(f"INSERT INTO {table} SELECT ?, * FROM {stream}", [snapshot_id])
    for table, side in _TEMPORARY.items():
        with scannable(connection, reader.side(side)) as stream:
            connection.execute(f"CREATE TEMP TABLE {table} AS FROM {stream}")


def drop_temporary(connection: DuckDBPyConnection) -> None:
    """Drops what the roll-up needed."""
    for table in _TEMPORARY:
        connection.execute(f"DROP TABLE {table}")


def duplicate_hashes(connection: DuckDBPyConnection, reader: Reader) -> int:
    """How many 64-bit hashes of a key the reader met more than once."""
    with scannable(connection, reader.side("duplicate_hashes")) as stream:
        return int(fetch.scalar(connection, f"SELECT hash_count FROM {stream}") or 0)
