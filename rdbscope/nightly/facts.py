"""What a night was like, before any format: reports, metrics, log, webhook and mail all say this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rdbscope.checks.header import Check
from rdbscope.checks.severity import Severity
from rdbscope.comparison import lineage
from rdbscope.nightly.record import Row
from rdbscope.reports.human import change, growth, size
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


@dataclass(frozen=True)
class Found:
    """The findings of one check on one node: their number, and the sentence of the largest."""

    check_id: str
    severity: str
    count: int
    message: str


@dataclass(frozen=True)
class Figures:
    """Sizes of a snapshot, bytes unknown being None; `types` has keys and bytes by type."""

    keys: int
    expiring_keys: int
    memory_bytes: int | None
    source_bytes: int
    damage: str | None
    types: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class NodeNight:
    """One node in one night; `now` only where its dump is loaded and fresh, `before` only where there is one."""

    row: Row
    now: Figures | None
    before: Figures | None
    findings: Sequence[Found]


@dataclass(frozen=True)
class Night:
    """All nodes of one night, by name."""

    night: str
    now_ms: int
    nodes: Sequence[NodeNight]

    def number(self, status: str) -> int:
        """Nodes of this status."""
        return sum(one.row.status == status for one in self.nodes)

    def severities(self) -> Counter[str]:
        """Findings by severity."""
        found: Counter[str] = Counter()
        for node in self.nodes:
            for one in node.findings:
                found[one.severity] += one.count
        return found

    def problems(self, fail_on: Severity | None) -> list[str]:
        """A line for each bad or missing dump, and for each check with findings that let the job fail."""
        lines = []
        for node in self.nodes:
            if node.row.status != "loaded":
                lines.append(f"{node.row.node}: {node.row.status}: {node.row.message}")
            lines += [
                f"{node.row.node}: {one.check_id} ({one.severity}): {one.message}"
                for one in node.findings
                if node.row.status == "loaded" and fail_on is not None and Severity.of(one.severity) >= fail_on
            ]
        return lines

    def fails(self, fail_on: Severity | None) -> bool:
        """Whether a finding is as bad as `fail_on`."""
        return fail_on is not None and any(Severity.of(name) >= fail_on for name in self.severities())

    def summary(self) -> str:
        """The night in one line."""
        counted = [one for one in self.nodes if one.row.counted and one.now is not None]
        severities = self.severities()
        named = ", ".join(
            f"{severities[name]:,} {name}" for name in ("high", "medium", "low", "info") if severities[name]
        )
        parts = [
            f"{len(self.nodes)} node{'s' if len(self.nodes) != 1 else ''}: "
            f"{self.number('loaded')} loaded, {self.number('missing')} missing, {self.number('bad')} bad"
        ]
        if counted:
            parts.append(f"{sum(one.now.keys for one in counted if one.now):,} keys, {_memory(counted)}")
        total = sum(severities.values())
        parts.append(f"{total:,} finding{'s' if total != 1 else ''}{f' ({named})' if named else ''}")
        return "; ".join(parts)


def _memory(counted: Sequence[NodeNight]) -> str:
    now = sum(one.now.memory_bytes or 0 for one in counted if one.now)
    pairs = [(one.before.memory_bytes or 0, one.now.memory_bytes or 0) for one in counted if one.before and one.now]
    if not pairs:
        return size(now)
    before, after = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return f"{size(now)} ({change(after - before, growth(before, after))})"


def gather(connection: Connection, night: str, rows: Sequence[Row], now_ms: int, known: Mapping[str, Check]) -> Night:
    """The facts of a night.

    Args:
        connection: the database.
        night: its date.
        rows: its nodes.
        now_ms: when the job runs.
        known: the checks that run; a node without a dump is no finding where `missing-node` is ignored.
    """
    nodes = []
    for row in rows:
        now = before = None
        findings: list[Found] = []
        if row.status == "loaded" and row.snapshot_id is not None:
            now = _figures(connection, row.snapshot_id)
            earlier = lineage.before(connection, row.snapshot_id)
            before = None if earlier is None else _figures(connection, earlier)
            findings = [Found(*one) for one in fetch.rows(connection, _FINDINGS, [row.snapshot_id])]
        own = {"missing": "missing-node", "bad": "damaged-snapshot"}.get(row.status)
        if own is not None and own in known:
            findings.append(Found(own, str(known[own].severity), 1, row.message))
        nodes.append(NodeNight(row, now, before, findings))
    return Night(night, now_ms, nodes)


def _figures(connection: Connection, snapshot_id: int) -> Figures | None:
    row = fetch.first(
        connection,
        "SELECT keys, expiring_keys, memory_bytes, source_bytes, "
        "coalesce(damage, CASE WHEN checksum = 'mismatch' THEN 'checksum wrong' END) "
        "FROM snapshots WHERE snapshot_id = ?",
        [snapshot_id],
    )
    if row is None:
        return None
    types = {one[0]: (one[1], one[2]) for one in fetch.rows(connection, _TYPES, [snapshot_id])}
    return Figures(row[0], row[1], row[2], row[3], row[4], types)


_FINDINGS = """
SELECT check_id, severity, count(*), arg_max(message, coalesce(memory_bytes, keys))
FROM findings WHERE snapshot_id = ?
GROUP BY check_id, severity
ORDER BY list_position(['high', 'medium', 'low', 'info'], severity), check_id
"""
_TYPES = """
SELECT f.type, sum(p.keys)::BIGINT, sum(p.memory_bytes)::BIGINT
FROM pattern_forms AS p
INNER JOIN forms AS f ON f.snapshot_id = p.snapshot_id AND f.form_id = p.form_id
WHERE p.snapshot_id = ?
GROUP BY f.type
ORDER BY f.type
"""
