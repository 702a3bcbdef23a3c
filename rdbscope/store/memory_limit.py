"""How much memory DuckDB may take by default."""

from __future__ import annotations

import re

from rdbscope.errors import UsageError, shorten
from rdbscope.memory import machine_bytes

CEILING = 512 * 10**6
UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
UNITS |= {f"{unit}i": 1024 ** (power + 1) for power, unit in enumerate("kmgt")}
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?\s*", re.IGNORECASE)
_SMALLEST = 64 * 10**6
# What a BIGINT holds.
_MOST = 2**63


def default_bytes() -> int:
    """The smaller of 512 MB and a quarter of the memory."""
    memory = machine_bytes()
    return CEILING if memory is None else max(_SMALLEST, min(CEILING, memory // 4))


def shared_by(users: int, limit: int | None) -> int:
    """The part of the limit (None for the default) that each of several databases at once may take."""
    return max(_SMALLEST, (limit or default_bytes()) // users)


def size_in_bytes(text: str) -> int:
    """Bytes from text such as `512MB`, `2GiB` or `1000000`.

    Raises:
        UsageError: not a size, or one beyond 64 bits.
    """
    found = SIZE.fullmatch(text)
    if found is None:
        raise UsageError(f"'{shorten(text)}' is no size in bytes", hint="write it like 512MB or 2GiB")
    size = float(found[1]) * UNITS[found[2].lower()]
    if size >= _MOST:
        raise UsageError(f"'{shorten(text)}' is more bytes than any machine has", hint="write it like 512MB or 2GiB")
    return int(size)


def parse_bytes(text: str) -> int:
    """A memory limit in bytes.

    Raises:
        UsageError: not a size, or too small to work with.
    """
    size = size_in_bytes(text)
    if size < _SMALLEST:
        raise UsageError(f"a memory limit of {shorten(text)} is too small", hint="give at least 64MB")
    return size
