"""The configuration: `rdbscope.toml`, found, validated against its schema, merged."""

from rdbscope.config.database import DATABASE_VARIABLE, DEFAULT_DATABASE, database
from rdbscope.config.in_force import settings_in_force
from rdbscope.config.layers import Configuration, Origin, configuration
from rdbscope.config.locate import FILE_NAME, FILE_VARIABLE, files, find_file, use

__all__ = [
    "DATABASE_VARIABLE",
    "DEFAULT_DATABASE",
    "FILE_NAME",
    "FILE_VARIABLE",
    "Configuration",
    "Origin",
    "configuration",
    "database",
    "files",
    "find_file",
    "settings_in_force",
    "use",
]
