"""Reads `cases/<check id>.yaml` and builds the dump of a case.

A case has `case` (its name), `keys`, and what checks are told: `params`, `namespaces`, `roles`, `conventions` (the
rows of a table), `cluster_nodes` (a node file), `now` (seconds after the dump). A key names its type first (`string:
app:user:{n}`) and may have `times` (with `{n}` counting from 0), `value`, `size`, `open` and `close` (around the
value), `elements`, `member` and `score`, `ttl`, `db`, `idle`, `freq`, and for streams `entries`, `added`, `deleted`
and `groups`. `flagged: true` says that the check flags it; rows that are no keys stand in `names`. A dump may
lack its last bytes (`cut`) and have a `checksum` (true or wrong); `others` are dumps of other nodes, or earlier ones
of the same, each with `node`, `keys` and `days_before` (the checked dump), that lie in the same database. `nights` has
how many strings of 100 kB stand below a prefix in dumps of the node: the oldest first, the checked one last; they are a
day apart, or as many days before the checked one as `ages` lists. `nightly` are rows of the table of the nightly job,
by column.

A case with `log` is an append-only log instead of a dump: commands, words parted by spaces, `{n}` counting from 0
where `times N:` stands before them, and `#TS:` lines. What the check flags of it stands in `flagged`, by database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rdbscope._native import safe_name
from rdbscope.checks.run import Context
from rdbscope.cluster_nodes import parse as node_file
from rdbscope.conventions.table import parse
from tests import rdb_values as values
from tests import rdb_writer as writer

FOLDER = Path(__file__).parent / "cases"
_TYPES = ("string", "list", "set", "zset", "hash", "stream")
_HEADER = "| Pattern | Type | TTL |\n|---|---|---|\n"


@dataclass(frozen=True)
class Case:
    """One dump, and what the check has to say about it."""

    check_id: str
    name: str
    text: Mapping[str, Any]

    def context(self) -> Context:
        rows = self.text.get("conventions")
        now = self.text.get("now")
        nodes = self.text.get("cluster_nodes")
        return Context(
            conventions=None if rows is None else parse(_HEADER + rows, "conventions.md"),
            namespaces=self.text.get("namespaces"),
            roles=self.text.get("roles", {}),
            parameters={f"{self.check_id}.{name}": value for name, value in self.text.get("params", {}).items()},
            now_ms=(writer.CTIME + (0 if now is None else now)) * 1000,
            cluster_nodes=None if nodes is None else node_file(nodes, "nodes.conf"),
        )

    def dumps(self) -> list[tuple[str | None, bytes]]:
        """The node and the bytes of each dump; the last one is checked."""
        others = [(other["node"], _dump(other)) for other in self.text.get("others", ())]
        nights = list(_nights(self.text)) or [self.text]
        return [*others, *((self.text.get("node"), _dump(night)) for night in nights)]

    def expected(self) -> set[tuple[int | None, str]]:
        keys = {
            (key.get("db", 0), safe_name(name.encode(key.get("encode", "utf-8"))))
            for key, name in _keys(self.text)
            if key.get("flagged")
        }
        of_log = {(db, name) for db, names in self.text.get("flagged", {}).items() for name in names}
        return keys | of_log | {(None, name) for name in self.text.get("names", ())}


def _keys(text: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    for key in text.get("keys", ()):
        name = next(key[kind] for kind in _TYPES if kind in key)
        for number in range(key.get("times", 1)):
            yield key, name.replace("{n}", str(number))


def _nights(text: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    counts: dict[str, list[int]] = text.get("nights", {})
    nights = len(next(iter(counts.values()), ()))
    for number, age in enumerate(text.get("ages", range(nights - 1, -1, -1))):
        keys = [{"string": f"{prefix}:{{n}}", "times": one[number], "size": 100_000} for prefix, one in counts.items()]
        yield {"keys": keys, "days_before": age}


def _dump(text: Mapping[str, Any]) -> bytes:
    if "log" in text:
        return b"".join(_commands(str(line)) for line in text["log"])
    databases: dict[int, bytes] = {}
    for key, name in _keys(text):
        databases[key.get("db", 0)] = databases.get(key.get("db", 0), b"") + _record(key, name)
    head = b"".join(values.function(code.encode()) for code in text.get("functions", ()))
    first = databases.pop(0, b"")
    whole = writer.dump(
        first,
        databases=databases,
        head=head,
        checksum=text.get("checksum", False),
        ctime=writer.CTIME - round(text.get("days_before", 0) * 86_400),
    )
    if text.get("checksum") == "wrong":
        whole = whole[:-8] + bytes(one ^ 0xFF for one in whole[-8:])
    return whole[: len(whole) - text.get("cut", 0)]


def _commands(line: str) -> bytes:
    repeated = re.fullmatch(r"times (\d+): (.*)", line)
    times, line = (int(repeated[1]), repeated[2]) if repeated else (1, line)
    if line.startswith("#"):
        return f"{line}\r\n".encode()
    out = b""
    for number in range(times):
        words = [word.replace("{n}", str(number)).encode() for word in line.split(" ")]
        out += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)
    return out


def cases() -> list[Case]:
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        found += [Case(path.stem, text["case"], text) for text in yaml.safe_load(path.read_text("utf-8"))]
    return found


def _record(key: Mapping[str, Any], name: str) -> bytes:
    before = b""
    if "ttl" in key:
        before += values.expiry(round((writer.CTIME + key["ttl"]) * 1000))
    if "idle" in key:
        before += values.idle(key["idle"])
    if "freq" in key:
        before += values.frequency(key["freq"])
    return before + _value(key, name.encode(key.get("encode", "utf-8")))


def _value(key: Mapping[str, Any], name: bytes) -> bytes:
    member = str(key.get("member", "member {i}"))
    members = [member.replace("{i}", str(number)).encode() for number in range(key.get("elements", 3))]
    if "string" in key:
        value = str(key.get("value", "some text")).encode()
        if "size" in key:
            value = (value * (key["size"] // max(1, len(value)) + 1))[: key["size"]]
        return writer.string(name, str(key.get("open", "")).encode() + value + str(key.get("close", "")).encode())
    if "list" in key:
        return values.linked_list(name, members)
    if "set" in key:
        return values.plain_set(name, members)
    if "zset" in key:
        return values.sorted_set(name, {one: key.get("score", number) for number, one in enumerate(members)})
    if "hash" in key:
        return writer.hash_table(name, dict.fromkeys(members, b"value"))
    groups = [
        values.Group(
            group["name"].encode(),
            [
                values.Consumer(one["name"].encode(), one.get("idle", 0), one.get("pending", 0))
                for one in group.get("consumers", ())
            ],
        )
        for group in key.get("groups", ())
    ]
    return values.stream(
        name, key.get("entries", 3), added=key.get("added"), deleted=key.get("deleted", 0), groups=groups
    )
