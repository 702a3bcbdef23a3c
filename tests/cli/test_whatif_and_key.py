"""`whatif` and `key`: figures that add up, and names that do not exist."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from pathlib import Path

import duckdb
import pytest

from rdbscope import _native
from rdbscope.bill import name_from_text
from rdbscope.errors import UsageError
from tests.conftest import ROOT, Run

SHOP = ROOT / "fixtures" / "demo" / "shop.rdb.gz"
FIXTURES = sorted((ROOT / "fixtures" / "rdb").glob("*.rdb.gz"))


def unpacked(dump: Path) -> BytesIO:
    return BytesIO(gzip.decompress(dump.read_bytes()))


def test_the_same_server_costs_the_same(run: Run) -> None:
    done = run("whatif", SHOP, "--as", "redis-7.2.6", "--format", "json")
    assert done.returncode == 0, done.stderr
    total = next(row for row in json.loads(done.stdout) if row["grouped_by"] == "total")
    assert (total["keys"], total["difference_bytes"], total["flipped_keys"]) == (3684, 0, 0)


def test_a_threshold_flips_encodings(run: Run) -> None:
    done = run("whatif", SHOP, "--set", "hash-max-listpack-entries=1", "--format", "json")
    rows = json.loads(done.stdout)
    flips = {row["name"]: row["keys"] for row in rows if row["grouped_by"] == "encoding"}
    total = next(row for row in rows if row["grouped_by"] == "total")
    assert flips["hash listpack -> hashtable"] == total["flipped_keys"] > 2000
    assert total["target_memory_bytes"] > total["memory_bytes"]


def test_whatif_agrees_with_a_load_for_that_server() -> None:
    target = {"server": "valkey", "version": "9.1.2"}
    # DuckDB finds both streams by their names.
    compared = _native.Reader(unpacked(SHOP)).compare([target])
    rows = _native.Reader(unpacked(SHOP), server=target["server"], server_version=target["version"])
    assert compared is not None and rows is not None
    then = duckdb.sql("SELECT sum(target_memory_bytes) FROM compared").fetchall()
    assert then == duckdb.sql("SELECT sum(memory_bytes) FROM rows").fetchall()


def test_what_a_server_does_not_have_has_no_price_there(run: Run) -> None:
    done = run("whatif", SHOP, "--as", "redis-4.0.14", "--as", "redis-5.0.14", "--format", "json", "--patterns", "1000")
    said = b"rdbscope: warning: redis-4.0.14 cannot load 1 key (1 stream): its figures leave them out\n"
    assert (done.returncode, done.stderr) == (0, said)
    rows = {(row["target"], row["grouped_by"], row["name"]): row for row in json.loads(done.stdout)}
    stream = rows["redis-4.0.14", "type", "stream"]
    assert (stream["keys"], stream["unloadable_keys"], stream["unknown_keys"], stream["flipped_keys"]) == (1, 1, 0, 0)
    figures = ("memory_bytes", "target_memory_bytes", "difference_bytes", "difference_share")
    assert {stream[name] for name in figures} == {None}
    assert ("redis-4.0.14", "pattern", "shop:events:order") not in rows
    later = rows["redis-5.0.14", "type", "stream"]
    assert later["unloadable_keys"] == 0 and later["target_memory_bytes"] > 0
    # Both sides of the comparison leave it out.
    whole, total = (rows[target, "total", "all keys"] for target in ("redis-5.0.14", "redis-4.0.14"))
    assert total["unloadable_keys"] == 1 and total["keys"] == whole["keys"]
    assert total["memory_bytes"] == whole["memory_bytes"] - later["memory_bytes"]


def test_hashes_whose_fields_expire(run: Run, shared: Path) -> None:
    dump = shared / "cases/C11-valkey-hash-with-field-ttl/dump.rdb"
    done = run("whatif", dump, "--as", "valkey-8.1", "--as", "valkey-9.1", "--as", "redis-7.2", "--as", "redis-7.4")
    keys = b"cannot load 1 key (1 hash with expiring fields): its figures leave them out\n"
    servers = (b"valkey-8.1.1", b"redis-7.2.6")
    assert done.stderr == b"".join(b"rdbscope: warning: %s %s" % (server, keys) for server in servers)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "nothing to compare with"),
        (("--as", "memcached-1"), "no such server"),
        (("--set", "hash-max-listpak-entries=1"), "hash-max-listpack-entries"),
    ],
)
def test_whatif_refuses(run: Run, arguments: tuple[str, ...], message: str) -> None:
    done = run("whatif", SHOP, *arguments)
    assert done.returncode == 2
    assert message in done.stderr.decode()


@pytest.mark.parametrize("dump", FIXTURES, ids=[dump.name for dump in FIXTURES])
def test_the_terms_of_a_bill_add_up(dump: Path) -> None:
    assert FIXTURES
    rows = _native.Reader(unpacked(dump))
    assert rows is not None
    known = duckdb.sql(
        "SELECT coalesce(raw, encode(name)), db, memory_bytes FROM rows "
        "QUALIFY row_number() OVER (PARTITION BY form_id ORDER BY record_offset) = 1"
    ).fetchall()
    assert known
    for name, db, _ in known:
        [bill] = _native.Reader(unpacked(dump)).key_bills(name, db=db)
        if bill["memory_bytes"] is not None:
            assert sum(counted for _, counted, _ in bill["terms"]) == bill["memory_bytes"], name


def test_key_shows_facts_and_bill(run: Run) -> None:
    done = run("key", "shop:events:order", SHOP)
    text = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "├ type" in text and "stream" in text
    assert "memory in redis 7.2.6" in text
    machine = json.loads(run("key", "shop:events:order", SHOP, "--format", "json").stdout)
    [fact] = machine
    assert sum(term["counted_bytes"] for term in fact["bill"]["terms"]) == fact["memory_bytes"]
    missing = run("key", "nobody", SHOP)
    assert (missing.returncode, b"no key" in missing.stderr) == (2, True)


def test_key_refuses_what_comes_only_once(run: Run) -> None:
    done = run("key", "shop:homepage", "-", stdin=SHOP.read_bytes())
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr == b"rdbscope: error: key reads a dump twice, and standard input only comes once; name a file\n"


def test_names_as_they_are_shown() -> None:
    assert name_from_text(r"a\x00\\b") == b"a\x00\\b"
    with pytest.raises(UsageError, match="lone backslash"):
        name_from_text(r"a\b")
