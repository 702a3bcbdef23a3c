"""The files in `snapshots/`: each says that a load has finished, and which files it wrote."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

from rdbscope.store import connect, fetch, schema
from rdbscope.store.parquet_folder import layout
from rdbscope.store.parquet_folder.files import ReadOnlyFiles
from rdbscope.store.parquet_folder.layout import SCHEME, SNAPSHOTS, FileName


@dataclass(frozen=True)
class Mark:
    """What a load needs to know of one that has finished.

    Attributes:
        name: of its files.
        fingerprint: of dump and options.
        node: as given, or None.
        keys: keys in the snapshot.
        damage: None for a whole dump.
    """

    name: FileName
    fingerprint: str
    node: str | None
    keys: int
    damage: str | None


def same_dump(folder: Path, fingerprint: str, node: str | None) -> Mark | None:
    """The load of the same dump with the same options; None where there is none that can be used.

    Equal dumps of two nodes are two; where one of both has no node, they are taken for the same.
    """
    found = [
        mark
        for name in layout.loads_of(layout.names_in(folder, SNAPSHOTS), layout.dump_of(fingerprint))
        if (mark := read(folder, name)) is not None
        and mark.fingerprint == fingerprint
        and (node is None or mark.node in (None, node))
    ]
    return min(found, key=lambda mark: mark.node != node, default=None)


def read(folder: Path, name: FileName) -> Mark | None:
    """A mark; None where it, or a file that it names, is missing, damaged or of another version."""
    file = f"{SNAPSHOTS}/{name}"
    try:
        with connect.scratch() as connection:
            connection.register_filesystem(ReadOnlyFiles(folder, [file]))
            row = fetch.first(
                connection,
                f"SELECT source_fingerprint, node, keys, damage, {layout.VERSION_COLUMN}, "
                f"{layout.FILES_COLUMN} FROM read_parquet('{SCHEME}{file}')",
            )
        if row is None or row[4] != schema.VERSION:
            return None
        if any((folder / table / str(name)).stat().st_size != size for table, size in row[5].items()):
            return None
    except (duckdb.Error, OSError):
        return None
    return Mark(name, *row[:4])
