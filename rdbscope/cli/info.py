"""`rdbscope info`: what a bug report needs to say."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path

import click

from rdbscope import config
from rdbscope.cli import options

_PACKAGES = ("duckdb", "pyarrow", "click", "rich", "lz4", "zstandard", "fsspec", "s3fs", "isal")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@options.database_option
def info(as_json: bool, db: str | None) -> None:
    """Prints versions and places, for bug reports."""
    from rdbscope import _native
    from rdbscope.store.memory_limit import default_bytes

    facts: dict[str, object] = {
        "rdbscope": _native.__version__,
        "native_build": _native.build_profile,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "packages": {name: version for name in _PACKAGES if (version := _version(name)) is not None},
        "executable": sys.executable,
        "config_files": ", ".join(map(str, config.files())) or None,
        "database": _text(config.database(db)),
        "database_exists": config.database(db).exists(),
        "default_memory_limit_bytes": default_bytes(),
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for name, value in facts.items():
        text = ", ".join(f"{key} {version}" for key, version in value.items()) if isinstance(value, dict) else value
        click.echo(f"{name.replace('_', ' ')}: {'none' if text is None else text}")


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
