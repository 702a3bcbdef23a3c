"""`rdbscope trends`: slopes, limits and series over snapshots, thinned ones too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.history.nights import night, strings


@pytest.fixture
def grown(run: Run, tmp_path: Path) -> Path:
    """Eight nights: `user` grows by 100 keys a night, `page` stays, `old` is gone in the last two."""
    for number in range(8):
        records = [*strings(b"user", 100 * (number + 1)), *strings(b"page", 50)]
        records += strings(b"old", 20) if number < 6 else []
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *records))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    return tmp_path


def grow(run: Run, *arguments: str) -> dict[str | None, dict[str, Any]]:
    done = run("trends", *arguments, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return {row["pattern"]: row for row in map(json.loads, done.stdout.splitlines())}


def test_a_straight_line(run: Run, grown: Path) -> None:
    found = grow(run)
    users = found["user:{int}"]
    assert (users["keys_per_day"], users["first_keys"], users["last_keys"], users["days"]) == (100, 100, 800, 7)
    assert users["bytes_per_day"] == pytest.approx((users["last_bytes"] - users["first_bytes"]) / 7, rel=0.01)
    assert users["fit"] > 0.999
    assert found["page:{int}"]["bytes_per_day"] == 0
    assert len(found[None]["series"]) == 8
    assert "old:{int}" not in found
    gone = grow(run, "--gone")["old:{int}"]
    assert (gone["last_bytes"], gone["snapshots"], len(gone["series"])) == (0, 6, 8)


def test_days_until_the_limit(run: Run, grown: Path) -> None:
    total = grow(run)[None]
    assert total["days_to_limit"] is None
    limit = total["last_bytes"] + 10 * total["bytes_per_day"]
    assert grow(run, "--limit", str(limit))[None]["days_to_limit"] == pytest.approx(10, abs=0.1)
    assert grow(run, "--limit", "1k")[None]["days_to_limit"] == 0
    (grown / "rdbscope.toml").write_text(f'[[nodes]]\nname = "a"\ndumps = "*.rdb"\nmaxmemory = {limit}\n')
    assert grow(run)[None]["days_to_limit"] == pytest.approx(10, abs=0.1)


def test_two_of_one_second_come_in_the_order_of_their_loads(run: Run, tmp_path: Path) -> None:
    for name, keys in (("a", 10), ("b", 30), ("c", 20)):
        (tmp_path / f"{name}.rdb").write_bytes(night(0, *strings(b"user", keys)))
        assert run("load", f"{name}.rdb", "--node", "a", "--no-check").returncode == 0
    for found in grow(run).values():
        assert (found["first_keys"], found["last_keys"]) == (10, 20)
        assert found["series"][0] < found["series"][2] < found["series"][1]


def test_damaged_dumps_are_no_history_and_empty_ones_are(run: Run, grown: Path) -> None:
    (grown / "8.rdb").write_bytes(night(8, *strings(b"user", 900))[:2000])
    assert run("load", "8.rdb", "--node", "a", "--no-check", "--salvage").returncode == 0
    (grown / "9.rdb").write_bytes(night(9))
    assert run("load", "9.rdb", "--node", "a", "--no-check").returncode == 0
    total = grow(run)[None]
    assert (total["snapshots"], len(total["series"]), total["last_keys"]) == (9, 9, 0)


@pytest.mark.parametrize("limit", ["99999999999999TB", "9223372036854775808", "9" * 400, "-5", "lots", ""])
def test_a_limit_that_is_none(run: Run, tmp_path: Path, limit: str) -> None:
    (tmp_path / "0.rdb").write_bytes(night(0, *strings(b"user", 10)))
    assert run("load", "0.rdb", "--no-check").returncode == 0
    done = run("trends", "--limit", limit)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert run("trends", "--limit", str(2**63 - 1025)).returncode == 0


def test_thinning_changes_no_trend(run: Run, grown: Path) -> None:
    before = grow(run, "--gone")
    run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    assert grow(run, "--gone") == before


def test_what_people_see(run: Run, grown: Path) -> None:
    table = run("trends", "--pattern", "user*").stdout.decode()
    assert "▁▂▃▄▅▆▇█" in table and "user:{int}" in table and "page" not in table
    assert run("trends", "--node", "b").returncode == 2
    rows = run("trends", "-n", "1", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(row)["pattern"] for row in rows] == [None, "user:{int}"]


def test_one_snapshot_has_no_slope(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.rdb").write_bytes(night(0, *strings(b"user", 5)))
    run("load", "one.rdb")
    found = grow(run, "--limit", "1GiB")
    assert found["user:{int}"]["bytes_per_day"] is None
    assert found[None]["days_to_limit"] is None


def test_a_node_and_a_file_of_the_same_name_are_two(run: Run, tmp_path: Path) -> None:
    for number in range(2):
        for name, keys, options in (("b", 10, ["--node", "a"]), ("a", 1000, [])):
            (tmp_path / name).write_bytes(night(number, *strings(b"user", keys + number)))
            assert run("load", name, "--no-check", *options).returncode == 0
    rows = [json.loads(line) for line in run("trends", "--format", "jsonl").stdout.splitlines()]
    totals = sorted((row["node"], row["first_keys"], row["last_keys"]) for row in rows if row["pattern"] is None)
    assert totals == [("a", 10, 11), ("a", 1000, 1001)]
