"""Findings as build systems read them: SARIF 2.1.0 and JUnit XML.

What SARIF demands is written down here: which members an object must have, which it may have, and of what kind they
are (sections 3.13 to 3.58 of the standard), for the objects that a report is made of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.conftest import Run
from tests.rdb_writer import dump, string

Check = Callable[[object], None]


def text(value: object) -> None:
    assert isinstance(value, str) and value


def whole(value: object) -> None:
    assert isinstance(value, int) and not isinstance(value, bool) and value >= 0


def true(value: object) -> None:
    assert value is True


def anything(value: object) -> None:
    assert isinstance(value, dict)


def one_of(*words: str) -> Check:
    def check(value: object) -> None:
        assert value in words

    return check


def uri(value: object) -> None:
    assert isinstance(value, str) and re.fullmatch(r"(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-F]{2})+", value)


def many(check: Check, least: int = 0) -> Check:
    def check_all(value: object) -> None:
        assert isinstance(value, list) and len(value) >= least
        for one in value:
            check(one)

    return check_all


def thing(must: dict[str, Check], may: dict[str, Check] | None = None) -> Check:
    known = must | (may or {})

    def check(value: object) -> None:
        assert isinstance(value, dict)
        assert set(must) <= set(value) <= set(known), set(value) ^ set(must)
        for name, member in value.items():
            known[name](member)

    return check


LEVEL = one_of("none", "note", "warning", "error")
MESSAGE = thing({"text": text})
LOCATION = thing(
    {
        "physicalLocation": thing({"artifactLocation": thing({"uri": uri})}),
        "logicalLocations": many(thing({"name": text, "fullyQualifiedName": text}), 1),
    }
)
RESULT = thing(
    {
        "ruleId": text,
        "ruleIndex": whole,
        "level": LEVEL,
        "message": MESSAGE,
        "locations": many(LOCATION, 1),
        "partialFingerprints": thing({"rdbscope/v1": text}),
        "properties": anything,
    },
    {"baselineState": one_of("new", "unchanged", "updated", "absent")},
)
RULE = thing(
    {
        "id": text,
        "shortDescription": MESSAGE,
        "fullDescription": MESSAGE,
        "help": MESSAGE,
        "defaultConfiguration": thing({"level": LEVEL}),
        "properties": anything,
    }
)
NOTIFICATION = thing({"level": LEVEL, "message": MESSAGE, "associatedRule": thing({"id": text, "index": whole})})
RUN = thing(
    {
        "tool": thing({"driver": thing({"name": text, "version": text, "rules": many(RULE)})}),
        "invocations": many(thing({"executionSuccessful": true, "toolExecutionNotifications": many(NOTIFICATION)}), 1),
        "results": many(RESULT),
    }
)
SARIF = thing({"$schema": uri, "version": one_of("2.1.0"), "runs": many(RUN, 1)})
CHECKS = ("cache-without-ttl", "lock-without-ttl", "hot-key")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dump of a cache, a lock, and names that are hostile to reports."""
    names = [b"app:cache:product:%d" % number for number in range(20)] + [b"app:lock:7"]
    names += [b"app:cache:\x1b]0;x\x07<b>|`&\xff", b"app:cache:[click](http://example.com)", b"app:cache:]]>{0}\x00"]
    (tmp_path / "dump.rdb").write_bytes(dump(*(string(name, b"text") for name in names), checksum=True))
    return tmp_path


def test_sarif(run: Run, folder: Path) -> None:
    done = run("check", "dump.rdb", *CHECKS, "--format", "sarif")
    document = json.loads(done.stdout)
    SARIF(document)
    (only,) = document["runs"]
    rules = [rule["id"] for rule in only["tool"]["driver"]["rules"]]
    assert rules == sorted(CHECKS)
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in only["results"])
    prints = [result["partialFingerprints"]["rdbscope/v1"] for result in only["results"]]
    assert len(set(prints)) == len(prints) == 5
    assert "hot-key could not run" in only["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert b"\x1b" not in done.stdout
    # Viewers make links of [text](address) in a message.
    assert all(not re.search(r"(?<!\\)\]\(", result["message"]["text"]) for result in only["results"])


def test_sarif_of_everything(run: Run, folder: Path) -> None:
    (folder / "n\u00e4chtlich 1.rdb").write_bytes((folder / "dump.rdb").read_bytes())
    for source in ("n\u00e4chtlich 1.rdb", str(folder / "dump.rdb")):
        done = run("check", source, "--format", "sarif")
        SARIF(json.loads(done.stdout))
    assert run("check", "dump.rdb", *CHECKS, "--baseline", "known.json", "--format", "sarif").returncode == 0
    states = json.loads(run("check", "dump.rdb", "--baseline", "known.json", "--format", "sarif").stdout)
    SARIF(states)
    assert {result["baselineState"] for result in states["runs"][0]["results"]} == {"new", "unchanged"}


@pytest.mark.parametrize("change", [("level", "bad"), ("ruleIndex", -1), ("extra", "x"), ("locations", [])])
def test_what_is_no_sarif(run: Run, folder: Path, change: tuple[str, object]) -> None:
    document = json.loads(run("check", "dump.rdb", "lock-without-ttl", "--format", "sarif").stdout)
    document["runs"][0]["results"][0][change[0]] = change[1]
    with pytest.raises(AssertionError):
        SARIF(document)


def test_junit(run: Run, folder: Path) -> None:
    arguments = ("check", "dump.rdb", *CHECKS, "--format", "junit")
    root = ElementTree.fromstring(run(*arguments, "--fail-on", "high").stdout)
    (suite,) = root
    assert (root.tag, suite.tag, suite.get("name")) == ("testsuites", "testsuite", "dump.rdb")
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    assert all(case.tag == "testcase" and case.get("classname") == "rdbscope.checks" for case in suite)
    cases = {case.get("name"): [child.tag for child in case] for case in suite}
    assert cases == {"cache-without-ttl": [], "hot-key": ["skipped"], "lock-without-ttl": ["failure"]}
    # Without --fail-on whatever is found is shown as a failure.
    (suite,) = ElementTree.fromstring(run(*arguments).stdout)
    assert suite.get("failures") == "2"
    (failure,) = suite.findall("./testcase[@name='cache-without-ttl']/failure")
    assert failure.get("type") == "medium" and str(failure.get("message")).startswith(
        "Cache entries without expiry: 23"
    )
    assert "app:cache:]]>{0}\\x00" in str(failure.text) and "\\x1b]0;x\\x07<b>" in str(failure.text)
