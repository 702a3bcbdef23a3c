"""rdbscope: offline analyser of Redis and Valkey snapshots.

    import rdbscope

    rdbscope.load("dump.rdb", db="rdbscope.duckdb")     # into a DuckDB file
    rdbscope.open("dump.rdb").read_table()              # key rows as a pyarrow table
    duckdb.sql("SELECT type, count(*) FROM dump GROUP BY type")   # dump = rdbscope.open("dump.rdb")

Errors are those of `rdbscope.errors`, all under `RdbscopeError`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rdbscope.errors import DumpError, InputError, RdbscopeError, StoreError, UsageError

if TYPE_CHECKING:
    from rdbscope._native import __version__
    from rdbscope.api import load
    from rdbscope.dump import Dump, open

__all__ = [
    "Dump",
    "DumpError",
    "InputError",
    "RdbscopeError",
    "StoreError",
    "UsageError",
    "__version__",
    "load",
    "open",
]

# Loaded on first use, so that the command line starts without the native module and DuckDB.
_LAZY = {"__version__": "rdbscope._native", "load": "rdbscope.api", "Dump": "rdbscope.dump", "open": "rdbscope.dump"}


def __getattr__(name: str) -> Any:  # noqa: ANN401  a module attribute
    if name not in _LAZY:
        raise AttributeError(f"module 'rdbscope' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
