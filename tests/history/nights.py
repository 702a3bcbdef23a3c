"""Dumps of simulated nights, dated one day apart."""

from __future__ import annotations

import struct

from tests.rdb_writer import aux, string

FIRST = 1_760_000_000  # 2025-10-09 08:53:20 UTC, a Thursday
DAY = 86_400


def night(number: int, *records: bytes, second: int = 0) -> bytes:
    """A dump of Redis 7.2 taken `number` days and `second` seconds after the first."""
    at = FIRST + number * DAY + second
    head = b"REDIS0011" + aux(b"redis-ver", b"7.2.6") + aux(b"ctime", b"%d" % at)
    return head + b"\xfe\x00" + b"".join(records) + b"\xff" + struct.pack("<Q", 0)


def strings(prefix: bytes, keys: int, size: int = 10) -> list[bytes]:
    """`keys` strings of `size` bytes below `prefix`."""
    return [string(prefix + b":%d" % number, b"v" * size) for number in range(keys)]
