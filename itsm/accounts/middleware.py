"""Shows each person times in their own zone and words in their own language."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone, translation


class PersonalSettingsMiddleware:
    """Activates the zone and language of the person signed in, for this request only.

    Without a session nothing is read: the language then is the browser's, the zone the house's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return self.get_response(request)
        # LocaleMiddleware, further out, sets the language anew for each request.
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(request.user.time_zone)):
            return self.get_response(request)
