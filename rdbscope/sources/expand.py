"""From the arguments of a command to the sources it reads: directories and globs become their members."""

from __future__ import annotations

import glob
from pathlib import Path

from rdbscope.errors import InputError, RdbscopeError, SourceNotFoundError, UsageError, one_line, shorten
from rdbscope.sources.kind import Kind
from rdbscope.sources.log import looks_like_part
from rdbscope.sources.opened import open_stream
from rdbscope.sources.url import expand_url, is_url

STDIN = "-"


def expand(argument: str) -> list[str]:
    """The sources that one argument names, in the order in which they are read.

    Raises:
        UsageError: an empty name, which would mean the current directory.
        SourceNotFoundError: nothing is there.
        InputError: a directory without a snapshot, one that cannot be looked into, or a name that no file can have.
    """
    if not argument:
        raise UsageError("a dump with an empty name", hint="name a file, or . for the current folder")
    try:
        return _named(argument)
    except RdbscopeError:
        raise
    except OSError as problem:
        raise InputError(f"{shorten(argument)}: {problem.strerror or one_line(problem)}") from problem


def _named(argument: str) -> list[str]:
    if argument == STDIN:
        return [argument]
    if is_url(argument):
        return expand_url(argument) if glob.has_magic(argument) else [argument]
    path = Path(argument)
    if path.is_dir():
        return _directory(path)
    if not path.exists() and glob.has_magic(argument):
        found = sorted(match for match in glob.glob(argument) if Path(match).is_file())  # noqa: PTH207  any path
        if not found:
            raise SourceNotFoundError(f"{argument}: nothing matches")
        return found
    return [argument]


def _directory(directory: Path) -> list[str]:
    try:
        members = sorted(member for member in directory.iterdir() if member.is_file())
    except OSError as problem:
        raise InputError(f"{directory}: {problem.strerror}") from problem
    kinds = {member: _kind(member) for member in members}
    manifests = [str(member) for member in members if kinds[member] is Kind.MANIFEST]
    if manifests:
        return manifests
    parts = [member.name for member in members if looks_like_part(member.name)]
    if parts:
        raise InputError(
            f"{directory}: files of a multi-part append-only log ({parts[0]} …) without their manifest",
            hint="copy the manifest too, or name one file",
        )
    snapshots = [str(member) for member in members if kinds[member] in (Kind.RDB, Kind.AOF)]
    if not snapshots:
        raise InputError(f"{directory}: a directory without a snapshot", hint="name the dump file")
    return snapshots


def _kind(path: Path) -> Kind:
    try:
        with open_stream(str(path)) as source:
            return source.kind
    except InputError:
        return Kind.UNKNOWN
