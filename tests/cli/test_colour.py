"""`--color`: one option for every command that prints with colour, before the command or behind it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT, Run
from tests.rdb_writer import dump, many, string

_SHOP = str(ROOT / "fixtures" / "demo" / "shop.rdb.gz")
_FORCE, _NO = {"FORCE_COLOR": "1"}, {"NO_COLOR": "1"}
_COMMANDS = {
    "load": ("load", _SHOP, "--force"),
    "tree": ("tree", _SHOP),
    "top": ("top", _SHOP, "-n", "3"),
    "key": ("key", "user:1", "small.rdb"),
    "diff": ("diff", "small.rdb", "other.rdb"),
    "diff --by": ("diff", "small.rdb", "other.rdb", "--by", "key"),
    "check": ("check", _SHOP),
    "check --keys": ("check", _SHOP, "--keys"),
    "report": ("report", "small.rdb"),
    "trends": ("trends",),
    "query": ("query", "SELECT 1 AS a, NULL AS b"),
    "query --list": ("query", "--list"),
    "snapshots": ("snapshots", "list"),
    "whatif": ("whatif", "small.rdb", "--as", "redis-8.6"),
    "conventions": ("conventions", "check", "c.md"),
    "config": ("config", "show"),
}


@pytest.fixture
def folder(tmp_path: Path, run: Run) -> Path:
    (tmp_path / "small.rdb").write_bytes(many(30))
    (tmp_path / "other.rdb").write_bytes(dump(string(b"user:1", b"v" * 300)))
    (tmp_path / "c.md").write_text(
        "| Pattern | Type | TTL | Purpose |\n|---|---|---|---|\n| a:* | string | none | b |\n"
    )
    assert run("load", "small.rdb", "--no-check").returncode == 0
    return tmp_path


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command(name: str, folder: Path, run: Run) -> None:
    command = _COMMANDS[name]
    always = run(*command, "--color", "always")
    assert always.returncode == 0 and b"\x1b[" in always.stdout, always.stderr
    assert b"\x1b" not in run(*command).stdout
    assert b"\x1b" not in run(*command, "--color", "never", env=_FORCE).stdout


def test_what_decides(folder: Path, run: Run) -> None:
    def has_colour(*arguments: str, env: dict[str, str] | None = None) -> bool:
        done = run(*arguments, env=env)
        assert done.returncode == 0, done.stderr
        return b"\x1b[" in done.stdout

    assert has_colour("tree", "small.rdb", env=_FORCE)
    assert not has_colour("tree", "small.rdb", env=_FORCE | _NO)
    assert not has_colour("tree", "small.rdb", "--color", "auto", env=_FORCE | _NO)
    assert has_colour("tree", "small.rdb", "--color", "always", env=_NO)
    assert has_colour("--color", "always", "tree", "small.rdb", env=_NO)
    assert not has_colour("--color", "always", "tree", "small.rdb", "--color", "never")
    assert has_colour("--color", "never", "tree", "small.rdb", "--color", "always")


def test_files_and_machines(folder: Path, run: Run) -> None:
    """A file gets colour only where that is asked for, and what machines read never does."""
    for options, expected in (([], False), (["--color", "always"], True)):
        assert run("tree", "small.rdb", "-o", "out.txt", *options, env=_FORCE).returncode == 0
        assert (b"\x1b[" in (folder / "out.txt").read_bytes()) is expected
    for command in (("tree", "small.rdb"), ("check", "small.rdb"), ("query", "keys"), ("snapshots", "list")):
        for form in ("json", "jsonl", "csv", "markdown"):
            assert b"\x1b" not in run(*command, "--format", form, "--color", "always").stdout, (command, form)
    for form in ("html", "markdown", "json", "csv"):
        assert b"\x1b" not in run("report", "small.rdb", "--format", form, "--color", "always").stdout
    assert run("tree", "small.rdb", "--color", "blue").returncode == 2
