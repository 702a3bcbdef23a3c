"""Writes small dumps of our own, so that tests need no file and can say exactly what is in one."""

from __future__ import annotations

import struct

CTIME = 1_700_000_000


def length(value: int) -> bytes:
    if value < 64:
        return bytes([value])
    if value < 16384:
        return bytes([0x40 | value >> 8, value & 0xFF])
    return b"\x80" + struct.pack(">I", value)


def text(value: bytes) -> bytes:
    return length(len(value)) + value


def aux(name: bytes, value: bytes) -> bytes:
    return b"\xfa" + text(name) + text(value)


def string(name: bytes, value: bytes, *, expires_at_ms: int | None = None) -> bytes:
    expiry = b"" if expires_at_ms is None else b"\xfc" + struct.pack("<q", expires_at_ms)
    return expiry + b"\x00" + text(name) + text(value)


def hash_table(name: bytes, fields: dict[bytes, bytes]) -> bytes:
    pairs = b"".join(text(field) + text(value) for field, value in fields.items())
    return b"\x04" + text(name) + length(len(fields)) + pairs


def dump(
    *records: bytes,
    databases: dict[int, bytes] | None = None,
    version: int = 11,
    head: bytes = b"",
    checksum: bool = False,
    ctime: int = CTIME,
) -> bytes:
    """A dump of Redis 7.2 with `records` in database 0; without `checksum` it is switched off."""
    parts = [b"REDIS%04d" % version, aux(b"redis-ver", b"7.2.6"), aux(b"ctime", b"%d" % ctime), head]
    parts += [b"\xfe\x00", *records]
    for number, body in (databases or {}).items():
        parts += [b"\xfe" + length(number), body]
    body = b"".join(parts) + b"\xff"
    return body + struct.pack("<Q", crc64(body) if checksum else 0)


def crc64(data: bytes) -> int:
    """The checksum of a dump, bit by bit: polynomial of Jones, reflected, begun with 0."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x95AC9329AC4BC9B5 if crc & 1 else 0)
    return crc


def many(keys: int, prefix: bytes = b"user:") -> bytes:
    """A dump of `keys` small strings."""
    return dump(*(string(prefix + b"%d" % number, b"value %d" % number) for number in range(keys)))
