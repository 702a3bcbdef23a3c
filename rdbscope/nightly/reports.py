"""Report files by date: a folder per night, `latest` leading to the newest, and an index over all nights."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from rdbscope.checks.header import Check
from rdbscope.errors import OutputError
from rdbscope.nightly import pages
from rdbscope.nightly.facts import Night, NodeNight
from rdbscope.nightly.settings import Settings
from rdbscope.reports import report_formats
from rdbscope.reports.output import open_output, remove_unfinished
from rdbscope.reports.report_facts import Problem, ReportFacts
from rdbscope.reports.report_gather import Wanted, gather
from rdbscope.store import fetch

if TYPE_CHECKING:
    from rdbscope.store.connect import Connection

_SUFFIXES = {"html": "html", "markdown": "md", "text": "txt", "json": "json", "csv": "csv"}
# A name that no node's file can have: those begin with "node-".
_ALL = "all"
_LATEST = "latest"
# As `open_output` names a file of a night that it has not put in place yet: of a long name only the beginning.
_UNFINISHED = re.compile(rf"\.(?:.+\.(?:{'|'.join(_SUFFIXES.values())})|(?=(?:node|cluster)-).{{64}})\.[a-z0-9_]{{8}}")


def write(
    connection: Connection, night: Night, settings: Settings, folder: Path, run_id: int, known: Mapping[str, Check]
) -> None:
    """Writes the reports of a night: of each node that this run dealt with, of each cluster, and of all nodes.

    Raises:
        OutputError: the folder cannot be written.
    """
    place = folder / night.night
    try:
        place.mkdir(parents=True, exist_ok=True)
        _remove_unfinished(folder, place)
    except OSError as problem:
        raise OutputError(f"{place}: {problem.strerror or problem}") from problem
    for one in night.nodes:
        if one.row.run_id == run_id and one.now is not None and one.row.snapshot_id is not None:
            facts = gather(connection, [one.row.snapshot_id], _wanted(settings))
            _files(replace(facts, title=one.row.node), place / node_file(one.row.node), settings.formats)
    for name, members in _groups(night).items():
        group = _of_nodes(connection, members, settings, known)
        if group is not None:
            _files(group, place / name, settings.formats)
    with open_output(place / "index.html") as out:
        out.text(pages.night_page(night, _links(place)))
    try:
        nights = _nights(connection, folder, night)
    except OSError as problem:
        raise OutputError(f"{folder}: {problem.strerror or problem}") from problem
    with open_output(folder / "index.html") as out:
        out.text(pages.index_page(nights))
    # Not this one where the clock was set back.
    _point(folder / _LATEST, next(one.night for one in nights if one.there))


def attachment(connection: Connection, night: Night, settings: Settings, known: Mapping[str, Check]) -> str | None:
    """The HTML report of all nodes of the night; None where no node has a fresh dump."""
    facts = _of_nodes(connection, night.nodes, settings, known)
    return None if facts is None else report_formats.render(facts, "html")


def node_file(node: str) -> str:
    """The name of a node's files without suffix: its harmless characters, and a digest where that is not all."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", node)[:80]
    if plain == node:
        return f"node-{plain}"
    return f"node-{plain}-{hashlib.sha256(node.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _groups(night: Night) -> dict[str, list[NodeNight]]:
    """The nodes of each cluster, by the name of its files; and all of them, where that is something else."""
    groups: dict[str, list[NodeNight]] = {}
    for one in night.nodes:
        if one.row.cluster is not None:
            groups.setdefault("cluster-" + node_file(one.row.cluster).removeprefix("node-"), []).append(one)
    groups = {name: members for name, members in groups.items() if 1 < len(members) < len(night.nodes)}
    return groups | ({_ALL: list(night.nodes)} if len(night.nodes) > 1 else {})


def _wanted(settings: Settings) -> Wanted:
    limits = {node.name: node.maxmemory for node in settings.nodes if node.maxmemory}
    return Wanted(settings.teams, redact=settings.redact, limits=limits)


