"""Metrics for the textfile collector of Prometheus' node exporter.

Labels are bounded: node, type (of the servers; modules are one), severity and check. No key and no pattern is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rdbscope.errors import OutputError
from rdbscope.nightly.facts import Night, NodeNight
from rdbscope.options import TYPES
from rdbscope.reports.output import open_output, remove_unfinished

_Sample = tuple[Mapping[str, str], float | int | None]


def write(night: Night, path: Path) -> None:
    """Writes the file whole, by a rename: the collector never sees half of it. Of a link its target is written.

    A new file is readable by all, for the collector is another user; no name of a key is in it. Whoever wants it
    otherwise changes its mode, which stays.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise OutputError(f"{path}: {problem.strerror or problem}") from problem
    remove_unfinished(path)
    with open_output(path, mode=0o644) as out:
        out.text(text(night))


def text(night: Night) -> str:
    """The metrics of a night."""
    loaded = [(one, one.now) for one in night.nodes if one.now is not None]
    families: list[tuple[str, str, Iterable[_Sample]]] = [
        ("nightly_run_timestamp_seconds", "When the nightly job ran.", [({}, night.now_ms / 1000)]),
        ("node_fresh", "1 where the node has a fresh, readable dump.", _each(night, _loaded)),
        ("node_bad", "1 where the newest dump of the node cannot be read.", _each(night, _bad)),
        (
            "node_counted",
            "1 for the node of each shard that counts in sums: multiply with it.",
            _each(night, lambda one: int(one.row.counted)),
        ),
        (
            "snapshot_timestamp_seconds",
            "When the newest known dump was taken.",
            _each(night, lambda one: None if one.row.taken_at_ms is None else one.row.taken_at_ms / 1000),
        ),
        ("dump_bytes", "Bytes of the dump as stored.", [(_node(one), now.source_bytes) for one, now in loaded]),
        ("expiring_keys", "Keys with an expiry.", [(_node(one), now.expiring_keys) for one, now in loaded]),
        ("keys", "Keys by type.", [sample for one, _ in loaded for sample in _types(one, 0)]),
        ("memory_bytes", "Memory of the keys by type.", [sample for one, _ in loaded for sample in _types(one, 1)]),
        (
            "findings",
            "Findings of the checks.",
            [
                (_node(one) | {"check": found.check_id, "severity": found.severity}, found.count)
                for one in night.nodes
                for found in one.findings
            ],
        ),
    ]
    return "".join(_family(*family) for family in families)


def _each(night: Night, value: Callable[[NodeNight], float | int | None]) -> list[_Sample]:
    return [(_node(one), value(one)) for one in night.nodes]


def _loaded(one: NodeNight) -> int:
    return int(one.row.status == "loaded")


def _bad(one: NodeNight) -> int:
    return int(one.row.status == "bad")


def _node(one: NodeNight) -> dict[str, str]:
    return {"node": one.row.node}


def _types(one: NodeNight, place: int) -> list[_Sample]:
    sums: dict[str, int | None] = {}
    for name, values in (one.now.types if one.now else {}).items():
        label = name if name in TYPES else "module"
        value, sum_before = values[place], sums.get(label, 0)
        sums[label] = None if value is None or sum_before is None else sum_before + value
    return [(_node(one) | {"type": label}, value) for label, value in sorted(sums.items())]


def _family(name: str, meaning: str, samples: Iterable[_Sample]) -> str:
    lines = [f"# HELP rdbscope_{name} {meaning}\n", f"# TYPE rdbscope_{name} gauge\n"]
    for labels, value in samples:
        if value is None:
            continue
        shown = ",".join(f'{label}="{_escaped(content)}"' for label, content in labels.items())
        lines.append(f"rdbscope_{name}{f'{{{shown}}}' if shown else ''} {value}\n")
    return "".join(lines) if len(lines) > 2 else ""


def _escaped(content: str) -> str:
    return content.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
