"""One source into a folder of Parquet files: loaded as into a database, written out, and put in place at once."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from rdbscope.checks.configured import Configured
from rdbscope.errors import InterruptedLoadError, RdbscopeError, StoreError
from rdbscope.options import ReadOptions
from rdbscope.sources import OpenSource
from rdbscope.sources.accept import accept_end
from rdbscope.store import connect, fetch, same_file, schema
from rdbscope.store.connect import Connection
from rdbscope.store.facts import SnapshotFacts, snapshot_facts
from rdbscope.store.interrupt import on_interrupt
from rdbscope.store.load import Labels, LoadResult, load_source
from rdbscope.store.parquet_folder import layout, marks
from rdbscope.store.parquet_folder.layout import KEYS, OTHERS, SNAPSHOTS, FileName
from rdbscope.store.parquet_folder.staging import STAGING, staging

if TYPE_CHECKING:
    from rdbscope._native import Reader

# Level 1 costs a fifth less than the default and gives the same bytes here. A dictionary pays for types and patterns;
# building one of names and sizes, only to drop it when it has grown too large, costs memory and time.
_FORMAT = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, DICTIONARY_SIZE_LIMIT 4096"
_DATABASE = "load.duckdb"
_HIDDEN_DATABASE = re.compile(rf"/{STAGING.pattern}/{re.escape(_DATABASE)}")


@dataclass(frozen=True)
class Written:
    """What became of one source.

    Attributes:
        result: as of a load into a database.
        file: the name of its files.
        facts: for the summary; None where the folder has the dump already.
    """

    result: LoadResult
    file: FileName
    facts: SnapshotFacts | None


def write_source(
    folder: Path,
    source: OpenSource,
    options: ReadOptions,
    *,
    labels: Labels,
    force: bool = False,
    checks: Configured | None = None,
    watch: Callable[[Reader], contextlib.AbstractContextManager[object]] = lambda reader: contextlib.nullcontext(),
    memory_limit: int | None = None,
) -> Written:
    """Loads `source` into `folder`; arguments as in `load_source`.

    Raises:
        DumpError: the dump is damaged; nothing is left of it.
        InputError: the source cannot be read.
        StoreError: the folder cannot be written.
        InterruptedLoadError: Ctrl-C; nothing is left of it.
    """
    with _speaking_of(folder):
        return _written(folder, source, options, labels, force, checks, watch, memory_limit)


def _written(
    folder: Path,
    source: OpenSource,
    options: ReadOptions,
    labels: Labels,
    force: bool,
    checks: Configured | None,
    watch: Callable[[Reader], contextlib.AbstractContextManager[object]],
    memory_limit: int | None,
) -> Written:
    accept_end(source, options)
    known = source.known_fingerprint()
    if known is not None:
        found = marks.same_dump(folder, same_file.fingerprint(known, options), labels.node)
        if found is not None and not force:
            return _already(source, found)
        if found is not None and labels.node is None:
            labels = replace(labels, node=found.node)
    before = layout.names_in(folder, SNAPSHOTS)
    load = layout.new_load()
    with staging(folder, load) as hidden:
        database = hidden / _DATABASE
        with connect.writing(database, memory_limit=memory_limit) as connection:
            result = load_source(
                connection,
                source,
                options,
                database=database,
                labels=labels,
                checks=checks,
                watch=watch,
                snapshot_id=layout.snapshot_id(load),
            )
            name, fingerprint = _name(connection, load)
            # What could not be known before: a pipe, or another load of the same dump that has ended meanwhile.
            found = None if force else marks.same_dump(folder, fingerprint, labels.node)
            if found is not None:
                return _already(source, found)
            facts = snapshot_facts(connection, result.snapshot_id)
            _write(connection, hidden, source.name, folder)
        _put_in_place(folder, hidden, name)
        for earlier in layout.loads_of(before, name.dump):
            # Without --force only those of other nodes, and loads that nobody could read.
            mark = marks.read(folder, earlier)
            if mark is None or mark.node in (None, labels.node):
                layout.remove_load(folder, earlier)
    return Written(result, name, facts)


def _already(source: OpenSource, found: marks.Mark) -> Written:
    number = layout.snapshot_id(found.name.load)
    return Written(LoadResult(source.name, number, found.keys, already=True, damage=found.damage), found.name, None)


def _name(connection: Connection, load: str) -> tuple[FileName, str]:
    node, name, fingerprint = fetch.rows(connection, "SELECT node, name, source_fingerprint FROM snapshots")[0]
    return FileName(layout.label_of(node or name), layout.dump_of(fingerprint), load), fingerprint


def _write(connection: Connection, hidden: Path, source: str, folder: Path) -> None:
    """Writes every table that has rows; `keys` always, so that there is something to read."""
    written = {}
    with on_interrupt(connection.interrupt) as interruption:
        try:
            for table in (KEYS, *OTHERS):
                if table == KEYS or fetch.scalar(connection, f"SELECT count(*) FROM {table}"):
                    written[table] = _copy(connection, f"FROM {table}", hidden / f"{table}.parquet")
            _copy(connection, _mark(written), hidden / f"{SNAPSHOTS}.parquet")
        except duckdb.Error:
            if not interruption.happened:
                raise
        if interruption.happened:
            raise InterruptedLoadError(f"{source}: interrupted; {folder} is as it was before")


def _mark(written: dict[str, int]) -> str:
    files = ", ".join(f"'{table}': {size}" for table, size in written.items())
    return (
        f"SELECT *, {schema.VERSION}::INTEGER AS {layout.VERSION_COLUMN}, MAP {{{files}}} AS {layout.FILES_COLUMN} "
        "FROM snapshots"
    )


def _copy(connection: Connection, query: str, path: Path) -> int:
    """Writes a query to a file, through to the disk, and gives its bytes."""
    quoted = str(path).replace("'", "''")
    connection.execute(f"COPY ({query}) TO '{quoted}' ({_FORMAT})")
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
        return os.fstat(handle).st_size
    finally:
        os.close(handle)


def _put_in_place(folder: Path, hidden: Path, name: FileName) -> None:
    """Renames the files to their names, that of the snapshot last; a failure takes those before it away."""
    try:
        for table in (*OTHERS, KEYS, SNAPSHOTS):
            made = hidden / f"{table}.parquet"
            if made.exists():
                (folder / table).mkdir(exist_ok=True)
                made.rename(folder / table / str(name))
    except OSError as problem:
        with contextlib.suppress(OSError):
            layout.remove_load(folder, name)
        raise StoreError(f"{folder}: {problem.strerror}") from problem


@contextlib.contextmanager
def _speaking_of(folder: Path) -> Iterator[None]:
    """Lets errors name the folder instead of the database within, which the user does not know of."""
    try:
        yield
    except (RdbscopeError, duckdb.Error) as problem:
        said = connect.problem_of(problem, folder) if isinstance(problem, duckdb.Error) else problem
        said.message = _HIDDEN_DATABASE.sub("", said.message)
        if said.hint is not None:
            said.hint = said.hint.replace("--db", "--to-parquet")
        if said is problem:
            raise
        raise said from problem
    except OSError as problem:
        raise StoreError(f"{folder}: {problem.strerror or problem}") from problem
