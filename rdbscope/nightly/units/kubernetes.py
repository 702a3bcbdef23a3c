"""A CronJob of Kubernetes, with its configuration as a ConfigMap."""

from __future__ import annotations

import glob
import itertools
import json
import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from rdbscope.errors import UsageError, one_line
from rdbscope.nightly import units
from rdbscope.sources.url import is_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rdbscope.nightly.settings import Settings

_HEAD = """\
# The nightly job of rdbscope. Set the image; the claims rdbscope-data (written) and rdbscope-dumps (read) must exist.
"""
_NAME = "rdbscope-nightly"
# What glob.escape makes of a character that would mean something.
_ESCAPED = re.compile(r"\[([*?[])\]")


def text(settings: Settings, where: units.Surroundings) -> str:
    """Two documents of YAML for `kubectl apply -f -`.

    Raises:
        UsageError: the configuration file cannot be read.
    """
    try:
        content = where.config.read_bytes().decode("utf-8")
    except (OSError, ValueError) as problem:
        raise UsageError(f"{where.config}: cannot be read: {one_line(problem)}") from problem
    documents = [_config_map(content), _cron_job(settings, where)]
    return _HEAD + "---\n".join("\n".join(_yaml(document, 0)) + "\n" for document in documents)


def _config_map(content: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": _NAME},
        "data": {"rdbscope.toml": content},
    }


def _cron_job(settings: Settings, where: units.Surroundings) -> dict[str, Any]:
    from rdbscope._native import __version__

    container: dict[str, Any] = {
        "name": "rdbscope",
        "image": f"rdbscope:{__version__}",
        "command": ["rdbscope", "nightly"],
        "env": [
            {"name": "RDBSCOPE_CONFIG", "value": str(where.config)},
            {"name": "RDBSCOPE_DB", "value": str(where.database)},
        ],
        "resources": {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"memory": "2Gi"}},
        "securityContext": {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True},
    }
    if units.secrets(settings):
        container["envFrom"] = [{"secretRef": {"name": _NAME}}]
    mounts, volumes = _mounts(settings, where)
    container["volumeMounts"] = mounts
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": volumes,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": _NAME},
        "spec": {
            "schedule": "0 4 * * *",
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 3600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            # Bad dumps and findings end with 1 or 3: another attempt would find the same.
            "jobTemplate": {"spec": {"backoffLimit": 0, "template": {"spec": pod}}},
        },
    }


def _mounts(settings: Settings, where: units.Surroundings) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The paths of the configuration, mounted where it names them."""
    mounts: list[dict[str, Any]] = [
        {"name": "config", "mountPath": str(where.config), "subPath": "rdbscope.toml", "readOnly": True},
        {"name": "tmp", "mountPath": "/tmp"},
    ]
    volumes: list[dict[str, Any]] = [
        {"name": "config", "configMap": {"name": _NAME}},
        {"name": "tmp", "emptyDir": {}},
        {"name": "data", "persistentVolumeClaim": {"claimName": "rdbscope-data"}},
    ]
    written = units.written_folders(settings, where)
    mounts += [_mount("data", folder, written) for folder in written]
    read = [folder for folder in _dump_folders(settings) if folder not in written]
    if read:
        volumes.append({"name": "dumps", "persistentVolumeClaim": {"claimName": "rdbscope-dumps", "readOnly": True}})
        mounts += [_mount("dumps", folder, read) | {"readOnly": True} for folder in read]
    return mounts, volumes


def _mount(name: str, folder: Path, all_of_it: Sequence[Path]) -> dict[str, Any]:
    """One folder is the whole claim; of several, each is a folder of it."""
    if len(all_of_it) == 1:
        return {"name": name, "mountPath": str(folder)}
    return {"name": name, "mountPath": str(folder), "subPath": str(folder.relative_to(folder.anchor))}


def _dump_folders(settings: Settings) -> list[Path]:
    found: set[Path] = set()
    for node in settings.nodes:
        if is_url(node.dumps):
            continue
        parts = PurePosixPath(node.dumps).parts[:-1]
        if not os.path.exists(node.dumps):  # noqa: PTH110  any name
            plain = itertools.takewhile(lambda part: not glob.has_magic(_ESCAPED.sub("", part)), parts)
            parts = tuple(_ESCAPED.sub(r"\1", part) for part in plain)
        found.add(units.straight(Path(*parts)))
    return sorted(one for one in found if not any(other in one.parents for other in found))


def _yaml(value: object, depth: int) -> Iterator[str]:
    """Tables and lists as YAML blocks; texts as JSON writes them, which is YAML too."""
    indent = "  " * depth
    if isinstance(value, dict):
        for name, item in value.items():
            label = json.dumps(name) if "." in name else name
            if isinstance(item, str) and "\n" in item and item.isascii() and "\t" not in item and "\r" not in item:
                yield f"{indent}{label}: |2{'' if item.endswith(chr(10)) else '-'}"
                yield from (f"{indent}  {line}" if line else "" for line in item.removesuffix("\n").split("\n"))
            elif isinstance(item, (dict, list)) and item:
                yield f"{indent}{label}:"
                yield from _yaml(item, depth + 1)
            else:
                yield f"{indent}{label}: {json.dumps(item)}"
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, (dict, list)):
                lines = list(_yaml(item, depth + 1))
                yield f"{indent}- {lines[0].lstrip()}"
                yield from lines[1:]
            else:
                yield f"{indent}- {json.dumps(item)}"
