"""Which database is used: `--db`, else RDBSCOPE_DB, else `rdbscope.toml`, else the current folder."""

from __future__ import annotations

from pathlib import Path

from rdbscope.config.layers import configuration
from rdbscope.errors import UsageError

DEFAULT_DATABASE = Path("rdbscope.duckdb")
DATABASE_VARIABLE = "RDBSCOPE_DB"


def database(given: str | None) -> Path:
    """The path of the database; `given` is the option, or the variable where the option is not there.

    Raises:
        UsageError: a configuration file is not as it has to be, or the database is a URL.
    """
    named = configuration().values.get("db") if given is None else given
    if named is not None and "://" in named:
        raise UsageError(f"{named}: a database is a file of this machine", hint="name one with --db")
    return DEFAULT_DATABASE if named is None else Path(named)
