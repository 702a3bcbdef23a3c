"""Where a result goes: standard output, or a file that appears whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from rdbscope.console import wants_colour
from rdbscope.errors import OutputError


@dataclass
class Output:
    """An open output.

    Attributes:
        stream: takes bytes.
        is_terminal: whether a person looks at it.
        max_rows: most rows that a table shows; None shows all.
        bulk: whether millions of rows are expected.
        colour: whether text for people gets colour.
    """

    stream: BinaryIO
    is_terminal: bool = False
    max_rows: int | None = None
    bulk: bool = False
    colour: bool = False

    def text(self, text: str) -> None:
        """Writes text as UTF-8."""
        self.stream.write(text.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def open_output(path: Path | None, *, max_rows: int | None = None, bulk: bool = False) -> Iterator[Output]:
    """Standard output, or `path` written through a temporary file beside it and renamed at the end.

    Raises:
        OutputError: it cannot be written.
    """
    if path is None:
        sys.stdout.flush()
        try:
            yield Output(sys.stdout.buffer, sys.stdout.isatty(), max_rows, bulk, wants_colour(sys.stdout))
            sys.stdout.buffer.flush()
        except OSError as problem:
            if problem.errno == errno.EPIPE:
                raise
            raise OutputError(f"standard output: {problem.strerror or problem}") from problem
        return
    with _replacing(path) as stream:
        yield Output(stream, False, max_rows, bulk, wants_colour(None))


def remove_unfinished(path: Path) -> None:
    """Removes what killed writers of `path` left beside it, as far as that can be; nobody may be writing it now."""
    left = re.compile(re.escape(_prefix(path)) + "[a-z0-9_]{8}")
    with contextlib.suppress(OSError):
        for one in path.parent.iterdir():
            if left.fullmatch(one.name) and one.is_file() and not one.is_symlink():
                one.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    """How the names of its temporary files begin; a longer one could be too long."""
    return f".{path.name[:64]}."


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    if path.is_dir():
        raise OutputError(f"{path}: is a directory", hint="name a file with -o")
    temporary: Path | None = None
    try:
        if path.exists() and not path.is_file():
            # A device or a named pipe is written to, never replaced.
            with path.open("wb") as device:
                yield device
            return
        descriptor, name = tempfile.mkstemp(prefix=_prefix(path), dir=path.parent)
        temporary = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        temporary.replace(path)
        temporary = None
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror or problem}") from problem
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """Permissions of the file that is replaced, or those a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
