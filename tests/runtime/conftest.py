"""A data folder that the engines' account can reach, and the variables of a bare machine."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

SET_FOR_TESTS = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "REDIS_URL",
    "SECRET_KEY",
    "SITE_URL",
    "THROUGHLINE_DATA",
    "THROUGHLINE_EMBEDDED",
    "THROUGHLINE_TEST_ENGINES",
)


@pytest.fixture
def open_folder():
    """A folder that every account can pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="throughline-open-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def bare_machine(open_folder):
    """The environment of somebody who has set nothing but a data folder."""
    bare = {name: value for name, value in os.environ.items() if name not in SET_FOR_TESTS}
    bare |= {"THROUGHLINE_DATA": str(open_folder / "data"), "THROUGHLINE_BOOTSTRAP": "off"}
    return bare
