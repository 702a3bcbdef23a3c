"""`unbounded-growth` on snapshots: what it says, and that thinned ones say the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rdbscope
from rdbscope.history.prune import prune
from rdbscope.history.retention import Rule
from tests.conftest import Run
from tests.history.nights import night, strings


@pytest.fixture
def leaking(run: Run, tmp_path: Path) -> Path:
    """Nine nights of a node: `log` grows by a hundred keys of a kilobyte a night, `page` stays."""
    for number in range(9):
        records = [*strings(b"log", 100 + 100 * number, 1000), *strings(b"page", 50, 1000)]
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *records))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    return tmp_path


def found(run: Run, *arguments: str) -> list[dict[str, Any]]:
    done = run("check", "unbounded-growth", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    findings: list[dict[str, Any]] = json.loads(done.stdout)["findings"]
    return findings


def test_thinned_snapshots_count_as_whole_ones_do(run: Run, leaking: Path) -> None:
    small = ("--param", "unbounded-growth.min_bytes=500000")
    assert found(run) == []
    before = found(run, *small)
    assert [one["pattern"] for one in before] == ["log:{int}"]
    assert before[0]["message"] == (
        "grew from 104.7 KiB to 948.4 KiB in 8 days, usually by 105.5 KiB a day, in 9 snapshots"
    )
    done = run("snapshots", "prune", "--full", "1", "--keep-daily", "9")
    assert b"thinned snapshots 1, 2, 3, 4, 5, 6, 7, 8" in done.stderr
    assert found(run, *small) == before


def test_dropped_snapshots_are_remembered_for_a_while(run: Run, leaking: Path) -> None:
    small = ("--param", "unbounded-growth.min_bytes=500000")
    before = found(run, *small)
    prune = ("--full", "1", "--keep-daily", "1", "--keep-weekly", "0", "--keep-monthly", "0")
    assert b"dropped snapshots 1, 2, 3, 4, 5, 6, 7, 8" in run("snapshots", "prune", *prune).stderr
    assert found(run, *small) == before
    # The first of these two, seventy days after the last of the old ones, is dropped as well.
    for number in (78, 79):
        (leaking / f"{number}.rdb").write_bytes(night(number, *strings(b"page", 50, 1000)))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
        run("snapshots", "prune", *prune)
    done = run("query", "SELECT DISTINCT snapshot_id FROM past_points ORDER BY ALL", "--format", "csv")
    assert done.stdout.split() == [b"snapshot_id", b"9", b"10"]


def test_a_month_that_rises_and_falls_is_no_growth_under_the_usual_retention(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.rdb" for number in range(59)]
    for number, path in enumerate(paths):
        records = [*strings(b"month", 40 + 3 * (number % 30), 1000), *strings(b"log", 40 + 3 * number, 1000)]
        path.write_bytes(night(number, *records))
    database = tmp_path / "rdbscope.duckdb"
    rdbscope.load(*paths, db=database, node="a", check=False)
    before = found(run, "--param", "unbounded-growth.min_bytes=50000")
    assert [one["pattern"] for one in before] == ["log:{int}"]
    assert len(prune(database, Rule()).plan.drop) > 40
    assert found(run, "--param", "unbounded-growth.min_bytes=50000") == before


def test_a_damaged_dump_has_no_history(run: Run, leaking: Path) -> None:
    (leaking / "cut.rdb").write_bytes(night(9, *strings(b"log", 1000, 1000))[:500_000])
    assert run("load", "cut.rdb", "--node", "a", "--salvage").returncode == 0
    text = " ".join(run("check", "pattern-anomaly", "unbounded-growth").stdout.decode().split())
    assert text.count("the dump is not whole: what is missing is no change") == 2


def test_the_past_is_judged_by_what_was_before_it(run: Run, leaking: Path) -> None:
    small = ("--param", "unbounded-growth.min_bytes=500000")
    assert "in 7 days" in found(run, "8", *small)[0]["message"]
    assert found(run, "7", *small) == []


def test_without_log_and_history_it_says_what_is_missing(run: Run, leaking: Path) -> None:
    text = run("check", "unbounded-growth", "3").stdout.decode()
    assert "load an append-only log; or 5 earlier snapshots of the node are needed" in " ".join(text.split())
