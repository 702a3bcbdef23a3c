"""The native core: reads a snapshot in one pass and hands rows over as Arrow C streams.

Private: the package `rdbscope` is the public face. Every method that may take longer than a millisecond releases the
interpreter lock.
"""

import os
from collections.abc import Sequence
from typing import Any, Final, Protocol, final, type_check_only

__all__ = [
    "ArrowStream",
    "DumpError",
    "Reader",
    "TextPieces",
    "__version__",
    "build_profile",
    "fingerprint",
    "key_slot",
    "manifest_files",
    "safe_name",
    "verified_servers",
]

__version__: Final[str]
"""Version of the crate, which is the version of the package."""
build_profile: Final[str]
"""`release` or `debug`; a debug build is ten times slower."""

class DumpError(Exception):
    """The input is damaged, unreadable or no snapshot."""

    kind: str
    """empty, truncated, bad_magic, unsupported_version, unknown_type, corrupt_length, corrupt_lzf, corrupt_encoding,
    checksum_mismatch, foreign_dialect, aof_protocol, bad_manifest, limit_exceeded, io or cancelled."""
    offset: int
    """Byte offset in the unpacked source where reading stopped."""
    db: int | None
    """Database of the key that was open."""
    key: bytes | None
    """Raw bytes of the key that was open."""
    part: str | None
    """File of a multi-part log that the offset counts in."""
    message: str
    """One line without file name, offset and key."""

@type_check_only
class ReadableSource(Protocol):
    """What the reader takes instead of a path."""

    def read(self, size: int, /) -> bytes: ...

@type_check_only
class ReadableLog(Protocol):
    """A log of one or several files, each of which is opened more than once."""

    part_names: list[str]
    """Names of the files, in the order of replay."""
    manifest: bool
    """Whether a manifest names them."""
    manifest_offsets: bool
    """Whether replication offsets stand in it."""
    modified_at_ms: int | None
    """Time of the newest file, which stands for the time of loading."""

    def open_part(self, number: int, /) -> str | ReadableSource: ...

