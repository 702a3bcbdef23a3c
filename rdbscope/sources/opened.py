"""One opened source: what the native reader reads, and what is known about the file around it."""

from __future__ import annotations

import io
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, cast

from rdbscope.errors import InputError, SourceNotFoundError, one_line
from rdbscope.sources import stdin
from rdbscope.sources.compressed import Unpacked, codec_of
from rdbscope.sources.envelope import HEADER_BYTES, Frame, envelope_codec, is_envelope
from rdbscope.sources.kind import HEAD_BYTES, Kind, kind_of, rdb_version_of
from rdbscope.sources.tap import Tap, path_fingerprint
from rdbscope.sources.url import is_url, open_url

if TYPE_CHECKING:
    from rdbscope._native import ReadableLog, ReadableSource

_BUFFER_BYTES = 1 << 20
_LAYERS = 4
# A pipe can be silent for as long as its writer likes; the end of a failed load does not wait for that.
_LAST_READ_SECONDS = 1


class OpenSource:
    """A source open for one pass; a context manager.

    Attributes:
        name: what messages and `snapshots.source` call it.
        kind: by content.
        codecs: names of the compression layers, outermost first.
        size: bytes of the file as stored, None where unknown (pipes).
        modified_at_ms: time of the file in Unix milliseconds, None where it has none.
    """

    def __init__(self, name: str, tap: Tap, *, path: Path | None, size: int | None, modified_at_ms: int | None) -> None:
        self.name = name
        self.size = size
        self.modified_at_ms = modified_at_ms
        self.codecs: list[str] = []
        self.failure: InputError | None = None
        self._tap = tap
        self._path = path
        self._frame: Frame | None = None
        # The native reader reads ahead in a thread of its own, which may be inside a read when the pass ends.
        self._reading = threading.Lock()
        self._ended = False
        try:
            self._stream = self._unpack(cast(BinaryIO, io.BufferedReader(tap, _BUFFER_BYTES)))
            head = self._peek(self._stream)
            self.kind = kind_of(head)
            self._rdb_version = rdb_version_of(head)
        except BaseException:
            tap.close()
            raise

    def _unpack(self, stream: BinaryIO) -> BinaryIO:
        for _ in range(_LAYERS):
            head = self._peek(stream)
            codec = codec_of(head)
            if codec is not None:
                self.codecs.append(codec.name)
                layer: io.RawIOBase = Unpacked(codec.unpack(stream))
            elif is_envelope(head):
                name = envelope_codec(self.name, stream.read(HEADER_BYTES))
                self.codecs.append(f"valkey-{name}")
                self._frame = layer = Frame(stream, name)
            else:
                return stream
            stream = cast(BinaryIO, io.BufferedReader(layer, _BUFFER_BYTES))
        raise InputError(f"{self.name}: compressed more than {_LAYERS} times over")

    def _peek(self, stream: BinaryIO) -> bytes:
        try:
            return cast(io.BufferedReader, stream).peek(HEAD_BYTES)[:HEAD_BYTES]
        except Exception as problem:  # codecs and remote file systems have exceptions of their own
            raise self._unreadable(problem) from problem

    def _unreadable(self, problem: BaseException) -> InputError:
        layer = f"{self.codecs[-1]} data: " if self.codecs else ""
        return InputError(
            f"{self.name}: cannot be read: {layer}{one_line(problem)} (byte {self._tap.position:,} of the file)",
            hint="copy the file again" if self.codecs else None,
        )

    def native_input(self) -> str | ReadableSource | ReadableLog:
        """What the native reader gets: the path of a plain local file, else this object."""
        return str(self._path) if self._path is not None and not self.codecs else self

    def read(self, size: int, /) -> bytes:
        """Unpacked bytes for the native reader; a failure is kept in `failure` for the message."""
        with self._reading:
            if self._ended:
                return b""
            try:
                return self._stream.read(size)
            except Exception as problem:  # as above
                self.failure = self._unreadable(problem)
                raise OSError(self.failure.message) from problem

    @property
    def path(self) -> Path | None:
        """The local file behind it, None for pipes and URLs."""
        return self._path

    @property
    def rdb_version(self) -> tuple[str, int] | None:
        """Family and number of the format of the dump, or of the base of a log; None where there is none."""
        return self._rdb_version

    @property
    def position(self) -> int | None:
        """Bytes of the stored file read so far, None where the native reader reads the file itself."""
        return None if self.native_input() is not self else self._tap.position

    def known_fingerprint(self) -> str | None:
        """The fingerprint where it can be had before reading (local files), else None."""
        return None if self._path is None else path_fingerprint(self._path)

    def final_fingerprint(self) -> str:
        """The fingerprint at the end of the pass; reads what the parser left unread."""
        known = self.known_fingerprint()
        if known is not None:
            return known
        with self._reading:
            self._ended = True
            self._tap.drain()
            return self._tap.fingerprint()

    @property
    def stored_bytes(self) -> int:
        """Bytes of the stored file: its size, or what was read of a pipe."""
        return self.size if self.size is not None else self._tap.position

    @property
    def trailing(self) -> bool:
        """Whether anything follows the compressed frame of a Valkey envelope."""
        return self._frame is not None and self._frame.trailing

    def abort(self) -> None:
        """Makes reads fail from now on; callable from any thread."""
        self._tap.abort()

    def close(self) -> None:
        """Closes the file or stream; a read that is under way ends first."""
        self._tap.abort()
        settled = self._reading.acquire(timeout=_LAST_READ_SECONDS)
        self._ended = True
        if settled:
            self._reading.release()
        self._tap.close()

    def __enter__(self) -> OpenSource:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def can_be_read_again(name: str) -> bool:
    """Whether the name opens the same bytes again, which that of a pipe does not."""
    return is_url(name) or Path(name).is_file()


def open_source(name: str) -> OpenSource:
    """Opens a path, `-` for standard input, or a URL; a log with all its files.

    Raises:
        SourceNotFoundError: it does not exist, or a file that it names.
        InputError: it cannot be opened or unpacked.
    """
    from rdbscope.sources import log

    opened = open_stream(name)
    if opened.kind is Kind.MANIFEST:
        return log.of_manifest(opened)
    return log.single(opened) if opened.kind is Kind.AOF else opened


def open_stream(name: str, tap: type[Tap] = Tap) -> OpenSource:
    """The same without a look at other files: one stream of bytes, which `tap` reads where it is a file or a URL."""
    if name == "-":
        return OpenSource(stdin.NAME, stdin.open_stdin(), path=None, size=None, modified_at_ms=None)
    if is_url(name):
        stream, size = open_url(name, tap)
        return OpenSource(name, stream, path=None, size=size, modified_at_ms=None)
    return _open_path(name, tap)


def _open_path(name: str, tap: type[Tap]) -> OpenSource:
    path = Path(name)
    try:
        status = path.stat()
        if path.is_dir():
            raise InputError(f"{name}: is a directory", hint="name the dump file")
        stream = path.open("rb", buffering=0)
    except FileNotFoundError as problem:
        raise SourceNotFoundError(f"{name}: no such file") from problem
    except OSError as problem:
        raise InputError(f"{name}: {problem.strerror or problem}") from problem
    regular = path.is_file()
    return OpenSource(
        name,
        tap(cast(BinaryIO, stream)),
        # A named pipe can be read once only, so it stays with the stream that was opened.
        path=path if regular else None,
        size=status.st_size if regular else None,
        modified_at_ms=status.st_mtime_ns // 1_000_000 if regular else None,
    )
