"""The result of a query: its columns, and its rows as text that DuckDB itself casts, so all formats agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from rdbscope.errors import StoreError, UsageError, one_line
from rdbscope.store import blame
from rdbscope.store.parquet_folder.layout import SCHEME

if TYPE_CHECKING:
    import pyarrow as pa

    from rdbscope.store.connect import Connection

_FEW = 2048
_BULK = 122_880
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
    "FLOAT",
    "DOUBLE",
)
_REGISTERED = "rdbscope_result"


@dataclass(frozen=True)
class Column:
    """A column of a result: its name as the query gives it, and its SQL type as text."""

    name: str
    type: str

    @property
    def is_number(self) -> bool:
        """Whether values are numbers; people want them right-aligned, JSON without quotes."""
        return self.type in _NUMBERS or self.type.startswith("DECIMAL")

    @property
    def is_nested(self) -> bool:
        """Whether values are lists, structs, maps or unions."""
        return self.type.endswith("]") or self.type.startswith(("STRUCT", "MAP", "UNION"))


class ResultSet:
    """A query that is ready to run. Columns are called `c0`, `c1`, … in the expressions that formats give."""

    def __init__(self, connection: Connection, sql: str, columns: Sequence[Column]) -> None:
        self.connection = connection
        self.columns = list(columns)
        self._sql = sql
        self._names = ", ".join(f"c{number}" for number in range(len(self.columns)))

    def _wrapped(self, selected: str) -> str:
        return f"SELECT {selected} FROM (\n{self._sql}\n) AS t ({self._names})"

    def only(self, places: Sequence[int]) -> ResultSet:
        """The columns at these places, counted from zero."""
        named = ", ".join(f'c{place} AS "{_quotable(self.columns[place].name)}"' for place in places)
        return ResultSet(self.connection, self._wrapped(named), [self.columns[place] for place in places])

    def texts(self, limit: int | None = None) -> Iterator[list[tuple[str | None, ...]]]:
        """Batches of rows with every value as DuckDB writes it, NULL as None; at most `limit` rows."""
        selected = ", ".join(f"CAST(c{number} AS VARCHAR)" for number in range(len(self.columns)))
        yield from self._few(self._wrapped(selected) + ("" if limit is None else f" LIMIT {limit}"))

    def lines(self, expression: str, *, bulk: bool) -> Iterator[bytes]:
        """The text that `expression` makes of each row, in large pieces of UTF-8.

        Args:
            expression: SQL over `c0`, `c1`, …; one VARCHAR per row, never NULL, line end included.
            bulk: millions of rows are expected. They then go through Arrow, where nothing is done per row, which is
                worth its import.
        """
        sql = self._wrapped(f"{expression} AS line")
        if not bulk:
            for batch in self._few(sql):
                yield "".join([row[0] for row in batch]).encode()
            return
        with query_errors():
            batches = self.connection.sql(sql).to_arrow_reader(_BULK)
            yield from self._line_buffers(batches)

    @staticmethod
    def _line_buffers(batches: pa.RecordBatchReader) -> Iterator[bytes]:
        """The texts of a single column as they lie in memory, one after the other."""
        for batch in batches:
            column = batch.column(0)
            offsets, data = column.buffers()[1:]
            view = memoryview(offsets).cast("i" if column.type == "string" else "q")
            yield bytes(memoryview(data)[view[column.offset] : view[column.offset + len(column)]]) if data else b""

    def _few(self, sql: str) -> Iterator[list[tuple[Any, ...]]]:
        with query_errors():
            running = self.connection.execute(sql)
            while batch := running.fetchmany(_FEW):
                yield batch

    def arrow_reader(self) -> pa.RecordBatchReader:
        """An Arrow reader of the result with its own types."""
        with query_errors():
            return self.connection.sql(self._sql).to_arrow_reader(_BULK)

    def arrow(self, reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        """The record batches of a reader; problems of the query are raised as such."""
        with query_errors():
            yield from reader


class query_errors:
    """Turns DuckDB's exceptions inside a `with` into rdbscope's."""

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        """Raises UsageError for wrong SQL, StoreError where a file or the memory is at fault.

        What the database alone is to blame for is left to whoever opened it, and knows its name.
        """
        if isinstance(problem, duckdb.Error) and (SCHEME in str(problem) or not blame.database_alone(problem)):
            raise sql_error(problem) from problem


def sql_error(problem: duckdb.Error) -> UsageError | StoreError:
    """DuckDB's exception about a query as one line."""
    text = plain_text(problem)
    if SCHEME in str(problem) and not isinstance(problem, duckdb.BinderException):
        return StoreError(f"query: {text}")
    if isinstance(problem, duckdb.OutOfMemoryException):
        return StoreError(f"query: {text}", hint="raise --memory-limit")
    if isinstance(problem, duckdb.PermissionException) or "has been disabled by configuration" in text:
        return UsageError(f"query: {text}", hint="queries have no access to files; --allow-files opens them")
    if isinstance(problem, duckdb.IOException):
        return StoreError(f"query: {text}")
    return UsageError(f"query: {text}")


