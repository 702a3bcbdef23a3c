"""Carries a retention plan out: drops snapshots, thins others to their roll-ups, and gives the room back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from rdbscope.history.retention import Kept, Plan, Rule, plan
from rdbscope.query_files import load
from rdbscope.store import compact, connect, fetch, snapshots
from rdbscope.store.connect import Connection
from rdbscope.store.key_tables import KEY_TABLES
from rdbscope.store.rollup_files import script

# What only serves single keys; the rest of a snapshot is small and stays as long as the snapshot does.
_OF_KEYS = (*sorted(KEY_TABLES), "pattern_merges")


@dataclass(frozen=True)
class Pruned:
    """What was done, and the bytes of the database file before and after."""

    plan: Plan
    bytes_before: int
    bytes_after: int


def planned(connection: Connection, rule: Rule, keep: Collection[int] = ()) -> Plan:
    """What the rule would do to the database; snapshots of `keep` stay."""
    return plan((Kept(*row) for row in fetch.rows(connection, load("history", "ages").sql)), rule, keep)


def prune(database: Path, rule: Rule, *, keep: Collection[int] = (), memory_limit: int | None = None) -> Pruned:
    """Applies the rule; snapshots of `keep` stay.

    A kill at any moment leaves the database as it was before, or as it is after a step.

    Raises:
        DatabaseLockedError: another process has it open.
        StoreError: it cannot be written, or the disk has no room for the smaller copy.
    """
    before = database.stat().st_size
    with connect.writing(database, memory_limit=memory_limit) as connection:
        found = planned(connection, rule, keep)
        if found.drop or found.thin:
            with connect.transaction(connection, database):
                _apply(connection, found)
    with connect.writing(database, memory_limit=memory_limit) as connection:
        # Also what a run before this one freed, and was killed before it could give it back.
        wanted = compact.worthwhile(connection)
    if found.drop or found.thin or wanted:
        compact.compact(database, memory_limit=memory_limit)
    compact.remove_leftovers(database)
    return Pruned(found, before, database.stat().st_size)


def _apply(connection: Connection, found: Plan) -> None:
    for snapshot_id in found.thin:
        connection.execute(script("kept_largest_keys"), {"snapshot_id": snapshot_id})
        for table in _OF_KEYS:
            connection.execute(f"DELETE FROM {table} WHERE snapshot_id = ?", [snapshot_id])
        connection.execute("UPDATE snapshots SET detail = 'roll-ups' WHERE snapshot_id = ?", [snapshot_id])
    for snapshot_id in found.drop:
        connection.execute(script("past_points"), {"snapshot_id": snapshot_id})
        snapshots.delete(connection, snapshot_id)
    outdated = load("history", "outdated_points").sql
    connection.execute(f"DELETE FROM past_points WHERE snapshot_id IN ({outdated})")
