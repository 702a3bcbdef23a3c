"""Why a check cannot run on a snapshot. Such a check says so; it does not say "no findings"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.checks.header import Check, alternatives
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.checks.run import Context
    from rdbscope.store.connect import Connection

_NO_CONVENTIONS = "no conventions table: name one with --conventions, or begin one with: rdbscope conventions draft"
_NO_ACCESS = "the dump has no access facts: its server runs without an LRU or LFU policy"
_NO_COUNTERS = "the dump has no access counters: its server runs without an LFU policy"
_ONE_NODE = "dumps of several nodes are needed: load each with --node"
_NO_NIGHT = "the nightly job has not run on this database: rdbscope nightly"
# Fewer say nothing about what is usual.
_ENOUGH = 5
_NOT_WHOLE = "the dump is not whole: what is missing is no change"
_NO_HISTORY = f"{_ENOUGH} earlier snapshots of the node are needed"
_EARLIER = """
SELECT count(*)
FROM history_points AS n
INNER JOIN history_points AS e ON e.lineage = n.lineage AND (e.at_ms, e.snapshot_id) < (n.at_ms, n.snapshot_id)
WHERE n.snapshot_id = (SELECT snapshot_id FROM current_snapshot)
"""
_NODES = """
SELECT count(DISTINCT n.node)
FROM snapshots AS n
INNER JOIN current_snapshot AS s ON n.scope IS NOT DISTINCT FROM s.scope
"""
_NO_NODE_FILE = "no node file of the cluster: name one with --cluster-nodes nodes.conf"
_NO_LOG = "the snapshot is a dump: load an append-only log"


class Availability:
    """What the current snapshot and the session offer to checks, asked for once."""

    def __init__(self, connection: Connection, context: Context) -> None:
        hint = fetch.scalar(connection, "SELECT eviction_hint FROM current_snapshot")
        log = fetch.scalar(connection, "SELECT starts_with(source_kind, 'aof') FROM current_snapshot")
        nodes = fetch.scalar(connection, _NODES)
        nights = fetch.scalar(connection, "SELECT count(*) FROM nightly_nodes")
        earlier = fetch.scalar(connection, _EARLIER)
        damage = fetch.scalar(connection, "SELECT damage FROM current_snapshot")
        self._missing = {
            "conventions": _NO_CONVENTIONS if context.conventions is None else None,
            "access": None if hint in ("lru", "lfu") else _NO_ACCESS,
            "lfu": None if hint == "lfu" else _NO_COUNTERS,
            "nodes": None if nodes > 1 else _ONE_NODE,
            "history": _NOT_WHOLE if damage is not None else None if earlier >= _ENOUGH else _NO_HISTORY,
            "nightly": None if nights else _NO_NIGHT,
            "cluster-nodes": _NO_NODE_FILE if context.cluster_nodes is None else None,
            "aof": None if log else _NO_LOG,
        }

    def obstacle(self, check: Check) -> str | None:
        """Why the check cannot run; None where it can."""
        return next((reason for need in check.needs if (reason := self._reason(need)) is not None), None)

    def _reason(self, need: str) -> str | None:
        reasons = [reason for one in alternatives(need) if (reason := self._missing[one]) is not None]
        return "; or ".join(reasons) if len(reasons) == len(alternatives(need)) else None
