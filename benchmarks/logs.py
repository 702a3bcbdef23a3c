"""Loads an append-only log with rdbscope and with a server, one after the other."""

from __future__ import annotations

import argparse
import random
import shutil
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Measure, measure

_KEYS = 50_000


def commands(count: int, seed: int) -> Iterator[list[bytes]]:
    """Commands as a shop has them: counters, sessions, carts, queues, rankings."""
    choose = random.Random(seed)
    yield [b"SELECT", b"0"]
    for number in range(count):
        key = b"%d" % choose.randrange(_KEYS)
        kind = choose.randrange(8)
        if kind == 0:
            yield [b"INCR", b"shop:views:" + key]
        elif kind == 1:
            value = choose.randbytes(40).hex().encode()
            yield [b"SET", b"shop:session:" + key, value, b"PXAT", b"4102444800000"]
        elif kind == 2:
            yield [b"HSET", b"shop:cart:" + key, b"item%d" % choose.randrange(20), b"%d" % number]
        elif kind == 3:
            yield [b"RPUSH", b"shop:queue:" + key[:2], b"job %d" % number]
        elif kind == 4:
            yield [b"LPOP", b"shop:queue:" + key[:2]]
        elif kind == 5:
            yield [b"ZADD", b"shop:rank:" + key[:3], b"%d" % choose.randrange(1000), b"user:" + key]
        elif kind == 6:
            yield [b"SADD", b"shop:tags:" + key[:3], b"product:" + key]
        else:
            yield [b"PEXPIREAT", b"shop:session:" + key, b"4102444900000"]


def write_log(path: Path, count: int, seed: int) -> None:
    """Writes the log of `count` commands."""
    with path.open("wb") as file:
        for words in commands(count, seed):
            file.write(b"*%d\r\n" % len(words))
            file.writelines(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def _shut_down(path: Path) -> None:
    """Asks the server at a socket to end, as soon as it has loaded."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        time.sleep(0.05)
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(path))
                connection.sendall(b"PING\r\n")
                if connection.recv(64).startswith(b"+PONG"):
                    connection.sendall(b"SHUTDOWN NOSAVE\r\n")
                    return
            except OSError:
                continue


def server(program: str, log: Path, folder: Path) -> Measure:
    """A server that loads the log and ends."""
    shutil.copy(log, folder / "appendonly.aof")
    path = folder / "socket"
    ending = threading.Thread(target=_shut_down, args=(path,), daemon=True)
    ending.start()
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    return measure([program, *options], folder)


def rdbscope(log: Path, folder: Path) -> Measure:
    """This program with a new database."""
    database = str(folder / "bench.duckdb")
    return measure([sys.executable, "-m", "rdbscope", "load", "--no-check", "--db", database, str(log)], folder)


def row(name: str, cost: Measure, log: Path, count: int) -> str:
    """A line of the table."""
    peak = "–" if cost.peak_rss_bytes is None else f"{cost.peak_rss_bytes / 1e6:,.0f} MB"
    rate = log.stat().st_size / 1e6 / cost.cpu_s
    state = "" if cost.exit_status == 0 else f" (exit {cost.exit_status})"
    return (
        f"| {name}{state} | {cost.cpu_s:.2f} | {cost.wall_s:.2f} | {rate:,.0f} | {count / cost.cpu_s:,.0f} | {peak} |"
    )


def main() -> None:
    """Writes the log, runs both, prints a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="a log of your own, in one file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = given.log or folder / "bench.aof"
        if given.log is None:
            write_log(log, given.commands, given.seed)
        print(f"log of {log.stat().st_size / 1e6:,.0f} MB\n")
        print("| program | CPU s | wall s | MB/s of CPU | commands/s of CPU | peak memory |")
        print("| --- | --- | --- | --- | --- | --- |")
        print(row("rdbscope load", rdbscope(log, folder), log, given.commands))
        program = shutil.which("redis-server")
        if program is None:
            print("| redis-server: not on PATH | | | | | |")
            return
        work = folder / "server"
        work.mkdir()
        print(row("redis-server", server(program, log, work), log, given.commands))


if __name__ == "__main__":
    main()
