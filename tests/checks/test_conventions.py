"""Conventions tables as people write them, and which keys they describe."""

from __future__ import annotations

import pytest

from rdbscope.conventions import match
from rdbscope.conventions.table import Convention, parse, seconds
from rdbscope.errors import UsageError


def rows(text: str) -> list[Convention]:
    return parse(text, "c.md")


def test_other_orders_backticks_extra_columns_and_several_tables() -> None:
    text = """
# Keys

| Purpose | Owner | Key | Data type | Expiry |
|---|---|---|---|---|
| profile | core | `app:user:{id}` | **Hash** | None |
| ranking | core | app:top:{week} | Sorted Set (ZSET) | 7 days |

Ports:

| Port | Service |
|---|---|
| 6379 | redis |

| Pattern | Type |
|---|---|
| app:any:{x} | zset |
"""
    found = rows(text)
    assert [(r.pattern, r.type, r.ttl_seconds, r.ttl_known) for r in found] == [
        ("app:user:{id}", "hash", None, True),
        ("app:top:{week}", "zset", 604800, True),
        ("app:any:{x}", "zset", None, False),
    ]
    assert found[0].line == 6


@pytest.mark.parametrize(
    ("text", "expected"),
    [("60s", 60), ("5 m", 300), ("1h 30m", 5400), ("7 days", 604800), ("24h", 86400), ("None", None), ("-", None)],
)
def test_lifetimes(text: str, expected: int | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| app:{x} | Hash |", "c.md:3: 2 columns in a table of 3"),
        ("| app:{x} | Tree | 1h |", "c.md:3: no type 'tree'"),
        ("| app:{x} | Hash | soon |", "c.md:3: no TTL 'soon'"),
        ("| | Hash | 1h |", "c.md:3: a row without a pattern"),
    ],
)
def test_broken_rows_name_file_and_line(row: str, message: str) -> None:
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        rows(f"| Pattern | Type | TTL |\n|---|---|---|\n{row}\n")


@pytest.mark.parametrize(
    ("mined", "expected"),
    [
        ("app:user:{int}:profile", 0),
        ("app:user:me:profile", 1),
        ("app:other:{int}", None),
        ("app:{user:{int}}:tag", 2),
        # A word position may hold the literal of a row: the single name decides.
        ("app:user:{token}:profile", True),
        ("app:{*}:x", True),
        ("app:user:{int}", None),
    ],
)
def test_patterns_against_rows(mined: str, expected: object) -> None:
    table = """| Pattern | Type |
|---|---|
| app:user:{id}:profile | Hash |
| app:user:me:profile | Hash |
| app:{user:{id}}:tag | Hash |
"""
    decided = match.decide(mined, match.rules(rows(table)))
    # A number can never be `me`, but the decision may leave it to the name.
    assert decided == expected or (expected == 0 and decided is True)
