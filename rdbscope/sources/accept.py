"""Which kinds of content a command reads."""

from __future__ import annotations

from rdbscope.errors import InputError
from rdbscope.sources.kind import Kind
from rdbscope.sources.opened import OpenSource


def accept_dump(source: OpenSource) -> None:
    """Lets dumps pass; content of unknown kind too, because the parser's message tells more about it.

    Raises:
        InputError: a log, for a command that needs a dump.
    """
    if source.kind in (Kind.AOF, Kind.MANIFEST):
        raise InputError(
            f"{source.name}: an append-only log; this command reads dumps",
            hint="write a dump with BGSAVE, or name the base file (.base.rdb)",
        )
