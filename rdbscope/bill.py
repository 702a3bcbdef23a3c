"""How the memory of one key comes about, read from its dump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rdbscope.errors import DumpError, UsageError
from rdbscope.options import ReadOptions
from rdbscope.sources import open_source
from rdbscope.sources.kind import Kind

if TYPE_CHECKING:
    from rdbscope.api import Watch


@dataclass(frozen=True)
class Term:
    """One term: what MEMORY USAGE counts for it, and what the allocator gives for it, in bytes."""

    part: str
    counted: int
    allocated: int


@dataclass(frozen=True)
class Bill:
    """The bill of one key; the counted terms add up to `memory_bytes`.

    Attributes:
        db: number of the database.
        server: the server that was assumed, such as `redis 7.2.6`.
        encoding: what OBJECT ENCODING answers there.
        memory_bytes: what MEMORY USAGE answers; None for module types.
        memory_exact: whether it is reproducible to the byte.
        allocated_bytes: what DEL gives back.
        deviation_bytes: standard deviation where the server draws lots, else 0.
        terms: the parts.
    """

    db: int
    server: str
    encoding: str | None
    memory_bytes: int | None
    memory_exact: bool
    allocated_bytes: int | None
    deviation_bytes: float
    terms: tuple[Term, ...]


def name_from_text(text: str) -> bytes:
    r"""The bytes of a name as rdbscope shows it: `\xNN` is a byte, `\\` a backslash.

    Raises:
        UsageError: a backslash that stands for neither.
    """
    parts, rest = bytearray(), text
    while rest:
        plain, backslash, rest = rest.partition("\\")
        parts += plain.encode("utf-8", "surrogateescape")
        if not backslash:
            break
        if rest.startswith("\\"):
            parts += b"\\"
            rest = rest[1:]
            continue
        try:
            if rest[:1] != "x":
                raise ValueError
            parts += bytes.fromhex(rest[1:3])
            rest = rest[3:]
        except ValueError:
            raise UsageError(
                f"a lone backslash in {text!r}", hint=r"write \\ for a backslash, \xNN for a byte"
            ) from None
    return bytes(parts)


def name_from_hex(text: str) -> bytes:
    """The bytes of a name in hexadecimal.

    Raises:
        UsageError: it is no hexadecimal.
    """
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise UsageError(f"{text!r} is no hexadecimal") from None


def shown(name: bytes) -> str:
    """A name as safe text."""
    from rdbscope import _native

    return _native.safe_name(name)


def of_dump(source: str, name: bytes, options: ReadOptions, db: int | None, *, watch: Watch) -> list[Bill]:
    """Bills of all keys of this name, in one database or in all; none of a log, whose values stand in no dump.

    Raises:
        DumpError: the dump is damaged.
        InputError: it cannot be read.
        UsageError: another server is to be modelled for a log.
    """
    from rdbscope import _native
    from rdbscope.store.interrupt import stopping_pass

    with open_source(source) as opened:
        if opened.kind in (Kind.AOF, Kind.MANIFEST):
            if options != ReadOptions(salvage=options.salvage):
                raise UsageError(
                    f"{source}: of a log the keys are shown as its own server holds them",
                    hint="leave out --as, --set, --config, --allocator and --cluster",
                )
            return []
        reader = options.reader(opened.native_input())
        try:
            with watch(opened, reader), stopping_pass(opened, reader):
                found = reader.key_bills(name, db=db)
        except _native.DumpError as problem:
            if opened.failure is not None:
                raise opened.failure from problem
            raise DumpError(opened.name, problem) from problem
    return [
        Bill(
            db=one["db"],
            server=f"{one['server']} {one['server_version']}",
            encoding=one["encoding"],
            memory_bytes=one["memory_bytes"],
            memory_exact=one["memory_exact"],
            allocated_bytes=one["allocated_bytes"],
            deviation_bytes=one["deviation_bytes"],
            terms=tuple(Term(*term) for term in one["terms"]),
        )
        for one in found
    ]
