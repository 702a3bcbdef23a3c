"""`rdbscope config`: what the configuration says, where it says it, and the schema for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from rdbscope import config
from rdbscope.cli import options


@click.group("config")
def configuration() -> None:
    """Shows the configuration and its schema."""


@configuration.command("show")
@options.output_options
def show(format_name: str, output: Path | None, max_rows: int) -> None:
    """Lists every setting that is not the default, with the file and line, or the variable, that it comes from."""
    from rdbscope import reports
    from rdbscope.reports.output import open_output
    from rdbscope.store import connect, result

    rows = config.settings_in_force()
    with connect.scratch() as connection:
        connection.execute("CREATE TABLE settings (setting VARCHAR, value VARCHAR, source VARCHAR)")
        if rows:
            connection.executemany("INSERT INTO settings VALUES (?, ?, ?)", rows)
        prepared = result.prepare(connection, "FROM settings")
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)


@configuration.command("schema")
def schema() -> None:
    """Prints the JSON Schema of rdbscope.toml, for editors that complete and check it."""
    from rdbscope.config.validate import schema as the_schema

    click.echo(json.dumps(the_schema(), indent=2))
