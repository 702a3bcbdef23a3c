"""What rdbscope.toml says about the nightly job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdbscope.checks.severity import Severity
from rdbscope.config import Configuration
from rdbscope.conventions import lifetime
from rdbscope.errors import UsageError
from rdbscope.history.nodes import Node, nodes
from rdbscope.history.retention import Rule, rule

_PORTS = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class Mail:
    """`[mail]`: where the mail goes; the password is in the environment variable `password_env`."""

    host: str
    port: int
    security: str
    sender: str
    to: tuple[str, ...]
    user: str | None
    password_env: str | None
    when: str


@dataclass(frozen=True)
class Webhook:
    """`[webhook]`: the URL is in the environment variable `url_env`."""

    url_env: str
    when: str


@dataclass(frozen=True)
class Settings:
    """The nightly job.

    Attributes:
        nodes: whose dumps are wanted.
        fresh_within: seconds from which a dump is too old.
        reports: folder of the reports; None writes none.
        formats: of the reports.
        redact: names as hashes in the reports.
        jobs: dumps read at the same time, None for the default.
        fail_on: severity from which the job ends with 1, None for never.
        salvage: keep what is sound of a damaged dump.
        prometheus: file of metrics.
        log: file of JSON lines.
        webhook: None where none is configured.
        mail: likewise.
        keep: the retention rule.
        teams: owners by namespace or glob.
        file: the configuration file.
    """

    nodes: tuple[Node, ...]
    fresh_within: int
    reports: Path | None
    formats: tuple[str, ...]
    redact: bool
    jobs: int | None
    fail_on: Severity | None
    salvage: bool
    prometheus: Path | None
    log: Path | None
    webhook: Webhook | None
    mail: Mail | None
    keep: Rule
    teams: Mapping[str, str]
    file: Path


def settings(said: Configuration) -> Settings:
    """The settings of a validated configuration.

    Raises:
        UsageError: there are no nodes, or a value that is not as it has to be.
    """
    found = tuple(nodes(said))
    if not found or said.file is None:
        raise UsageError(
            "the nightly job needs a rdbscope.toml with [[nodes]]",
            hint="write dumps = '/backups/*.rdb' below [[nodes]]",
        )
    values = said.values
    job = values.get("nightly", {})
    fail_on = job.get("fail_on", "never")
    prometheus = _path(job, "prometheus")
    if prometheus is not None and prometheus.suffix != ".prom":
        raise UsageError(f"{said.file}: nightly.prometheus: the collector reads files whose name ends with .prom")
    return Settings(
        nodes=found,
        # Of the format of the schema it is never 0.
        fresh_within=lifetime.parse(job.get("fresh_within", "26h"))[1] or 0,
        reports=_path(job, "reports"),
        formats=tuple(dict.fromkeys(job.get("formats", ("html", "json")))),
        redact=job.get("redact", False),
        jobs=job.get("jobs"),
        fail_on=None if fail_on == "never" else Severity.of(fail_on),
        salvage=job.get("salvage", False),
        prometheus=prometheus,
        log=_path(job, "log"),
        webhook=_webhook(values),
        mail=_mail(values, said.file),
        keep=rule(values.get("history", {}), dict.fromkeys(("full", "daily", "weekly", "monthly"))),
        teams=values.get("owners", {}),
        file=said.file,
    )


def _path(job: Mapping[str, Any], name: str) -> Path | None:
    return Path(job[name]) if name in job else None


def _webhook(values: Mapping[str, Any]) -> Webhook | None:
    given = values.get("webhook")
    return None if given is None else Webhook(given["url_env"], given.get("when", "problems"))


def _mail(values: Mapping[str, Any], file: Path) -> Mail | None:
    given = values.get("mail")
    if given is None:
        return None
    if ("user" in given) != ("password_env" in given):
        raise UsageError(f"{file}: [mail] needs user and password_env together", hint="or neither of them")
    security = given.get("security", "starttls")
    return Mail(
        host=given["host"],
        port=given.get("port", _PORTS[security]),
        security=security,
        sender=given["from"],
        to=tuple(given["to"]),
        user=given.get("user"),
        password_env=given.get("password_env"),
        when=given.get("when", "always"),
    )
