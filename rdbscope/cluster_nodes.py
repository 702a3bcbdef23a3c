"""The node file of a cluster (`nodes.conf`, also what CLUSTER NODES answers): which node holds which slot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rdbscope.errors import UsageError

SLOTS = 16384
_ID = re.compile(r"[0-9a-z]{40}")
_SLOTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
# A slot on its way, `[93->-id]` or `[93-<-id]`: until it has arrived the line of its owner lists it like the others.
_MOVING = re.compile(r"\[(\d{1,5})-[<>]-[0-9a-z]{40}\]")
_FLAGS = frozenset(
    ("myself", "master", "slave", "replica", "fail?", "fail", "handshake", "noaddr", "nofailover", "noflags")
)
# Identity, address, flags, master, ping, pong, epoch, link; slots follow.
_FIELDS = 8
_RANGES_SHOWN = 8


@dataclass(frozen=True)
class Node:
    """One line of the file.

    Attributes:
        node_id: 40 characters.
        address: as written up to the first comma: `ip:port@bus-port`.
        flags: such as `myself`, `master`, `fail`.
        slots: the slots it holds.
        line: where it stands.
    """

    node_id: str
    address: str
    flags: frozenset[str]
    slots: frozenset[int]
    line: int


@dataclass(frozen=True)
class NodeFile:
    """A node file as one node of the cluster wrote it."""

    path: str
    nodes: tuple[Node, ...]

    def owners(self) -> list[str | None]:
        """The node of each slot, None where nobody holds it; of two that claim one the first counts, as for servers."""
        found: list[str | None] = [None] * SLOTS
        for node in self.nodes:
            for slot in node.slots:
                found[slot] = found[slot] or node.node_id
        return found

    def warnings(self) -> list[str]:
        """A sentence for each node that holds slots and is marked as failed: they are held, but nobody serves them."""
        return [
            f"{self.path}:{node.line}: node {node.node_id[:8]} ({node.address}) is marked fail; nobody serves its "
            f"slots: {ranges(node.slots)}"
            for node in self.nodes
            if "fail" in node.flags and node.slots
        ]


def read(path: Path) -> NodeFile:
    """The nodes of a file.

    Raises:
        UsageError: it cannot be read, names no node, or a line is broken; the message names file and line.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: cannot be read: {getattr(problem, 'strerror', None) or problem}") from problem
    return parse(text, str(path))


def parse(text: str, path: str) -> NodeFile:
    """The nodes of a text; `path` stands in messages.

    Raises:
        UsageError: no node, or a broken line.
    """
    nodes = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.split()
        try:
            if words[:1] == ["vars"]:
                _variables(words[1:])
            elif words:
                nodes.append(_node(words, number))
        except ValueError as problem:
            raise UsageError(
                f"{path}:{number}: {problem}", hint="give nodes.conf of a node, or what CLUSTER NODES answers"
            ) from problem
    if not nodes:
        raise UsageError(f"{path}: no node in it", hint="give nodes.conf of a node, or what CLUSTER NODES answers")
    return NodeFile(path, tuple(nodes))


def _variables(words: list[str]) -> None:
    if len(words) % 2 or not all(value.isdigit() for value in words[1::2]):
        raise ValueError("vars are pairs of a name and a number")


def _node(words: list[str], line: int) -> Node:
    if not _ID.fullmatch(words[0]):
        raise ValueError("a line begins with the 40 characters of a node")
    if len(words) < _FIELDS:
        raise ValueError(f"{len(words)} fields; a node has {_FIELDS} and then its slots")
    address, flags, master, *times, link = words[1:_FIELDS]
    if ":" not in address:
        raise ValueError(f"'{address}' is no address: ip:port@bus-port")
    for flag in flags.split(","):
        if flag not in _FLAGS:
            raise ValueError(f"no flag of a node: '{flag}'")
    if master != "-" and not _ID.fullmatch(master):
        raise ValueError(f"'{master}' is no node; a master has - there")
    if not all(time.isdigit() for time in times):
        raise ValueError("ping, pong and epoch are numbers")
    if link not in ("connected", "disconnected"):
        raise ValueError(f"'{link}' is no state of a link: connected or disconnected")
    slots = frozenset(slot for word in words[_FIELDS:] for slot in _slots(word))
    return Node(words[0], address.partition(",")[0], frozenset(flags.split(",")), slots, line)


def _slots(word: str) -> Iterable[int]:
    moving = _MOVING.fullmatch(word)
    found = moving or _SLOTS.fullmatch(word)
    if found is None:
        raise ValueError(f"'{word}' is no slot: 5, 0-5460, [93->-node] or [93-<-node]")
    first = int(found[1])
    last = first if moving or found[2] is None else int(found[2])
    if not first <= last < SLOTS:
        raise ValueError(f"'{word}': slots go from 0 to {SLOTS - 1}")
    return () if moving else range(first, last + 1)


def ranges(slots: Iterable[int]) -> str:
    """Slots as people write them: `0-5460, 12000`."""
    found: list[list[int]] = []
    for slot in sorted(slots):
        if found and found[-1][1] == slot - 1:
            found[-1][1] = slot
        else:
            found.append([slot, slot])
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in found[:_RANGES_SHOWN]]
    more = len(found) - _RANGES_SHOWN
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
