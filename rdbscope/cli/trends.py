"""`rdbscope trends`: how nodes and patterns grow, and when they are full."""

from __future__ import annotations

from pathlib import Path

import click

from rdbscope import config
from rdbscope.cli import options


@click.command()
@click.option("--node", metavar="NAME", help="Only this node.")
@click.option("--pattern", metavar="GLOB", help="Only patterns that match, such as 'app:cache:*'.")
@click.option(
    "-n", "--number", type=click.IntRange(min=0), default=20, show_default=True, help="Patterns per node; 0 for all."
)
@click.option(
    "--limit", metavar="SIZE", help="When is a node of this size full? Default: its maxmemory in rdbscope.toml."
)
@click.option("--gone", is_flag=True, help="Also patterns that the newest snapshot does not have any more.")
@options.output_options
@options.database_option
@options.memory_option
def trends(
    node: str | None,
    pattern: str | None,
    number: int,
    limit: str | None,
    gone: bool,
    format_name: str,
    output: Path | None,
    max_rows: int,
    db: str | None,
    memory_limit: str | None,
) -> None:
    """Shows the growth of each node and pattern over all snapshots.

    The slope is that of a straight line through all snapshots of the node, by least squares: one odd night moves it,
    the more the shorter the history is and the nearer the night to either end. How much of the movement the line
    explains is `fit` in the formats other than table and markdown. Patterns are listed by how fast they grow or shrink.
    """
    from rdbscope import reports
    from rdbscope.errors import UsageError
    from rdbscope.history import trends as growth
    from rdbscope.history.nodes import limits
    from rdbscope.reports.output import open_output
    from rdbscope.store import connect, fetch, result
    from rdbscope.store.memory_limit import size_in_bytes

    with connect.reading(config.database(db), memory_limit=options.memory_limit(memory_limit)) as connection:
        growth.prepare(
            connection,
            node=node,
            pattern=pattern,
            limits=limits(config.configuration()) if limit is None else None,
            limit=None if limit is None else size_in_bytes(limit),
            gone=gone,
        )
        if node is not None and not fetch.scalar(connection, "SELECT count(*) FROM node_limits WHERE node = ?", [node]):
            raise UsageError(f"no snapshot of a node '{node}'", hint="see them with: rdbscope snapshots list")
        people = format_name in ("table", "markdown")
        prepared = result.prepare(connection, growth.rows(number, people=people))
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)
