"""Records of collections and streams for small dumps; encodings that every version since 7.0 reads."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.rdb_writer import CTIME, length, text

_ENTRIES_PER_NODE = 100


def linked_list(name: bytes, elements: Sequence[bytes]) -> bytes:
    return b"\x01" + text(name) + length(len(elements)) + b"".join(map(text, elements))


def plain_set(name: bytes, members: Sequence[bytes]) -> bytes:
    return b"\x02" + text(name) + length(len(members)) + b"".join(map(text, members))


def sorted_set(name: bytes, members: Mapping[bytes, float]) -> bytes:
    pairs = b"".join(text(member) + struct.pack("<d", score) for member, score in members.items())
    return b"\x05" + text(name) + length(len(members)) + pairs


def function(code: bytes) -> bytes:
    return b"\xf5" + text(code)


def idle(seconds: int) -> bytes:
    return b"\xf8" + length(seconds)


def frequency(counter: int) -> bytes:
    return b"\xf9" + bytes([counter])


def expiry(milliseconds: int) -> bytes:
    return b"\xfc" + struct.pack("<q", milliseconds)


@dataclass(frozen=True)
class Consumer:
    """A consumer that was seen `idle` seconds before the dump and holds the first `pending` entries."""

    name: bytes
    idle: int = 0
    pending: int = 0


@dataclass(frozen=True)
class Group:
    name: bytes
    consumers: Sequence[Consumer] = ()


def stream(
    name: bytes, entries: int, *, added: int | None = None, deleted: int = 0, groups: Sequence[Group] = ()
) -> bytes:
    """A stream whose entry IDs are 1-0, 2-0 …; `deleted` entries of its first node are only marked."""
    nodes = []
    for first in range(1, entries + 1, _ENTRIES_PER_NODE):
        count = min(_ENTRIES_PER_NODE, entries + 1 - first)
        nodes.append(text(_id(first)) + text(_listpack(count, deleted if first == 1 else 0)))
    parts = [b"\x15", text(name), length(len(nodes)), *nodes, length(entries - deleted), length(entries), length(0)]
    parts += [length(1 if entries else 0), length(0), length(deleted), length(0)]
    parts += [length(entries if added is None else added), length(len(groups))]
    return b"".join([*parts, *(_group(group, entries) for group in groups)])


def _id(number: int) -> bytes:
    return struct.pack(">QQ", number, 0)


def _group(group: Group, entries: int) -> bytes:
    seen = [(CTIME - one.idle) * 1000 for one in group.consumers]
    held = [range(1, one.pending + 1) for one in group.consumers]
    pending = [
        _id(number) + struct.pack("<q", at) + length(1)
        for numbers, at in zip(held, seen, strict=True)
        for number in numbers
    ]
    parts = [text(group.name), length(entries), length(0), length(entries), length(len(pending)), *pending]
    parts.append(length(len(group.consumers)))
    for one, numbers, at in zip(group.consumers, held, seen, strict=True):
        parts += [text(one.name), struct.pack("<qq", at, at), length(len(numbers)), *map(_id, numbers)]
    return b"".join(parts)


def _listpack(count: int, deleted: int) -> bytes:
    """The node of a stream: its master entry with one field, then the entries."""
    elements = [_small(count - deleted), _small(deleted), _small(1), b"\x81f\x02", _small(0)]
    for number in range(count):
        flags = 3 if number < deleted else 2
        elements += [_small(flags), _small(number), _small(0), b"\x81v\x02", _small(4)]
    body = b"".join(elements)
    return struct.pack("<IH", len(body) + 7, len(elements)) + body + b"\xff"


def _small(value: int) -> bytes:
    """An integer of 7 bits and its length back."""
    return bytes([value, 1])
