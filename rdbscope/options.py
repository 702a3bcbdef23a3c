"""What a pass over a dump may be told: filters, salvage, and the server to model."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, TypedDict, cast

from rdbscope.console import safe_text
from rdbscope.errors import UsageError, one_line

if TYPE_CHECKING:
    from rdbscope._native import ReadableLog, ReadableSource, Reader

TYPES = ("string", "list", "set", "zset", "hash", "stream")


class ReaderOptions(TypedDict, total=False):
    """Keyword arguments of the native reader."""

    salvage: bool
    match: list[bytes] | None
    types: list[str] | None
    databases: list[int] | None
    server: str | None
    server_version: str | None
    thresholds: dict[str, int] | None
    allocator: str | None
    cluster: bool | None
    spool_dir: str | None
    until_seconds: int | None
    until_offset: int | None
    replay_limit: int | None
    loaded_at_ms: int | None
    template_shares: dict[int, int] | None


@dataclass(frozen=True)
class ReadOptions:
    """Options of one pass; the defaults read everything as the writing server would.

    Attributes:
        salvage: keep what is sound of a damaged dump.
        match: globs as the server's KEYS takes them; a key that matches any is kept. Empty keeps all.
        types: names as TYPE answers them; empty keeps all.
        databases: numbers; empty keeps all.
        server: `redis` or `valkey`: model this server instead of the writer.
        server_version: its version.
        thresholds: settings such as `hash-max-listpack-entries` that differ from the server's defaults.
        allocator: `jemalloc`, `jemalloc-16` or `glibc`.
        cluster: whether the server runs in cluster mode; None decides by the dump.
        until_seconds: of a log, apply commands up to this Unix time, by its annotations.
        until_offset: of a log, apply commands up to this byte of its last file.
        replay_limit: bytes that the keys which a log touches may take; None is half of the machine's memory.
    """

    salvage: bool = False
    match: tuple[bytes, ...] = ()
    types: tuple[str, ...] = ()
    databases: tuple[int, ...] = ()
    server: str | None = None
    server_version: str | None = None
    thresholds: dict[str, int] = field(default_factory=dict, hash=False)
    allocator: str | None = None
    cluster: bool | None = None
    until_seconds: int | None = None
    until_offset: int | None = None
    replay_limit: int | None = None

    def reader(
        self,
        source: str | ReadableSource | ReadableLog,
        *,
        spool_dir: str | None = None,
        template_shares: dict[int, int] | None = None,
    ) -> Reader:
        """A native reader of `source` with these options; `template_shares` as the native class has it.

        Raises:
            UsageError: an option that cannot be right, such as a version that no server has.
        """
        from rdbscope import _native
        from rdbscope.memory import default_replay_bytes

        arguments: ReaderOptions = {
            "salvage": self.salvage,
            "match": list(self.match) or None,
            "types": list(self.types) or None,
            "databases": list(self.databases) or None,
            "server": self.server,
            "server_version": self.server_version,
            "thresholds": self.thresholds or None,
            "allocator": self.allocator,
            "cluster": self.cluster,
            "spool_dir": spool_dir,
            "template_shares": template_shares,
        }
        if not isinstance(source, str) and hasattr(source, "open_part"):
            arguments["until_seconds"] = self.until_seconds
            arguments["until_offset"] = self.until_offset
            arguments["replay_limit"] = self.replay_limit or default_replay_bytes()
            arguments["loaded_at_ms"] = cast("ReadableLog", source).modified_at_ms
        try:
            return _native.Reader(source, **arguments)
        except (ValueError, OverflowError) as problem:
            raise UsageError(one_line(problem)) from problem

    @property
    def filtered(self) -> bool:
        """Whether keys are left out on purpose."""
        return bool(self.match or self.types or self.databases)

    def scope(self) -> str | None:
        """What of the dump the rows hold, and for which server, in a few words; None for all as it was written.

        Snapshots of one node whose scopes differ cannot be compared.
        """
        words = []
        if self.match:
            words.append("like " + " or ".join(safe_text(_text(glob)) for glob in self.match))
        if self.types:
            words.append("of type " + " or ".join(self.types))
        if self.databases:
            words.append("in database " + " or ".join(str(number) for number in self.databases))
        parts = [f"only keys {' '.join(words)}"] if words else []
        if self.server is not None:
            parts.append(f"as {self.server}" + (f"-{self.server_version}" if self.server_version else ""))
        return ", ".join(parts) or None

    @property
    def until(self) -> str | None:
        """Where a log is cut, in a few words."""
        if self.until_offset is not None:
            return f"byte {self.until_offset:,}"
        if self.until_seconds is not None:
            return datetime.fromtimestamp(self.until_seconds, tz=timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
        return None

    def digest(self) -> str:
        """Stable text of the options that change rows; empty for the defaults. Part of a snapshot's fingerprint."""
        left_out = ("salvage", "replay_limit")
        changed = {name: value for name, value in asdict(self).items() if value and name not in left_out}
        if self.cluster is False:
            changed["cluster"] = False
        return json.dumps(changed, sort_keys=True, default=_text) if changed else ""


def _text(value: object) -> str:
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
