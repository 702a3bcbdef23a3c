"""`export --columns`: chosen columns are those of the whole export, from a dump and from a database."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import pyarrow.parquet as pq
import pytest

from rdbscope import _native
from rdbscope.errors import DumpError
from rdbscope.exports import dump as exported
from rdbscope.exports.columns import KEYS
from rdbscope.options import ReadOptions
from rdbscope.reports.output import Output
from tests.conftest import ROOT, Run
from tests.exports.test_straight_from_the_dump import _hostile
from tests.rdb_writer import dump, string

_CHANCE = random.Random(11)
_CHOICES = [[name] for name in KEYS] + [_CHANCE.sample(list(KEYS), _CHANCE.randrange(2, 21)) for _ in range(20)]
_FIXTURES = sorted((ROOT / "fixtures").rglob("*.rdb*"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.rdb"
    path.write_bytes(_hostile())
    return path


def _export(path: Path, name: str, columns: Sequence[str] | None) -> bytes:
    stream = io.BytesIO()
    exported.write_dump(str(path), ReadOptions(), Output(stream, bulk=True), name, columns=columns)
    return stream.getvalue()


def _by_query(path: Path, name: str, columns: Sequence[str]) -> bytes:
    with mock.patch.object(exported, "_TEXT", ()):
        return _export(path, name, columns)


def _cells(text: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def test_csv_is_a_part_of_the_whole(hostile: Path) -> None:
    header, *lines = _cells(_export(hostile, "csv", None))
    assert header == list(KEYS) and len(lines) > 800
    for columns in _CHOICES:
        places = [header.index(name) for name in columns]
        # One empty cell alone is an empty line, which readers take for no row.
        expected = [[line[place] for place in places] for line in lines]
        got = _cells(_export(hostile, "csv", columns))
        assert got == [columns] + [[] if cells == [""] and columns != ["name"] else cells for cells in expected], (
            columns
        )


def test_json_lines_are_a_part_of_the_whole(hostile: Path) -> None:
    whole = [json.loads(line) for line in _export(hostile, "jsonl", None).splitlines()]
    for columns in _CHOICES:
        got = [json.loads(line) for line in _export(hostile, "jsonl", columns).splitlines()]
        assert [list(row) for row in got[:1]] == [columns]
        assert got == [{name: row[name] for name in columns} for row in whole], columns


@pytest.mark.parametrize("name", ["csv", "jsonl"])
def test_the_parser_writes_what_the_query_gives(hostile: Path, name: str) -> None:
    for columns in _CHOICES[-6:]:
        assert _export(hostile, name, columns) == _by_query(hostile, name, columns), columns


@pytest.mark.parametrize("path", _FIXTURES, ids=[path.name for path in _FIXTURES])
def test_contents_that_are_not_looked_at_change_nothing_else(path: Path) -> None:
    columns = [name for name in KEYS if name != "kind"]
    assert _export(path, "csv", columns) == _by_query(path, "csv", columns)


def test_large_strings_without_kinds(tmp_path: Path) -> None:
    path = tmp_path / "large.rdb"
    values = [b"x" * size for size in (4095, 4096, 4097, 70_000, 3_000_000)] + [b"\x00" * 9000, b'{"a": 1}' * 1000]
    path.write_bytes(dump(*(string(b"key:%d" % number, value) for number, value in enumerate(values)), checksum=True))
    columns = ["name", "type", "encoding", "elements", "memory_bytes", "value_bytes", "dump_bytes", "record_offset"]
    assert _export(path, "csv", columns) == _by_query(path, "csv", columns)


def test_a_formula_stays_a_text(tmp_path: Path, run: Run) -> None:
    (tmp_path / "d.rdb").write_bytes(dump(string(b"=cmd|' /C calc'!A0,\"x\"\x1b", b"v"), string(b"@{+1}", b"v")))
    assert run("load", "d.rdb", "--db", "d.duckdb", "--no-check").returncode == 0
    chosen = ("--format", "csv", "--columns", "hash_tag,name")
    expected = b"hash_tag,name\n" + b',"\'=cmd|\' /C calc\'!A0,""x""\\x1b"\n' + b'"\'+1","\'@{+1}"\n'
    assert run("export", "d.rdb", *chosen).stdout == expected
    assert run("export", "keys", "--db", "d.duckdb", *chosen).stdout == expected


def test_an_apostrophe_of_the_name_is_not_taken_for_ours(tmp_path: Path, run: Run) -> None:
    names = [b"=1+2", b"'=1+2", b"''=1+2", b"1+2", b"'", b"''", b"'it's", b"it's", b"{'=t}"]
    (tmp_path / "d.rdb").write_bytes(dump(*(string(name, b"v") for name in names)))
    assert run("load", "d.rdb", "--no-check").returncode == 0
    outputs = [
        run("export", "d.rdb", "--columns", "name").stdout,
        run("export", "d.rdb", "--columns", "name,pattern", "--match", "*").stdout,
        run("export", "d.rdb", "--format", "rdbtools-csv").stdout,
        run("export", "keys", "--format", "rdbtools-csv").stdout,
        run("export", "keys", "--columns", "name").stdout,
        run("query", "keys", "--format", "csv").stdout,
    ]
    for output in outputs:
        header, *lines = _cells(output)
        place = header.index("key" if "key" in header else "name")
        found = [line[place] for line in lines]
        assert not any(cell[:1] in "=+-@" for cell in found)
        assert [cell.removeprefix("'").encode() for cell in found] == names
    assert outputs[0] == outputs[4]
    assert outputs[2] == outputs[3]


def test_patterns_lead_through_a_database(tmp_path: Path, run: Run) -> None:
    names = [b"user:%d" % number for number in range(50)] + [b"app:cart:%d:items" % number for number in range(50)]
    (tmp_path / "d.rdb").write_bytes(dump(*(string(name, b"v") for name in names), checksum=True))
    done = run("export", "d.rdb", "--columns", "pattern,name,namespace", "--match", "app:*")
    lines = _cells(done.stdout)
    assert (done.returncode, lines[0], len(lines)) == (0, ["pattern", "name", "namespace"], 51), done.stderr
    assert {tuple(line[::2]) for line in lines[1:]} == {("app:cart:{int}:items", "app")}
    assert [line[1].encode() for line in lines[1:]] == names[50:]


def test_parquet_and_json(hostile: Path, tmp_path: Path, run: Run) -> None:
    columns = ["memory_bytes", "name", "hash_tag"]
    target = tmp_path / "keys.parquet"
    assert run("export", hostile, "--format", "parquet", "-o", target, "--columns", ", ".join(columns)).returncode == 0
    table = pq.read_table(target)
    assert table.column_names == columns
    rows = json.loads(run("export", hostile, "--format", "json", "--columns", ",".join(columns)).stdout)
    assert rows == table.to_pylist() and len(rows) > 800


def test_from_a_database(hostile: Path, tmp_path: Path, run: Run) -> None:
    assert run("load", hostile, "--db", tmp_path / "d.duckdb", "--no-check").returncode == 0
    ask = ("--db", tmp_path / "d.duckdb", "--format", "jsonl", "--columns")
    (row, *_) = map(json.loads, run("export", "keys", *ask, "pattern,name").stdout.splitlines())
    assert list(row) == ["pattern", "name"]
    done = run("export", 'SELECT 1 AS "a ""b", 2 AS c', *ask, 'c,a "b')
    assert done.stdout == b'{"c":2,"a \\"b":1}\n', done.stderr
    # Of columns with one name the first is meant.
    assert run("export", "SELECT 1 AS a, 2 AS a", *ask, "a").stdout == b'{"a":1}\n'
    assert run("export", "snapshots", *ask, "keys").stdout.count(b"\n") == 1


@pytest.mark.parametrize("what", ["d.rdb", "keys"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--columns", "name,memory"), b"no column 'memory'; did you mean memory_exact or memory_bytes?"),
        (("--columns", "hashtag"), b"no column 'hashtag'; did you mean hash_tag"),
        (("--columns", "zzz"), b"no column 'zzz'; the columns are "),
        (("--columns", "name,,db"), b"--columns: an empty name in 'name,,db'"),
        (("--columns", ""), b"--columns: an empty name in ''"),
        (("--columns", "name,db,name"), b"--columns: name comes twice"),
        (("--columns", "name", "--format", "rdbtools-csv"), b"rdbtools-csv has the columns of rdbtools"),
    ],
)
def test_a_choice_that_cannot_be(
    what: str, arguments: tuple[str, ...], message: bytes, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "d.rdb").write_bytes(dump(string(b"user:1", b"v"), checksum=True))
    assert run("load", "d.rdb", "--no-check").returncode == 0
    done = run("export", what, *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert message in done.stderr and done.stderr.count(b"\n") == 1, done.stderr


def test_the_parser_refuses_what_it_does_not_know(hostile: Path) -> None:
    with pytest.raises(ValueError, match='no column "pattern"'):
        _native.Reader(str(hostile)).text("csv", ["pattern"])
    with pytest.raises(ValueError, match="no such text"):
        _native.Reader(str(hostile)).text("rdbtools-csv", ["name"])


def test_damage_is_told_whatever_is_chosen(hostile: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.rdb"
    cut.write_bytes(hostile.read_bytes()[:-2000])
    with pytest.raises(DumpError):
        _export(cut, "csv", ["db"])
