"""Who calls the API: a program by its token, or a person signed in to the portal."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from itsm.accounts import scopes, tokens
from itsm.accounts.models import Organisation, User
from itsm.accounts.tokens import ApiToken
from itsm.core import clock
from itsm.core.errors import Denied
from itsm.core.statements import Given, Statement

KEYWORD = "bearer"
_by_prefix = Statement(
    lambda: ApiToken.objects.select_related("user__organisation").filter(prefix=Given("prefix"))
)


class TokenAuthentication(authentication.BaseAuthentication):
    """Reads `Authorization: Bearer thr_…`; the caller becomes the token's user, narrowed to it."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return user and token, None without the header; AuthenticationFailed (401) otherwise.

        One sentence answers every token that does not work, so that nothing is learnt from it.
        """
        header = authentication.get_authorization_header(request).split()
        if not header or header[0].lower() != KEYWORD.encode():
            return None
        spelled = header[1].decode("latin-1") if len(header) == 2 else ""
        token = self._find(spelled)
        if token is None:
            raise exceptions.AuthenticationFailed(
                _("This token does not work: it is misspelt, expired or withdrawn."),
                code="token_refused",
            )
        user = token.user
        limit = None
        if token.organisation_id is not None:
            below = Organisation.objects.ids_below([token.organisation_id])
            limit = below[token.organisation_id]
        user.access = user.access.narrowed(limit=limit, scopes=scopes.expand(token.scopes))
        user.program = token.name
        return user, token

    def authenticate_header(self, request: Request) -> str:
        del request
        return 'Bearer realm="Throughline"'

    def _find(self, spelled: str) -> ApiToken | None:
        parts = tokens.read(spelled)
        if parts is None:
            return None
        prefix, secret = parts
        now = clock.now()
        token = next(iter(_by_prefix(prefix=prefix)), None)
        if token is None or not token.matches(secret):
            return None
        if not token.is_live(now) or not token.user.is_active:
            return None
        stale = now - tokens.USE_RESOLUTION
        if token.last_used_at is None or token.last_used_at < stale:
            ApiToken.objects.filter(
                Q(last_used_at__isnull=True) | Q(last_used_at__lt=stale), pk=token.pk
            ).update(last_used_at=now)
        return token


class SessionAuthentication(authentication.SessionAuthentication):
    """Accepts the portal's session, and then demands its CSRF token for every write."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied:
            raise Denied(
                "csrf_failed",
                _("Send the portal's CSRF token in X-CSRFToken, or use an API token."),
            ) from None
