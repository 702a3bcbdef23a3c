"""`rdbscope load`: dumps into the database, with a summary of each."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import config, console
from rdbscope.cli import options
from rdbscope.errors import InterruptedLoadError, RdbscopeError
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.checks.configured import Configured
    from rdbscope.options import ReadOptions
    from rdbscope.store.connect import Connection
    from rdbscope.store.load import Labels, LoadResult


@click.command()
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)
@options.database_option
@click.option("--node", metavar="NAME", help="The server the dump comes from.")
@click.option("--name", metavar="NAME", help="Name of the snapshot. Default: the file's name.")
@click.option("--force", is_flag=True, help="Load a file again that is in the database already.")
@click.option("--no-check", is_flag=True, help="Do not run the checks.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Load up to N sources at once. Default: one per core, at most 4.",
)
@options.salvage_option
@options.filter_options
@options.model_options
@options.memory_option
def load(
    sources: tuple[str, ...],
    db: str | None,
    node: str | None,
    name: str | None,
    force: bool,
    no_check: bool,
    jobs: int | None,
    salvage: bool,
    match: tuple[str, ...],
    types: tuple[str, ...],
    databases: tuple[int, ...],
    as_server: str | None,
    settings: tuple[str, ...],
    config_file: Path | None,
    allocator: str | None,
    cluster: bool | None,
    memory_limit: str | None,
) -> int:
    """Loads snapshots into the database and says what is in them.

    SOURCE is an RDB file, a directory or glob of them, a URL, or - for standard input; compressed or not. Each source
    is loaded whole or not at all, and one that fails does not stop the others.
    """
    from rdbscope.checks.configured import configured
    from rdbscope.store import connect
    from rdbscope.store.load import Labels

    read = options.read_options(
        salvage=salvage,
        match=match,
        types=types,
        databases=databases,
        as_server=as_server,
        settings=settings,
        config_file=config_file,
        allocator=allocator,
        cluster=cluster,
    )
    database = config.database(db)
    checks = None if no_check else configured()
    for warning in checks.warnings() if checks is not None else ():
        console.warning(warning)
    labels = Labels(name, node)
    worst = ExitCode.OK
    with connect.writing(database, memory_limit=options.memory_limit(memory_limit)) as connection:
        for source, outcome in _loads(connection, sources, read, database, labels, force, checks, jobs):
            if isinstance(outcome, RdbscopeError):
                console.failure(outcome, outcome.line())
                worst = max(worst, outcome.exit_code)
            else:
                _say(connection, source, outcome)
    return worst


def _loads(
    connection: Connection,
    sources: tuple[str, ...],
    read: ReadOptions,
    database: Path,
    labels: Labels,
    force: bool,
    checks: Configured | None,
    jobs: int | None,
) -> Iterator[tuple[str, LoadResult | RdbscopeError]]:
    """What became of each source: one after the other, or several at once."""
    from rdbscope.api import each_source, load_one
    from rdbscope.cli.progress import together, watch
    from rdbscope.store.jobs import default_jobs, load_at_once

    found = list(each_source(sources))
    at_once = min(jobs or default_jobs(), len(found))
    if at_once > 1:
        with together() as watch_one:

            def load(on: Connection, source: str, snapshot_id: int) -> LoadResult:
                return load_one(
                    on,
                    source,
                    read,
                    database=database,
                    labels=labels,
                    force=force,
                    checks=checks,
                    watch=watch_one,
                    snapshot_id=snapshot_id,
                )

            yield from load_at_once(connection, found, load, at_once)
        return
    for source, problem in found:
        try:
            if problem is not None:
                raise problem
            yield (
                source,
                load_one(
                    connection, source, read, database=database, labels=labels, force=force, checks=checks, watch=watch
                ),
            )
        except InterruptedLoadError:
            raise
        except RdbscopeError as failed:
            yield source, failed


def _say(connection: Connection, source: str, result: LoadResult) -> None:
    from rdbscope.reports import summary
    from rdbscope.reports.output import open_output
    from rdbscope.store.facts import snapshot_facts

    if result.already:
        console.note(f"{source}: loaded before as snapshot {result.snapshot_id}, nothing to do; --force loads it again")
    else:
        facts = snapshot_facts(connection, result.snapshot_id)
        width, colour = console.terminal_width(), console.wants_colour(sys.stdout)
        with open_output(None) as out:
            out.text(summary.text(facts, width=width, colour=colour))
        for anomaly in facts.warnings:
            console.warning(f"{source}: {anomaly}")
        if result.damage is not None:
            console.warning(f"{source}: not whole: {result.damage}")
