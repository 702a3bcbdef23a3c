"""`rdbscope export`: any table or query, or the keys of a dump without a database."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope.cli import options, target
from rdbscope.errors import UsageError
from rdbscope.exports import FORMATS


@click.command()
@click.argument("what", metavar="DUMP|TABLE|SQL")
@click.option("--format", "format_name", type=click.Choice(FORMATS), default="csv", show_default=True)
@click.option("--columns", "names", metavar="NAME,...", help="Only these columns, in this order.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@click.option("-s", "--snapshot", metavar="SNAPSHOT", help="Number or name of a snapshot. Default: the newest.")
@options.database_option
@options.salvage_option
@options.filter_options
@options.memory_option
@options.colour_option
def export(
    what: str,
    format_name: str,
    names: str | None,
    output: Path | None,
    snapshot: str | None,
    db: str | None,
    salvage: bool,
    match: tuple[str, ...],
    types: tuple[str, ...],
    databases: tuple[int, ...],
    memory_limit: str | None,
) -> None:
    """Writes all rows of a table, a query or a dump; as a table or Markdown too, which hold them in memory.

    A dump is streamed: no database is made, and memory stays flat. From RDB 15 on (Redis 8.10) it is read twice for
    the memory of its keys; from a pipe it leads through a temporary database. rdbtools-csv is the memory report of
    rdbtools. --columns takes the columns of keys (or of the table or query), and leaves out the work for the others.
    What is known after the last key only (pattern, prefix, namespace ...) leads through a temporary database.
    """
    from rdbscope.exports.columns import names_of
    from rdbscope.reports.output import open_output

    columns = None if names is None else names_of(names)
    if columns is not None and format_name == "rdbtools-csv":
        raise UsageError("rdbtools-csv has the columns of rdbtools", hint="take csv to choose columns")
    if target.is_dump(what):
        from rdbscope.exports.dump import write_dump

        if snapshot is not None:
            raise UsageError("--snapshot chooses from the database, but a dump is exported")
        read = options.read_options(salvage=salvage, match=match, types=types, databases=databases)
        with open_output(output, bulk=True) as out:
            write_dump(what, read, out, format_name, columns=columns, memory_limit=options.memory_limit(memory_limit))
        return
    if match or types or databases or salvage:
        raise UsageError("filters and --salvage are for dumps", hint="use a WHERE clause")
    from rdbscope import reports
    from rdbscope.cli.query import statement
    from rdbscope.exports.database import as_rdbtools, only
    from rdbscope.store import result

    with target.opened(snapshot, db=db, memory_limit=memory_limit) as (connection, chosen):
        rdbtools = format_name == "rdbtools-csv"
        if rdbtools:
            chosen.need_keys()
        sql = as_rdbtools(what) if rdbtools else statement(connection, what, chosen)
        connection.execute(f"SET VARIABLE snapshot_id = {chosen.snapshot_id}")
        prepared = result.prepare(connection, sql)
        if columns is not None:
            prepared = only(prepared, columns)
        with open_output(output, bulk=True) as out:
            reports.write(prepared, out, "csv" if rdbtools else format_name)
