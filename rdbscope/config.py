"""Which database is used: `--db`, else RDBSCOPE_DB, else the nearest `rdbscope.toml`, else the current folder."""

from __future__ import annotations

import re
from pathlib import Path

from rdbscope.errors import UsageError

FILE_NAME = "rdbscope.toml"
DEFAULT_DATABASE = Path("rdbscope.duckdb")
DATABASE_VARIABLE = "RDBSCOPE_DB"
# One top-level key is all that is read here; Python 3.10 has no TOML parser.
_DATABASE = re.compile(r"""^\s*db\s*=\s*(?:"([^"\\]*)"|'([^']*)')\s*(?:#.*)?$""")


def find_file(start: Path) -> Path | None:
    """The nearest `rdbscope.toml` in `start` or a folder above it."""
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def database(given: str | None) -> Path:
    """The path of the database; `given` is the option, or the variable where the option is not there.

    Raises:
        UsageError: the configuration file cannot be read.
    """
    if given is not None:
        return Path(given)
    file = find_file(Path.cwd())
    return (_from_file(file) if file is not None else None) or DEFAULT_DATABASE


def _from_file(file: Path) -> Path | None:
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{file}: cannot be read: {problem}") from problem
    for line in lines:
        if line.lstrip().startswith("["):
            return None
        found = _DATABASE.match(line)
        if found:
            # Relative to the file, so that it means the same from every folder below.
            return file.parent / (found[1] or found[2] or DEFAULT_DATABASE)
    return None
