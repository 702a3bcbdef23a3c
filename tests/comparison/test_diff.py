"""Comparison: what is new, gone, larger or different, why bytes moved, and that equal is equal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rdbscope.comparison.changes import has_grown, least_growth
from rdbscope.errors import UsageError
from rdbscope.store import connect, fetch
from tests.conftest import ROOT, Run
from tests.rdb_writer import CTIME, dump, hash_table, many, string

_SHOP = ROOT / "fixtures" / "demo" / "shop.rdb.gz"
_LATER = (CTIME + 3600) * 1000


def _old() -> bytes:
    return dump(
        string(b"user:1", b"v" * 100),
        string(b"user:2", b"v" * 100),
        string(b"gone:1", b"v" * 50),
        string(b"session:0a1b2c3d4e5f6071", b"s", expires_at_ms=_LATER),
        string(b"session:1a1b2c3d4e5f6072", b"s", expires_at_ms=_LATER),
        string(b"moved:1", b"s", expires_at_ms=_LATER),
        string(b"num:1", b"123"),
        hash_table(b"cart:1", {b"f%d" % n: b"v" for n in range(10)}),
        string(b"kind:1", b"text"),
    )


def _new() -> bytes:
    return dump(
        string(b"user:1", b"v" * 400),
        string(b"user:2", b"v" * 100),
        string(b"user:3", b"v" * 100),
        string(b"session:0a1b2c3d4e5f6071", b"s"),
        string(b"session:1a1b2c3d4e5f6072", b"s", expires_at_ms=_LATER),
        string(b"moved:1", b"s", expires_at_ms=_LATER + 5000),
        string(b"num:1", b"12x"),
        hash_table(b"cart:1", {b"f%d" % n: b"v" for n in range(600)}),
        hash_table(b"kind:1", {b"f": b"v"}),
        string(b"evil\x1b[31m\xff", b"v"),
    )


@pytest.fixture
def two(tmp_path: Path) -> Path:
    (tmp_path / "old.rdb").write_bytes(_old())
    (tmp_path / "new.rdb").write_bytes(_new())
    return tmp_path


def _rows(run: Run, by: str, *arguments: str) -> list[dict[str, object]]:
    done = run("diff", *(arguments or ("old.rdb", "new.rdb")), "--by", by, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_kind_of_change_of_a_key(run: Run, two: Path) -> None:
    keys = {row["name"]: row for row in _rows(run, "key")}
    assert set(keys) == {
        "user:1",
        "user:3",
        "gone:1",
        "session:0a1b2c3d4e5f6071",
        "moved:1",
        "num:1",
        "cart:1",
        "kind:1",
        r"evil\x1b[31m\xff",
    }
    assert (keys["user:1"]["change"], keys["user:1"]["cause"]) == ("grown", "values")
    assert (keys["user:3"]["change"], keys["user:3"]["old_bytes"]) == ("new", None)
    assert (keys["gone:1"]["change"], keys["gone:1"]["new_bytes"]) == ("gone", None)
    assert keys["session:0a1b2c3d4e5f6071"]["ttl"] == "lost"
    assert (keys["moved:1"]["change"], keys["moved:1"]["ttl"]) == ("changed", "moved")
    assert (keys["num:1"]["old_encoding"], keys["num:1"]["new_encoding"]) == ("int", "embstr")
    assert (keys["cart:1"]["cause"], keys["cart:1"]["new_encoding"]) == ("encoding", "hashtable")
    assert (keys["kind:1"]["cause"], keys["kind:1"]["new_type"]) == ("type", "hash")
    assert keys[r"evil\x1b[31m\xff"]["raw"] is not None
    assert keys["user:1"]["raw"] is None


def test_parts_add_up_to_the_whole(run: Run, two: Path) -> None:
    for name in ("old.rdb", "new.rdb"):
        assert run("load", name, "--node", "n").returncode == 0
    totals = {row["figure"]: row for row in _rows(run, "total", "1", "2")}
    whole = totals["memory"]["difference"]
    assert sum(int(str(row["difference_bytes"])) for row in _rows(run, "key", "1", "2")) == whole
    assert sum(int(str(row["difference_bytes"])) for row in _rows(run, "type", "1", "2")) == whole
    patterns = _rows(run, "pattern", "1", "2")
    assert sum(int(str(row["difference_bytes"])) for row in patterns) == whole
    with connect.reading(two / "rdbscope.duckdb") as connection:
        real = dict(
            fetch.rows(connection, "SELECT pattern, memory_bytes FROM patterns WHERE snapshot_id = 1 AND keys > 1")
        )
    assert {row["pattern"]: row["old_bytes"] for row in patterns if row["pattern"] in real}.items() <= real.items()
    assert (totals["new keys"]["new_value"], totals["keys gone"]["old_value"]) == (2, 1)


def test_why(run: Run, two: Path) -> None:
    why = {row["pattern"]: str(row["why"]) for row in _rows(run, "pattern")}
    assert "larger values +" in why["user:{int}"] and "new keys (1) +" in why["user:{int}"]
    assert "TTL lost: 100 % → 50 % expire" in why["session:{hex}"]
    assert "1 × listpack → hashtable +" in why["cart:{int}"]
    assert "string → hash" in why["kind:{int}"]


@pytest.mark.parametrize("name", ["shop", "old"])
def test_a_dump_against_itself_has_no_difference(run: Run, two: Path, name: str) -> None:
    path = _SHOP if name == "shop" else two / "old.rdb"
    done = run("diff", path, path, "--fail-on-growth", "0%")
    assert done.returncode == 0
    assert b"No difference: every key is the same in both." in done.stdout
    for by in ("type", "pattern", "key"):
        assert _rows(run, by, str(path), str(path)) == []


def test_the_same_data_in_two_versions_differs_only_where_the_model_says(run: Run, two: Path) -> None:
    assert run("load", "old.rdb", "--as", "redis-6.2.16").returncode == 0
    assert run("load", "old.rdb", "--as", "redis-8.0.2").returncode == 0
    keys = _rows(run, "key", "1", "2")
    assert {row["cause"] for row in keys} == {"encoding", "model"}
    assert all(row["change"] in ("grown", "shrunk", "changed") and row["ttl"] is None for row in keys)


def test_the_newest_two_of_a_node_are_the_default(run: Run, two: Path) -> None:
    assert run("diff").returncode == 4
    run("load", "old.rdb", "--node", "a")
    run("load", "new.rdb", "--node", "b")
    done = run("diff")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
    (two / "newest.rdb").write_bytes(dump(string(b"user:1", b"v" * 400)))
    run("load", "newest.rdb", "--node", "b")
    assert run("diff").stdout.startswith(b"new.rdb (2023-11-14 22:13:20 UTC) \xe2\x86\x92 newest.rdb")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("dump-2026-11-24.rdb", "dump-2026-11-25.rdb", True),
        ("20261124T0400.rdb", "20261125T0401.rdb", True),
        ("shard-1.rdb", "shard-2.rdb", False),
    ],
)
def test_files_of_two_nights_are_of_one_node(run: Run, tmp_path: Path, first: str, second: str, same: bool) -> None:
    (tmp_path / first).write_bytes(many(3))
    (tmp_path / second).write_bytes(many(4))
    run("load", first, second)
    assert run("diff").returncode == (0 if same else 2)


def test_growth(run: Run, two: Path) -> None:
    assert run("diff", "old.rdb", "new.rdb", "--fail-on-growth", "20%").returncode == 1
    assert run("diff", "new.rdb", "old.rdb", "--fail-on-growth", "20%").returncode == 0
    assert run("diff", "old.rdb", "new.rdb", "--fail-on-growth", "1GB").returncode == 0
    done = run("diff", "old.rdb", "new.rdb", "--fail-on-growth", "much")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


def test_limits_of_growth() -> None:
    assert has_grown(100, 121, least_growth("20%")) and not has_grown(100, 120, least_growth("20%"))
    assert has_grown(0, 1, least_growth("20%")) and not has_grown(0, 0, least_growth("0%"))
    assert has_grown(10, 2010, least_growth("1kB")) and not has_grown(10, 1010, least_growth("1kB"))
    for text in ("x%", "-5%", "nan%", "", "20 percent"):
        with pytest.raises(UsageError):
            least_growth(text)


def test_patterns_that_became_a_star_meet(run: Run, tmp_path: Path) -> None:
    few = [string(b"tenant:%s:x" % name, b"v") for name in (b"alpha", b"beta", b"gamma")]
    words = [bytes([97 + n // 26 // 26, 97 + n // 26 % 26, 97 + n % 26]) * 2 for n in range(700)]
    (tmp_path / "old.rdb").write_bytes(dump(*few))
    (tmp_path / "new.rdb").write_bytes(dump(*(string(b"tenant:%s:x" % word, b"v") for word in words)))
    rows = _rows(run, "pattern")
    assert [(row["pattern"], row["old_keys"], row["new_keys"]) for row in rows] == [("tenant:{*}:x", 3, 700)]


@pytest.mark.parametrize("width", [80, 200])
def test_the_overview_fits(run: Run, two: Path, width: int) -> None:
    done = run("diff", "old.rdb", "new.rdb", env={"COLUMNS": str(width)})
    text = done.stdout.decode()
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text
    assert r"evil\x1b[31m\xff" in text


@pytest.mark.parametrize("fmt", ["table", "markdown"])
def test_golden(run: Run, two: Path, fmt: str) -> None:
    done = run("diff", "old.rdb", "new.rdb", "--format", fmt, env={"COLUMNS": "100"})
    assert done.stdout == (Path(__file__).parent / "golden" / f"diff.{fmt}").read_bytes()


def test_snapshots_without_their_keys_are_compared_by_pattern(run: Run, two: Path) -> None:
    run("load", "old.rdb", "new.rdb")
    with connect.writing(two / "rdbscope.duckdb") as connection:
        connection.execute("DELETE FROM key_rows WHERE snapshot_id = 1")
        connection.execute("UPDATE snapshots SET detail = 'roll-ups' WHERE snapshot_id = 1")
    patterns = {row["pattern"]: row for row in _rows(run, "pattern", "1", "2")}
    assert (patterns["user:{int}"]["old_keys"], patterns["user:{int}"]["new_keys"]) == (2, 3)
    done = run("diff", "1", "2")
    assert (done.returncode, b"are not kept any more" in done.stderr) == (0, True)
    done = run("diff", "1", "2", "--by", "key")
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


def test_wrong_sides(run: Run, two: Path) -> None:
    run("load", "old.rdb")
    for arguments in (["1"], ["1", "7"], ["1", "new.rdb"], ["old.rdb", "nowhere.rdb"]):
        done = run("diff", *arguments)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1), done.stderr
