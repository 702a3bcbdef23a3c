"""Running checks on one snapshot: variables, what is missing, sums by pattern, single keys.

The database file is never written to: what a run needs lies in temporary tables, so it may be open read-only.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rdbscope.checks import pinned, rollup
from rdbscope.checks.availability import Availability
from rdbscope.checks.catalog import built_in
from rdbscope.checks.finding import Finding
from rdbscope.checks.header import COLUMNS, PLACE, Check
from rdbscope.checks.settings import ROLES
from rdbscope.checks.suppress import Suppression
from rdbscope.cluster_nodes import NodeFile
from rdbscope.conventions import match
from rdbscope.conventions.table import Convention
from rdbscope.errors import StoreError, UsageError
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

# Places of keys as constants are looked for only where they lie in the file; more are a join.
_FEW_PLACES = 256


@dataclass(frozen=True)
class Context:
    """What checks are told besides the snapshot.

    Attributes:
        conventions: rows of the conventions table, None where there is none.
        namespaces: known namespaces, None to conclude them from the conventions or the keys.
        roles: more words for the roles cache, session, rate and lock.
        parameters: values by `<check id>.<name>`.
        now_ms: the clock for the age of a backup, None for the machine's.
        suppressions: findings to leave out, those only that still hold.
        cluster_nodes: the node file of the cluster, None where there is none.
    """

    conventions: Sequence[Convention] | None = None
    namespaces: Sequence[str] | None = None
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    now_ms: int | None = None
    suppressions: Sequence[Suppression] = ()
    cluster_nodes: NodeFile | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    Attributes:
        findings: the worst severity first, then by check, then by bytes.
        not_run: why checks could not run, by id.
        suppressed: flagged rows that suppressions cover.
    """

    findings: list[Finding]
    not_run: dict[str, str]
    suppressed: int = 0


def prepare(connection: Connection, snapshot_id: int, context: Context) -> None:
    """Sets what the SQL of the checks reads.

    Raises:
        StoreError: the database cannot be read, or the memory does not suffice.
    """
    namespaces = context.namespaces
    if namespaces is None and context.conventions:
        namespaces = sorted({row.namespace for row in context.conventions if row.namespace})
    with query_errors():
        # A run that failed may have left those of another snapshot.
        pinned.unpin(connection)
        _set(connection, "snapshot_id", "BIGINT", snapshot_id)
        _set(connection, "namespaces", "VARCHAR[]", None if not namespaces else list(namespaces))
        for role in ROLES:
            _set(connection, f"role_{role}", "VARCHAR[]", list(context.roles.get(role, ())) or None)
        # One moment for the whole run.
        now_ms = time.time_ns() // 1_000_000 if context.now_ms is None else context.now_ms
        _set(connection, "now_ms", "BIGINT", now_ms)
        for name, value in context.parameters.items():
            _set(connection, name, "DOUBLE", value)
        if context.conventions is not None:
            match.prepare(connection, context.conventions)
        if context.cluster_nodes is not None:
            _slot_owners(connection, context.cluster_nodes)


def _slot_owners(connection: Connection, nodes: NodeFile) -> None:
    owners = nodes.owners()
    connection.execute("CREATE OR REPLACE TEMP TABLE slot_owners (slot INTEGER, node VARCHAR, file VARCHAR)")
    connection.execute(
        "INSERT INTO slot_owners SELECT unnest(?::INTEGER[]), unnest(?::VARCHAR[]), ?",
        [list(range(len(owners))), owners, nodes.path],
    )


def _set(connection: Connection, name: str, sql_type: str, value: object) -> None:
    connection.execute(f'SET VARIABLE "{name}" = CAST($value AS {sql_type})', {"value": value})


def runnable(connection: Connection, checks: Iterable[Check], context: Context) -> tuple[list[Check], dict[str, str]]:
    """The checks that can run on the prepared snapshot, and why the others cannot."""
    available = Availability(connection, context)
    can: list[Check] = []
    not_run: dict[str, str] = {}
    for check in checks:
        reason = available.obstacle(check)
        if reason is None:
            can.append(check)
        else:
            not_run[check.check_id] = reason
    return can, not_run


def run(connection: Connection, snapshot_id: int, checks: Iterable[Check], context: Context) -> Outcome:
    """Runs checks on a snapshot and sums up by database and pattern.

    Raises:
        UsageError: a check whose SQL fails; the message names file and line.
        StoreError: the database cannot be read, or the memory does not suffice.
    """
    prepare(connection, snapshot_id, context)
    can, not_run = runnable(connection, checks, context)
    with query_errors():
        pinned.pin(connection)
        keys = pinned.Keys(connection, snapshot_id)
    findings: list[Finding] = []
    suppressed = 0
    for check in can:
        found, left_out = _sum_up(connection, check, keys, context.suppressions)
        findings += found
        suppressed += left_out
    findings.sort(key=lambda one: -one.severity)
    return Outcome(findings, not_run, suppressed)


