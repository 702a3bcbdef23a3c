"""Keys that a dump holds more than once: the last record stays, an anomaly names all offsets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.store import fetch
from rdbscope.store.rollup_files import script

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A damaged or hand-made file may repeat every key; the rest is counted in one row.
_KEPT_ANOMALIES = 1000
_TABLES_BY_RECORD = ("key_rows", "key_facts", "stream_group_rows", "stream_consumer_rows")


def drop_earlier_records(connection: DuckDBPyConnection, snapshot_id: int) -> int:
    """Confirms duplicates by name, deletes all but the last record of each and returns how many were deleted."""
    parameters = {"snapshot_id": snapshot_id}
    connection.execute(script("duplicates"), parameters)
    for table in _TABLES_BY_RECORD:
        connection.execute(
            f"DELETE FROM {table} WHERE snapshot_id = $snapshot_id AND record_offset IN "
            "(SELECT unnest(offsets[:-2]) FROM duplicates)",
            parameters,
        )
    connection.execute(
        """
        INSERT INTO anomalies
        SELECT
            $snapshot_id, 'duplicate-key', offsets[-1], db, name, raw,
            printf('the key is stored %d times, at bytes %s; the last record is kept',
                len(offsets), array_to_string(offsets[:8], ', ')),
            'warning'
        FROM duplicates
        ORDER BY offsets[-1]
        LIMIT $kept
        """,
        parameters | {"kept": _KEPT_ANOMALIES},
    )
    connection.execute(
        """
        INSERT INTO anomalies
        SELECT $snapshot_id, 'duplicate-key', NULL, NULL, NULL, NULL,
            printf('%d more keys are stored more than once', count(*) - $kept), 'warning'
        FROM duplicates
        HAVING count(*) > $kept
        """,
        parameters | {"kept": _KEPT_ANOMALIES},
    )
    dropped = int(fetch.scalar(connection, "SELECT coalesce(sum(len(offsets) - 1), 0)::BIGINT FROM duplicates"))
    connection.execute("DROP TABLE duplicates")
    return dropped
