"""Layers and start-up: who may import whom, and what `--help` pays for."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, environment

_PACKAGE = ROOT / "rdbscope"
_HEAVY = ("duckdb", "pyarrow", "rich", "lz4", "zstandard", "fsspec", "numpy", "jinja2", "rdbscope._native")
# Folder of the package, and the folders it must not import.
_FORBIDDEN = {
    "sources": ("store", "reports", "exports", "cli"),
    "store": ("reports", "exports", "cli"),
    "comparison": ("reports", "exports", "cli"),
    "reports": ("cli", "exports"),
    "nightly": ("cli", "exports"),
}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["load", "--help"], ["query", "--help"], ["report", "--help"], ["completion", "bash"]]
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    script = (
        "import sys; from rdbscope.__main__ import run; run(sys.argv[1:]);"
        f"print([name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, env=environment(), check=True, timeout=60
    )
    assert done.stderr == b"[]\n"


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("folder", _FORBIDDEN)
def test_layers(folder: str) -> None:
    for path in (_PACKAGE / folder).rglob("*.py"):
        for upper in _FORBIDDEN[folder]:
            wrong = {
                name for name in _imports(path) if name == f"rdbscope.{upper}" or name.startswith(f"rdbscope.{upper}.")
            }
            assert not wrong or _only_for_types(path, wrong), f"{os.fspath(path)} imports {wrong}"


def _only_for_types(path: Path, names: set[str]) -> bool:
    tree = ast.parse(path.read_text("utf-8"))
    guarded: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            for inner in node.body:
                if isinstance(inner, ast.ImportFrom) and inner.module:
                    guarded |= {inner.module} | {f"{inner.module}.{alias.name}" for alias in inner.names}
    return names <= guarded


def test_only_the_store_imports_duckdb() -> None:
    for path in _PACKAGE.rglob("*.py"):
        if "store" not in path.relative_to(_PACKAGE).parts:
            assert not {name for name in _imports(path) if name.split(".")[0] == "duckdb"}, path


def test_files_are_short() -> None:
    for path in [*_PACKAGE.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "queries").rglob("*.sql")]:
        assert len(path.read_text("utf-8").splitlines()) <= 500, path
