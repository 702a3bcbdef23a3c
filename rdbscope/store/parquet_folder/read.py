"""A folder of Parquet files opened as a database: the small tables are read in, the keys stay where they are."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from rdbscope.errors import StoreError
from rdbscope.query_files import load
from rdbscope.store import connect, fetch, schema
from rdbscope.store.connect import Connection
from rdbscope.store.parquet_folder import layout
from rdbscope.store.parquet_folder.files import ReadOnlyFiles
from rdbscope.store.parquet_folder.layout import FILES_COLUMN, KEYS, OTHERS, SCHEME, SNAPSHOTS, VERSION_COLUMN
from rdbscope.store.result import plain_text

# As many rows as keys where every hash has fields with an expiry, so they stay in their files too.
_LARGE = ("key_facts",)
_LOAD_AGAIN = "load its dump into the folder again"


@dataclass(frozen=True)
class _Snapshot:
    """A finished load: its number here, its number within its files, their name, and their bytes by table."""

    snapshot_id: int
    stored_id: int
    name: str
    files: Mapping[str, int]


@contextlib.contextmanager
def opened(folder: Path, *, memory_limit: int | None = None, allow_files: bool = False) -> Iterator[Connection]:
    """The folder as a database in memory, closed to the outside; the folder itself is never written.

    Snapshots are numbered by time, then by name.

    Raises:
        StoreError: it is no folder of loads, or a file is missing, damaged or of another version.
    """
    try:
        names = layout.names_in(folder, SNAPSHOTS)
    except OSError as problem:
        raise StoreError(f"{folder}: {problem.strerror}") from problem
    if not names:
        raise StoreError(
            f"{folder}: a folder in which no load has finished",
            hint="name a database, or write the folder with: rdbscope load --to-parquet",
        )
    with connect.temporary(memory_limit=memory_limit, commented=True) as connection:
        # Footers are looked at by every query.
        connection.execute("SET parquet_metadata_cache = true")
        _register(connection, folder, [f"{SNAPSHOTS}/{name}" for name in names])
        snapshots = _snapshots(connection, folder, names)
        files = [f"{table}/{one.name}" for one in snapshots for table in one.files]
        _register(connection, folder, files)
        for table in OTHERS:
            _read(connection, folder, table, [one for one in snapshots if table in one.files])
        _views(connection, folder, snapshots)
        connect.close_to_outside(connection, allow_files=allow_files, directories=[SCHEME])
        try:
            yield connection
        except duckdb.Error as problem:
            connect.raise_for(problem, folder)
            raise


def _register(connection: Connection, folder: Path, names: Sequence[str]) -> None:
    files = ReadOnlyFiles(folder, names)
    if files.protocol in connection.list_filesystems():
        connection.unregister_filesystem(files.protocol)
    connection.register_filesystem(files)


def _snapshots(connection: Connection, folder: Path, names: Sequence[str]) -> list[_Snapshot]:
    """Fills the table `snapshots` and tells which files belong to it."""
    listed = _listed(f"{SNAPSHOTS}/{name}" for name in names)
    try:
        connection.execute(f"CREATE TEMP TABLE marks AS {_MARKS.format(files=listed)}")
    except duckdb.Error as problem:
        raise _culprit(connection, folder, SNAPSHOTS, names, problem) from problem
    for name, version in fetch.rows(connection, f"SELECT file, {VERSION_COLUMN} FROM marks ORDER BY file"):
        if version is None:
            raise _foreign(folder / SNAPSHOTS / name)
        if version != schema.VERSION:
            raise StoreError(
                f"{folder / SNAPSHOTS / name}: tables of version {version}, this program has version {schema.VERSION}",
                hint=f"{_LOAD_AGAIN}, or read the folder with the program that wrote the file",
            )
    columns = ", ".join(_columns(connection, SNAPSHOTS)[1:])
    connection.execute(f"INSERT INTO snapshots SELECT number, {columns} FROM marks")
    rows = fetch.rows(connection, f"SELECT number, snapshot_id, file, {FILES_COLUMN} FROM marks ORDER BY number")
    connection.execute("DROP TABLE marks")
    found = [_Snapshot(*row) for row in rows]
    for one in found:
        _check_files(folder, one)
    return found


def _check_files(folder: Path, snapshot: _Snapshot) -> None:
    for table, size in snapshot.files.items():
        path = folder / table / snapshot.name
        try:
            there = path.stat().st_size
        except OSError as problem:
            raise StoreError(f"{path}: {problem.strerror}", hint=_LOAD_AGAIN) from problem
        if there != size:
            raise StoreError(f"{path}: has {there:,} bytes instead of {size:,}", hint=_LOAD_AGAIN)


def _read(connection: Connection, folder: Path, table: str, snapshots: Sequence[_Snapshot]) -> None:
    if not snapshots:
        return
    rows = _numbered(connection, table, snapshots)
    try:
        if table in _LARGE:
            _replace(connection, table, rows)
        else:
            connection.execute(f"INSERT INTO {table} {rows}")
    except duckdb.Error as problem:
        raise _culprit(connection, folder, table, [one.name for one in snapshots], problem) from problem


def _numbered(connection: Connection, table: str, snapshots: Sequence[_Snapshot]) -> str:
    """The rows of a table under the numbers that snapshots have here.

    The join by name of the file lets a condition on the number choose the files before any is opened.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS parquet_files (file VARCHAR, snapshot_id BIGINT)")
    connection.execute(
        "INSERT INTO parquet_files SELECT unnest(?::VARCHAR[]), unnest(?::BIGINT[])",
        [[f"{SCHEME}{table}/{one.name}" for one in snapshots], [one.snapshot_id for one in snapshots]],
    )
    columns = ", ".join(f"p.{column}" for column in _columns(connection, table)[1:])
    files = _listed(f"{table}/{one.name}" for one in snapshots)
    return (
        f"SELECT f.snapshot_id, {columns} FROM read_parquet({files}, filename = true) AS p "
        "INNER JOIN parquet_files AS f ON f.file = p.filename"
    )


