"""What rdbscope.toml says about checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rdbscope.checks.suppress import Suppression
from rdbscope.config import Configuration

ROLES = ("cache", "session", "rate", "lock")
DEFAULT_CONVENTIONS = Path("docs/db/redis-conventions.md")


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


def settings(said: Configuration) -> CheckSettings:
    """The settings of a validated configuration."""
    values = said.values
    checks = values.get("checks", {})
    roles = values.get("roles", {})
    return CheckSettings(
        namespaces=tuple(values.get("namespaces", ())),
        conventions=_conventions(said),
        cluster_nodes=Path(values["cluster_nodes"]) if "cluster_nodes" in values else None,
        roles={role: tuple(roles.get(role, ())) for role in ROLES},
        folders=tuple(Path(folder) for folder in checks.get("folders", ())),
        select=tuple(checks.get("select", ())),
        ignore=tuple(checks.get("ignore", ())),
        parameters={
            f"{check}.{name}": value
            for check, given in checks.get("params", {}).items()
            for name, value in given.items()
        },
        suppressions=tuple(
            Suppression(one["check"], one["key"], one["reason"].strip(), one.get("until"))
            for one in values.get("suppress", ())
        ),
        file=said.file,
    )


def _conventions(said: Configuration) -> Path | None:
    named = said.values.get("conventions")
    if named is not None:
        return Path(named)
    usual = DEFAULT_CONVENTIONS if said.file is None else said.file.parent / DEFAULT_CONVENTIONS
    return usual if usual.is_file() else None
