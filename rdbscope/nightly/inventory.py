"""The newest dump of each node, by what stands in it: a copy or a restored file has the time of the copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from rdbscope import console
from rdbscope.errors import RdbscopeError
from rdbscope.history.nodes import Node
from rdbscope.nightly.listing import identity, is_remote, listed
from rdbscope.sources.taken import look

# What a server is writing at this moment: temp-1234.rdb, temp-repl-…, temp-rewriteaof-….
_IN_THE_MAKING = re.compile(r"(?:^|/)(?:temp-[^/]*|\.[^/]*)$")
# Nodes that are looked at together: what takes time is waiting for disks and services.
_AT_ONCE = 8
_HOUR_MS = 3_600_000
# Further ahead of now a time is that of a wrong clock.
_AHEAD_MS = _HOUR_MS
# Between the clocks of servers and of services that keep dumps.
_APART_MS = 24 * _HOUR_MS


@dataclass(frozen=True)
class Candidate:
    """What was found for a node.

    Attributes:
        node: the node.
        source: its newest dump, None where there is none.
        at_ms: time of the file, Unix milliseconds, None where the service does not tell; of a log with a manifest that
            of its newest file.
        size: bytes, None likewise; of a log with a manifest those of all its files.
        taken_at_ms: when it was taken, as it says itself; None where it does not, or tells of the future.
        moment: the same, else the time of the file; None where neither is known, or both are of the future.
        ahead_ms: the time of the future that it is dated, or another one that does not count for that.
        problem: why there is none, one sentence.
        unseen: whether that is because nobody could look.
    """

    node: Node
    source: str | None
    at_ms: int | None = None
    size: int | None = None
    taken_at_ms: int | None = None
    moment: int | None = None
    ahead_ms: int | None = None
    problem: str = ""
    unseen: bool = False

    @property
    def mark(self) -> str:
        """Recognises the same dump in the next run."""
        return f"{self.source} {self.at_ms} {self.size}"


def inventory(nodes: Sequence[Node], now_ms: int) -> list[Candidate]:
    """The newest dump of each node, in the order of the nodes; of two with one file only the first has it.

    Warns of nodes whose dumps nobody could look for: that is no fault of the job that writes them.
    """
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda node: newest(node, now_ms), nodes))
    owners: dict[str, str] = {}
    for place, one in enumerate(found):
        if one.unseen:
            console.warning(f"node {one.node.name}: {one.problem}")
        if one.source is None:
            continue
        owner = owners.setdefault(identity(one.source), one.node.name)
        if owner != one.node.name:
            found[place] = Candidate(one.node, None, problem=f"its newest dump is that of node {owner}: {one.source}")
    return found


def newest(node: Node, now_ms: int) -> Candidate:
    """The newest dump of a node; what is being written is left out.

    By the time that stands in it, or by that of the file where none does; of two copies the later file, and then the
    later name. A time of the future is that of a wrong clock, and would hide all dumps until then: a dump that has no
    other is older than any that has.
    """
    try:
        found = [one for one in listed(node.dumps) if not _IN_THE_MAKING.search(one[0])]
    except RdbscopeError as problem:
        return Candidate(node, None, problem=problem.line(), unseen=True)
    best = Candidate(node, None, problem=f"no dump matches {node.dumps}")
    for source, at_ms, size in sorted(found, key=lambda one: (one[1] is None, one[1] or 0, one[0]), reverse=True):
        if best.moment is not None and at_ms is not None and is_remote(source) and at_ms + _APART_MS < best.moment:
            # Services tell when an object was written, and nothing is taken after that: each look is a request less.
            break
        one = _candidate(node, source, at_ms, size, now_ms)
        ahead_ms = max((ms for ms in (best.ahead_ms, one.ahead_ms) if ms is not None), default=None)
        if best.source is None or _order(one) > _order(best):
            best = one
        best = replace(best, ahead_ms=ahead_ms)
    return best


def _order(one: Candidate) -> tuple[int, bool, int, str]:
    return one.moment or 0, one.ahead_ms is None, one.at_ms or 0, one.source or ""


def _candidate(node: Node, source: str, at_ms: int | None, size: int | None, now_ms: int) -> Candidate:
    found = look(source)
    if found.modified_at_ms is not None:
        at_ms, size = found.modified_at_ms, found.size
    taken = None if found.taken_at_ms is None or found.taken_at_ms <= 0 else found.taken_at_ms
    known = [ms for ms in (taken, at_ms) if ms is not None]
    can_be = [ms for ms in known if not is_ahead(ms, now_ms)]
    return Candidate(
        node,
        source,
        at_ms,
        size,
        taken_at_ms=None if taken is None or is_ahead(taken, now_ms) else taken,
        moment=can_be[0] if can_be else None,
        ahead_ms=known[0] if known and not can_be else None,
    )


def is_ahead(at_ms: int, now_ms: int) -> bool:
    """Whether a time is so far ahead that a clock was wrong."""
    return at_ms > now_ms + _AHEAD_MS
