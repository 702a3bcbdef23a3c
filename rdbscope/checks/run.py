"""Running checks on one snapshot: variables, what is missing, roll-ups, single keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rdbscope.checks.finding import Finding
from rdbscope.checks.header import Check
from rdbscope.conventions import match
from rdbscope.conventions.table import Convention

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

ROLES = ("cache", "session", "rate", "lock")


@dataclass(frozen=True)
class Context:
    """What checks are told besides the snapshot.

    Attributes:
        conventions: rows of the conventions table, None where there is none.
        namespaces: known namespaces, None to conclude them from the conventions or the keys.
        roles: more words for the roles cache, session, rate and lock.
        parameters: values by `<check id>.<name>`.
        now_ms: the clock for the age of a backup, None for the machine's.
    """

    conventions: Sequence[Convention] | None = None
    namespaces: Sequence[str] | None = None
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    now_ms: int | None = None


def prepare(connection: Connection, snapshot_id: int, context: Context) -> None:
    """Sets what the SQL of the checks reads."""
    namespaces = context.namespaces
    if namespaces is None and context.conventions:
        namespaces = sorted({row.namespace for row in context.conventions if row.namespace})
    _set(connection, "snapshot_id", "BIGINT", snapshot_id)
    _set(connection, "namespaces", "VARCHAR[]", None if not namespaces else list(namespaces))
    for role in ROLES:
        _set(connection, f"role_{role}", "VARCHAR[]", list(context.roles.get(role, ())) or None)
    _set(connection, "now_ms", "BIGINT", context.now_ms)
    for name, value in context.parameters.items():
        _set(connection, name, "DOUBLE", value)
    if context.conventions is not None:
        match.prepare(connection, context.conventions)


def _set(connection: Connection, name: str, sql_type: str, value: object) -> None:
    connection.execute(f'SET VARIABLE "{name}" = CAST($value AS {sql_type})', {"value": value})


def unavailable(connection: Connection, check: Check, context: Context) -> str | None:
    """Why the check cannot run; None where it can."""
    for need in check.needs:
        if need == "conventions" and context.conventions is None:
            return "no conventions table: name one with --conventions"
        if need in ("access", "lfu"):
            hint = connection.execute("SELECT eviction_hint FROM current_snapshot").fetchall()[0][0]
            if hint == "none" or (need == "lfu" and hint != "lfu"):
                policy = "an LFU policy" if need == "lfu" else "an LRU or LFU policy"
                return f"the dump has no access facts: its server runs without {policy}"
        if need == "nodes":
            nodes = connection.execute("SELECT count(DISTINCT node) FROM snapshots").fetchall()[0][0]
            if nodes < 2:
                return "dumps of several nodes are needed: load each with --node"
    return None


_ROLLUP = """
SELECT
    db,
    pattern,
    count(*) AS keys,
    sum(memory_bytes)::BIGINT AS memory_bytes,
    sum(saving_bytes)::BIGINT AS saving_bytes,
    max(measured) AS worst_measured,
    any_value(threshold) AS threshold,
    any_value(unit) AS unit,
    arg_max(message, coalesce(measured, 0)) AS message,
    arg_max(name, coalesce(memory_bytes, measured, 0), 3) AS examples
FROM ({sql}) AS found
GROUP BY db, pattern
ORDER BY memory_bytes DESC NULLS LAST, keys DESC, pattern
"""


def rolled_up(connection: Connection, check: Check) -> list[Finding]:
    """The findings of one check, by database and pattern."""
    rows = connection.execute(_ROLLUP.format(sql=check.sql)).fetchall()
    return [
        Finding(
            check_id=check.check_id,
            severity=check.severity,
            db=row[0],
            pattern=row[1],
            keys=row[2],
            memory_bytes=row[3],
            saving_bytes=row[4],
            worst_measured=row[5],
            threshold=row[6],
            unit=row[7],
            message=row[8],
            examples=tuple(row[9] or ()),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Outcome:
    """What became of a run: findings, and checks that could not run with the reason."""

    findings: list[Finding]
    not_run: dict[str, str]


def run(connection: Connection, snapshot_id: int, checks: Iterable[Check], context: Context) -> Outcome:
    """Runs checks on a snapshot."""
    prepare(connection, snapshot_id, context)
    findings: list[Finding] = []
    not_run: dict[str, str] = {}
    for check in checks:
        reason = unavailable(connection, check, context)
        if reason is not None:
            not_run[check.check_id] = reason
        else:
            findings += rolled_up(connection, check)
    return Outcome(findings, not_run)


def key_rows_sql(checks: Iterable[Check]) -> Iterator[str]:
    """SELECTs of every offending key, one per check, with the columns of a line of JSON."""
    for check in checks:
        yield (
            f"SELECT '{check.check_id}' AS check_id, '{check.severity}' AS severity, db, name, "
            "lower(hex(raw)) AS raw_hex, pattern, measured, threshold, unit, message, memory_bytes, saving_bytes "
            f"FROM ({check.sql}) AS found"
        )


def store(connection: Connection, snapshot_id: int, findings: Iterable[Finding]) -> None:
    """Keeps findings with their snapshot."""
    rows = [
        (
            snapshot_id, one.check_id, one.db, one.pattern, str(one.severity), one.keys, one.memory_bytes,
            one.saving_bytes, one.worst_measured, one.threshold, one.unit, one.message, list(one.examples),
        )
        for one in findings
    ]  # fmt: skip
    connection.execute("DELETE FROM findings WHERE snapshot_id = ?", [snapshot_id])
    if rows:
        connection.executemany(f"INSERT INTO findings VALUES ({', '.join('?' * 13)})", rows)
