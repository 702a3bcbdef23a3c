"""How much memory there is."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
_UNKNOWN = 1 << 30


def machine_bytes() -> int | None:
    """Memory of the machine, or of the control group where that is smaller; None where the system tells neither."""
    limits = []
    with contextlib.suppress(ValueError, OSError, AttributeError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    for path in _CGROUP_LIMITS:
        with contextlib.suppress(ValueError, OSError):  # the word "max", or no such file
            limits.append(int(path.read_text()))
    return min(limits, default=None)


def default_replay_bytes() -> int:
    """Half of the memory, for the keys that a log touches; 1 GiB where the system does not tell it."""
    return (machine_bytes() or 2 * _UNKNOWN) // 2
