"""The difference of two snapshots for people: totals, causes, patterns and keys, as text or as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rdbscope.comparison.changes import Compared
from rdbscope.console import safe_text
from rdbscope.query_files import load
from rdbscope.reports import markdown
from rdbscope.reports.human import change, growth, moment, size
from rdbscope.reports.table import layout
from rdbscope.store import fetch
from rdbscope.store.result import query_errors

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

CAUSES = {
    "appeared_bytes": "new keys",
    "vanished_bytes": "keys gone",
    "value_bytes": "larger or smaller values",
    "encoding_bytes": "another type or encoding",
    "ttl_bytes": "expiry lost or gained",
    "model_bytes": "counted differently by the server",
}
_Cells = list[tuple[str | None, ...]]


@dataclass(frozen=True)
class Difference:
    """What the overview shows.

    Attributes:
        compared: the pair.
        sides: the two rows of `snapshots`, the older first.
        totals: rows of `by_total.sql`.
        causes: bytes by cause, in the order of CAUSES.
        patterns: the first rows of `by_pattern.sql`, and how many there are.
        types: rows of `by_type.sql`.
        keys: the first rows of `by_key.sql`, and how many there are.
        words: keys by what happened to them.
    """

    compared: Compared
    sides: tuple[Mapping[str, Any], Mapping[str, Any]]
    totals: Sequence[Mapping[str, Any]]
    causes: Mapping[str, int]
    patterns: Sequence[Mapping[str, Any]]
    pattern_count: int
    types: Sequence[Mapping[str, Any]]
    keys: Sequence[Mapping[str, Any]]
    key_count: int
    words: Mapping[str, int]


def facts(connection: Connection, compared: Compared, number: int) -> Difference:
    """Reads the overview from the tables of the comparison; `number` is how many patterns and keys."""
    with query_errors():
        sides = [
            fetch.records(connection, "FROM snapshots WHERE snapshot_id = ?", [one])[0]
            for one in (compared.old_id, compared.new_id)
        ]
        sums = ", ".join(f"coalesce(sum({name}), 0)::BIGINT AS {name}" for name in CAUSES)
        words = fetch.records(connection, _WORDS if compared.by_key else _WORDS_OF_PATTERNS)[0]
        return Difference(
            compared=compared,
            sides=(sides[0], sides[1]),
            totals=fetch.records(connection, load("comparison", "by_total").sql),
            causes=fetch.records(connection, f"SELECT {sums} FROM pattern_changes")[0],
            patterns=fetch.records(connection, f"{load('comparison', 'by_pattern').sql} LIMIT {number}"),
            pattern_count=fetch.scalar(connection, "SELECT count(*) FROM pattern_changes"),
            types=fetch.records(connection, load("comparison", "by_type").sql),
            keys=fetch.records(connection, f"{load('comparison', 'by_key').sql} LIMIT {number}"),
            key_count=fetch.scalar(connection, "SELECT count(*) FROM key_changes"),
            words={name: count for name, count in words.items() if count},
        )


_WORDS = """
SELECT
    count(*) FILTER (WHERE change = 'new') AS new,
    count(*) FILTER (WHERE change = 'gone') AS gone,
    count(*) FILTER (WHERE change = 'grown') AS grown,
    count(*) FILTER (WHERE change = 'shrunk') AS shrunk,
    count(*) FILTER (WHERE cause = 'type') AS "type changed",
    count(*) FILTER (WHERE cause = 'encoding') AS "encoding changed",
    count(*) FILTER (WHERE ttl = 'lost') AS "TTL lost",
    count(*) FILTER (WHERE ttl = 'gained') AS "TTL gained",
    count(*) FILTER (WHERE ttl = 'moved') AS "TTL moved"
