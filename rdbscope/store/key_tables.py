"""Which tables hold the single keys of a snapshot, and whether a statement reads them."""

from __future__ import annotations

import duckdb

from rdbscope.store.connect import Connection

# What `snapshots prune` takes away. The merges of patterns, which go too, serve nothing without them.
KEY_TABLES = frozenset({"key_rows", "key_facts", "stream_group_rows", "stream_consumer_rows"})


def read_by(connection: Connection, sql: str) -> bool:
    """Whether `sql` reads single keys, be it through views; False where DuckDB cannot tell, as of wrong SQL."""
    try:
        return any(
            not KEY_TABLES.isdisjoint(connection.get_table_names(statement.query))
            for statement in connection.extract_statements(sql)
        )
    except duckdb.Error:
        return False