def _sum_up(
    connection: Connection, check: Check, keys: pinned.Keys, suppressions: Sequence[Suppression]
) -> tuple[list[Finding], int]:
    """Findings of a check, the largest first, and the number of rows that suppressions cover."""
    # Names and words of a check of the user's own may come from anywhere, such as `SELECT DISTINCT *`.
    source = keys.naming(check.sql) if check.check_id in built_in() else None
    groups = _rows(connection, check, rollup.sums(check, suppressions, source))
    found = [group for group in groups if group["keys"]]
    if check.says_where and found:
        shown = {place for group in found for place in (group["worst"], *(group["examples"] or ()))}
        # A check of the user's own may have rows without a place.
        places = sorted(place for place in shown if place is not None)
        few = len(places) <= _FEW_PLACES
        rows = _rows(
            connection, check, rollup.details(check, source, places if few else None), () if few else {"places": places}
        )
        at = {row["record_offset"]: row["words"] for row in rows}
        for group in found:
            group["worst"] = at.get(group["worst"])
            group["examples"] = [at[place]["name"] for place in group["examples"] or () if place in at]
    findings = [_finding(check, group) for group in found]
    findings.sort(key=_order)
    return findings, sum(group["suppressed_keys"] for group in groups)


def _rows(connection: Connection, check: Check, sql: str, parameters: fetch.Parameters = ()) -> list[dict[str, Any]]:
    try:
        with query_errors():
            return fetch.records(connection, sql, parameters)
    except UsageError as problem:
        raise UsageError(f"{check.origin}:{check.sql_line}: {problem.message}", hint=problem.hint) from problem
    except StoreError as problem:
        raise StoreError(f"check {check.check_id}: {problem.message}", hint=problem.hint) from problem


def _finding(check: Check, group: Mapping[str, Any]) -> Finding:
    worst = group["worst"] or {}
    return Finding(
        check_id=check.check_id,
        severity=check.severity,
        db=group["db"],
        pattern=group["pattern"],
        keys=group["keys"],
        memory_bytes=group["memory_bytes"],
        saving_bytes=group["saving_bytes"],
        worst_measured=worst.get("measured"),
        threshold=worst.get("threshold"),
        unit=worst.get("unit"),
        message=worst.get("message", ""),
        examples=tuple(group["examples"] or ()),
    )


def _order(one: Finding) -> tuple[Any, ...]:
    """The most bytes first; unknown figures and names come last."""
    return (
        one.memory_bytes is None,
        -(one.memory_bytes or 0),
        -one.keys,
        (one.db is None, one.db or 0),
        (one.pattern is None, one.pattern or ""),
    )


def key_rows_sql(checks: Iterable[Check], context: Context = Context()) -> Iterator[str]:
    """SELECTs of every offending key, one per check, with the columns of a line of JSON."""
    for check in checks:
        yield rollup.keys(check, context.suppressions)


def validate(connection: Connection, checks: Iterable[Check]) -> None:
    """Asks the database for the columns of each check, without running it.

    Raises:
        UsageError: wrong SQL, more than one statement, or other columns than a check has, with file and line.
    """
    for check in checks:
        place = f"{check.origin}:{check.sql_line}"
        try:
            with query_errors():
                count = len(connection.extract_statements(check.sql))
                described = fetch.rows(connection, f"DESCRIBE\n{check.sql}") if count == 1 else []
        except UsageError as problem:
            raise UsageError(f"{place}: {problem.message}") from problem
        if count != 1:
            raise UsageError(f"{place}: {count} statements; a check is one SELECT")
        if tuple(row[0] for row in described) != ((*COLUMNS, PLACE) if check.says_where else COLUMNS):
            raise UsageError(f"{place}: a check selects {', '.join(COLUMNS)}; one of keys may add {PLACE}")


def release(connection: Connection) -> None:
    """Drops the temporary tables of a run, and lets the views show the newest snapshot again."""
    pinned.unpin(connection)
    connection.execute("DROP TABLE IF EXISTS temp.slot_owners")
    match.drop(connection)
    connection.execute("RESET VARIABLE snapshot_id")


def store(connection: Connection, snapshot_id: int, findings: Sequence[Finding]) -> None:
    """Keeps findings with their snapshot; the caller commits.

    Raises:
        StoreError: the database cannot be written.
    """
    values: dict[str, object] = {column: [getattr(one, column) for one in findings] for column in _STORED}
    values["severity"] = [str(one.severity) for one in findings]
    values["examples"] = [list(one.examples) for one in findings]
    with query_errors():
        connection.execute("DELETE FROM findings WHERE snapshot_id = ?", [snapshot_id])
        # Whole columns: rows one at a time cost a millisecond each.
        connection.execute(_STORE, {"snapshot_id": snapshot_id, **values})


_STORED = (
    "check_id",
    "db",
    "pattern",
    "keys",
    "memory_bytes",
    "saving_bytes",
    "worst_measured",
    "threshold",
    "unit",
    "message",
)
_STORE = """
INSERT INTO findings BY NAME
SELECT
    $snapshot_id AS snapshot_id,
    unnest($check_id::VARCHAR[]) AS check_id,
    unnest($db::BIGINT[]) AS db,
    unnest($pattern::VARCHAR[]) AS pattern,
    unnest($severity::VARCHAR[]) AS severity,
    unnest($keys::BIGINT[]) AS keys,
    unnest($memory_bytes::BIGINT[]) AS memory_bytes,
    unnest($saving_bytes::BIGINT[]) AS saving_bytes,
    unnest($worst_measured::DOUBLE[]) AS worst_measured,
    unnest($threshold::DOUBLE[]) AS threshold,
    unnest($unit::VARCHAR[]) AS unit,
    unnest($message::VARCHAR[]) AS message,
    unnest($examples::VARCHAR[][]) AS examples
"""
