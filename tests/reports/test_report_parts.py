"""Parts of the report that need no dump: drawings, owners, hashed names, values in words."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rdbscope.reports import owners
from rdbscope.reports.redact import Redactor
from rdbscope.reports.report_drawings import heat, icicle
from rdbscope.reports.report_facts import Column, Table
from rdbscope.reports.report_values import in_words


def _tree(*rows: tuple[str, str | None, int, int, int]) -> Table:
    whole = sum(size for _, parent, _, size, _ in rows if parent is None)
    names = ("prefix", "parent", "depth", "size_bytes", "children")
    made: list[dict[str, Any]] = [
        dict(zip(names, row, strict=True)) | {"keys": 1, "share": row[3] / whole if whole else None} for row in rows
    ]
    return Table("prefixes", "", "", [], made)


def test_an_icicle_shows_what_is_left_out() -> None:
    boxes, levels = icicle(
        _tree(("a:", None, 1, 600, 12), ("b:", None, 1, 400, 1), ("a:x", "a:", 2, 300, 0), ("b:y", "b:", 2, 400, 0))
    )
    by_name = {box.name: box for box in boxes}
    assert levels == 3
    assert by_name["(11 more)"].width == pytest.approx(30)
    assert by_name["(11 more)"].left == pytest.approx(30)
    assert by_name["y"].width == pytest.approx(40)
    assert by_name["a:"].hue != by_name["b:"].hue == by_name["y"].hue
    assert "(1 more)" not in by_name


def test_colours_begin_where_the_tree_branches() -> None:
    boxes, _ = icicle(_tree(("app:", None, 1, 10, 2), ("app:a", "app:", 2, 6, 0), ("app:b", "app:", 2, 4, 0)))
    hues = {box.name: box.hue for box in boxes}
    assert hues["a"] != hues["b"]


def test_trees_without_bytes() -> None:
    assert len(icicle(_tree(("a:", None, 1, 0, 0)))[0]) == 1
    assert len(icicle(_tree())[0]) == 1


def test_heat_goes_by_orders_of_magnitude() -> None:
    rows = [
        {"from_slot": slot, "size_bytes": size, "used_slots": 2}
        for slot, size in ((0, 10), (1024, 10**9), (16368, 10**5))
    ]
    cells, used = heat(Table("slot_bins", "", "", [], rows))
    assert used == 6
    assert dict(cells) == {"h1": "M0 0h1v1h-1z", "h8": "M0 1h1v1h-1z", "h4": "M63 15h1v1h-1z"}


@pytest.mark.parametrize(
    ("pattern", "team"),
    [
        ("user:{int}", "accounts"),
        ("user", "accounts"),
        ("users:{int}", owners.NOBODY),
        ("shop:cache:{int}", "web"),
        ("cache:x", owners.NOBODY),
        ("Shop:cache:x", "web"),
    ],
)
def test_owners(pattern: str, team: str) -> None:
    rules = owners.compiled({"user": "accounts", "*:cache:*": "web", "shop": "shop"})
    assert owners.owner_of(pattern, rules) == team


@given(st.text(max_size=30))
def test_a_redacted_pattern_keeps_its_shape_and_no_word(pattern: str) -> None:
    hashed = Redactor().pattern(pattern)
    assert hashed.count(":") == pattern.count(":")
    assert re.fullmatch(r"(?:[0-9a-f]{8}|:|\{[a-z*]+\})*", hashed)


def test_hashes_are_of_one_run_unless_there_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RDBSCOPE_REDACT_KEY", raising=False)
    one, other = Redactor(), Redactor()
    assert one.name("a") == one.name("a") != one.name("b")
    assert one.name("a") != other.name("a")
    monkeypatch.setenv("RDBSCOPE_REDACT_KEY", "k")
    assert Redactor().name("a") == Redactor().name("a")


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("bytes", 2048, "2.0 KiB"),
        ("bytes", -2048, "−2.0 KiB"),
        ("share", 1, "100 %"),
        ("share", 0.0001, "<0.1 %"),
        ("share", -0.25, "−25.0 %"),
        ("seconds", 5400, "1.5 h"),
        ("seconds", -30, "−30 s"),
        ("count", 1234567, "1,234,567"),
        ("ratio", 1.25, "1.2"),
        ("text", None, "–"),
        ("time", 0, "1970-01-01 00:00:00 UTC"),
    ],
)
def test_values_in_words(kind: str, value: object, words: str) -> None:
    assert in_words(kind, value) == words


def test_columns_that_nobody_knows_are_left_out() -> None:
    columns = [Column("a", "count", "a", ""), Column("b", "bytes", "b", "")]
    rows: list[dict[str, Any]] = [{"a": 1, "b": None}, {"a": None, "b": None}]
    assert [one.name for one in Table("t", "", "", columns, rows).filled()] == ["a"]
