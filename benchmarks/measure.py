"""Runs one command and measures it."""

from __future__ import annotations

import os
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measure:
    """What one run of a command cost.

    `cpu_s` is user and system time of the process and of every descendant it waited for. `peak_rss_bytes` is that of
    the largest single process, None where it is below what the child inherits from this process (see
    `inherited_rss_bytes`).
    """

    cpu_s: float
    wall_s: float
    peak_rss_bytes: int | None
    exit_status: int


def inherited_rss_bytes() -> int:
    """Peak memory of this process in bytes: the kernel counts it as the peak of every child, so nothing below shows."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(command: Sequence[str], folder: Path) -> Measure:
    """Runs `command` in `folder`, its output in the files `stdout` and `stderr` there.

    Raises:
        OSError: the program cannot be started.
    """
    least = inherited_rss_bytes()
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        start = time.monotonic()
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    # The process is reaped: without this, Popen would wait for it once more.
    process.returncode = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss * 1024
    return Measure(
        cpu_s=usage.ru_utime + usage.ru_stime,
        wall_s=wall,
        peak_rss_bytes=peak if peak > least else None,
        exit_status=process.returncode,
    )


def least(measures: Sequence[Measure]) -> Measure:
    """The best of several runs, figure by figure; a run that failed outweighs every other."""
    failed = next((m for m in measures if m.exit_status != 0), None)
    if failed is not None:
        return failed
    peaks = [m.peak_rss_bytes for m in measures if m.peak_rss_bytes is not None]
    return Measure(
        cpu_s=min(m.cpu_s for m in measures),
        wall_s=min(m.wall_s for m in measures),
        peak_rss_bytes=max(peaks, default=None),
        exit_status=0,
    )
