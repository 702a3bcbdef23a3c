"""The commands of the how-to pages run as they stand there, with the configuration of their page."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, environment

DEMO = ROOT / "fixtures/demo/shop.rdb.gz"


@pytest.mark.parametrize("page", ["nightly", "prometheus", "kubernetes"])
def test_every_command_of_the_page_works(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to" / f"{page}.md").read_text("utf-8")
    blocks = re.findall(r"```(toml|console)\n(.*?)```", text, re.DOTALL)
    (tmp_path / "rdbscope.toml").write_text(next(content for kind, content in blocks if kind == "toml"))
    (tmp_path / "dumps").mkdir()
    shutil.copy(DEMO, tmp_path / "dumps/cache-2026-11-25.rdb.gz")
    commands = [
        line.removeprefix("$ ") for kind, content in blocks if kind == "console" for line in content.splitlines()
    ]
    assert commands
    said = []
    for command in commands:
        # The demo is older than a night, and two of the three nodes have no dump: findings, but no failure.
        done = subprocess.run(
            ["sh", "-c", command.replace("rdbscope nightly", f"{sys.executable} -m rdbscope nightly")],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in (0, 1), (command, done.stderr)
        said.append(done.stdout + done.stderr)
    if page == "nightly":
        assert "would load" in said[0]
        assert "3 nodes" in said[1]
        assert "nothing to do" in said[2]
    assert all(path.stat().st_size for path in tmp_path.iterdir() if path.is_file())


@pytest.mark.parametrize("page", ["nightly", "prometheus", "kubernetes"])
def test_every_configuration_of_the_page_is_one(page: str, tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to" / f"{page}.md").read_text("utf-8")
    for content in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        (tmp_path / "rdbscope.toml").write_text(content)
        done = subprocess.run(
            [sys.executable, "-m", "rdbscope", "config", "show"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