FROM changed_keys
"""
_WORDS_OF_PATTERNS = """
SELECT sum(appeared_keys)::BIGINT AS more, sum(vanished_keys)::BIGINT AS fewer FROM pattern_changes
"""


def is_same(found: Difference) -> bool:
    """Whether no key and no pattern differs."""
    return found.key_count == 0 and found.pattern_count == 0


def text(found: Difference, *, width: int, colour: bool, fmt: str) -> str:
    """The overview as lines of at most `width` cells (`table`), or as Markdown."""
    blocks = [_head(found, width, fmt)]
    blocks += [_table(title, header, cells, width, colour, fmt) for title, header, cells in _tables(found)]
    return "\n".join("".join(f"{line}\n" for line in block) for block in blocks)


def _head(found: Difference, width: int, fmt: str) -> list[str]:
    old, new = found.sides
    measure, compared = found.compared.measure, found.compared
    names = [f"{side['name']} ({', '.join(_about(side))})" for side in (old, new)]
    if is_same(found):
        verdict = (
            "No difference: every key is the same in both."
            if compared.by_key
            else "No difference between patterns; single keys cannot be compared any more."
        )
    else:
        moved = change(compared.new_bytes - compared.old_bytes, growth(compared.old_bytes, compared.new_bytes))
        verdict = f"{measure.capitalize()} {size(compared.old_bytes)} → {size(compared.new_bytes)} ({moved})"
        if found.words:
            verdict += "; keys: " + ", ".join(f"{count:,} {word}" for word, count in found.words.items())
    if fmt == "markdown":
        return [f"# {markdown.cell(names[0])} → {markdown.cell(names[1])}", "", verdict]
    return [
        *textwrap.wrap(safe_text(f"{names[0]} → {names[1]}"), max(40, width)),
        *textwrap.wrap(verdict, max(40, width), subsequent_indent="  "),
    ]


def _about(side: Mapping[str, Any]) -> list[str]:
    return [moment(side["taken_at_ms"]), *([side["scope"]] if side["scope"] else [])]


def _tables(found: Difference) -> list[tuple[str, list[str], _Cells]]:
    """Title, header and cells; the first column is text, the others are numbers but for a last one in words."""
    tables: list[tuple[str, list[str], _Cells]] = [
        ("Totals", ["Totals", "before", "after", "change", "share"], [_total(row) for row in found.totals])
    ]
    if is_same(found):
        return tables
    causes: _Cells = [(CAUSES[name], change(count, None)) for name, count in found.causes.items() if count]
    if causes:
        tables.append(("Why bytes moved", ["Why bytes moved", "bytes"], causes))
    if found.types:
        header = ["By type and encoding", "keys before", "after", "bytes before", "after", "change"]
        tables.append(("By type and encoding", header, [_type(row) for row in found.types]))
    if found.patterns:
        title = _some("By pattern", len(found.patterns), found.pattern_count)
        header = [title, "keys", "bytes before", "after", "change", "why"]
        tables.append((title, header, [_pattern(row) for row in found.patterns]))
    if found.keys:
        title = _some("By key", len(found.keys), found.key_count)
        tables.append((title, [title, "before", "after", "change", "what"], [_key(row) for row in found.keys]))
    return tables


def _some(title: str, shown: int, count: int) -> str:
    return title if shown >= count else f"{title} ({shown} of {count:,})"


def _total(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    in_bytes = row["unit"] == "bytes"

    def shown(value: int | None) -> str:
        return "–" if value is None else size(value) if in_bytes else f"{value:,}"

    difference = row["difference"]
    moved = "–" if difference is None else change(difference, None) if in_bytes else _count(difference)
    return row["figure"], shown(row["old_value"]), shown(row["new_value"]), moved, _percent(row["difference_share"])


def _count(difference: int) -> str:
    return f"{difference:+,}".replace("-", "−") if difference else "±0"


def _percent(share: float | None) -> str:
    return "–" if share is None else "±0" if share == 0 else f"{100 * share:+.1f} %".replace("-", "−")


def _type(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    return (
        " ".join(part for part in (row["type"], row["encoding"]) if part),
        f"{row['old_keys']:,}",
        f"{row['new_keys']:,}",
        size(row["old_bytes"]),
        size(row["new_bytes"]),
        change(row["difference_bytes"], None),
    )


def _pattern(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    return (
        row["pattern"],
        _count(row["new_keys"] - row["old_keys"]),
        size(row["old_bytes"]),
        size(row["new_bytes"]),
        change(row["difference_bytes"], None),
        row["why"],
    )


def _key(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    what = [row["change"]]
    if row["cause"] == "type":
        what.append(f"{row['old_type']} → {row['new_type']}")
    if row["cause"] == "encoding":
        what.append(f"{row['old_encoding']} → {row['new_encoding']}")
    if row["ttl"]:
        what.append(f"TTL {row['ttl']}")
    return (
        row["name"] + (f" (db {row['db']})" if row["db"] else ""),
        "–" if row["old_bytes"] is None else size(row["old_bytes"]),
        "–" if row["new_bytes"] is None else size(row["new_bytes"]),
        change(row["difference_bytes"], None),
        ", ".join(what),
    )


def _table(title: str, header: list[str], cells: _Cells, width: int, colour: bool, fmt: str) -> list[str]:
    in_words = header[-1] in ("why", "what")
    right = [False, *[True] * (len(header) - 1 - in_words), *[False] * in_words]
    if fmt == "table" and header[-1] == "why":
        return _with_reasons(header[:-1], cells, right[:-1], width, colour)
    if fmt == "table":
        return layout(header, cells, right, width=width, colour=colour)
    rows = ["| " + " | ".join(markdown.cell(value) for value in row) + " |" for row in cells]
    head = ["", *header[1:]]
    marks = ["---:" if number else "---" for number in right]
    return [f"## {title}", "", f"| {' | '.join(head)} |", f"| {' | '.join(marks)} |", *rows]


def _with_reasons(header: list[str], cells: _Cells, right: list[bool], width: int, colour: bool) -> list[str]:
    """The reasons below their row: beside it they would be cut where they matter."""
    lines = layout(header, [row[:-1] for row in cells], right, width=width, colour=colour)
    out = lines[:2]
    for line, row in zip(lines[2:], cells, strict=True):
        why = textwrap.wrap(safe_text(row[-1] or ""), max(40, width), initial_indent="  ", subsequent_indent="    ")
        out += [line, *why]
    return out
