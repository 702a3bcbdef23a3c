"""A baseline: findings that are known, so that only new ones fail."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rdbscope.checks.finding import Finding
from rdbscope.errors import OutputError, UsageError


def fresh(path: Path, findings: Sequence[Finding]) -> list[Finding]:
    """Findings that the baseline does not have; the file is written where there is none, and then nothing is new.

    Raises:
        UsageError: the file is no baseline.
        OutputError: it cannot be written.
    """
    try:
        there = path.exists()
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror}") from problem
    if not there:
        rows = [{"check_id": one.check_id, "db": one.db, "pattern": one.pattern} for one in findings]
        try:
            path.write_text(json.dumps({"version": 1, "findings": rows}, indent=1) + "\n", "utf-8")
        except OSError as problem:
            raise OutputError(f"{path}: {problem.strerror or problem}") from problem
        return []
    try:
        known = {
            (row["check_id"], row["db"], row["pattern"]) for row in json.loads(path.read_text("utf-8"))["findings"]
        }
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise UsageError(f"{path}: no baseline of rdbscope: {problem}") from problem
    return [one for one in findings if one.identity not in known]
