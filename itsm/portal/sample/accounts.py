"""The table of who can sign in to the sample company, kept in the data folder for its owner alone."""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from itsm.accounts.roles import Role
from itsm.portal.sample.company import PEOPLE

NAME = "sample_accounts.txt"


def path() -> Path:
    """Where the table is kept."""
    return Path(settings.DATA_DIR) / NAME


def table(password: str) -> str:
    """Return the table: who, role, address, what to try; the password, shared by all, above it."""
    rows = [
        (person.name, _role(person.grants), person.email, person.tries)
        for person in PEOPLE
        if person.tries
    ]
    head = ("Who", "Role", "Address", "What to try")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    lines = [
        "  ".join([*(row[column].ljust(widths[column]) for column in range(3)), row[3]])
        for row in (head, *rows)
    ]
    return "\n".join([f"Password of all of them: {password}", "", *lines, ""])


def write(text: str) -> Path:
    """Keep the table, readable by its owner alone; replaces an older one."""
    goal = path()
    goal.parent.mkdir(parents=True, exist_ok=True)
    goal.unlink(missing_ok=True)
    handle = os.open(goal, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return goal


def _role(grants: tuple[tuple[str, str], ...]) -> str:
    return str(Role(grants[0][0]).label)
