"""Units that run the nightly job: each text is a file as its scheduler reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from rdbscope.nightly.settings import Settings

#: The variables of the job on a machine, one NAME=value a line: systemd reads it, and `--env-file` in the same way.
ENV_FILE = "/etc/rdbscope/nightly.env"


@dataclass(frozen=True)
class Surroundings:
    """Where the job runs.

    Attributes:
        program: the words that start rdbscope, its path absolute.
        config: the configuration file, absolute and without `..`.
        database: likewise.
    """

    program: tuple[str, ...]
    config: Path
    database: Path


def unit(kind: str, settings: Settings, where: Surroundings) -> str:
    """The text of one unit for this configuration."""
    if kind == "cron":
        from rdbscope.nightly.units import cron

        return cron.text(settings, where)
    if kind == "kubernetes":
        from rdbscope.nightly.units import kubernetes

        return kubernetes.text(settings, where)
    from rdbscope.nightly.units import systemd

    return systemd.timer() if kind == "systemd-timer" else systemd.service(settings, where)


def secrets(settings: Settings) -> list[str]:
    """The environment variables that the job reads."""
    names = [
        settings.webhook.url_env if settings.webhook else None,
        settings.mail.password_env if settings.mail else None,
    ]
    return [name for name in names if name is not None]


def written_folders(settings: Settings, where: Surroundings) -> list[Path]:
    """The folders that the job writes to, absolute and without `..`, none below another of them."""
    found = [where.database.parent]
    found += [settings.reports] if settings.reports else []
    found += [path.parent for path in (settings.prometheus, settings.log) if path is not None]
    folders = sorted({straight(path) for path in found})
    return [one for one in folders if not any(other in one.parents for other in folders)]


def straight(path: Path) -> Path:
    """The path, absolute and without `..`, which no scheduler takes; links stay where they change nothing by that."""
    given = Path.cwd() / path
    found = Path(os.path.normpath(given))
    return found if found.resolve() == given.resolve() else given.resolve()
