"""The folder beside the database in which DuckDB puts what does not fit into its memory.

DuckDB removes what it wrote when it closes the database. What a killed process left it removes as well, but only once
it spills again, which may be never.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# `duckdb_temp_`, process, instance, and what it is.
_SPILLED = re.compile(r"duckdb_temp_\d+_\d+_(owner|storage_\w+-\d+\.tmp|block-\d+\.block)")
# By this process: its threads may load into one database at once.
_in_use: Counter[Path] = Counter()
_counting = threading.Lock()


def spill_folder(database: Path) -> Path:
    """Where a load into `database` spills to; DuckDB makes it when it needs it."""
    return database.with_name(database.name + ".tmp")


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[bool]:
    """Whether nobody else in this process has the database open whose folder this is; it has while the block runs."""
    place = folder.absolute()
    with _counting:
        alone = not _in_use[place]
        _in_use[place] += 1
    try:
        yield alone
    finally:
        with _counting:
            _in_use[place] -= 1


def remove_left(folder: Path) -> None:
    """Removes what processes left that were killed.

    Call it with the database locked, by the only one in this process that has it open, and before anything was spilled.
    The number of the process tells nothing: in a container it is that of the one before.
    """
    # A folder that may be written but not listed is no reason to refuse a load.
    with contextlib.suppress(OSError):
        if folder.is_symlink():
            return
        found = [path for path in folder.iterdir() if _SPILLED.fullmatch(path.name)]
        for path in found:
            if path.is_file() and not path.is_symlink():
                path.unlink()
        if found:
            folder.rmdir()
