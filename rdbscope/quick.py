"""Quick looks at a dump: the largest keys and the prefixes, from one pass in bounded memory and without a database."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.errors import DumpError
from rdbscope.options import ReadOptions
from rdbscope.sources import open_source
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import can_be_read_again

if TYPE_CHECKING:
    from rdbscope._native import ArrowStream, Reader
    from rdbscope.api import Watch
    from rdbscope.store.connect import Connection

# More keys than this are a report rather than a look: they are held in memory.
MOST_KEYS = 10_000


@dataclass(frozen=True)
class Look:
    """What a pass found.

    Attributes:
        stream: the rows.
        taken_at_ms: when the snapshot was taken, Unix milliseconds; None where nobody knows.
        damage: what salvage went over or where it stopped; None for a whole dump.
    """

    stream: ArrowStream
    taken_at_ms: int | None
    damage: str | None

    @contextlib.contextmanager
    def in_table(self, name: str) -> Iterator[Connection]:
        """A temporary database whose table `name` holds the rows, in their order."""
        from rdbscope.store import connect
        from rdbscope.store.side_tables import scannable

        with connect.temporary() as connection:
            with scannable(connection, self.stream) as stream:
                connection.execute(f"CREATE TEMP TABLE {name} AS FROM {stream}")
            yield connection


def look(
    source: str, options: ReadOptions, ask: Callable[[Reader], ArrowStream | None], *, watch: Watch
) -> Look | None:
    """Asks a reader of one dump; None where the answer needs a database.

    That is so of logs, of dumps that hold keys twice, and, because those are known too late, of what can be read once
    only.

    Args:
        source: path or URL.
        options: filters and salvage.
        ask: calls the reader; it may answer None.
        watch: shows progress while the reader runs.

    Raises:
        DumpError: the dump is damaged.
        InputError: it cannot be read.
    """
    from rdbscope import _native
    from rdbscope.store import snapshots
    from rdbscope.store.interrupt import stopping_pass

    if not can_be_read_again(source):
        return None
    with open_source(source) as opened:
        if opened.kind is not Kind.RDB:
            return None
        reader = options.reader(opened.native_input())
        try:
            with watch(opened, reader), stopping_pass(opened, reader):
                stream = ask(reader)
        except _native.DumpError as problem:
            if opened.failure is not None:
                raise opened.failure from problem
            raise DumpError(opened.name, problem) from problem
        except OSError as problem:
            if opened.failure is not None:
                raise opened.failure from problem
            raise
        facts = reader.facts()
        if stream is None:
            return None
        return Look(stream, snapshots.taken_at_ms(facts, opened), snapshots.damage_text(facts))
