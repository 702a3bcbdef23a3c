"""Which dump of a node is the newest: by what stands in it, for copies have the time of the copy."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import lz4.frame
import pytest
import zstandard
from fsspec.implementations.memory import MemoryFileSystem

from rdbscope.history.nodes import Node
from rdbscope.nightly.inventory import Candidate, inventory, newest
from rdbscope.sources.taken import LIMIT_BYTES, look
from tests.conftest import Run
from tests.history.nights import DAY, FIRST, night, strings

NOW = (FIRST + 10 * DAY) * 1000
RECORDS = strings(b"user", 2000, 40)
PACK: dict[str, Callable[[bytes], bytes]] = {
    "": lambda content: content,
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": zstandard.ZstdCompressor().compress,
    ".lz4": lz4.frame.compress,
}


def put(path: Path, content: bytes, days: float) -> str:
    """Writes a file whose time is that many days after the first night."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (FIRST + days * DAY,) * 2)
    return str(path)


def chosen(dumps: object) -> Candidate:
    return newest(Node("a", str(dumps)), NOW)


@pytest.mark.parametrize("suffix", PACK)
def test_a_copy_of_an_old_dump_does_not_win(tmp_path: Path, suffix: str) -> None:
    put(tmp_path / f"1.rdb{suffix}", PACK[suffix](night(1, *RECORDS)), 1)
    wanted = put(tmp_path / f"8.rdb{suffix}", PACK[suffix](night(8, *RECORDS)), 8)
    put(tmp_path / f"restored.rdb{suffix}", PACK[suffix](night(2, *RECORDS)), 9.5)
    for dumps in (f"{tmp_path}/*.rdb{suffix}", f"file://{tmp_path}/*.rdb{suffix}"):
        found = chosen(dumps)
        assert found.source is not None and found.source.endswith(wanted)
        # What recognises the dump in the next run is still the file.
        assert (found.at_ms, found.taken_at_ms) == ((FIRST + 8 * DAY) * 1000, (FIRST + 8 * DAY) * 1000)


def test_a_file_that_was_set_back_is_still_the_newest(tmp_path: Path) -> None:
    put(tmp_path / "1.rdb", night(1, *RECORDS), 5)
    wanted = put(tmp_path / "9.rdb", night(9, *RECORDS), -1000)
    assert chosen(tmp_path / "*.rdb").source == wanted
    assert chosen(f"file://{tmp_path}/*.rdb").source == f"file://{wanted}"


def test_of_two_copies_the_later_file_counts_and_then_the_later_name(tmp_path: Path) -> None:
    put(tmp_path / "b.rdb", night(1), 1)
    later = put(tmp_path / "a.rdb", night(1), 2)
    assert chosen(tmp_path / "*.rdb").source == later
    last = put(tmp_path / "c.rdb", night(1), 2)
    assert chosen(tmp_path / "*.rdb").source == last


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no dump at all",
        b"REDIS0006\xfe\x00\xff" + bytes(8),
        night(9)[:20],
        gzip.compress(night(9))[:12],
        b"VCS\x01\x63\x00\x01",
    ],
    ids=["empty", "text", "old format", "cut", "cut gzip", "unknown envelope"],
)
def test_where_the_file_does_not_say_its_own_time_counts(tmp_path: Path, content: bytes) -> None:
    put(tmp_path / "old.rdb", night(1), 1)
    odd = put(tmp_path / "odd.rdb", content, 2)
    found = chosen(tmp_path / "*.rdb")
    assert (found.source, found.taken_at_ms) == (odd, None)
    # It hides no other one.
    wanted = put(tmp_path / "new.rdb", night(3), 0)
    assert chosen(tmp_path / "*.rdb").source == wanted


def test_a_server_whose_clock_was_ahead_does_not_hide_the_dumps_of_a_year(tmp_path: Path) -> None:
    put(tmp_path / "ahead.rdb", night(400), 4)
    wanted = put(tmp_path / "5.rdb", night(5), 5)
    assert chosen(tmp_path / "*.rdb").source == wanted


