"""What differs between two snapshots, as temporary tables that the SQL of `queries/comparison/` reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.errors import UsageError, shorten
from rdbscope.query_files import load
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

# In the order in which they need each other; `changed_keys` is a view because it can have as many rows as keys.
_TABLES = ("form_numbers", "form_names", "pattern_names", "pattern_totals", "key_changes")
_LAST = "pattern_changes"
_VIEW = "changed_keys"


@dataclass(frozen=True)
class Compared:
    """Two snapshots whose differences stand in the temporary tables of a connection.

    Attributes:
        old_id: the snapshot before.
        new_id: the snapshot after.
        by_memory: whether sizes are memory; else payload, because one of the two has no memory.
        by_key: whether both snapshots still have their keys; else only patterns can be compared.
        same_scope: whether both hold the same part of their dump, for the same server.
        old_bytes: size of the snapshot before.
        new_bytes: size of the snapshot after.
    """

    old_id: int
    new_id: int
    by_memory: bool
    by_key: bool
    same_scope: bool
    old_bytes: int
    new_bytes: int

    @property
    def measure(self) -> str:
        """What sizes are, in one word."""
        return "memory" if self.by_memory else "payload"


def compare(connection: Connection, old_id: int, new_id: int, *, by_key: bool = True) -> Compared:
    """Compares two snapshots; the tables last until `forget` or the end of the connection.

    Without `by_key` only patterns are compared, which takes no pass over the keys.

    Raises:
        UsageError: it is one and the same snapshot twice.
        StoreError: the memory does not suffice, or the database cannot be read.
    """
    with query_errors():
        forget(connection)
        connection.execute(f"SET VARIABLE old_snapshot = {old_id}")
        connection.execute(f"SET VARIABLE new_snapshot = {new_id}")
        by_memory = bool(fetch.scalar(connection, _BY_MEMORY))
        connection.execute(f"SET VARIABLE by_memory = {by_memory}")
        by_key = by_key and bool(fetch.scalar(connection, _BY_KEY))
        for name in _TABLES:
            empty = " LIMIT 0" if name == "key_changes" and not by_key else ""
            connection.execute(f"CREATE TEMP TABLE {name} AS {load('comparison', name).sql}{empty}")
        connection.execute(f"CREATE TEMP VIEW {_VIEW} AS {load('comparison', _VIEW).sql}")
        last = _LAST if by_key else f"{_LAST}_without_keys"
        connection.execute(f"CREATE TEMP TABLE {_LAST} AS {load('comparison', last).sql}")
        same_scope = bool(fetch.scalar(connection, _SAME_SCOPE))
        sizes = dict(fetch.rows(connection, _SIZES))
    return Compared(old_id, new_id, by_memory, by_key, same_scope, sizes.get(old_id, 0), sizes.get(new_id, 0))


def forget(connection: Connection) -> None:
    """Drops what a comparison made."""
    connection.execute(f"DROP VIEW IF EXISTS temp.{_VIEW}")
    for name in (_LAST, *reversed(_TABLES)):
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


def least_growth(text: str) -> tuple[float | None, int | None]:
    """`--fail-on-growth` as a share of the bytes before, or as bytes.

    Raises:
        UsageError: neither.
    """
    from rdbscope.store.memory_limit import SIZE, size_in_bytes

    if text.endswith("%"):
        try:
            share = float(text[:-1])
        except ValueError:
            share = -1
        if not 0 <= share < float("inf"):
            raise UsageError(f"'{shorten(text)}' is no growth", hint="write it like 20% or 500MB")
        return share / 100, None
    if SIZE.fullmatch(text) is None:
        raise UsageError(f"'{shorten(text)}' is no growth", hint="write it like 20% or 500MB")
    return None, size_in_bytes(text)


def has_grown(old_bytes: int, new_bytes: int, limit: tuple[float | None, int | None]) -> bool:
    """Whether the bytes grew by more than the limit of `least_growth`."""
    share, absolute = limit
    grown = new_bytes - old_bytes
    return grown > (absolute if absolute is not None else old_bytes * (share or 0)) and grown > 0


# Old servers tell no memory: then both snapshots are measured by payload.
_BY_MEMORY = """
SELECT count(*) FILTER (WHERE memory_bytes IS NULL AND keys > 0) = 0
FROM snapshots
WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
"""
_BY_KEY = """
SELECT count(*) FILTER (WHERE s.keys > 0 AND s.detail <> 'keys') = 0
FROM snapshots AS s
WHERE s.snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
"""
_SAME_SCOPE = """
SELECT count(DISTINCT coalesce(scope, '')) = 1
FROM snapshots
WHERE snapshot_id IN (getvariable('old_snapshot'), getvariable('new_snapshot'))
"""
_SIZES = "SELECT snapshot_id, sum(bytes)::BIGINT FROM pattern_totals GROUP BY snapshot_id"
