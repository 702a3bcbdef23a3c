"""A crontab."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rdbscope.nightly import units

if TYPE_CHECKING:
    from rdbscope.nightly.settings import Settings


def text(settings: Settings, where: units.Surroundings) -> str:
    """Lines for `crontab -e`; what the job has to say comes as cron's mail."""
    needed = units.secrets(settings)
    # Cron has no file of variables, a crontab is no place for a secret, and a shell would evaluate what is in it.
    read = f" --env-file {units.ENV_FILE}" if needed else ""
    named = [f"RDBSCOPE_CONFIG={where.config}", f"RDBSCOPE_DB={where.database}"]
    command = f"exec env {shlex.join(named)} {shlex.join(where.program)} nightly{read}"
    lines = ["# rdbscope: the nightly job, at four"]
    if needed:
        lines.append(f"# {units.ENV_FILE} sets {', '.join(needed)}, one NAME=value a line")
    # A percent sign is a line break to cron.
    lines.append(f"0 4 * * * {command}".replace("%", "\\%"))
    return "\n".join(lines) + "\n"
