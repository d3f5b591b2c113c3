"""How the web server is started, and asked whether it answers."""

from __future__ import annotations

import http.client
import socket
import sys

from itsm.runtime.errors import RuntimeProblem


def web_command(descriptor: int, *, workers: int = 2) -> list[str]:
    """The command that serves the portal on a socket that listens already."""
    return [
        *(sys.executable, "-m", "gunicorn"),
        "itsm.wsgi:application",
        *("--bind", f"fd://{descriptor}"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", "4"),
        *("--timeout", "60", "--graceful-timeout", "10"),
        # Longer than clients and proxies keep an idle connection, so none finds it closed as it asks.
        *("--keep-alive", "75"),
        *("--no-control-socket",),
    ]


def listen(host: str, port: int) -> socket.socket:
    """Take the web server's port now and for good. Raises RuntimeProblem when somebody else has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(512)
    except (OSError, OverflowError) as problem:
        listener.close()
        raise RuntimeProblem(
            f"port {port} on {host} cannot be used: {getattr(problem, 'strerror', None) or problem}. "
            f"Choose another, for example: python3 manage.py up --port {port + 1 if 1023 < port < 65535 else 8001}"
        ) from problem
    return listener


def answers(host: str, port: int) -> bool:
    """Whether the web server answers any request."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    connection = http.client.HTTPConnection(target, port, timeout=5)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
