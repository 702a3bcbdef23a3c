"""`rdbscope load`: dumps into the database, with a summary of each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rdbscope import config, console
from rdbscope.cli import options
from rdbscope.console import safe_text
from rdbscope.errors import InterruptedLoadError, RdbscopeError, UsageError
from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope.cli.destination import Destination, Loaded


@click.command()
@click.argument("sources", metavar="SOURCE…", nargs=-1, required=True)
@options.database_option
@click.option(
    "--to-parquet",
    "folder",
    metavar="DIR",
    help="Write Parquet files into this folder, and no database; --db DIR reads what all loads wrote there as one.",
)
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
@options.log_options
@options.memory_option
@options.colour_option
def load(
    sources: tuple[str, ...],
    db: str | None,
    folder: str | None,
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
    until: str | None,
    until_offset: int | None,
    replay_memory: str | None,
    memory_limit: str | None,
) -> int:
    """Loads snapshots into the database and says what is in them.

    SOURCE is an RDB file, an append-only log (a file, its manifest, or the folder with the manifest), a directory or
    glob of them, a URL, or - for standard input; compressed or not. Each source
    is loaded whole or not at all, and one that fails does not stop the others. With --to-parquet any number of loads
    may write into one folder at the same time.
    """
    from rdbscope.checks.configured import configured
    from rdbscope.cli.destination import IntoDatabase, IntoFolder
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
        until=until,
        until_offset=until_offset,
        replay_memory=replay_memory,
    )
    if folder is not None:
        _refuse_other_places(folder)
    database = config.database(db)
    checks = None if no_check else configured()
    for warning in checks.warnings() if checks is not None else ():
        console.warning(warning)
    labels = Labels(name, node)
    limit = options.memory_limit(memory_limit)
    worst = ExitCode.OK
    with contextlib.ExitStack() as stack:
        if folder is not None:
            into: Destination = IntoFolder(Path(folder), read, labels, force, checks, limit)
        else:
            with connect.patient(console.note):
                connection = stack.enter_context(connect.writing(database, memory_limit=limit))
            into = IntoDatabase(connection, database, read, labels, force, checks)
        for source, outcome in _loads(into, sources, jobs):
            if isinstance(outcome, RdbscopeError):
                console.failure(outcome, outcome.line())
                worst = max(worst, outcome.exit_code)
            else:
                _say(source, outcome, node)
    return worst


def _refuse_other_places(folder: str) -> None:
    from rdbscope.sources.url import is_url

    context = click.get_current_context()
    if context.get_parameter_source("db") is click.core.ParameterSource.COMMANDLINE:
        raise UsageError("--db and --to-parquet", hint="give one of them")
    if is_url(folder):
        raise UsageError(f"{folder}: a URL", hint="write to a folder of this machine, and copy it from there")


def _loads(
    into: Destination, sources: tuple[str, ...], jobs: int | None
) -> Iterator[tuple[str, Loaded | RdbscopeError]]:
    """What became of each source: one after the other, or several at once."""
    from rdbscope.api import each_source
    from rdbscope.cli.progress import together, watch
    from rdbscope.store.jobs import default_jobs, load_at_once

    found = list(each_source(sources))
    at_once = min(jobs or default_jobs(), len(found))
    if at_once > 1:
        with together() as watch_one:
            yield from load_at_once(found, into.ready(watch_one, at_once), at_once)
        return
    for source, problem in found:
        try:
            if problem is not None:
                raise problem
            yield source, into.load(source, watch)
        except InterruptedLoadError:
            raise
        except RdbscopeError as failed:
            yield source, failed


def _say(source: str, loaded: Loaded, node: str | None) -> None:
    from rdbscope.reports import summary
    from rdbscope.reports.output import open_output

    if loaded.result.already:
        done = f"{safe_text(node)} is its node now" if loaded.result.adopted and node else "nothing to do"
        console.note(f"{source}: loaded before as {loaded.name}, {done}; --force loads it again")
    else:
        facts = loaded.facts()
        with open_output(None) as out:
            out.text(summary.text(facts, width=console.terminal_width(), colour=out.colour))
        for anomaly in facts.warnings:
            console.warning(f"{source}: {anomaly}")
        if loaded.result.damage is not None:
            console.warning(f"{source}: not whole: {loaded.result.damage}")
