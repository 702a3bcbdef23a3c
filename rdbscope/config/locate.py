"""Which configuration files there are: the user's own, and the nearest `rdbscope.toml` above the current folder."""

from __future__ import annotations

import os
from pathlib import Path

FILE_NAME = "rdbscope.toml"
FILE_VARIABLE = "RDBSCOPE_CONFIG"


def find_file(start: Path) -> Path | None:
    """The nearest `rdbscope.toml` in `start` or a folder above it."""
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def user_file() -> Path | None:
    """The user's own file, `rdbscope/rdbscope.toml` in XDG_CONFIG_HOME (default `~/.config`); None without one."""
    home = os.environ.get("XDG_CONFIG_HOME")
    try:
        folder = Path(home) if home else Path.home() / ".config"
    except RuntimeError:
        return None
    candidate = folder / "rdbscope" / FILE_NAME
    return candidate if candidate.is_file() else None


def use(file: Path) -> None:
    """Lets this file hold for the rest of the process, in place of RDBSCOPE_CONFIG and the nearest one."""
    os.environ[FILE_VARIABLE] = str(file)


def files() -> list[Path]:
    """The files that hold, the stronger last: the user's own, then RDBSCOPE_CONFIG or else the nearest one."""
    given = os.environ.get(FILE_VARIABLE)
    nearest = Path(given) if given else find_file(Path.cwd())
    return [file for file in dict.fromkeys((user_file(), nearest)) if file is not None]
