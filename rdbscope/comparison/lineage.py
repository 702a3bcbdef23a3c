"""Which snapshots are of one node: what is compared when the user names nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.errors import UsageError
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


def newest_two(connection: Connection) -> tuple[int, int]:
    """The two newest snapshots, the older first, of the node whose snapshot is the newest of those that have two.

    Raises:
        UsageError: no node has two.
    """
    found = fetch.first(
        connection,
        "SELECT o.snapshot_id, n.snapshot_id FROM node_history AS n INNER JOIN node_history AS o "
        "ON o.lineage = n.lineage AND n.age_rank = 1 AND o.age_rank = 2 "
        "ORDER BY n.at_ms DESC, n.snapshot_id DESC LIMIT 1",
    )
    if found is None:
        raise UsageError(
            "the database has no node with two snapshots",
            hint="name two snapshots or two dumps: rdbscope diff OLD NEW",
        )
    return found[0], found[1]


def before(connection: Connection, snapshot_id: int) -> int | None:
    """The snapshot of the same node before this one, or None."""
    found = fetch.scalar(
        connection,
        "SELECT o.snapshot_id FROM node_history AS n INNER JOIN node_history AS o "
        "ON o.lineage = n.lineage AND o.age_rank = n.age_rank + 1 WHERE n.snapshot_id = ?",
        [snapshot_id],
    )
    return None if found is None else int(found)


def newest_of_each(connection: Connection) -> list[int]:
    """The newest snapshot of every node, in the order of their names."""
    rows = fetch.rows(connection, "SELECT snapshot_id FROM node_history WHERE age_rank = 1 ORDER BY lineage")
    return [row[0] for row in rows]
