"""`rdbscope key`: all that is known about one key, and how its bytes come about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope.cli import options, target
from rdbscope.errors import UsageError

if TYPE_CHECKING:
    from rdbscope.bill import Bill
    from rdbscope.store.connect import Connection


@click.command()
@click.argument("name", metavar="NAME")
@click.argument("source", metavar="[SNAPSHOT|DUMP]", required=False)
@click.option("--hex", "is_hex", is_flag=True, help="NAME is the key's bytes in hexadecimal.")
@click.option("--db-number", type=options.Number(min=0), metavar="N", help="Only this database of the server.")
@click.option("--format", "format_name", type=click.Choice(["tree", "json"]), default="tree", show_default=True)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write here, whole or not at all."
)
@options.model_options
@options.database_option
@options.salvage_option
@options.memory_option
@options.colour_option
def key(
    name: str,
    source: str | None,
    is_hex: bool,
    db_number: int | None,
    format_name: str,
    output: Path | None,
    as_server: str | None,
    settings: tuple[str, ...],
    config_file: Path | None,
    allocator: str | None,
    cluster: bool | None,
    db: str | None,
    salvage: bool,
    memory_limit: str | None,
) -> None:
    r"""Shows all that is known about one key. From a dump also how its memory comes about, term by term.

    NAME is written as rdbscope shows it: \xNN stands for a byte, \\ for a backslash.
    """
    from rdbscope import bill as bills
    from rdbscope.cli.progress import watch
    from rdbscope.reports import key_tree
    from rdbscope.reports.output import open_output

    raw = bills.name_from_hex(name) if is_hex else bills.name_from_text(name)
    found: list[Bill] = []
    if source == "-":
        raise UsageError("key reads a dump twice, and standard input only comes once", hint="name a file")
    given = {"--as": as_server, "--set": settings, "--config": config_file, "--allocator": allocator}
    models = [name for name, value in given.items() if value] + ["--cluster/--no-cluster"] * (cluster is not None)
    if models and (source is None or not target.is_dump(source)):
        raise UsageError(
            f"{', '.join(models)}: a snapshot keeps the sizes that it was loaded with", hint="name the dump instead"
        )
    if source is not None and target.is_dump(source):
        wanted = options.read_options(
            salvage=salvage,
            as_server=as_server,
            settings=settings,
            config_file=config_file,
            allocator=allocator,
            cluster=cluster,
        )
        found = bills.of_dump(target.single(source), raw, wanted, db_number, watch=watch)
    with target.opened(source, db=db, memory_limit=memory_limit, salvage=salvage) as (connection, chosen):
        chosen.need_keys()
        facts = _facts(connection, chosen.snapshot_id, raw, db_number)
    if not facts:
        raise UsageError(
            f"no key {bills.shown(raw)!r} in {source or 'the snapshot'}", hint="list names with: query keys"
        )
    with open_output(output) as out:
        key_tree.write(facts, found, out, format_name)


def _facts(connection: Connection, snapshot_id: int, raw: bytes, db_number: int | None) -> list[dict[str, object]]:
    cursor = connection.execute(
        "SELECT k.* EXCLUDE (raw, snapshot_id), ttl(k.expires_at_ms, s.taken_at_ms) AS ttl_seconds "
        "FROM keys AS k INNER JOIN snapshots AS s ON s.snapshot_id = k.snapshot_id "
        "WHERE k.snapshot_id = $id AND key_bytes(k.name, k.raw) = $raw AND ($db IS NULL OR k.db = $db) ORDER BY k.db",
        {"id": snapshot_id, "raw": raw, "db": db_number},
    )
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
