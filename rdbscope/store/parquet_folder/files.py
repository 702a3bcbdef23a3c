"""The files of a folder as DuckDB sees them: named beforehand, read-only, and nothing else."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from fsspec.spec import AbstractFileSystem

from rdbscope.store.parquet_folder.layout import SCHEME


class _File:
    """An open file with a position for each thread.

    DuckDB seeks and reads in two calls, and several of its threads may use one file: with one position for all, one
    thread would read what another one asked for.
    """

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        # By number: what Python keeps for a thread of DuckDB does not outlive a call.
        self._positions: dict[int, int] = {}

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Moves the position of this thread."""
        if whence == os.SEEK_CUR:
            offset += self.tell()
        elif whence == os.SEEK_END:
            offset += os.fstat(self._handle).st_size
        self._positions[threading.get_ident()] = offset
        return offset

    def tell(self) -> int:
        """The position of this thread."""
        return self._positions.get(threading.get_ident(), 0)

    def read(self, size: int) -> bytes:
        """Reads at the position of this thread and moves it."""
        data = os.pread(self._handle, size, self.tell())
        self.seek(len(data), os.SEEK_CUR)
        return data

    def close(self) -> None:
        """Closes the file."""
        os.close(self._handle)


class ReadOnlyFiles(AbstractFileSystem):  # type: ignore[misc]  # fsspec has no types
    """A file system of `folder://<table>/<file>`.

    SQL of the user runs on a connection that can reach these names, so opening for writing is not in it.

    Args:
        folder: where the files are.
        names: what may be opened: `<table>/<file>`.
    """

    protocol = SCHEME.removesuffix("://")
    cachable = False

    def __init__(self, folder: Path, names: Collection[str]) -> None:
        super().__init__()
        self._folder = folder
        self._names = frozenset(names)

    def _path(self, url: str) -> Path:
        name = url.removeprefix(SCHEME)
        if name not in self._names:
            raise PermissionError(f"{name}: is no file of this folder")
        return self._folder / name

    def open(self, path: str, mode: str = "rb", **kwargs: object) -> _File:
        """One of the files, for reading.

        Raises:
            PermissionError: it is to be written, or is none of the files.
        """
        if mode != "rb":
            raise PermissionError(f"{path.removeprefix(SCHEME)}: the folder is only read")
        return _File(self._path(path))

    def info(self, path: str, **kwargs: object) -> dict[str, Any]:
        """Name, size and kind of a file."""
        return {"name": path, "size": self._path(path).stat().st_size, "type": "file"}

    def modified(self, path: str) -> datetime:
        """When a file was written."""
        return datetime.fromtimestamp(self._path(path).stat().st_mtime, tz=timezone.utc)

    def ls(self, path: str, detail: bool = True, **kwargs: object) -> list[Any]:
        """Nothing: files are named, not searched."""
        return []
