"""What a token must carry to use a part of the API."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from itsm.accounts.scopes import AREAS
from itsm.core.errors import Denied


class HasScope(BasePermission):
    """Asks a token for `<scope>:read` or `<scope>:write`, where `scope` is what the view declares.

    A person signed in is not held to scopes; nobody at all is answered 401. What a person may do
    with a record is not decided here but by the policies that actions ask.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Answer whether the caller is known. Denied (403) when its token lacks the scope."""
        if not request.user or not request.user.is_authenticated:
            return False
        area = getattr(view, "scope", None)
        if area not in AREAS:
            raise ImproperlyConfigured(f"{type(view).__name__}.scope must be one of {list(AREAS)}.")
        needed = f"{area}:{'read' if request.method in SAFE_METHODS else 'write'}"
        if not request.user.access.may_use(needed):
            message = _("This token lacks the scope “%(scope)s”.") % {"scope": needed}
            raise Denied("missing_scope", message, missing=[needed])
        return True
