"""A mail server and an HTTP server on loopback that keep what they get."""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


@dataclass
class Mailbox:
    """What the mail server got: recipients and content of each mail, and the logins."""

    port: int = 0
    recipients: list[list[str]] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)


@contextlib.contextmanager
def mail_server(*, password: str | None = None, certificate: Path | None = None) -> Iterator[Mailbox]:
    """Speaks enough of RFC 5321 for any client; with `certificate` also STARTTLS, with `password` only after AUTH."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def answer(self, *lines: str) -> None:
            for number, line in enumerate(lines):
                code, text = line.split(" ", 1)
                self.wfile.write(f"{code}{'-' if number < len(lines) - 1 else ' '}{text}\r\n".encode())
            self.wfile.flush()

        def handle(self) -> None:
            recipients: list[str] = []
            encrypted, known = False, password is None
            self.answer("220 loopback")
            while line := self.rfile.readline().decode().rstrip("\r\n"):
                command = line.upper()
                if command.startswith("EHLO"):
                    offers = ["250 loopback", "250 AUTH PLAIN"]
                    self.answer(*offers, *(["250 STARTTLS"] if certificate and not encrypted else []))
                elif command == "STARTTLS" and certificate is not None:
                    self.answer("220 go on")
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(certificate)
                    try:
                        self.request = context.wrap_socket(self.request, server_side=True)
                    except ssl.SSLError:
                        return
                    self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb")
                    encrypted = True
                elif command.startswith("AUTH PLAIN"):
                    _, user, given = base64.b64decode(line.split()[2]).decode().split("\0")
                    box.logins.append((user, given))
                    known = given == password
                    # Some servers repeat what they were told.
                    self.answer("235 welcome" if known else f"535 wrong password {given}")
                elif command.startswith("MAIL") and not known:
                    self.answer("530 log in first")
                elif command.startswith("RCPT"):
                    recipients.append(line.partition("<")[2].partition(">")[0])
                    self.answer("250 yes")
                elif command == "DATA":
                    self.answer("354 go on")
                    content = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        content += part
                    box.mails.append(content)
                    box.recipients.append(recipients)
                    box.encrypted.append(encrypted)
                    self.answer("250 kept")
                elif command == "QUIT":
                    self.answer("221 bye")
                    break
                else:
                    self.answer("250 fine")
            # The plain socket below is closed by the server, an encrypted one by nobody else.
            self.request.close()

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        box.port = server.server_address[1]
        with _serving(server):
            yield box


@dataclass
class Posts:
    """What the HTTP server got."""

    url: str = ""
    bodies: list[bytes] = field(default_factory=list)


@contextlib.contextmanager
def http_server(*statuses: int) -> Iterator[Posts]:
    """Answers each POST with the next of `statuses`, and with the last from then on; 200 where none is given."""
    posts = Posts()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posts.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            status = (statuses or (200,))[: len(posts.bodies)][-1]
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        posts.url = f"http://127.0.0.1:{server.server_address[1]}/hook/s3cret-token"
        with _serving(server):
            yield posts


@contextlib.contextmanager
def dripping_server(beginning: bytes) -> Iterator[int]:
    """Answers with a line that begins like this and never ends, a byte at a time; gives its port."""
    over = threading.Event()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                self.request.sendall(beginning)
                while not over.wait(0.1):
                    self.request.sendall(b"a")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server, _serving(server):
        yield server.server_address[1]
        over.set()


@contextlib.contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
