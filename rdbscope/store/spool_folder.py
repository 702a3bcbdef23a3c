"""The folder for what a reader puts aside while it reads: beside the database, and gone with the load."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def spool_folder(database: Path | None) -> Iterator[str]:
    """A folder that is removed at the end; None puts it where temporary files go."""
    if database is None:
        prefix, parent = "rdbscope-", None
    else:
        prefix, parent = _prefix(database), database.resolve().parent
    with tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as folder:
        yield folder


def remove_left(database: Path) -> None:
    """Removes the folders of loads that were killed. Call it with the database locked: then no load is under way."""
    prefix = _prefix(database)
    for path in database.resolve().parent.iterdir():
        if path.name.startswith(prefix) and path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


def _prefix(database: Path) -> str:
    return f"{database.resolve().name}.spool-"
