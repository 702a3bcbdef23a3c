"""The keys of a dump, batch by batch from the parser into the output; no row is kept and none is touched in Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rdbscope import console, hash_templates
from rdbscope.cli.progress import watch
from rdbscope.errors import DumpError, InputError, InterruptedLoadError, RdbscopeError, UsageError
from rdbscope.exports.columns import KEYS, RDBTOOLS, check, keys_sql
from rdbscope.options import ReadOptions
from rdbscope.query_files import views
from rdbscope.sources import OpenSource, expand, open_source
from rdbscope.sources.kind import Kind

if TYPE_CHECKING:
    from rdbscope._native import Reader
    from rdbscope.reports.output import Output

# What the parser writes itself; the lines are those that the queries of the other formats would give.
_TEXT = ("csv", "rdbtools-csv", "jsonl")
_MEMORY = frozenset({"memory_bytes", "memory_exact", "allocated_bytes"})


def write_dump(
    argument: str,
    options: ReadOptions,
    output: Output,
    format_name: str,
    *,
    columns: Sequence[str] | None = None,
    memory_limit: int | None = None,
) -> None:
    """Streams the keys of one dump to `output`.

    Args:
        argument: path, URL or `-`; exactly one dump.
        options: filters and salvage.
        output: an open output.
        format_name: one of `rdbscope.exports.FORMATS`.
        columns: names of the view `keys`; None for all that is known of a key when its record has been read. The
            others, such as the pattern, are known after the last key, and lead through a temporary database. So does
            the memory of a dump with hash templates that comes through a pipe; a file is read twice for it.
        memory_limit: bytes that DuckDB may use.

    Raises:
        InputError: the dump cannot be read or is damaged; what was written before stays incomplete.
        UsageError: more than one dump, or no such column.
    """
    from rdbscope.store.interrupt import on_interrupt

    names = expand(argument)
    if len(names) > 1:
        raise UsageError(f"{argument}: {len(names)} dumps", hint="export them one at a time")
    if columns is not None and not set(columns) <= set(KEYS):
        check(columns, _all_columns())
        _write_loaded(names[0], options, output, format_name, columns, memory_limit)
        return
    with open_source(names[0]) as source:
        # Without the shares, figures that need them are marked as not exact.
        shares: dict[int, int] = {}
        if (columns is None or not _MEMORY.isdisjoint(columns)) and hash_templates.may_have(source):
            if not hash_templates.can_be_counted(source):
                _write_loaded(source, options, output, format_name, columns, memory_limit)
                return
            shares = hash_templates.shares(source, options, watch=watch)
        reader = options.reader(source.native_input(), template_shares=shares)

        def stop() -> None:
            reader.cancel()
            source.abort()

        with on_interrupt(stop) as interruption:
            try:
                with watch(source, reader):
                    if format_name in _TEXT and source.kind is Kind.RDB:
                        for piece in reader.text(format_name, columns):
                            output.stream.write(piece)
                    else:
                        _write(reader, output, format_name, columns, memory_limit)
            except (RdbscopeError, BrokenPipeError):
                raise
            except Exception as problem:
                if interruption.happened:
                    raise InterruptedLoadError(f"{source.name}: interrupted") from problem
                cause = _cause(source, reader)
                if cause is None:
                    raise
                raise cause from problem
        _warn(source, reader)


def _all_columns() -> list[str]:
    """Those of the view of all keys; a dump without a database has no number of a snapshot."""
    (view,) = (view for view in views() if view.name == "keys")
    return [name for name in view.columns if name != "snapshot_id"]


def _write_loaded(
    source: str | OpenSource,
    options: ReadOptions,
    output: Output,
    format_name: str,
    columns: Sequence[str] | None,
    memory_limit: int | None,
) -> None:
    from rdbscope import reports
    from rdbscope.api import loaded
    from rdbscope.store import result

    with loaded(source, options, memory_limit=memory_limit, watch=watch) as (connection, snapshot):
        if snapshot.damage is not None:
            console.warning(f"{snapshot.source}: not whole: {snapshot.damage}")
        rdbtools = format_name == "rdbtools-csv"
        chosen = RDBTOOLS if rdbtools else ", ".join(columns or KEYS)
        rows = result.prepare(connection, f"SELECT {chosen} FROM keys")
        reports.write(rows, output, "csv" if rdbtools else format_name)


def _write(
    reader: Reader, output: Output, format_name: str, columns: Sequence[str] | None, memory_limit: int | None
) -> None:
    from rdbscope import reports
    from rdbscope.exports.streamed import StreamedKeys
    from rdbscope.store import connect

    rdbtools = format_name == "rdbtools-csv"
    with connect.temporary(memory_limit=memory_limit) as connection:
        result = StreamedKeys(connection, reader, RDBTOOLS if rdbtools else keys_sql(columns))
        reports.write(result, output, "csv" if rdbtools else format_name)


def _cause(source: OpenSource, reader: Reader) -> RdbscopeError | None:
    from rdbscope import _native

    if source.failure is not None:
        return source.failure
    error = reader.error()
    if isinstance(error, _native.DumpError):
        return DumpError(source.name, error)
    return InputError(f"{source.name}: cannot be read: {error}") if error is not None else None


def _warn(source: OpenSource, reader: Reader) -> None:
    damage = reader.facts()["damage"]
    if damage is not None:
        console.warning(f"{source.name}: not whole: {damage['message']} (byte {damage['offset']:,})")
