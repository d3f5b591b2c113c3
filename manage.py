#!/usr/bin/env python3
"""The one command of Throughline: `up`, `test`, and every management command."""

import sys

if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must get this sentence, not a traceback
        sys.exit("throughline: Python 3.11 or newer is needed, this is " + sys.version.split()[0])

    try:
        from itsm.runtime import bootstrap

        bootstrap.enter(sys.argv)

        from itsm.runtime.commands import run

        sys.exit(run(sys.argv))
    except KeyboardInterrupt:
        sys.exit("\nthroughline: stopped. The same command again goes on from here.")
