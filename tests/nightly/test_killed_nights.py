"""A run that was killed: it goes on in its own night, and is brought to its end by one of a later night."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rdbscope.nightly.reports import node_file
from tests.conftest import Run, environment, program
from tests.history.nights import FIRST, night, strings
from tests.nightly.servers import http_server
from tests.nightly.ten_nights import clock, date, prepare, write
from tests.nightly.test_again import ask

_HOOK = '[webhook]\nurl_env = "HOOK"\nwhen = "always"\n'

# All dumps of the night are loaded, and nothing else is done.
_DIES_BEFORE_THE_CHECKS = """
import os, signal, sys
from rdbscope.__main__ import run
from rdbscope.nightly import loads
loads.check = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
run(sys.argv[1:])
"""

# Dies where a file would be put in place.
_DIES_AT_A_RENAME = """
import os, pathlib, signal, sys
from rdbscope.__main__ import run
replace = pathlib.Path.replace
def die(self, target):
    if str(target).endswith(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(self, target)
pathlib.Path.replace = die
run(sys.argv[2:])
"""


# The first of four dumps is loaded.
_DIES_AMONG_THE_LOADS = """
import os, signal, sys
from rdbscope.__main__ import run
from rdbscope.nightly import loads
loads._loaded = lambda *arguments: os.kill(os.getpid(), signal.SIGKILL)
run(sys.argv[1:])
"""


def _killed(folder: Path, program_text: str, number: int) -> None:
    command = [sys.executable, "-c", program_text, "nightly", "--now", clock(number)]
    assert subprocess.run(command, cwd=folder, env=environment(), check=False).returncode == -signal.SIGKILL


def test_a_night_that_was_killed_is_ended_by_the_next_one(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    write(tmp_path, 0)
    _killed(tmp_path, _DIES_BEFORE_THE_CHECKS, 0)
    write(tmp_path, 1)
    assert b"then: what the run of 2025-10-09 left, checks" in run("nightly", "--now", clock(1), "--dry-run").stderr
    assert run("nightly", "--now", clock(1)).returncode == 0
    unchecked = "SELECT name FROM snapshots ANTI JOIN findings USING (snapshot_id)"
    assert (ask(run, unchecked), ask(run, "FROM nightly_runs WHERE exit_code IS NULL OR summary IS NULL")) == ([], [])
    log = [json.loads(line) for line in (tmp_path / "var/nightly.jsonl").read_text().splitlines()]
    assert [one["night"] for one in log] == [date(0)] * 4 + [date(1)] * 4
    assert [one["counted"] for one in log if one["night"] == date(0)] == [True, True, False, True]
    assert (tmp_path / "var/reports" / date(0) / "all.html").is_file()


def test_an_old_night_is_judged_by_its_own_clock(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_text(file.read_text().replace('"slot-skew"', '"slot-skew", "stale-backup"'))
    write(tmp_path, 0)
    _killed(tmp_path, _DIES_BEFORE_THE_CHECKS, 0)
    write(tmp_path, 3)
    assert run("nightly", "--now", clock(3)).returncode == 3  # the cache's dump of night 3 is cut off
    assert ask(run, "FROM findings WHERE check_id = 'stale-backup'") == []


def test_a_night_that_has_not_seen_all_nodes_tells_nobody_how_it_was(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, _HOOK)
    write(tmp_path, 0)
    _killed(tmp_path, _DIES_AMONG_THE_LOADS, 0)
    write(tmp_path, 1)
    with http_server() as posts:
        assert run("nightly", "--now", clock(1), env={"HOOK": posts.url}).returncode == 0
    assert [json.loads(body)["night"] for body in posts.bodies] == [date(1)]
    assert not (tmp_path / "var/reports" / date(0)).exists()
    assert ask(run, "SELECT name FROM snapshots ANTI JOIN findings USING (snapshot_id)") == []
    assert ask(run, "SELECT summary FROM nightly_runs WHERE run_id = 1") == [
        {"summary": "ended before all dumps were loaded"}
    ]


def test_what_could_not_be_sent_is_sent_before_the_next_night(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, '[webhook]\nurl_env = "HOOK"\nwhen = "always"\n')
    write(tmp_path, 0)
    with http_server(500) as broken:
        assert run("nightly", "--now", clock(0), env={"HOOK": broken.url}).returncode == 4
    write(tmp_path, 1)
    with http_server() as posts:
        assert run("nightly", "--now", clock(1), env={"HOOK": posts.url}).returncode == 0
        assert b"nothing to do" in run("nightly", "--now", clock(1), env={"HOOK": posts.url}).stderr
    assert [json.loads(body)["night"] for body in posts.bodies] == [date(0), date(1)]


def test_what_an_old_night_could_not_send_fails_one_run_only(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, _HOOK)
    write(tmp_path, 0)
    with http_server(500) as broken:
        assert run("nightly", "--now", clock(0), env={"HOOK": broken.url}).returncode == 4
    write(tmp_path, 1)
    with http_server(500, 200) as mended:
        assert run("nightly", "--now", clock(1), env={"HOOK": mended.url}).returncode == 4
        again = run("nightly", "--now", clock(1), env={"HOOK": mended.url})
    assert (again.returncode, b"nothing to do" in again.stderr) == (0, True)
    assert [json.loads(body)["night"] for body in mended.bodies] == [date(0), date(1)]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("files_before_the_kill", [1, 2, 3])
def test_a_killed_run_is_continued(
    run: Run, tmp_path: Path, files_before_the_kill: int, number: signal.Signals, code: int
) -> None:
    """Killed as soon as the n-th snapshot or, later, the first report is there."""
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_text(file.read_text().replace("[nightly]", "[nightly]\njobs = 1"))
    write(tmp_path, 0)
    for name, count in (("one", 30_000), ("two", 30_000), ("cache", 30_000)):
        path = tmp_path / f"dumps/{name}-0.rdb"
        path.write_bytes(night(0, *strings(b"app:%s" % name.encode(), count, 40)))
    started = subprocess.Popen(
        program("nightly", "--now", clock(0)), cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL
    )
    reports = tmp_path / "var/reports/2025-10-09"
    wal = tmp_path / "var/history.duckdb.wal"
    until = time.monotonic() + 60
    while started.poll() is None and time.monotonic() < until:
        if files_before_the_kill == 3 and reports.exists() and any(reports.iterdir()):
            break
        if files_before_the_kill < 3 and wal.exists() and wal.stat().st_size > 4_000 * files_before_the_kill**4:
            break
        time.sleep(0.005)
    os.kill(started.pid, number)
    assert started.wait(60) == code, "the run was over before it could be killed"
    done = run("nightly", "--now", clock(0))
    assert done.returncode == 0, done.stderr
    assert b"4 loaded, 0 missing, 0 bad; 90,000 keys" in done.stderr
    assert ask(run, "SELECT node, count(*) AS n FROM snapshots GROUP BY 1 ORDER BY 1") == [
        {"node": name, "n": 1} for name in ("cache", "shop/1", "shop/1/replica", "shop/2")
    ]
    assert ask(run, "SELECT count(DISTINCT snapshot_id) AS n FROM findings WHERE check_id = 'checksum-disabled'") == [
        {"n": 4}
    ]
    log = [json.loads(line)["node"] for line in (tmp_path / "var/nightly.jsonl").read_text().splitlines()]
    assert sorted(log) == ["cache", "shop/1", "shop/1/replica", "shop/2"]
    assert {"all.html", "node-cache.html", "index.html"} <= {path.name for path in reports.iterdir()}
    assert not [path.name for path in reports.iterdir() if path.name.startswith(".")]
    assert b"nothing to do" in run("nightly", "--now", clock(0)).stderr


def test_nothing_is_left_of_a_run_that_was_killed_at_a_rename(run: Run, tmp_path: Path) -> None:
    long = "n" * 90
    prepare(tmp_path, f'[[nodes]]\nname = "{long}"\ndumps = "dumps/none-*.rdb"\n')
    write(tmp_path, 0)
    (tmp_path / "dumps/none-0.rdb").write_bytes(night(0, second=3))
    places = ("reports/index.html", "reports/latest", "var/rdbscope.prom", f"{date(0)}/index.html", ".json")
    kept = {tmp_path / "var" / name for name in (".rdbscope.prom.short", ".other.prom.abcdefgh", "reports/.latest.x")}
    (tmp_path / "var/reports" / date(0)).mkdir(parents=True)
    for path in kept:
        path.touch()
    torn = tmp_path / "var/reports" / date(0) / f".{node_file(long)[:64]}.abcd_012"
    torn.touch()
    for place in places:
        command = [sys.executable, "-c", _DIES_AT_A_RENAME, place, "nightly", "--now", clock(0)]
        assert subprocess.run(command, cwd=tmp_path, env=environment(), check=False).returncode == -signal.SIGKILL
        # The next one dies at another place.
        os.utime(tmp_path / "dumps/cache-0.rdb", (FIRST + len(place), FIRST + len(place)))
    assert set((tmp_path / "var").rglob(".*")) > kept
    assert run("nightly", "--now", clock(0)).returncode == 0
    assert set((tmp_path / "var").rglob(".*")) == kept
