"""Every format on one hard result: the same values everywhere, NULL is not the empty string, nothing hostile passes."""

from __future__ import annotations

import csv
import errno
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdbscope import reports
from rdbscope.console import safe_text
from rdbscope.errors import OutputError, UsageError
from rdbscope.reports import markdown
from rdbscope.reports.output import Output, open_output
from rdbscope.reports.table import layout
from rdbscope.store import connect
from rdbscope.store.result import ResultSet, of_rows, prepare

_HARD = r"""
SELECT * FROM (VALUES
    (1, 'plain', 1.50::DECIMAL(5,2), true, TIMESTAMP '2024-02-29 12:00:00', [1, NULL, 3], '\x00\xFF'::BLOB),
    (NULL, '', 'inf'::DOUBLE, false, NULL, [], ''::BLOB),
    (-5, NULL, -0.25, NULL, TIMESTAMP '1970-01-01', NULL, NULL),
    (9223372036854775807, '=1+1', 1e300, true, NULL, NULL, NULL),
    (0, 'a,"b"' || chr(10) || chr(27) || '[31m' || chr(155) || '|`é', 0, true, NULL, NULL, NULL)
) AS t ("n", "text, with comma", d, flag, moment, list, "raw")
"""


@pytest.fixture
def result() -> Iterator[ResultSet]:
    with connect.scratch() as connection:
        yield prepare(connection, _HARD)


def _written(result: ResultSet, name: str, *, bulk: bool = False) -> bytes:
    stream = io.BytesIO()
    reports.write(result, Output(stream, bulk=bulk), name)
    return stream.getvalue()


@pytest.mark.parametrize("name", ["table", "json", "jsonl", "csv", "markdown"])
def test_golden(result: ResultSet, name: str) -> None:
    golden = Path(__file__).parent / "golden" / f"hard.{name}"
    assert _written(result, name) == golden.read_bytes()


@pytest.mark.parametrize("name", ["json", "jsonl", "csv"])
def test_bulk_writes_the_same_bytes(result: ResultSet, name: str) -> None:
    assert _written(result, name, bulk=True) == _written(result, name)


def test_no_control_character_in_any_text(result: ResultSet) -> None:
    for name in ("table", "json", "jsonl", "csv", "markdown"):
        text = _written(result, name).decode()
        assert all(character == "\n" or character.isprintable() for character in text), name


def test_json_and_jsonl_hold_the_same(result: ResultSet) -> None:
    rows = [json.loads(line) for line in _written(result, "jsonl").splitlines()]
    assert json.loads(_written(result, "json")) == rows
    assert rows[3]["n"] == 2**63 - 1
    assert rows[0]["list"] == [1, None, 3]
    assert (rows[1]["text, with comma"], rows[2]["text, with comma"]) == ("", None)


def test_parquet_keeps_types(result: ResultSet) -> None:
    table = pq.read_table(io.BytesIO(_written(result, "parquet")))
    assert table.column("n").to_pylist() == [1, None, -5, 2**63 - 1, 0]
    assert table.column("raw").to_pylist()[0] == b"\x00\xff"


def test_parquet_is_not_for_terminals(result: ResultSet) -> None:
    with pytest.raises(UsageError):
        reports.write(result, Output(io.BytesIO(), is_terminal=True), "parquet")


def test_names_that_come_twice() -> None:
    with connect.scratch() as connection:
        twice = prepare(connection, "SELECT 1 AS a, 2 AS a, 3 AS a_2")
        assert _written(twice, "csv") == b"a,a,a_2\n1,2,3\n"
        assert json.loads(_written(twice, "jsonl")) == {"a": 1, "a_2": 2, "a_2_2": 3}


def test_no_rows() -> None:
    with connect.scratch() as connection:
        none = prepare(connection, "SELECT 1 AS a WHERE false")
        assert _written(none, "json") == b"[]\n"
        assert _written(none, "csv") == b"a\n"
        assert pq.read_table(io.BytesIO(_written(none, "parquet"))).num_rows == 0


