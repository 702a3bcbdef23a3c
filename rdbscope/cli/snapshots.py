"""`rdbscope snapshots`: what the database holds, and making room."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope import config, console
from rdbscope.cli import options


@click.group()
def snapshots() -> None:
    """Lists and drops the snapshots of the database."""


@snapshots.command("list")
@options.output_options
@options.database_option
def list_snapshots(format_name: str, output: Path | None, max_rows: int, db: str | None) -> None:
    """Lists the snapshots, the newest first."""
    from rdbscope import reports
    from rdbscope.reports.output import open_output
    from rdbscope.store import connect, result

    with connect.reading(config.database(db)) as connection:
        prepared = result.prepare(connection, _PEOPLE if format_name in ("table", "markdown") else _MACHINES)
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)


_PEOPLE = """
SELECT snapshot_id AS id, name, node, timestamp_of(taken_at_ms) AS taken_utc, server, server_version AS version, keys,
    human_bytes(memory_bytes) AS memory, human_bytes(source_bytes) AS file, checksum, damage
FROM snapshots
ORDER BY snapshot_id DESC
"""
_MACHINES = "FROM snapshots ORDER BY snapshot_id DESC"


@snapshots.command("drop")
@click.argument("snapshot", metavar="SNAPSHOT…", nargs=-1, required=True)
@options.database_option
def drop_snapshots(snapshot: tuple[str, ...], db: str | None) -> None:
    """Drops snapshots by number or name, all or none of them. The next load uses their space."""
    from rdbscope.errors import DatabaseNotFoundError
    from rdbscope.store import connect
    from rdbscope.store import snapshots as table

    database = config.database(db)
    if not database.exists():
        raise DatabaseNotFoundError(f"{database}: no such database", hint="give --db")
    with connect.writing(database) as connection:
        chosen = {found.snapshot_id: found for found in (table.choose(connection, wanted) for wanted in snapshot)}
        table.drop(connection, list(chosen))
    for found in chosen.values():
        console.note(f"dropped snapshot {found.snapshot_id} ({found.name}, {found.keys:,} keys)")
