"""A second run does nothing, two at once are refused, a killed one is continued, and a dry run only talks."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run, environment, program
from tests.history.nights import DAY, FIRST, night, strings
from tests.nightly.servers import http_server
from tests.nightly.ten_nights import CACHE_CUT, clock, date, prepare, write
from tests.rdb_writer import string


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in (folder / "var").rglob("*") if path.is_file()}


def ask(run: Run, sql: str) -> list[dict[str, Any]]:
    done = run("query", sql, "--format", "jsonl", "--max-rows", "0")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_second_run_does_nothing(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    assert run("nightly", "--now", clock(0)).returncode == 0
    log = (tmp_path / "var/nightly.jsonl").read_bytes()
    before = everything(tmp_path)
    again = run("nightly", "--now", clock(0))
    assert (again.returncode, again.stdout) == (0, b"")
    assert again.stderr == b"rdbscope: note: nightly: nothing to do: no newer dump since the run of 2025-10-09\n"
    after = everything(tmp_path)
    assert {name for name in before if before[name] != after.get(name)} <= {
        str(tmp_path / "var/history.duckdb.nightly.lock")
    }
    assert (tmp_path / "var/nightly.jsonl").read_bytes() == log


def test_a_clock_set_back_does_not_move_latest_back(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    for written, at in ((0, 4), (1, 2)):
        write(tmp_path, written)
        assert run("nightly", "--now", clock(at)).returncode == 0
    reports = tmp_path / "var/reports"
    assert (reports / date(2) / "index.html").is_file()
    assert str((reports / "latest").readlink()) == date(4)


def test_a_clock_that_was_ahead_once_is_no_reason_to_run_again_and_again(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    assert b"4 missing" in run("nightly", "--now", clock(4)).stderr
    write(tmp_path, 1)
    assert b"4 loaded" in run("nightly", "--now", clock(1)).stderr
    assert b"nothing to do" in run("nightly", "--now", clock(1)).stderr


def test_a_snapshot_that_was_dropped_is_loaded_again(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    assert run("nightly", "--now", clock(0)).returncode == 0
    assert run("snapshots", "drop", "1").returncode == 0
    assert b"4 loaded" in run("nightly", "--now", clock(0)).stderr
    assert len(ask(run, "FROM nightly_nodes JOIN snapshots USING (snapshot_id)")) == 4
    assert b"nothing to do" in run("nightly", "--now", clock(0)).stderr


@pytest.mark.parametrize("redact", [False, True])
def test_a_damaged_key_is_named_unless_names_are_hidden(redact: bool, run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    configuration = tmp_path / "rdbscope.toml"
    switch = f"[nightly]\nredact = {str(redact).lower()}"
    configuration.write_text(configuration.read_text().replace("[nightly]", switch))
    write(tmp_path, 0)
    cut = night(0, string(b"user:carol", b"v" * 300))[:-100]
    (tmp_path / "dumps/two-0.rdb").write_bytes(cut)
    assert run("nightly", "--now", clock(0)).returncode == 3
    reports = tmp_path / "var/reports" / date(0)
    for path in (tmp_path / "var/nightly.jsonl", reports / "index.html", reports / "all.html", reports / "all.json"):
        text = path.read_text()
        assert "the file ends too early" in text, path
        assert ("user:carol" in text) is not redact, path


def test_a_disk_that_is_full_at_the_lock(tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)

    def no_files() -> None:
        # Stands in for a full disk, with EFBIG for ENOSPC.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    done = subprocess.run(
        program("nightly", "--now", clock(0)),
        cwd=tmp_path,
        capture_output=True,
        env=environment(),
        timeout=120,
        check=False,
        preexec_fn=no_files,
    )
    lock = tmp_path / "var/history.duckdb.nightly.lock"
    assert (done.returncode, done.stderr.decode()) == (
        4,
        f"rdbscope: error: {lock}: cannot be written: File too large\n",
    )


def test_the_lock_empties_no_file_behind_a_link(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "var/history.duckdb.nightly.lock").symlink_to(tmp_path / "victim")
    assert run("nightly", "--now", clock(0)).returncode == 4
    assert (tmp_path / "victim").read_text() == "precious"


def test_a_torn_line_of_the_log_tears_no_other(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    log = tmp_path / "var/nightly.jsonl"
    log.write_text('{"time": "2025')
    assert run("nightly", "--now", clock(0)).returncode == 0
    torn, *lines = log.read_text().splitlines()
    assert (torn, len([json.loads(line) for line in lines])) == ('{"time": "2025', 4)


def test_a_file_name_that_is_no_text_stops_nothing(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    (tmp_path / "dumps/two-0.rdb").rename(tmp_path / "dumps" / os.fsdecode(b"two-\xff\n<b>.rdb"))
    done = run("nightly", "--now", clock(0))
    assert (done.returncode, b"4 loaded" in done.stderr) == (0, True), done.stderr
    assert {"name": "two-\\udcff\\x0a<b>.rdb"} in ask(run, "SELECT name FROM snapshots")
    assert b"nothing to do" in run("nightly", "--now", clock(0)).stderr


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-10:00", "0500-01-01", "soon"])
def test_a_moment_that_cannot_be(run: Run, tmp_path: Path, moment: str) -> None:
    prepare(tmp_path)
    done = run("nightly", "--now", moment)
    assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)


def test_a_bad_dump_stays_bad_until_it_is_replaced(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, CACHE_CUT)
    assert run("nightly", "--now", clock(CACHE_CUT)).returncode == 3
    again = run("nightly", "--now", clock(CACHE_CUT))
    assert again.returncode == 3
    assert b"nothing to do" in again.stderr
    (tmp_path / "dumps/cache-3.rdb").write_bytes(night(CACHE_CUT, *strings(b"app:x", 10)))
    done = run("nightly", "--now", clock(CACHE_CUT))
    assert (done.returncode, b"4 loaded, 0 missing, 0 bad" in done.stderr) == (0, True)
    log = [json.loads(line) for line in (tmp_path / "var/nightly.jsonl").read_text().splitlines()]
    # The other nodes were dealt with before.
    assert [line["node"] for line in log][4:] == ["cache"]


def test_salvage_keeps_what_is_sound(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_text(file.read_text().replace("[nightly]", "[nightly]\nsalvage = true"))
    write(tmp_path, CACHE_CUT)
    done = run("nightly", "--now", clock(CACHE_CUT))
    assert (done.returncode, b"4 loaded" in done.stderr) == (0, True)
    assert 'node="cache",check="damaged-snapshot",severity="high"} 1' in (tmp_path / "var/rdbscope.prom").read_text()


def test_findings_fail_where_they_shall(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_text(file.read_text().replace("[nightly]", '[nightly]\nfail_on = "low"'))
    write(tmp_path, 0)
    assert run("nightly", "--now", clock(0)).returncode == 1


def test_one_job_at_a_time(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    with (tmp_path / "var/history.duckdb.nightly.lock").open("w+") as lock:
        lock.write("4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("nightly", "--now", clock(0))
    assert done.returncode == 4
    assert b"another nightly job runs (process 4711)" in done.stderr
    assert not (tmp_path / "var/history.duckdb").exists()


def test_a_dry_run_says_what_would_be_done(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 5)
    done = run("nightly", "--dry-run", "--now", clock(5))
    assert done.returncode == 0
    assert f"would load {tmp_path}/dumps/one-5.rdb of node shop/1\n".encode() in done.stderr
    assert b"node shop/2 would be missing: no dump matches" in done.stderr
    assert b"then: checks, reports, prometheus, log, prune\n" in done.stderr
    assert everything(tmp_path) == {}
    run("nightly", "--now", clock(5))
    assert run("nightly", "--dry-run", "--now", clock(5)).stderr.endswith(b"note: nothing to do\n")


def test_a_dry_run_says_what_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, CACHE_CUT)
    (tmp_path / "dumps/two-3.rdb").unlink()
    assert run("nightly", "--now", clock(CACHE_CUT)).returncode == 3
    said = run("nightly", "--dry-run", "--now", clock(CACHE_CUT)).stderr.decode()
    assert "note: node cache would stay bad: " in said and "the file ends too early" in said
    assert f"note: node shop/2 would stay missing: no dump matches {tmp_path}/dumps/two-*.rdb\n" in said
    assert "note: 2 nodes would stay: their newest dumps are loaded\n" in said
    (tmp_path / "dumps/one-3.rdb").unlink()
    assert (
        b"note: 1 node would stay: its newest dump is loaded\n"
        in run("nightly", "--dry-run", "--now", clock(CACHE_CUT)).stderr
    )


def test_a_dry_run_foresees_dumps_that_are_too_old(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    said = b"node cache would be missing: the newest dump is "
    assert said not in run("nightly", "--dry-run", "--now", clock(0)).stderr
    dump = tmp_path / "dumps/cache-0.rdb"
    # Copied in the same hour; what counts is when it was taken.
    os.utime(dump)
    assert said in run("nightly", "--dry-run", "--now", clock(2)).stderr
    whole = dump.read_bytes()
    dump.write_bytes(whole[:20])
    os.utime(dump, (FIRST, FIRST))
    guess = said.replace(b":", b", as far as the time of the file tells:")
    assert guess in run("nightly", "--dry-run", "--now", clock(2)).stderr
    dump.write_bytes(whole)
    run("nightly", "--now", clock(2))
    sql = (
        "SELECT status, starts_with(message, 'the newest dump is ') AS told FROM nightly_nodes "
        f"WHERE night = '{date(2)}' AND node = 'cache'"
    )
    assert ask(run, sql) == [{"status": "missing", "told": True}]


def test_without_nodes_there_is_nothing_to_look_for(run: Run, tmp_path: Path) -> None:
    done = run("nightly")
    assert (done.returncode, b"needs a rdbscope.toml with [[nodes]]" in done.stderr) == (2, True)


def test_another_dump_of_the_same_night_repeats_nothing_of_the_others(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, '[webhook]\nurl_env = "HOOK"\nwhen = "always"\n')
    write(tmp_path, 0)
    with http_server(500) as broken:
        assert run("nightly", "--now", clock(0), env={"HOOK": broken.url}).returncode == 4
    newer = tmp_path / "dumps/cache-0b.rdb"
    newer.write_bytes(night(0, *strings(b"app:x", 10), second=60))
    with http_server() as posts:
        assert run("nightly", "--now", clock(0), env={"HOOK": posts.url}).returncode == 0
    log = [json.loads(line)["node"] for line in (tmp_path / "var/nightly.jsonl").read_text().splitlines()]
    assert log == ["cache", "shop/1", "shop/1/replica", "shop/2", "cache"]
    assert len(posts.bodies) == 2


def test_a_master_that_comes_late_counts_in_the_place_of_its_replica(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    master = tmp_path / "dumps/one-0.rdb"
    late = master.rename(tmp_path / "one-0.rdb")
    assert run("nightly", "--now", clock(0)).returncode == 0
    late.rename(master)
    assert run("nightly", "--now", clock(0)).returncode == 0
    log = [json.loads(line) for line in (tmp_path / "var/nightly.jsonl").read_text().splitlines()]
    last = {one["node"]: one["counted"] for one in log}
    assert last == {"cache": True, "shop/1": True, "shop/1/replica": False, "shop/2": True}


def test_a_dump_of_the_future_grows_old_all_the_same(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    path = tmp_path / "dumps/cache-0.rdb"
    path.write_bytes(night(3650, *strings(b"app:x", 10)))
    os.utime(path, (FIRST, FIRST))
    assert b"4 loaded" in run("nightly", "--now", clock(0)).stderr
    assert b"0 loaded, 4 missing" in run("nightly", "--now", clock(5)).stderr


def test_a_dump_and_a_file_of_the_future_are_no_fresh_dump(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    path = tmp_path / "dumps/cache-0.rdb"
    path.write_bytes(night(400, *strings(b"app:x", 10)))
    os.utime(path, (FIRST + 400 * DAY,) * 2)
    said = b"node cache would be missing: the newest dump is dated in the future: 2026-11-13 "
    assert said in run("nightly", "--dry-run", "--now", clock(0)).stderr
    for number in (0, 1):
        done = run("nightly", "--now", clock(number))
        assert done.returncode == 0, done.stderr
        metrics = (tmp_path / "var/rdbscope.prom").read_text().splitlines()
        assert 'rdbscope_node_fresh{node="cache"} 0' in metrics
        assert not [line for line in metrics if line.startswith('rdbscope_snapshot_timestamp_seconds{node="cache"}')]
    told = (
        "FROM nightly_nodes WHERE node = 'cache' AND starts_with(message, 'the newest dump is dated in the future: ')"
    )
    assert [row["status"] for row in ask(run, told)] == ["missing", "missing"]
    # The next one counts as ever, and the one of the future is told where it does not.
    write(tmp_path, 2)
    assert b"4 loaded" in run("nightly", "--now", clock(2)).stderr
    run("nightly", "--now", clock(4))
    assert ask(run, f"SELECT message FROM nightly_nodes WHERE node = 'cache' AND night = '{date(4)}'") == [
        {
            "message": "the newest dump is 52 hours old, more than 26 hours; "
            "another one is dated in the future: 2026-11-13 08:53:20 UTC"
        }
    ]


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_the_collector_can_read_the_metrics(run: Run, tmp_path: Path, mode: int) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    metrics = tmp_path / "var/rdbscope.prom"
    if mode == 0o600:
        metrics.touch(mode)
    command = program("nightly", "--now", clock(0))
    done = subprocess.run(command, cwd=tmp_path, env=environment(), umask=0o027, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert (stat.S_IMODE(metrics.stat().st_mode), metrics.stat().st_size > 0) == (mode, True)


@pytest.mark.parametrize("there", [True, False], ids=["a file", "dangling"])
def test_metrics_go_where_a_link_leads(run: Run, tmp_path: Path, there: bool) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    target, link = tmp_path / "collected.prom", tmp_path / "var/rdbscope.prom"
    link.symlink_to("../collected.prom")
    if there:
        target.touch(0o600)
    assert run("nightly", "--now", clock(0)).returncode == 0
    assert link.is_symlink()
    assert (stat.S_IMODE(target.stat().st_mode), target.stat().st_size > 0) == (0o600 if there else 0o644, True)


def test_a_bad_dump_does_not_hide_how_old_the_last_good_one_is(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    for number in (CACHE_CUT - 1, CACHE_CUT):
        write(tmp_path, number)
        run("nightly", "--now", clock(number))
    known = f'rdbscope_snapshot_timestamp_seconds{{node="cache"}} {FIRST + (CACHE_CUT - 1) * DAY}.0'
    assert known in (tmp_path / "var/rdbscope.prom").read_text().splitlines()


def test_an_old_dump_under_a_new_name_is_not_loaded_night_after_night(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    narrow = "keep_daily = 1\nkeep_weekly = 0\nkeep_monthly = 0"
    text = file.read_text().replace("keep_daily = 10", narrow)
    file.write_text(text.replace("[nightly]", '[nightly]\nfresh_within = "30d"'))
    for number in range(6, 9):
        write(tmp_path, number)
        assert run("nightly", "--now", clock(number)).returncode in (0, 3)
    for left in (tmp_path / "dumps").glob("*"):
        left.unlink()
    write(tmp_path, 0)
    first = run("nightly", "--now", clock(9))
    assert b"loaded" in first.stderr
    again = run("nightly", "--now", clock(9))
    assert b"nothing to do" in again.stderr


def test_two_nodes_with_one_file(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_text(file.read_text().replace("dumps/one-*.rdb", "dumps/one*.rdb"))
    write(tmp_path, 0)
    foreseen = run("nightly", "--now", clock(0), "--dry-run").stderr
    done = run("nightly", "--now", clock(0))
    assert (done.returncode, b"3 loaded, 1 missing, 0 bad" in done.stderr) == (0, True)
    said = "its newest dump is that of node shop/1: "
    assert said.encode() in foreseen
    (found,) = ask(run, "FROM nightly_nodes WHERE status = 'missing'")
    assert found["node"] == "shop/1/replica" and found["message"].startswith(said)