def test_order_is_kept() -> None:
    with connect.scratch() as connection:
        ordered = prepare(connection, "SELECT i FROM range(300000) t(i) ORDER BY i DESC")
        for bulk in (False, True):
            numbers = [int(line) for line in _written(ordered, "csv", bulk=bulk).split()[1:]]
            assert numbers == list(range(299_999, -1, -1))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12)), min_size=1, max_size=5
    )
)
def test_any_text_comes_back_from_csv_and_json(values: list[str | None]) -> None:
    # chr(0) ends a literal of SQL; key names never hold it, they are escaped before.
    rows = [[index, None if value is None else value.replace("\0", "0")] for index, value in enumerate(values)]
    with connect.scratch() as connection:
        made = of_rows(connection, ["i", "v"], rows)
        lines = [json.loads(line) for line in _written(made, "jsonl").splitlines()]
        assert [line["v"] for line in lines] == [row[1] for row in rows]
        back = list(csv.reader(io.StringIO(_written(made, "csv").decode(), newline="")))[1:]
    assert len(back) == len(rows)
    for (_, got), (_, value) in zip(back, rows, strict=True):
        expected = safe_csv(str(value)) if value is not None else ""
        assert got == expected


def safe_csv(value: str) -> str:
    escaped = "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in value)
    return f"'{escaped}" if value[:1] in ("=", "+", "-", "@", "'", "\t", "\r") and value else escaped


def test_markdown_changes_nothing_of_a_name() -> None:
    """Blanks at the ends and in a row, emphasis and links that begin by themselves are shown as code."""
    for plain in ("user:1", "a b", "snake_case_name", "1.5 %", ""):
        assert markdown.cell(plain) == plain
    for name in ("_a_", "x _y_ z", "a  b", "www.example.com", "http://example.com", "x https://e", "a__b"):
        assert markdown.cell(name) == f"`{name}`"
    assert [markdown.cell(name) for name in (" a", "a ", " ")] == ["`  a `", "` a  `", "` `"]


def test_a_table_fits_the_terminal() -> None:
    rows: list[tuple[str | None, ...]] = [("x" * 300, "1", "日本語" * 20), (None, "22", "")]
    for width in (80, 200):
        for line in layout(["name", "n", "text"], rows, [False, True, False], width=width, colour=False):
            assert len(line) + sum(ord(c) > 0x3000 for c in line) <= width


def test_safe_text() -> None:
    assert safe_text("a\x1b[31m\n\u202eé日") == "a\\x1b[31m\\x0a\\u202eé日"


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    with pytest.raises(RuntimeError), open_output(target) as output:
        output.text("half")
        raise RuntimeError
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("there", [True, False], ids=["a file", "dangling"])
def test_of_a_link_the_target_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "metrics.prom", tmp_path / "link.prom"
    link.symlink_to("elsewhere/metrics.prom")
    if there:
        target.write_text("old")
        target.chmod(0o640)
    with open_output(link, mode=0o604) as output:
        output.text("new")
    assert link.is_symlink() and target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == (0o640 if there else 0o604)
    assert [path.name for path in target.parent.iterdir()] == ["metrics.prom"]


def test_what_fails_leaves_nothing_behind_a_link(tmp_path: Path) -> None:
    (tmp_path / "link.prom").symlink_to("metrics.prom")
    with pytest.raises(OutputError), open_output(tmp_path / "link.prom", mode=0o644):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["link.prom"]


def test_a_name_that_is_too_long(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="File name too long"), open_output(tmp_path / ("x" * 300)):
        pass


def test_a_type_that_parquet_does_not_know() -> None:
    with connect.scratch() as connection:
        result = prepare(connection, "SELECT union_value(a := 1) AS a")
        with pytest.raises(UsageError, match=r"^Parquet cannot hold this result: .*; cast the column$"):
            reports.write(result, Output(io.BytesIO()), "parquet")
