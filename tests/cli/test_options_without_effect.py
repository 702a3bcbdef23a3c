"""Options that cannot do anything for what is named are refused, and not passed over in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.rdb_writer import many


@pytest.fixture
def loaded(run: Run, tmp_path: Path) -> Run:
    (tmp_path / "a.rdb").write_bytes(many(10))
    (tmp_path / "redis.conf").write_text("hash-max-listpack-entries 1\n")
    assert run("load", "a.rdb", "--name", "one", "--no-check").returncode == 0
    assert run("load", "a.rdb", "--to-parquet", "folder", "--no-check").returncode == 0
    return run


@pytest.mark.parametrize("source", [(), ("1",), ("one",), ("folder",)], ids=" ".join)
def test_a_snapshot_keeps_its_sizes(loaded: Run, source: tuple[str, ...]) -> None:
    for option in (
        ("--as", "valkey-9.1"),
        ("--set", "hash-max-listpack-entries=1"),
        ("--config", "redis.conf"),
        ("--allocator", "glibc"),
        ("--cluster",),
        ("--no-cluster",),
    ):
        done = loaded("key", "user:1", *source, *option)
        assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
        assert option[0].encode() in done.stderr and b"name the dump" in done.stderr
        assert loaded("key", "user:1", "a.rdb", *option).returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        ("top",),
        ("tree", "1"),
        ("key", "user:1", "one"),
        ("check", "folder"),
        ("report",),
        ("report", "1"),
        ("diff", "1", "1"),
        ("query", "keys"),
        ("query", "keys", "-s", "one"),
        ("export", "keys"),
    ],
    ids=" ".join,
)
def test_a_snapshot_is_not_salvaged(loaded: Run, command: tuple[str, ...]) -> None:
    assert loaded(*command).returncode == 0
    done = loaded(*command, "--salvage")
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
    assert b"--salvage" in done.stderr


@pytest.mark.parametrize("option", [("--until", "1700000000"), ("--until-offset", "100")], ids=" ".join)
@pytest.mark.parametrize("command", [("load", "--force"), ("load", "--to-parquet", "other"), ("verify",)], ids=" ".join)
def test_a_dump_has_no_end_but_its_own(loaded: Run, command: tuple[str, ...], option: tuple[str, ...]) -> None:
    done = loaded(*command, "a.rdb", *option)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1), done.stderr
    assert b"a.rdb: a dump holds one moment only" in done.stderr
