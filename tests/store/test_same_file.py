"""One file of several nodes: a replica can hold the very bytes of its master."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.rdb_writer import many


@pytest.fixture
def dumps(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / f"{name}.rdb").write_bytes(many(10))
    return tmp_path


def _nodes(run: Run, *place: str) -> list[str | None]:
    sql = "SELECT node FROM snapshots ORDER BY node NULLS FIRST"
    done = run("query", sql, "--format", "jsonl", *place)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["node"] for line in done.stdout.splitlines()]


def test_equal_dumps_of_two_nodes_are_two_snapshots(run: Run, dumps: Path) -> None:
    for name, node in (("one", "a"), ("two", "b"), ("two", "b"), ("one", "a")):
        assert run("load", f"{name}.rdb", "--node", node, "--no-check").returncode == 0
    assert _nodes(run) == ["a", "b"]
    # Without a node it is known already, whichever it was.
    assert b"loaded before as" in run("load", "one.rdb").stderr
    assert _nodes(run) == ["a", "b"]


def test_force_replaces_the_snapshot_of_its_node_only(run: Run, dumps: Path) -> None:
    for name, node in (("one", "a"), ("two", "b")):
        assert run("load", f"{name}.rdb", "--node", node, "--no-check").returncode == 0
    assert run("load", "two.rdb", "--node", "a", "--force").returncode == 0
    assert _nodes(run) == ["a", "b"]
    assert run("load", "one.rdb", "--force").returncode == 0
    assert _nodes(run) == ["a", "b"], "a snapshot lost its node when it was loaded again"


def test_a_snapshot_without_a_node_gets_the_one_that_is_said_later(run: Run, dumps: Path) -> None:
    assert run("load", "one.rdb").returncode == 0
    done = run("load", "one.rdb", "--node", "a")
    assert b"loaded before as snapshot 1, a is its node now" in done.stderr
    piped = run("load", "-", "--node", "b", stdin=(dumps / "one.rdb").read_bytes())
    assert b"loaded before" not in piped.stderr
    assert _nodes(run) == ["a", "b"]


def test_a_pipe_gives_its_node_too(run: Run, dumps: Path) -> None:
    assert run("load", "one.rdb").returncode == 0
    done = run("load", "-", "--node", "a", stdin=(dumps / "one.rdb").read_bytes())
    assert b"a is its node now" in done.stderr
    assert _nodes(run) == ["a"]


def test_a_folder_keeps_the_dumps_of_both_nodes(run: Run, dumps: Path) -> None:
    for name, node in (("one", "a"), ("two", "b"), ("one", "a")):
        assert run("load", f"{name}.rdb", "--node", node, "--no-check", "--to-parquet", "folder").returncode == 0
    assert _nodes(run, "--db", "folder") == ["a", "b"]
    assert run("load", "one.rdb", "--node", "a", "--to-parquet", "folder", "--force").returncode == 0
    assert _nodes(run, "--db", "folder") == ["a", "b"]
