"""`rdbscope.open`: the key rows of one dump without a database."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from rdbscope import hash_templates
from rdbscope.errors import DumpError, InputError
from rdbscope.options import ReadOptions
from rdbscope.sources import OpenSource, open_source

if TYPE_CHECKING:
    import pyarrow as pa

    from rdbscope._native import Reader


class Dump:
    """A dump that can be read any number of times; each reading is one pass over the file.

    Dumps of Redis 8.10 and later take two passes: hashes may share templates, and what each of them is charged is known
    at the end of the file only.

    DuckDB, pyarrow and polars read it by the Arrow C stream protocol:

        dump = rdbscope.open("dump.rdb")
        duckdb.sql("SELECT db, count(*) FROM dump GROUP BY db")

    Columns: those of the view `keys` without the facts that only few keys have, and `pattern_id` unresolved; load the
    dump into a database for those.
    """

    def __init__(self, source: str, options: ReadOptions) -> None:
        self.source = source
        self.options = options
        self._open: OpenSource | None = None
        self._reader: Reader | None = None

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Starts a new pass and gives its Arrow C stream.

        Raises:
            InputError: the source cannot be opened or is no RDB snapshot.
        """
        return self._new_reader().__arrow_c_stream__(requested_schema)

    def _new_reader(self) -> Reader:
        self.close()
        self._open = open_source(self.source)
        shares = None
        if hash_templates.may_have(self._open):
            shares = hash_templates.shares(self._open, self.options, watch=lambda *_: contextlib.nullcontext())
        self._reader = self.options.reader(self._open.native_input(), template_shares=shares)
        return self._reader

    def read_table(self) -> pa.Table:
        """All key rows as a pyarrow table.

        Raises:
            DumpError: the dump is damaged.
            InputError: the source cannot be opened or is no RDB snapshot.
        """
        import pyarrow as pa

        reader = self._new_reader()
        try:
            return pa.RecordBatchReader.from_stream(reader).read_all()
        except (pa.ArrowException, OSError) as problem:
            raise self.error() or InputError(f"{self.source}: {problem}") from problem
        finally:
            self.close()

    def facts(self) -> dict[str, Any]:
        """What the file says of itself (server, version, checksum, counts), after a pass has ended.

        Raises:
            RuntimeError: no pass has ended yet.
        """
        if self._reader is None:
            raise RuntimeError("facts are known after the end of a pass: read the dump first")
        return self._reader.facts()

    def error(self) -> InputError | None:
        """The typed error that ended the last pass; readers of the stream see its text only."""
        from rdbscope import _native

        if self._open is not None and self._open.failure is not None:
            return self._open.failure
        cause = self._reader.error() if self._reader is not None else None
        return DumpError(self.source, cause) if isinstance(cause, _native.DumpError) else None

    def close(self) -> None:
        """Closes the file of the last pass."""
        if self._open is not None:
            self._open.close()


def open(
    source: str | os.PathLike[str],
    *,
    salvage: bool = False,
    match: list[bytes | str] | None = None,
    types: list[str] | None = None,
    databases: list[int] | None = None,
) -> Dump:
    """The key rows of a dump: a local path or a URL, compressed or not.

    Args:
        source: path or URL.
        salvage: keep what is sound of a damaged dump.
        match: globs as the server's KEYS takes them.
        types: names as TYPE answers them.
        databases: numbers of databases.

    Raises:
        InputError: the source does not exist, cannot be read, or is no RDB snapshot.
    """
    name = os.fspath(source)
    options = ReadOptions(
        salvage=salvage,
        match=tuple(glob.encode() if isinstance(glob, str) else glob for glob in match or ()),
        types=tuple(types or ()),
        databases=tuple(databases or ()),
    )
    open_source(name).close()
    return Dump(name, options)
