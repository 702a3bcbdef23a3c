"""Growth per node and pattern over all snapshots, as SQL that any report format can stream."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rdbscope.query_files import load
from rdbscope.reports.human import BLOCKS
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

_PEOPLE = f"""
SELECT
    node,
    coalesce(pattern, '(all keys)') AS pattern,
    array_to_string(list_transform(
        series[-{{width}}:],
        lambda bytes: substr('{BLOCKS}', 1 + CASE
            WHEN list_max(series[-{{width}}:]) = list_min(series[-{{width}}:]) THEN 0
            ELSE CAST(floor(7.999 * (bytes - list_min(series[-{{width}}:]))
                / (list_max(series[-{{width}}:]) - list_min(series[-{{width}}:]))) AS INTEGER)
        END, 1)
    ), '') AS trend,
    human_bytes(last_bytes) AS memory,
    last_keys AS keys,
    CASE WHEN bytes_per_day > 0 THEN '+' ELSE '' END || human_bytes(bytes_per_day) AS bytes_per_day,
    keys_per_day,
    days_to_limit
FROM ({{rows}})
ORDER BY {{order}}
"""
_ORDER = (
    "max(CASE WHEN pattern IS NULL THEN last_bytes END) OVER (PARTITION BY node) DESC, node, pattern IS NOT NULL, "
    "abs(coalesce(bytes_per_day, 0)) DESC, pattern"
)
_SPARK = 30


def prepare(
    connection: Connection,
    *,
    node: str | None = None,
    pattern: str | None = None,
    limits: Mapping[str, int] | None = None,
    limit: int | None = None,
    gone: bool = False,
) -> None:
    """Tells the session what `rows` look at.

    Args:
        connection: a database of snapshots.
        node: this node alone; None for all.
        pattern: a glob on patterns; None for all, the total of each node included.
        limits: bytes at which a node is full, by its name.
        limit: bytes for the nodes without one of their own.
        gone: also patterns that the newest snapshot does not have any more.
    """
    connection.execute("SET VARIABLE node = $node", {"node": node})
    connection.execute("SET VARIABLE pattern = $pattern", {"pattern": pattern})
    connection.execute("SET VARIABLE gone = $gone", {"gone": gone})
    names = [row[0] for row in fetch.rows(connection, _NODES)]
    found = [(name, (limits or {}).get(name, limit)) for name in names]
    connection.execute("CREATE OR REPLACE TEMP TABLE node_limits (node VARCHAR, limit_bytes BIGINT)")
    if found:
        connection.executemany("INSERT INTO node_limits VALUES (?, ?)", found)


def rows(number: int, *, people: bool) -> str:
    """The statement: the total of each node and the `number` patterns of it that move most; 0 for all of them."""
    sql = load("history", "trends").sql
    if number:
        sql = f"SELECT * FROM ({sql}) QUALIFY {_MOST.format(number=number)}"
    if people:
        return _PEOPLE.format(rows=sql, order=_ORDER, width=_SPARK)
    return f"SELECT * FROM ({sql}) ORDER BY {_ORDER}"


_MOST = (
    "pattern IS NULL OR row_number() OVER (PARTITION BY node, pattern IS NULL "
    "ORDER BY abs(coalesce(bytes_per_day, 0)) DESC, last_bytes DESC, pattern) <= {number}"
)
_NODES = "SELECT DISTINCT regexp_replace(lineage, '^(node|file) ', '') FROM node_history"
