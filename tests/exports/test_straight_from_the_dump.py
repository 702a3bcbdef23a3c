"""What the parser answers itself is byte for byte what the database answers: exports, largest keys, prefixes."""

from __future__ import annotations

import contextlib
import io
import json
import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from click.testing import CliRunner

from rdbscope.cli import main, target
from rdbscope.errors import RdbscopeError
from rdbscope.exports import dump as exported
from rdbscope.options import ReadOptions
from rdbscope.reports.output import Output
from tests.conftest import ROOT, SHARED, Run, environment, program
from tests.rdb_values import expiry, frequency, idle, linked_list, plain_set, sorted_set, stream
from tests.rdb_writer import dump, hash_table, many, string

_TEXT = ("csv", "rdbtools-csv", "jsonl")
_TOP = (
    [],
    ["-n", "3", "--format", "csv"],
    ["--by", "payload", "--format", "jsonl"],
    ["--by", "file", "--format", "json", "-n", "50"],
    ["--by", "elements", "--format", "markdown"],
    ["--by", "element", "--format", "csv", "-n", "100"],
    ["--type", "hash", "--format", "csv"],
    ["--type", "string", "--by", "elements"],
    ["--type", "nonesuch", "--format", "csv"],
)
_TREE = ([], ["-d", "9", "-n", "99"], ["--format", "csv", "-d", "40"], ["--format", "jsonl", "--prefix", "user:"])
_PIECES = (b"", b"a", b":", b",", b'"', b"=", b"+", b"-", b"@", b" ", b"'", b"\\", b"\n", b"\t", b"\r", b"\x1b[31m")
_MORE_PIECES = (b"{", b"}", b"{tag}", b"\xff", b"\xc2\x9b", "größe".encode(), "\u202e".encode(), b"\x7f", b"user:1")


def _dumps() -> list[Path]:
    found = sorted((ROOT / "fixtures").rglob("*.rdb*"))
    return found + sorted(SHARED.glob("c*/**/*.rdb")) + sorted(SHARED.glob("peer-files/**/*.rdb"))


