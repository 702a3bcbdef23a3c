"""An append-only log as a source: one file, or the files that a manifest names. A log is read more than once."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from rdbscope.errors import InputError, SourceNotFoundError
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import OpenSource, open_stream

if TYPE_CHECKING:
    from rdbscope._native import ReadableLog, ReadableSource

_LONGEST_MANIFEST = 4 << 20
# What may stand behind the name of a file that was compressed after it was copied.
_SUFFIXES = ("", ".gz", ".zst", ".lz4", ".bz2", ".xz")
_PART = re.compile(r"\.\d+\.(?:base|incr)\.(?:rdb|aof)(?:\.\w+)?")


class OpenLog(OpenSource):
    """A log open for one load; its files are opened anew for every pass.

    Attributes:
        part_names: names of its files as the manifest has them, in the order of replay.
        manifest: whether a manifest names them.
        manifest_offsets: whether replication offsets stand in it, as Redis 8.0 and later write them.
    """

    def __init__(
        self,
        name: str,
        paths: list[Path],
        *,
        part_names: list[str] | None = None,
        manifest: Path | None = None,
        manifest_offsets: bool = False,
        first: OpenSource | None = None,
    ) -> None:
        self.name = name
        self.kind = Kind.AOF if manifest is None else Kind.MANIFEST
        self.codecs = []
        self.failure = None
        self.part_names = part_names or [paths[0].name]
        self.manifest = manifest is not None
        self.manifest_offsets = manifest_offsets
        self._paths = paths
        self._files = paths if manifest is None else [manifest, *paths]
        self._first = first
        self._spool: tempfile.TemporaryDirectory[str] | None = None
        self._opened: list[OpenSource] = []
        self._aborted = False
        sizes = [path.stat() for path in paths]
        self.size = sum(status.st_size for status in sizes)
        self.modified_at_ms = max((status.st_mtime_ns // 1_000_000 for status in sizes), default=None)

    def native_input(self) -> str | ReadableSource | ReadableLog:
        """This object: the native reader opens the files itself, as often as it needs them."""
        return self

    def open_part(self, number: int) -> str | ReadableSource:
        """What the native reader reads of one file: its path, or its unpacked bytes."""
        if self._aborted:
            raise InterruptedError("reading was cancelled")
        opened = open_stream(str(self._paths[number]))
        source = opened.native_input()
        if isinstance(source, str):
            opened.close()
            return source
        self._opened.append(opened)
        return opened

    @property
    def paths(self) -> list[Path]:
        """Its files, in the order of replay."""
        return list(self._paths)

    @property
    def rdb_version(self) -> tuple[str, int] | None:
        """That of the first file, None where it holds commands only."""
        with open_stream(str(self._paths[0])) as first:
            return first.rdb_version

    @property
    def position(self) -> int | None:
        """None: the native reader knows better how far it is."""
        return None

    def known_fingerprint(self) -> str | None:
        """The fingerprint of all files; None for what came through a pipe."""
        from rdbscope._native import fingerprint

        return None if self._first is not None else fingerprint([str(path) for path in self._files])

    def final_fingerprint(self) -> str:
        """The same at the end of the pass."""
        from rdbscope._native import fingerprint

        return fingerprint([str(path) for path in self._files])

    @property
    def stored_bytes(self) -> int:
        """Bytes of all files together."""
        return self.size or 0

    @property
    def trailing(self) -> bool:
        """False: what follows a dump is part of the log."""
        return False

    def abort(self) -> None:
        """Makes reads fail from now on."""
        self._aborted = True
        for opened in self._opened:
            opened.abort()

    def keep(self, spool: tempfile.TemporaryDirectory[str]) -> None:
        """Takes over the folder of a spooled pipe, and removes it at the end."""
        self._spool = spool

    def close(self) -> None:
        """Closes what is open, and removes what was spooled."""
        for opened in self._opened:
            opened.close()
        if self._spool is not None:
            with contextlib.suppress(OSError):
                self._spool.cleanup()


def single(opened: OpenSource) -> OpenLog:
    """A log in one file; a pipe or remote file is spooled, because it has to be read twice.

    Raises:
        InputError: it cannot be read or spooled.
    """
    path = opened.path
    if path is not None:
        opened.close()
        return OpenLog(opened.name, [path])
    folder = tempfile.TemporaryDirectory(prefix="rdbscope-", ignore_cleanup_errors=True)
    target = Path(folder.name) / "appendonly.aof"
    try:
        with target.open("wb") as file:
            shutil.copyfileobj(cast(BinaryIO, opened), file, 1 << 20)
    except OSError as problem:
        folder.cleanup()
        raise opened.failure or InputError(f"{opened.name}: cannot be spooled: {problem}") from problem
    log = OpenLog(opened.name, [target], first=opened)
    log.keep(folder)
    opened.close()
    return log


def of_manifest(opened: OpenSource) -> OpenLog:
    """The log that an opened manifest names.

    Raises:
        DumpError: the manifest breaks its rules.
        InputError: a file that it names is missing.
    """
    from rdbscope import _native
    from rdbscope.errors import DumpError

    path = opened.path
    text = opened.read(_LONGEST_MANIFEST)
    opened.close()
    if path is None:
        raise InputError(f"{opened.name}: a manifest names files that stand beside it", hint="name it by its path")
    try:
        files = _native.manifest_files(text)
    except _native.DumpError as problem:
        raise DumpError(opened.name, problem) from problem
    if not files:
        raise InputError(f"{opened.name}: the manifest names no file that is to be loaded")
    names = [os.fsdecode(name) for name, _, _ in files]
    paths = [_member(opened.name, path.parent, name) for name in names]
    shown = [_native.safe_name(name) for name, _, _ in files]
    offsets = any(offset for _, _, offset in files)
    return OpenLog(opened.name, paths, part_names=shown, manifest=path, manifest_offsets=offsets)


def _member(manifest: str, folder: Path, name: str) -> Path:
    from rdbscope._native import safe_name

    for suffix in _SUFFIXES:
        path = folder / (name + suffix)
        if path.is_file():
            return path
    shown = safe_name(os.fsencode(name))
    raise SourceNotFoundError(
        f"{manifest}: the manifest names '{shown}', which is not there",
        hint="copy the whole folder, the manifest first",
    )


def looks_like_part(name: str) -> bool:
    """Whether a file is named like one of a multi-part log."""
    return _PART.search(name) is not None
