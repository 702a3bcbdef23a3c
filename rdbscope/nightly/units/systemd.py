"""A service and a timer of systemd."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rdbscope.nightly import units

if TYPE_CHECKING:
    from rdbscope.nightly.settings import Settings

_SERVICE = """\
[Unit]
Description=Nightly look at the Redis and Valkey snapshots of {config}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={program} nightly
Environment={environment}
{secrets}{database}Nice=10
IOSchedulingClass=idle
TimeoutStartSec=infinity
UMask=0027
NoNewPrivileges=yes
PrivateTmp=yes
ProtectSystem=strict
ReadWritePaths={written}
"""
_TIMER = """\
[Unit]
Description=Every night at four: rdbscope nightly

[Timer]
OnCalendar=*-*-* 04:00:00
RandomizedDelaySec=10min
Persistent=true
Unit=rdbscope-nightly.service

[Install]
WantedBy=timers.target
"""


def service(settings: Settings, where: units.Surroundings) -> str:
    """The text of `rdbscope-nightly.service`."""
    needed = units.secrets(settings)
    return _SERVICE.format(
        program=" ".join(_quoted(word).replace("$", "$$") for word in where.program),
        config=str(where.config).replace("%", "%%"),
        environment=_quoted(f"RDBSCOPE_CONFIG={where.config}"),
        database=f"Environment={_quoted(f'RDBSCOPE_DB={where.database}')}\n",
        secrets=f"# {', '.join(needed)}\nEnvironmentFile={units.ENV_FILE}\n" if needed else "",
        written=" ".join(_quoted(f"-{folder}") for folder in units.written_folders(settings, where)),
    )


def timer() -> str:
    """The text of `rdbscope-nightly.timer`."""
    return _TIMER


def _quoted(text: str) -> str:
    """A word of a unit file: `%` begins a specifier, the rest is quoted as in C."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return f'"{escaped}"' if escaped != text or any(one in text for one in " ';#") else text
