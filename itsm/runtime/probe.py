"""Asks the web server on this machine whether it is well; a health check for containers."""

import http.client
import os
import sys
from urllib.parse import urlsplit

from itsm.runtime.environment import port_of


def is_well(path: str, *, port: int, host_name: str) -> bool:
    """Whether `path` answers 200, asked as a visitor of `host_name` would ask."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    try:
        connection.request("GET", path, headers={"Host": host_name})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    visitor = urlsplit(os.environ.get("SITE_URL", "")).hostname or "localhost"
    asked = sys.argv[1] if len(sys.argv) > 1 else "/healthz"
    sys.exit(0 if is_well(asked, port=port_of(os.environ), host_name=visitor) else 1)
