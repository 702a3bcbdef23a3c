"""`rdbscope.load`: what the command does, from Python."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.checks.configured import Configured, configured
from rdbscope.errors import RdbscopeError
from rdbscope.options import ReadOptions
from rdbscope.sources import OpenSource, expand, open_source
from rdbscope.store import connect
from rdbscope.store.load import Labels, LoadResult, load_source

if TYPE_CHECKING:
    from rdbscope._native import Reader
    from rdbscope.store.connect import Connection
    from rdbscope.store.parquet_folder.write import Written

Watch = Callable[[OpenSource, "Reader"], contextlib.AbstractContextManager[object]]


def _unwatched(source: OpenSource, reader: Reader) -> contextlib.AbstractContextManager[object]:
    return contextlib.nullcontext()


def load(
    *sources: str | os.PathLike[str],
    db: str | os.PathLike[str] = "rdbscope.duckdb",
    options: ReadOptions | None = None,
    name: str | None = None,
    node: str | None = None,
    force: bool = False,
    check: bool = True,
    memory_limit: int | None = None,
) -> list[LoadResult]:
    """Loads dumps into a DuckDB file; each source is one transaction.

    Args:
        sources: paths, directories, globs or URLs.
        db: the database, made where it does not exist.
        options: filters, salvage, and the server to model.
        name: name of the snapshot; default is the file's name.
        node: name of the node the dump comes from.
        force: load a file again that is in the database already.
        check: run the checks, as rdbscope.toml of the current folder says, and keep their findings.
        memory_limit: bytes that DuckDB may use; default is the smaller of 512 MB and a quarter of the memory.

    Raises:
        UsageError: rdbscope.toml or the conventions table is not as it has to be.
        InputError: a source is missing, unreadable or damaged; those before it are loaded.
        StoreError: the database cannot be opened or written.
    """
    results = []
    wanted = configured() if check else None
    with connect.writing(Path(db), memory_limit=memory_limit) as connection:
        for argument in sources:
            for source in expand(os.fspath(argument)):
                results.append(
                    load_one(
                        connection,
                        source,
                        options or ReadOptions(),
                        database=Path(db),
                        labels=Labels(name, node),
                        force=force,
                        checks=wanted,
                    )
                )
    return results


def load_one(
    connection: Connection,
    source: str,
    options: ReadOptions,
    *,
    database: Path | None,
    labels: Labels,
    force: bool = False,
    checks: Configured | None = None,
    watch: Watch = _unwatched,
    snapshot_id: int | None = None,
) -> LoadResult:
    """Opens one source and loads it; arguments as in `load_source`."""
    with open_source(source) as opened:
        return load_source(
            connection,
            opened,
            options,
            database=database,
            labels=labels,
            force=force,
            checks=checks,
            watch=lambda reader: watch(opened, reader),
            snapshot_id=snapshot_id,
        )


def write_one(
    folder: Path,
    source: str,
    options: ReadOptions,
    *,
    labels: Labels,
    force: bool = False,
    checks: Configured | None = None,
    watch: Watch = _unwatched,
    memory_limit: int | None = None,
) -> Written:
    """Opens one source and loads it into a folder of Parquet files; arguments as in `write_source`."""
    from rdbscope.store.parquet_folder.write import write_source

    with open_source(source) as opened:
        return write_source(
            folder,
            opened,
            options,
            labels=labels,
            force=force,
            checks=checks,
            watch=lambda reader: watch(opened, reader),
            memory_limit=memory_limit,
        )


@contextlib.contextmanager
def loaded(
    source: str | OpenSource, options: ReadOptions, *, memory_limit: int | None = None, watch: Watch = _unwatched
) -> Iterator[tuple[Connection, LoadResult]]:
    """One dump in a temporary database in memory, for the commands that take a path instead of a snapshot.

    Args:
        source: path, URL or `-`, or what is open already and stays so.
        options: filters, salvage, and the server to model.
        memory_limit: bytes that DuckDB may use.
        watch: shows progress while the reader runs.

    Raises:
        InputError: the source is missing, unreadable or damaged.
    """
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(connect.temporary(memory_limit=memory_limit))
        opened = stack.enter_context(open_source(source)) if isinstance(source, str) else source
        result = load_source(connection, opened, options, database=None, watch=lambda reader: watch(opened, reader))
        yield connection, result


def each_source(arguments: Sequence[str]) -> Iterator[tuple[str, RdbscopeError | None]]:
    """The sources that the arguments name; an argument that names nothing comes with its error."""
    for argument in arguments:
        try:
            names = expand(argument)
        except RdbscopeError as problem:
            yield argument, problem
            continue
        for name in names:
            yield name, None
