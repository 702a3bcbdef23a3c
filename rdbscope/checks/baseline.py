"""The baseline: identities of findings that were there before, so that only new ones fail a build."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from rdbscope.checks.finding import Finding, Identity
from rdbscope.errors import UsageError

_VERSION = 1


def read(path: Path) -> frozenset[Identity]:
    """The identities of a baseline file.

    Raises:
        UsageError: it cannot be read or is no baseline.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as problem:
        raise UsageError(f"{path}: no such baseline", hint="write one with --write-baseline") from problem
    except (OSError, ValueError) as problem:
        raise UsageError(f"{path}: cannot be read as a baseline: {problem}") from problem
    if not isinstance(document, dict) or document.get("version") != _VERSION:
        raise UsageError(f"{path}: no baseline of version {_VERSION}", hint="write one with --write-baseline")
    try:
        entries = [(entry["check_id"], entry["db"], entry["pattern"]) for entry in document["findings"]]
    except (KeyError, TypeError) as problem:
        raise UsageError(f"{path}: an entry without check_id, db or pattern") from problem
    for check_id, db, pattern in entries:
        wrong = not isinstance(check_id, str) or type(db) not in (int, type(None))
        if wrong or type(pattern) not in (str, type(None)):
            raise UsageError(f"{path}: an entry whose check_id, db or pattern is of the wrong kind")
    return frozenset(entries)


def text(findings: Iterable[Finding]) -> str:
    """The baseline file of these findings: sorted, one per line, so that a change is a readable diff."""
    identities = sorted((finding.identity for finding in findings), key=lambda one: (one[0], str(one[1]), one[2] or ""))
    lines = [
        json.dumps({"check_id": check_id, "db": db, "pattern": pattern}, ensure_ascii=False)
        for check_id, db, pattern in dict.fromkeys(identities)
    ]
    body = ",\n    ".join(lines)
    return f'{{\n  "version": {_VERSION},\n  "findings": [' + (f"\n    {body}\n  " if body else "") + "]\n}\n"
