"""The pages over all nights and over one night: as closed as the report, no script at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.reports import closed_page
from rdbscope.reports.human import change, growth, moment, size

if TYPE_CHECKING:
    from rdbscope.nightly.facts import Night, NodeNight

_FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class NightLine:
    """A night in the index: its date, its summary, and whether its folder is there."""

    night: str
    summary: str
    there: bool


def index_page(nights: Sequence[NightLine]) -> str:
    """The page over all nights."""
    return _page("nights.html.j2", nights=nights)


def night_page(night: Night, links: Mapping[str, Sequence[str]]) -> str:
    """The page of one night; `links` has report files by their name without suffix."""
    from rdbscope.nightly.reports import node_file

    nodes = [
        (one.row, _keys(one), _memory(one), _taken(one), _worst(one), links.get(node_file(one.row.node), ()))
        for one in night.nodes
    ]
    groups = {name: files for name, files in links.items() if not name.startswith("node-")}
    return _page("night.html.j2", night=night, summary=night.summary(), nodes=nodes, groups=groups)


def _keys(one: NodeNight) -> str:
    return "" if one.now is None else f"{one.now.keys:,}"


def _memory(one: NodeNight) -> str:
    if one.now is None or one.now.memory_bytes is None:
        return ""
    if one.before is None or one.before.memory_bytes is None:
        return size(one.now.memory_bytes)
    before, now = one.before.memory_bytes, one.now.memory_bytes
    return f"{size(now)} ({change(now - before, growth(before, now))})"


def _taken(one: NodeNight) -> str:
    return moment(one.row.taken_at_ms)


def _worst(one: NodeNight) -> str:
    return ", ".join(
        f"{found.check_id} {found.count}" for found in one.findings if found.severity in ("high", "medium")
    )


def _page(name: str, **values: object) -> str:
    return closed_page.render(_FOLDER / name, values, style="nights.css")
