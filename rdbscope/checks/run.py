"""Runs checks on one snapshot. The file is never written to: what a run needs lies in temporary tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.checks import statements
from rdbscope.checks.availability import Availability
from rdbscope.checks.context import Context
from rdbscope.checks.finding import Finding, Identity
from rdbscope.checks.header import COLUMNS, Check, CheckError
from rdbscope.checks.settings import ROLES
from rdbscope.checks.severity import Severity
from rdbscope.conventions import match
from rdbscope.errors import StoreError, UsageError
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_KNOWN = "baseline_findings"


@dataclass(frozen=True)
class Outcome:
    """What a run found.

    Attributes:
        findings: by severity, the worst first, then check, then bytes.
        ran: the checks that ran.
        obstacles: why others could not, by check id.
        suppressed_keys: flagged keys that a suppression covers, by check id.
    """

    findings: list[Finding]
    ran: list[Check]
    obstacles: dict[str, str]
    suppressed_keys: dict[str, int]

    def fails(self, severity: Severity) -> bool:
        """Whether a new finding is at or above the severity."""
        return any(finding.is_new and finding.severity >= severity for finding in self.findings)


class Session:
    """One snapshot of a connection, made ready for checks. The connection may be read-only.

    Args:
        connection: an open database.
        snapshot_id: the snapshot that is judged.
        context: what checks may assume.
        checks: the checks that will run.

    Raises:
        StoreError: the database cannot be read.
    """

    def __init__(
        self, connection: DuckDBPyConnection, snapshot_id: int, context: Context, checks: Sequence[Check]
    ) -> None:
        self._connection = connection
        self._context = context
        with query_errors():
            self._set_variables(snapshot_id, checks)
            available = Availability(connection, context)
            self.obstacles = {
                check.check_id: reason for check in checks if (reason := available.obstacle(check)) is not None
            }
            self.checks = [check for check in checks if check.check_id not in self.obstacles]
            if context.conventions is not None and any("conventions" in check.needs for check in self.checks):
                match.prepare(connection, context.conventions)

    def _set_variables(self, snapshot_id: int, checks: Sequence[Check]) -> None:
        context = self._context
        values: dict[str, object] = {"snapshot_id": snapshot_id, "now_ms": context.now_ms}
        values["namespaces"] = None if context.namespaces is None else list(context.namespaces)
        values |= {f"role_{role}": list(context.roles.get(role, ())) or None for role in ROLES}
        for check in checks:
            for name in check.parameters:
                values[f"{check.check_id}.{name}"] = context.parameters.get(f"{check.check_id}.{name}")
        for name, value in values.items():
            if value is None:
                self._connection.execute(f'RESET VARIABLE "{name}"')
            else:
                self._connection.execute(f'SET VARIABLE "{name}" = $value', {"value": value})

    def validate(self, checks: Iterable[Check]) -> None:
        """Asks the database for the columns of each check, without running it.

        Raises:
            CheckError: SQL that is wrong, more than one statement, or other columns than checks have.
        """
        for check in checks:
            try:
                with query_errors():
                    statements_in = self._connection.extract_statements(check.sql)
                    described = fetch.rows(self._connection, f"DESCRIBE\n{check.sql}")
            except UsageError as problem:
                raise CheckError(check.path, check.sql_line, problem.message) from problem
            if len(statements_in) != 1:
                raise CheckError(check.path, check.sql_line, f"{len(statements_in)} statements; a check is one SELECT")
            if tuple(row[0] for row in described) != COLUMNS:
                raise CheckError(check.path, check.sql_line, f"the columns must be {', '.join(COLUMNS)}")

    def roll_up(self, known: frozenset[Identity] | None = None) -> Outcome:
        """Runs the checks and sums up by pattern.

        Args:
            known: identities of the baseline; findings among them are not new.

        Raises:
            CheckError: a check whose SQL fails.
            StoreError: the database cannot be read, or the memory does not suffice.
        """
        connection = self._connection
        with query_errors():
            connection.execute(f"DROP TABLE IF EXISTS temp.{statements.FOUND}")
            connection.execute(statements.CREATE)
        for number, check in enumerate(self.checks):
            self._run(check, statements.roll_up(check, number, self._context.suppressions))
        with query_errors():
            rows = fetch.rows(connection, _FINDINGS)
            suppressed = fetch.rows(connection, _SUPPRESSED)
        findings = [self._finding(row, known or frozenset()) for row in rows]
        findings.sort(key=lambda finding: (-finding.severity, finding.check_id))
        counts = Counter({self.checks[number].check_id: keys for number, keys in suppressed})
        return Outcome(findings, self.checks, self.obstacles, dict(counts))

    def _run(self, check: Check, sql: str) -> None:
        try:
            with query_errors():
                self._connection.execute(sql)
        except UsageError as problem:
            raise CheckError(check.path, check.sql_line, problem.message) from problem
        except StoreError as problem:
            raise StoreError(f"check {check.check_id}: {problem.message}", hint=problem.hint) from problem

    def _finding(self, row: tuple[object, ...], known: frozenset[Identity]) -> Finding:
        number, *values, examples = row
        assert isinstance(number, int)
        assert isinstance(examples, list)
        check = self.checks[number]
        finding = Finding(check.check_id, check.severity, *values, examples=tuple(examples))  # type: ignore[arg-type]
        if finding.identity in known:
            return Finding(
                check.check_id,
                check.severity,
                *values,  # type: ignore[arg-type]
                examples=tuple(examples),
                is_new=False,
            )
        return finding

    def keys_sql(self) -> str:
        """The query of every flagged row that no suppression covers; its result is meant to be streamed."""
        return statements.keys(self.checks, self._context.suppressions)

    def close(self) -> None:
        """Drops the temporary tables and forgets the variables of the snapshot."""
        match.drop(self._connection)
        self._connection.execute(f"DROP TABLE IF EXISTS temp.{statements.FOUND}")
        self._connection.execute("RESET VARIABLE snapshot_id")


_FINDINGS = f"""
SELECT check_no, db, pattern, keys, memory_bytes, saving_bytes, worst_measured, threshold, unit, message,
    coalesce(examples, [])
FROM {statements.FOUND}
WHERE keys > 0
ORDER BY check_no, coalesce(memory_bytes, 0) DESC, keys DESC, db, pattern
"""
_SUPPRESSED = f"""
SELECT check_no, sum(suppressed_keys)::BIGINT FROM {statements.FOUND} GROUP BY check_no HAVING sum(suppressed_keys) > 0
"""
