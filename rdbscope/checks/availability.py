"""Why a check cannot run on a snapshot. Such a check says so; it does not say "no findings"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.checks.context import Context
from rdbscope.checks.header import Check
from rdbscope.store import fetch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NO_CONVENTIONS = "there is no conventions table; name one with --conventions, or begin one with: conventions draft"
_NO_ACCESS = "the dump has no access times or counters; the server writes them with an LRU or LFU maxmemory-policy"
_NO_COUNTERS = "the dump has no access counters; the server writes them with an LFU maxmemory-policy"
_ONE_NODE = "it compares nodes; load the dumps of at least two into the database, each with --node"


class Availability:
    """What the snapshot and the context offer to checks, asked for once."""

    def __init__(self, connection: DuckDBPyConnection, context: Context) -> None:
        hint = fetch.scalar(connection, "SELECT eviction_hint FROM current_snapshot")
        nodes = fetch.scalar(connection, "SELECT count(DISTINCT node) FROM snapshots WHERE node IS NOT NULL")
        self._missing = {
            "conventions": _NO_CONVENTIONS if context.conventions is None else None,
            "access": None if hint in ("lru", "lfu") else _NO_ACCESS,
            "lfu": None if hint == "lfu" else _NO_COUNTERS,
            "nodes": None if nodes > 1 else _ONE_NODE,
        }

    def obstacle(self, check: Check) -> str | None:
        """Why `check` cannot run, None where it can."""
        return next((reason for need in check.needs if (reason := self._missing[need]) is not None), None)