@pytest.mark.parametrize("content", [night(400), b"REDIS0006\xfe\x00\xff" + bytes(8)], ids=["ctime", "no ctime"])
def test_a_file_of_the_future_hides_no_dump_whose_time_can_be(tmp_path: Path, content: bytes) -> None:
    ahead = put(tmp_path / "ahead.rdb", content, 400)
    alone = chosen(tmp_path / "*.rdb")
    assert (alone.source, alone.moment, alone.ahead_ms) == (ahead, None, (FIRST + 400 * DAY) * 1000)
    wanted = put(tmp_path / "1.rdb", night(1), 1)
    found = chosen(tmp_path / "*.rdb")
    assert (found.source, found.moment, found.ahead_ms) == (wanted, (FIRST + DAY) * 1000, alone.ahead_ms)


def log(folder: Path, base_day: int, last_day: int | None, file_day: float) -> str:
    """A log with a manifest: its base of one day, commands that are dated another."""
    stamp = b"" if last_day is None else b"#TS:%d\r\n" % (FIRST + last_day * DAY)
    command = b"*3\r\n$3\r\nSET\r\n$1\r\nx\r\n$9\r\n#TS:9999\r\n\r\n"
    put(folder / "a.aof.1.base.rdb", night(base_day), file_day)
    put(folder / "a.aof.1.incr.aof", b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n" + stamp + command, file_day)
    return put(
        folder / "a.aof.manifest", b"file a.aof.1.base.rdb seq 1 type b\nfile a.aof.1.incr.aof seq 1 type i\n", file_day
    )


def test_logs_go_by_their_last_annotation_else_by_their_base(tmp_path: Path) -> None:
    log(tmp_path / "restored", 1, 2, 9)
    wanted = log(tmp_path / "current", 1, 7, 7)
    assert chosen(tmp_path / "*/a.aof.manifest").source == wanted
    log(tmp_path / "plain", 6, None, 9.5)
    assert chosen(tmp_path / "*/a.aof.manifest").source == wanted
    rewritten = log(tmp_path / "rewritten", 8, None, 5)
    assert chosen(tmp_path / "*/a.aof.manifest").source == rewritten


def test_a_log_is_another_one_when_commands_were_added(tmp_path: Path) -> None:
    log(tmp_path, 1, None, 3)
    before = chosen(tmp_path)
    path = tmp_path / "a.aof.1.incr.aof"
    put(path, path.read_bytes() + b"*1\r\n$4\r\nPING\r\n", 4)
    after = chosen(tmp_path)
    assert (before.source, after.at_ms) == (after.source, (FIRST + 4 * DAY) * 1000)
    assert before.mark != after.mark
    # A log that lacks a file is told when it is loaded.
    path.unlink()
    assert chosen(tmp_path).source == before.source


@pytest.mark.parametrize("head", [b"#TS:%d\r\n" % (FIRST + 3 * DAY), night(3)])
def test_a_log_in_one_file(tmp_path: Path, head: bytes) -> None:
    path = put(tmp_path / "appendonly.aof", head + b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n", 9)
    put(tmp_path / "other.aof", b"*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n", 2)
    found = chosen(tmp_path / "*.aof")
    assert (found.source, found.taken_at_ms) == (path, (FIRST + 3 * DAY) * 1000)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """An empty service that counts the bytes read of each object."""
    counted: dict[str, int] = {}
    opened = MemoryFileSystem._open

    def count(self: MemoryFileSystem, path: str, mode: str = "rb", **options: Any) -> Any:
        file = opened(self, path, mode=mode, **options)
        whole = file.read

        def some(size: int = -1) -> bytes:
            piece: bytes = whole(size)
            counted[path] = counted.get(path, 0) + len(piece)
            return piece

        if mode == "rb":
            monkeypatch.setattr(file, "read", some)
        return file

    MemoryFileSystem.store.clear()
    monkeypatch.setattr(MemoryFileSystem, "_open", count)
    yield counted
    MemoryFileSystem.store.clear()


def upload(name: str, content: bytes, days: float) -> None:
    MemoryFileSystem().pipe(f"/{name}", content)
    stored = MemoryFileSystem.store[f"/{name}"]
    stored.created = stored.modified = datetime.fromtimestamp(FIRST + days * DAY, tz=timezone.utc)


@pytest.mark.parametrize("suffix", PACK)
def test_of_remote_dumps_few_are_looked_at(read: dict[str, int], suffix: str) -> None:
    for day in range(8):
        upload(f"{day}.rdb", PACK[suffix](night(day, *RECORDS)), day)
    upload("restored.rdb", PACK[suffix](night(1, *RECORDS)), 8)
    found = chosen("memory://*.rdb")
    assert (found.source, found.taken_at_ms) == ("memory:///7.rdb", (FIRST + 7 * DAY) * 1000)
    # Objects that were written before the newest was taken cannot be newer.
    assert set(read) == {"/restored.rdb", "/7.rdb", "/6.rdb"}


@pytest.mark.parametrize(
    "other", ["{0}/x/../x/a.rdb", "{0}/link/*.rdb", "{0}/b.rdb", "file://{0}/x/a.rdb", "file://{0}/link/*.rdb"]
)
def test_one_file_is_one_however_it_is_spelled(tmp_path: Path, other: str) -> None:
    put(tmp_path / "x/a.rdb", night(1), 1)
    (tmp_path / "link").symlink_to("x")
    (tmp_path / "b.rdb").symlink_to("x/a.rdb")
    given = other.format(tmp_path)
    first, second = inventory([Node("one", f"{tmp_path}/x/a.rdb"), Node("two", given)], NOW)
    assert (first.source, second.source) == (f"{tmp_path}/x/a.rdb", None)
    assert second.problem.startswith("its newest dump is that of node one: ")
    put(tmp_path / "x/c.rdb", night(1), 0.5)
    assert all(one.source for one in inventory([Node("one", f"{tmp_path}/x/c.rdb"), Node("two", given)], NOW))


@pytest.mark.parametrize("scheme", ["", "file://"])
@pytest.mark.parametrize("name", ["pipe.rdb", "p*.rdb"])
def test_a_pipe_is_no_dump(tmp_path: Path, name: str, scheme: str) -> None:
    os.mkfifo(tmp_path / "pipe.rdb")
    found = chosen(f"{scheme}{tmp_path}/{name}")
    assert (found.source, found.problem) == (None, f"{scheme}{tmp_path}/pipe.rdb: is no regular file")
    wanted = put(tmp_path / "plain.rdb", night(1), 1)
    assert chosen(f"{scheme}{tmp_path}/*.rdb").source == f"{scheme}{wanted}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root can list any folder")
@pytest.mark.parametrize("name", ["closed/*.rdb", "*/*.rdb", "c[l]osed/?.rdb", "*/a.rdb"])
def test_a_folder_that_cannot_be_listed_is_said(tmp_path: Path, name: str) -> None:
    put(tmp_path / "closed/a.rdb", night(1), 1)
    (tmp_path / "closed").chmod(0o311)
    try:
        found = chosen(tmp_path / name)
    finally:
        (tmp_path / "closed").chmod(0o755)
    if name == "*/a.rdb":
        assert found.source == f"{tmp_path}/closed/a.rdb"
    else:
        assert (found.source, found.problem) == (None, f"{tmp_path}/closed: cannot be listed: Permission denied")


@pytest.mark.parametrize("name", ["link.rdb", "l*.rdb"])
def test_a_link_that_leads_nowhere_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "link.rdb").symlink_to("gone.rdb")
    assert chosen(tmp_path / name).problem == f"{tmp_path}/link.rdb: is a link that leads nowhere"


