"""Typed errors. Each carries its exit code; `__main__` alone turns one into a line on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rdbscope.exit_codes import ExitCode

if TYPE_CHECKING:
    from rdbscope import _native


class RdbscopeError(Exception):
    """Base of all errors that rdbscope raises on purpose.

    Args:
        message: one sentence that says what is wrong.
        hint: what the user can do about it, one sentence, or None.
    """

    exit_code: ClassVar[ExitCode] = ExitCode.INTERNAL

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def line(self) -> str:
        """The error as one line, hint included."""
        return self.message if self.hint is None else f"{self.message}; {self.hint}"

    def __str__(self) -> str:
        return self.line()


class UsageError(RdbscopeError):
    """An option, a name or a query that cannot be right."""

    exit_code = ExitCode.USAGE


class InputError(RdbscopeError):
    """A source that cannot be opened or is no snapshot."""

    exit_code = ExitCode.INPUT


class SourceNotFoundError(InputError, FileNotFoundError):
    """A source that does not exist."""


class DumpError(InputError):
    """A snapshot that is damaged, cut short or of a format that cannot be read.

    Attributes:
        source: the file, URL or `stdin` as the user named it.
        kind: stable identifier such as `truncated` or `checksum_mismatch`.
        offset: byte offset in the unpacked source where reading stopped.
        db: database of the key that was open, or None.
        key: raw bytes of the key that was open, or None.
        part: the file of a multi-part log that the offset counts in, or None.
    """

    def __init__(self, source: str, cause: _native.DumpError) -> None:
        self.source = source
        self.kind = cause.kind
        self.offset = cause.offset
        self.db = cause.db
        self.key = cause.key
        self.reason = cause.message
        self.part = cause.part
        super().__init__(self.sentence(), hint=HINTS.get(cause.kind))

    def sentence(self, *, with_key: bool = True) -> str:
        """What is wrong and where; without the key for outputs in which names are not to stand."""
        where = f"byte {self.offset:,}" + (f" of {self.part}" if self.part is not None else "")
        if self.key is not None and with_key:
            from rdbscope._native import safe_name

            where += f", key '{shorten(safe_name(self.key))}' in db {self.db}"
        return f"{self.source}: {self.reason} ({where})"


class StoreError(RdbscopeError):
    """The database cannot be opened, read or written."""

    exit_code = ExitCode.OUTPUT


class DatabaseNotFoundError(StoreError, FileNotFoundError):
    """The database file does not exist."""


class DatabaseLockedError(StoreError):
    """Another process holds the database file."""


class OutputError(RdbscopeError):
    """The output file cannot be written."""

    exit_code = ExitCode.OUTPUT


class OutputClosedError(RdbscopeError):
    """The program that reads our standard output has ended; nobody needs to be told."""

    exit_code = ExitCode.BROKEN_PIPE


class InterruptedLoadError(RdbscopeError):
    """The user pressed Ctrl-C, or SIGTERM came; the database is as it was before."""

    exit_code = ExitCode.INTERRUPTED


HINTS: dict[str, str] = {
    "empty": "was the disk full when it was written?",
    "truncated": "copy the file again, or keep what is sound with --salvage",
    "bad_magic": "give an RDB file (it starts with REDIS or VALKEY)",
    "unsupported_version": "write the dump again with a released server version",
    "unknown_type": "keep the keys before it with --salvage",
    "corrupt_length": "copy the file again, or keep what is sound with --salvage",
    "corrupt_lzf": "copy the file again, or keep what is sound with --salvage",
    "corrupt_encoding": "copy the file again, or keep what is sound with --salvage",
    "checksum_mismatch": "bytes changed after the server wrote them: copy the file again, or load it with --salvage",
    "aof_protocol": "load it with --salvage to keep the commands before it",
    "bad_manifest": "copy the manifest again, before the files it names",
    "limit_exceeded": "raise --replay-memory, or load the dump alone",
    "foreign_dialect": "keep what can be read with --salvage",
}


def shorten(text: str, limit: int = 120) -> str:
    """Cuts safe text for a message, so that a key of a megabyte stays one line."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def one_line(problem: BaseException) -> str:
    """The text of a foreign exception, folded to one line."""
    return " ".join(str(problem).split()) or type(problem).__name__
