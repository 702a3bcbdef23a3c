"""Webhook and mail: what arrives, what never leaves, and what a failure looks like."""

from __future__ import annotations

import email
import email.policy
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.nightly.servers import http_server, mail_server
from tests.nightly.ten_nights import CACHE_CUT, clock, prepare, write

HOOK = '[webhook]\nurl_env = "HOOK"\n'


def mail(port: int, more: str = "", host: str = "127.0.0.1", security: str = "none") -> str:
    return (
        f'[mail]\nhost = "{host}"\nport = {port}\nsecurity = "{security}"\nfrom = "rdbscope@example.org"\n'
        f'to = ["one@example.org", "two@example.org"]\n{more}'
    )


def test_a_webhook_gets_the_problems(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, HOOK)
    write(tmp_path, CACHE_CUT)
    with http_server() as posts:
        done = run("nightly", "--now", clock(CACHE_CUT), env={"HOOK": posts.url})
        assert done.returncode == 3
        assert run("nightly", "--now", clock(CACHE_CUT), env={"HOOK": posts.url}).returncode == 3
    assert len(posts.bodies) == 1
    said = json.loads(posts.bodies[0])
    assert (said["exit_code"], said["nodes"]) == (3, {"loaded": 3, "missing": 0, "bad": 1})
    assert "• cache: bad: " in said["text"]
    assert b"s3cret-token" not in done.stderr


def test_a_webhook_gets_no_control_characters(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, HOOK + '[[nodes]]\nname = "a\\r\\n\\u001b[31m<!channel>"\ndumps = "none/*.rdb"\n')
    write(tmp_path, 0)
    with http_server() as posts:
        assert run("nightly", "--now", clock(0), env={"HOOK": posts.url}).returncode == 0
    said = json.loads(posts.bodies[0])
    (problem,) = said["problems"]
    assert problem.isprintable() and problem.startswith("a\\x0d\\x0a\\x1b[31m<!channel>: missing")
    assert "&lt;!channel&gt;" in said["text"] and "<!channel>" not in said["text"]


def test_a_quiet_night_needs_no_webhook(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, HOOK)
    write(tmp_path, 0)
    with http_server() as posts:
        assert run("nightly", "--now", clock(0), env={"HOOK": posts.url}).returncode == 0
    assert posts.bodies == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_is_refused_is_said_and_tried_again(run: Run, tmp_path: Path, status: int) -> None:
    prepare(tmp_path, HOOK + 'when = "always"\n')
    write(tmp_path, 0)
    with http_server(status) as posts:
        done = run("nightly", "--now", clock(0), env={"HOOK": posts.url})
    assert done.returncode == 4
    assert f"webhook: the receiver answers {status}".encode() in done.stderr
    assert len(posts.bodies) == 1
    with http_server() as posts:
        assert run("nightly", "--now", clock(0), env={"HOOK": posts.url}).returncode == 0
        assert b"nothing to do" in run("nightly", "--now", clock(0), env={"HOOK": posts.url}).stderr
    assert len(posts.bodies) == 1


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, b"the environment variable HOOK is not set"),
        ("http://127.0.0.1:1/s3cret", b"webhook: cannot be delivered: Connection refused"),
        ("http://127.0.0.1:s3cret/", b"webhook: cannot be delivered: InvalidURL"),
        ("http://s3cret@/", b"webhook: cannot be delivered: "),
        ("http:///s3cret", b"webhook: cannot be delivered: URLError"),
        ("http://[s3cret", b"neither http nor https"),
        ("file:///etc/s3cret", b"neither http nor https"),
    ],
)
def test_a_webhook_that_cannot_be_reached(run: Run, tmp_path: Path, url: str | None, said: bytes) -> None:
    prepare(tmp_path, HOOK + 'when = "always"\n')
    write(tmp_path, 0)
    done = run("nightly", "--now", clock(0), env={} if url is None else {"HOOK": url})
    assert done.returncode == 4
    assert said in done.stderr
    assert b"s3cret" not in done.stderr
    assert (tmp_path / "var/reports/latest/all.html").is_file()


def test_a_mail_with_the_report_attached(run: Run, tmp_path: Path) -> None:
    with mail_server(password="pass word") as box:
        prepare(tmp_path, mail(box.port, 'user = "me"\npassword_env = "PASSWORD"\n'))
        write(tmp_path, 0)
        done = run("nightly", "--now", clock(0), env={"PASSWORD": "pass word"})
        assert done.returncode == 0, done.stderr
        assert b"nothing to do" in run("nightly", "--now", clock(0), env={"PASSWORD": "pass word"}).stderr
    assert box.logins == [("me", "pass word")]
    assert box.recipients == [["one@example.org", "two@example.org"]]
    got = email.message_from_bytes(box.mails[0], policy=email.policy.default)
    assert got["Subject"] == "rdbscope 2025-10-09: all well, 4 nodes"
    body, report = list(got.iter_parts())
    assert body.get_content().startswith("4 nodes: 4 loaded, 0 missing, 0 bad; ")
    assert report.get_content_type() == "text/html"
    assert report.get_filename() == "rdbscope-2025-10-09.html"
    assert "3 nodes" in report.get_content()


def test_a_wrong_password_is_said_but_not_shown(run: Run, tmp_path: Path) -> None:
    with mail_server(password="right") as box:
        prepare(tmp_path, mail(box.port, 'user = "me"\npassword_env = "PASSWORD"\n'))
        write(tmp_path, 0)
        done = run("--debug", "nightly", "--now", clock(0), env={"PASSWORD": "s3cret"})
        assert (done.returncode, box.mails) == (4, [])
        assert b"answers 535" in done.stderr
        assert b"s3cret" not in done.stderr
        beyond = run("nightly", "--now", clock(0), env={"PASSWORD": "s3crét"})
        assert (beyond.returncode, b"beyond ASCII" in beyond.stderr, b"s3cr" in beyond.stderr) == (4, True, False)
        missing = run("nightly", "--now", clock(0))
    assert (missing.returncode, b"variable PASSWORD is not set" in missing.stderr) == (4, True)
    assert all(b"s3cret" not in path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file())


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl for a certificate")
def test_starttls_is_used_and_the_certificate_checked(run: Run, tmp_path: Path) -> None:
    pair = tmp_path / "pair.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", pair, "-out", tmp_path / "public.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    pair.write_bytes(pair.read_bytes() + (tmp_path / "public.pem").read_bytes())
    with mail_server(certificate=pair) as box:
        prepare(tmp_path, mail(box.port, host="localhost", security="starttls"))
        write(tmp_path, 0)
        assert run("nightly", "--now", clock(0)).returncode == 4
        assert box.mails == []
        done = run("nightly", "--now", clock(0), env={"SSL_CERT_FILE": str(tmp_path / "public.pem")})
        assert done.returncode == 0, done.stderr
    assert box.encrypted == [True]


def test_a_server_without_starttls_gets_nothing(run: Run, tmp_path: Path) -> None:
    with mail_server() as box:
        prepare(tmp_path, mail(box.port, security="starttls"))
        write(tmp_path, 0)
        done = run("nightly", "--now", clock(0))
    assert (done.returncode, box.mails) == (4, [])
    assert b"mail: 127.0.0.1:" in done.stderr


def test_user_and_password_belong_together(run: Run, tmp_path: Path) -> None:
    prepare(tmp_path, mail(25, 'user = "me"\n'))
    done = run("nightly")
    assert (done.returncode, b"needs user and password_env together" in done.stderr) == (2, True)
