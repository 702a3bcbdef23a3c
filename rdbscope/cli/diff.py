"""`rdbscope diff`: what grew, shrank, appeared and vanished between two snapshots, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options, targets
from rdbscope.errors import UsageError
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.comparison.changes import Compared
    from rdbscope.store.connect import Connection

_SIDES = ("total", "type", "pattern", "key")


@click.command()
@click.argument("sources", metavar="[OLD NEW]", nargs=-1)
@click.option(
    "--by",
    type=click.Choice(_SIDES),
    help="The rows of one table: all of them, in any format. Default: an overview, or the patterns in other formats.",
)
@click.option(
    "-n", "--number", type=click.IntRange(min=1), default=10, show_default=True, help="Patterns and keys shown."
)
@click.option(
    "--fail-on-growth", "growth", metavar="SHARE", help="Exit with 1 where the bytes grew by more, such as 20% or 1GB."
)
@options.output_options
@options.database_option
@options.salvage_option
@options.memory_option
def diff(
    sources: tuple[str, ...],
    by: str | None,
    number: int,
    growth: str | None,
    format_name: str,
    output: Path | None,
    max_rows: int,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> int:
    """Compares two snapshots, or two dumps: totals, types, patterns and keys, and why bytes moved.

    Without arguments the newest snapshot that has one of its node before it, and that one. Two dumps need no
    database. Keys are compared by name, sizes are memory where both snapshots know it.
    """
    from rdbscope import reports
    from rdbscope.comparison import changes, lineage
    from rdbscope.query_files import load
    from rdbscope.reports import difference
    from rdbscope.reports.output import open_output
    from rdbscope.store import result

    limit = None if growth is None else changes.least_growth(growth)
    if len(sources) not in (0, 2):
        raise UsageError(f"{len(sources)} snapshots", hint="compare two: rdbscope diff OLD NEW")
    with targets.opened(sources, db=db, memory_limit=memory_limit, salvage=salvage, unnamed=lineage.newest_two) as (
        connection,
        numbers,
    ):
        if len(numbers) != 2:
            raise UsageError(f"{len(numbers)} dumps", hint="compare two: rdbscope diff OLD NEW")
        compared = changes.compare(connection, *numbers)
        _warn(connection, compared, by)
        with open_output(output, max_rows=max_rows or None, bulk=by == "key") as out:
            if by is None and format_name in ("table", "markdown"):
                facts = difference.facts(connection, compared, number)
                width = console.terminal_width()
                out.text(difference.text(facts, width=width, colour=out.colour, fmt=format_name))
            else:
                sql = load("comparison", f"by_{by or 'pattern'}").sql
                reports.write(result.prepare(connection, sql), out, format_name)
    if limit is not None and changes.has_grown(compared.old_bytes, compared.new_bytes, limit):
        console.note(f"{compared.measure} grew by more than {growth}: exit code {int(ExitCode.FINDINGS)}")
        return ExitCode.FINDINGS
    return ExitCode.OK


def _warn(connection: Connection, compared: Compared, by: str | None) -> None:
    from rdbscope.store import snapshots

    for number in (compared.old_id, compared.new_id):
        found = snapshots.choose(connection, str(number))
        if found.damage is not None:
            console.warning(f"{found.name}: not whole: {found.damage}")
    if not compared.same_scope:
        console.warning("the two were not loaded alike: keys left out and other servers' sizes count as changes")
    if not compared.by_memory:
        console.note("one of the two has no memory figures: sizes are payload")
    if not compared.by_key:
        if by == "key":
            raise UsageError(
                "the keys of one of the two snapshots are not kept any more", hint="compare patterns: --by pattern"
            )
        console.note("the keys of one of the two snapshots are not kept any more: only patterns are compared")
