"""Dumps from the test suites of other projects: keys, types and expiries as a real server loaded them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rdbscope.api import load_one
from rdbscope.errors import InputError
from rdbscope.options import ReadOptions
from rdbscope.store import connect, fetch
from rdbscope.store.load import Labels
from tests.conftest import SHARED

_FOLDER = SHARED / "peer-files"
_INDEX = json.loads((_FOLDER / "index.json").read_text()) if (_FOLDER / "index.json").exists() else []
_LOADED = [entry for entry in _INDEX if entry["loads"]]
_REFUSED = [entry for entry in _INDEX if not entry["loads"]]


@pytest.mark.parametrize("entry", _LOADED, ids=[entry["file"] for entry in _LOADED])
def test_what_a_server_loads(entry: dict[str, str]) -> None:
    dump = _FOLDER / entry["file"]
    truth = Path(f"{dump}.truth.json")
    if not truth.exists():
        truth = dump.with_name(f"{dump.stem}.truth.json")
    said = {(key["db"], key["key_hex"]): (key["type"], key["expire_at_ms"]) for key in json.loads(truth.read_text())}
    with connect.temporary() as connection:
        load_one(connection, str(dump), ReadOptions(), database=None, labels=Labels())
        ours = {
            (row[0], row[1]): (row[2], row[3])
            for row in fetch.rows(
                connection, "SELECT db, lower(hex(key_bytes(name, raw))), type, expires_at_ms FROM keys"
            )
        }
    assert ours == said


@pytest.mark.parametrize("entry", _REFUSED, ids=[entry["file"] for entry in _REFUSED])
def test_what_a_server_refuses_ends_in_rows_or_in_one_error(entry: dict[str, str]) -> None:
    with connect.temporary() as connection:
        try:
            result = load_one(
                connection, str(_FOLDER / entry["file"]), ReadOptions(salvage=True), database=None, labels=Labels()
            )
        except InputError as problem:
            assert "\n" not in problem.line()
            assert fetch.scalar(connection, "SELECT count(*) FROM key_rows") == 0
        else:
            assert fetch.scalar(connection, "SELECT count(*) FROM key_rows") == result.keys
