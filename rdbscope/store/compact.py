"""Gives the room of deleted rows back to the disk: DuckDB uses it again, but its file does not shrink by itself."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import duckdb

from rdbscope.errors import StoreError
from rdbscope.store import connect, fetch
from rdbscope.store.connect import STORAGE_VERSION, Connection

_SUFFIX = ".compact"


# Share of the file that is free, from which a copy is worth its time.
_FREE_SHARE = 0.25


def worthwhile(connection: Connection) -> bool:
    """Whether much of the file is free."""
    total, free = fetch.rows(connection, "SELECT total_blocks, free_blocks FROM pragma_database_size()")[0]
    return bool(free > total * _FREE_SHARE)


def compact(database: Path, *, memory_limit: int | None = None) -> None:
    """Copies the database into a fresh file beside it and puts that in its place, in one rename.

    What a killed run left is removed first. Comments, views and macros survive the copy, and so do mode and, as far as
    the system lets us, owner of the file; of a link the file that it leads to is replaced.

    Raises:
        DatabaseLockedError: another process has it open.
        StoreError: the copy cannot be written; the database is as it was.
    """
    fresh = _fresh(database)
    remove_leftovers(database)
    try:
        with connect.writing(database, memory_limit=memory_limit) as connection:
            # No log of changes may stay behind: it would be replayed into the fresh file.
            connection.execute("CHECKPOINT")
            connection.execute(f"ATTACH '{_quoted(fresh)}' AS fresh (STORAGE_VERSION '{STORAGE_VERSION}')")
            # Before there is anything in it.
            _belong_alike(fresh, database)
            name = str(fetch.scalar(connection, "SELECT current_database()")).replace('"', '""')
            connection.execute(f'COPY FROM DATABASE "{name}" TO fresh')
            connection.execute("DETACH fresh")
            _flush(fresh)
            # While the old file is still locked: no load can slip in between.
            fresh.replace(database.resolve())
    except duckdb.Error as problem:
        raise connect.problem_of(problem, database) from problem
    except OSError as problem:
        raise StoreError(f"{database}: {problem.strerror or problem}") from problem
    finally:
        # What made it fail matters more.
        with contextlib.suppress(StoreError):
            remove_leftovers(database)


def remove_leftovers(database: Path) -> None:
    """Removes the copy that a killed run left: it can be as large as the database.

    Raises:
        StoreError: it cannot be removed.
    """
    fresh = _fresh(database)
    for path in (fresh, fresh.with_name(fresh.name + ".wal")):
        try:
            path.unlink(missing_ok=True)
        except OSError as problem:
            raise StoreError(
                f"{path}: left by a run that was killed, and cannot be removed: {problem.strerror}",
                hint="remove it by hand",
            ) from problem


def _fresh(database: Path) -> Path:
    place = database.resolve()
    return place.with_name(place.name + _SUFFIX)


def _belong_alike(fresh: Path, database: Path) -> None:
    known = database.stat()
    # First the owner: to change it takes bits of the mode away.
    with contextlib.suppress(PermissionError):
        os.chown(fresh, known.st_uid, known.st_gid)
    fresh.chmod(stat.S_IMODE(known.st_mode))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
