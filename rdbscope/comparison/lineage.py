"""Which snapshots are of one node: what is compared when the user names nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.errors import UsageError
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


def newest_two(connection: Connection) -> tuple[int, int]:
    """The newest snapshot, that which was loaded last, of those that have one before, and the one before it.

    Raises:
        UsageError: no node has two.
    """
    found = fetch.first(
        connection,
        "SELECT o.snapshot_id, n.snapshot_id FROM node_history AS n INNER JOIN node_history AS o "
        "ON o.lineage = n.lineage AND o.age_rank = n.age_rank + 1 "
        "ORDER BY n.snapshot_id DESC LIMIT 1",
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
    """The newest snapshot of every node, by name; one that holds a part only where the node has no other."""
    return [row[0] for row in fetch.rows(connection, _NEWEST_OF_EACH)]


_NEWEST_OF_EACH = """
SELECT h.snapshot_id
FROM node_history AS h
WHERE h.age_rank = 1
QUALIFY row_number() OVER (
    PARTITION BY h.origin
    ORDER BY h.lineage <> h.origin, h.at_ms DESC, h.snapshot_id DESC
) = 1
ORDER BY h.lineage
"""
