"""Checks a dump without loading it: structure and checksum, as redis-check-rdb does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.console import safe_text
from rdbscope.errors import DumpError, InputError, RdbscopeError, SourceNotFoundError
from rdbscope.options import ReadOptions
from rdbscope.sources import open_source
from rdbscope.sources.accept import accept_end

if TYPE_CHECKING:
    from rdbscope._native import Reader


MISSING, UNREADABLE = "missing", "unreadable"


@dataclass(frozen=True)
class Verdict:
    """What is known about one source after the check.

    Attributes:
        source: as the user named it.
        whole: True where every record and the checksum are right.
        problem: the error as one line, None for a whole dump.
        kind: kind of the error, such as `truncated`; `missing` where there is no such file, `unreadable` where it could
            not be read; None for a whole dump.
        offset: byte offset of the error in the unpacked source.
        server: `redis 7.2.6` as the dump tells it, None where it does not.
        rdb_version: number of the format.
        checksum: ok, mismatch, absent or disabled.
        keys: keys walked.
        unpacked_bytes: bytes of the dump, decompressed.
        commands: whole commands of an append-only log, None for a dump.
        torn: whether a cut command or an open transaction at the end of a log was dropped, as servers do.
        warnings: remarks that do not make the dump damaged.
    """

    source: str
    whole: bool
    problem: str | None = None
    kind: str | None = None
    offset: int | None = None
    server: str | None = None
    rdb_version: int | None = None
    checksum: str | None = None
    keys: int | None = None
    unpacked_bytes: int | None = None
    commands: int | None = None
    torn: bool = False
    warnings: tuple[str, ...] = ()

    def row(self) -> dict[str, object]:
        """The verdict as a row; warnings are joined to one text."""
        row = dict(self.__dict__)
        row["warnings"] = "; ".join(self.warnings) or None
        return row

    def line(self) -> str:
        """The verdict as one line for people, without control characters of file names."""
        return safe_text(self._line())

    def _line(self) -> str:
        if self.kind in (MISSING, UNREADABLE) and self.problem is not None:
            return self.problem
        if not self.whole:
            return f"{self.source}: DAMAGED: {self.kind}" + ("" if self.offset is None else f" at byte {self.offset:,}")
        if self.commands is not None:
            what = f"append-only log, {self.commands:,} commands"
            if self.rdb_version is not None:
                what += f" behind a dump of {self.keys:,} keys ({self._written()})"
            whole = "whole up to a torn end" if self.torn else "whole"
            return f"{self.source}: {whole}: {what}, {self.unpacked_bytes:,} bytes"
        checksum = {"ok": "checksum ok", "disabled": "checksum switched off by the writer"}.get(
            self.checksum or "", "no checksum in this version of the format"
        )
        return f"{self.source}: whole: {self._written()}, {self.keys:,} keys, {self.unpacked_bytes:,} bytes, {checksum}"

    def _written(self) -> str:
        return f"RDB {self.rdb_version}" + (f" of {self.server}" if self.server else "")


def failed(source: str, problem: RdbscopeError) -> Verdict:
    """The verdict on a source that is not there, that could not be read, or that is damaged."""
    if isinstance(problem, DumpError):
        return Verdict(source, False, problem.line(), problem.kind, problem.offset)
    return Verdict(source, False, problem.line(), MISSING if isinstance(problem, SourceNotFoundError) else UNREADABLE)


def verify_source(source: str, *, deep: bool = False, options: ReadOptions | None = None) -> Verdict:
    """Walks one source to its end.

    Args:
        source: path, URL or `-`.
        deep: also unpack every compressed string.
        options: where to stop in a log.

    Raises:
        UsageError: that is said, and the source is no log.
    """
    from rdbscope import _native
    from rdbscope.store.interrupt import stopping_pass

    wanted = options or ReadOptions()
    try:
        with open_source(source) as opened:
            accept_end(opened, wanted)
            reader = wanted.reader(opened.native_input())
            try:
                with stopping_pass(opened, reader):
                    reader.walk(deep=deep)
            except _native.DumpError as problem:
                raise opened.failure or DumpError(opened.name, problem) from problem
            except OSError as problem:
                raise opened.failure or InputError(f"{opened.name}: {problem}") from problem
            facts = reader.facts()
            # Most dumps have none, and need no engine to tell so.
            torn, warnings = _remarks(reader) if facts["anomalies"] else (False, ())
    except InputError as problem:
        return failed(source, problem)
    version = facts["server_version"]
    return Verdict(
        source,
        True,
        server=f"{facts['server']} {version}" if version else None,
        rdb_version=facts["rdb_version"],
        checksum=facts["checksum"] or "absent",
        keys=facts["keys"],
        unpacked_bytes=facts["end_offset"],
        commands=None if facts["log"] is None else facts["log"]["commands"],
        torn=torn,
        warnings=warnings,
    )


def _remarks(reader: Reader) -> tuple[bool, tuple[str, ...]]:
    """Whether the end is torn, and the anomalies as sentences."""
    from rdbscope.store import connect, fetch
    from rdbscope.store.facts import TORN_ENDS, anomaly_texts
    from rdbscope.store.side_tables import scannable

    with connect.scratch() as connection, scannable(connection, reader.side("anomalies")) as stream:
        connection.execute(f"CREATE TABLE anomalies AS FROM {stream}")
        kinds = {row[0] for row in fetch.rows(connection, "SELECT DISTINCT kind FROM anomalies")}
        return not TORN_ENDS.isdisjoint(kinds), anomaly_texts(connection, "anomalies", {})
