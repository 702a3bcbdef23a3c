"""Which database is used: `--db`, else RDBSCOPE_DB, else `rdbscope.toml`, else the current folder."""

from __future__ import annotations

from pathlib import Path

from rdbscope.config.layers import configuration

DEFAULT_DATABASE = Path("rdbscope.duckdb")
DATABASE_VARIABLE = "RDBSCOPE_DB"


def database(given: str | None) -> Path:
    """The path of the database; `given` is the option, or the variable where the option is not there.

    Raises:
        UsageError: a configuration file is not as it has to be.
    """
    if given is not None:
        return Path(given)
    named = configuration().values.get("db")
    return DEFAULT_DATABASE if named is None else Path(named)