def test_a_pipe_does_not_hold_the_job(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.rdb")
    # Its name is no text, and stands in the message.
    os.mkfifo(tmp_path / os.fsdecode(b"q\xff.rdb"))
    put(tmp_path / "a.rdb", night(8, *strings(b"user", 8)), 8)
    (tmp_path / "rdbscope.toml").write_text(
        'nodes = [{name = "p", dumps = "pipe.rdb"}, {name = "q", dumps = "q*"}, {name = "a", dumps = "a.rdb"}]\n'
    )
    done = run("nightly", "--now", "2025-10-18T09:00:00Z")
    assert (done.returncode, b"1 loaded, 2 missing, 0 bad" in done.stderr) == (0, True), done.stderr


def test_what_cannot_be_unpacked_is_given_up(tmp_path: Path) -> None:
    noise = random.Random(1).randbytes(2 * LIMIT_BYTES)
    for name, content in (("a.rdb", noise), ("b.rdb", b"\x1f\x8b\x08" + noise), ("c.rdb", b"REDIS0011" + noise)):
        assert look(put(tmp_path / name, content, 1)).taken_at_ms is None
    # A block of four megabytes, of which nothing comes out before its end, is not too much.
    large = lz4.frame.compress(night(1) + noise, block_size=lz4.frame.BLOCKSIZE_MAX4MB)
    assert look(put(tmp_path / "d.rdb", large, 1)).taken_at_ms == (FIRST + DAY) * 1000


def test_little_is_read_of_a_large_object(read: dict[str, int]) -> None:
    noise = random.Random(1).randbytes(3 * LIMIT_BYTES)
    upload("plain.rdb", night(1) + noise, 1)
    upload("bad.rdb.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + b"\x00\x00\x00\xff\xff" * 4_000_000, 1)
    assert look("memory:///plain.rdb").taken_at_ms == (FIRST + DAY) * 1000
    assert read["/plain.rdb"] <= 64 << 10
    assert look("memory:///bad.rdb.gz").taken_at_ms is None
    assert read["/bad.rdb.gz"] <= LIMIT_BYTES


def test_the_reason_why_nobody_could_look_is_in_the_row_and_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdbscope.toml").write_text(
        '[[nodes]]\nname = "a"\ndumps = "s3://backups/a/*.rdb"\n[[nodes]]\nname = "b"\ndumps = "b/*.rdb"\n'
        '[nightly]\nlog = "night.jsonl"\n'
    )
    # As without the extra.
    (tmp_path / "without").mkdir()
    (tmp_path / "without/s3fs.py").write_text("raise ImportError\n")
    env = {"PYTHONPATH": str(tmp_path / "without")}
    why = "s3://backups/a/*.rdb: Install s3fs to access S3; install it with: pip install 'rdbscope[s3]'"
    for more in ([], ["--dry-run"], []):
        done = run("nightly", *more, env=env)
        warnings = [line for line in done.stderr.decode().splitlines() if "warning" in line]
        assert (done.returncode, warnings) == (0, [f"rdbscope: warning: node a: {why}"])
    first, second = (json.loads(line) for line in (tmp_path / "night.jsonl").read_text().splitlines())
    assert (first["message"], second["message"]) == (why, f"no dump matches {tmp_path}/b/*.rdb")


def test_the_job_loads_what_is_newest_and_a_dry_run_says_the_same(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdbscope.toml").write_text('[[nodes]]\nname = "a"\ndumps = "*.rdb"\n')
    put(tmp_path / "8.rdb", night(8, *strings(b"user", 8)), 8)
    put(tmp_path / "restored.rdb", night(2, *strings(b"user", 2)), 9.9)
    clock = "2025-10-18T09:00:00Z"
    dry = run("nightly", "--dry-run", "--now", clock).stderr
    assert f"would load {tmp_path}/8.rdb of node a\n".encode() in dry and b"missing" not in dry
    done = run("nightly", "--now", clock)
    assert (done.returncode, b"1 loaded, 0 missing, 0 bad; 8 keys" in done.stderr) == (0, True), done.stderr
    assert b"nothing to do" in run("nightly", "--now", clock).stderr
