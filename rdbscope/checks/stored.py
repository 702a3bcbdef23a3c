"""Findings in the database: a load runs the checks and keeps the roll-up for reports and comparisons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rdbscope.checks import statements
from rdbscope.checks.context import Context
from rdbscope.checks.header import Check
from rdbscope.checks.run import Outcome, Session

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def store_findings(
    connection: DuckDBPyConnection, snapshot_id: int, checks: Sequence[Check], context: Context
) -> Outcome:
    """Runs `checks` on a snapshot and writes what they find to `findings`; the caller commits.

    Raises:
        CheckError: a check whose SQL fails.
        StoreError: the database cannot be written.
    """
    session = Session(connection, snapshot_id, context, checks)
    outcome = session.roll_up()
    numbers = list(range(len(session.checks)))
    connection.execute(
        _STORE,
        {
            "snapshot_id": snapshot_id,
            "numbers": numbers,
            "ids": [check.check_id for check in session.checks],
            "severities": [check.severity.word for check in session.checks],
        },
    )
    session.close()
    return outcome


_STORE = f"""
INSERT INTO findings BY NAME
WITH ran AS (
    SELECT unnest($numbers::INTEGER[]) AS check_no, unnest($ids::VARCHAR[]) AS check_id,
        unnest($severities::VARCHAR[]) AS severity
)
SELECT $snapshot_id AS snapshot_id, r.check_id, f.db, f.pattern, r.severity, f.keys, f.memory_bytes, f.saving_bytes,
    f.worst_measured, f.threshold, f.unit, f.message, f.examples
FROM {statements.FOUND} AS f
INNER JOIN ran AS r ON r.check_no = f.check_no
WHERE f.keys > 0
"""
