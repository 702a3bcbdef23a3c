"""Dumps for reports: something of everything, and names that want to be more than text."""

from __future__ import annotations

from tests.rdb_writer import CTIME, aux, dump, hash_table, string

HOSTILE = (
    b"<script>alert(1)</script>",
    b'"><img src=x onerror=alert(2)>',
    b"</style></svg><svg onload=alert(3)>",
    b"{{ 7 * 7 }}",
    b"javascript:alert(4)",
    b"=cmd|' /C calc'!A0",
    b"\x1b]0;owned\x07\x9b31m\xff\xfe",
    "ключ:日本語:\u202eabc:🦄".encode(),
    b"a|b`c*d_e[f](g)#h",
)
HOUR = 3_600_000


def night(number: int, *, repl_id: bytes | None = None, offset: int = 0, prefix: bytes = b"", days: int = 0) -> bytes:
    """A dump that grows with the number of the night, taken `days` after the first."""
    now = CTIME * 1000
    records = [string(name, b"v" * 6000) for name in HOSTILE]
    records += [string(prefix + b"user:%d" % n, b"v" * 90) for n in range(100 * number)]
    records += [
        string(b"session:%016x" % (n * 7919 + (1 << 60)), b"s", expires_at_ms=now + HOUR * (n % 200)) for n in range(80)
    ]
    records += [string(b"cache:page:%d" % n, b"x" * (n * 37 % 5000), expires_at_ms=now + HOUR) for n in range(40)]
    records += [
        hash_table(b"{tenant%d}:cart:%d" % (n % 3, n), {b"f%d" % f: b"v" for f in range(n % 9 + 1)}) for n in range(30)
    ]
    head = b""
    if repl_id is not None:
        head = aux(b"repl-stream-db", b"0") + aux(b"repl-id", repl_id) + aux(b"repl-offset", b"%d" % offset)
    return dump(*records, head=head + aux(b"used-mem", b"2000000"), checksum=True, ctime=CTIME + days * 86_400)
