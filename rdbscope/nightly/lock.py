"""One nightly job at a time: a lock beside the database that ends with the process, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from rdbscope.errors import DatabaseLockedError, StoreError


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Holds the lock while the block runs; the folder of the database is made where it does not exist.

    Raises:
        DatabaseLockedError: another nightly job holds it.
        StoreError: the file cannot be written.
    """
    # One lock whatever link the database is reached by.
    try:
        place = database.resolve()
    except (OSError, RuntimeError) as problem:
        # Which of the two it is depends on the version of Python.
        raise StoreError(f"{database}: links that lead in a circle", hint="name the file itself") from problem
    if not place.name:
        raise StoreError(f"{database}: is a directory", hint="name the database file with --db")
    path = place.with_name(place.name + ".nightly.lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not through a link: the file that it leads to would be emptied.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror}") from problem
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            holder = os.read(handle, 32).decode("ascii", "replace").strip()
            raise DatabaseLockedError(
                f"{database}: another nightly job runs{f' (process {holder})' if holder else ''}",
                hint="wait until it has finished",
            ) from problem
        except OSError as problem:
            raise StoreError(f"{path}: cannot be locked: {problem.strerror}") from problem
        try:
            os.ftruncate(handle, 0)
            os.write(handle, b"%d\n" % os.getpid())
        except OSError as problem:
            raise StoreError(f"{path}: cannot be written: {problem.strerror}") from problem
        # The file stays: removing it would let two jobs hold a lock of one name.
        yield
    finally:
        os.close(handle)
