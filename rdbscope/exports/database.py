"""Exports from the database that need more than a table's own columns."""

from __future__ import annotations

from rdbscope.errors import UsageError
from rdbscope.exports.columns import RDBTOOLS


def as_rdbtools(what: str) -> str:
    """The SQL of the rdbtools report of a snapshot's keys.

    Raises:
        UsageError: `what` is not the table of keys.
    """
    if what != "keys":
        raise UsageError("rdbtools-csv is a report on keys", hint="rdbscope export keys --format rdbtools-csv")
    return f"SELECT {RDBTOOLS} FROM keys WHERE snapshot_id = getvariable('snapshot_id')"
