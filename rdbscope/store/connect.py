"""Opening the database: read-write for a load, read-only and closed for everything else, in memory for one dump."""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextvars import ContextVar
from pathlib import Path

import duckdb

from rdbscope.errors import DatabaseLockedError, DatabaseNotFoundError, StoreError, UsageError, one_line
from rdbscope.store import blame, schema, spill_folder
from rdbscope.store.interrupt import ending_statements
from rdbscope.store.memory_limit import default_bytes
from rdbscope.store.parquet_folder.layout import is_folder
from rdbscope.store.spool_folder import remove_left

# Older DuckDB clients open this version; it costs nothing.
STORAGE_VERSION = "v1.4.0"

# How DuckDB names who has the file open.
_HOLDER = re.compile(r"held in (.+?) \(PID (\d+)\)")
# Who is told of a wait for another process, and how many seconds it may take: none.
_patience: ContextVar[tuple[Callable[[str], None] | None, float]] = ContextVar("patience", default=(None, 0.0))
# Seconds between two looks.
_STEP = 0.25

Connection = duckdb.DuckDBPyConnection
Settings = dict[str, str | bool | int | float | list[str]]


def _settings(memory_limit: int | None, temp_directory: Path) -> Settings:
    return {
        "memory_limit": f"{memory_limit or default_bytes()}B",
        "temp_directory": str(temp_directory),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


@contextlib.contextmanager
def writing(database: Path, *, memory_limit: int | None = None) -> Iterator[Connection]:
    """The database open for a load, made where it does not exist.

    Raises:
        DatabaseLockedError: another process has it open, and `patient` does not help.
        StoreError: it cannot be opened, or has tables of another version.
    """
    existed = exists(database)
    if database.is_dir():
        if is_folder(database):
            raise StoreError(f"{database}: a folder of Parquet files", hint="only load --to-parquet writes to it")
        raise _directory(database)
    spilled = spill_folder.spill_folder(database)
    settings = _settings(memory_limit, spilled)
    settings["storage_compatibility_version"] = STORAGE_VERSION
    with spill_folder.in_use(spilled) as alone:
        connection = _connect(database, settings, read_only=False)
        with _in_use(connection, database):
            if schema.is_empty(connection):
                _create(connection, database, existed)
            schema.check_version(connection, database)
            remove_left(database)
            if alone:
                spill_folder.remove_left(spilled)
            yield connection


def exists(database: Path) -> bool:
    """Whether there is something of this name.

    Raises:
        StoreError: its folder cannot be looked into.
    """
    try:
        return database.exists()
    except OSError as problem:
        raise StoreError(f"{database}: {problem.strerror}") from problem


def _create(connection: Connection, database: Path, existed: bool) -> None:
    try:
        schema.create(connection)
    except duckdb.Error as problem:
        _close(connection)
        if not existed:
            database.unlink(missing_ok=True)
        raise problem_of(problem, database) from problem


@contextlib.contextmanager
def reading(database: Path, *, memory_limit: int | None = None, allow_files: bool = False) -> Iterator[Connection]:
    """The database open read-only and closed to the outside, as decisions on `query` demand.

    A folder that `load --to-parquet` wrote is opened as a database.

    Raises:
        DatabaseNotFoundError: there is none.
        DatabaseLockedError: a load is running.
        StoreError: it cannot be opened, or has tables of another version.
    """
    if not exists(database):
        raise DatabaseNotFoundError(
            f"{database}: no such database", hint="load a dump first, name a dump, or give --db"
        )
    if database.is_dir():
        from rdbscope.store.parquet_folder import read

        with read.opened(database, memory_limit=memory_limit, allow_files=allow_files) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(prefix="rdbscope-", ignore_cleanup_errors=True) as temp:
        connection = _connect(database, _settings(memory_limit, Path(temp)), read_only=True)
        with _in_use(connection, database):
            schema.check_version(connection, database)
            close_to_outside(connection, allow_files=allow_files)
            yield connection


@contextlib.contextmanager
def temporary(*, memory_limit: int | None = None, commented: bool = False) -> Iterator[Connection]:
    """An empty database in memory that spills to a temporary folder within the limit.

    Its tables and columns have comments only where somebody reads them: they take most of the time.
    """
    with tempfile.TemporaryDirectory(prefix="rdbscope-", ignore_cleanup_errors=True) as temp:
        connection = duckdb.connect(":memory:", config=_settings(memory_limit, Path(temp)))
        with _in_use(connection, None):
            schema.create(connection, commented=commented)
            yield connection


@contextlib.contextmanager
def _in_use(connection: Connection, database: Path | None) -> Iterator[None]:
    """Ends its statements with the program, says what is to blame for an error, and closes it."""
    try:
        with ending_statements(connection):
            yield
    except duckdb.Error as problem:
        raise_for(problem, database)
        raise
    finally:
        _close(connection)


@contextlib.contextmanager
def scratch() -> Iterator[Connection]:
    """A bare connection in memory, for results that do not come from a snapshot."""
    connection = duckdb.connect(":memory:")
    try:
        with ending_statements(connection):
            yield connection
    finally:
        _close(connection)


@contextlib.contextmanager
def transaction(connection: Connection, database: Path | None) -> Iterator[None]:
    """All that is done inside, or nothing of it.

    Raises:
        StoreError: the database cannot be written.
    """
    connection.execute("BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException as problem:
        with contextlib.suppress(duckdb.Error):
            connection.execute("ROLLBACK")
        if isinstance(problem, duckdb.Error):
            raise problem_of(problem, database) from problem
        raise


def close_to_outside(connection: Connection, *, allow_files: bool, directories: Sequence[str] = ()) -> None:
    """Takes files (but those in `directories`), network, extensions, Python objects and settings away from the SQL."""
    connection.execute("SET python_enable_replacements = false")
    if not allow_files:
        if directories:
            connection.execute("SET allowed_directories = $directories", {"directories": list(directories)})
        connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


@contextlib.contextmanager
def patient(told: Callable[[str], None], *, seconds: float = 60) -> Iterator[None]:
    """Inside of it, whoever opens a database to write waits for other processes that have it open.

    Args:
        told: gets a sentence when a wait begins.
        seconds: the most that one wait takes.
    """
    before = _patience.set((told, seconds))
    try:
        yield
    finally:
        _patience.reset(before)


def _connect(database: Path, settings: Settings, *, read_only: bool) -> Connection:
    if not _is_utf8(database):
        raise StoreError(f"{database}: the name is no UTF-8, which DuckDB needs", hint="name another file with --db")
    told, seconds = (None, 0.0) if read_only else _patience.get()
    until = time.monotonic() + seconds
    while True:
        try:
            # Of a path that begins with a dot DuckDB makes nothing else, as it does of `:memory:`, `file:` and `md:`.
            name = str(database) if database.is_absolute() else f"./{database}"
            return duckdb.connect(name, read_only=read_only, config=settings)
        except duckdb.Error as problem:
            found = problem_of(problem, database)
            if not isinstance(found, DatabaseLockedError) or time.monotonic() >= until:
                raise found from problem
        if told is not None:
            told(f"{found.message}; waiting for it, at most {seconds:g} s")
            told = None
        time.sleep(_STEP)


def _is_utf8(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _close(connection: Connection) -> None:
    # After a fatal error (disk full) closing fails too; the error that matters is already on its way.
    with contextlib.suppress(duckdb.Error):
        connection.close()


def raise_for(problem: duckdb.Error, database: Path | None) -> None:
    """Raises the error behind an exception that no statement is to blame for; does nothing about others.

    Raises:
        StoreError: the database, the disk or the memory is to blame.
        UsageError: a text that the user gave cannot be handed to DuckDB.
    """
    if blame.no_statement(problem):
        raise problem_of(problem, database) from problem
    if blame.NO_UTF8 in str(problem):
        raise UsageError("a name that is no UTF-8: nothing in a database is called so") from problem


def _directory(database: Path) -> StoreError:
    return StoreError(f"{database}: is a directory", hint="name the database file with --db")


def problem_of(problem: duckdb.Error, database: Path | None) -> StoreError:
    """DuckDB's exception as one sentence about the database."""
    text = one_line(problem)
    name = str(database) if database is not None else "temporary database"
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = _HOLDER.search(text)
        who = "" if holder is None else f" ({Path(holder[1]).name}, process {holder[2]})"
        return DatabaseLockedError(
            f"{name}: locked by another process{who}", hint="wait until it has finished, or end it"
        )
    if "No space left" in text or "File too large" in text or "Disk quota" in text:
        return StoreError(f"{name}: disk full", hint="free space or name another place with --db")
    if "not a valid DuckDB database" in text:
        return StoreError(f"{name}: exists but is no DuckDB database", hint="name another file with --db")
    if isinstance(problem, duckdb.OutOfMemoryException):
        return StoreError(f"{name}: out of memory: {text}", hint="raise --memory-limit")
    if blame.DAMAGED in text:
        return StoreError(
            f"{name}: damaged: {text}", hint="put a copy of it in its place, or load the dumps into a new one"
        )
    if database is not None and "Is a directory" in text:
        return _directory(database)
    return StoreError(f"{name}: {text}")