def _views(connection: Connection, folder: Path, snapshots: Sequence[_Snapshot]) -> None:
    """Puts the files of keys in the place of what a database joins the view `keys` from."""
    try:
        _replace(connection, KEYS, _numbered(connection, KEYS, snapshots))
    except duckdb.Error as problem:
        raise _culprit(connection, folder, KEYS, [one.name for one in snapshots], problem) from problem
    connection.execute("INSERT INTO pattern_merges " + _PATTERN_MERGES)
    shared = fetch.scalar(connection, "SELECT count(*) FROM templates")
    columns = ", ".join(
        f"k.{column} - coalesce(t.share_bytes, 0) AS {column}"
        if shared and column in ("memory_bytes", "allocated_bytes")
        else f"k.{column}"
        for column in _columns(connection, "key_rows")
    )
    _replace(connection, "key_rows", f"SELECT {columns} FROM keys AS k" + (_TEMPLATES if shared else ""))


def _replace(connection: Connection, name: str, sql: str) -> None:
    """A view in place of a table or view, with its comments.

    Views that read it find it by its name.
    """
    is_table = fetch.scalar(connection, "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", [name])
    kind = "TABLE" if is_table else "VIEW"
    about = fetch.scalar(connection, f"SELECT comment FROM duckdb_{kind.lower()}s() WHERE {kind}_name = ?", [name])
    columns = fetch.rows(
        connection,
        "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ? AND comment IS NOT NULL",
        [name],
    )
    connection.execute(f"DROP {kind} {name}")
    connection.execute(f"CREATE VIEW {name} AS {sql}")
    connection.execute(f"COMMENT ON VIEW {name} IS {schema.literal(about)}")
    for column, comment in columns:
        connection.execute(f"COMMENT ON COLUMN {name}.{column} IS {schema.literal(comment)}")


def _columns(connection: Connection, table: str) -> list[str]:
    """The columns of a table or view, `snapshot_id` first."""
    if table == KEYS:
        return list(load("views", KEYS).columns)
    rows = fetch.rows(
        connection, "SELECT column_name FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index", [table]
    )
    return [row[0] for row in rows]


def _listed(names: Iterable[str]) -> str:
    return "[" + ", ".join(schema.literal(SCHEME + name) for name in names) + "]"


def _culprit(
    connection: Connection, folder: Path, table: str, names: Sequence[str], problem: duckdb.Error
) -> StoreError:
    """The error about the first file that cannot be read by itself; `problem` where every one can."""
    if isinstance(problem, duckdb.OutOfMemoryException):
        return connect.problem_of(problem, folder)
    limit = " LIMIT 0" if table in (KEYS, *_LARGE) else ""
    for name in names:
        path = folder / table / name
        try:
            file = schema.literal(f"{SCHEME}{table}/{name}")
            connection.execute(f"CREATE OR REPLACE TEMP TABLE one AS FROM read_parquet({file}){limit}")
            if table == SNAPSHOTS:
                connection.execute(f"SELECT source_fingerprint, {VERSION_COLUMN}, {FILES_COLUMN} FROM one")
        except duckdb.BinderException:
            return _foreign(path)
        except duckdb.Error as reason:
            return StoreError(f"{path}: cannot be read: {plain_text(reason)}", hint=_LOAD_AGAIN)
    return StoreError(f"{folder / table}: cannot be read: {plain_text(problem)}")


def _foreign(path: Path) -> StoreError:
    return StoreError(f"{path}: was not written by rdbscope load --to-parquet", hint="move it out of the folder")


# Loads of the same dump: the newest stands for all of them.
_MARKS = """
SELECT
    row_number() OVER (ORDER BY coalesce(taken_at_ms, epoch_ms(loaded_at)), name, node, file) AS number,
    *
FROM (
    SELECT * EXCLUDE (filename), parse_filename(filename) AS file
    FROM read_parquet({files}, union_by_name = true, filename = true)
    QUALIFY row_number() OVER (PARTITION BY source_fingerprint, node ORDER BY loaded_at DESC, file DESC) = 1
)
"""
# Numbers of patterns in the files are the final ones.
_PATTERN_MERGES = """
SELECT snapshot_id, pattern_id, pattern_id, shortest_name_bytes, longest_name_bytes, unsafe_names, braced_names
FROM patterns
"""
_TEMPLATES = " LEFT JOIN templates AS t ON t.snapshot_id = k.snapshot_id AND t.template_id = k.template_id"
