"""What a source is, decided by its first bytes and never by its name."""

from __future__ import annotations

import re
from enum import Enum

# Enough to recognise every kind; a manifest's first line has to fit.
HEAD_BYTES = 512

_RDB = re.compile(rb"(?:REDIS|VALKEY)\d{3,4}")
# Up to Redis 6.2 a log may begin with a dump, which says so; the number is stored as an integer or as text.
_PREAMBLE = re.compile(rb"aof-preamble(?:\xc0\x01|\x011)")
_REPLICATION = re.compile(rb"[\r\n]*\$(?:\d+|EOF:[0-9A-Za-z]{40})\r\n(?:REDIS|VALKEY)")
_COMMANDS = re.compile(rb"\*[1-9]\d*\r\n\$\d+\r\n")
_ANNOTATED = re.compile(rb"#[^\r\n]*\r\n(?:\*|#)")
_MANIFEST = re.compile(rb"(?:#[^\n]*\n)*file (?:\"|\S)[^\n]* seq \d+ type [bih]\b")


_VERSION = re.compile(rb"(REDIS|VALKEY)(\d{3,4})")


def rdb_version_of(head: bytes) -> tuple[str, int] | None:
    """Family and number of the format of the dump that starts in `head`, None where there is none."""
    found = _VERSION.match(head) or (_VERSION.search(head) if _REPLICATION.match(head) else None)
    return (found[1].decode().lower(), int(found[2])) if found else None


class Kind(Enum):
    """Kinds of input; the values stand in `snapshots.source_kind` where the kind can be loaded."""

    RDB = "rdb"
    AOF = "aof"
    MANIFEST = "aof-multipart"
    UNKNOWN = "unknown"


def kind_of(head: bytes) -> Kind:
    """The kind of the unpacked content that starts with `head` (512 bytes or the whole of it)."""
    if _RDB.match(head) and _PREAMBLE.search(head):
        return Kind.AOF
    if _RDB.match(head) or _REPLICATION.match(head):
        return Kind.RDB
    if _COMMANDS.match(head) or _ANNOTATED.match(head):
        return Kind.AOF
    if _MANIFEST.match(head):
        return Kind.MANIFEST
    return Kind.UNKNOWN
