"""Exports from the database that need more than a table's own columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rdbscope.errors import UsageError
from rdbscope.exports.columns import RDBTOOLS, check

if TYPE_CHECKING:
    from rdbscope.store.result import ResultSet


def as_rdbtools(what: str) -> str:
    """The SQL of the rdbtools report of a snapshot's keys.

    Raises:
        UsageError: `what` is not the table of keys.
    """
    if what != "keys":
        raise UsageError("rdbtools-csv is a report on keys", hint="rdbscope export keys --format rdbtools-csv")
    return f"SELECT {RDBTOOLS} FROM keys WHERE snapshot_id = getvariable('snapshot_id')"


def only(result: ResultSet, names: Sequence[str]) -> ResultSet:
    """Some columns of a result, in the order of the names.

    Raises:
        UsageError: the result has no such column; the nearest are named.
    """
    places = {column.name: place for place, column in reversed(list(enumerate(result.columns)))}
    check(names, list(places)[::-1])
    return result.only([places[name] for name in names])
