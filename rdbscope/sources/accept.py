"""Which kinds of content a command reads."""

from __future__ import annotations

from rdbscope.errors import InputError, UsageError
from rdbscope.options import ReadOptions
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


def accept_end(source: OpenSource, options: ReadOptions) -> None:
    """Lets logs pass, and dumps without an option that says where to stop in a log.

    Raises:
        UsageError: a dump that is to be read up to a moment.
    """
    if source.kind is Kind.RDB and (options.until_seconds is not None or options.until_offset is not None):
        raise UsageError(
            f"{source.name}: a dump holds one moment only: --until and --until-offset are for logs",
            hint="leave them out, or name the log",
        )
