"""The part of a report on growth: the course of memory over all snapshots of a node, and of its patterns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rdbscope.reports.report_facts import Column, Table
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.query_files import QueryFile
    from rdbscope.store.connect import Connection

_TO_LIMIT = Column(
    "days_to_limit", "ratio", "days to limit", "days until the node has its maxmemory if it grows on like this"
)


def growth(
    connection: Connection,
    query: QueryFile,
    columns: Sequence[Column],
    sql: str,
    *,
    node: str | None,
    limits: Mapping[str, int],
    owner: str | None,
) -> Table | None:
    """The part; None where the node has fewer than three snapshots.

    Args:
        connection: with the temporary table `pattern_owners`.
        query: the file.
        columns: as its header declares them.
        sql: its statement for the snapshots of the report.
        node: the node of a report of one, None in a report of several.
        limits: the maxmemory of nodes in bytes, by name.
        owner: only the patterns of this team, and no totals.
    """
    if owner is not None:
        connection.execute(
            "SET VARIABLE owned = (SELECT coalesce(list(pattern), []) FROM pattern_owners WHERE owner = $owner)",
            {"owner": owner},
        )
    try:
        rows = fetch.records(connection, f"{sql}\nLIMIT {query.limit}")
    finally:
        connection.execute("RESET VARIABLE owned")
    rows = [
        row | {_TO_LIMIT.name: _days_to_limit(row, node, limits)} for row in rows if owner is None or row["pattern"]
    ]
    if not rows:
        return None
    shown = "" if owner is not None else sql
    return Table(
        query.name.rpartition("/")[2], query.title, query.description, [*columns, _TO_LIMIT], rows, False, shown
    )


def _days_to_limit(row: Mapping[str, Any], node: str | None, limits: Mapping[str, int]) -> float | None:
    """Days until a whole node is full; None for patterns, without a limit, and where nothing grows."""
    limit = None if row["total"] is None else limits.get(row["total"] if node is None else node)
    if limit is None:
        return None
    if limit <= row["last_bytes"]:
        return 0.0
    per_day: int = row["bytes_per_day"]
    return round((limit - row["last_bytes"]) / per_day, 1) if per_day > 0 else None
