"""When a source was taken, as far as its first bytes tell: the rest of it is not read."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path

from rdbscope.errors import RdbscopeError
from rdbscope.sources import log
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import can_be_read_again, open_stream
from rdbscope.sources.tap import Tap

# The largest block of an LZ4 frame, of which nothing comes out before its end, and what stands before it.
LIMIT_BYTES = (4 << 20) + (64 << 10)
_PIECE_BYTES = 64 << 10
# Where the aux fields end, with room to spare.
_HEAD_BYTES = 4096
# A server writes one with the first command of each second.
_TAIL_BYTES = 64 << 10
_ANNOTATION = re.compile(rb"\n#TS:(\d{1,12})\r\n(?=\*)")


@dataclass(frozen=True)
class Look:
    """What a look at a source tells.

    Attributes:
        taken_at_ms: of a dump its ctime, of a log its last annotation, else the ctime of its base; Unix milliseconds,
            None where nothing is said.
        modified_at_ms: time of the newest file of a log with a manifest, None for other sources.
        size: bytes of all its files, likewise.
    """

    taken_at_ms: int | None = None
    modified_at_ms: int | None = None
    size: int | None = None


class _HeadTap(Tap):
    """Reads in small pieces, and not beyond a limit: a dump that hides its beginning is not unpacked whole."""

    block_bytes = _PIECE_BYTES

    def _read(self, size: int) -> bytes:
        left = LIMIT_BYTES - self.position
        if left <= 0:
            raise OSError("too far from the beginning")
        return super()._read(min(size, _PIECE_BYTES, left))


def look(name: str) -> Look:
    """A look at a path or URL; what cannot be read, or only once, tells nothing."""
    if not can_be_read_again(name):
        return Look()
    try:
        with open_stream(name, _HeadTap) as source:
            if source.kind is Kind.MANIFEST:
                return _of_manifest(log.of_manifest(source))
            taken = _ctime(source.read(_HEAD_BYTES))
            if source.kind is Kind.AOF and source.path is not None:
                taken = _last_annotation(source.path) or taken
            return Look(taken)
    except (RdbscopeError, OSError):
        return Look()


def _of_manifest(opened: log.OpenLog) -> Look:
    taken = _last_annotation(opened.paths[-1])
    if taken is None:
        with open_stream(str(opened.paths[0]), _HeadTap) as base:
            taken = _ctime(base.read(_HEAD_BYTES))
    return Look(taken, opened.modified_at_ms, opened.size)


def _ctime(head: bytes) -> int | None:
    """The aux field of the dump that begins so, in Unix milliseconds; its end is missing, which is no news."""
    from rdbscope import _native

    reader = _native.Reader(io.BytesIO(head))
    try:
        reader.walk()
    except _native.DumpError as problem:
        if problem.kind in ("empty", "bad_magic", "unsupported_version", "foreign_dialect"):
            return None
    try:
        taken: int | None = reader.facts()["ctime_ms"]
    except RuntimeError:
        # It ends before the header does.
        return None
    return taken


def _last_annotation(path: Path) -> int | None:
    """The newest time that stands near the end of a log, in Unix milliseconds."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        start = file.seek(max(0, size - _TAIL_BYTES))
        found = _ANNOTATION.findall((b"" if start else b"\n") + file.read(_TAIL_BYTES))
    return int(found[-1]) * 1000 if found else None
