"""`rdbscope query`: SQL or a canned query, on a connection that is read-only and closed to the outside."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options, target
from rdbscope.errors import UsageError

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection
    from rdbscope.store.snapshots import Snapshot

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@click.command()
@click.argument("sql", metavar="SQL|NAME|FILE.sql|-", required=False)
@click.option(
    "-s", "--snapshot", metavar="SNAPSHOT|DUMP", help="Number or name of a snapshot, or a dump. Default: the newest."
)
@click.option("--list", "list_queries", is_flag=True, help="List the canned queries and tables.")
@click.option("--allow-files", is_flag=True, help="Let the query read and write files.")
@options.output_options
@options.database_option
@options.salvage_option
@options.memory_option
def query(
    sql: str | None,
    snapshot: str | None,
    list_queries: bool,
    allow_files: bool,
    format_name: str,
    output: Path | None,
    max_rows: int,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> None:
    """Runs SQL, or a canned query by its name.

    A canned query answers for one snapshot, the newest unless -s names another. In SQL of your own,
    getvariable('snapshot_id') is that snapshot. The query cannot write to the database, nor reach files or the network.
    """
    from rdbscope import reports
    from rdbscope.reports.output import open_output
    from rdbscope.store import result

    if not list_queries and sql is None:
        raise click.UsageError("Missing argument 'SQL|NAME|FILE.sql|-'.")
    if list_queries:
        from rdbscope.store import connect

        with connect.temporary(commented=True) as connection, open_output(output, max_rows=max_rows or None) as out:
            reports.write(result.prepare(connection, _LIST), out, format_name)
        return
    text = _text(sql or "")
    with target.opened(snapshot, db=db, memory_limit=memory_limit, salvage=salvage, allow_files=allow_files) as (
        connection,
        chosen,
    ):
        prepared = result.prepare(connection, statement(connection, text, chosen))
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)


_LIST = """
SELECT view_name AS name, 'view' AS kind, comment AS description
FROM duckdb_views() WHERE NOT internal
UNION ALL
SELECT table_name, 'table', comment FROM duckdb_tables() WHERE NOT internal
ORDER BY kind DESC, name
"""


def _text(argument: str) -> str:
    if argument == "-":
        return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    if argument.endswith(".sql") and not _NAME.fullmatch(argument):
        try:
            return Path(argument).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as problem:
            raise UsageError(f"{argument}: cannot be read: {problem}") from problem
    return argument


def statement(connection: Connection, text: str, chosen: Snapshot) -> str:
    """The SQL of a name, or the text itself.

    Raises:
        UsageError: no such name, or one that reads the keys of a snapshot that was thinned.
    """
    from rdbscope.store import fetch

    connection.execute(f"SET VARIABLE snapshot_id = {chosen.snapshot_id}")
    name = text.strip()
    if not _NAME.fullmatch(name):
        if _reads_gone_keys(connection, text, chosen):
            console.note(f"snapshot {chosen.snapshot_id} ({chosen.name}) was thinned: its single keys are gone")
        return text
    columns = [
        row[0]
        for row in fetch.rows(
            connection, "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT internal", [name]
        )
    ]
    if not columns:
        raise UsageError(f"no query or table '{name}'", hint="see them with: rdbscope query --list")
    if _reads_gone_keys(connection, f"FROM {name}", chosen):
        chosen.need_keys()
    if "snapshot_id" not in columns or name == "snapshots":
        return f"FROM {name}"
    return f"SELECT * EXCLUDE (snapshot_id) FROM {name} WHERE snapshot_id = {chosen.snapshot_id}"


def _reads_gone_keys(connection: Connection, sql: str, chosen: Snapshot) -> bool:
    from rdbscope.store import key_tables

    return not chosen.has_keys and key_tables.read_by(connection, sql)
