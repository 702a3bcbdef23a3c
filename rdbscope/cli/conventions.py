"""`rdbscope conventions`: drafts a conventions table from a keyspace, and checks one that people wrote."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope import console
from rdbscope.cli import options, target
from rdbscope.exit_codes import ExitCode


@click.group()
def conventions() -> None:
    """Drafts and checks the table of a team's key patterns."""


@conventions.command("draft")
@click.argument("source", metavar="[SNAPSHOT|DUMP]", required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@options.database_option
@options.salvage_option
@options.memory_option
def draft_table(
    source: str | None, output: Path | None, db: str | None, salvage: bool, memory_limit: str | None
) -> None:
    """Writes a Markdown table of the patterns, types and lifetimes that a snapshot or dump has.

    Checked against its own dump the table gives no finding. Begin with it, then say what should be.
    """
    from rdbscope.conventions import draft
    from rdbscope.reports.output import open_output

    with target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage) as (connection, chosen):
        chosen.need_keys()
        rows = draft.draft(connection, chosen.snapshot_id)
        with open_output(output) as out:
            out.text(draft.text(rows, source=console.safe_text(chosen.name)))
    console.note(f"{len(rows):,} rows for {chosen.keys:,} keys")


@conventions.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@options.output_options
def check_table(file: Path, format_name: str, output: Path | None, max_rows: int) -> int:
    """Checks a conventions table and shows how it is read; every broken row is named with its line."""
    from rdbscope import reports
    from rdbscope.conventions.table import ConventionsError, read
    from rdbscope.reports.output import open_output
    from rdbscope.store import connect, result

    try:
        rows = read(file)
    except ConventionsError as broken:
        for problem in broken.problems:
            console.error(problem)
        return ExitCode.USAGE
    values = [
        (row.line, row.pattern, row.type or "any", _lifetime(row.ttl_seconds, row.ttl_known), row.purpose)
        for row in rows
    ]
    with connect.scratch() as connection, open_output(output, max_rows=max_rows or None) as out:
        shown = result.of_rows(connection, ("line", "pattern", "type", "ttl_seconds", "purpose"), values)
        reports.write(shown, out, format_name)
    console.note(f"{file}: {len(rows):,} rows, all well")
    return ExitCode.OK


def _lifetime(seconds: int | None, known: bool) -> str:
    return "any" if not known else "none" if seconds is None else str(seconds)
