"""Describes to readers of the schema how a caller proves who it is."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class TokenScheme(OpenApiAuthenticationExtension):
    """An API token in the Authorization header."""

    target_class = "itsm.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        del auto_schema
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "thr_<prefix>_<secret>",
            "description": "Made under “API tokens” or with `manage.py create_token`.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    """The cookie of somebody signed in to the portal."""

    target_class = "itsm.accounts.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        del auto_schema
        from django.conf import settings

        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "Writes also need the X-CSRFToken header.",
        }
