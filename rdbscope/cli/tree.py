"""`rdbscope tree`: where the bytes are, prefix by prefix."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options, target

if TYPE_CHECKING:
    from rdbscope._native import ArrowStream, Reader


@click.command()
@click.argument("source", metavar="[SNAPSHOT|DUMP]", required=False)
@click.option("-d", "--depth", type=click.IntRange(min=1), default=3, show_default=True, help="How many segments deep.")
@click.option(
    "-n", "--number", type=click.IntRange(min=1), default=8, show_default=True, help="Most branches of a prefix."
)
@click.option("--prefix", metavar="PREFIX", default="", help="Only below this prefix, such as user:.")
@options.output_options
@options.database_option
@options.salvage_option
@options.memory_option
def tree(
    source: str | None,
    depth: int,
    number: int,
    prefix: str,
    format_name: str,
    output: Path | None,
    max_rows: int,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> None:
    """Shows keys and bytes of every prefix as a tree.

    As a table on a terminal it is drawn with bars and at most --number branches; the other formats give every prefix
    down to --depth.
    """
    from rdbscope import reports
    from rdbscope.reports import prefix_tree
    from rdbscope.reports.output import open_output
    from rdbscope.store import fetch, result

    with contextlib.ExitStack() as stack:
        quick = target.looked_at(source, _ask, salvage=salvage)
        if quick is not None:
            connection, snapshot_id = stack.enter_context(quick.in_table("new_totals")), 1
            connection.execute(f"INSERT INTO prefix_nodes SELECT {snapshot_id}, * FROM new_totals WHERE keys > 0")
        else:
            opened = target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage)
            connection, chosen = stack.enter_context(opened)
            snapshot_id = chosen.snapshot_id
        variables = {"snapshot": snapshot_id, "depth": depth + prefix.count(":"), "prefix": prefix}
        for name, value in variables.items():
            connection.execute(f"SET VARIABLE {name} = $value", {"value": value})
        if format_name != "table":
            with open_output(output, max_rows=max_rows or None) as out:
                reports.write(result.prepare(connection, _ROWS), out, format_name)
            return
        nodes = [prefix_tree.Node(*row) for row in fetch.rows(connection, _NODES)]
        with open_output(output) as out:
            width = console.terminal_width()
            out.text(prefix_tree.draw(nodes, branches=number, width=width, colour=out.colour))


def _ask(reader: Reader) -> ArrowStream | None:
    return reader.prefix_totals()


_WHERE = """snapshot_id = getvariable('snapshot') AND depth <= getvariable('depth')
    AND starts_with(prefix, getvariable('prefix'))"""
_ROWS = f"""
SELECT depth, prefix, keys, expiring_keys, memory_bytes, value_bytes, dump_bytes, share
FROM prefix_tree
WHERE {_WHERE}
ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, prefix
"""
_NODES = f"""
SELECT node_id, parent_id, prefix, segment, keys, coalesce(memory_bytes, value_bytes, dump_bytes)
FROM prefix_nodes
WHERE {_WHERE}
ORDER BY coalesce(memory_bytes, value_bytes, dump_bytes) DESC, prefix
"""
