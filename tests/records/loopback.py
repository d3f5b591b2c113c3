"""Small servers on loopback that stand in for ClamAV and for a bucket, speaking their real protocols."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

HARMFUL = b"this-is-harmful"


def _answer(wire: socket.socket, seen: list[bytes], says: bytes | None) -> None:
    """Speak clamd's INSTREAM: chunks with their length before them, until one of length nought."""
    with wire, wire.makefile("rb") as stream:
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(size)
        seen.append(content)
        verdict = b"stream: Eicar-Test FOUND" if HARMFUL in content else b"stream: OK"
        wire.sendall((says or verdict) + b"\0")


@contextmanager
def clamd(path: Path | None = None, says: bytes | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Run a scanner on TCP, or on a socket at `path`; yields its address and what it was sent."""
    seen: list[bytes] = []
    if path is None:
        listener = socket.create_server(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(path))
        listener.listen()
        address = f"unix://{path}"

    def serve() -> None:
        while True:
            try:
                wire, _peer = listener.accept()
            except OSError:
                return
            _answer(wire, seen, says)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield address, seen
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


class _Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    held: dict[str, bytes]

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path)

    def _say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _body(self) -> bytes:
        if "aws-chunked" not in self.headers.get("Content-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        whole = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return whole

    def do_PUT(self) -> None:
        assert self.headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=key-id/")
        self.held[self._key()] = self._body()
        self._say(200, ETag='"x"')

    def do_GET(self) -> None:
        content = self.held.get(self._key())
        if content is None:
            self._say(404)
        else:
            self._say(200, content, ETag='"x"', Last_Modified="Mon, 02 Mar 2026 09:00:00 GMT")

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        self.held.pop(self._key(), None)
        self._say(204)

    def log_message(self, *_words: object) -> None:
        """Say nothing; a test's output is its own."""


@contextmanager
def bucket() -> Iterator[tuple[str, dict[str, bytes]]]:
    """Run what a bucket needs of S3; yields its address and what it holds, by path."""
    held: dict[str, bytes] = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bucket", (_Bucket,), {"held": held}))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", held
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