def _of_nodes(
    connection: Connection, members: Sequence[NodeNight], settings: Settings, known: Mapping[str, Check]
) -> ReportFacts | None:
    chosen = [one.row.snapshot_id for one in members if one.row.counted and one.row.snapshot_id is not None]
    if not chosen:
        return None
    facts = gather(connection, chosen, _wanted(settings))
    return with_absent(facts, members, known)


def with_absent(facts: ReportFacts, members: Sequence[NodeNight], known: Mapping[str, Check]) -> ReportFacts:
    """The report with a finding for each node that has no dump to report of."""
    absent = [
        Problem(
            check_id=found.check_id,
            title=known[found.check_id].title,
            severity=found.severity,
            node=one.row.node,
            db=None,
            pattern=None,
            keys=1,
            memory_bytes=None,
            saving_bytes=None,
            message=f"node {one.row.node}: {found.message}",
            examples=(),
            why=known[found.check_id].why,
            fix=known[found.check_id].fix,
            owner=None,
        )
        for one in members
        if one.row.status != "loaded"
        for found in one.findings
    ]
    if not absent:
        return facts
    order = ("high", "medium", "low", "info")
    severities = {name: facts.severities.get(name, 0) + sum(one.severity == name for one in absent) for name in order}
    bad = any(one.row.status == "bad" for one in members)
    nodes = sorted({one.node for one in absent if one.node is not None})
    shown = ", ".join(nodes[:5]) + (f" and {len(nodes) - 5} more" if len(nodes) > 5 else "")
    return replace(
        facts,
        whole=facts.whole and not bad,
        verdict=f"{len(nodes)} of {len(members)} nodes without a fresh, readable dump: {shown}. {facts.verdict}",
        problems=sorted([*absent, *facts.problems], key=lambda one: order.index(one.severity)),
        problem_count=facts.problem_count + len(absent),
        severities={name: count for name, count in severities.items() if count},
    )


def _files(facts: ReportFacts, stem: Path, formats: Sequence[str]) -> None:
    for name in formats:
        with open_output(stem.with_name(f"{stem.name}.{_SUFFIXES[name]}")) as out:
            out.text(report_formats.render(facts, name))


def _links(place: Path) -> dict[str, list[str]]:
    """The report files of a folder, by their name without suffix."""
    links: dict[str, list[str]] = {}
    for path in sorted(place.iterdir()):
        stem, _, suffix = path.name.rpartition(".")
        if suffix in _SUFFIXES.values() and not path.name.startswith((".", "index.")):
            links.setdefault(stem, []).append(path.name)
    return links


def _nights(connection: Connection, folder: Path, night: Night) -> list[pages.NightLine]:
    """The nights that the database or the folder knows, the newest first."""
    summaries = dict(
        fetch.rows(
            connection, "SELECT night, arg_max(summary, run_id) FROM nightly_runs WHERE summary <> '' GROUP BY 1"
        )
    )
    summaries[night.night] = night.summary()
    found = {path.name for path in folder.iterdir() if _is_night(path.name)}
    return [
        pages.NightLine(one, summaries.get(one) or "", _has_page(folder / one))
        for one in sorted(found | set(summaries), reverse=True)
    ]


def _remove_unfinished(folder: Path, place: Path) -> None:
    """Removes what a killed run left of files that it had not put in place; no other job writes here."""
    for path in place.iterdir():
        if _UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)
    remove_unfinished(folder / "index.html")
    with suppress(OSError):
        for path in folder.iterdir():
            if re.fullmatch(rf"\.{_LATEST}\.[0-9]+", path.name) and path.is_symlink():
                path.unlink(missing_ok=True)


def _is_night(name: str) -> bool:
    try:
        return date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def _has_page(folder: Path) -> bool:
    try:
        return (folder / "index.html").is_file()
    except PermissionError:
        # Somebody else's folder with the name of a night.
        return False


def _point(link: Path, name: str) -> None:
    """Lets `link` lead to the folder `name` beside it, in one rename."""
    fresh = link.with_name(f".{link.name}.{os.getpid()}")
    try:
        with suppress(FileNotFoundError):
            fresh.unlink()
        fresh.symlink_to(name, target_is_directory=True)
        fresh.replace(link)
    except OSError as problem:
        with suppress(OSError):
            fresh.unlink()
        raise OutputError(f"{link}: {problem.strerror or problem}") from problem
