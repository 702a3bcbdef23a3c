"""Keyspaces of real frameworks: what an expert would say is said, and what would be silly is not."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from rdbscope.checks.run import Context
from tests.checks.test_policy import flagged
from tests.conftest import SHARED

FOLDERS = sorted((SHARED / "corpus" / "apps").glob("*/")) if SHARED is not None else []


def text(key_hex: str) -> str:
    return bytes.fromhex(key_hex).decode("utf-8", "backslashreplace")


@pytest.mark.skipif(not FOLDERS, reason="no corpus beside the checkout")
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_says_what_an_expert_would(folder: Path) -> None:
    import gzip

    said = json.loads((folder / "expected.json").read_text("utf-8"))
    dump = next(path for path in (folder / "dump.rdb", folder / "dump.rdb.gz") if path.is_file())
    found = {check: {text(key) for key in keys} for check, keys in flagged(dump, Context()).items()}
    with gzip.open(folder / "truth.jsonl.gz", "rt", encoding="utf-8") as lines:
        truth = {text(line["key_hex"]): line["expire_at_ms"] for line in map(json.loads, lines)}
    problems = []
    for must in said.get("must", ()):
        wanted = re.compile(must["keys_regex"], re.S)
        if must["check"] == "slot-skew":
            # Its rows are slots, named by their tag.
            if not any(wanted.search(name) for name in found["slot-skew"]):
                problems.append(("missing", must["check"], must["keys_regex"]))
            continue
        only = must.get("only") == "keys without expiry"
        keys = {key for key, expiry in truth.items() if wanted.search(key) and not (only and expiry is not None)}
        if keys - found[must["check"]]:
            problems.append(("missing", must["check"], must["keys_regex"]))
    for must_not in said.get("must_not", ()):
        unwanted = re.compile(must_not["keys_regex"], re.S)
        if any(unwanted.search(key) for key in found.get(must_not["check"], ())):
            problems.append(("silly", must_not["check"], must_not["keys_regex"]))
    assert problems == []
