"""Small results, read to their end: DuckDB keeps a connection busy while a result is half read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Parameters = Sequence[object] | Mapping[str, object]


def rows(connection: DuckDBPyConnection, sql: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
    """All rows of a result that is known to be small."""
    return connection.execute(sql, parameters).fetchall()


def records(connection: DuckDBPyConnection, sql: str, parameters: Parameters = ()) -> list[dict[str, Any]]:
    """All rows of a small result, each by the names of its columns."""
    cursor = connection.execute(sql, parameters)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def first(connection: DuckDBPyConnection, sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
    """The first row, or None."""
    found = rows(connection, sql, parameters)
    return found[0] if found else None


def scalar(connection: DuckDBPyConnection, sql: str, parameters: Parameters = ()) -> Any:  # noqa: ANN401  any SQL type
    """The first column of the first row, or None."""
    row = first(connection, sql, parameters)
    return None if row is None else row[0]
