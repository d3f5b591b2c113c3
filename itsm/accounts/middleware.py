"""Times in each person's zone, words in their language, and a second step where the house wants one."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from itsm.accounts.second_step import is_missing_for
from itsm.core.rest.problems import problem, problem_answer, wants_problem


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


class SecondStepMiddleware:
    """Leads staff who have no second step yet to where they set it up, when the house wants one.

    What is asked once is kept in the session; tokens of programs are not concerned.
    """

    #: Where they may go meanwhile.
    OPEN = ("/me/second-step/", "/logout/", "/appearance/", "/static/", "/help/")
    KEPT = "second_step_is_settled"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self._is_stopped(request):
            if wants_problem(request):
                detail = _(
                    "Your house asks staff for a second step. Set yours up at %(address)s, then try again."
                ) % {"address": reverse("second-step")}
                return problem_answer(problem(403, "second_step_missing", detail))
            return redirect("second-step")
        return self.get_response(request)

    def _is_stopped(self, request: HttpRequest) -> bool:
        if not settings.MFA_REQUIRED_FOR_STAFF or request.path.startswith(self.OPEN):
            return False
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or request.session.get(self.KEPT):
            return False
        if not request.user.is_authenticated:
            return False
        if is_missing_for(request.user):
            return True
        request.session[self.KEPT] = True
        return False
