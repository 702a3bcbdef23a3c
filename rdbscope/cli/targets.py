"""What a command reads that takes several snapshots, or several dumps in a temporary database."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope import config, console
from rdbscope.cli import target
from rdbscope.cli.options import memory_limit as bytes_of
from rdbscope.errors import UsageError
from rdbscope.options import ReadOptions

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection


@contextlib.contextmanager
def opened(
    wanted: Sequence[str],
    *,
    db: str | None,
    memory_limit: str | None,
    salvage: bool = False,
    unnamed: Callable[[Connection], Sequence[int]],
) -> Iterator[tuple[Connection, list[int]]]:
    """A connection that is closed to the outside, and the numbers of the snapshots that `wanted` names.

    Args:
        wanted: snapshots, or dumps (then all of them); nothing leaves the choice to `unnamed`.
        db: the database of the snapshots.
        memory_limit: as given.
        salvage: keep what is sound of a damaged dump.
        unnamed: chooses from the database where nothing is wanted.

    Raises:
        UsageError: no such snapshot, one that is to be salvaged, or dumps and snapshots together.
        InputError: a dump that cannot be read.
        StoreError: a database that cannot be opened.
    """
    from rdbscope.store import connect, snapshots

    limit = bytes_of(memory_limit)
    if len(wanted) == 1 and target.is_folder(wanted[0]):
        db, wanted = wanted[0], ()
    dumps = [target.is_dump(one) for one in wanted]
    if any(dumps) and not all(dumps):
        raise UsageError(
            "a dump and a snapshot together", hint="load the dump into the database, or name dumps for both"
        )
    if not any(dumps):
        target.refuse_salvage(salvage)
        with connect.reading(config.database(db), memory_limit=limit) as connection:
            chosen = [snapshots.choose(connection, one).snapshot_id for one in wanted]
            yield connection, chosen or list(unnamed(connection))
        return
    with tempfile.TemporaryDirectory(prefix="rdbscope-", ignore_cleanup_errors=True) as folder:
        # A file and not memory: several dumps in memory would only be spilled again, without compression.
        database = Path(folder) / "dumps.duckdb"
        loaded = _loaded(wanted, database, limit, salvage)
        with connect.reading(database, memory_limit=limit) as connection:
            yield connection, loaded


def _loaded(wanted: Sequence[str], database: Path, limit: int | None, salvage: bool) -> list[int]:
    from rdbscope.api import load_one
    from rdbscope.cli.progress import watch
    from rdbscope.sources import expand
    from rdbscope.store import connect
    from rdbscope.store.load import Labels

    numbers: list[int] = []
    with connect.writing(database, memory_limit=limit) as connection:
        for source in [found for one in wanted for found in expand(one)]:
            result = load_one(
                connection, source, ReadOptions(salvage=salvage), database=None, labels=Labels(), watch=watch
            )
            if result.damage is not None:
                console.warning(f"{source}: not whole: {result.damage}")
            numbers.append(result.snapshot_id)
    return numbers
