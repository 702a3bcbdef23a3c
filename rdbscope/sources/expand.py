"""From the arguments of a command to the sources it reads: directories and globs become their members."""

from __future__ import annotations

import glob
from pathlib import Path

from rdbscope.errors import InputError, SourceNotFoundError
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import open_source
from rdbscope.sources.url import expand_url, is_url

STDIN = "-"


def expand(argument: str) -> list[str]:
    """The sources that one argument names, in the order in which they are read.

    Raises:
        SourceNotFoundError: nothing is there.
        InputError: a directory without a snapshot.
    """
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
    manifests = [member for member in members if member.suffix == ".manifest"]
    if manifests:
        return [str(member) for member in manifests]
    snapshots = [str(member) for member in members if _is_snapshot(member)]
    if not snapshots:
        raise InputError(f"{directory}: a directory without a snapshot", hint="name the dump file")
    return snapshots


def _is_snapshot(path: Path) -> bool:
    try:
        with open_source(str(path)) as source:
            return source.kind is Kind.RDB
    except InputError:
        return False
