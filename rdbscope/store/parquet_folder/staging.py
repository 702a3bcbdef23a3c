"""The hidden folder of a load that is under way, and what is left of loads that were killed.

Loads on several machines write into one folder without a lock: each has names of its own. A lock is held only as a
sign of life, so that a later load on the same machine sees at once that this one was killed. What a load of another
machine left is recognised by its age.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import socket
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from rdbscope.errors import StoreError
from rdbscope.store.parquet_folder import layout

_OWNER = "owner"
STAGING = re.compile(r"\.load-(?P<machine>[0-9a-f]{8})-(?P<load>[0-9a-f]{12})(?P<starting>\.new)?")
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# No load writes nothing for a day.
_DEAD_AFTER_SECONDS = 86_400


@contextlib.contextmanager
def staging(folder: Path, load: str) -> Iterator[Path]:
    """A hidden folder within `folder`, which is made where it does not exist; both are gone if nothing came of it.

    Raises:
        StoreError: the folder cannot be written.
    """
    final = folder / f".load-{_machine()}-{load}"
    starting = final.with_name(final.name + ".new")
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        starting.mkdir()
        owner = os.open(starting / _OWNER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as problem:
        with contextlib.suppress(OSError):
            starting.rmdir()
        raise StoreError(f"{folder}: {problem.strerror}", hint="name another folder with --to-parquet") from problem
    try:
        # Without the lock on file systems that have none: then only age tells that a load is dead.
        with contextlib.suppress(OSError):
            fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The name says that the lock is held: nobody takes a load that has just begun for dead.
        starting.rename(final)
        _remove_dead(folder, final, os.fstat(owner).st_mtime)
        yield final
    finally:
        for path in (starting, final):
            shutil.rmtree(path, ignore_errors=True)
        os.close(owner)
        if made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def _machine() -> str:
    """The same for all processes that see each other's locks, containers of one machine among them."""
    try:
        text = _BOOT_ID.read_text("ascii")
    except OSError:
        text = socket.gethostname()
    return sha256(text.encode()).hexdigest()[:8]


def _remove_dead(folder: Path, own: Path, now: float) -> None:
    """Removes what killed loads left; `now` is the clock of the file system."""
    # A folder that may be written but not listed is no reason to refuse a load.
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            found = STAGING.fullmatch(path.name)
            if found is None or path == own or path.is_symlink() or not path.is_dir():
                continue
            with contextlib.suppress(OSError):
                if _is_dead(path, found, now):
                    _remove_load(folder, found["load"])
                    shutil.rmtree(path, ignore_errors=True)


def _is_dead(path: Path, found: re.Match[str], now: float) -> bool:
    newest = max(entry.stat().st_mtime for entry in (path, *path.iterdir()))
    if now - newest > _DEAD_AFTER_SECONDS:
        return True
    if found["machine"] != _machine() or found["starting"]:
        return False
    handle = os.open(path / _OWNER, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True


def _remove_load(folder: Path, load: str) -> None:
    """Removes the files that a dead load had put in place, unless it had finished."""
    finished = [name for name in map(layout.FileName.parse, layout.names_in(folder, layout.SNAPSHOTS)) if name]
    if any(name.load == load for name in finished):
        return
    for table in (layout.KEYS, *layout.OTHERS):
        for name in map(layout.FileName.parse, layout.names_in(folder, table)):
            if name is not None and name.load == load:
                (folder / table / str(name)).unlink(missing_ok=True)
