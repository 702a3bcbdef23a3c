"""The newest dump of each node."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from rdbscope.errors import InputError, RdbscopeError, SourceNotFoundError, one_line
from rdbscope.history.nodes import Node
from rdbscope.sources import expand
from rdbscope.sources.url import is_url

# What a server is writing at this moment: temp-1234.rdb, temp-repl-…, temp-rewriteaof-….
_IN_THE_MAKING = re.compile(r"(?:^|/)(?:temp-[^/]*|\.[^/]*)$")


@dataclass(frozen=True)
class Candidate:
    """What was found for a node.

    Attributes:
        node: the node.
        source: its newest dump, None where there is none.
        at_ms: time of the file, Unix milliseconds, None where the service does not tell.
        size: bytes, None likewise.
        problem: why there is none, one sentence.
    """

    node: Node
    source: str | None
    at_ms: int | None = None
    size: int | None = None
    problem: str = ""

    @property
    def mark(self) -> str:
        """Recognises the same dump in the next run."""
        return f"{self.source} {self.at_ms} {self.size}"


def newest(node: Node) -> Candidate:
    """The newest dump of a node, by the time of its file, then by its name; what is being written is left out."""
    try:
        found = [one for one in _sources(node.dumps) if not _IN_THE_MAKING.search(one[0])]
    except SourceNotFoundError:
        found = []
    except RdbscopeError as problem:
        return Candidate(node, None, problem=problem.message)
    if not found:
        return Candidate(node, None, problem=f"no dump matches {node.dumps}")
    source, at_ms, size = max(found, key=lambda one: (one[1] or 0, one[0]))
    return Candidate(node, source, at_ms, size)


def _sources(dumps: str) -> Iterator[tuple[str, int | None, int | None]]:
    if is_url(dumps):
        yield from _remote(dumps)
        return
    for source in expand(dumps):
        try:
            facts = Path(source).stat()
        except OSError:
            # Renamed or removed since it was listed.
            continue
        yield source, facts.st_mtime_ns // 1_000_000, facts.st_size


def _remote(url: str) -> list[tuple[str, int | None, int | None]]:
    """The objects of a URL with what the listing tells of them: one request, not one per object."""
    import fsspec

    try:
        filesystem, path = fsspec.core.url_to_fs(url)
        if not glob.has_magic(url):
            facts = filesystem.info(path)
            return [(url, _time(facts), facts.get("size"))]
        found = filesystem.glob(path, detail=True)
        return [(filesystem.unstrip_protocol(name), _time(one), one.get("size")) for name, one in found.items()]
    except FileNotFoundError:
        return []
    except Exception as problem:
        raise InputError(f"{url}: cannot be looked up: {one_line(problem)}") from problem


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
