"""Signing in with the account of the house, by OpenID Connect: an extra, off unless it is configured.

The code flow with PKCE, state and nonce; Authlib checks signature, issuer, audience and times of what
comes back. Who somebody is here is found by the address the provider has verified, and by nothing
else: nobody is made, so the provider cannot let in whom the house does not know.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from itsm.accounts.middleware import SecondStepMiddleware
from itsm.accounts.models import User
from itsm.core import limits
from itsm.core.network import client_address

log = logging.getLogger(__name__)

FROM_ONE_PLACE = limits.Rate(30, 15 * 60)
SECONDS = 10
#: What the session keeps until the provider sends the browser back.
_NEXT = "sso_next_page"


def is_configured() -> bool:
    """Whether the house has an account of its own to sign in with."""
    return bool(settings.OIDC_ISSUER)


@lru_cache(maxsize=4)
def _client(issuer: str, client_id: str, secret: str) -> Any:
    from authlib.integrations.django_client import OAuth

    made = OAuth().register(
        name="house",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
    return made


def _provider() -> Any:
    """Return the client of the configured provider; 404 where there is none."""
    if not is_configured():
        raise Http404
    found = _client(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)
    said = found.load_server_metadata().get("issuer", "")
    if said.rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
        raise ValueError("The provider calls itself otherwise than OIDC_ISSUER does.")
    return found


@never_cache
@require_safe
def sso_start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider."""
    if not is_configured():
        raise Http404
    if limits.count(f"sso:{client_address(request)}", FROM_ONE_PLACE).is_over:
        return _refused(request, _("Too many attempts. Try again in some minutes."))
    wanted = request.GET.get("next", "")
    request.session[_NEXT] = wanted if url_has_allowed_host_and_scheme(wanted, None) else ""
    back = f"{settings.SITE_URL}{reverse('sso-back')}"
    try:
        answer: HttpResponse = _provider().authorize_redirect(request, back)
    except Exception as problem:  # noqa: BLE001 - whatever a foreign system does, the password still works
        log.warning(
            "The sign-in provider cannot be reached.", extra={"code": type(problem).__name__}
        )
        return _refused(request, _("Your house's sign-in cannot be reached. Use your password."))
    return answer


@never_cache
@require_safe
def sso_back(request: HttpRequest) -> HttpResponse:
    """Sign in whom the provider sent back, into a new session, when the house knows them."""
    if not is_configured():
        raise Http404
    following = request.session.pop(_NEXT, "") or resolve_url(settings.LOGIN_REDIRECT_URL)
    try:
        claims = _provider().authorize_access_token(request).get("userinfo") or {}
    except Exception as problem:  # noqa: BLE001 - forged, stale or broken: the answer is the same
        log.warning("A sign-in was not completed.", extra={"code": type(problem).__name__})
        return _refused(request, _("Signing in was not completed. Try again."))
    person = _known(claims)
    if person is None:
        return _refused(
            request, _("Your account may not be used here. Ask whoever looks after this service.")
        )
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    # How surely somebody is who they say is the provider's to decide: no second step is asked here.
    request.session[SecondStepMiddleware.KEPT] = True
    return redirect(following)


def _known(claims: Any) -> User | None:
    """Return the person of an address that the provider says it has verified."""
    address = str(claims.get("email", "")).strip().lower()
    if not address or claims.get("email_verified") is not True:
        return None
    return User.objects.filter(email=address, is_active=True, is_service_account=False).first()


def _refused(request: HttpRequest, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect("login")
