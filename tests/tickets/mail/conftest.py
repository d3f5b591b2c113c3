"""A mailbox, and the record our mail about a ticket would name."""

from __future__ import annotations

from typing import Any

import pytest

from itsm.accounts.models import Organisation, Team
from tickets.mail.models import Mailbox, SenderRule


@pytest.fixture
def mailbox(organisation: Organisation, desk: Team) -> Mailbox:
    SenderRule.objects.create(domain="example.org", organisation=organisation)
    return Mailbox.objects.create(address="desk@example.org", team=desk)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
