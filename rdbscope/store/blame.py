"""Whether DuckDB's exception speaks of a statement, or of the file, the disk or the memory behind it."""

from __future__ import annotations

import duckdb

_ENGINE = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.OutOfMemoryException,
    duckdb.SerializationException,
)
# A block with a wrong checksum: DuckDB has a kind of exception for it, its Python module has none.
DAMAGED = "Corrupt database file"

# What DuckDB's Python module says of a text with half a surrogate pair, as the name of a file can become.
NO_UTF8 = "cannot encode str as UTF-8"


def no_statement(problem: duckdb.Error) -> bool:
    """Whether no statement is to blame."""
    return isinstance(problem, _ENGINE) or DAMAGED in str(problem)


def database_alone(problem: duckdb.Error) -> bool:
    """Likewise, and neither a file that a query names nor the memory that it takes."""
    return no_statement(problem) and not isinstance(problem, (duckdb.IOException, duckdb.OutOfMemoryException))