def plain_text(problem: duckdb.Error) -> str:
    """DuckDB's exception in one line: without the place in the SQL, and of one raised in Python only what it says."""
    text = str(problem).partition("\n\nLINE ")[0]
    if _TRACEBACK in text:
        text = text.strip().splitlines()[-1].partition(": ")[2]
    return one_line(Exception(text.replace(SCHEME, "")))


_TRACEBACK = "Traceback (most recent call last)"


def prepare(connection: Connection, sql: str) -> ResultSet:
    """Checks `sql`, runs statements before the last (they must give no rows), and readies the last.

    Raises:
        UsageError: wrong SQL, no statement, or a second result that could not be shown.
    """
    try:
        sql.encode()
    except UnicodeEncodeError as problem:
        raise UsageError("query: the SQL is no UTF-8") from problem
    with query_errors():
        statements = connection.extract_statements(sql)
        if not statements:
            raise UsageError("query: no SQL statement")
        for statement in statements[:-1]:
            if statement.type in _GIVES_ROWS:
                raise UsageError("query: more than one statement gives rows", hint="run them one at a time")
            connection.execute(statement)
        last = statements[-1]
        text = last.query.strip().rstrip(";")
        if last.type is not duckdb.StatementType.SELECT:
            return _of_other_statement(connection, text)
        described = connection.execute(f"DESCRIBE\n{text}").fetchall()
    return ResultSet(connection, text, [Column(row[0], row[1]) for row in described])


_GIVES_ROWS = (
    duckdb.StatementType.SELECT,
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.PRAGMA,
    duckdb.StatementType.CALL,
    duckdb.StatementType.EXECUTE,
)


def _of_other_statement(connection: Connection, sql: str) -> ResultSet:
    """EXPLAIN, PRAGMA and the like cannot stand in FROM: their few rows are read first."""
    # The stub forgets that a statement without rows gives no relation.
    relation: duckdb.DuckDBPyRelation | None = connection.sql(sql)
    if relation is None:
        return of_rows(connection, ["Success"], [])
    table = relation.to_arrow_table()
    connection.register(_REGISTERED, table)
    described = connection.execute(f"DESCRIBE FROM {_REGISTERED}").fetchall()
    return ResultSet(connection, f"FROM {_REGISTERED}", [Column(row[0], row[1]) for row in described])


def of_rows(connection: Connection, names: Sequence[str], rows: Sequence[Sequence[object]]) -> ResultSet:
    """A result from a few rows that Python made, so that every format can write them."""
    quoted = [f'"{_quotable(name)}"' for name in names]
    if not rows:
        empty = ", ".join(f"NULL::VARCHAR AS {name}" for name in quoted)
        return ResultSet(connection, f"SELECT {empty} LIMIT 0", [Column(name, "VARCHAR") for name in names])
    values = ", ".join("(" + ", ".join(_literal(value) for value in row) + ")" for row in rows)
    return prepare(connection, f"SELECT * FROM (VALUES {values}) AS t ({', '.join(quoted)})")


def _quotable(name: str) -> str:
    return name.replace('"', '""')


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int):
        return str(value)
    # A file name that is no UTF-8 holds lone surrogates, which SQL cannot.
    text = str(value).encode("utf-8", "backslashreplace").decode()
    return "'" + text.replace("'", "''") + "'"
