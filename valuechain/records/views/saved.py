"""The pages of saved views: save the list as it is, rename it, share it, remove it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from itsm.accounts.models import Team
from itsm.core.errors import RuleViolation
from valuechain.records.actions.viewing import (
    change_view,
    may_change_view,
    remove_view,
    save_view,
)
from valuechain.records.forms import RuledForm
from valuechain.records.listing import ListState
from valuechain.records.models import SavedView
from valuechain.records.views.access import StaffView
from valuechain.records.views.changing import UNPROCESSABLE, attempt
from valuechain.records.views.listing import heading, state_of


class ViewForm(RuledForm):
    """What a view is called, and who has it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=60,
        help_text=gettext_lazy("A word or two, such as “VPN, this week”."),
    )

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.filter(pk__in=actor.access.staff_teams, is_active=True)
        self.fields["team"] = forms.ModelChoiceField(
            teams,
            label=_("Who has it"),
            required=False,
            empty_label=_("Only me"),
            help_text=_("Filters by “me” show each member of a team their own."),
        )


def kept_of(state: ListState) -> dict[str, Any]:
    """Return what a view keeps of a list, by the names of its columns."""
    filters = {name: values for name, values in state.filters.lists() if any(values)}
    if state.group:
        filters["group"] = [state.group]
    return {
        "filters": filters,
        "ordering": state.query.get("ordering", ""),
        "columns": list(state.columns),
        "density": state.density,
    }


class SaveViewView(StaffView):
    """Saves the list an address shows under a name."""

    def get(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Ask for the name."""
        return self._page(request, resource, ViewForm(actor=request.user))

    def post(self, request: HttpRequest, resource: str) -> HttpResponse:
        """Keep it, and show the list under it."""
        form = ViewForm(request.POST, actor=request.user)
        state = state_of(request, resource)
        view = attempt(
            form,
            lambda data: save_view(resource=resource, actor=request.user, **data, **kept_of(state)),
        )
        if view is None:
            return self._page(request, resource, form, UNPROCESSABLE)
        messages.success(request, _("“%(name)s” is saved.") % {"name": view.name})
        return redirect(_list_of(view))

    def _page(
        self, request: HttpRequest, resource: str, form: ViewForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "records/form.html",
            {
                "form": form,
                "kind": heading(resource),
                "title": _("Save this list as a view"),
                "submit_label": _("Save the view"),
                "cancel_url": state_of(request, resource).url(),
                "form_name": "view",
            },
            status=status,
        )


class OneViewView(StaffView):
    """Renames a saved view, shares it, gives it what the list now shows, or removes it."""

    def get(self, request: HttpRequest, resource: str, pk: int) -> HttpResponse:
        """Show what it is called and who has it."""
        view = self._view(resource, pk)
        form = ViewForm(actor=request.user, initial={"name": view.name, "team": view.team})
        return self._page(request, view, form)

    def post(self, request: HttpRequest, resource: str, pk: int) -> HttpResponse:
        """Do what was pressed: keep the name, the list as it is, or remove it."""
        view = self._view(resource, pk)
        actor: Any = request.user
        if "remove" in request.POST:
            try:
                remove_view(view, actor=actor)
            except RuleViolation as refusal:
                messages.error(request, str(refusal.message))
                return redirect(_list_of(view))
            messages.success(request, _("“%(name)s” is removed.") % {"name": view.name})
            return redirect("record-list", resource)
        if "list" in request.POST:
            state = state_of(request, resource, query=QueryDict(request.POST["list"]))
            try:
                change_view(view, kept_of(state), actor=actor)
                messages.success(request, _("“%(name)s” is saved.") % {"name": view.name})
            except RuleViolation as refusal:
                messages.error(request, str(refusal.message))
                return redirect(state.url())
            return redirect(_list_of(view))
        form = ViewForm(request.POST, actor=actor)
        saved = attempt(form, lambda data: change_view(view, data, actor=actor))
        if saved is None:
            return self._page(request, view, form, UNPROCESSABLE)
        return redirect(_list_of(view))

    def _view(self, resource: str, pk: int) -> SavedView:
        found = SavedView.objects.visible_to(self.request.user).filter(resource=resource, pk=pk)
        for view in found.select_related("team", "owner"):
            return view
        raise Http404

    def _page(
        self, request: HttpRequest, view: SavedView, form: ViewForm, status: int = 200
    ) -> HttpResponse:
        return render(
            request,
            "records/view.html",
            {
                "view": view,
                "form": form,
                "may_change": may_change_view(request.user, view),
                "list_url": _list_of(view),
            },
            status=status,
        )


def _list_of(view: SavedView) -> str:
    path = reverse("record-list", args=[view.resource])
    return f"{path}?view={view.key}" + (f"&{view.query}" if view.query else "")
