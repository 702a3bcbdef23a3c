"""Where what lies in a folder of Parquet files: `<table>/<label>-<dump>-<load>.parquet`.

The file in `snapshots/` comes last: a load without it does not exist. No file is ever written twice, because every load
has a name of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdbscope.store.snapshots import TABLES

SNAPSHOTS = "snapshots"
KEYS = "keys"
SUFFIX = ".parquet"
# How DuckDB names a file of the folder that is open: `folder://<table>/<file>`.
SCHEME = "folder://"
# The files in `keys` have the columns of the view, joined already, so nothing is kept of what only the joins need.
OTHERS = tuple(table for table in TABLES if table not in ("key_rows", "pattern_merges", "snapshots"))
# Beside the columns of the table `snapshots`.
VERSION_COLUMN = "schema_version"
FILES_COLUMN = "files"

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_LABEL = 60
_DIGEST_DIGITS = 12
# 48 bits: a number that JSON readers keep exactly, and ten thousand loads meet with a chance of one in five million.
_LOAD_DIGITS = 12
_NAME = re.compile(rf"(?P<label>.+)-(?P<dump>[0-9a-f]{{{_DIGEST_DIGITS}}})-(?P<load>[0-9a-f]{{{_LOAD_DIGITS}}})")


@dataclass(frozen=True)
class FileName:
    """The name that all files of one load have.

    Attributes:
        label: for people: the node, else the name of the snapshot, as far as file names may hold it.
        dump: equal for the same dump loaded with the same options.
        load: this very load.
    """

    label: str
    dump: str
    load: str

    def __str__(self) -> str:
        return f"{self.label}-{self.dump}-{self.load}{SUFFIX}"

    @staticmethod
    def parse(name: str) -> FileName | None:
        """The parts of a name, None where a load made no such name."""
        found = _NAME.fullmatch(name.removesuffix(SUFFIX)) if name.endswith(SUFFIX) else None
        return None if found is None else FileName(**found.groupdict())


def new_load() -> str:
    """The part of the name that no other load has."""
    return secrets.token_hex(_LOAD_DIGITS // 2)


def snapshot_id(load: str) -> int:
    """The number of the snapshot within the files: tables join on it in any tool, whatever loads lie beside it."""
    return int(load, 16)


def label_of(text: str) -> str:
    """A node or a name as a part of a file name."""
    return _UNSAFE.sub("-", text)[:_LONGEST_LABEL].strip("-.") or "snapshot"


def dump_of(fingerprint: str) -> str:
    """The part of the name that tells the dump and its options."""
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:_DIGEST_DIGITS]


def names_in(folder: Path, table: str) -> list[str]:
    """The Parquet files of a table, in order; hidden ones are none.

    Raises:
        OSError: the folder cannot be listed.
    """
    try:
        return sorted(
            path.name
            for path in (folder / table).iterdir()
            if path.name.endswith(SUFFIX) and not path.name.startswith(".")
        )
    except (FileNotFoundError, NotADirectoryError):
        return []


def loads_of(names: Iterable[str], dump: str) -> list[FileName]:
    """Those of the names that are of one dump."""
    return [name for name in map(FileName.parse, names) if name is not None and name.dump == dump]


def is_folder(path: Path) -> bool:
    """Whether loads have been written there."""
    try:
        return bool(names_in(path, SNAPSHOTS))
    except (OSError, ValueError):
        # No path at all, or one that cannot be read: whoever opens it says so.
        return False


def remove_load(folder: Path, name: FileName) -> None:
    """Removes the files of a load, its snapshot last: until then the files of a newer load stand before it."""
    for table in (KEYS, *OTHERS, SNAPSHOTS):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            (folder / table / str(name)).unlink()
