"""Ten nights of a cluster of two shards, one with a replica, and of a cache beside it.

`user` grows by a hundred keys a night; night 3 the cache's dump is cut off; night 5 shard 2 writes none; from night 6
on the sessions have lost their expiry; in night 7 a resharding copies `move` from shard 1 to shard 2, and in night 8 it
is finished.
"""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path

from tests.history.nights import DAY, FIRST, night, strings
from tests.rdb_writer import string

CONFIGURATION = """
db = "var/history.duckdb"

[[nodes]]
cluster = "shop"
shard = 1
dumps = "dumps/one-*.rdb"
maxmemory = "10MB"

[[nodes]]
cluster = "shop"
shard = 1
role = "replica"
dumps = "dumps/one_copy-*.rdb"

[[nodes]]
cluster = "shop"
shard = 2
dumps = "dumps/two-*.rdb"

[[nodes]]
name = "cache"
dumps = "dumps/cache-*.rdb"

[nightly]
reports = "var/reports"
prometheus = "var/rdbscope.prom"
log = "var/nightly.jsonl"

[history]
full = 2
keep_daily = 10

[checks]
select = [
    "checksum-disabled", "damaged-snapshot", "missing-node", "overlapping-slots", "session-without-ttl", "slot-skew",
    "unbounded-growth",
]

[checks.params]
unbounded-growth.min_bytes = 10_000
"""
CACHE_CUT, TWO_MISSING, TTL_LOST, MOVING, MOVED = 3, 5, 6, 7, 8
HOURS_LATER = 4


def prepare(folder: Path, more: str = "") -> None:
    """The configuration, and folders for what it names."""
    (folder / "rdbscope.toml").write_text(CONFIGURATION + more)
    for name in ("dumps", "var"):
        (folder / name).mkdir()


def write(folder: Path, number: int) -> None:
    """The dumps of one night."""
    moved = [string(b"move:{c}:%d" % one, b"v" * 200) for one in range(50)]
    one = [*strings(b"user:{a}", 1000 + 100 * number), *(moved if number < MOVED else [])]
    two = [*strings(b"order:{b}", 500), *(moved if number >= MOVING else [])]
    expires = (FIRST + number * DAY + 600) * 1000
    sessions = [
        string(b"app:session:%d" % one, b"s" * 50, expires_at_ms=expires if number < TTL_LOST else None)
        for one in range(200)
    ]
    dumps = {"one": night(number, *one), "one_copy": night(number, *one, second=2), "two": night(number, *two)}
    dumps["cache"] = night(number, *sessions)
    if number == CACHE_CUT:
        dumps["cache"] = dumps["cache"][:2000]
    if number == TWO_MISSING:
        del dumps["two"]
    for name, content in dumps.items():
        path = folder / "dumps" / f"{name}-{number}.rdb"
        path.write_bytes(content)
        os.utime(path, (FIRST + number * DAY,) * 2)


def clock(number: int) -> str:
    """When the job of this night runs."""
    at = FIRST + number * DAY + HOURS_LATER * 3600
    return datetime.fromtimestamp(at, tz=timezone.utc).isoformat()


def date(number: int) -> str:
    """The name of the night."""
    return clock(number)[:10]
