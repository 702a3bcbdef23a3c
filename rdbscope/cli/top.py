"""`rdbscope top`: the largest keys."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope.cli import options, target

if TYPE_CHECKING:
    from rdbscope._native import ArrowStream, Reader

# The measure of each choice; the first that is known counts.
ORDERS = {
    "memory": "coalesce(memory_bytes, value_bytes, dump_bytes)",
    "payload": "value_bytes",
    "file": "dump_bytes",
    "elements": "elements",
    "element": "largest_element_bytes",
}
# Of thinned snapshots.
MOST_KEPT = 100


@click.command()
@click.argument("source", metavar="[SNAPSHOT|DUMP]", required=False)
@click.option("-n", "--number", type=click.IntRange(min=1), default=20, show_default=True, help="How many keys.")
@click.option("--by", type=click.Choice(list(ORDERS)), default="memory", show_default=True, help="What is large.")
@click.option("--type", "type_name", metavar="TYPE", help="Only keys of this type.")
@options.output_options
@options.database_option
@options.salvage_option
@options.memory_option
def top(
    source: str | None,
    number: int,
    by: str,
    type_name: str | None,
    format_name: str,
    output: Path | None,
    max_rows: int,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> None:
    """Shows the largest keys of a snapshot or a dump.

    Of a thinned snapshot the hundred that take the most memory are kept, for a table or Markdown.
    """
    from rdbscope import reports
    from rdbscope.quick import MOST_KEYS
    from rdbscope.reports.output import open_output
    from rdbscope.store import result

    people = format_name in ("table", "markdown")
    columns = _PEOPLE if people else _MACHINES

    def ask(reader: Reader) -> ArrowStream | None:
        return reader.top_keys(number, by=by, type=type_name, patterns=not people)

    with contextlib.ExitStack() as stack:
        quick = target.looked_at(source, ask, salvage=salvage) if number <= MOST_KEYS else None
        if quick is not None:
            connection = stack.enter_context(quick.in_table("top_keys"))
            connection.execute("SET VARIABLE taken_at_ms = $at", {"at": quick.taken_at_ms})
            prepared = result.prepare(connection, _QUICK_SQL.format(columns=columns))
        else:
            opened = target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage)
            connection, chosen = stack.enter_context(opened)
            connection.execute(f"SET VARIABLE snapshot_id = {chosen.snapshot_id}")
            kept = people and by == "memory" and type_name is None and number <= MOST_KEPT
            if kept and not chosen.has_keys:
                prepared = result.prepare(connection, _KEPT_SQL.format(columns=columns, number=number))
            else:
                chosen.need_keys()
                connection.execute("SET VARIABLE type = $type", {"type": type_name})
                prepared = result.prepare(connection, _SQL.format(columns=columns, order=ORDERS[by], number=number))
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)


_PEOPLE = """k.db, k.name, concat_ws(' ', k.type, k.encoding) AS type, k.elements,
    human_bytes(k.memory_bytes) AS memory,
    human_bytes(k.value_bytes) AS payload, human_bytes(k.dump_bytes) AS in_file,
    ttl(k.expires_at_ms, s.taken_at_ms) AS ttl_s"""
_MACHINES = """k.db, k.name, k.raw, k.type, k.encoding, k.elements, k.memory_bytes, k.value_bytes, k.dump_bytes,
    k.largest_element_bytes, k.expires_at_ms, k.pattern"""
# The few rows are found in the lean table first; only they are joined with what the view knows.
_SQL = """
WITH chosen AS (
    SELECT k.record_offset, {order} AS measure
    FROM key_rows AS k
    INNER JOIN forms AS f ON f.snapshot_id = k.snapshot_id AND f.form_id = k.form_id
    WHERE k.snapshot_id = getvariable('snapshot_id')
        AND (getvariable('type') IS NULL OR f.type = getvariable('type')) AND {order} IS NOT NULL
    ORDER BY measure DESC, k.record_offset
    LIMIT {number}
)
SELECT {columns}
FROM chosen
INNER JOIN keys AS k ON k.record_offset = chosen.record_offset AND k.snapshot_id = getvariable('snapshot_id')
INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
ORDER BY chosen.measure DESC, chosen.record_offset
"""
# Of a thinned snapshot, what people see of them.
_KEPT_SQL = """
SELECT {columns}
FROM kept_largest_keys AS k
INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id
WHERE k.snapshot_id = getvariable('snapshot_id') AND k.rank <= {number}
ORDER BY k.rank
"""
# The same rows where they come from the dump itself, in order.
_QUICK_SQL = """
SELECT {columns}
FROM top_keys AS k
CROSS JOIN (SELECT getvariable('taken_at_ms')::BIGINT AS taken_at_ms) AS s
ORDER BY k.rowid
"""
