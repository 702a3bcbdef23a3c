"""Which row of the conventions a key is of: by pattern where that is certain, by name where it is not."""

from __future__ import annotations

import pytest

from rdbscope.checks.run import Context, prepare, release
from rdbscope.conventions import match
from rdbscope.conventions.table import Convention, parse
from rdbscope.conventions.unify import MinedPattern
from rdbscope.store import fetch
from tests.checks.tiny import snapshot
from tests.rdb_writer import string

TABLE = """| Pattern | Type |
|---|---|
| app:user:{id}:profile | Hash |
| app:user:me:profile | Hash |
| app:{user:{id}}:tag | Hash |
| app:item-{id} | Hash |
| app:{any} | Hash |
"""
ROWS = parse(TABLE, "c.md")


def decided(mined: str, rows: list[Convention] = ROWS, *, regular: bool = True) -> int | tuple[int, ...] | None:
    decision = match.decide(MinedPattern(mined, regular=regular), rows, match.ranked(rows))
    return decision.row if decision.row is not None else decision.candidates or None


@pytest.mark.parametrize(
    ("mined", "expected"),
    [
        ("app:user:{int}:profile", 0),
        ("app:user:me:profile", 1),
        ("app:user:{hex}:profile", 0),
        ("app:{user:{int}}:tag", 2),
        ("app:item-{int}", 3),
        ("app:{int}", 4),
        ("app:{global}", 4),
        ("app:{tenant:7}", None),
        ("app:other:{int}", None),
        ("app:user:{int}", None),
        ("app:user::profile", None),
        ("app", None),
        # A word may be what a row spells out: the name decides between both.
        ("app:user:{token}:profile", (1, 0)),
        ("app:user:{*}:profile", (1, 0)),
        ("app:{token}", (3, 4)),
        ("{*}", None),
    ],
)
def test_patterns_against_rows(mined: str, expected: object) -> None:
    assert decided(mined) == expected


def test_what_stands_for_several_segments_may_match_anything() -> None:
    assert decided("{*}", regular=False) == (1, 2, 3, 0, 4)
    assert decided("app:user:{*}", regular=False) == (1, 0)


def test_the_most_literal_row_wins_whatever_its_place() -> None:
    rows = parse("| Pattern | Type |\n|---|---|\n| a:{x}:{y} | Set |\n| a:{x}:c | Set |\n| a:b:c | Set |\n", "c.md")
    assert [decided(text, rows) for text in ("a:b:c", "a:{int}:c", "a:{int}:d")] == [2, 1, 0]


def test_rows_alike_keep_their_order() -> None:
    rows = parse("| Pattern | Type |\n|---|---|\n| a:{x}:c | Set |\n| a:b:{y} | Set |\n", "c.md")
    assert decided("a:b:c", rows) == 0


def test_keys_of_a_snapshot() -> None:
    names = [b"app:user:%d:profile" % number for number in range(30)]
    words = [b"app:conf:" + bytes([97 + number // 26, 97 + number % 26]) * 3 for number in range(300)]
    table = "| Pattern | Type |\n|---|---|\n| app:user:{id}:profile | |\n| app:conf:aaaaaa | |\n| app:conf:{x} | |\n"
    rows = parse(table, "c.md")
    with snapshot(*(string(name, b"v") for name in [*names, *words, b"app:{a:b}:c", b"other"])) as (connection, number):
        prepare(connection, number, Context(conventions=rows))
        sql = """
            SELECT k.name, coalesce(p.row_no, d.row_no)
            FROM current_keys AS k
            LEFT JOIN documented_patterns AS p ON p.pattern_id = k.pattern_id
            LEFT JOIN documented_keys AS d ON d.record_offset = k.record_offset
        """
        found = dict(fetch.rows(connection, sql))
        release(connection)
        assert not fetch.rows(connection, "SELECT table_name FROM duckdb_tables() WHERE temporary")
    assert {found[name.decode()] for name in names} == {0}
    assert found.pop("app:conf:aaaaaa") == 1
    assert {found[name.decode()] for name in words[1:]} == {2}
    assert (found["app:{a:b}:c"], found["other"]) == (None, None)
