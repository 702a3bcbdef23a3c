"""A few keys in a temporary database."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.api import loaded
from rdbscope.options import ReadOptions
from rdbscope.store.connect import close_to_outside
from tests.rdb_writer import dump

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@contextlib.contextmanager
def snapshot(
    *records: bytes, databases: dict[int, bytes] | None = None, head: bytes = b""
) -> Iterator[tuple[DuckDBPyConnection, int]]:
    """The connection and the number of the snapshot, closed to the outside as commands have it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dump.rdb"
        file.write_bytes(dump(*records, databases=databases, head=head))
        with loaded(str(file), ReadOptions()) as (connection, result):
            close_to_outside(connection, allow_files=False)
            yield connection, result.snapshot_id
