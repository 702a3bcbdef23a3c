"""The bottom of every stream read through Python: counts bytes, keeps head and tail for the fingerprint."""

from __future__ import annotations

import hashlib
import io
import threading
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

    from _typeshed import WriteableBuffer

# The native module takes as much for local files: a pipe and a file with the same bytes have one fingerprint.
END_BYTES = 1 << 20


def path_fingerprint(path: Path) -> str:
    """The fingerprint of a local file: length and a digest of its head and tail, read without the rest."""
    from rdbscope._native import fingerprint

    return fingerprint([str(path)])


class Tap(io.RawIOBase):
    """A raw byte stream that can be asked at any time how far it is, and at its end for its fingerprint.

    Attributes:
        position: bytes read so far.
        block_bytes: how much of a remote object is asked for at once.
    """

    block_bytes = 4 << 20

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._head = bytearray()
        self._tail = b""
        self._stop = threading.Event()
        self.position = 0

    def readable(self) -> bool:
        """Always true."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Reads at most `len(buffer)` bytes; an aborted tap raises OSError."""
        if self._stop.is_set():
            raise InterruptedError("reading was cancelled")
        view = memoryview(buffer).cast("B")
        data = self._read(len(view))
        view[: len(data)] = data
        self._keep_ends(data)
        self.position += len(data)
        return len(data)

    def _read(self, size: int) -> bytes:
        return self._stream.read(size) or b""

    def _keep_ends(self, data: bytes) -> None:
        if len(self._head) < END_BYTES:
            self._head += data[: END_BYTES - len(self._head)]
        self._tail = data[-END_BYTES:] if len(data) >= END_BYTES else (self._tail + data)[-END_BYTES:]

    def abort(self) -> None:
        """Makes the next read fail; callable from any thread."""
        self._stop.set()

    @property
    def aborted(self) -> bool:
        """Whether `abort` was called."""
        return self._stop.is_set()

    def drain(self) -> None:
        """Reads what is left, so that the fingerprint covers the whole source."""
        block = bytearray(1 << 20)
        while self.readinto(block):
            pass

    def fingerprint(self) -> str:
        """The fingerprint of what was read so far; call it at the end."""
        beyond_head = max(0, self.position - END_BYTES)
        tail = self._tail[-min(beyond_head, END_BYTES) :] if beyond_head else b""
        length = self.position.to_bytes(8, "little")
        return hashlib.sha256(length + bytes(self._head) + tail).hexdigest()

    def close(self) -> None:
        """Closes the stream below."""
        if not self.closed:
            self._stream.close()
        super().close()
