"""Parts of the job that need no dump: the inventory, who counts, hostile names."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from rdbscope.errors import OutputError
from rdbscope.history.nodes import Node
from rdbscope.nightly.facts import Figures, Found, Night, NodeNight
from rdbscope.nightly.inventory import newest
from rdbscope.nightly.mail import message, send
from rdbscope.nightly.pages import NightLine, index_page, night_page
from rdbscope.nightly.plan import counted
from rdbscope.nightly.prometheus import text
from rdbscope.nightly.record import Row
from rdbscope.nightly.reports import node_file
from rdbscope.nightly.settings import Mail, Webhook
from rdbscope.nightly.time_limit import within
from rdbscope.nightly.webhook import post
from tests.nightly.servers import dripping_server, mail_server

ROW = Row("2026-11-25", 1, "a", None, None, "master", "loaded", "a.rdb", "a.rdb 1 1", 1, 0, 60, 93600, True, "")
HOSTILE = "<img src=x onerror=alert(1)>\n\"\\'\x1b[31m"


def test_the_newest_dump_is_taken_and_none_in_the_making(tmp_path: Path) -> None:
    for name, at in (
        ("dump-1.rdb", 10),
        ("dump-2.rdb", 30),
        ("dump-3.rdb", 20),
        ("temp-77.rdb", 90),
        (".dump.rdb", 95),
    ):
        (tmp_path / name).write_bytes(b"REDIS0011")
        os.utime(tmp_path / name, (at, at))
    found = newest(Node("a", str(tmp_path / "*.rdb")), 100_000)
    assert (found.source, found.at_ms, found.size) == (str(tmp_path / "dump-2.rdb"), 30_000, 9)
    nothing = newest(Node("a", str(tmp_path / "*.aof")), 100_000)
    assert (nothing.source, nothing.problem) == (None, f"no dump matches {tmp_path}/*.aof")
    assert newest(Node("a", f"file://{tmp_path}/dump-*.rdb"), 100_000).source == f"file://{tmp_path}/dump-2.rdb"
    assert newest(Node("a", "nonsense://x/*.rdb"), 100_000).source is None


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("m", "1", "master", "loaded"), ("r", "1", "replica", "loaded")], {"m"}),
        ([("m", "1", "master", "missing"), ("r", "1", "replica", "loaded")], {"r"}),
        ([("m", "1", "master", "bad"), ("r", "1", "replica", "loaded"), ("s", "1", "replica", "loaded")], {"r"}),
        ([("m", None, "master", "loaded"), ("r", None, "replica", "loaded")], {"m", "r"}),
        ([("m", "1", "master", "loaded"), ("n", "2", "master", "loaded")], {"m", "n"}),
    ],
)
def test_one_node_of_a_shard_counts(rows: list[tuple[str, str | None, str, str]], expected: set[str]) -> None:
    given = [
        replace(ROW, node=node, shard=shard, role=role, status=status, snapshot_id=number, counted=False)
        for number, (node, shard, role, status) in enumerate(rows)
    ]
    assert {row.node for row in counted(given) if row.counted} == expected


def test_hostile_names_stay_text() -> None:
    node = NodeNight(
        replace(ROW, node=HOSTILE, message=HOSTILE),
        Figures(1, 0, 5, 9, None, {"string": (1, 5), "x" * 9: (2, None), "y" * 9: (3, 7)}),
        None,
        [Found("large-value", "high", 2, HOSTILE)],
    )
    night = Night("2026-11-25", 0, [node])
    for page in (
        night_page(night, {node_file(HOSTILE): ["a.html"]}),
        index_page([NightLine("2026-11-25", HOSTILE, True)]),
    ):
        assert "<img" not in page
        assert "\x1b" not in page
        assert "default-src &#39;none&#39;" in page
    samples = {one.name: one.samples for one in text_string_to_metric_families(text(night))}
    assert samples["rdbscope_node_fresh"][0].labels == {"node": HOSTILE}
    assert {one.labels["type"]: one.value for one in samples["rdbscope_keys"]} == {"string": 1, "module": 5}
    assert "/" not in node_file(HOSTILE)
    assert node_file("a/b") != node_file("a-b")


NOTHING = Night("2026-11-25", 0, [])


def test_a_webhook_that_drips_does_not_hold_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    # Every byte comes in time, the answer never.
    with dripping_server(b"HTTP/1.1 200 OK\r\nX-Slow: ") as port:
        monkeypatch.setenv("HOOK", f"http://127.0.0.1:{port}/s3cret")
        with pytest.raises(OutputError, match=r"^webhook: no answer within 1 s; it may have arrived all the same$"):
            post(Webhook("HOOK", "always"), NOTHING, [], 0, seconds=1)


@pytest.mark.parametrize(("count", "said"), [(0, "0 nodes"), (1, "1 node"), (2, "2 nodes")])
def test_a_subject_counts_in_words(count: int, said: str) -> None:
    mail = Mail("127.0.0.1", 25, "none", "a@example.org", ("b@example.org",), None, None, "always")
    night = Night("2026-11-25", 0, [NodeNight(ROW, None, None, [])] * count)
    assert message(mail, night, [], None)["Subject"] == f"rdbscope 2026-11-25: all well, {said}"


@pytest.mark.parametrize(
    ("sender", "to", "host"),
    [("(", "b@example.org", "127.0.0.1"), ("a@example.org", "<", "127.0.0.1"), ("a@b", "a@b", "x" * 99 + ".org")],
)
def test_what_a_mail_library_raises_ends_no_job(sender: str, to: str, host: str) -> None:
    with mail_server() as box, pytest.raises(OutputError, match=r"^mail: "):
        send(Mail(host, box.port, "none", sender, (to,), None, None, "always"), NOTHING, [], None)


def test_what_a_library_raises_is_not_quoted() -> None:
    def deliver() -> None:
        raise IndexError("s3cret")

    with pytest.raises(OutputError, match=r"^mail: cannot be delivered: IndexError$") as raised:
        within(1, "mail", deliver)
    assert raised.value.__suppress_context__ and raised.value.__cause__ is None


def test_a_mail_server_that_drips_does_not_hold_the_job() -> None:
    with dripping_server(b"220 ") as port:
        mail = Mail("127.0.0.1", port, "none", "a@example.org", ("b@example.org",), None, None, "always")
        with pytest.raises(OutputError, match=r"^mail: no answer within 1 s; it may have arrived all the same$"):
            send(mail, NOTHING, [], None, seconds=1)
