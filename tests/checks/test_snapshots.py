"""Checks that look at the snapshot as a whole, or at several of them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.conftest import Run
from tests.rdb_writer import dump, many, string


def found(run: Run, *arguments: str | Path) -> list[dict[str, object]]:
    done = run("check", *arguments, "--keys", "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_damaged_dump(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(100)[:-30])
    assert run("load", "dump.rdb", "--salvage").returncode == 0
    assert [row["name"] for row in found(run, "damaged-snapshot")] == ["dump.rdb"]
    assert b"is not whole" in run("check").stderr


def test_a_wrong_checksum_is_damage(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(string(b"a", b"b"))[:-8] + b"12345678")
    assert run("load", "dump.rdb", "--salvage").returncode == 0
    assert len(found(run, "damaged-snapshot")) == 1


def test_a_whole_dump(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(string(b"a", b"b"), checksum=True))
    assert found(run, "dump.rdb", "damaged-snapshot", "checksum-disabled") == []


def test_slots_that_two_nodes_hold(run: Run, tmp_path: Path) -> None:
    for node, name in (("a", b"{x}:1"), ("b", b"{x}:2"), ("c", b"{y}:1")):
        (tmp_path / f"{node}.rdb").write_bytes(dump(string(name, b"v")))
        assert run("load", f"{node}.rdb", "--node", node).returncode == 0
    rows = found(run, "overlapping-slots")
    assert [row["measured"] for row in rows] == [2.0]
    assert "a, b" in str(rows[0]["message"]) or "b, a" in str(rows[0]["message"])
    assert b"several nodes are needed" in run("check", "a.rdb", "overlapping-slots").stdout