@final
class ArrowStream:
    """A table behind the Arrow C stream protocol: DuckDB, pyarrow and polars read it. Its rows can be read once."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

@final
class TextPieces:
    """Text in pieces of whole lines, once, in UTF-8."""

    def __iter__(self) -> TextPieces: ...
    def __next__(self) -> bytes: ...

@final
class Reader:
    """One pass over one snapshot: as key rows (`__arrow_c_stream__`) or without rows (`walk`).

    Args:
        source: a local path, read natively (a FIFO or `/dev/stdin` works too), an object with `read`, or one
            with `open_part` for a log.
        salvage: keep what is sound instead of raising at the first damage.
        match: globs as KEYS takes them; a key that matches any is kept. None keeps all.
        types: names as TYPE answers them. None keeps all.
        databases: numbers. None keeps all.
        server: `redis` or `valkey`: decide encodings and memory for this server instead of the writer.
        server_version: its version.
        thresholds: settings that differ from the defaults, for example `{"hash-max-listpack-entries": 512}`.
        allocator: `jemalloc`, `jemalloc-16` or `glibc`.
        cluster: whether the server runs in cluster mode; None decides by the dump.
        spool_dir: folder for facts that outgrow memory; None is the system's temporary folder.
        batch_rows: rows per Arrow batch.
        until_seconds: of a log, apply commands up to this Unix time, by its annotations.
        until_offset: of a log, apply commands up to this byte of its last file.
        replay_limit: bytes that the keys which a log touches may take; None is no limit.
        loaded_at_ms: time that relative expiries of a log without annotations count from.
        template_shares: what `template_shares` gave: the figures of keys then contain the shares of hash templates, and
            are not exact where a share is missing. None leaves the shares out of the figures.

    Raises:
        ValueError: a server, version, threshold or allocator that does not exist.
    """

    def __new__(
        cls,
        source: str | os.PathLike[str] | ReadableSource | ReadableLog,
        *,
        salvage: bool = False,
        match: list[bytes] | None = None,
        types: list[str] | None = None,
        databases: list[int] | None = None,
        server: str | None = None,
        server_version: str | None = None,
        thresholds: dict[str, int] | None = None,
        allocator: str | None = None,
        cluster: bool | None = None,
        spool_dir: str | os.PathLike[str] | None = None,
        batch_rows: int = 122_880,
        until_seconds: int | None = None,
        until_offset: int | None = None,
        replay_limit: int | None = None,
        loaded_at_ms: int | None = None,
        template_shares: dict[int, int] | None = None,
    ) -> Reader: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Key rows, once.

        Columns: db, name, raw, form_id, pattern_id, elements, memory_bytes, allocated_bytes, value_bytes, dump_bytes,
        record_offset, largest_element_bytes, expires_at_ms, idle_seconds, lfu_frequency, slot. `record_offset` is the
        identity of a row and joins the side tables.
        """

    def walk(self, *, deep: bool = False) -> None:
        """Reads to the end without rows: structure and checksum; `deep` unpacks every compressed string.

        Raises:
            DumpError: the dump is damaged.
            KeyboardInterrupt: Ctrl-C.
        """

    def template_shares(self) -> dict[int, int]:
        """Bytes that each key of a hash template (Redis 8.10) is charged, by the template's id in the file.

        Reads to the end: a template's bytes are shared by all keys that use it. Empty where the server that is modelled
        has no hash templates.

        Raises:
            DumpError: the dump is damaged.
            KeyboardInterrupt: Ctrl-C.
        """

    def compare(self, targets: list[dict[str, Any]]) -> ArrowStream:
        """What the same keys cost in several servers, in one pass.

        Args:
            targets: dictionaries with server, version, thresholds, allocator, cluster, each of which may be left out;
                without a server it is the one that wrote the dump.

        Returns:
            Rows: target_no, server, server_version, pattern, type, encoding, target_encoding, keys,
            unknown_keys (module types, without a figure), memory_bytes, target_memory_bytes.

        Raises:
            DumpError: the dump is damaged.
            ValueError: a server, threshold or allocator that does not exist.
            KeyboardInterrupt: Ctrl-C.
        """

    def key_bills(self, name: bytes, *, db: int | None = None) -> list[dict[str, Any]]:
        """How the memory of the keys of one name comes about.

        Returns:
            One dictionary per key: db, record_offset, encoding, server, server_version, memory_bytes, memory_exact,
            allocated_bytes, deviation_bytes, and terms as (part, counted bytes, allocated bytes), whose counted bytes
            add up to memory_bytes.

        Raises:
            DumpError: the dump is damaged.
            KeyboardInterrupt: Ctrl-C.
        """

    def text(self, format: str, columns: Sequence[str] | None = None) -> TextPieces:
        """The keys as text, once: no Arrow batches, no database, memory of two pieces.

        Args:
            format: csv, rdbtools-csv or jsonl.
            columns: of csv and jsonl, only these in this order. Contents are not looked at where no kind is asked for.

        Returns:
            Pieces whose `__next__` raises DumpError where the dump is damaged.

        Raises:
            ValueError: there is no such format or column.
        """

    def top_keys(
        self, number: int, *, by: str = "memory", type: str | None = None, patterns: bool = False
    ) -> ArrowStream | None:
        """The largest keys, the largest first; None where that cannot be told.

        It cannot where too many keys come twice, nor by memory where keys share hash templates.

        Args:
            number: how many.
            by: memory (payload where unknown), payload, file, elements or element.
            type: only keys of this type.
            patterns: tell their patterns too, which takes a look at every name.

        Returns:
            Rows: db, name, raw, type, encoding, elements, memory_bytes, value_bytes, dump_bytes, largest_element_bytes,
            expires_at_ms, pattern.

        Raises:
            DumpError: the dump is damaged.
            ValueError: there is no such measure.
            KeyboardInterrupt: Ctrl-C.
        """

    def prefix_totals(self) -> ArrowStream | None:
        """Every prefix with its totals; None where the file may hold keys twice, of which only the last count.

        Returns:
            Rows: node_id, parent_id, depth, segment, prefix, keys, expiring_keys, memory_bytes, value_bytes,
            dump_bytes.

        Raises:
            DumpError: the dump is damaged.
            KeyboardInterrupt: Ctrl-C.
        """

    def progress(self) -> tuple[int, int]:
        """Unpacked bytes and keys read so far; any thread may ask at any time."""

    def cancel(self) -> None:
        """Ends the pass at the next block; any thread may call it."""

    def error(self) -> BaseException | None:
        """The error that ended the pass: a DumpError, or what a source object raised."""

    def forms(self) -> list[tuple[str, str | None, str | None, bool | None]]:
        """Type, encoding, kind and exactness of the batches handed out so far; the place in the list is `form_id`."""

    def facts(self) -> dict[str, Any]:
        """What the file says of itself besides its keys; after the end, also after an error as far as known."""

    def side(self, name: str) -> ArrowStream:
        """A side table, after the end.

        Args:
            name: forms, patterns, final_patterns, prefix_nodes, key_facts, stream_groups, stream_consumers, functions,
                scripts, aux, module_aux, declared_counts, anomalies, templates or duplicate_hashes.

        Raises:
            ValueError: there is no such table.
        """

def verified_servers() -> list[tuple[str, str]]:
    """Servers whose sizes were verified byte for byte, as (server, version)."""

def key_slot(name: bytes) -> int:
    """Cluster slot of a key, 0 to 16383."""

def safe_name(name: bytes) -> str:
    r"""The key as safe text: control characters, invalid bytes and the backslash become `\xNN` and `\\`."""

def manifest_files(text: bytes) -> list[tuple[bytes, bool, bool]]:
    """Files that the manifest of a multi-part log names, in the order of replay, without those of history.

    Returns:
        Name, whether it is the base, whether a replication offset stands beside it.

    Raises:
        DumpError: the manifest breaks its rules.
    """

def fingerprint(paths: list[str]) -> str:
    """Length and digest of head and tail of every file; recognises the same dump without reading it whole."""
