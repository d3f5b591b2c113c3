"""The last step of every way of signing in here: into a new session, or first to the page for the code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.urls import reverse

from itsm.accounts.second_step import is_asked_of
from itsm.core import clock

if TYPE_CHECKING:
    from itsm.accounts.models import User

#: What the session keeps until the code is typed: who it is, since when, and where they wanted to be.
WAITS_FOR_CODE, NEXT_PAGE = "waits_for_code", "next_page"


def let_in(request: HttpRequest, person: User, following: str) -> str:
    """Sign a person in, or ask for their code first; return the address that comes next."""
    if not is_asked_of(person):
        login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
        return following
    request.session.cycle_key()
    request.session[WAITS_FOR_CODE] = {"person": person.pk, "at": clock.now().timestamp()}
    request.session[NEXT_PAGE] = following
    return reverse("sign-in-code")
