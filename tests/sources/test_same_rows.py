"""The same dump as file, through a pipe, from small reads and in every compression: the same rows."""

from __future__ import annotations

import bz2
import gzip
import lzma
from pathlib import Path

import fsspec
import lz4.frame
import pyarrow as pa
import pytest
import zstandard

import rdbscope
from rdbscope.errors import InputError, SourceNotFoundError
from rdbscope.sources import expand, open_source
from rdbscope.sources.kind import Kind, kind_of
from tests.conftest import ROOT, Run
from tests.rdb_writer import dump, many, string

_PACKED = ROOT / "fixtures" / "demo" / "shop.rdb.gz"
_CODECS = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": zstandard.compress,
    "zstd in frames": lambda data: zstandard.compress(data[:1000]) + zstandard.compress(data[1000:]),
    "lz4": lz4.frame.compress,
    "twice": lambda data: gzip.compress(zstandard.compress(data)),
    "valkey lz4": lambda data: b"VCS\x01\x01\x00\x01" + lz4.frame.compress(data),
    "valkey zstd": lambda data: b"VCS\x01\x02\x00\x01" + zstandard.compress(data),
}


@pytest.fixture(scope="module")
def plain() -> bytes:
    return gzip.decompress(_PACKED.read_bytes())


@pytest.fixture(scope="module")
def rows() -> pa.Table:
    return rdbscope.open(_PACKED).read_table()


@pytest.mark.parametrize("codec", _CODECS)
def test_a_file_in_any_compression_under_any_name(codec: str, plain: bytes, rows: pa.Table, tmp_path: Path) -> None:
    path = tmp_path / "a.name.that.says.nothing"
    path.write_bytes(_CODECS[codec](plain))
    assert rdbscope.open(path).read_table().equals(rows)


@pytest.mark.parametrize("codec", _CODECS)
def test_a_pipe(codec: str, plain: bytes, run: Run) -> None:
    done = run("export", "-", "--format", "csv", stdin=_CODECS[codec](plain))
    whole = run("export", _PACKED, "--format", "csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == whole.stdout
    assert done.stdout.count(b"\n") == 3685


def test_a_url(plain: bytes, rows: pa.Table) -> None:
    with fsspec.open("memory://backups/shop.rdb", "wb") as file:
        file.write(plain)
    assert rdbscope.open("memory://backups/shop.rdb").read_table().equals(rows)
    assert expand("memory://backups/*.rdb") == ["memory:///backups/shop.rdb"]
    with pytest.raises(SourceNotFoundError):
        rdbscope.open("memory://backups/other.rdb")


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(InputError, match="nonsense"):
        open_source("nonsense://bucket/dump.rdb")


@pytest.mark.parametrize(
    ("envelope", "words"),
    [
        (b"VCS\x01\x07\x00\x01", "codec 7"),
        (b"VCS\x02\x01\x00\x01", "envelope version 2"),
        (b"VCS\x01\x01\x00\x02", "replication stream"),
        (b"VKCS\x01\x01\x00\x01", "pre-release"),
        (b"VCS\x01", "ends inside its envelope"),
    ],
)
def test_an_envelope_that_cannot_be_read_is_named(envelope: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "dump.rdb"
    path.write_bytes(envelope + (lz4.frame.compress(many(3)) if len(envelope) > 4 else b""))
    with pytest.raises(InputError, match=words):
        open_source(str(path))


@pytest.mark.parametrize("codec", ["gzip", "bzip2", "xz", "zstd", "lz4", "valkey lz4"])
def test_a_compressed_file_that_is_cut_ends_in_one_error(codec: str, plain: bytes, tmp_path: Path) -> None:
    packed = _CODECS[codec](plain)
    path = tmp_path / "cut"
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError) as raised:
        rdbscope.open(path).read_table()
    assert "\n" not in raised.value.line()
    assert str(path) in raised.value.line()


def test_a_directory_gives_its_snapshots(plain: bytes, tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(gzip.compress(plain))
    (tmp_path / "a.rdb").write_bytes(plain)
    (tmp_path / "notes.txt").write_text("no dump")
    assert expand(str(tmp_path)) == [str(tmp_path / "a.rdb"), str(tmp_path / "b")]
    assert expand(str(tmp_path / "*.rdb")) == [str(tmp_path / "a.rdb")]
    with pytest.raises(SourceNotFoundError):
        expand(str(tmp_path / "*.nothing"))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"REDIS0011\xfa", Kind.RDB),
        (b"VALKEY080\xfa", Kind.RDB),
        (b"$1234\r\nREDIS0011", Kind.RDB),
        (b"$EOF:" + b"a" * 40 + b"\r\nREDIS0011", Kind.RDB),
        (b"*2\r\n$6\r\nSELECT\r\n", Kind.AOF),
        (b"#TS:1700000000\r\n*2\r\n$6\r\n", Kind.AOF),
        (b"file appendonly.aof.1.base.rdb seq 1 type b\n", Kind.MANIFEST),
        (b'file "a name.aof" seq 1 type i\n', Kind.MANIFEST),
        (b"file formats are many\n", Kind.UNKNOWN),
        (b"", Kind.UNKNOWN),
    ],
)
def test_kind_by_content(head: bytes, kind: Kind) -> None:
    assert kind_of(head) is kind


def test_commands_behind_a_preamble_are_applied(tmp_path: Path, run: Run) -> None:
    preamble = dump(string(b"a", b"1"), head=b"\xfa\x0caof-preamble\x011")
    (tmp_path / "appendonly.aof").write_bytes(preamble + b"*2\r\n$3\r\nDEL\r\n$1\r\na\r\n")
    done = run("load", "appendonly.aof")
    assert done.returncode == 0
    assert b"  0 keys" in done.stdout and b"1 commands of a log" in done.stdout
