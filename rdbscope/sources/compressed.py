"""Decompression by content: gzip, bzip2, xz, Zstandard and LZ4 frames, one codec below another if need be."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, cast


def _gzip(stream: BinaryIO) -> BinaryIO:
    try:
        # Three times faster; used where it happens to be installed.
        from isal import igzip as gzip  # type: ignore[import-not-found]
    except ImportError:
        import gzip
    return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))


def _bzip2(stream: BinaryIO) -> BinaryIO:
    import bz2

    return cast(BinaryIO, bz2.BZ2File(stream))


def _xz(stream: BinaryIO) -> BinaryIO:
    import lzma

    return cast(BinaryIO, lzma.LZMAFile(stream))


def _zstandard(stream: BinaryIO) -> BinaryIO:
    import zstandard

    reader = zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(stream, read_across_frames=True)
    return cast(BinaryIO, reader)


def _lz4(stream: BinaryIO) -> BinaryIO:
    import lz4.frame

    return cast(BinaryIO, lz4.frame.LZ4FrameFile(stream))


@dataclass(frozen=True)
class Codec:
    """A compression format: its name, the bytes it starts with, and how to read it."""

    name: str
    magic: bytes
    unpack: Callable[[BinaryIO], BinaryIO]


CODECS = (
    Codec("gzip", b"\x1f\x8b\x08", _gzip),
    Codec("bzip2", b"BZh", _bzip2),
    Codec("xz", b"\xfd7zXZ\x00", _xz),
    Codec("zstd", b"\x28\xb5\x2f\xfd", _zstandard),
    Codec("lz4", b"\x04\x22\x4d\x18", _lz4),
)


def codec_of(head: bytes) -> Codec | None:
    """The codec that `head` announces, or None for plain content."""
    return next((codec for codec in CODECS if head.startswith(codec.magic)), None)


class Unpacked(io.RawIOBase):
    """A decompressor as a raw stream, so that another layer can peek at it."""

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Reads at most `len(buffer)` unpacked bytes."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
