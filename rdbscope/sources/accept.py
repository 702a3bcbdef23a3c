"""Which kinds of content can be read as a snapshot."""

from __future__ import annotations

from rdbscope.errors import InputError
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import OpenSource

_REASONS = {
    Kind.AOF: "an append-only log without an RDB preamble; only RDB snapshots and preambles are read",
    Kind.MANIFEST: "the manifest of a multi-part append-only log; only RDB snapshots are read",
}


def accept(source: OpenSource) -> None:
    """Lets snapshots pass; content of unknown kind too, because the parser's message tells more about it.

    Raises:
        InputError: content that is recognised and cannot be read.
    """
    reason = _REASONS.get(source.kind)
    if reason is not None:
        raise InputError(f"{source.name}: {reason}", hint="write a dump with BGSAVE, or name the base file (.base.rdb)")
