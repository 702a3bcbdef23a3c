"""Node files as servers write them, and lines that no server wrote."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rdbscope.cluster_nodes import SLOTS, parse, ranges
from rdbscope.errors import UsageError
from tests.conftest import Run
from tests.rdb_writer import dump, string

A, B, C = "a5040b705d4973c25fe8ab80d1666385cfe920df", "5e8968f2028a23949a1a3ba12332b3e421d89339", "d5fe" * 10
# Written by Redis 7.0.15 after the third master was killed: a slot on its way, hostnames, single slots.
_FAILED = f"{C} 127.0.0.1:7903@17903,h7903.example master,fail - 1795613325070 1795613322029 0 disconnected"
REDIS_7 = f"""{_FAILED} 12000 12002 16383
{B} 127.0.0.1:7902@17902,h7902.example master - 0 1795613340339 2 connected 5461-10900
{A} 127.0.0.1:7901@17901,h7901.example myself,master - 0 1795613337000 1 connected 0-5460 [93->-{B}]
vars currentEpoch 2 lastVoteEpoch 0
"""
# Addresses of 3.0 (no bus port), a node without address, aux fields of 7.2 and Valkey, IPv6, an arriving slot.
OTHERS = f"""{A} :7000 myself,slave {B} 0 0 1 connected

{B} ::1:6379@16379,,tls-port=6380,shard-id={C} master,nofailover - 0 1756463509500 1 connected 0-8191 [9000-<-{C}]
{C} :0@0 master,fail?,noaddr - 1771346518085 1771346518019 2 disconnected 8192-16383
"""


def test_who_holds_a_slot() -> None:
    nodes = parse(REDIS_7, "nodes.conf")
    owners = nodes.owners()
    assert [owners[slot] for slot in (0, 93, 5461, 10900, 12000, 16383)] == [A, A, B, B, C, C]
    assert ranges(slot for slot in range(SLOTS) if owners[slot] is None) == "10901-11999, 12001, 12003-16382"
    (warning,) = nodes.warnings()
    assert warning.startswith("nodes.conf:1: node d5fed5fe (127.0.0.1:7903@17903) is marked fail; ")
    assert warning.endswith("nobody serves its slots: 12000, 12002, 16383")


def test_other_servers() -> None:
    nodes = parse(OTHERS, "nodes.conf")
    assert None not in nodes.owners()
    assert nodes.owners()[9000] == C
    # A node may be suspected without having failed.
    assert nodes.warnings() == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hello", "begins with the 40 characters of a node"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1", "7 fields"),
        (f"{A} nowhere master - 0 0 1 connected", "'nowhere' is no address"),
        (f"{A} 1.2.3.4:1@2 king - 0 0 1 connected", "no flag of a node: 'king'"),
        (f"{A} 1.2.3.4:1@2 slave someone 0 0 1 connected", "'someone' is no node"),
        (f"{A} 1.2.3.4:1@2 master - 0 soon 1 connected", "ping, pong and epoch are numbers"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 lost", "'lost' is no state"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 connected 0-16384", "'0-16384': slots go from 0 to 16383"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 connected 9-5", "'9-5': slots go"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 connected [5=>{B}]", "is no slot"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 connected [5->-node]", "is no slot"),
        (f"{A} 1.2.3.4:1@2 master - 0 0 1 connected [99999->-{B}]", "slots go from 0 to 16383"),
        ("vars currentEpoch", "vars are pairs"),
        ("vars currentEpoch x", "vars are pairs"),
    ],
)
def test_a_broken_line_is_named(line: str, message: str) -> None:
    with pytest.raises(UsageError, match=r"nodes\.conf:3: ") as caught:
        parse(f"{A} 1.2.3.4:1@2 myself,master - 0 0 1 connected 5\n\n{line}\n", "nodes.conf")
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "vars currentEpoch 0 lastVoteEpoch 0\n"])
def test_a_file_without_nodes(text: str) -> None:
    with pytest.raises(UsageError, match="no node in it"):
        parse(text, "nodes.conf")


def test_the_check(run: Run, tmp_path: Path) -> None:
    # `foo` lies in slot 12182, `bar` in 5061.
    (tmp_path / "dump.rdb").write_bytes(dump(string(b"foo", b"v"), string(b"bar", b"v")))
    (tmp_path / "nodes.conf").write_text(REDIS_7)
    arguments = ("check", "dump.rdb", "missing-slots")
    without = run(*arguments)
    assert b"NOT RUN\n  missing-slots: no node file of the cluster: name one with --cluster-nodes" in without.stdout
    done = run(*arguments, "--cluster-nodes", "nodes.conf", "--format", "jsonl")
    assert b"nodes.conf:1: node d5fed5fe (127.0.0.1:7903@17903) is marked fail" in done.stderr
    found = {row["pattern"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert {name: row["keys"] for name, row in found.items()} == {
        "slots 10901-11999": 1099, "slot 12001": 1, "slots 12003-16382": 4380,
    }  # fmt: skip
    assert found["slot 12001"]["message"] == "slot 12001 belongs to no node of nodes.conf"
    kept = found["slots 12003-16382"]
    assert (kept["worst_measured"], kept["memory_bytes"]) == (1.0, 56)
    assert str(kept["message"]).endswith("of nodes.conf; the dump has keys in it: 1 in slot 12182")
    assert run(*arguments, "--cluster-nodes", "nodes.conf", "--fail-on", "high").returncode == 1


def test_the_configured_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dump.rdb").write_bytes(dump(string(b"foo", b"v")))
    (tmp_path / "rdbscope.toml").write_text('cluster_nodes = "ops/nodes.conf"\n')
    done = run("check", "dump.rdb")
    assert (done.returncode, b"ops/nodes.conf: cannot be read: No such file" in done.stderr) == (2, True)
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "nodes.conf").write_text(f"{A} :7000 myself,master - 0 0 1 connected 0-16382\n")
    assert run("load", "dump.rdb").returncode == 0
    stored = run("query", "SELECT pattern FROM findings WHERE check_id = 'missing-slots'", "--format", "csv")
    assert stored.stdout.splitlines()[1:] == [b"slot 16383"]
    (tmp_path / "rdbscope.toml").write_text("cluster_nodes = 7\n")
    assert b"'cluster_nodes' is a path" in run("check", "dump.rdb").stderr
