"""The other commands, run as a user runs them."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest

from rdbscope.cli import main as group
from rdbscope.exit_codes import MEANINGS
from rdbscope.reports import FORMATS
from tests.conftest import ROOT, Run
from tests.rdb_writer import CTIME, dump, hash_table, many, string

_SHOP = ROOT / "fixtures" / "demo" / "shop.rdb.gz"


@pytest.mark.parametrize("width", [80, 120, 200])
def test_the_summary_fits_any_terminal_and_has_no_colour(run: Run, width: int) -> None:
    done = run("load", _SHOP, env={"COLUMNS": str(width)})
    text = done.stdout.decode()
    assert max(len(line) for line in text.splitlines()) <= width
    assert "\x1b" not in text
    for words in (
        "redis 7.2.6",
        "3,684 keys",
        "whole, checksum ok",
        "hash listpack",
        "shop:order:{int}",
        "memory",
        "expire",
    ):
        assert words in text


def test_the_summary_shows_hostile_names_as_text(run: Run, tmp_path: Path) -> None:
    (tmp_path / "evil.rdb").write_bytes(
        dump(string(b"\x1b]0;owned\x07\xff<script>", b"x"), string("ключ\u202e".encode(), b"x"))
    )
    done = run("load", "evil.rdb")
    text = done.stdout.decode()
    assert done.returncode == 0
    assert "\x1b" not in text and "\u202e" not in text
    assert "\\x1b]0;owned\\x07\\xff<script>" in text


def test_an_empty_dump(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.rdb").write_bytes(dump())
    done = run("load", "empty.rdb")
    assert (done.returncode, b"0 keys" in done.stdout) == (0, True)
    for command in (["top"], ["tree"], ["query", "keys"], ["snapshots", "list"]):
        assert run(*command).returncode == 0


def test_top(run: Run, tmp_path: Path) -> None:
    records = [string(b"s%d" % n, b"v" * n) for n in (10, 1000, 100)]
    (tmp_path / "dump.rdb").write_bytes(dump(*records, hash_table(b"h", {b"f%d" % n: b"v" for n in range(5)})))

    def names(*arguments: str) -> list[str]:
        done = run("top", "dump.rdb", "--format", "jsonl", *arguments)
        return [json.loads(line)["name"] for line in done.stdout.splitlines()]

    assert names("-n", "2", "--by", "payload") == ["s1000", "s100"]
    assert names("--by", "elements", "--type", "hash") == ["h"]
    assert names("--type", "list") == []
    assert b"s1000" in run("top", "dump.rdb").stdout


def test_tree(run: Run, tmp_path: Path) -> None:
    names = [b"a:b:%d" % n for n in range(30)] + [b"a:c:x", b"z"]
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"v") for name in names)))
    rows = json.loads(run("tree", "dump.rdb", "--format", "json").stdout)
    keys = {row["prefix"]: row["keys"] for row in rows}
    assert (keys["a:"], keys["a:b:"], keys["z"]) == (31, 30, 1)
    drawn = run("tree", "dump.rdb").stdout.decode()
    assert "├ b:" in drawn and "└ c:" in drawn
    below = json.loads(run("tree", "dump.rdb", "--prefix", "a:b:", "--format", "json").stdout)
    assert {row["prefix"] for row in below} == {"a:b:", "a:b:{int}"}
    assert "… 1 more" in run("tree", "dump.rdb", "-n", "1").stdout.decode()


def _commands(command: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        for name, member in command.commands.items():
            yield from _commands(member, f"{path} {name}".strip())
    else:
        yield path, command


def test_whatever_gives_rows_gives_them_in_every_format() -> None:
    found = {}
    for path, command in _commands(group):
        for option in command.params:
            if option.name == "format_name" and isinstance(option.type, click.Choice):
                found[path] = set(option.type.choices)
    assert len(found) > 10
    # One key is a tree and a report is a document; README says so.
    assert {path for path, known in found.items() if not known >= set(FORMATS)} == {"key", "report"}


def test_alone_it_prints_its_help(run: Run) -> None:
    done = run()
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == run("--help").stdout and b"Usage: rdbscope [OPTIONS] COMMAND" in done.stdout
    # Options alone are no command.
    assert run("--color", "never").returncode == 2
    assert run("snapshots").returncode == 2 and b"Usage: rdbscope snapshots" in run("snapshots").stderr


def test_verify_says_what_is_not_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.rdb").write_bytes(many(2))
    (tmp_path / "folder.rdb").mkdir()
    done = run("verify", "missing.rdb", "none*.rdb", "folder.rdb", "good.rdb")
    assert done.returncode == 3
    assert done.stdout.splitlines()[0] == b"missing.rdb: no such file"
    assert done.stdout.splitlines()[1] == b"none*.rdb: nothing matches"
    assert done.stdout.splitlines()[2].startswith(b"folder.rdb: a directory without a snapshot")
    assert done.stdout.splitlines()[3].startswith(b"good.rdb: whole") and b"DAMAGED" not in done.stdout
    rows = json.loads(run("verify", "missing.rdb", "folder.rdb", "good.rdb", "--format", "json").stdout)
    assert [(row["whole"], row["kind"]) for row in rows] == [(False, "missing"), (False, "unreadable"), (True, None)]


def test_verify_of_hostile_file_names(run: Run, tmp_path: Path) -> None:
    names = [b"a\x1b[31m\nb.rdb", b"\xff.rdb", "größe'\".rdb".encode()]
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(many(2))
    gone = b"gone\x1b]0;t\x07\n.rdb"
    done = run("verify", *map(os.fsdecode, names), os.fsdecode(gone))
    assert done.returncode == 3 and b"\x1b" not in done.stdout + done.stderr
    first = [line.split(b": ")[0] for line in done.stdout.splitlines()]
    assert first == [b"a\\x1b[31m\\x0ab.rdb", b"\\udcff.rdb", names[2], b"gone\\x1b]0;t\\x07\\x0a.rdb"]
    for form in ("csv", "jsonl", "markdown"):
        written = run("verify", *map(os.fsdecode, names), "--format", form)
        assert written.returncode == 0, written.stderr
        assert b"\x1b" not in written.stdout and len(written.stdout.splitlines()) == 3 + (form != "jsonl") + (
            form == "markdown"
        )


def test_verify(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.rdb").write_bytes(many(5))
    (tmp_path / "bad.rdb").write_bytes(many(5)[:-30])
    done = run("verify", "good.rdb", "bad.rdb", "missing.rdb", "--format", "json")
    assert done.returncode == 3
    good, bad, missing = json.loads(done.stdout)
    assert (good["whole"], good["keys"], good["checksum"]) == (True, 5, "disabled")
    assert (bad["whole"], bad["kind"]) == (False, "truncated")
    assert (missing["whole"], missing["offset"]) == (False, None)
    assert run("verify", "--deep", "good.rdb", _SHOP).returncode == 0
    assert not (tmp_path / "rdbscope.duckdb").exists()


def test_export_of_a_dump(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(300) + b"")
    rows = list(csv.DictReader(io.StringIO(run("export", "dump.rdb").stdout.decode())))
    assert len(rows) == 300
    assert (rows[7]["name"], rows[7]["type"], rows[7]["value_bytes"]) == ("user:7", "string", "7")
    lines = run("export", "dump.rdb", "--format", "jsonl", "--match", "user:1?").stdout.splitlines()
    assert [json.loads(line)["name"] for line in lines] == [f"user:1{n}" for n in range(10)]
    assert len(json.loads(run("export", "dump.rdb", "--format", "json").stdout)) == 300
    assert run("export", "dump.rdb", "--format", "parquet", "-o", "keys.parquet").returncode == 0
    assert pq.read_table(tmp_path / "keys.parquet").num_rows == 300


def test_export_for_rdbtools(run: Run, tmp_path: Path) -> None:
    expiring = string(b"a", b"12345", expires_at_ms=CTIME * 1000)
    (tmp_path / "dump.rdb").write_bytes(dump(expiring, hash_table(b"h", {b"f": b"value"})))
    streamed = run("export", "dump.rdb", "--format", "rdbtools-csv").stdout
    rows = list(csv.DictReader(io.StringIO(streamed.decode())))
    assert list(rows[0]) == [
        "database",
        "type",
        "key",
        "size_in_bytes",
        "encoding",
        "num_elements",
        "len_largest_element",
        "expiry",
    ]
    assert (rows[0]["type"], rows[0]["encoding"], rows[0]["expiry"]) == (
        "string",
        "string",
        "2023-11-14T22:13:20.000000",
    )
    assert (rows[1]["key"], rows[1]["num_elements"], rows[1]["len_largest_element"], rows[1]["expiry"]) == (
        "h",
        "1",
        "5",
        "",
    )
    assert run("load", "dump.rdb").returncode == 0
    assert run("export", "keys", "--format", "rdbtools-csv").stdout == streamed
    assert run("export", "patterns", "--format", "rdbtools-csv").returncode == 2


def test_export_of_a_damaged_dump_leaves_no_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "cut.rdb").write_bytes(many(300)[:-100])
    done = run("export", "cut.rdb", "-o", "out.csv")
    assert (done.returncode, done.stderr.count(b"\n")) == (3, 1)
    assert not (tmp_path / "out.csv").exists()
    assert run("export", "cut.rdb", "--salvage", "-o", "out.csv").returncode == 0


def test_export_of_a_table_and_of_sql(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(5))
    run("load", "dump.rdb")
    assert run("export", "patterns", "--format", "jsonl").stdout.count(b"\n") == 1
    assert run("export", "SELECT count(*) AS n FROM keys").stdout == b"n\n5\n"


def test_info_and_version(run: Run) -> None:
    facts = json.loads(run("info", "--json").stdout)
    assert facts["native_build"] in ("release", "debug")
    assert run("--version").stdout.decode().strip() == facts["rdbscope"]
    assert b"duckdb" in run("info").stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(run: Run, shell: str) -> None:
    assert b"_RDBSCOPE_COMPLETE" in run("completion", shell).stdout


def test_help_of_every_command_and_the_exit_codes(run: Run) -> None:
    text = run("--help").stdout.decode()
    for code, meaning in MEANINGS.items():
        assert str(int(code)) in text and meaning.split(":")[0] in text
    for name, command in group.commands.items():
        assert name in text
        assert command.help


def test_the_database_comes_from_option_variable_or_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(many(3))
    (tmp_path / "rdbscope.toml").write_text('# where\ndb = "from-file.duckdb"\n[owners]\ndb = "not-this"\n')
    run("load", "dump.rdb")
    run("load", "dump.rdb", env={"RDBSCOPE_DB": "from-variable.duckdb"})
    run("load", "dump.rdb", "--db", "from-option.duckdb", env={"RDBSCOPE_DB": "from-variable.duckdb"})
    made = sorted(path.name for path in tmp_path.glob("*.duckdb"))
    assert made == ["from-file.duckdb", "from-option.duckdb", "from-variable.duckdb"]


def test_thresholds_from_a_redis_conf(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(hash_table(b"h", {b"f%d" % n: b"v" for n in range(20)})))
    (tmp_path / "redis.conf").write_text("requirepass secret\nhash-max-listpack-entries 10\n")

    def encoding(*arguments: str) -> bytes:
        run("load", "--force", "dump.rdb", *arguments)
        return run(
            "query", "SELECT encoding FROM keys ORDER BY snapshot_id DESC LIMIT 1", "--format", "csv"
        ).stdout.split()[1]

    assert encoding() == b"listpack"
    assert encoding("--config", "redis.conf") == b"hashtable"
    assert encoding("--set", "hash-max-listpack-entries=19") == b"hashtable"
    assert encoding("--as", "redis-6.2.16") == b"ziplist"
    assert b"secret" not in (tmp_path / "rdbscope.duckdb").read_bytes()
