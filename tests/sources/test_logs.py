"""Append-only logs as sources: what is recognised, what is refused, where reading stops."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from tests.conftest import ROOT, Run
from tests.rdb_writer import aux, dump

FIXTURE = ROOT / "fixtures" / "aof" / "shop"


def log(*commands: str) -> bytes:
    """Commands as a server writes them; a line that starts with `#` stays as it is."""
    out = b""
    for command in commands:
        words = [word.encode() for word in command.split(" ")]
        if command.startswith("#"):
            out += command.encode() + b"\r\n"
        else:
            out += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
    return out


def keys(folder: Path) -> list[tuple[int, str, int]]:
    with duckdb.connect(str(folder / "rdbscope.duckdb"), read_only=True) as connection:
        return connection.execute("SELECT db, name, elements FROM current_keys ORDER BY ALL").fetchall()


SHOP = [
    (0, "shop:cache:page:1", 6),
    (0, "shop:events", 1),
    (0, "shop:queue:mail", 2),
    (0, "shop:ranking", 5),
    (0, "shop:tags", 2),
    (0, "shop:user:1", 2),
    (0, "shop:user:2", 1),
    (0, "shop:user:copy", 2),
    (0, "shop:views", 1),
    (1, "shop:other", 3),
]


@pytest.mark.parametrize("source", [FIXTURE, FIXTURE / "appendonly.aof.manifest"], ids=["folder", "manifest"])
def test_a_multi_part_log(source: Path, run: Run, tmp_path: Path) -> None:
    done = run("load", source)
    assert done.returncode == 0 and b"commands of a log" in done.stdout
    assert keys(tmp_path) == SHOP
    with duckdb.connect(str(tmp_path / "rdbscope.duckdb"), read_only=True) as connection:
        kind, version = connection.execute("SELECT source_kind, server_version FROM snapshots").fetchall()[0]
        user = connection.execute("SELECT memory_bytes FROM keys WHERE name = 'shop:user:1'").fetchall()[0][0]
        views = connection.execute("SELECT writes, commands FROM aof_keys WHERE name = 'shop:views'").fetchall()
        hours = connection.execute("SELECT count(*) FROM aof_commands WHERE hour_at_ms IS NULL").fetchall()[0][0]
    assert (kind, version, user, views, hours) == ("aof-multipart", "7.0.15", 104, [(2, "INCR")], 0)


def test_compressed_parts_and_a_second_load(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(FIXTURE, folder)
    for part in folder.glob("*.aof.2.*"):
        (folder / f"{part.name}.gz").write_bytes(gzip.compress(part.read_bytes()))
        part.unlink()
    assert run("load", folder).returncode == 0
    assert keys(tmp_path) == SHOP
    assert b"nothing to do" in run("load", folder).stderr


def test_a_missing_part_and_a_missing_manifest(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(FIXTURE, folder)
    (folder / "appendonly.aof.2.incr.aof").unlink()
    done = run("load", folder)
    assert done.returncode == 3 and b"'appendonly.aof.2.incr.aof', which is not there" in done.stderr
    (folder / "appendonly.aof.manifest").unlink()
    done = run("load", folder)
    assert done.returncode == 3 and b"without their manifest" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("file ../a seq 1 type i\n", "leaves the directory"),
        ("file a seq 1 type b\nfile b seq 1 type b\n", "line 2: a second base file"),
    ],
)
def test_manifests_that_servers_refuse(text: str, said: str, run: Run, tmp_path: Path) -> None:
    (tmp_path / "m").write_text(text)
    done = run("load", "m")
    assert done.returncode == 3 and said in done.stderr.decode()


def test_a_log_through_a_pipe(run: Run, tmp_path: Path) -> None:
    assert run("load", "-", stdin=log("SET a 1", "RPUSH l x y")).returncode == 0
    assert keys(tmp_path) == [(0, "a", 1), (0, "l", 2)]


def test_torn_ends(run: Run, tmp_path: Path) -> None:
    sound = log("SET a 1")
    (tmp_path / "cut.aof").write_bytes(sound + log("SET b 1")[:-3])
    (tmp_path / "open.aof").write_bytes(sound + log("MULTI", "SET b 1"))
    for name, said in (("cut.aof", "torn-command"), ("open.aof", "open-transaction")):
        done = run("load", name)
        assert done.returncode == 0 and said in done.stderr.decode() and f"(byte {len(sound)})" in done.stderr.decode()
        assert b"whole up to a torn end" in done.stdout
        assert f"{name}: whole up to a torn end: append-only log, ".encode() in run("verify", name).stdout
        assert run("report", name).stdout.startswith(b"This backup is whole up to a torn end. ")
        assert keys(tmp_path) == [(0, "a", 1)]


@pytest.mark.parametrize(
    "damage", [b"\0" * 100, b"garbage\r\n", b"*1\r\n$4\r\nEXEC\r\n"], ids=["zeros", "text", "exec"]
)
def test_what_is_no_command(damage: bytes, run: Run, tmp_path: Path) -> None:
    sound = log("SELECT 0", "SET a 1")
    (tmp_path / "bad.aof").write_bytes(sound + damage + log("SET b 1"))
    verdict = json.loads(run("verify", "--format", "json", "bad.aof").stdout)[0]
    assert (verdict["kind"], verdict["offset"]) == ("aof_protocol", len(sound))
    done = run("load", "bad.aof")
    assert done.returncode == 3 and b"2 whole commands" in done.stderr
    assert run("load", "--salvage", "bad.aof").returncode == 0
    assert keys(tmp_path) == [(0, "a", 1)]


def test_stopping_at_a_time_or_a_byte(run: Run, tmp_path: Path) -> None:
    first = log("#TS:1700000000", "SET a 1")
    (tmp_path / "x.aof").write_bytes(first + log("#TS:1700000100", "FLUSHALL"))
    for option in (["--until", "2023-11-14T22:14:00Z"], ["--until", "1700000099"], ["--until-offset", str(len(first))]):
        assert run("load", "x.aof", *option).returncode == 0
        assert keys(tmp_path) == [(0, "a", 1)]
    assert run("load", "x.aof").returncode == 0
    assert keys(tmp_path) == []
    assert run("load", "x.aof", "--until", "soon").returncode == 2
    (tmp_path / "timeless.aof").write_bytes(log("SET a 1"))
    assert run("load", "timeless.aof", "--until", "1700000099").returncode == 2


def test_a_log_is_as_old_as_its_last_annotation(run: Run, tmp_path: Path) -> None:
    base = dump(version=10, ctime=1_600_000_000, head=aux(b"aof-preamble", b"1"))
    (tmp_path / "x.aof").write_bytes(base + log("#TS:1700000000", "SET a 1", "#TS:1700000100", "FLUSHALL"))
    (tmp_path / "timeless.aof").write_bytes(base + log("SET a 1"))
    assert run("load", "x.aof", "timeless.aof").returncode == 0
    assert run("load", "x.aof", "--until", "1700000099").returncode == 0
    with duckdb.connect(str(tmp_path / "rdbscope.duckdb"), read_only=True) as connection:
        taken = connection.execute("SELECT taken_at_ms FROM snapshots ORDER BY ALL").fetchall()
    assert taken == [(1_600_000_000_000,), (1_700_000_000_000,), (1_700_000_100_000,)]


def test_the_touched_keys_have_a_limit(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.aof").write_bytes(log(*(f"SET k{number} {'x' * 1_000_000}" for number in range(80))))
    done = run("load", "x.aof", "--replay-memory", "64MB")
    assert done.returncode == 3 and b"limit of 64000000 bytes" in done.stderr


def test_reading_commands_take_logs(run: Run) -> None:
    assert b"shop:ranking" in run("top", FIXTURE).stdout
    assert b"shop:user:copy" in run("export", FIXTURE, "--format", "csv").stdout
    shown = json.loads(run("key", "shop:user:1", FIXTURE, "--format", "json").stdout)
    assert [(one["name"], one["type"], one["elements"]) for one in shown] == [("shop:user:1", "hash", 2)]
    assert run("key", "shop:user:1", FIXTURE, "--as", "redis-8.6").returncode == 2
    done = run("whatif", FIXTURE / "appendonly.aof.manifest", "--as", "redis-8.6")
    assert done.returncode == 3 and b"this command reads dumps" in done.stderr
