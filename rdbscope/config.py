"""Which database is used: `--db`, else RDBSCOPE_DB, else the nearest `rdbscope.toml`, else the current folder."""

from __future__ import annotations

import sys
from pathlib import Path

from rdbscope.errors import UsageError, one_line

FILE_NAME = "rdbscope.toml"
DEFAULT_DATABASE = Path("rdbscope.duckdb")
DATABASE_VARIABLE = "RDBSCOPE_DB"


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
    values, file = read()
    named = values.get("db")
    if file is None or named is None:
        return DEFAULT_DATABASE
    if not isinstance(named, str) or not named:
        raise UsageError(f"{file}: 'db' is the path of the database")
    # Relative to the file, so that it means the same from every folder below.
    return file.parent / named


def read() -> tuple[dict[str, object], Path | None]:
    """All values of the nearest `rdbscope.toml`, and where it is; nothing where there is none.

    Raises:
        UsageError: it cannot be read or is no TOML.
    """
    file = find_file(Path.cwd())
    if file is None:
        return {}, None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(file.read_text("utf-8")), file
    except (OSError, ValueError) as problem:
        raise UsageError(f"{file}: cannot be read: {one_line(problem)}") from problem
