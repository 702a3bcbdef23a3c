"""Valkey 9.2's envelope around a compressed dump: `VCS`, version, codec, a reserved byte, kind, then one frame."""

from __future__ import annotations

import io
from typing import BinaryIO, Protocol

from rdbscope.errors import InputError

HEADER_BYTES = 7
_VERSION = 1
_CODECS = {1: "lz4", 2: "zstd"}
_KIND_RDB = 1
_PLAIN_HINT = "for a plain dump: CONFIG SET rdbcompression yes, then BGSAVE"


def is_envelope(head: bytes) -> bool:
    """Whether `head` starts one of Valkey's envelopes, those of development branches included."""
    return head.startswith((b"VCS", b"VKCS"))


def envelope_codec(name: str, header: bytes) -> str:
    """The codec that the 7-byte `header` of source `name` announces.

    Raises:
        InputError: an envelope, version, codec or kind that cannot be read; the values are named.
    """
    if header.startswith(b"VKCS"):
        raise InputError(f"{name}: compressed dump of a Valkey pre-release (VKCS)", hint=_PLAIN_HINT)
    if len(header) < HEADER_BYTES:
        raise InputError(f"{name}: compressed Valkey dump that ends inside its envelope (byte {len(header)})")
    version, codec, reserved, kind = header[3:HEADER_BYTES]
    what = f"compressed dump of Valkey (envelope version {version}, codec {codec}, reserved {reserved}, kind {kind})"
    if version != _VERSION or reserved != 0 or codec not in _CODECS:
        raise InputError(f"{name}: {what}: unknown to this version of rdbscope", hint=_PLAIN_HINT)
    if kind != _KIND_RDB:
        raise InputError(f"{name}: {what}: a replication stream, not a dump", hint=_PLAIN_HINT)
    return _CODECS[codec]


class _FrameDecompressor(Protocol):
    """What the LZ4 and Zstandard decompressors have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


def _decompressor(codec: str) -> _FrameDecompressor:
    if codec == "lz4":
        import lz4.frame

        decompressor: _FrameDecompressor = lz4.frame.LZ4FrameDecompressor()
        return decompressor
    import zstandard

    return zstandard.ZstdDecompressor(max_window_size=1 << 31).decompressobj()


class Frame(io.RawIOBase):
    """The one frame of an envelope; what follows it (commands of an append-only log) is counted, not read."""

    # Small input blocks keep the unpacked block small even for a bomb.
    _BLOCK_BYTES = 64 * 1024

    def __init__(self, stream: BinaryIO, codec: str) -> None:
        super().__init__()
        self._stream = stream
        self._decompressor = _decompressor(codec)
        self._ready = memoryview(b"")
        self.trailing = False

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Reads at most `len(buffer)` unpacked bytes; raises EOFError where the frame is cut."""
        while not self._ready:
            if self._decompressor.eof:
                self.trailing = self.trailing or bool(self._decompressor.unused_data or self._stream.read(1))
                return 0
            packed = self._stream.read(self._BLOCK_BYTES)
            if not packed:
                raise EOFError("compressed frame ends early")
            self._ready = memoryview(self._decompressor.decompress(packed))
        taken = min(len(buffer), len(self._ready))
        buffer[:taken] = self._ready[:taken]
        self._ready = self._ready[taken:]
        return taken
