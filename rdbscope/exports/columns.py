"""Columns of the exports as SQL over key rows joined with their forms."""

from __future__ import annotations

KEYS = """
    db, name, raw, type, encoding, kind, elements, memory_bytes, memory_exact, allocated_bytes, value_bytes,
    CAST(coalesce(octet_length(raw), strlen(name)) AS BIGINT) AS key_bytes, dump_bytes, largest_element_bytes,
    expires_at_ms, idle_seconds, lfu_frequency, slot, hash_tag(name) AS hash_tag, record_offset
"""

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
