"""Units that `--print` gives, read by what reads such files."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.conftest import Run, environment
from tests.nightly.servers import http_server
from tests.nightly.ten_nights import clock, prepare, write

SECRETS = '[webhook]\nurl_env = "HOOK"\n'


def printed(run: Run, kind: str) -> str:
    done = run("nightly", "--print", kind)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
@pytest.mark.parametrize("more", ["", SECRETS])
def test_systemd_takes_service_and_timer(run: Run, tmp_path: Path, more: str) -> None:
    prepare(tmp_path, more)
    units = tmp_path / "units"
    units.mkdir()
    (units / "rdbscope-nightly.service").write_text(printed(run, "systemd"))
    (units / "rdbscope-nightly.timer").write_text(printed(run, "systemd-timer"))
    done = subprocess.run(
        ["systemd-analyze", "verify", *map(str, sorted(units.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    # Units of the machine itself are none of ours.
    assert [line for line in done.stderr.splitlines() if "rdbscope" in line] == []
    text = (units / "rdbscope-nightly.service").read_text()
    assert f"Environment=RDBSCOPE_CONFIG={tmp_path}/rdbscope.toml" in text
    assert ("EnvironmentFile=/etc/rdbscope/nightly.env" in text) == bool(more)


def test_a_crontab_has_five_times_and_a_command(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "100% of it"
    place.mkdir()
    prepare(place, SECRETS)
    done = run("nightly", "--config", place / "rdbscope.toml", "--print", "cron")
    lines = [line for line in done.stdout.decode().splitlines() if not line.startswith("#")]
    assert len(lines) == 1
    times = lines[0].split(" ", 5)
    assert times[:5] == ["0", "4", "*", "*", "*"]
    assert re.search(r"(?<!\\)%", times[5]) is None, "cron reads a bare % as the end of the command"
    command = times[5].replace("\\%", "%")
    assert f"RDBSCOPE_CONFIG={place}/rdbscope.toml" in shlex.split(command)
    assert subprocess.run(["sh", "-n", "-c", command], check=False).returncode == 0


def test_the_line_of_cron_reads_the_variables_without_a_shell(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, SECRETS + 'when = "always"\n')
    write(tmp_path, 0)
    variables = tmp_path / "nightly.env"
    line = printed(run, "cron").splitlines()[-1].split(" ", 5)[5].replace("/etc/rdbscope/nightly.env", str(variables))
    with http_server() as posts:
        (tmp_path / "sh").mkdir()
        variables.write_text(f"HOOK={posts.url}?a=1&b=$(>sh/1)`>sh/2`;>sh/3\nno secret 's3cret\n")
        done = subprocess.run(
            ["sh", "-c", f"{line} --now {clock(0)}"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.returncode, len(posts.bodies)) == (0, 1), done.stderr
    assert list((tmp_path / "sh").iterdir()) == []
    assert f"{variables}:2: no NAME=value; the line is left out\n" in done.stderr
    assert "s3cret" not in done.stdout + done.stderr and posts.url not in done.stdout + done.stderr


def test_a_cron_job_has_the_shape_of_one(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, SECRETS)
    settings, job = yaml.safe_load_all(printed(run, "kubernetes"))
    assert (settings["apiVersion"], settings["kind"]) == ("v1", "ConfigMap")
    assert settings["data"]["rdbscope.toml"] == (tmp_path / "rdbscope.toml").read_text()
    assert (job["apiVersion"], job["kind"], job["spec"]["concurrencyPolicy"]) == ("batch/v1", "CronJob", "Forbid")
    assert len(job["spec"]["schedule"].split()) == 5
    template = job["spec"]["jobTemplate"]["spec"]
    assert template["backoffLimit"] == 0
    pod = template["template"]["spec"]
    assert pod["restartPolicy"] in ("Never", "OnFailure")
    container = pod["containers"][0]
    assert container["command"] == ["rdbscope", "nightly"]
    assert container["envFrom"] == [{"secretRef": {"name": job["metadata"]["name"]}}]
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in pod["volumes"]}
    mounted = {mount["mountPath"]: mount.get("readOnly", False) for mount in container["volumeMounts"]}
    assert mounted[str(tmp_path / "var")] is False
    assert mounted[str(tmp_path / "dumps")] is True
    assert mounted[str(tmp_path / "rdbscope.toml")] is True
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", job["metadata"]["name"])


def test_no_path_of_a_unit_goes_up(run: Run, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    prepare(tmp_path / "here")
    file = tmp_path / "here/rdbscope.toml"
    text = file.read_text().replace('"var/nightly.jsonl"', '"../log/l.jsonl"').replace('"dumps/two', '"../x/../two/two')
    # Through a link `..` is something else.
    (tmp_path / "far/away").mkdir(parents=True)
    (tmp_path / "here/link").symlink_to("../far/away")
    file.write_text(text.replace('"var/rdbscope.prom"', '"link/../metrics/m.prom"'))
    config = ("--config", Path("here/../here/rdbscope.toml"))
    service = run("nightly", *config, "--print", "systemd").stdout.decode()
    (written,) = (line for line in service.splitlines() if line.startswith("ReadWritePaths="))
    wanted = {tmp_path / "far/metrics", tmp_path / "here/var", tmp_path / "log"}
    assert {line.removeprefix("-") for line in written.removeprefix("ReadWritePaths=").split()} == set(map(str, wanted))
    assert ".." not in service and f"RDBSCOPE_CONFIG={file}" in service
    _, job = yaml.safe_load_all(run("nightly", *config, "--print", "kubernetes").stdout)
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    mounts = container["volumeMounts"]
    assert ".." not in json.dumps(mounts)
    mounted = {mount["mountPath"] for mount in mounts if mount["name"] in ("data", "dumps")}
    assert mounted == {*map(str, wanted), str(tmp_path / "here/dumps"), str(tmp_path / "two")}


def test_a_folder_whose_name_looks_like_a_pattern_is_mounted(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "h[os]t*?"
    place.mkdir()
    prepare(place)
    file = place / "rdbscope.toml"
    file.write_text(
        file.read_text().replace('"dumps/two-*.rdb"', '"dumps/[ab]/two.rdb"') + '[[nodes]]\ndumps = "a.rdb"\n'
    )
    (place / "a.rdb").touch()
    _, job = yaml.safe_load_all(run("nightly", "--config", file, "--print", "kubernetes").stdout)
    (container,) = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    mounted = {mount["mountPath"] for mount in container["volumeMounts"] if mount["name"] == "dumps"}
    assert mounted == {str(place)}


@pytest.mark.parametrize("comment", ["# ü: \t \\ | > '", "# a\r", "   # begins with blanks"])
def test_any_configuration_survives_the_yaml(run: Run, tmp_path: Path, comment: str) -> None:
    prepare(tmp_path)
    file = tmp_path / "rdbscope.toml"
    file.write_bytes((comment + "\n" + file.read_text()).encode())
    settings, _ = yaml.safe_load_all(printed(run, "kubernetes"))
    assert settings["data"]["rdbscope.toml"].encode() == file.read_bytes()
