"""Precision on keyspaces with planted violations: everything that must be flagged is, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rdbscope.api import load_one
from rdbscope.checks.catalog import built_in
from rdbscope.checks.run import Context, key_rows_sql, prepare
from rdbscope.conventions.table import read
from rdbscope.options import ReadOptions
from rdbscope.store import connect
from rdbscope.store.load import Labels
from tests.conftest import SHARED

IDS = {
    "big_value": "large-value",
    "cache_no_ttl": "cache-without-ttl",
    "lock_no_ttl": "lock-without-ttl",
    "rate_no_ttl": "rate-limit-without-ttl",
    "session_no_ttl": "session-without-ttl",
    "inconsistent_prefix": "inconsistent-namespace",
    "large_json": "large-json-uncompressed",
    "no_namespace_prefix": "no-namespace",
    "nondefault_db": "nondefault-database",
    "set_should_be_hll": "set-should-be-hyperloglog",
    "single_char_key": "single-character-key",
    "untrimmed_stream": "unbounded-stream",
    "zset_all_zero": "zset-without-scores",
}
FOLDERS = sorted((SHARED / "corpus" / "policy").glob("*")) if SHARED is not None else []


def flagged(dump: Path, context: Context) -> dict[str, set[str]]:
    """Bytes of every flagged key in hex, by check."""
    with connect.temporary() as connection:
        result = load_one(connection, str(dump), ReadOptions(), database=None, labels=Labels())
        prepare(connection, result.snapshot_id, context)
        found: dict[str, set[str]] = {}
        for check in built_in().values():
            if check.needs and (check.needs != ("conventions",) or context.conventions is None):
                continue
            for sql in key_rows_sql([check]):
                rows = connection.execute(
                    f"SELECT coalesce(raw_hex, lower(hex(encode(name)))) FROM ({sql}) AS k"
                ).fetchall()
                found[check.check_id] = {row[0] for row in rows}
        return found


@pytest.mark.skipif(not FOLDERS, reason="no corpus beside the checkout")
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_flags_what_was_planted_and_nothing_else(folder: Path) -> None:
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    arguable = json.loads((folder / "arguable.json").read_text("utf-8"))
    found = flagged(folder / "policy.rdb.gz", Context(conventions=read(folder / "conventions.md")))
    problems = {}
    for name, keys in expected.items():
        check_id = IDS.get(name, name.replace("_", "-"))
        missing = set(keys) - found[check_id]
        extra = found[check_id] - set(keys) - set(arguable.get(name, ()))
        if missing or extra:
            problems[check_id] = (
                [bytes.fromhex(key) for key in sorted(missing)[:3]],
                [bytes.fromhex(key) for key in sorted(extra)[:3]],
            )
    assert problems == {}
