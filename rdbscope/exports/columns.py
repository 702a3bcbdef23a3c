"""Columns of the exports as SQL over key rows joined with their forms, and the choice of some of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from difflib import get_close_matches

from rdbscope.errors import UsageError

#: What is known of a key when its record has been read, by the names of the view `keys`. The parser writes the same.
KEYS = {
    **{name: name for name in ("db", "name", "raw", "type", "encoding", "kind", "elements")},
    **{name: name for name in ("memory_bytes", "memory_exact", "allocated_bytes", "value_bytes")},
    "key_bytes": "CAST(coalesce(octet_length(raw), strlen(name)) AS BIGINT) AS key_bytes",
    **{name: name for name in ("dump_bytes", "largest_element_bytes", "expires_at_ms", "idle_seconds")},
    **{name: name for name in ("lfu_frequency", "slot")},
    "hash_tag": "hash_tag(name) AS hash_tag",
    "record_offset": "record_offset",
}

# The names of rdbtools: what it calls list, sortedset; and its expiry in ISO 8601, empty without one.
RDBTOOLS = """
    db AS database,
    CASE type WHEN 'zset' THEN 'sortedset' ELSE type END AS type,
    name AS key,
    coalesce(memory_bytes, value_bytes) AS size_in_bytes,
    CASE
        WHEN type = 'string' THEN 'string'
        ELSE encoding
    END AS encoding,
    elements AS num_elements,
    largest_element_bytes AS len_largest_element,
    strftime(timestamp_of(expires_at_ms), '%Y-%m-%dT%H:%M:%S.%f') AS expiry
"""


def keys_sql(columns: Sequence[str] | None) -> str:
    """The columns of keys as a list of SQL, all or those chosen, each a name of KEYS."""
    return ", ".join(KEYS[name] for name in columns or KEYS)


def names_of(text: str) -> list[str]:
    """The names of a list with commas.

    Raises:
        UsageError: an empty name, or one that comes twice.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise UsageError(f"--columns: an empty name in {text!r}", hint="write names with commas between them")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--columns: {name} comes twice")
    return names


def check(names: Sequence[str], known: Collection[str]) -> None:
    """Sees that all names are known.

    Raises:
        UsageError: one is not; the nearest are named.
    """
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"the columns are {', '.join(known)}"
            raise UsageError(f"no column {name!r}", hint=hint)
