"""Instruction counts of the parser: the same on a busy machine as on an idle one."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .dumps import Dump

#: Keys of the dumps that are counted: enough for the loop to outweigh the start.
KEYS = {"small": 100_000, "values": 2000}


@dataclass(frozen=True)
class Instructions:
    """Instructions that walking a dump takes, every value unpacked where `deep`."""

    dump: Dump
    deep: bool
    count: int


def count(walk: Path, dump: Dump, deep: bool) -> Instructions | None:
    """Counts with callgrind; None where valgrind is not installed.

    Raises:
        RuntimeError: the walk failed, or valgrind told no count.
    """
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        return None
    command = [valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null", str(walk), str(dump.path)]
    if deep:
        command.append("--deep")
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or found is None:
        raise RuntimeError(f"callgrind on {dump.path}: {done.stderr.strip()}")
    return Instructions(dump, deep, int(found[1]))
