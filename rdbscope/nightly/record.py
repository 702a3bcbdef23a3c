"""What the nightly job remembers in the database: its runs, and what became of each node."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


@dataclass(frozen=True)
class Row:
    """One row of `nightly_nodes`; the columns are explained there."""

    night: str
    run_id: int
    node: str
    cluster: str | None
    shard: str | None
    role: str
    status: str
    source: str | None
    source_mark: str | None
    snapshot_id: int | None
    taken_at_ms: int | None
    age_seconds: int | None
    fresh_within_seconds: int
    counted: bool
    message: str


@dataclass(frozen=True)
class Run:
    """One row of `nightly_runs`; `done` holds the steps that are behind it."""

    run_id: int
    night: str
    started_at_ms: int
    done: frozenset[str]
    exit_code: int | None


def last_run(connection: Connection) -> Run | None:
    """The newest run, finished or not."""
    row = fetch.first(
        connection,
        "SELECT run_id, night, started_at_ms, done, exit_code FROM nightly_runs ORDER BY run_id DESC LIMIT 1",
    )
    return None if row is None else Run(row[0], row[1], row[2], frozenset(row[3].split()), row[4])


def begin(connection: Connection, night: str, started_at_ms: int) -> Run:
    """A new run."""
    number = fetch.scalar(connection, "SELECT coalesce(max(run_id), 0) + 1 FROM nightly_runs")
    connection.execute("INSERT INTO nightly_runs VALUES (?, ?, ?, '', NULL, NULL)", [number, night, started_at_ms])
    return Run(number, night, started_at_ms, frozenset(), None)


def finish(connection: Connection, run: Run, done: frozenset[str], exit_code: int | None, summary: str | None) -> None:
    """Writes what is behind a run; `exit_code` is None while something is outstanding."""
    connection.execute(
        "UPDATE nightly_runs SET done = ?, exit_code = ?, summary = ? WHERE run_id = ?",
        [" ".join(sorted(done)), exit_code, summary, run.run_id],
    )


def put(connection: Connection, row: Row) -> None:
    """Writes the row of a node, in place of the one of the same night."""
    names = [one.name for one in fields(Row)]
    connection.execute("BEGIN")
    connection.execute("DELETE FROM nightly_nodes WHERE night = ? AND node = ?", [row.night, row.node])
    connection.execute(
        f"INSERT INTO nightly_nodes ({', '.join(names)}) VALUES ({', '.join('$' + name for name in names)})",
        # Files may have names that are no text.
        asdict(replace(row, source=row.source and safe_text(row.source))),
    )
    connection.execute("COMMIT")


def rows_of(connection: Connection, night: str) -> list[Row]:
    """The nodes of a night, by name."""
    names = ", ".join(one.name for one in fields(Row))
    found = fetch.rows(connection, f"SELECT {names} FROM nightly_nodes WHERE night = ? ORDER BY node", [night])
    return [Row(*row) for row in found]


def newest_rows(connection: Connection) -> dict[str, Row]:
    """The row of each node that was written last, by its name.

    That is not the one of the latest night where the clock was ahead once. A row whose snapshot was dropped since tells
    nothing: its dump is loaded again.
    """
    names = ", ".join(one.name for one in fields(Row))
    sql = (
        f"SELECT {names} FROM nightly_nodes "
        "WHERE snapshot_id IS NULL OR snapshot_id IN (SELECT s.snapshot_id FROM snapshots AS s) "
        "QUALIFY row_number() OVER (PARTITION BY node ORDER BY run_id DESC, night DESC) = 1"
    )
    return {row[2]: Row(*row) for row in fetch.rows(connection, sql)}


def forget_others(connection: Connection, night: str, nodes: list[str]) -> None:
    """Removes the rows of this night whose node is not configured any more."""
    connection.execute(
        "DELETE FROM nightly_nodes WHERE night = ? AND NOT list_contains(?::VARCHAR[], node)", [night, nodes]
    )
