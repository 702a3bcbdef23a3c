"""The files and objects that match `dumps` of a node, without a look into them; and why there are none."""

from __future__ import annotations

import glob
import os
import stat
from datetime import datetime, timezone
from pathlib import Path

from rdbscope.errors import InputError, SourceNotFoundError, one_line
from rdbscope.sources import expand
from rdbscope.sources.url import install_hint, is_url

#: Path or URL, its time in Unix milliseconds and its bytes, each None where a service does not tell.
Listed = tuple[str, int | None, int | None]


def listed(dumps: str) -> list[Listed]:
    """What matches; only regular files, because a named pipe would be waited for.

    Raises:
        InputError: nobody can look, or what is there is no file.
    """
    return _remote(dumps) if is_url(dumps) else _local(dumps)


def is_remote(source: str) -> bool:
    """Whether a service has it."""
    return is_url(source) and not source.lower().startswith(("file:", "local:"))


def identity(source: str) -> str:
    """The same for every spelling of a file, by links and by URL; of an object in a service its URL."""
    if is_remote(source):
        return source
    if is_url(source):
        from fsspec.core import url_to_fs

        source = url_to_fs(source)[1]
    return os.path.realpath(source)


def _local(dumps: str) -> list[Listed]:
    try:
        named = expand(dumps)
    except SourceNotFoundError:
        # A pattern leaves out what is no file, and what stands in folders that cannot be listed.
        _can_be_listed(dumps)
        named = glob.glob(dumps)  # noqa: PTH207  any path
    found: list[Listed] = []
    other = ""
    for source in named:
        try:
            facts = Path(source).stat()
        except FileNotFoundError:
            # Renamed or removed since it was listed, or a link.
            other = other or (f"{source}: is a link that leads nowhere" if Path(source).is_symlink() else "")
            continue
        except OSError as problem:
            other = other or f"{source}: {problem.strerror}"
            continue
        if stat.S_ISREG(facts.st_mode):
            found.append((source, facts.st_mtime_ns // 1_000_000, facts.st_size))
        else:
            other = other or f"{source}: is no regular file"
    if not found and other:
        raise InputError(other)
    return found


def _can_be_listed(pattern: str) -> None:
    """Raises InputError for a folder that may have what matches, but does not say so."""
    parts = Path(pattern).parts
    for place, part in enumerate(parts):
        if not glob.has_magic(part):
            continue
        above = str(Path(*parts[:place]))
        for folder in glob.glob(above) if glob.has_magic(above) else [above]:  # noqa: PTH207  any path
            try:
                os.scandir(folder).close()
            except (FileNotFoundError, NotADirectoryError):
                continue
            except OSError as problem:
                raise InputError(f"{folder}: cannot be listed: {problem.strerror}") from problem


def _remote(url: str) -> list[Listed]:
    """The objects of a URL with what the listing tells of them: one request, not one per object."""
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(url)
        if glob.has_magic(url):
            found = filesystem.glob(path, detail=True)
            objects = {filesystem.unstrip_protocol(name): facts for name, facts in found.items()}
        else:
            objects = {url: filesystem.info(path)}
    except FileNotFoundError:
        return []
    except ImportError as problem:
        raise InputError(f"{url}: {one_line(problem)}", hint=install_hint(url)) from problem
    except Exception as problem:
        raise InputError(f"{url}: cannot be looked up: {one_line(problem)}") from problem
    files = {name: facts for name, facts in objects.items() if facts.get("type") not in ("directory", "other")}
    if objects and not files:
        raise InputError(f"{next(iter(objects))}: is no regular file")
    return [(name, _time(facts), facts.get("size")) for name, facts in files.items()]


def _time(facts: dict[str, object]) -> int | None:
    """The time of an object: each service calls it something else, and some tell none."""
    for name in ("LastModified", "last_modified", "mtime", "updated", "created"):
        value = facts.get(name)
        if isinstance(value, (int, float)):
            return int(value * 1000)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value.replace("Z", "+00:00"))
            except ValueError:
                continue
        if isinstance(value, datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
            return int(moment.timestamp() * 1000)
    return None
