"""The commands of the page run as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from tests.conftest import ROOT, environment
from tests.rdb_writer import many
from tests.reports.dumps import night

TEXT = (ROOT / "docs/how-to/many-machines.md").read_text("utf-8")


def _blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def programs(tmp_path: Path) -> str:
    """A folder for PATH with the program of this checkout."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "rdbscope").write_text(f'#!/bin/sh\nexec {sys.executable} -m rdbscope "$@"\n')
    (folder / "rdbscope").chmod(0o755)
    return str(folder)


def test_every_command_of_the_page_works(tmp_path: Path, programs: str) -> None:
    (tmp_path / "dumps").mkdir()
    for number in (1, 2, 3):
        content = night(number, repl_id=b"%040d" % number, prefix=b"s%d:" % number)
        (tmp_path / f"dumps/shard-{number}.rdb.gz").write_bytes(content)
    commands = [line.removeprefix("$ ") for block in _blocks("console") for line in block.splitlines()]
    assert len(commands) > 4
    said = []
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=tmp_path,
            env=environment(PATH=f"{programs}:/usr/bin:/bin"),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, (command, done.stderr)
        said.append(done.stdout)
    assert re.findall(r"shard-\d(?!\.)", said[1]) == ["shard-3", "shard-2", "shard-1"]
    assert "3 nodes" in (tmp_path / "night.html").read_text("utf-8")
    assert "shard-1" in said[5] and "shard-3" in said[5]
    [sql] = _blocks("sql")
    with duckdb.connect() as bare:
        bare.execute(f"SET file_search_path = '{tmp_path}'")
        assert {row[0] for row in bare.execute(sql).fetchall()} == {"shard-1", "shard-2", "shard-3"}


def test_the_job_is_one_and_its_command_loads(tmp_path: Path, programs: str) -> None:
    [block] = _blocks("yaml")
    job = yaml.safe_load(block)
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    pod = job["spec"]["template"]["spec"]
    [container] = pod["containers"]
    assert {one["name"] for one in container["volumeMounts"]} == {one["name"] for one in pod["volumes"]}
    (tmp_path / "dumps").mkdir()
    (tmp_path / "dumps/shard-7.rdb").write_bytes(many(5))
    command = [
        *container["command"],
        *(text.replace("/dumps", "dumps").replace("/scans", "scans") for text in container["args"]),
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(PATH=f"{programs}:/usr/bin:/bin", JOB_COMPLETION_INDEX="7"),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert [path.name.startswith("shard-7-") for path in (tmp_path / "scans/night/keys").iterdir()] == [True]
