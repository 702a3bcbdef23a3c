"""`rdbscope whatif`: what the same data would cost elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import console
from rdbscope.cli import options

if TYPE_CHECKING:
    from rdbscope.whatif import Wanted


@click.command()
@click.argument("source", metavar="DUMP")
@click.option(
    "--as",
    "servers",
    multiple=True,
    metavar="SERVER",
    help="A server such as valkey-9.1; `all` for every one whose sizes are verified. Repeatable.",
)
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A threshold of all of them. Repeatable.")
@click.option(
    "--config", "config_file", type=click.Path(path_type=Path), metavar="redis.conf", help="Thresholds from there."
)
@click.option("--allocator", type=click.Choice(["jemalloc", "jemalloc-16", "glibc"]), help="Default: jemalloc.")
@click.option("--cluster/--no-cluster", default=None, help="Cluster mode. Default: as the dump tells.")
@click.option("--patterns", type=click.IntRange(min=0), default=20, show_default=True, help="Patterns per server.")
@options.filter_options
@options.output_options
@options.salvage_option
def whatif(
    source: str,
    servers: tuple[str, ...],
    settings: tuple[str, ...],
    config_file: Path | None,
    allocator: str | None,
    cluster: bool | None,
    patterns: int,
    match: tuple[str, ...],
    types: tuple[str, ...],
    databases: tuple[int, ...],
    format_name: str,
    output: Path | None,
    max_rows: int,
    salvage: bool,
) -> None:
    """Says what the keys of DUMP would cost in other servers or with other thresholds, beside what they cost now.

    Keys that a server cannot load, such as streams before Redis 5.0, are left out of its figures, with a warning.
    Without --as the server is the one that wrote the dump, so --set shows what a threshold would change.
    """
    from rdbscope import reports
    from rdbscope.cli.progress import watch
    from rdbscope.reports.output import open_output
    from rdbscope.store import result
    from rdbscope.whatif import ROWS, Wanted, compared, unloadable, verified

    now = options.read_options(salvage=salvage, match=match, types=types, databases=databases)
    named = [pair for server in servers for pair in (verified() if server == "all" else [server.partition("-")[::2]])]
    wanted = []
    for server, version in named or [("", "")]:
        given = options.read_options(
            as_server=f"{server}-{version}" if server else None,
            settings=settings,
            config_file=config_file,
            allocator=allocator,
            cluster=cluster,
        )
        wanted.append(Wanted(given.server, given.server_version, given.thresholds, given.allocator, given.cluster))
    if not named and wanted == [Wanted()]:
        wanted = []
    for one in wanted:
        if one.server is not None and not _is_verified(one, verified()):
            console.note(f"{one.server}-{one.version} was not verified byte for byte: its figures are estimates")
    with compared(source, wanted, now, watch=watch) as connection:
        for target, keys, said in unloadable(connection):
            console.warning(
                f"{target} cannot load {keys:,} key{'s' * (keys != 1)} ({said}): its figures leave them out"
            )
        people = format_name in ("table", "markdown")
        rows = ROWS.replace("$patterns", str(patterns))
        prepared = result.prepare(connection, _PEOPLE.format(rows=rows) if people else rows)
        with open_output(output, max_rows=max_rows or None) as out:
            reports.write(prepared, out, format_name)


def _is_verified(wanted: Wanted, verified: list[tuple[str, str]]) -> bool:
    line = ".".join((wanted.version or "").split(".")[:2])
    return any(server == wanted.server and version.startswith(f"{line}.") for server, version in verified)


_PEOPLE = """
SELECT
    target, grouped_by AS by, name, keys, human_bytes(memory_bytes) AS now, human_bytes(target_memory_bytes) AS then,
    CASE WHEN difference_bytes > 0 THEN '+' ELSE '' END || human_bytes(difference_bytes) AS difference,
    CASE WHEN difference_share IS NULL THEN NULL ELSE printf('%+.1f %%', 100 * difference_share) END AS share,
    flipped_keys AS flipped
FROM ({rows})
"""
