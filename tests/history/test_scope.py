"""Snapshots of a part of the keys, or priced for another server: marked, and beside the history of the whole."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.history.nights import night, strings

_PART = ("--match", "user:*")


@pytest.fixture
def history(run: Run, tmp_path: Path) -> Path:
    """Two nights of one node, and of the second a part and what it would need in another server."""
    for number in (1, 2):
        keys = [*strings(b"user", 100 * number), *strings(b"cart", 300)]
        (tmp_path / f"{number}.rdb").write_bytes(night(number, *keys))
        assert run("load", f"{number}.rdb", "--node", "a", "--no-check").returncode == 0
    assert run("load", "2.rdb", "--node", "a", "--no-check", *_PART).returncode == 0
    assert run("load", "2.rdb", "--node", "a", "--as", "valkey-8.1", "--no-check").returncode == 0
    return tmp_path


def test_summary_list_and_report_say_it(run: Run, history: Path) -> None:
    summary = run("load", "2.rdb", "--node", "a", *_PART, "--type", "string", "--as", "redis-8.0").stdout.decode()
    said = "only keys like user:* of type string, as redis-8.0"
    assert f"loaded: {said}" in summary
    listed = [json.loads(line) for line in run("snapshots", "list", "--format", "jsonl").stdout.splitlines()]
    assert [row["scope"] for row in listed] == [said, "as valkey-8.1", "only keys like user:*", None, None]
    assert b"only keys like user:*" in run("snapshots", "list").stdout
    report = json.loads(run("report", "3", "--format", "json").stdout)
    assert "Loaded only keys like user:*." in report["verdict"]
    assert [row["scope"] for row in report["snapshots"]] == ["only keys like user:*"]
    assert "Loaded" not in json.loads(run("report", "2", "--format", "json").stdout)["verdict"]


def test_a_redacted_report_does_not_tell_the_glob(run: Run, history: Path) -> None:
    report = run("report", "3", "--format", "html", "--redact").stdout
    assert b"user:*" not in report
    assert b"Loaded in part" in report


def test_a_hostile_glob_stays_text(run: Run, history: Path) -> None:
    done = run("load", "1.rdb", "--match", "\x1b[31m*")
    assert b"\x1b" not in done.stdout
    assert b"\x1b" not in run("snapshots", "list").stdout


def test_the_history_of_the_whole_does_not_see_them(run: Run, history: Path) -> None:
    rows = [json.loads(line) for line in run("trends", "--format", "jsonl").stdout.splitlines()]
    whole = {row["node"]: (row["first_keys"], row["last_keys"]) for row in rows if row["pattern"] is None}
    assert whole == {"a": (400, 500), "a (as valkey-8.1)": (500, 500), "a (only keys like user:*)": (200, 200)}
    compared = [json.loads(line) for line in run("diff", "--by", "pattern", "--format", "jsonl").stdout.splitlines()]
    assert [(row["pattern"], row["old_keys"], row["new_keys"]) for row in compared] == [("user:{int}", 100, 200)]


def test_a_report_on_all_nodes_takes_the_whole_where_there_is_one(run: Run, history: Path) -> None:
    assert run("load", "1.rdb", "--node", "b", *_PART).returncode == 0
    report = json.loads(run("report", "--all-nodes", "--format", "json").stdout)
    assert [(row["node"], row["keys"]) for row in report["snapshots"]] == [("a", 500), ("b", 100)]


def test_diff_warns_of_two_that_were_not_loaded_alike(run: Run, history: Path) -> None:
    done = run("diff", "2", "3")
    assert b"not loaded alike" in done.stderr
    assert b"only keys like user:*" in done.stdout
    assert b"not loaded alike" not in run("diff", "1", "2").stderr


def test_retention_counts_them_apart(run: Run, history: Path) -> None:
    done = run("snapshots", "prune", "--full", "1", "--keep-daily", "1", "--keep-weekly", "0", "--keep-monthly", "0")
    assert b"dropped snapshot 1, thinned no snapshot" in done.stderr


def test_diff_and_report_mean_the_same_newest(run: Run, history: Path) -> None:
    # An older night, loaded last.
    (history / "0.rdb").write_bytes(night(0, *strings(b"user", 7)))
    (history / "b.rdb").write_bytes(night(1, *strings(b"user", 9), second=60))
    assert run("load", "0.rdb", "--node", "a").returncode == 0
    assert run("load", "b.rdb", "--node", "a").returncode == 0
    report = json.loads(run("report", "--format", "json").stdout)
    assert [row["keys"] for row in report["snapshots"]] == [9]
    totals = [json.loads(line) for line in run("diff", "--by", "total", "--format", "jsonl").stdout.splitlines()]
    keys = next(row for row in totals if row["figure"] == "keys")
    assert (keys["old_value"], keys["new_value"]) == (100 + 300, 9)
