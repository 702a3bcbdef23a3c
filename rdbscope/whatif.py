"""What the same data would cost in other servers or with other settings: one pass over the dump for all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rdbscope.errors import UsageError
from rdbscope.options import ReadOptions
from rdbscope.sources import open_source
from rdbscope.sources.accept import accept_dump
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.api import Watch
    from rdbscope.store.connect import Connection


@dataclass(frozen=True)
class Wanted:
    """A server to compare with.

    Attributes:
        server: `redis` or `valkey`; None for the one that wrote the dump.
        version: its version; without a patch the last verified one of the line.
        thresholds: settings that differ from its defaults.
        allocator: `jemalloc`, `jemalloc-16` or `glibc`; None for the bundled one.
        cluster: cluster mode; None as the dump tells.
    """

    server: str | None = None
    version: str | None = None
    thresholds: dict[str, int] = field(default_factory=dict, hash=False)
    allocator: str | None = None
    cluster: bool | None = None

    def native(self) -> dict[str, Any]:
        """What the native reader takes: only what is given."""
        given = {
            "server": self.server,
            "version": self.version,
            "thresholds": self.thresholds or None,
            "allocator": self.allocator,
            "cluster": self.cluster,
        }
        return {name: value for name, value in given.items() if value is not None}


def verified() -> list[tuple[str, str]]:
    """Every server whose sizes were verified byte for byte, as (server, version)."""
    from rdbscope import _native

    return _native.verified_servers()


@contextlib.contextmanager
def compared(source: str, wanted: Sequence[Wanted], options: ReadOptions, *, watch: Watch) -> Iterator[Connection]:
    """A connection whose table `comparison` holds keys and bytes, now and then, by target, pattern, type, encoding.

    Raises:
        UsageError: no server to compare with.
        DumpError: the dump is damaged.
        InputError: it cannot be read.
    """
    from rdbscope import _native
    from rdbscope.errors import DumpError, one_line
    from rdbscope.store import connect
    from rdbscope.store.interrupt import stopping_pass
    from rdbscope.store.side_tables import scannable

    if not wanted:
        raise UsageError("nothing to compare with", hint="name a server with --as or a setting with --set")
    with open_source(source) as opened, connect.temporary() as connection:
        accept_dump(opened)
        reader = options.reader(opened.native_input())
        try:
            with watch(opened, reader), stopping_pass(opened, reader):
                stream = reader.compare([one.native() for one in wanted])
        except _native.DumpError as problem:
            if opened.failure is not None:
                raise opened.failure from problem
            raise DumpError(opened.name, problem) from problem
        except (ValueError, OverflowError) as problem:
            # A version that no server has.
            raise UsageError(one_line(problem)) from problem
        with scannable(connection, stream) as name:
            connection.execute(f"CREATE TABLE comparison AS FROM {name}")
        yield connection


ROWS = """
WITH labelled AS (
    SELECT
        target_no, server || '-' || server_version AS target, coalesce(pattern, '') AS pattern, type,
        encoding, target_encoding, keys, unknown_keys, unloadable_keys, memory_bytes, target_memory_bytes,
        CASE WHEN unloadable_keys = 0 AND encoding IS DISTINCT FROM target_encoding THEN keys ELSE 0 END AS flipped
    FROM comparison
),
grouped AS (
    SELECT target_no, target, 'total' AS grouped_by, 'all keys' AS name, * EXCLUDE (target_no, target) FROM labelled
    UNION ALL
    SELECT target_no, target, 'type', type, * EXCLUDE (target_no, target) FROM labelled
    UNION ALL
    SELECT target_no, target, 'encoding', type || ' ' || encoding || ' -> ' || target_encoding,
        * EXCLUDE (target_no, target)
    FROM labelled WHERE flipped > 0
    UNION ALL
    SELECT target_no, target, 'pattern', pattern, * EXCLUDE (target_no, target) FROM labelled
),
sums AS (
    SELECT
        target_no, target, grouped_by, name,
        sum(keys)::BIGINT AS keys,
        -- NULL where there is nothing to compare.
        sum(memory_bytes) FILTER (unknown_keys + unloadable_keys < keys)::BIGINT AS memory_bytes,
        sum(target_memory_bytes) FILTER (unknown_keys + unloadable_keys < keys)::BIGINT AS target_memory_bytes,
        sum(flipped)::BIGINT AS flipped_keys,
        sum(unknown_keys)::BIGINT AS unknown_keys,
        sum(unloadable_keys)::BIGINT AS unloadable_keys
    FROM grouped
    GROUP BY ALL
)
SELECT
    target, grouped_by, name, keys, memory_bytes, target_memory_bytes,
    target_memory_bytes - memory_bytes AS difference_bytes,
    (target_memory_bytes - memory_bytes) / nullif(memory_bytes, 0)::DOUBLE AS difference_share,
    flipped_keys, unknown_keys, unloadable_keys
FROM sums
WHERE grouped_by <> 'pattern' OR target_memory_bytes <> memory_bytes
QUALIFY grouped_by <> 'pattern' OR row_number() OVER (
    PARTITION BY target_no, grouped_by ORDER BY abs(target_memory_bytes - memory_bytes) DESC, name
) <= $patterns
ORDER BY
    target_no, array_position(['total', 'type', 'encoding', 'pattern'], grouped_by),
    abs(target_memory_bytes - memory_bytes) DESC, name
"""


def unloadable(connection: Connection) -> list[tuple[str, int, str]]:
    """What each server cannot load, and its figures leave out: server, keys, and the types of those with their keys."""
    return [(row[0], row[1], row[2]) for row in fetch.rows(connection, _UNLOADABLE)]


_UNLOADABLE = """
WITH by_type AS (
    SELECT
        target_no, server || '-' || server_version AS target,
        CASE type WHEN 'hash' THEN 'hash with expiring fields' ELSE type END AS type,
        sum(unloadable_keys)::BIGINT AS keys
    FROM comparison
    WHERE unloadable_keys > 0
    GROUP BY ALL
)
SELECT target, sum(keys)::BIGINT, string_agg(format('{:,} {}', keys, type), ', ' ORDER BY keys DESC, type)
FROM by_type
GROUP BY target_no, target
ORDER BY target_no
"""
