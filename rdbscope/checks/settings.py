"""What rdbscope.toml says about checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rdbscope.checks.suppress import Suppression
from rdbscope.errors import UsageError

ROLES = ("cache", "session", "rate", "lock")
DEFAULT_CONVENTIONS = Path("docs/db/redis-conventions.md")
_CHECKS = ("folders", "select", "ignore", "params")
_SUPPRESS = ("check", "key", "reason", "until")


@dataclass(frozen=True)
class CheckSettings:
    """The parts of the configuration that checks look at; all empty without a file.

    Attributes:
        namespaces: the known namespaces; empty: those of the conventions table count.
        conventions: the conventions table, or None.
        cluster_nodes: the node file of the cluster, or None.
        roles: synonyms of cache, session, rate and lock.
        folders: the user's own checks.
        select: checks that run; empty: all.
        ignore: checks that do not run.
        parameters: by `ID.name`.
        suppressions: as written, expired ones too.
        file: where all this stands, for messages.
    """

    namespaces: tuple[str, ...] = ()
    conventions: Path | None = None
    cluster_nodes: Path | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    suppressions: tuple[Suppression, ...] = ()
    file: Path | None = None


def settings(values: Mapping[str, object], file: Path | None) -> CheckSettings:
    """The settings in the parsed `values` of `file`; paths are relative to the file's folder.

    Raises:
        UsageError: a value of the wrong kind, or a key that nothing reads.
    """
    if file is None:
        return CheckSettings(conventions=DEFAULT_CONVENTIONS if DEFAULT_CONVENTIONS.is_file() else None)
    reader = _Reader(file)
    checks = reader.table(values, "checks", _CHECKS)
    named = values.get("conventions")
    conventions = reader.path(named, "conventions") if named is not None else file.parent / DEFAULT_CONVENTIONS
    nodes = values.get("cluster_nodes")
    return CheckSettings(
        namespaces=reader.texts(values, "namespaces"),
        conventions=conventions if named is not None or conventions.is_file() else None,
        cluster_nodes=None if nodes is None else reader.path(nodes, "cluster_nodes"),
        roles={role: reader.texts(reader.table(values, "roles", ROLES), role) for role in ROLES},
        folders=tuple(reader.path(folder, "folders") for folder in reader.texts(checks, "folders")),
        select=reader.texts(checks, "select"),
        ignore=reader.texts(checks, "ignore"),
        parameters=reader.parameters(checks),
        suppressions=reader.suppressions(values),
        file=file,
    )


class _Reader:
    """Values with their kinds checked; every message names the file."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def wrong(self, what: str) -> UsageError:
        return UsageError(f"{self.file}: {what}")

    def table(self, values: Mapping[str, object], name: str, known: tuple[str, ...]) -> Mapping[str, object]:
        found = values.get(name, {})
        if not isinstance(found, dict):
            raise self.wrong(f"'{name}' is a table: [{name}]")
        for key in found:
            if key not in known:
                raise self.wrong(f"[{name}] has no '{key}'; known: {', '.join(known)}")
        return found

    def texts(self, values: Mapping[str, object], name: str) -> tuple[str, ...]:
        found = values.get(name, [])
        if not isinstance(found, list) or not all(isinstance(item, str) for item in found):
            raise self.wrong(f"'{name}' is a list of texts")
        return tuple(found)

    def path(self, value: object, name: str) -> Path:
        if not isinstance(value, str):
            raise self.wrong(f"'{name}' is a path")
        return self.file.parent / value

    def parameters(self, checks: Mapping[str, object]) -> dict[str, object]:
        found = checks.get("params", {})
        if not isinstance(found, dict) or not all(isinstance(values, dict) for values in found.values()):
            raise self.wrong("parameters are written 'large-value.max_bytes = 500000' below [checks.params]")
        return {f"{check}.{name}": value for check, values in found.items() for name, value in values.items()}

    def suppressions(self, values: Mapping[str, object]) -> tuple[Suppression, ...]:
        found = values.get("suppress", [])
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            raise self.wrong("suppressions are written as [[suppress]]")
        return tuple(self._suppression(entry) for entry in found)

    def _suppression(self, entry: Mapping[str, object]) -> Suppression:
        for name in entry:
            if name not in _SUPPRESS:
                raise self.wrong(f"[[suppress]] has no '{name}'; known: {', '.join(_SUPPRESS)}")
        check, key, reason, until = (entry.get(column) for column in _SUPPRESS)
        if not isinstance(check, str) or not isinstance(reason, str) or not reason.strip():
            raise self.wrong("a [[suppress]] needs 'check' and 'reason'")
        if not isinstance(key, str):
            raise self.wrong(f"the [[suppress]] of {check} needs 'key', a glob such as \"report:*\"")
        # A datetime is a date to isinstance, but does not compare with one.
        if until is not None and type(until) is not date:
            raise self.wrong(f"the [[suppress]] of {check}: 'until' is a date such as 2027-01-31, without quotes")
        return Suppression(check, key, reason.strip(), until)
