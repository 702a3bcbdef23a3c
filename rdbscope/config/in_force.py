"""The settings that hold here, each as text with its source: what `rdbscope config show` lists."""

from __future__ import annotations

import json
import os
from datetime import date

from rdbscope.config.layers import configuration
from rdbscope.config.locate import FILE_VARIABLE

# Variables that stand in for an option or a setting, with what they set.
VARIABLES = {
    FILE_VARIABLE: "(the configuration file)",
    "RDBSCOPE_DB": "db",
    "RDBSCOPE_MEMORY_LIMIT": "memory_limit",
    "RDBSCOPE_QUIET": "(--quiet)",
    "RDBSCOPE_DEBUG": "(--debug)",
}


def settings_in_force() -> list[tuple[str, str, str]]:
    """Setting, value and source of everything that is said; what a stronger source replaced is left out.

    Raises:
        UsageError: a configuration file is not as it has to be.
    """
    said = configuration()
    rows = {".".join(path): (_text(_at(said.values, path)), str(origin)) for path, origin in said.origins.items()}
    for variable, setting in VARIABLES.items():
        if value := os.environ.get(variable):
            rows[setting] = (value, f"variable {variable}")
    return [(setting, value, source) for setting, (value, source) in sorted(rows.items())]


def _at(values: object, path: tuple[str, ...]) -> object:
    for name in path:
        assert isinstance(values, dict)
        values = values[name]
    return values


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=lambda one: one.isoformat() if isinstance(one, date) else None)
