"""The hand-made cases: outcome, error, warnings and keys as their expected.json says, through the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import SHARED, Run

_CASES = sorted(
    path.parent
    for folder in ("cases", "cases-next")
    for path in (SHARED / folder).glob("*/expected.json")
    if json.loads(path.read_text())["format"] == "rdb"
)
_LOGS = sorted(
    path.parent
    for folder in ("cases", "cases-next")
    for path in (SHARED / folder).glob("*/expected.json")
    if json.loads(path.read_text())["format"] in ("aof", "aof-dir")
)
_FAMILIES = {"truncated", "corrupt_length", "corrupt_lzf", "corrupt_encoding", "checksum_mismatch", "bad_magic"}


@pytest.mark.parametrize("case", _CASES, ids=[case.name for case in _CASES])
def test_case(case: Path, run: Run, tmp_path: Path) -> None:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text())
    done = run("load", case / expected["input"])
    said = done.stderr.decode()
    outcome = {0: "loads_with_warning" if "warning:" in said else "loads", 3: "fails"}[done.returncode]
    assert outcome in {expected["outcome"], *expected.get("also_acceptable", ())}, said
    assert "Traceback" not in said
    if outcome == "fails":
        assert said.count("\n") == 1
        _check_error(expected, case, run)
    else:
        _check_keys(expected, tmp_path)


@pytest.mark.parametrize("case", _LOGS, ids=[case.name for case in _LOGS])
def test_log_case(case: Path, run: Run, tmp_path: Path) -> None:
    expected: dict[str, Any] = json.loads((case / "expected.json").read_text())
    done = run("load", case / expected["input"])
    said = done.stderr.decode()
    outcome = {0: "loads_with_warning" if "warning:" in said else "loads", 3: "fails"}[done.returncode]
    assert outcome in {expected["outcome"], *expected.get("also_acceptable", ())}, said
    if outcome == "fails":
        _check_error(expected, case, run)
        assert f"{expected['commands']} whole commands" in said
        assert run("load", "--salvage", case / expected["input"]).returncode == 0
    with duckdb.connect(str(tmp_path / "rdbscope.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT db, name, type, elements, expires_at_ms FROM keys ORDER BY ALL").fetchall()
        counted = dict(connection.execute("SELECT command, commands FROM aof_commands").fetchall())
    assert counted == expected["commands_by_name"]
    assert [(key["db"], key["key"], key["type"]) for key in expected["final_keys"]] == [row[:3] for row in rows]
    for row, key in zip(rows, expected["final_keys"], strict=True):
        assert row[3] == key.get("elements", key.get("value_bytes", row[3]))
        assert row[4] == key.get("expire_at_ms")


def _check_error(expected: dict[str, Any], case: Path, run: Run) -> None:
    error = expected["error"]
    if not error:
        return
    verdict = json.loads(run("verify", "--format", "json", case / expected["input"]).stdout)[0]
    if expected.get("envelope") is None:
        kinds = {error["kind"], *error.get("also_kind", [])} - {None}
        assert verdict["kind"] in kinds
    if error.get("offset_min") is not None:
        assert error["offset_min"] <= verdict["offset"] <= error["offset_max"], verdict["problem"]


def _check_keys(expected: dict[str, Any], folder: Path) -> None:
    with duckdb.connect(str(folder / "rdbscope.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT db, lower(hex(key_bytes(name, raw))), type, expires_at_ms FROM keys ORDER BY record_offset"
        ).fetchall()
    ours = {(db, key): (kind, expires) for db, key, kind, expires in rows}
    last = {(key["db"], key["key_hex"]): key for key in expected["keys"]}
    if "if_loaded" in expected and not last:
        assert len(rows) == expected["if_loaded"]["key_count"]
        return
    assert set(ours) == set(last)
    assert len(rows) == len(last)
    for identity, key in last.items():
        kind, expires = ours[identity]
        assert expires == key["expire_at_ms"]
        if key["type"] in ("string", "list", "set", "zset", "hash", "stream"):
            assert kind == key["type"]


def test_the_same_key_twice_is_told_with_both_offsets(shared: Path, run: Run, tmp_path: Path) -> None:
    case = shared / "cases" / "C09-same-key-twice"
    assert run("load", case / "dump.rdb").returncode == 0
    with duckdb.connect(str(tmp_path / "rdbscope.duckdb"), read_only=True) as connection:
        rows = connection.execute("SELECT kind, db, name, message FROM anomalies").fetchall()
        kept = connection.execute("SELECT type FROM keys WHERE name = 'sess:7f' AND db = 0").fetchall()
    assert [row[:3] for row in rows] == [("duplicate-key", 0, "sess:7f")]
    assert "95" in rows[0][3] and "125" in rows[0][3]
    assert kept == [("hash",)]
