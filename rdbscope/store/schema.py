"""Creates tables, macros, views and their comments, and tells which version a file has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.errors import StoreError
from rdbscope.query_files import QueryFile, views
from rdbscope.store.fetch import rows, scalar

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Raised with every change of a table; a file of another version is refused, never guessed at.
VERSION = 2
_COMMENTS = "comments.sql"
_FILES = ("tables.sql", "macros.sql", _COMMENTS)


def create(connection: DuckDBPyConnection, *, commented: bool = True) -> None:
    """Makes the whole schema in one transaction; without comments in a quarter of the time.

    Raises:
        duckdb.Error: the file cannot be written.
    """
    from rdbscope._native import __version__

    connection.execute("BEGIN")
    for name in _FILES:
        if commented or name != _COMMENTS:
            connection.execute(_text(name))
    for view in views():
        connection.execute(_view(view) if commented else _bare_view(view))
        if commented and view.columns_of:
            _borrow_comments(connection, view)
    connection.execute("INSERT INTO schema_version VALUES (?, ?)", [VERSION, __version__])
    connection.execute("COMMIT")


def _text(name: str) -> str:
    return (Path(__file__).parent / "schema" / name).read_text("utf-8")


def _bare_view(view: QueryFile) -> str:
    return f"CREATE VIEW {view.name} AS {view.sql}"


def _view(view: QueryFile) -> str:
    statements = [
        _bare_view(view),
        f"COMMENT ON VIEW {view.name} IS {literal(f'{view.title}. {view.description}')}",
    ]
    statements += [
        f"COMMENT ON COLUMN {view.name}.{column} IS {literal(meaning)}" for column, meaning in view.columns.items()
    ]
    return ";\n".join(statements)


def _borrow_comments(connection: DuckDBPyConnection, view: QueryFile) -> None:
    """Comments of the columns that the view passes on as they are."""
    sql = (
        "SELECT v.column_name, o.comment FROM duckdb_columns() AS v JOIN duckdb_columns() AS o USING (column_name) "
        "WHERE v.table_name = ? AND o.table_name = ? AND v.comment IS NULL AND o.comment IS NOT NULL"
    )
    for column, meaning in rows(connection, sql, [view.name, view.columns_of]):
        connection.execute(f"COMMENT ON COLUMN {view.name}.{column} IS {literal(meaning)}")


def literal(text: str) -> str:
    """Text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def is_empty(connection: DuckDBPyConnection) -> bool:
    """Whether the database has no tables at all, as a new file."""
    return not scalar(connection, "SELECT count(*) FROM duckdb_tables() WHERE NOT internal")


def check_version(connection: DuckDBPyConnection, database: Path) -> None:
    """Checks that the tables are those of this version.

    Raises:
        StoreError: they are not.
    """
    known = scalar(
        connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'schema_version' AND NOT internal"
    )
    if not known:
        raise StoreError(f"{database}: a DuckDB database, but not one of rdbscope", hint="name another file with --db")
    version = scalar(connection, "SELECT max(version) FROM schema_version")
    if version != VERSION:
        raise StoreError(
            f"{database}: tables of version {version}, this program has version {VERSION}",
            hint="load the dumps into a new database, or use the program that made this one",
        )
