"""Who gets to which page: signed in, staff or sent to the portal, and nothing unseen is found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.generic import View

from itsm.accounts.access import Sight
from itsm.core.statements import Given, Statement
from valuechain.records.kinds import kinds
from valuechain.records.models import Record
from valuechain.records.querysets import RecordQuerySet

#: Names expressions for the statement that reads a record.
Asked = Callable[[], dict[str, Any]]


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


@Statement
def _one(kind: str, sight: Sight, asked: Asked | None) -> Any:
    found: RecordQuerySet = kinds[kind].model._default_manager.all()
    shown = found.visible_to(sight).with_people().with_ties()
    if asked is not None:
        shown = shown.annotate(**asked())
    return shown.filter(number=Given("number"))


def visible_record(
    resource: str, number: str, *, actor: Any, asked: Asked | None = None, **given: Any
) -> Record:
    """Return a record as its own kind, with what its page shows of others. One query.

    `asked` names expressions to answer in the same query, each an attribute of what comes back; they may
    ask for values `given`, and for the reader as `user`. Raises Http404 for what the actor may not see, as
    for what is not there.
    """
    kind = kinds.by_prefix(number)
    if kind is None or kind.resource != resource:
        raise Http404
    access = actor.access
    given |= {**access.given, "number": number.upper()}
    for record in _one(kind.name, access.sight, asked, **given):
        found: Record = record
        return found
    raise Http404
