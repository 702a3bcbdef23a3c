"""What a check reads, cut down to one snapshot and to the columns that the check names.

Checks read views, so that each of them runs by hand. The database joins whatever a view joins, used or not, and by two
numbers where one would do. So a run reads the view of all keys without the joins that a check has no use for.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from rdbscope.query_files import views
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

_TABLES = ("current_snapshot", "current_patterns")
_SAME_SNAPSHOT = re.compile(r"\.snapshot_id = [a-z]\.snapshot_id\b")
_NAME = re.compile(r"(?:\.| AS )(\w+)$")
_ALIAS = re.compile(r"\b([a-z])\.")
_JOINED = re.compile(r"^LEFT JOIN (\w+) AS ([a-z]) ON ")
# Every key has one row of these, so that the order of the joins is free.
_ALWAYS_THERE = ("forms", "pattern_merges", "patterns")


def pin(connection: Connection) -> None:
    """Makes temporary tables that stand before the small views of the file; the variable of the snapshot is set.

    Raises:
        duckdb.Error: the database cannot be read, or the memory does not suffice.
    """
    unpin(connection)
    for name in _TABLES:
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM {name}")


def unpin(connection: Connection) -> None:
    """Takes them away again."""
    for name in _TABLES:
        connection.execute(f"DROP TABLE IF EXISTS temp.{name}")


class Keys:
    """The keys of one snapshot, as SELECTs that stand for the view `current_keys`."""

    def __init__(self, connection: Connection, snapshot_id: int) -> None:
        self._snapshot_id = snapshot_id
        self._templates = bool(
            fetch.scalar(connection, "SELECT count(*) FROM templates AS t WHERE t.snapshot_id = ?", [snapshot_id])
        )

    def naming(self, text: str) -> str:
        """The SELECT with the columns whose names stand in a text."""
        columns, table, joins = _view()
        words = set(re.findall(r"\w+", text))
        chosen = [expression for name, expression in columns.items() if name in words]
        if not self._templates:
            chosen = [expression.replace("t.share_bytes", "NULL") for expression in chosen]
        wanted = _with_their_own({alias for one in chosen for alias in _ALIAS.findall(one)}, joins)
        lines = [table, *(join for alias, join in joins.items() if alias in wanted)]
        source = _SAME_SNAPSHOT.sub(f".snapshot_id = {self._snapshot_id}", "\n".join(lines))
        return f"SELECT {', '.join(chosen)}\nFROM {source}\nWHERE k.snapshot_id = {self._snapshot_id}"


def _with_their_own(aliases: set[str], joins: dict[str, str]) -> set[str]:
    """Aliases and those that their joins refer to."""
    found: set[str] = set()
    while aliases:
        found |= aliases
        aliases = {other for one in aliases if one in joins for other in _ALIAS.findall(joins[one])} - found
    return found


@cache
def _view() -> tuple[dict[str, str], str, dict[str, str]]:
    """The view of all keys: expressions by column, the first table, and joins by alias."""
    sql = next(view.sql for view in views() if view.name == "keys")
    selected, _, source = sql.removeprefix("SELECT").partition("\nFROM ")
    expressions = [one.strip() for one in re.split(r",\n {4}(?! )", selected)]
    table, *joins = re.split(r"\n(?=LEFT JOIN )", source)
    by_alias = {}
    for join in joins:
        (joined,) = _JOINED.finditer(join)
        kind = "INNER JOIN" if joined[1] in _ALWAYS_THERE else "LEFT JOIN"
        by_alias[joined[2]] = kind + join.removeprefix("LEFT JOIN")
    return {_name(one): one for one in expressions}, table, by_alias


def _name(expression: str) -> str:
    (found,) = _NAME.finditer(expression)
    return found[1]
