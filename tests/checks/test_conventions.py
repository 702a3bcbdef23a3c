"""Conventions tables as people write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from rdbscope.conventions import lifetime, markdown, types
from rdbscope.conventions.table import EMPTY_NAME, Convention, ConventionsError, parse, read


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

```
| Pattern | Type | TTL |
|---|---|---|
| app:example | Hash | 1h |
```

<!--
| app:gone:{x} | Hash | 1h |
-->

Pattern | Type
--------|-----
app:any:{x} | zset
`app:a:{x}`, `app:b:{x}` | HASH
"""
    found = rows(text)
    assert [(r.pattern, r.type, r.ttl_seconds, r.ttl_known) for r in found] == [
        ("app:user:{id}", "hash", None, True),
        ("app:top:{week}", "zset", 604800, True),
        ("app:any:{x}", "zset", None, False),
        ("app:a:{x}", "hash", None, False),
        ("app:b:{x}", "hash", None, False),
    ]
    assert [r.line for r in found] == [6, 7, 27, 28, 28]
    assert [r.purpose for r in found[:2]] == ["profile", "ranking"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("60s", 60),
        ("60", 60),
        ("5 m", 300),
        ("5min", 300),
        ("1h 30m", 5400),
        ("1h30m", 5400),
        ("1.5 hours", 5400),
        ("7 days", 604800),
        ("24h", 86400),
        ("2 weeks", 1209600),
        ("5-10m", 600),
        ("1h – 2h", 7200),
        ("up to 90 days", 7776000),
        ("30 min (sliding)", 1800),
        ("500ms", 1),
        ("None", None),
        ("-", None),
        ("—", None),
        ("no expiry", None),
        ("∞", None),
    ],
)
def test_lifetimes(text: str, expected: int | None) -> None:
    assert lifetime.parse(text) == (True, expected)


@pytest.mark.parametrize("text", ["", "varies", "?", "TBD"])
def test_cells_that_say_nothing(text: str) -> None:
    assert lifetime.parse(text) == (False, None)


@pytest.mark.parametrize("text", ["soon", "5 parsecs", "h", "m5", "5m and a bit", "0.0s"])
def test_what_is_no_lifetime(text: str) -> None:
    with pytest.raises(ValueError, match="is no lifetime"):
        lifetime.parse(text)


@pytest.mark.parametrize(
    ("milliseconds", "expected"),
    [(-5, "1s"), (1000, "1s"), (1001, "2s"), (59_000, "60s"), (300_001, "10m"), (86_400_000, "24h"), (10**18, None)],
)
def test_rounding_is_never_below(milliseconds: int, expected: str | None) -> None:
    word = lifetime.rounded(milliseconds)
    seconds = lifetime.parse(word)[1]
    assert seconds is not None
    assert seconds * 1000 >= milliseconds
    assert expected is None or word == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sorted Set", "zset"),
        ("sorted-set", "zset"),
        ("zset", "zset"),
        ("HASH", "hash"),
        ("Hash (HSET)", "hash"),
        ("Strings", "string"),
        ("String (JSON)", "string"),
        ("List / Set", None),
        ("any", None),
        ("ReJSON-RL", "ReJSON-RL"),
    ],
)
def test_types(text: str, expected: str | None) -> None:
    assert types.parse(text) == expected


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| app:{x} | Hash |", "c.md:3: the cell for ttl is missing"),
        ("| app:{x} | Hash | 1h | x |", "c.md:3: 4 cells where the header has 3"),
        ("| app:{x} | Tree | 1h |", "c.md:3: 'Tree' is no type"),
        ("| app:{x} | Hash | soon |", "c.md:3: 'soon' is no lifetime"),
        ("| | Hash | 1h |", "c.md:3: the pattern is missing"),
        ("| app:{x | Hash | 1h |", "c.md:3: unbalanced braces"),
        ("| app: {x} | Hash | 1h |", "c.md:3: blanks in"),
        ("| a:{x} | Hash | 1h |\n| a:{y} | Set | 1h |", "c.md:4: 'a:{y}' stands in line 3 already"),
    ],
)
def test_broken_rows_name_file_and_line(row: str, message: str) -> None:
    with pytest.raises(ConventionsError) as caught:
        rows(f"| Pattern | Type | TTL |\n|---|---|---|\n{row}\n")
    assert caught.value.message.startswith(message)


def test_every_broken_row_is_reported() -> None:
    with pytest.raises(ConventionsError) as caught:
        rows("| Pattern | Type | TTL |\n|---|---|---|\n| a | Tree | 1h |\n| b | Hash | 1h |\n| c | Hash | soon |\n")
    assert [problem.partition(" ")[0] for problem in caught.value.problems] == ["c.md:3:", "c.md:5:"]


def test_a_file_without_a_table(tmp_path: Path) -> None:
    file = tmp_path / "c.md"
    file.write_text("# Keys\n\nnone yet\n")
    with pytest.raises(ConventionsError, match="no table"):
        read(file)
    with pytest.raises(ConventionsError, match="cannot be read"):
        read(tmp_path / "missing.md")


@pytest.mark.parametrize(
    "name", ["a:b", " a", "a ", "  ", "a`b", "`", "a``b`", "a|b", "a\\\\|b", "a\\\\", "\\x00", "<b>", "**a**", "<!-- a"]
)
def test_any_name_survives_a_cell(name: str) -> None:
    found = rows(f"| Pattern | Type | TTL |\n|---|---|---|\n| {markdown.code(name)} | Hash | 1h |\n")
    assert [row.pattern for row in found] == [name]


def test_the_empty_name() -> None:
    assert rows(f"| Pattern | Type |\n|---|---|\n| {EMPTY_NAME} | Hash |\n")[0].pattern == ""