def _label(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _hostile() -> bytes:
    """Names of every byte that a format could stumble over, in every place, and values of all sorts."""
    chance = random.Random(7)
    pieces = _PIECES + _MORE_PIECES
    names = {b"".join(chance.choices(pieces, k=chance.randrange(6))) for _ in range(600)}
    names |= {bytes([byte]) + b"x" for byte in range(256)} | {b"x" + bytes([byte]) for byte in range(256)}
    makers: list[Callable[[bytes], bytes]] = [
        lambda name: string(name, b'{"a": 1}', expires_at_ms=chance.choice([0, -1, 1, 2**63 - 1, -(2**63), 10**13])),
        lambda name: string(name, b"12345"),
        lambda name: idle(3) + string(name, b"x" * 5000),
        lambda name: frequency(255) + linked_list(name, [b"a", b"bb"]),
        lambda name: plain_set(name, [b"m%d" % i for i in range(chance.randrange(1, 200))]),
        lambda name: expiry(1_795_601_472_345) + sorted_set(name, {b"m": 1.5, b"n": float("inf")}),
        lambda name: hash_table(name, {b"f": b"v" * chance.randrange(100)}),
        lambda name: stream(name, 3),
    ]
    records = [chance.choice(makers)(name) for name in sorted(names)]
    return dump(*records, databases={7: string(b"=other", b"1"), 2**31: string(b"user:{a,b}", b"\x00" * 10)})


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.rdb"
    path.write_bytes(_hostile())
    return path


def _export(path: Path, name: str) -> bytes | str:
    stream = io.BytesIO()
    try:
        exported.write_dump(str(path), ReadOptions(), Output(stream, bulk=True), name)
    except RdbscopeError as problem:
        return problem.line()
    return stream.getvalue()


def _by_query(path: Path, name: str) -> bytes | str:
    with mock.patch.object(exported, "_TEXT", ()):
        return _export(path, name)


@dataclass(frozen=True)
class Answer:
    """What a command gave; exceptions as their one line."""

    stdout: bytes
    stderr: str
    problem: str | None


def _answer(arguments: Sequence[str]) -> Answer:
    done = CliRunner().invoke(main, list(arguments))
    problem = done.exception
    assert problem is None or isinstance(problem, RdbscopeError), arguments
    return Answer(done.stdout_bytes, done.stderr, problem and problem.line())


def _looked(arguments: Sequence[str]) -> Answer:
    """The answer of the parser; that of a database is not taken for it."""
    with mock.patch.object(target, "opened", side_effect=AssertionError("a database was asked")):
        return _answer(arguments)


def _loaded(path: Path, many: Sequence[Sequence[str]]) -> list[Answer]:
    """The answers of one temporary database."""
    with contextlib.ExitStack() as stack:
        once = contextlib.ExitStack()
        stack.enter_context(mock.patch.object(target, "looked_at", return_value=None))
        original = target.opened

        @contextlib.contextmanager
        def opened(*given: Any, **options: Any) -> Iterator[Any]:
            if not kept:
                kept.append(once.enter_context(original(*given, **options)))
            yield kept[0]

        kept: list[Any] = []
        stack.enter_context(once)
        stack.enter_context(mock.patch.object(target, "opened", opened))
        return [_answer(arguments) for arguments in many]


def _commands(path: Path, *, all_of_them: bool) -> list[list[str]]:
    tops, trees = (_TOP, _TREE) if all_of_them else (_TOP[2:4], _TREE[2:3])
    return [["top", str(path), *options] for options in tops] + [["tree", str(path), *options] for options in trees]


@pytest.mark.parametrize("name", _TEXT)
def test_exports_of_hostile_names(name: str, hostile: Path) -> None:
    written = _export(hostile, name)
    assert isinstance(written, bytes) and written.count(b"\n") > 800
    assert written == _by_query(hostile, name)


def test_looks_at_hostile_names(hostile: Path) -> None:
    commands = _commands(hostile, all_of_them=True)
    for arguments, expected in zip(commands, _loaded(hostile, commands), strict=True):
        assert expected.problem is None
        assert _looked(arguments) == expected, arguments


@pytest.mark.parametrize("path", _dumps(), ids=_label)
def test_exports_of_real_dumps(path: Path) -> None:
    for name in _TEXT:
        expected = _by_query(path, name)
        written = _export(path, name)
        assert written == expected if isinstance(expected, bytes) else isinstance(written, str), name


@pytest.mark.parametrize("path", [path for path in _dumps() if "peer-files" not in path.parts], ids=_label)
def test_looks_at_real_dumps(path: Path) -> None:
    commands = _commands(path, all_of_them=False)
    for arguments, expected in zip(commands, _loaded(path, commands), strict=True):
        assert _answer(arguments) == expected, arguments


def test_a_pipe_gives_the_lines_of_the_file(hostile: Path, run: Run) -> None:
    piped = run("export", "-", "--format", "csv", stdin=hostile.read_bytes())
    assert (piped.returncode, piped.stdout) == (0, _export(hostile, "csv"))
    assert (
        run("top", "-", "--format", "csv", stdin=hostile.read_bytes()).stdout
        == run("top", hostile, "--format", "csv").stdout
    )


def test_filters(hostile: Path, run: Run) -> None:
    filters = ("--match", "user:*", "--type", "hash", "--type", "string", "--db-number", "0")
    csv, parquet = (run("export", hostile, "--format", name, *filters) for name in ("csv", "json"))
    assert csv.stdout.count(b"\n") - 1 == len(json.loads(parquet.stdout)) > 0


class TestKeysThatComeTwice:
    """Of a key that is stored twice the last record counts, also where the first was among the largest."""

    @staticmethod
    def _write(folder: Path, repeated: int, others: int) -> Path:
        sizes = random.Random(3)
        large = [string(b"big:%d" % i, b"x" * sizes.randrange(5000, 9000)) for i in range(repeated)]
        small = [string(b"key:%d" % i, b"x" * sizes.randrange(10, 4000)) for i in range(others)]
        again = [string(b"big:%d" % i, b"y" * sizes.randrange(1, 50)) for i in range(repeated)]
        path = folder / "twice.rdb"
        path.write_bytes(dump(*large, *small, *again))
        return path

    def test_few_of_many(self, tmp_path: Path) -> None:
        path = self._write(tmp_path, 30, 2000)
        commands = [["top", str(path), "-n", "5", "--format", name] for name in ("csv", "table")]
        for arguments, expected in zip(commands, _loaded(path, commands), strict=True):
            assert _looked(arguments) == expected

    def test_more_than_can_be_kept_apart(self, tmp_path: Path) -> None:
        path = self._write(tmp_path, 600, 2000)
        commands = [["top", str(path), "-n", "5"], ["tree", str(path)]]
        for arguments, expected in zip(commands, _loaded(path, commands), strict=True):
            assert _answer(arguments) == expected
            with pytest.raises(AssertionError, match="database was asked"):
                _looked(arguments)


class TestEndings:
    """Errors end as they do for every other output."""

    def test_damage_leaves_no_file(self, hostile: Path, tmp_path: Path, run: Run) -> None:
        cut = tmp_path / "cut.rdb"
        cut.write_bytes(hostile.read_bytes()[:-2000])
        done = run("export", cut, "--format", "csv", "-o", tmp_path / "keys.csv")
        assert done.returncode == 3 and b"ends too early" in done.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["cut.rdb"]
        salvaged = run("export", cut, "--salvage", "--format", "csv")
        assert salvaged.returncode == 0 and b"not whole" in salvaged.stderr
        assert hostile.exists() and salvaged.stdout.count(b"\n") > 500

    def test_salvaged_looks_tell_of_the_damage(self, hostile: Path, tmp_path: Path) -> None:
        cut = tmp_path / "cut.rdb"
        cut.write_bytes(hostile.read_bytes()[:-2000])
        commands = [["top", str(cut), "--salvage"], ["tree", str(cut), "--salvage"]]
        first, second = _loaded(cut, commands)
        assert "not whole" in first.stderr
        assert _looked(commands[0]) == first
        # The database was loaded for the first command, and told then.
        assert _looked(commands[1]).stdout == second.stdout

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_full_disk(self, hostile: Path, run: Run) -> None:
        done = run("export", hostile, "--format", "csv", "-o", "/dev/full")
        assert done.returncode == 4

    def test_a_reader_that_stops(self, tmp_path: Path) -> None:
        path = tmp_path / "many.rdb"
        path.write_bytes(many(60_000))
        with subprocess.Popen(
            program("export", path, "--format", "jsonl"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        ) as running:
            assert running.stdout is not None and running.stderr is not None
            assert running.stdout.readline().startswith(b"{")
            running.stdout.close()
            assert running.wait(timeout=60) == 141
            assert running.stderr.read() == b""
