"""What a reading command reads: a snapshot of the database, or a dump in a temporary database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope import config, console
from rdbscope.cli.options import memory_limit as bytes_of
from rdbscope.errors import UsageError
from rdbscope.options import ReadOptions

if TYPE_CHECKING:
    from rdbscope._native import ArrowStream, Reader
    from rdbscope.quick import Look
    from rdbscope.store.connect import Connection
    from rdbscope.store.snapshots import Snapshot


def is_folder(target: str) -> bool:
    """Whether `target` is a folder that `load --to-parquet` wrote."""
    from rdbscope.store.parquet_folder import layout

    return layout.is_folder(Path(target))


def is_dump(target: str) -> bool:
    """Whether `target` names a file, a URL or standard input rather than a snapshot of the database."""
    from rdbscope.sources.url import is_url

    if target == "-" or is_url(target):
        return True
    try:
        return Path(target).exists() and not is_folder(target)
    except OSError as problem:
        # Whoever opens it says so; other names can be no file's.
        return isinstance(problem, PermissionError)


@contextlib.contextmanager
def opened(
    target: str | None, *, db: str | None, memory_limit: str | None, salvage: bool = False, allow_files: bool = False
) -> Iterator[tuple[Connection, Snapshot]]:
    """A connection that is closed to the outside, and the snapshot that `target` means.

    Raises:
        UsageError: no such snapshot, or one that is to be salvaged.
        InputError: a dump that cannot be read.
        StoreError: a database that cannot be opened.
    """
    from rdbscope.store import connect, snapshots

    limit = bytes_of(memory_limit)
    if target is not None and is_folder(target):
        # Named in the place of a dump: its newest snapshot, as of any database.
        db, target = target, None
    with contextlib.ExitStack() as stack:
        if target is not None and is_dump(target):
            from rdbscope.api import loaded
            from rdbscope.cli.progress import watch

            one = single(target)
            connection, result = stack.enter_context(
                loaded(one, ReadOptions(salvage=salvage), memory_limit=limit, watch=watch)
            )
            if result.damage is not None:
                console.warning(f"{one}: not whole: {result.damage}")
            connect.close_to_outside(connection, allow_files=allow_files)
            wanted: str | None = None
        else:
            refuse_salvage(salvage)
            connection = stack.enter_context(
                connect.reading(config.database(db), memory_limit=limit, allow_files=allow_files)
            )
            wanted = target
        yield connection, snapshots.choose(connection, wanted)


def refuse_salvage(salvage: bool) -> None:
    """What cannot be: to salvage what is loaded already.

    Raises:
        UsageError: it is wanted.
    """
    if salvage:
        raise UsageError("--salvage is for dumps", hint="name the dump, or load it with --salvage")


def looked_at(target: str | None, ask: Callable[[Reader], ArrowStream | None], *, salvage: bool) -> Look | None:
    """What a quick look at the dump `target` gives; None where it is no dump, or where the answer needs a database.

    Raises:
        InputError: a dump that cannot be read.
    """
    if target is None or not is_dump(target):
        return None
    from rdbscope.cli.progress import watch
    from rdbscope.quick import look

    one = single(target)
    found = look(one, ReadOptions(salvage=salvage), ask, watch=watch)
    if found is not None and found.damage is not None:
        console.warning(f"{one}: not whole: {found.damage}")
    return found


def single(target: str) -> str:
    """The one dump that a path, a folder or a glob names.

    Raises:
        UsageError: it names several.
        InputError: it names none.
    """
    from rdbscope.sources import expand

    found = expand(target)
    if len(found) > 1:
        raise UsageError(f"{target}: {len(found)} dumps", hint="name one of them, or load them into a database")
    return found[0]
