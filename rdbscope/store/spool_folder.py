"""The folder for what a reader puts aside while it reads: beside the database, and gone with the load."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rdbscope.errors import StoreError

# Folders of this process: its threads may load into one database at once, and each opens it.
_in_use: set[str] = set()
# What tempfile puts behind a prefix: nobody else's folder shall be taken for one of ours.
_RANDOM = "[a-z0-9_]{8}"


@contextlib.contextmanager
def spool_folder(database: Path | None) -> Iterator[str]:
    """A folder that is removed at the end; None puts it where temporary files go.

    Raises:
        StoreError: it cannot be made.
    """
    if database is None:
        prefix, parent = "rdbscope-", None
    else:
        prefix, parent = _prefix(database), database.resolve().parent
    try:
        holder = tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True)
    except OSError as problem:
        raise StoreError(
            f"{parent or tempfile.gettempdir()}: {problem.strerror}", hint="a load needs room there to put facts aside"
        ) from problem
    with holder as folder:
        _in_use.add(folder)
        try:
            yield folder
        finally:
            _in_use.discard(folder)


def remove_left(database: Path) -> None:
    """Removes the folders of loads that were killed.

    Call it with the database locked: then no other process loads into it.
    """
    ours = re.compile(re.escape(_prefix(database)) + _RANDOM)
    # A folder that may be written but not listed is no reason to refuse a load.
    with contextlib.suppress(OSError):
        for path in database.resolve().parent.iterdir():
            if str(path) in _in_use:
                continue
            if ours.fullmatch(path.name) and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)


def _prefix(database: Path) -> str:
    return f"{database.resolve().name}.spool-"
