"""Who gets to which page: signed in, staff or sent to the portal, and nothing unseen is found."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import View

from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet


class StaffView(LoginRequiredMixin, View):
    """A page for the people who work here; everybody else is shown the requester portal."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and not user.access.is_staff:
            return self.for_requester(*args, **kwargs)
        return super().dispatch(request, *args, **kwargs)

    def for_requester(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        return redirect("portal-home")


class AdminView(StaffView):
    """A page for administrators; for everybody else it does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user: Any = request.user
        if user.is_authenticated and not user.access.is_admin:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class OneRecordView(StaffView):
    """A page about one record that the reader may see; the number in the address names it."""

    def for_requester(self, *_args: Any, **kwargs: Any) -> HttpResponseBase:
        return redirect("portal-request", number=kwargs["number"])

    def get_record(self) -> Record:
        """Return the record as its own kind, or raise 404: unseen and absent are the same."""
        actor: Any = self.request.user
        return visible_record(self.kwargs["resource"], self.kwargs["number"], actor=actor)


def visible_record(resource: str, number: str, *, actor: Any, **asked: Any) -> Record:
    """Return a record as its own kind, with what its page shows of others. One query.

    `asked` are expressions to answer in the same query, each an attribute of what comes back. Raises Http404 for what the actor may not see, as for what is not there.
    """
    kind = kinds.by_prefix(number)
    if kind is None or kind.resource != resource:
        raise Http404
    found: RecordQuerySet = kind.model._default_manager.all()
    shown = found.visible_to(actor).with_people().with_ties().annotate(**asked)
    for record in shown.filter(number=number.upper()):
        return record
    raise Http404
