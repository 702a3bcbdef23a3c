"""Fixtures of all tests. Tests on the corpus need `../shared` beside the checkout, or RDBSCOPE_SHARED."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("RDBSCOPE_SHARED", ROOT.parent / "shared"))

Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def pytest_report_header() -> str:
    if (SHARED / "corpus").is_dir():
        return f"corpus: {SHARED}"
    return f"corpus: {SHARED} is not there; tests on it are skipped, fixtures/ is what remains"


@pytest.fixture
def shared() -> Path:
    if not (SHARED / "corpus").is_dir():
        pytest.skip(f"needs the corpus, looked for in {SHARED}")
    return SHARED


def program(*arguments: str | Path) -> list[str]:
    """The command line of the installed program."""
    return [sys.executable, "-m", "rdbscope", *(os.fspath(argument) for argument in arguments)]


def environment(**changes: str) -> dict[str, str]:
    """The environment of the program, without what the person who runs the tests has set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RDBSCOPE_", "FORCE_COLOR"))}
    return kept | {"COLUMNS": "120"} | changes


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the program in an empty folder, and gives exit code, stdout and stderr."""

    def start(
        *arguments: str | Path, stdin: bytes = b"", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            program(*arguments),
            input=stdin,
            capture_output=True,
            cwd=tmp_path,
            env=environment(**(env or {})),
            timeout=120,
            check=False,
        )

    return start
