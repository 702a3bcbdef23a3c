"""`rdbscope snapshots`: what the database holds, and making room."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope import config, console
from rdbscope.cli import options


@click.group()
def snapshots() -> None:
    """Lists, drops and prunes the snapshots of the database."""


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
    human_bytes(memory_bytes) AS memory, human_bytes(source_bytes) AS file, detail,
    concat_ws(', ', scope, 'up to ' || json_extract_string(config, '$.until')) AS loaded, checksum, damage
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
    if not connect.exists(database):
        raise DatabaseNotFoundError(f"{database}: no such database", hint="give --db")
    with connect.writing(database) as connection:
        chosen = {found.snapshot_id: found for found in (table.choose(connection, wanted) for wanted in snapshot)}
        table.drop(connection, list(chosen))
    for found in chosen.values():
        console.note(f"dropped snapshot {found.snapshot_id} ({found.name}, {found.keys:,} keys)")


@snapshots.command("prune")
@click.option(
    "--keep-daily", type=click.IntRange(min=0), metavar="N", help="Days whose last snapshot stays. Default: 7."
)
@click.option("--keep-weekly", type=click.IntRange(min=0), metavar="N", help="Weeks likewise. Default: 4.")
@click.option("--keep-monthly", type=click.IntRange(min=0), metavar="N", help="Months likewise. Default: 3.")
@click.option(
    "--full",
    type=click.IntRange(min=1),
    metavar="N",
    help="Newest snapshots of a node that keep all keys. Default: 3.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@options.database_option
@options.memory_option
def prune_snapshots(
    keep_daily: int | None,
    keep_weekly: int | None,
    keep_monthly: int | None,
    full: int | None,
    dry_run: bool,
    db: str | None,
    memory_limit: str | None,
) -> None:
    """Thins the history, node by node, and gives the room back to the disk.

    The newest snapshots of a node keep every key, older ones their roll-ups: patterns, types, findings, slots and
    the largest keys. Of those, the last one of each day, week and month stays, as far back as the options say. Defaults
    come from [history] in rdbscope.toml.
    """
    from rdbscope.errors import DatabaseNotFoundError
    from rdbscope.history import prune
    from rdbscope.history.retention import rule
    from rdbscope.reports.human import size
    from rdbscope.store import connect

    given = {"daily": keep_daily, "weekly": keep_weekly, "monthly": keep_monthly, "full": full}
    wanted = rule(config.configuration().values.get("history", {}), given)
    database = config.database(db)
    if not connect.exists(database):
        raise DatabaseNotFoundError(f"{database}: no such database", hint="give --db")
    if dry_run:
        with connect.reading(database) as connection:
            found = prune.planned(connection, wanted)
        console.note(f"would drop {_numbers(found.drop)} and thin {_numbers(found.thin)}")
        return
    with connect.patient(console.note):
        done = prune.prune(database, wanted, memory_limit=options.memory_limit(memory_limit))
    console.note(
        f"dropped {_numbers(done.plan.drop)}, thinned {_numbers(done.plan.thin)}; "
        f"{database}: {size(done.bytes_before)} before, {size(done.bytes_after)} now"
    )


def _numbers(found: tuple[int, ...]) -> str:
    if not found:
        return "no snapshot"
    return f"snapshot{'s' if len(found) > 1 else ''} {', '.join(map(str, found))}"
